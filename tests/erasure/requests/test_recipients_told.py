"""Whom the company tells of a withdrawal, because they have data of the person: named, noted once, certified."""

import pytest

from chalicelib.certificates.model import issued_body
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.tell_recipients import TellRecipients, to_tell
from tests.support.erasure.living import DANA, ERLAN, Living
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person


@pytest.fixture
def request_(living: Living, daniyar: Person) -> Request:
    """Daniyar's request on Telegram; it is sure that he asked."""
    return living.mark(living.suppressed(daniyar).id, **{f"steps.{Step.VERIFIED}": living.desk.now})


def noting(living: Living) -> TellRecipients:
    return TellRecipients(living.store, PROFILE, living.clock)


def test_those_of_the_persons_channel_of_whom_something_is_asked(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    assert to_tell(request, PROFILE) == [], "nobody is told before it is sure who asked"
    request = living.mark(request.id, **{f"steps.{Step.VERIFIED}": living.desk.now})
    assert [(row.id, row.on_withdrawal) for row in to_tell(request, PROFILE)] == [("telegram", "destroy")]
    refused = living.mark(request.id, **{f"steps.{Step.REFUSED}": living.desk.now})
    assert to_tell(refused, PROFILE) == []


def test_it_is_noted_once_by_the_first_who_says_so(living: Living, request_: Request) -> None:
    assert noting(living).told(request_.id, "telegram", DANA)
    first = living.read(request_.id)
    assert first.recipients_told == {"telegram": {"by": DANA, "at": living.desk.now}}
    living.desk.now += 1000
    assert not noting(living).told(request_.id, "telegram", ERLAN)
    assert living.read(request_.id) == first


@pytest.mark.parametrize("recipient", ["meta", "aws", "google", "", "nobody"])
def test_nobody_else_is_noted(living: Living, request_: Request, recipient: str) -> None:
    with pytest.raises(BadInput) as refused:
        noting(living).told(request_.id, recipient, DANA)
    assert refused.value.code == "recipient" and living.read(request_.id) == request_
    with pytest.raises(NotFound):
        noting(living).told("0" * 20, "telegram", DANA)


def test_the_certificate_says_what_was_asked_and_when(living: Living, request_: Request) -> None:
    def said(request: Request) -> list[dict[str, str]]:
        return [one for one in issued_body(request, PROFILE, living.desk.now)["not_covered"] if "asked" in one]

    assert said(request_) == [{"what": "recipient", "name": "Telegram", "asked": "destroy", "told": ""}]
    noting(living).told(request_.id, "telegram", DANA)
    (told,) = said(living.read(request_.id))
    assert told["told"].endswith("Z") and DANA not in str(told)
