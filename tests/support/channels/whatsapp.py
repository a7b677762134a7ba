"""Kinds of messages that WhatsApp sends, each as a body."""

from typing import Any

from tests.support.channels.bodies import wamid

FILE = {
    "id": "65463453",
    "mime_type": "image/jpeg",
    "sha256": "4654+8g=",
    "url": "https://lookaside.fbsbx.com/x",
}
KEPT = {"media_id": "65463453", "mime": "image/jpeg", "sha256": "4654+8g="}
PLACE = {"latitude": 43.238949, "longitude": 76.889709}
CARDS = [
    {
        "name": {"formatted_name": "Daniyar"},
        "phones": [{"phone": "+7 701 765 43 21"}],
        "org": {"company": "sPoint"},
    },
    {"name": {"first_name": "Saule", "last_name": "K"}, "emails": [{"email": "saule@desk.local"}]},
]
ITEMS = [
    {"product_retailer_id": "sku-1", "quantity": 2, "item_price": 1000, "currency": "KZT"},
    {"product_retailer_id": "sku-2", "quantity": "1", "item_price": "9.50"},
]
UNDERSTOOD: list[tuple[str, dict[str, Any], str, str, dict[str, Any]]] = [
    ("text", {"text": {"body": ""}}, "text", "", {}),
    ("image", {"image": FILE | {"caption": "Міне"}}, "image", "Міне", KEPT),
    ("video", {"video": FILE}, "video", "", KEPT),
    ("document", {"document": FILE | {"filename": "a.pdf"}}, "document", "", KEPT | {"filename": "a.pdf"}),
    ("sticker", {"sticker": FILE | {"animated": True}}, "sticker", "", KEPT | {"animated": True}),
    ("audio", {"audio": FILE}, "audio", "", KEPT | {"voice": False}),
    ("audio", {"audio": FILE | {"voice": True}}, "voice", "", KEPT | {"voice": True}),
    ("location", {"location": PLACE}, "location", "43.238949, 76.889709", PLACE),
    (
        "location",
        {"location": PLACE | {"name": "Office", "address": "Abai 1"}},
        "location",
        "Office\nAbai 1\n43.238949, 76.889709",
        PLACE | {"name": "Office", "address": "Abai 1"},
    ),
    (
        "location",
        {"location": PLACE | {"name": "Office", "url": "https://desk.example/office"}},
        "location",
        "Office\n43.238949, 76.889709",
        PLACE | {"name": "Office", "links": ["https://desk.example/office"]},
    ),
    (
        "contacts",
        {"contacts": CARDS},
        "contacts",
        "Daniyar, sPoint: +7 701 765 43 21\nSaule K: saule@desk.local",
        {
            "cards": [
                {"name": "Daniyar", "phones": ["+7 701 765 43 21"], "organization": "sPoint"},
                {"name": "Saule K", "emails": ["saule@desk.local"]},
            ]
        },
    ),
    ("button", {"button": {"text": "Yes", "payload": "yes"}}, "button", "Yes", {"payload": "yes"}),
    (
        "interactive",
        {"interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Yes"}}},
        "button",
        "Yes",
        {"payload": "b1"},
    ),
    (
        "interactive",
        {"interactive": {"list_reply": {"id": "l1", "title": "Delivery", "description": "Where is it?"}}},
        "list",
        "Delivery\nWhere is it?",
        {"payload": "l1"},
    ),
    (
        "interactive",
        {
            "interactive": {
                "nfm_reply": {
                    "name": "flow",
                    "body": "Sent",
                    "response_json": '{"flow_token": "t", "age": 7}',
                }
            }
        },
        "form",
        "age: 7",
        {"name": "flow", "answers": {"age": "7"}},
    ),
    (
        "interactive",
        {"interactive": {"nfm_reply": {"body": "Sent", "response_json": "{"}}},
        "form",
        "Sent",
        {},
    ),
    ("reaction", {"reaction": {"message_id": wamid(), "emoji": "👍"}}, "reaction", "👍", {}),
    ("reaction", {"reaction": {"message_id": wamid(), "emoji": ""}}, "reaction", "", {"removed": True}),
    ("reaction", {"reaction": {"message_id": wamid()}}, "reaction", "", {"removed": True}),
    (
        "order",
        {"order": {"catalog_id": "c1", "text": "Please", "product_items": ITEMS}},
        "order",
        "Please\n2 × sku-1 — 1000 KZT\n1 × sku-2 — 9.50",
        {
            "catalog": "c1",
            "items": [
                {"product": "sku-1", "quantity": "2", "price": "1000", "currency": "KZT"},
                {"product": "sku-2", "quantity": "1", "price": "9.50"},
            ],
        },
    ),
    (
        "edit",
        {"edit": {"original_message_id": wamid(), "message": {"type": "text", "text": {"body": "New"}}}},
        "edit",
        "New",
        {"new_kind": "text"},
    ),
    (
        "edit",
        {
            "edit": {
                "original_message_id": wamid(),
                "message": {"type": "image", "image": FILE | {"caption": "New"}},
            }
        },
        "edit",
        "New",
        KEPT | {"new_kind": "image"},
    ),
    ("revoke", {"revoke": {"original_message_id": wamid()}}, "revoke", "", {}),
]
NOT_UNDERSTOOD: list[tuple[str, dict[str, Any]]] = [
    ("text", {"text": {"body": None}}),
    ("text", {"text": "body"}),
    ("image", {"image": {"mime_type": "image/png", "url": "https://lookaside.fbsbx.com/x"}}),
    ("location", {"location": {"latitude": 91, "longitude": 0}}),
    ("location", {"location": {"latitude": True, "longitude": "1"}}),
    ("contacts", {"contacts": []}),
    ("button", {"button": {}}),
    ("interactive", {"context": {"id": wamid(serial=9)}}),
    ("interactive", {"interactive": {"type": "call_permission_reply"}}),
    ("reaction", {"reaction": {"emoji": "👍"}}),
    ("order", {"order": {"product_items": []}}),
    ("edit", {"edit": {"original_message_id": wamid(), "message": {"type": "poll"}}}),
    ("edit", {"edit": {"message": {"type": "text", "text": {"body": "New"}}}}),
    ("revoke", {"revoke": {}}),
    ("ephemeral", {}),
    (
        "unsupported",
        {"unsupported": {"type": "video_note"}, "errors": [{"code": 131051, "title": "Unknown"}]},
    ),
]
