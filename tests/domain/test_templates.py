"""Which templates may be sent, what is filled into them, and what the customer sees."""

import json
from typing import Any

import pytest

from chalicelib.channels.base import TemplatePart
from chalicelib.channels.whatsapp.fill_template import filled_template
from chalicelib.core.errors import BadInput
from chalicelib.provider_templates.model import (
    BadValue,
    Button,
    Content,
    as_shown,
    content_of,
    fill,
    places_of,
    why_not,
)
from tests.support.delivery.templates import component, template

NAMED = template(
    component("HEADER", "Счёт {{1}}", format="TEXT", example={"header_text": ["№ 7"]}),
    component("BODY", "{{first_name}}, {{ amount }} до {{until}}.", example={
        "body_text_named_params": [{"param_name": "first_name", "example": "Виктория"}]}),
    component("FOOTER", "sPoint"),
    {"type": "BUTTONS", "buttons": [
        {"type": "QUICK_REPLY", "text": "Спасибо"},
        {"type": "URL", "text": "Открыть", "url": "https://spoint.kz/{{1}}"},
        {"type": "PHONE_NUMBER", "text": "Позвонить", "phone_number": "+77000000000"}]},
)  # fmt: skip
VALUES = {
    "header.1": "№ 1024", "body.first_name": "Виктория", "body.amount": "5 ₸", "body.until": "1.12",
    "button.1.1": "i/1024",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, ""),
        ({"status": "PAUSED"}, "paused"),
        ({"status": "DISABLED"}, "disabled"),
        ({"status": "PENDING"}, "pending"),
        ({"status": "REJECTED"}, "rejected"),
        ({"status": "ARCHIVED"}, "not_approved"),
        ({"status": "approved"}, "not_approved"),
        ({"status": ""}, "not_approved"),
        ({"category": "MARKETING"}, "marketing"),
        ({"category": "AUTHENTICATION"}, "authentication"),
        ({"category": "UTILITY_LITE"}, "category"),
        ({"category": ""}, "category"),
        ({"correct_category": "MARKETING"}, "becomes_marketing"),
        ({"correct_category": "AUTHENTICATION"}, "category"),
        ({"components": "no json"}, "unbuilt"),
        ({"components": "[]"}, "unbuilt"),
    ],
)
def test_only_an_approved_utility_template_that_stays_one_may_be_sent(given: dict[str, Any], why: str) -> None:
    assert why_not(template(**given)) == why


@pytest.mark.parametrize(
    ("part", "unbuilt"),
    [
        ({"type": "HEADER", "format": "IMAGE"}, "header image"),
        ({"type": "CAROUSEL", "cards": []}, "carousel"),
        ({"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "x"}]}, "buttons"),
        ({"type": "BUTTONS", "buttons": [None]}, "buttons"),
    ],
)
def test_a_part_that_the_desk_cannot_send_is_named(part: dict[str, Any], unbuilt: str) -> None:
    one = template(component("BODY", "x"), part)
    assert (content_of(one).unbuilt, why_not(one)) == (unbuilt, "unbuilt")


def test_places_stand_in_the_order_of_the_parts_with_their_examples() -> None:
    assert [(one.id, one.example) for one in places_of(NAMED)] == [
        ("header.1", "№ 7"), ("body.first_name", "Виктория"), ("body.amount", ""), ("body.until", ""),
        ("button.1.1", ""),
    ]  # fmt: skip
    turned = template(component("BODY", "{{2}} {{10}} {{1}} {{2}}", example={"body_text": [["a", "b"]]}))
    assert [one.key for one in places_of(turned)] == ["1", "2", "10"]


def test_the_customer_sees_every_value_in_its_place() -> None:
    shown = fill(NAMED, VALUES)

    assert shown.text == "Счёт № 1024\n\nВиктория, 5 ₸ до 1.12.\n\nsPoint"
    assert shown.buttons == (
        Button("reply", "Спасибо"),
        Button("url", "Открыть", "https://spoint.kz/i/1024"),
        Button("phone", "Позвонить", "+77000000000"),
    )
    assert as_shown(json.loads(json.dumps(shown.stored()))) == shown


def test_a_value_that_looks_like_a_place_is_not_filled_again() -> None:
    one = template(component("BODY", "{{1}} и {{2}}"))
    assert fill(one, {"body.1": "{{2}}", "body.2": "x"}).body == "{{2}} и x"


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"header.1": ""}, "template_value", "header.1"),
        ({"body.amount": "\u200b"}, "template_value", "body.amount"),
        ({"body.amount": "a\nb"}, "template_value", "body.amount"),
        ({"body.amount": "a\tb"}, "template_value", "body.amount"),
        ({"body.amount": "a     b"}, "template_value", "body.amount"),
        ({"header.1": "x" * 60}, "template_too_long", "header.1"),
        ({"body.amount": "x" * 1020}, "template_too_long", "body.first_name"),
        ({"body.amount": "x" * 1025}, "template_too_long", "body.amount"),
        ({"button.1.1": "a b"}, "template_value", "button.1.1"),
    ],
)
def test_a_value_that_the_provider_would_refuse_names_its_place(change: dict[str, str], code: str, place: str) -> None:
    with pytest.raises(BadValue) as error:
        fill(NAMED, VALUES | change)
    assert (error.value.code, error.value.place) == (code, place)


def test_four_spaces_in_a_row_are_taken() -> None:
    assert "a    b" in fill(NAMED, VALUES | {"body.amount": "a    b"}).body


def test_a_value_without_a_place_is_refused() -> None:
    with pytest.raises(BadInput, match="no place"):
        fill(NAMED, VALUES | {"body.9": "x"})


def test_the_call_holds_the_components_in_order_with_names_and_indexes() -> None:
    values = tuple((one.id, VALUES[one.id]) for one in places_of(NAMED))
    assert filled_template(TemplatePart("invoice", "ru", values)) == {
        "name": "invoice",
        "language": {"policy": "deterministic", "code": "ru"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "№ 1024"}]},
            {"type": "body", "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Виктория"},
                {"type": "text", "parameter_name": "amount", "text": "5 ₸"},
                {"type": "text", "parameter_name": "until", "text": "1.12"}]},
            {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "i/1024"}]},
        ],
    }  # fmt: skip
    assert filled_template(TemplatePart("plain", "kk")) == {
        "name": "plain", "language": {"policy": "deterministic", "code": "kk"}
    }  # fmt: skip


def test_a_code_to_copy_is_a_component_of_its_own() -> None:
    one = template(component("BODY", "x"), {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy"}]})
    assert [place.id for place in places_of(one)] == ["button.0.code"]
    assert fill(one, {"button.0.code": "AB12"}) == Content("", "x", "", (Button("code", "Copy", "AB12"),))
    (part,) = filled_template(TemplatePart("c", "kk", (("button.0.code", "AB12"),)))["components"]
    assert part == {
        "type": "button", "sub_type": "copy_code", "index": "0",
        "parameters": [{"type": "coupon_code", "coupon_code": "AB12"}],
    }  # fmt: skip
