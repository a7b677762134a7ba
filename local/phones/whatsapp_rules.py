"""Meta's rules for messages, its errors, and the form of its ids. Source: Meta's Cloud API reference."""

import base64
import re
import secrets
from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse

DETAILS = {
    4: (400, "Application request limit reached", "The app has reached its API call rate limit."),
    10: (
        403,
        "Application does not have permission for this action",
        "Permission is either not granted or removed.",
    ),
    100: (400, "Invalid parameter", "One or more parameters are not supported or misspelled."),
    190: (401, "Error validating access token: Session has expired", "The access token has expired."),
    200: (403, "Permissions error", "Permission is either not granted or removed."),
    368: (
        403,
        "Temporarily blocked for policies violations",
        "The account was restricted for violating a policy.",
    ),
    80007: (400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130429: (400, "Rate limit hit", "Cloud API message throughput has been reached."),
    131000: (500, "Something went wrong", "Message failed to send due to an unknown error."),
    131008: (400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: (400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: (500, "Service unavailable", "A service is temporarily unavailable."),
    131026: (400, "Message undeliverable", "Unable to deliver message."),
    131031: (403, "Account has been locked", "The account was restricted or disabled."),
    131042: (400, "Business eligibility payment issue", "There was an error related to your payment method."),
    131047: (
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: (400, "Spam rate limit hit", "Too many previous messages were blocked or flagged as spam."),
    131049: (
        400,
        "Message not delivered",
        "This message was not delivered to maintain healthy ecosystem engagement.",
    ),
    131050: (
        400,
        "User has stopped marketing messages",
        "The recipient chose to stop receiving marketing messages.",
    ),
    131051: (400, "Unsupported message type", "Message type is not currently supported."),
    131056: (
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages to this person.",
    ),
    131062: (400, "Message not allowed", "Business-scoped user ids cannot receive this message."),
    132000: (400, "Template parameter count mismatch", "The number of parameters does not match."),
    132001: (
        404,
        "Template name does not exist in the translation",
        "The template does not exist in the language.",
    ),
    132005: (400, "Translated text too long", "The translated text is too long."),
    132007: (400, "Template format character policy violated", "The template content violates a policy."),
    132012: (
        400,
        "Template parameter format mismatch",
        "Variable parameter values are not formatted correctly.",
    ),
    132015: (400, "Template is paused", "The template is paused due to low quality."),
    132016: (400, "Template is disabled", "The template has been permanently disabled."),
}
_OAUTH = "OAuthException"
_USER_ID = re.compile(r"[A-Z]{2}\.[0-9A-Za-z.]{1,125}")
_MEDIA = ("image", "video", "audio", "document", "sticker")
_TYPES = ("text", *_MEDIA, "location", "contacts", "interactive", "template", "reaction")


class MetaError(Exception):
    """A call that Meta refuses, in the JSON shape of the Graph API."""

    def __init__(self, code: int, details: str = "", *, message: str = "", status: int = 0, subcode: int = 0) -> None:
        super().__init__(code)
        usual_status, title, usual_details = DETAILS.get(code, (500, "An unknown error occurred", ""))
        self.status = status or usual_status
        error: dict[str, Any] = {"message": message or f"(#{code}) {title}", "type": _OAUTH, "code": code}
        if not message:
            error["error_data"] = {"messaging_product": "whatsapp", "details": details or usual_details}
        if subcode:
            error["error_subcode"] = subcode
        self.body = {"error": error | {"fbtrace_id": "A" + secrets.token_urlsafe(16)[:20]}}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status)


def failed_status_errors(code: int) -> list[dict[str, Any]]:
    """What a failed status webhook carries for this code."""
    _, title, details = DETAILS.get(code, (500, "Something went wrong", "Message failed to send."))
    return [
        {
            "code": code,
            "title": title,
            "message": title,
            "error_data": {"details": details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }
    ]


def new_wamid(person: str, *, outgoing: bool) -> str:
    """An id of the real form: base64 over the person's number or user id, the direction and a random part."""
    who = person.encode()
    unique = secrets.token_hex(9 if outgoing else 10).upper().encode()
    raw = b"\x1c\x18" + bytes([len(who)]) + who + b"\x15\x02\x00" + (b"\x11" if outgoing else b"\x12")
    return "wamid." + base64.b64encode(raw + b"\x18" + bytes([len(unique)]) + unique + b"\x00").decode()


def recipient_of(body: dict[str, Any]) -> tuple[str, str, str]:
    """(input as sent, phone digits, business-scoped user id), one of the last two empty; else MetaError.

    `to` and `recipient` are both taken, because Meta's papers disagree on which field carries a user id.
    """
    given = body.get("to") or body.get("recipient")
    if not isinstance(given, str) or not given.strip():
        raise MetaError(100, message="(#100) The parameter to is required.")
    if _USER_ID.fullmatch(given):
        return given, "", given
    digits = re.sub(r"[\s()+.-]", "", given)
    if not (digits.isdecimal() and digits.isascii() and 7 <= len(digits) <= 15):
        raise MetaError(131009, "Recipient is not a valid phone number or user id")
    return given, digits, ""


def check_message(body: dict[str, Any], has_media: Callable[[str], bool]) -> str:
    """The type of a message that Meta would take, else MetaError. `has_media` knows uploaded media."""
    kind = str(body.get("type", "text"))
    if kind not in _TYPES:
        raise MetaError(100, f"Param type must be one of {{{', '.join(t.upper() for t in _TYPES)}}} - got {kind!r}.")
    callback_data = body.get("biz_opaque_callback_data")
    if callback_data is not None and (not isinstance(callback_data, str) or len(callback_data) > 512):
        raise MetaError(100, "Param biz_opaque_callback_data must be a string of at most 512 characters.")
    content = body.get(kind)
    if kind == "contacts":
        if not isinstance(content, list) or not content or not all(_is_card(card) for card in content):
            raise MetaError(131009, "Param contacts must be a list of cards with name.formatted_name.")
        return kind
    if not isinstance(content, dict):
        raise MetaError(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    if kind in _MEDIA:
        _check_media(kind, content, has_media)
    elif kind == "interactive":
        _check_interactive(content)
    elif kind == "text":
        _length(content.get("body"), "text['body']", 4096)
    elif kind == "template":
        language = content.get("language")
        _length(content.get("name"), "template['name']", 512)
        _length(language.get("code") if isinstance(language, dict) else None, "template['language']['code']", 32)
        if not isinstance(content.get("components", []), list):
            raise MetaError(100, "Param template['components'] must be an array.")
    elif kind == "reaction":
        _length(content.get("message_id"), "reaction['message_id']", 512)
    elif not all(isinstance(content.get(axis), int | float | str) for axis in ("latitude", "longitude")):
        raise MetaError(131008, "Parameters latitude and longitude are mandatory for type 'location'")
    return kind


def _length(value: object, name: str, limit: int) -> None:
    if not isinstance(value, str) or not value:
        raise MetaError(100, message=f"(#100) The parameter {name} is required.")
    if len(value) > limit:
        raise MetaError(100, f"Param {name} must be at most {limit} characters long.")


def _is_card(card: object) -> bool:
    name = card.get("name") if isinstance(card, dict) else None
    return isinstance(name, dict) and bool(name.get("formatted_name"))


def _check_media(kind: str, content: dict[str, Any], has_media: Callable[[str], bool]) -> None:
    media_id, link = content.get("id"), content.get("link")
    if bool(media_id) == bool(link):
        raise MetaError(100, f"Param {kind} must have exactly one of id and link.")
    if media_id and not has_media(str(media_id)):
        raise MetaError(131009, f"Media id {media_id} was not found")
    if content.get("caption"):
        _length(content["caption"], f"{kind}['caption']", 1024)


def _check_interactive(content: dict[str, Any]) -> None:
    text = content.get("body")
    action = content.get("action")
    limit = 1024 if content.get("type") == "button" else 4096
    _length(text.get("text") if isinstance(text, dict) else None, "interactive['body']['text']", limit)
    if not isinstance(action, dict):
        raise MetaError(131008, "Parameter 'action' is mandatory for type 'interactive'")
    if content.get("type") == "button":
        buttons = action.get("buttons")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            raise MetaError(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
        replies = [button.get("reply") if isinstance(button, dict) else None for button in buttons]
        for name, most in (("title", 20), ("id", 256)):
            values = [reply.get(name) if isinstance(reply, dict) else None for reply in replies]
            for value in values:
                _length(value, f"button['reply']['{name}']", most)
            if len(set(values)) < len(values):
                raise MetaError(131009, f"Duplicated {name} in buttons: each must be unique")
    elif content.get("type") == "list":
        _length(action.get("button"), "action['button']", 20)
        rows = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
        if not 1 <= len(rows) <= 10:
            raise MetaError(131009, "Total row count exceed max allowed count: 10, or there is none")
        for row in rows:
            _length(row.get("title"), "row['title']", 24)
            _length(row.get("id"), "row['id']", 200)
