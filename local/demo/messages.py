"""Messages of the demo's customers other than text, in the providers' shapes. All of it is made up."""

import base64
import random
import struct
import zlib
from typing import Any

from local.demo.stories import Step


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


def _whatsapp_sticker(text: str, last_id: str) -> dict[str, Any]:
    sticker = {"id": "1100000000000001", "mime_type": "image/webp", "sha256": "0" * 64, "animated": False}
    return {"type": "sticker", "sticker": sticker}


def _telegram_sticker(text: str, last_id: str) -> dict[str, Any]:
    known = {"file_id": "CAACAgIAAxkBAAIDemo", "file_unique_id": "AgADDemo", "type": "regular", "emoji": text}
    return {"sticker": known | {"width": 512, "height": 512, "is_animated": False, "is_video": False}}


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
    ("whatsapp", "sticker"): _whatsapp_sticker,
    ("telegram", "sticker"): _telegram_sticker,
    ("whatsapp", "chooses"): _choice,
    ("whatsapp", "edits"): _edit,
    ("whatsapp", "deletes"): _revoke,
}


def file_of(step: Step, rng: random.Random) -> dict[str, Any] | None:
    """Return the file of a step as the phones take it (a picture, a recording or a document); None without one."""
    if step.what == "photo":
        return _file("photo.png", "image/png", _picture(rng))
    if step.what == "voice":
        return _file("voice.ogg", "audio/ogg", b"OggS\0\2" + bytes(20))
    if step.what == "file":
        return _file(step.text.partition("|")[0], "application/pdf", b"%PDF-1.4\n%%EOF\n")
    return None


def _file(name: str, media_type: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "type": media_type, "data": base64.b64encode(data).decode()}


def _picture(rng: random.Random) -> bytes:
    """Return a PNG of one pale colour, 320 × 240."""
    row = b"\0" + bytes(rng.randrange(90, 210) for _ in range(3)) * 320

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(row * 240)) + chunk(b"IEND", b"")
