"""The Bot API's refusals as data. Source: the Bot API's "Making requests", and public bots.

Telegram has no error numbers beside the HTTP status; the description is the only key. Of refusals in no list, a 400 is
final; 5xx and network errors are tried again.
"""

from collections.abc import Mapping

from chalicelib.core.delivery_failures import ANOTHER_CHANNEL, Act, FailureText, Meaning
from chalicelib.core.texts import desk_msg

BLOCKED = "blocked"
"""The code of every 403: the person blocked the bot, never started it, or has left Telegram. Nothing is sent until an
update `my_chat_member` says "member"."""

TOKEN_STATUSES = frozenset({401, 404})
"""HTTP statuses for a wrong or revoked token; nothing can be sent by this bot until the token is replaced."""

OTHER = "bad_request"
"""The code of a 400 whose description is in no list."""

UNCHANGED, MISSING = "not_modified", "message_gone"
"""Codes of refusals of a change: the message is so already, or is not there."""

REFUSALS = {
    "chat not found": "chat_not_found",
    "message is too long": "too_long",
    "caption is too long": "too_long",
    "message text is empty": "empty",
    "text must be non-empty": "empty",
    "can't parse entities": "markup",
    "message to be replied not found": "quote_not_found",
    "query is too old": "query_too_old",
    "query id is invalid": "query_too_old",
    "wrong file identifier": "bad_file",
    "file is too big": "bad_file",
    "file must be non-empty": "bad_file",
    "photo_invalid_dimensions": "bad_file",
    "image_process_failed": "bad_file",
    "photo_ext_invalid": "bad_file",
    "message is not modified": UNCHANGED,
    "message to edit not found": MISSING,
    "message to delete not found": MISSING,
    "message to react not found": MISSING,
    "message_id_invalid": MISSING,
    "message can't be edited": "cannot_edit",
    "message can't be deleted": "cannot_delete",
    "reaction_invalid": "reaction_invalid",
}
"""Parts of descriptions of a 400 that have a code of their own; any other is OTHER."""

MEANINGS: Mapping[str, Meaning] = {
    code: Meaning(act, reason)
    for act, reason, codes in (
        (Act.AGAIN, "too_fast", "429 http_429"),
        (Act.NEVER, "no_chat", "chat_not_found migrated"),
        (Act.NEVER, "too_long", "too_long"),
        (Act.NEVER, "invalid", "markup quote_not_found query_too_old"),
        (Act.NEVER, "file", "bad_file"),
        (Act.NEVER, "gone", MISSING),
        (Act.NEVER, "too_old", "cannot_edit cannot_delete"),
        (Act.NEVER, "reaction", "reaction_invalid"),
    )
    for code in codes.split()
}
"""What Telegram's codes mean. Codes that every channel has (blocked, empty, token …) are OWN_CODES of
core/delivery_failures.py."""


def meaning(code: str) -> Meaning | None:
    """Return what a code means, or None when it is in no list."""
    return MEANINGS.get(code)


def refusal_code(description: str) -> str:
    """Return the code of a 400 by its description."""
    lowered = description.lower()
    return next((code for words, code in REFUSALS.items() if words in lowered), OTHER)


WORDS: Mapping[str, FailureText] = {
    "no_chat": FailureText(desk_msg("Telegram does not find this chat ({code})."), ANOTHER_CHANNEL),
    "gone": FailureText(desk_msg("The message is not in the customer's chat any more ({code}).")),
    "too_old": FailureText(desk_msg("Telegram does not let this message be changed any more ({code}).")),
    "reaction": FailureText(desk_msg("Telegram does not take this emoji ({code})."), desk_msg("Choose another one.")),
}
"""Sentences of the reasons that this channel alone gives; the others are in web/labels.py."""
