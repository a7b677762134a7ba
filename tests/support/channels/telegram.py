"""Kinds of messages that Telegram sends, each as a body."""

import json
from typing import Any

from chalicelib.channels.parts import KINDS, InboundMessage, Part
from chalicelib.channels.telegram.parse import parse
from tests.support.channels.bodies import BOT, NOW, private, update


def read(kind: str = "message", update_id: int = 900000001, **fields: Any) -> Part:
    [part] = parse(update(kind, update_id, **fields), BOT, NOW)
    return part


def message(kind: str = "message", update_id: int = 900000001, **fields: Any) -> InboundMessage:
    part = read(kind, update_id, **fields)
    assert isinstance(part, InboundMessage)
    assert part.kind in KINDS
    json.dumps(dict(part.details))
    return part


FILE = {"file_id": "AgACAgIAAxkBAAIB", "file_unique_id": "AQADBA", "file_size": 1000}
KEPT = {"media_id": "AgACAgIAAxkBAAIB", "unique_id": "AQADBA", "size": 1000}
SMALL = {"file_id": "small", "width": 90, "height": 60}
LARGE = FILE | {"width": 1280, "height": 853}
PLACE = {"latitude": 43.238949, "longitude": 76.889709}
UNDERSTOOD: list[tuple[dict[str, Any], str, str, dict[str, Any]]] = [
    ({"photo": [SMALL, LARGE, SMALL]}, "image", "", KEPT | {"width": 1280, "height": 853}),
    ({"photo": [LARGE], "caption": "Міне"}, "image", "Міне", KEPT | {"width": 1280, "height": 853}),
    ({"voice": FILE | {"duration": 3}}, "voice", "", KEPT | {"duration": 3, "voice": True}),
    (
        {"audio": FILE | {"title": "Song", "performer": "Singer"}},
        "audio",
        "",
        KEPT | {"title": "Song", "performer": "Singer", "voice": False},
    ),
    ({"video": FILE, "caption": "See"}, "video", "See", KEPT),
    ({"video_note": FILE}, "video_note", "", KEPT),
    (
        {"document": FILE, "animation": FILE | {"mime_type": "video/mp4"}},
        "animation",
        "",
        KEPT | {"mime": "video/mp4"},
    ),
    ({"document": FILE | {"file_name": "a.pdf"}}, "document", "", KEPT | {"filename": "a.pdf"}),
    ({"sticker": FILE | {"emoji": "👋", "is_video": True}}, "sticker", "👋", KEPT | {"animated": True}),
    ({"sticker": FILE}, "sticker", "", KEPT),
    ({"location": PLACE}, "location", "43.238949, 76.889709", PLACE),
    ({"location": PLACE | {"live_period": 60}}, "location", "43.238949, 76.889709", PLACE | {"live": True}),
    (
        {"location": PLACE, "venue": {"location": PLACE, "title": "Office", "address": "Abai 1"}},
        "venue",
        "Office\nAbai 1\n43.238949, 76.889709",
        PLACE | {"name": "Office", "address": "Abai 1"},
    ),
    (
        {"contact": {"first_name": "Daniyar", "phone_number": "+77017654321", "user_id": 700000002}},
        "contacts",
        "Daniyar: +77017654321",
        {"cards": [{"name": "Daniyar", "phones": ["+77017654321"]}]},
    ),
    (
        {"poll": {"question": "When?", "options": [{"text": "Today"}, {"text": "Later"}]}},
        "poll",
        "When?\n• Today\n• Later",
        {"question": "When?", "options": ["Today", "Later"]},
    ),
    ({"dice": {"emoji": "🎯", "value": 6}}, "dice", "🎯 6", {"emoji": "🎯", "value": 6}),
    (
        {
            "text": "here",
            "entities": [{"type": "text_link", "url": "https://desk.example"}, {"type": "bold"}],
        },
        "text",
        "here",
        {"links": ["https://desk.example"]},
    ),
    (
        {
            "text": "Sale",
            "entities": [{"type": "text_link", "url": "https://desk.example"}],
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": "Buy", "url": "https://buy.example"}, {"text": "Ask", "callback_data": "a"}]
                ]
            },
        },
        "text",
        "Sale",
        {"links": ["https://desk.example", "https://buy.example"]},
    ),
    (
        {
            "contact": {
                "first_name": "",
                "phone_number": "+77017654321",
                "vcard": "BEGIN:VCARD\r\nVERSION:3.0\r\nORG:Desk\\, Ltd;Sup\r\n port\r\nTITLE:Chief\r\n"
                "item1.EMAIL;TYPE=WORK:desk@desk.local\r\nURL:https://desk.example\r\nEND:VCARD",
            }
        },
        "contacts",
        "Desk, Ltd, Support, Chief: +77017654321, desk@desk.local, https://desk.example",
        {
            "cards": [
                {
                    "name": "",
                    "phones": ["+77017654321"],
                    "emails": ["desk@desk.local"],
                    "organization": "Desk, Ltd, Support, Chief",
                    "urls": ["https://desk.example"],
                }
            ]
        },
    ),
    (
        {
            "contact": {
                "first_name": "Saule",
                "phone_number": "77017654321",
                "vcard": "BEGIN:VCARD\nTEL;TYPE=CELL:+7 701 765 43 21\nTEL;TYPE=WORK:8 (727) 250-00-00\n"
                "item1.TEL;VALUE=uri:tel:+7-705-000-00-01\nADR;TYPE=HOME:;;Abai 1;Almaty;;050000;KZ\nEND:VCARD",
            }
        },
        "contacts",
        "Saule: 77017654321, 8 (727) 250-00-00, +7-705-000-00-01, Abai 1, Almaty, 050000, KZ",
        {
            "cards": [
                {
                    "name": "Saule",
                    "phones": ["77017654321", "8 (727) 250-00-00", "+7-705-000-00-01"],
                    "addresses": ["Abai 1, Almaty, 050000, KZ"],
                }
            ]
        },
    ),
    (
        {"contact": {"first_name": "Д", "phone_number": "+77017654321", "vcard": "BEGIN:VCARD\nN\nORG:\n:x\nEND"}},
        "contacts",
        "Д: +77017654321",
        {"cards": [{"name": "Д", "phones": ["+77017654321"]}]},
    ),
]
NOT_UNDERSTOOD: list[tuple[dict[str, Any], str]] = [
    ({}, "none"),
    ({"text": None}, "text"),
    ({"photo": []}, "photo"),
    ({"photo": [{"width": 1}]}, "photo"),
    ({"voice": {}}, "voice"),
    ({"location": {"latitude": "43", "longitude": "76"}}, "location"),
    ({"contact": {}}, "contact"),
    ({"poll": {"options": []}}, "poll"),
    ({"dice": {"emoji": "🎲"}}, "dice"),
    ({"paid_media": {"star_count": 1}}, "paid_media"),
    ({"story": {}, "reply_markup": {}}, "story"),
    ({"text": 7, "date": -1}, "text"),
    ({"text": 7, "message_id": "42"}, "text"),
    ({"gift": {"gift": {}}}, "gift"),
    ({"successful_payment": {"currency": "KZT"}}, "successful_payment"),
    ({"web_app_data": {"data": "x", "button_text": "y"}}, "web_app_data"),
]
KEYBOARD = {"inline_keyboard": [[{"text": "No", "callback_data": "n"}], [{"text": "Иә", "callback_data": "y"}]]}


def pressed(**fields: Any) -> dict[str, Any]:
    sender = private()["from"]
    bot = {"id": int(BOT), "is_bot": True, "first_name": "Desk"}
    asked = private(7, bot, text="OK?", reply_markup=KEYBOARD)
    return {"id": "3006478412", "from": sender, "message": asked, "chat_instance": "1", "data": "y"} | fields


def reacted(*new: dict[str, Any], **fields: Any) -> dict[str, Any]:
    given = private(7)
    return {
        "chat": given["chat"],
        "message_id": 7,
        "user": given["from"],
        "date": NOW - 5,
        "old_reaction": [],
        "new_reaction": list(new),
    } | fields


def member(status: Any, **fields: Any) -> dict[str, Any]:
    given = private()
    return {
        "chat": given["chat"],
        "from": given["from"],
        "date": NOW - 5,
        "new_chat_member": {"status": status},
    } | fields
