"""Messages of the demo's customers other than text, in the providers' shapes. All of it is made up."""

import base64
from typing import Any

from local.demo.stories import Step
from local.phones.files import pdf, picture


def content(channel: str, step: Step, last_id: str) -> dict[str, Any]:
    """Return the fields of a message that hold its content; {} where the phones make them."""
    make = _MAKERS.get((channel, step.what))
    return make(step.text, last_id) if make else {}


def _place(text: str) -> tuple[float, float, str, str]:
    """Read a location from `latitude longitude name, address`."""
    latitude, longitude, rest = text.split(" ", 2)
    name, _, address = rest.partition(", ")
    return float(latitude), float(longitude), name, address


def _whatsapp_place(text: str, last_id: str) -> dict[str, Any]:
    latitude, longitude, name, address = _place(text)
    spot = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
    return {"type": "location", "location": spot}


def _telegram_place(text: str, last_id: str) -> dict[str, Any]:
    latitude, longitude, name, address = _place(text)
    spot = {"latitude": latitude, "longitude": longitude}
    return {"location": spot, "venue": {"location": spot, "title": name, "address": address}}


def _whatsapp_card(text: str, last_id: str) -> dict[str, Any]:
    name, _, phone = text.partition("|")
    card = {"name": {"formatted_name": name}, "phones": [{"phone": phone, "type": "CELL"}]}
    return {"type": "contacts", "contacts": [card]}


def _telegram_card(text: str, last_id: str) -> dict[str, Any]:
    name, _, phone = text.partition("|")
    return {"contact": {"first_name": name, "phone_number": phone}}


def _choice(text: str, last_id: str) -> dict[str, Any]:
    reply = {"id": "demo-choice", "title": text}
    return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}


def _edit(text: str, last_id: str) -> dict[str, Any]:
    new = {"type": "text", "text": {"body": text}}
    return {"type": "edit", "edit": {"original_message_id": last_id, "message": new}}


def _revoke(text: str, last_id: str) -> dict[str, Any]:
    return {"type": "revoke", "revoke": {"original_message_id": last_id}}


_MAKERS = {
    ("whatsapp", "place"): _whatsapp_place,
    ("telegram", "place"): _telegram_place,
    ("whatsapp", "card"): _whatsapp_card,
    ("telegram", "card"): _telegram_card,
    ("whatsapp", "chooses"): _choice,
    ("whatsapp", "edits"): _edit,
    ("whatsapp", "deletes"): _revoke,
}


OWN_FILES = {
    **{name: name for name in ("voice", "video", "animation", "sticker", "album")},
    "circle": "video_note",
    "music": "audio",
}
"""Steps that send files of the phones' own, and what the phones call their kinds."""


def file_of(step: Step) -> dict[str, Any] | None:
    """Return the file of a step as the phones take it: a picture or a document; None without one."""
    name = step.text.partition("|")[0]
    if step.what == "photo":
        return _file(name, "image/png" if name.endswith("png") else "image/jpeg", picture(name))
    if step.what == "file":
        return _file(name, "application/pdf", pdf(name.rpartition(".")[0]))
    return None


def _file(name: str, media_type: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "type": media_type, "data": base64.b64encode(data).decode()}
