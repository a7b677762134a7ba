"""What Meta tells about templates becomes changes; what is not understood is counted."""

import json
from typing import Any

import pytest

from chalicelib.channels.parts import IgnoredPart, TemplateChanged
from chalicelib.channels.whatsapp.parse import parse
from tests.support.channels import bodies

ABOUT = {
    "message_template_id": 16,
    "message_template_name": "answer_ready",
    "message_template_language": "en-US",
}
BUSINESS = "102290129340398"
AT = bodies.NOW - 5


def told(field: str, value: Any, at: Any = AT, business: Any = BUSINESS) -> Any:
    entry = {"id": business, "time": at, "changes": [{"field": field, "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    (part,) = parse(body, [bodies.NUMBER], bodies.NOW)
    return part


def changed(what: Any, value: str, **more: Any) -> TemplateChanged:
    return TemplateChanged("whatsapp", BUSINESS, "answer_ready", "en_US", what, value, AT, **more)


def test_a_status_a_quality_and_both_shapes_of_a_category_are_read() -> None:
    status, quality = "message_template_status_update", "message_template_quality_update"
    assert told(status, ABOUT | {"event": "PAUSED"}) == changed("status", "PAUSED")
    assert told(status, ABOUT | {"event": "REINSTATED"}) == changed("status", "APPROVED")
    assert told(quality, ABOUT | {"new_quality_score": "RED"}) == changed("quality", "RED")
    category = "template_category_update"
    done = {"previous_category": "UTILITY", "new_category": "MARKETING"}
    assert told(category, ABOUT | done) == changed("category", "MARKETING")
    announced = {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": "1764999999"}
    assert told(category, ABOUT | announced) == changed(
        "category", "UTILITY", correct="MARKETING", correct_since=1764999999
    )
    withdrawn = {"new_category": "UTILITY", "correct_category": "UTILITY", "category_update_timestamp": 1764999999}
    assert told(category, ABOUT | withdrawn) == changed("category", "UTILITY")


@pytest.mark.parametrize(
    ("value", "business"),
    [
        (None, BUSINESS),
        ([], BUSINESS),
        (ABOUT, BUSINESS),
        (ABOUT | {"event": 7}, BUSINESS),
        (ABOUT | {"event": "PAUSED", "message_template_name": ""}, BUSINESS),
        (ABOUT | {"event": "PAUSED"}, None),
    ],
)
def test_what_is_not_understood_is_counted(value: Any, business: Any) -> None:
    ignored = IgnoredPart("whatsapp", "field:message_template_status_update")
    assert told("message_template_status_update", value, business=business) == ignored
