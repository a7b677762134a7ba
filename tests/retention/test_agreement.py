"""What counts from the end of a person's agreement with the company (D2.4): nothing ends while it lasts, and all of it
three years after it ended, whatever happens in between."""

import datetime
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.kept_for import WHILE_IT_LASTS, KeptFor
from chalicelib.core.texts import KAZAKHSTAN
from chalicelib.core.working_days import day_of
from chalicelib.messages.ingest import Outcome
from tests.support.delivery.desk import BOLAT
from tests.support.faults import fated
from tests.support.intake.rows import change
from tests.support.people import from_amina
from tests.support.retention.desk import Bells, RetentionDesk

YEARS = KeptFor(3, "years", agreement=True)
BEGINS = int(datetime.datetime(2027, 12, 1, 12, tzinfo=KAZAKHSTAN).timestamp()) * SECOND


@pytest.fixture
def bound(desk: RetentionDesk) -> RetentionDesk:
    """A desk whose tickets and contacts are kept for three years after the agreement ended."""
    desk.ticket_kept = desk.contact_kept = YEARS
    desk.now = BEGINS
    return desk


def at(written: str) -> int:
    """The instant (ms) of a time in Kazakhstan."""
    return int(datetime.datetime.fromisoformat(written).replace(tzinfo=KAZAKHSTAN).timestamp()) * SECOND


def amina(desk: RetentionDesk) -> dict[str, Any]:
    """Her ticket, opened and closed."""
    return desk.closed(desk.open_ticket(from_amina(sent_at=desk.seconds)))


def settle(desk: RetentionDesk) -> None:
    """Let the expiry stamper do all that the stream would wake it for."""
    while due := [one for one in desk.of("head") if one.get("due")]:
        for head in due:
            desk.agreement_dates().conversation(head["conversation_id"])
    for _ in range(3):
        for ticket in desk.of("ticket"):
            if ticket.get("expires_at", 0) != ticket.get("dated", 0):
                desk.date(ticket)


def ended(desk: RetentionDesk, ticket: Mapping[str, Any], day: str) -> None:
    assert desk.agreements().ended(ticket["contact_id"], day, BOLAT)
    settle(desk)


def dates(desk: RetentionDesk) -> set[int]:
    """The dates of tickets, their rows and the contact."""
    named = ("ticket", "number", "head")
    return {
        one["expires_at"]
        for one in desk.items()
        if one["sk"] in named or (one["sk"].startswith("message#") and one.get("ticket_id"))
    }


def gone(desk: RetentionDesk, ticket: Mapping[str, Any]) -> bool:
    return not desk.left_of(ticket["contact_id"], ticket["conversation_id"])


def test_while_the_agreement_lasts_nothing_ends(bound: RetentionDesk) -> None:
    ticket = amina(bound)
    assert dates(bound) == {WHILE_IT_LASTS}
    bound.now += 20 * 365 * DAY
    bound.sweep()
    bound.read_all()
    assert bound.reader().ticket(ticket["ticket_id"]) and bound.reader().contact(ticket["contact_id"])
    assert bound.receive(from_amina("Тағы", sent_at=bound.seconds)) is Outcome.STORED
    assert len(bound.of("contact")) == 1


def test_it_ends_three_years_after_the_day_and_29_february_on_the_28th(bound: RetentionDesk) -> None:
    ticket = amina(bound)
    bound.now = at("2028-03-05 10:00")
    ended(bound, ticket, "2028-02-29")
    until = at("2031-02-28 23:59:59")
    assert dates(bound) == {until // SECOND}
    bound.now = until - 1
    bound.sweep()
    assert bound.reader().ticket(ticket["ticket_id"]) and bound.reader().contact(ticket["contact_id"])
    bound.now = until
    assert bound.reader().ticket(ticket["ticket_id"]) is None
    bound.sweep()
    assert gone(bound, ticket)


def test_a_ticket_that_is_closed_after_the_end_ends_with_the_others(bound: RetentionDesk) -> None:
    first = amina(bound)
    ended(bound, first, day_of(bound.now))
    until = dates(bound)
    bound.later(30 * 86_400)
    bound.receive(from_amina("Тағы", sent_at=bound.seconds))
    (second,) = [one for one in bound.of("ticket") if one["ticket_id"] != first["ticket_id"]]
    assert "expires_at" not in bound.head()
    bound.closed(second)
    settle(bound)
    assert dates(bound) == until
    bound.now = until.pop() * SECOND
    bound.sweep()
    assert gone(bound, first)


def test_one_that_is_open_when_the_term_is_over_keeps_the_contact_until_it_is_closed(bound: RetentionDesk) -> None:
    ticket = bound.open_ticket(from_amina(sent_at=bound.seconds))
    ended(bound, ticket, day_of(bound.now))
    bound.now = at("2030-12-30 12:00")
    bound.receive(from_amina("Тағы", sent_at=bound.seconds))
    bound.now = at("2031-01-20 12:00")
    bound.sweep()
    assert bound.reader().contact(ticket["contact_id"])
    (last,) = [one for one in bound.of("ticket") if one["state"] != "closed"] or [bound.ticket(ticket)]
    bound.closed(last)
    bound.later(60)
    settle(bound)
    bound.sweep()
    bound.later(700)
    bound.sweep()
    assert gone(bound, ticket)


def test_a_day_that_was_wrong_is_corrected_or_taken_back(bound: RetentionDesk) -> None:
    ticket = amina(bound)
    bound.now = at("2028-06-01 10:00")
    for day, until in (
        ("2028-05-01", "2031-05-01 23:59:59"),
        ("2028-04-01", "2031-04-01 23:59:59"),
        ("2028-05-30", "2031-05-30 23:59:59"),
    ):
        ended(bound, ticket, day)
        assert dates(bound) == {at(until) // SECOND}, day
    assert bound.agreements().lasts(ticket["contact_id"], BOLAT)
    settle(bound)
    assert dates(bound) == {WHILE_IT_LASTS}
    bound.now += 20 * 365 * DAY
    bound.sweep()
    assert bound.reader().contact(ticket["contact_id"])
    lines = [one["kind"] for one in bound.items(keep=lambda one: one.get("direction") == "event")]
    assert lines.count("agreement_ended") == 3 and lines.count("agreement_lasts") == 1


def test_however_long_ago_it_ended_the_day_can_be_corrected_for_three_days(bound: RetentionDesk) -> None:
    ticket = amina(bound)
    bound.now = at("2035-06-01 10:00")
    ended(bound, ticket, "2028-06-01")
    assert dates(bound) == {at("2035-06-04 10:00") // SECOND}
    bound.now = at("2035-06-03 09:59")
    ended(bound, ticket, "2034-06-01")
    bound.now = at("2035-06-04 10:00")
    bound.sweep()
    assert bound.reader().contact(ticket["contact_id"])


def test_a_day_before_the_end_nothing_is_taken_back(bound: RetentionDesk) -> None:
    ticket = amina(bound)
    bound.now = at("2028-06-01 10:00")
    ended(bound, ticket, "2028-06-01")
    bound.now = at("2031-06-01 00:00")
    before = bound.items()
    for act in (
        lambda: bound.agreements().lasts(ticket["contact_id"], BOLAT),
        lambda: bound.agreements().ended(ticket["contact_id"], "2028-07-01", BOLAT),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "expiring"
    assert bound.items() == before


@pytest.mark.parametrize("day", ["", "2028-6-1", "2028-02-30", "tomorrow", "2028-03-02", "2027-11-30"])
def test_a_day_that_cannot_be_changes_nothing(bound: RetentionDesk, day: str) -> None:
    ticket = amina(bound)
    bound.now = at("2028-03-01 23:00")
    before = bound.items()
    with pytest.raises(BadInput) as refused:
        bound.agreements().ended(ticket["contact_id"], day, BOLAT)
    assert refused.value.code == "day" and bound.items() == before
    assert bound.agreements().ended(ticket["contact_id"], "2028-03-01", BOLAT)


def test_said_twice_it_is_noted_once(bound: RetentionDesk) -> None:
    ticket = amina(bound)
    ended(bound, ticket, day_of(bound.now))
    before = bound.items()
    bound.later(60)
    assert not bound.agreements().ended(ticket["contact_id"], day_of(bound.now), BOLAT)
    assert bound.items() == before
    for head in bound.of("head"):
        bound.agreement_dates().conversation(head["conversation_id"])
    assert bound.items() == before


def test_nobody_and_who_is_being_destroyed_has_none(bound: RetentionDesk) -> None:
    ticket = amina(bound)
    with pytest.raises(NotFound):
        bound.agreements().lasts("0" * 20, BOLAT)
    change(bound, f"contact#{ticket['contact_id']}", "contact", "state", "erasing")
    before = bound.items()
    with pytest.raises(Conflict) as refused:
        bound.agreements().ended(ticket["contact_id"], day_of(bound.now), BOLAT)
    assert refused.value.code == "erasing" and bound.items() == before


def test_where_nothing_counts_from_one_nothing_is_said_of_it(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    before = desk.items()
    with pytest.raises(BadInput) as refused:
        desk.agreements().ended(ticket["contact_id"], day_of(desk.now), BOLAT)
    assert refused.value.code == "no_agreement" and desk.items() == before


# -- what comes late, and who dies


def test_a_contact_does_not_end_by_a_date_that_was_taken_back(bound: RetentionDesk) -> None:
    """The sweeper has read the head, and nobody has dated the tickets anew."""
    ticket = amina(bound)
    ended(bound, ticket, day_of(bound.now))
    bound.now = dates(bound).pop() * SECOND
    endings = bound.endings()
    head = endings.head(ticket["conversation_id"])
    assert head
    bound.now -= 2 * DAY
    assert bound.agreements().lasts(ticket["contact_id"], BOLAT)
    bound.now += 2 * DAY
    assert not endings.end(head, bound.now, bound.seconds + 1)
    assert not bound.ender()(ticket["conversation_id"])
    assert bound.reader().contact(ticket["contact_id"])


def test_a_ticket_that_is_closed_while_the_end_is_noted_gets_its_date(bound: RetentionDesk) -> None:
    """Whoever comes first: the closing knows nothing of the agreement."""
    ticket = bound.open_ticket(from_amina(sent_at=bound.seconds))
    bound.agreements().ended(ticket["contact_id"], day_of(bound.now), BOLAT)
    head = bound.head()
    bound.now = bound.ticket(ticket)["activity"] + 90 * DAY + 1
    bound.sweep()
    bound.agreement_dates().conversation(head["conversation_id"])
    settle(bound)
    assert dates(bound) == {YEARS.date(0, _end(bound))}


def _end(desk: RetentionDesk) -> Any:
    from chalicelib.contacts.agreement import end_of

    return end_of(desk.head())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 9))
def test_a_stamper_that_dies_is_repeated_by_the_sweeper(bound: RetentionDesk, number: int, when: str) -> None:
    ticket = amina(bound)
    bound.agreements().ended(ticket["contact_id"], day_of(bound.now), BOLAT)
    with fated(number, when):
        bound.agreement_dates().conversation(ticket["conversation_id"])
    bound.later(120)
    bound.sweep()
    settle(bound)
    assert dates(bound) == {YEARS.date(0, _end(bound))} and "due" not in bound.head()


def test_the_stream_wakes_the_expiry_stamper_and_the_sweeper_wakes_it_again(
    bound: RetentionDesk, wake_ups: Bells
) -> None:
    ticket = amina(bound)
    wake_ups.relay(wake_ups.records())
    wake_ups.drain("dating")
    known = len(wake_ups.records())
    bound.agreements().ended(ticket["contact_id"], day_of(bound.now), BOLAT)
    wake_ups.relay(wake_ups.records()[known:])
    wanted = {"conversation_id": ticket["conversation_id"]}
    assert wanted in wake_ups.drain("dating")
    known = len(wake_ups.records())
    bound.later(120)
    bound.sweep()
    wake_ups.relay(wake_ups.records()[known:])
    assert wanted in wake_ups.drain("dating")
