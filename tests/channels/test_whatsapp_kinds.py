"""Each message type of WhatsApp, as its sender meant it."""

import json
from typing import Any

import pytest

from chalicelib.channels.parts import KINDS, InboundMessage
from chalicelib.channels.whatsapp.parse import parse
from tests.channels.bodies import NOW, NUMBER, body, change, message, wamid

FILE = {
    "id": "65463453",
    "mime_type": "image/jpeg",
    "sha256": "4654+8g=",
    "url": "https://lookaside.fbsbx.com/x",
}
KEPT = {"media_id": "65463453", "mime": "image/jpeg", "sha256": "4654+8g="}


def only(given: dict[str, Any]) -> InboundMessage:
    [part] = parse(body(change([given])), {NUMBER}, NOW)
    assert isinstance(part, InboundMessage)
    assert part.kind in KINDS
    json.dumps(dict(part.details))
    return part


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


@pytest.mark.parametrize(("kind", "fields", "expected", "text", "details"), UNDERSTOOD)
def test_a_message_is_understood(
    kind: str, fields: dict[str, Any], expected: str, text: str, details: dict[str, Any]
) -> None:
    part = only(message(kind, **fields))
    assert (part.kind, part.text, dict(part.details)) == (expected, text, details)
    assert part.target == (wamid() if expected in ("reaction", "edit", "revoke") else "")
    assert (part.raw, part.raw_type) == (b"", "")


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


@pytest.mark.parametrize(("kind", "fields"), NOT_UNDERSTOOD)
def test_scenario_11_a_message_that_is_not_understood_is_shown_with_its_type(kind: str, fields: dict[str, Any]) -> None:
    given = message(kind, **({"text": None} | fields))
    part = only(given)
    assert part.kind == "unsupported"
    assert part.raw_type.split(":")[0] == kind
    assert json.loads(part.raw) == given
    assert part.provider_id == given["id"]
    assert part.quote == fields.get("context", {}).get("id", "")


def test_an_unsupported_message_says_why() -> None:
    part = only(message("unsupported", unsupported={"type": "video_note"}, errors=[{"code": 131051, "title": "No"}]))
    assert part.raw_type == "unsupported:video_note"
    assert dict(part.details) == {"code": "131051", "reason": "No"}
    assert only(message("unsupported", type=None)).raw_type == "other"


def test_scenario_14_quotes_and_forwards() -> None:
    part = only(message(context={"id": wamid(serial=9), "from": "77010000000", "forwarded": True}))
    assert (part.quote, part.forwarded, dict(part.details)) == (wamid(serial=9), True, {})
    often = only(message(context={"frequently_forwarded": True}))
    assert often.forwarded and often.details["frequently_forwarded"] is True


def test_an_advertisement_and_a_product_are_kept_beside_the_text() -> None:
    part = only(
        message(
            referral={"source_type": "ad", "headline": "Sale", "ctwa_clid": "x", "body": None},
            context={"referred_product": {"product_retailer_id": "sku-1"}},
        )
    )
    assert dict(part.details) == {"referral": {"source_type": "ad", "headline": "Sale"}, "product": "sku-1"}


@pytest.mark.parametrize(
    ("card", "text"),
    [
        ({"org": {"department": "Warehouse", "title": "Keeper"}}, "Warehouse, Keeper"),
        ({"urls": [{"url": "https://desk.example"}]}, "https://desk.example"),
        ({"addresses": [{"street": "Abai 1", "city": "Almaty", "country_code": "kz", "zip": None}]}, "Abai 1, Almaty"),
        (
            {
                "name": {"formatted_name": "Saule"},
                "org": {"company": "sPoint", "title": "Keeper"},
                "phones": [{"phone": "+7 701"}],
                "addresses": [{"city": "Almaty"}, {}],
            },
            "Saule, sPoint, Keeper: +7 701, Almaty",
        ),
        ({"urls": {}, "addresses": [1], "org": []}, "…"),
    ],
)
def test_all_of_a_card_is_shown(card: dict[str, Any], text: str) -> None:
    assert only(message("contacts", contacts=[card])).text == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"image": {"caption": "Look"}}, "Look"),
        ({"unsupported": {"type": "poll"}, "poll": {"title": "Lunch?", "options": [{"text": "Soup"}]}}, "Lunch?\nSoup"),
        ({"errors": [{"title": "No"}], "referral": {"body": "Sale"}, "context": {"text": "No"}}, ""),
    ],
)
def test_words_of_an_unsupported_part_are_shown_wherever_they_lie(fields: dict[str, Any], text: str) -> None:
    assert only(message("unsupported", text=None, **fields)).text == text


def test_many_cards_and_many_lines_are_counted_not_kept() -> None:
    cards = only(message("contacts", contacts=[{"name": {"formatted_name": "Saule"}}] * 40))
    assert (len(cards.details["cards"]), cards.details["more"]) == (30, 10)
    order = only(message("order", order={"product_items": [{"product_retailer_id": "s", "quantity": 1}] * 40}))
    assert (len(order.details["items"]), order.details["more"]) == (30, 10)
