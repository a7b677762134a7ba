"""Outside the reply window an answer about personal data leaves inside a template that the provider has approved."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.purposes import RIGHTS
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.telling.statuses import MessageStatuses
from tests.support.delivery.templates import component, keep, template
from tests.support.erasure.living import Living, outcomes
from tests.support.people import from_amina

NAME = "about_your_data"
ABOUT = template(component("BODY", "Деректеріңіз туралы: {{1}} – sPoint"), name=NAME)
TWO_PLACES = template(component("BODY", "{{1}}: {{2}} – sPoint"), name=NAME)
FULL = template(component("BODY", "Деректеріңіз туралы: {{1}} – sPoint" + "!" * 800), name=NAME)


def late_template(_channel: str, purpose: str) -> str:
    return NAME if purpose == RIGHTS else ""


@pytest.fixture
def request_(living: Living) -> Request:
    """Amina's request on WhatsApp, whose announcement is written two days after she last wrote."""
    request = living.suppressed(living.desk.person(from_amina(sent_at=living.desk.seconds)))
    living.desk.deliver()
    living.desk.provider.sent.clear()
    living.desk.now += 2 * DAY
    living.decide(request.id, "erase")
    assert living.park(request, "", "", "telling") == ""
    return living.read(request.id)


def deliver(living: Living, request: Request) -> None:
    living.desk.later(1)
    assert request.box is not None
    living.desk.sender(late_template=late_template)(request.box.conversation_id)


def announced(living: Living, request: Request) -> Any:
    (one,) = MessageStatuses(living.desk.gateway())(living.read(request.id).announcements)
    return one


def test_the_announcement_arrives_and_proves_that_the_person_was_told(living: Living, request_: Request) -> None:
    keep(living.desk, ABOUT)
    deliver(living, request_)
    deliver(living, request_)
    (sent,) = living.desk.provider.sent
    ((parameter,),) = (one["parameters"] for one in sent.template["components"])
    value = parameter["text"]
    assert "\n" not in value and request_.certificate_id in value
    assert "“" in value, "a template has no buttons of ours, so their titles are there to be typed"
    assert living.box_texts(living.read(request_.id))[-1] == f"Деректеріңіз туралы: {value} – sPoint"
    assert announced(living, request_).status == "sent"
    assert living.arrives(request_.id).told_by == "delivered" and outcomes(living) == ["told"]


def test_whoever_dies_in_between_leaves_it_to_the_next(living: Living, request_: Request) -> None:
    keep(living.desk, ABOUT)
    sender = living.desk.sender(late_template=late_template)
    answer = sender.late_notices.answer

    def dies(*given: Any) -> bool:
        assert answer(*given)
        raise SystemExit

    object.__setattr__(sender.late_notices, "answer", dies)
    living.desk.later(1)
    assert request_.box is not None
    with pytest.raises(SystemExit):
        sender(request_.box.conversation_id)
    assert living.desk.provider.sent == []
    deliver(living, request_)
    assert len(living.desk.provider.sent) == 1 and announced(living, request_).status == "sent"


@pytest.mark.parametrize(
    "unfit",
    [ABOUT._replace(status="PAUSED"), ABOUT._replace(category="MARKETING"), TWO_PLACES, FULL, None],
    ids=["paused", "marketing", "two places", "too long", "none"],
)
def test_without_a_template_that_it_fits_into_it_is_not_sent_and_says_so(
    living: Living, request_: Request, unfit: Any
) -> None:
    keep(living.desk, *([unfit] if unfit else []))
    before = living.box_texts(living.read(request_.id))
    deliver(living, request_)
    assert living.desk.provider.sent == []
    one = announced(living, request_)
    assert (one.status, one.failure["code"]) == ("failed", "window_closed")
    assert living.box_texts(living.read(request_.id)) == before
    assert outcomes(living) == []


def test_inside_the_window_it_leaves_as_it_is_with_its_buttons(living: Living) -> None:
    request = living.suppressed(living.desk.person(from_amina(sent_at=living.desk.seconds)))
    living.desk.deliver()
    living.desk.provider.sent.clear()
    keep(living.desk, ABOUT)
    living.decide(request.id, "erase")
    living.park(request, "", "", "telling")
    deliver(living, living.read(request.id))
    assert [(one.template, len(one.buttons)) for one in living.desk.provider.sent] == [(None, 1)]
