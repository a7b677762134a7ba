"""What the Bot API says when it refuses, as data. Source: the Bot API's "Making requests", and public bots.

Telegram has no error numbers beside the HTTP status; the description is the only key. What is in no list:
400 is final, 5xx and network errors are tried again.
"""

BLOCKED = "blocked"
"""The code of every 403: the person blocked the bot, never started it, or is gone. Nothing is sent until
`my_chat_member` says "member"."""

TOKEN_STATUSES = frozenset({401, 404})
"""A wrong or revoked token is answered so; nothing goes out for this bot until it is replaced."""

REFUSALS = {
    "chat not found": "chat_not_found",
    "message is too long": "too_long",
    "message text is empty": "empty",
    "can't parse entities": "markup",
    "message to be replied not found": "quote_not_found",
    "query is too old": "query_too_old",
    "query id is invalid": "query_too_old",
}
"""Parts of descriptions of a 400 that are worth a code of their own; any other is "bad_request"."""


def refusal_code(description: str) -> str:
    lowered = description.lower()
    return next((code for words, code in REFUSALS.items() if words in lowered), "bad_request")
