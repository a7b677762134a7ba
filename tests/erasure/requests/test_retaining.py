"""Two colleagues decide what the company keeps outside of the desk after a destruction: on a ground of the profile, no
longer than it allows; the person is told, and the certificate says so."""

from dataclasses import replace

import pytest

from chalicelib.certificates.model import issued_body
from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of
from chalicelib.privacy.decide import DecideRequest
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.texts.retained import retained_lines
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from tests.support.erasure.asking import code
from tests.support.erasure.living import DANA, ERLAN, Living
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person

KEEPS = Profile(**{**vars(PROFILE), "retain": load_profile("smartaqkol").retain})
"""sPoint's profile with a ground on which something is kept for three years at the longest."""


@pytest.fixture
def request_(living: Living, daniyar: Person) -> Request:
    """Daniyar's request, which he has not confirmed."""
    return living.mark(living.suppressed(daniyar).id, state="deciding")


def deciding(living: Living) -> DecideRequest:
    return replace(living.deciding, profile=KEEPS)


def last_day(request: Request) -> str:
    return day_of(KEEPS.retain["claims"].longest.after(request.received_at))


def keep(living: Living, request: Request, until: str = "", **more: str) -> str:
    """What is wrong with a proposal."""
    given = {"ground": "claims", "until": until or last_day(request), **more}
    return code(lambda: deciding(living).propose(request.id, "retain", DANA, **given))


def test_two_decide_and_nothing_else_of_the_request_changes(living: Living, request_: Request) -> None:
    deciding(living).propose(request_.id, "erase", DANA, check="in_person", reason="Паспорт показан")
    deciding(living).agree(request_.id, ERLAN)
    before = living.read(request_.id)
    assert keep(living, before) == ""
    assert code(lambda: deciding(living).agree(request_.id, DANA)) == "same_person"
    deciding(living).agree(request_.id, ERLAN)
    after = living.read(request_.id)
    kept = {"ground": "claims", "clause": "94-V art. 8(2)", "categories": ["agreement"], "until": last_day(before)}
    assert [dict(one) for one in after.retained] == [{**kept, "by": [DANA, ERLAN]}]
    assert replace(after, retained=()) == replace(before, retained=()) and living.reason(after) == "Паспорт показан"
    assert keep(living, after) == "already_decided" and living.read(request_.id) == after


@pytest.mark.parametrize("ground", ["", "law", "obligation", "because"])
def test_a_ground_is_one_of_the_profiles(living: Living, request_: Request, ground: str) -> None:
    assert keep(living, request_, ground=ground) == "retain" and living.read(request_.id) == request_
    asked = lambda: living.deciding.propose(request_.id, "retain", DANA, ground="claims", until=last_day(request_))  # noqa: E731
    assert code(asked) == "retain", "a profile without grounds keeps nothing"


def test_a_day_lies_after_today_and_within_the_longest_term(living: Living, request_: Request) -> None:
    today, last = living.desk.now, KEEPS.retain["claims"].longest.after(request_.received_at)
    for until in ("-", day_of(today), day_of(today - DAY), day_of(last + DAY), "2027-2-1", "2027-02-30", "later"):
        assert keep(living, request_, until) == "until", until
    assert living.read(request_.id) == request_
    assert keep(living, request_, day_of(today + DAY)) == keep(living, request_, day_of(last)) == ""


def test_a_proposal_that_was_read_too_late_is_not_carried_out(living: Living, request_: Request) -> None:
    assert keep(living, request_, day_of(living.desk.now + DAY)) == ""
    living.desk.now += 2 * DAY
    assert code(lambda: deciding(living).agree(request_.id, ERLAN)) == "until"
    deciding(living).take_back(request_.id)
    assert living.read(request_.id).proposal is None and not living.read(request_.id).retained


def test_behind_the_barrier_it_is_too_late(living: Living, request_: Request) -> None:
    living.mark(request_.id, **{f"steps.{Step.WRITES_BLOCKED}": living.desk.now})
    assert keep(living, request_) == "too_late"


def test_the_person_and_the_certificate_are_told_what_and_until_when(living: Living, request_: Request) -> None:
    keep(living, request_, "2029-03-01")
    deciding(living).agree(request_.id, ERLAN)
    request = living.read(request_.id)
    assert retained_lines(request_, "ru") == ()
    for language, date in (("kk", "01.03.2029"), ("ru", "01.03.2029"), ("en", "1\u00a0Mar\u00a02029")):
        blank, line = retained_lines(request, language)
        assert not blank and date in line and "94-V" in line, language
    (kept,) = issued_body(replace(request, language="ru"), KEEPS, living.desk.now)["retained"]
    assert (kept["until"], kept["categories"]) == ("2029-03-01", ["agreement"]) and DANA not in str(kept)
