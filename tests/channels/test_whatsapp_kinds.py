"""Each message type of WhatsApp, as its sender meant it."""

import json
from typing import Any

import pytest

from chalicelib.channels.parts import KINDS, ChatEvent, InboundMessage
from chalicelib.channels.whatsapp.parse import parse
from tests.support.channels.bodies import NOW, NUMBER, body, change, message, wamid
from tests.support.channels.whatsapp import NOT_UNDERSTOOD, UNDERSTOOD


def only(given: dict[str, Any]) -> InboundMessage:
    [part] = parse(body(change([given])), {NUMBER}, NOW)
    assert isinstance(part, InboundMessage)
    assert part.kind in KINDS
    json.dumps(dict(part.details))
    return part


@pytest.mark.parametrize(("kind", "fields", "expected", "text", "details"), UNDERSTOOD)
def test_a_message_is_understood(
    kind: str, fields: dict[str, Any], expected: str, text: str, details: dict[str, Any]
) -> None:
    part = only(message(kind, **fields))
    assert (part.kind, part.text, dict(part.details)) == (expected, text, details)
    assert part.target == (wamid() if expected in ("reaction", "edit", "revoke") else "")
    assert (part.raw, part.raw_type) == (b"", "")


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


@pytest.mark.parametrize(
    ("fields", "refers", "pressed"),
    [
        ({"type": "reaction", "reaction": {"emoji": "👍"}}, True, False),
        ({"type": "edit", "edit": {"original_message_id": wamid(), "message": {"type": "poll"}}}, True, False),
        ({"type": "revoke", "revoke": {}}, True, False),
        ({"type": "unsupported", "unsupported": {"type": "edit"}}, True, False),
        ({"type": "unsupported", "unsupported": {"type": "poll_update"}}, True, False),
        ({"type": "unsupported", "unsupported": {"type": "poll_creation"}}, False, False),
        ({"type": "unsupported", "unsupported": {"type": "interactive"}}, False, False),  # forwarded, not pressed
        ({"type": "unsupported", "unsupported": "edit"}, False, False),
        ({"type": "interactive", "interactive": {"type": "call_permission_reply"}}, False, True),
        ({"type": "interactive", "context": {"id": wamid()}}, False, True),
        ({"type": "button", "button": {}}, False, True),
        ({"type": "ephemeral"}, False, False),
    ],
)
def test_what_is_not_understood_says_whether_it_is_about_an_earlier_message(
    fields: dict[str, Any], refers: bool, pressed: bool
) -> None:
    part = only(message(text=None) | fields)
    assert (part.kind, part.refers, part.pressed) == ("unsupported", refers, pressed)


def test_a_pin_is_an_event_of_the_chat() -> None:
    given = message("unsupported", text=None, unsupported={"type": "pin"}, errors=[{"code": 131051}])
    [part] = parse(body(change([given])), {NUMBER}, NOW)
    assert isinstance(part, ChatEvent)
    assert (part.kind, part.provider_id, part.at) == ("pinned", given["id"], int(given["timestamp"]))
