"""Of tickets whose term is over only numbers remain, where the profile wants that: on real tables."""

from typing import Any

import pytest

from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.kept_for import KeptFor
from chalicelib.retention.delete_expired import DeleteExpired
from chalicelib.retention.expired_store import ExpiredStore
from chalicelib.retention.statistics import Cell, PublishStatistics, StatisticsStore, month_of
from tests.support.faults import Conflicting, fated
from tests.support.people import from_amina
from tests.support.retention.desk import KEPT_DAYS, RetentionDesk, at_once


def store(desk: RetentionDesk, dynamodb: Any = None) -> StatisticsStore:
    return StatisticsStore(desk.gateway(dynamodb, at_once))


def sweep(desk: RetentionDesk, dynamodb: Any = None) -> dict[str, int]:
    """One sweep that counts."""
    tables = desk.gateway(dynamodb, at_once)
    expired = ExpiredStore(tables, desk.bucket, StatisticsStore(tables))
    delete = DeleteExpired(expired, lambda *_: None, lambda _: True, desk.ender(dynamodb), desk.closed_accounts.append)
    return desk.sweeper(dynamodb, delete=delete)()


def publish(desk: RetentionDesk) -> int:
    return PublishStatistics(store(desk), KeptFor(KEPT_DAYS), lambda: desk.now)()


def counts(desk: RetentionDesk) -> dict[str, int]:
    prefix = "count#"
    return {
        one["sk"].removeprefix(prefix): one["people"]
        for one in desk.items(keep=lambda one: one["pk"] == "statistics")
        if one["sk"].startswith(prefix)
    }


def people(desk: RetentionDesk, number: int) -> list[dict[str, Any]]:
    """So many people, each with a ticket that is closed."""
    first = desk.seconds
    for one in range(number):
        author = Author((Address("phone", f"7700{one:07d}"),), "Біреу")
        desk.receive(from_amina("Сәлем", sent_at=first, author=author))
    tickets = desk.of("ticket")
    desk.now += 90 * DAY + 1
    desk.sweep()
    for ticket in tickets:
        desk.date(ticket)
    return [desk.ticket(one) for one in tickets]


def test_a_ticket_is_counted_when_it_ends_and_no_row_leads_to_it(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    desk.now = ticket["expires_at"] * 1000
    sweep(desk)
    assert desk.left_of(ticket["contact_id"], ticket["conversation_id"], ticket["ticket_id"], ticket["number"]) == {}
    month = month_of(ticket["closed_at"])
    assert counts(desk) == {f'{month}#["whatsapp","kk","longer",""]': 1}
    sweep(desk)
    assert list(counts(desk).values()) == [1]


def test_a_month_is_published_when_all_of_it_has_ended_and_small_numbers_are_destroyed(desk: RetentionDesk) -> None:
    tickets = people(desk, 6)
    desk.now = max(one["expires_at"] for one in tickets) * 1000
    sweep(desk)
    assert list(counts(desk).values()) == [6] and store(desk).published() == []
    publish(desk)
    assert store(desk).published() == []
    desk.now += 60 * DAY
    publish(desk)
    (month,) = store(desk).published()
    assert month.people == {Cell("whatsapp", "kk", "longer", ""): 6} and counts(desk) == {}
    assert month.month == month_of(tickets[0]["closed_at"])
    before = desk.items()
    assert publish(desk) == 0 and desk.items() == before


def test_four_people_leave_no_number(desk: RetentionDesk) -> None:
    tickets = people(desk, 4)
    desk.now = max(one["expires_at"] for one in tickets) * 1000
    sweep(desk)
    assert list(counts(desk).values()) == [4]
    desk.now += 60 * DAY
    publish(desk)
    assert counts(desk) == {} and store(desk).published() == []


def test_a_person_counts_once_a_month(desk: RetentionDesk) -> None:
    """However many tickets of theirs were closed in it."""
    first = desk.closed(desk.open_ticket())
    desk.later(60)
    desk.receive(from_amina("Тағы", sent_at=desk.seconds))
    (second,) = [one for one in desk.of("ticket") if one["ticket_id"] != first["ticket_id"]]
    date = first["expires_at"]
    desk.gateway().write(
        desk.gateway().update(
            "ticket", _key(second), "SET #state = :closed, #closed_at = :at, #expires_at = :date, #dated = :date",
            values={"closed": "closed", "at": first["closed_at"], "date": date},
        )
    )  # fmt: skip
    expired = ExpiredStore(desk.gateway(), desk.bucket, store(desk))
    desk.now = date * 1000
    for one in (first, second):
        (found,) = [item for item, _ in expired.page("desk", (), desk.now).items if _is(item, one)]
        expired.remove(found)
    assert list(counts(desk).values()) == [1] and desk.of("ticket") == []


def _key(ticket: dict[str, Any]) -> Any:
    from chalicelib.dynamo.schema import TICKET

    return TICKET.key(ticket["ticket_id"])


def _is(item: Any, ticket: dict[str, Any]) -> bool:
    return getattr(item, "pk", "") == ticket["pk"] and getattr(item, "is_ticket", False)


def test_nothing_is_counted_in_a_month_that_is_published(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    assert store(desk).publish(month_of(ticket["closed_at"]), desk.now)
    desk.now = ticket["expires_at"] * 1000
    sweep(desk)
    assert counts(desk) == {} and desk.of("ticket") == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 30, 3))
def test_whoever_dies_a_ticket_is_counted_once_and_gone(desk: RetentionDesk, number: int, when: str) -> None:
    ticket = desk.closed(desk.open_ticket())
    desk.now = ticket["expires_at"] * 1000
    with fated(number, when):
        sweep(desk)
    desk.later(700)
    sweep(desk)
    assert list(counts(desk).values()) == [1]
    assert desk.left_of(ticket["contact_id"], ticket["conversation_id"]) == {}


def test_a_busy_table_only_delays_it(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    desk.now = ticket["expires_at"] * 1000
    for _ in range(4):
        sweep(desk, Conflicting(desk.dynamodb, 1))
    sweep(desk)
    assert list(counts(desk).values()) == [1] and desk.of("ticket") == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 8))
def test_publishing_that_dies_is_repeated(desk: RetentionDesk, number: int, when: str) -> None:
    month = "2026-05"
    for tags, n in (("а", 6), ("б", 2), ("в", 3)):
        key = f'["whatsapp","kk","day","{tags}"]'
        for _ in range(n):
            desk.gateway().write(
                desk.gateway().update("statistic", _count(month, key), "ADD #people :one", values={"one": 1})
            )
    with fated(number, when):
        store(desk).publish(month, desk.now)
    while store(desk).publish(month, desk.now):
        pass
    (found,) = store(desk).published()
    assert found.people == {Cell("whatsapp", "kk", "day", "а"): 6, Cell("whatsapp", "kk", "day"): 5}
    assert counts(desk) == {}


def _count(month: str, cell: str) -> Any:
    from chalicelib.dynamo.schema import STATISTIC

    return STATISTIC.key(month, cell)
