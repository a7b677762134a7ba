"""Meta's rules for messages, and the form of its ids. Source: Meta's Cloud API reference."""

import base64
import re
import secrets
from collections.abc import Callable
from typing import Any

from local.phones.measure import blank, units
from local.phones.store import Bubble, StoredFile
from local.providers.pictures import is_animated
from local.providers.whatsapp.words import MetaError

WINDOW = 24 * 3600
"""Seconds after a person's last message in which Meta delivers free text."""
REACTED_WITHIN = 30 * 24 * 3600
"""Seconds after a person's message in which it can be reacted to."""
_USER_ID = re.compile(r"[A-Z]{2}\.[0-9A-Za-z.]{1,125}")
_MEDIA = ("image", "video", "audio", "document", "sticker")
_TYPES = ("text", *_MEDIA, "location", "contacts", "interactive", "template", "reaction")


def new_wamid(person: str, *, outgoing: bool) -> str:
    """Return a message id in Meta's form: base64 of the person's number or user id, the direction and a random part."""
    who = person.encode()
    unique = secrets.token_hex(9 if outgoing else 10).upper().encode()
    raw = b"\x1c\x18" + bytes([len(who)]) + who + b"\x15\x02\x00" + (b"\x11" if outgoing else b"\x12")
    return "wamid." + base64.b64encode(raw + b"\x18" + bytes([len(unique)]) + unique + b"\x00").decode()


def recipient_of(body: dict[str, Any]) -> tuple[str, str, str]:
    """Return the recipient as sent, its phone digits and its business-scoped user id; one of the last two is empty.

    Both `to` and `recipient` are taken, because Meta's documents disagree about the field of a user id. Raises
    MetaError.
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
    """Check a message and return its type. `has_media` tells whether a media id exists. Raises MetaError."""
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
    if blank(value):
        raise MetaError(131008, f"Parameter {name} must hold something that can be seen")
    if units(value) > limit:
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
    if content.get("caption") and kind in ("audio", "sticker"):
        raise MetaError(100, f"Param {kind}['caption'] is not supported.")
    if content.get("caption"):
        _length(content["caption"], f"{kind}['caption']", 1024)


def _check_interactive(content: dict[str, Any]) -> None:
    text = content.get("body")
    action = content.get("action")
    limit = 1024 if content.get("type") == "button" else 4096
    _length(text.get("text") if isinstance(text, dict) else None, "interactive['body']['text']", limit)
    for part in ("header", "footer"):
        if isinstance(words := content.get(part), dict) and "text" in words:
            _length(words["text"], f"interactive['{part}']['text']", 60)
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
            if row.get("description"):
                _length(row["description"], "row['description']", 72)


MEDIA_TYPES = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gp", "video/3gpp"),
    "audio": ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"),
    "sticker": ("image/webp",),
    "document": (),
}
"""Media types that each kind of message may have; a document may have any that can be uploaded."""
_MEGABYTE = 1024 * 1024
MEDIA_SIZES = {"image": 5, "video": 16, "audio": 16, "sticker": 0.5, "document": 100}
"""Largest file of each kind, in megabytes. Source: the supported media types, as AWS and Meta list them."""
STILL_STICKER = 0.1
"""Largest sticker that does not move, in megabytes."""
_DOCUMENTS = ("application/pdf", "application/msword", "application/vnd.", "text/plain")


def check_upload(media_type: str, size: int) -> None:
    """Raise MetaError for a file that WhatsApp does not take in any message."""
    plain = media_type.partition(";")[0].strip().lower()
    kind = next((kind for kind, types in MEDIA_TYPES.items() if plain in types), "")
    if not kind and not plain.startswith(_DOCUMENTS):
        known = ", ".join([*(one for types in MEDIA_TYPES.values() for one in types), *_DOCUMENTS])
        raise MetaError(100, f"Param file must be a file with one of the following types: {known}. Received {plain!r}.")
    if size > MEDIA_SIZES[kind or "document"] * _MEGABYTE:
        raise MetaError(131053, "The file is larger than WhatsApp carries.")


def fits(kind: str, file: StoredFile) -> bool:
    """Tell whether a message of this kind may have such a file. One that does not fit is accepted and fails later."""
    types = MEDIA_TYPES.get(kind, ())
    plain = file.type.partition(";")[0].strip().lower()
    most = MEDIA_SIZES.get(kind, 100)
    if kind == "sticker" and not is_animated(file.data):
        most = STILL_STICKER
    return (not types or plain in types) and file.size <= most * _MEGABYTE


def undelivered(bubble: Bubble, *, unknown: bool, window_closed: bool) -> int:
    """Return Meta's code for a message that is accepted and then not delivered; 0 when it is delivered."""
    if unknown:
        return 131026
    if bubble.file and not fits(bubble.kind, bubble.file):
        return 131053
    return 131047 if bubble.kind != "template" and window_closed else 0
