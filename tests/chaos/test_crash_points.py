"""Every task of the erasure dies before and after each of its writes, on the running desk; the machine itself goes on.

One walk of the clock (module fixture `crashes`); what each test looks at was seen on the way.
"""

import random
from collections.abc import Iterator

import pytest

from tests.chaos.crash_points import writes_of
from tests.chaos.crashing import PART, Crashes
from tests.chaos.report import REPORT
from tests.support.e2e.erasing import FINAL, GENUINE, about, belonging, boxes_of, check, ids_of
from tests.support.e2e.playing import Play

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def crashes(play: Play) -> Iterator[Crashes]:
    """All of it, once."""
    with REPORT.timed(PART, "all"):
        yield Crashes(play, random.Random(REPORT.seed)).played()


def test_every_task_died_before_and_after_each_of_its_writes(crashes: Crashes) -> None:
    writes = writes_of(crashes.met, crashes.tried.values())
    REPORT.note(PART, points={f"{state} × {count}": 2 * count for state, count in writes.items()})
    assert writes.keys() == crashes.states.keys()
    assert all(writes.values()), writes
    assert not crashes.seen["left"]


def test_every_certificate_is_genuine_and_final(crashes: Crashes) -> None:
    for one in crashes.going:
        said = check(crashes.play, one.certificate(), one.language)
        assert GENUINE[one.language] in said and FINAL[one.language] in said
    REPORT.note(PART, certificates=len({one.certificate() for one in crashes.going}))


def test_who_failed_for_good_was_escalated_first(crashes: Crashes) -> None:
    for request in crashes.seen["escalated"]:
        assert request["failure"]["step"] == "inventoried"


def test_what_was_counted_was_destroyed(crashes: Crashes) -> None:
    for request in crashes.seen["destroyed"]:
        assert request["counts"]["desk.conversation"]["found"] >= 2 and request["counts"]["keys"]["found"] == 1
        for store, counts in request["counts"].items():
            assert counts["found"] == counts["destroyed"] and not counts["retained"], store


def test_of_each_the_request_and_the_tombstone_are_left(crashes: Crashes) -> None:
    before, after = crashes.rows["before"], crashes.rows["after"]
    for one, request in zip(crashes.going, crashes.seen["destroyed"], strict=True):
        assert set(belonging(after, ids_of(before, one.contact_id))) == {
            ("desk", f"request#{request['id']}", "request"),
            ("ledger", f"tombstone#{one.contact_id}", "tombstone"),
        }
    assert not belonging(after, boxes_of(before, {one.contact_id for one in crashes.going}))


def test_nothing_of_them_can_be_read_anywhere(crashes: Crashes) -> None:
    assert crashes.seen["readable"] == set()


def test_nobody_is_told_twice(crashes: Crashes) -> None:
    for one in crashes.asking:
        assert len(set(one.heard())) == len(one.heard())


def test_who_wants_no_news_keeps_everything_else_and_is_answered_once(crashes: Crashes) -> None:
    kept = {"head", "ticket", "alias", "contact"}  # a message of theirs and the mark itself change these
    for one in crashes.opting:
        first, after = about(crashes.rows["first"], one), about(crashes.rows["after"], one)
        before = {place: item for place, item in first.items() if place[2] not in kept}
        assert len(before) > 4 and {place: after.get(place) for place in before} == before
        assert "opted_out_at" in after["desk", f"contact#{one.contact_id}", "contact"]
        assert GENUINE[one.language] in check(crashes.play, one.certificate(), one.language)
        assert len(set(one.heard())) == len(one.heard())


def test_bystanders_are_as_they_were_bit_for_bit(crashes: Crashes) -> None:
    for one in crashes.bystanders:
        mine = about(crashes.rows["first"], one)
        assert len(mine) > 8 and mine == about(crashes.rows["after"], one)


def test_who_cancelled_keeps_everything(crashes: Crashes) -> None:
    """Bit for bit, but for what a message of their own changes: the words with which they asked and confirmed."""
    own = {"head", "ticket", "alias"}
    for one in crashes.sorry:
        first, after = about(crashes.rows["first"], one), about(crashes.rows["after"], one)
        kept = {place: item for place, item in first.items() if place[2] not in own}
        assert len(kept) > 5 and {place: after.get(place) for place in kept} == kept
        ticket = one.ticket(crashes.play.sign_in())
        assert [m["text"] for m in ticket["messages"] if m["text"] in one.wrote] == one.wrote
