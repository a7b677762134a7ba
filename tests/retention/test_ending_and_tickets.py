"""Tickets decide when a contact ends, and nothing is left of it: no address, no word, no row without a date."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.contacts import text_index
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.errors import NotFound
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.dynamo.schema import lists
from chalicelib.privacy.open_request import OpenRequest
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.profile.load import load_profile
from chalicelib.retention.model import LOOKED_AT_AGAIN, ExpiredHead
from chalicelib.staff.model import Staff
from chalicelib.tickets.drafts import Draft
from chalicelib.tickets.records import Event
from chalicelib.tickets.writes import TicketWrites
from tests.support.delivery.desk import BOLAT
from tests.support.intake.changes import welcomed_before
from tests.support.intake.rows import change
from tests.support.people import AMINA, from_amina, from_daniyar
from tests.support.retention.desk import CONSENT_DAYS, CONTACT_DAYS, SOLVED_DAYS, Bells, RetentionDesk
from tests.support.retention.ending import Ended, before_the_transaction, phone_name
from tests.support.retention.ending import amina as amina

# -- tickets decide


def reopened(desk: RetentionDesk, ticket: dict[str, Any]) -> bool:
    """Bolat reopens a closed ticket, as the dashboard does."""
    read = desk.reader().ticket(ticket["ticket_id"])
    assert read
    new = {"state": "open", "closed_at": None, "expires_at": None}
    changes = TicketWrites(desk.gateway())
    return changes.change(read, new, [Event("state_changed", {})], BOLAT, desk.now)


def test_reopening_takes_the_contacts_date_away_in_the_same_transaction(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    assert reopened(desk, ticket)
    assert "expires_at" not in desk.head()
    desk.date(ticket)
    desk.now = ticket["expires_at"] * 1000
    desk.sweep()
    assert desk.reader().contact(ticket["contact_id"])
    again = desk.closed(ticket)
    assert desk.head()["expires_at"] == again["closed_at"] // 1000 + CONTACT_DAYS * 86_400


@pytest.mark.parametrize("moment", ["ticket", "stamp_number", "_date_unchanged"])
def test_a_ticket_reopened_while_its_head_is_dated_ends_without_a_date(desk: RetentionDesk, moment: str) -> None:
    ticket = desk.open_ticket()
    desk.now += 91 * DAY
    desk.sweep()
    store = desk.dates()
    found: Any = getattr(store, moment)
    calls: list[Any] = []

    def after_reopening(*args: Any) -> Any:
        value = found(*args)
        if not calls:
            calls.append(reopened(desk, ticket))
        return value

    setattr(store, moment, after_reopening)
    desk.dater(store)(ticket["conversation_id"], ticket["ticket_id"])
    assert calls == [True]
    assert "expires_at" not in desk.head()
    assert not any("expires_at" in row for row in desk.rows_of(ticket))


def test_a_head_whose_ticket_was_reopened_behind_the_sweepers_back_is_put_off(amina: Ended) -> None:
    """As after a restore: the ticket is open and the head's old date has passed."""
    desk = amina.desk
    ticket_id = desk.head()["ticket_id"]
    DeskRow(f"ticket#{ticket_id}", "ticket", ticket_id=ticket_id, state="open").save()
    assert not amina.end()
    assert desk.head()["expires_at"] == desk.seconds + CONTACT_DAYS * 86_400
    assert amina.lives()


def test_a_ticket_past_its_date_is_waited_for(amina: Ended) -> None:
    desk = amina.desk
    ticket_id, date = desk.head()["ticket_id"], desk.seconds
    place = lists.of_ticket(ticket_id, "", 0, date).attributes()
    DeskRow(f"ticket#{ticket_id}", "ticket", ticket_id=ticket_id, expires_at=date, dated=date, **place).save()
    assert not amina.end()
    assert desk.head()["expires_at"] == amina.until
    desk.sweep()
    assert amina.is_gone()


def test_an_older_ticket_that_is_closed_later_puts_the_contacts_date_off(desk: RetentionDesk) -> None:
    older = desk.open_ticket()
    for name, value in (("state", "solved"), ("queue", "solved#0"), ("solved_at", desk.now)):
        change(desk, older["pk"], "ticket", name, value)
    desk.now += (SOLVED_DAYS + 1) * DAY
    desk.receive(from_amina("Тағы", sent_at=desk.seconds))
    (newest,) = [one for one in desk.of("ticket") if one["ticket_id"] != older["ticket_id"]]
    for name, value in (("state", "open"), ("queue", "open#0"), ("activity", desk.now + DAY)):
        change(desk, older["pk"], "ticket", name, value)
    newest = desk.closed(newest)
    date = desk.head()["expires_at"]
    assert desk.ticket(older)["state"] == "open"

    older = desk.closed(older)

    assert desk.head()["expires_at"] == older["closed_at"] // 1000 + CONTACT_DAYS * 86_400 > date
    desk.date(newest)
    assert desk.head()["expires_at"] > date
    desk.now = date * 1000
    desk.sweep()
    assert desk.reader().contact(older["contact_id"])
    desk.now = desk.head()["expires_at"] * 1000
    desk.sweep()
    assert desk.left_of(older["contact_id"], older["conversation_id"]) == {}


def test_an_older_ticket_that_is_open_keeps_the_contact(desk: RetentionDesk) -> None:
    older = desk.open_ticket()
    desk.closed(older)
    desk.receive(from_amina("Тағы", sent_at=desk.seconds))
    (newest,) = [one for one in desk.of("ticket") if one["ticket_id"] != older["ticket_id"]]
    DeskRow(older["pk"], "ticket").update(actions=[DeskRow.expires_at.remove()])
    for name, value in (("state", "open"), ("queue", "open#0"), ("activity", desk.now + 365 * DAY)):
        change(desk, older["pk"], "ticket", name, value)
    desk.date(older)
    newest = desk.closed(newest)
    desk.now = newest["expires_at"] * 1000

    desk.sweep()

    assert desk.head()["expires_at"] == desk.seconds + CONTACT_DAYS * 86_400
    assert desk.reader().contact(older["contact_id"])
    assert desk.reader().ticket(older["ticket_id"])


def test_a_contact_kept_shorter_than_its_ticket_ends_with_the_ticket(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    DeskRow(f"conversation#{ticket['conversation_id']}", "head").update(actions=[DeskRow.expires_at.remove()])
    dater = replace(desk.dater(), contact_kept=KeptFor(1))
    dater(ticket["conversation_id"], ticket["ticket_id"])
    assert desk.head()["expires_at"] == ticket["expires_at"]


def test_a_contact_kept_longer_than_its_ticket_has_a_date_of_its_own(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    closed = ticket["closed_at"] // 1000
    dater = replace(desk.dater(), contact_kept=KeptFor(CONTACT_DAYS + 30))
    dater(ticket["conversation_id"], ticket["ticket_id"])
    assert desk.head()["expires_at"] == closed + (CONTACT_DAYS + 30) * 86_400

    desk.now = desk.head()["expires_at"] * 1000
    ender = replace(desk.ender(), contact_kept=KeptFor(CONTACT_DAYS + 60))  # the profile keeps contacts longer by now
    assert not ender(ticket["conversation_id"])
    assert desk.head()["expires_at"] == closed + (CONTACT_DAYS + 60) * 86_400


# -- what is held


@pytest.mark.parametrize("how", ["blocked", "an erasure is at it"])
def test_who_is_held_is_left_as_they_are(amina: Ended, how: str) -> None:
    desk, pk = amina.desk, f"contact#{amina.contact_id}"

    def hold() -> None:
        if how == "blocked":
            change(desk, pk, "contact", "state", "blocked")
        else:
            DeskRow(pk, "request", contact_id=amina.contact_id).save()

    assert not before_the_transaction(amina, hold)
    before, head = desk.items(), desk.head()
    assert not amina.end()
    desk.sweep()
    before[before.index(head)] = head | {"place": desk.now + LOOKED_AT_AGAIN}
    assert desk.items() == before
    assert len(desk.items("keys")) == 1 and len(desk.items("index")) > 2


def test_who_asks_for_deletion_while_the_sweeper_is_at_them_is_kept_for_it(amina: Ended) -> None:
    """Given a sweeper that has read that nothing holds her, when her request is opened before it writes, then she is
    there for it, however long it takes."""
    desk = amina.desk
    store, opening = RequestStore(desk.gateway()), ContactRequestRows(desk.gateway())
    opens = OpenRequest(store, opening, load_profile("spoint").deadlines, lambda: desk.now)
    opened: list[bool] = []
    assert not before_the_transaction(
        amina,
        lambda: opened.append(
            opens(amina.contact_id, "withdrawal", "staff", received_on=day_of(desk.now), created_by=BOLAT).new
        ),
    )
    assert opened == [True]
    for _ in range(3):
        desk.now += 30 * DAY
        desk.sweep()
    assert [item["contact_id"] for item in desk.of("contact")] == [amina.contact_id] and len(desk.items("keys")) == 1
    assert [item["contact_id"] for item in desk.items("index") if item["sk"] == "alias"] == [amina.contact_id] * 2


def test_who_has_just_ended_opens_no_request(amina: Ended) -> None:
    desk = amina.desk
    store, opening = RequestStore(desk.gateway()), ContactRequestRows(desk.gateway())
    opens = OpenRequest(store, opening, load_profile("spoint").deadlines, lambda: desk.now)
    built = opening.new_request

    def end_first(*given: Any, **more: Any) -> Any:
        assert amina.end() or amina.is_gone()
        return built(*given, **more)

    opening.new_request = end_first  # type: ignore[method-assign]
    with pytest.raises(NotFound):
        opens(amina.contact_id, "withdrawal", "bot")
    assert desk.of("request") == []


# -- aliases


def test_an_alias_that_another_person_has_by_now_stays_theirs(amina: Ended) -> None:
    desk = amina.desk
    other = Author((Address("user", "KZ.13579"), *AMINA.addresses), "Иван")
    taken = from_amina("Привет", sent_at=desk.seconds, author=other)

    assert not before_the_transaction(amina, lambda: desk.receive(taken))  # her head lost the phone
    desk.sweep()

    assert amina.is_gone()
    (contact,) = amina.others()
    aliases = desk.items("index", lambda item: item["sk"] == "alias")
    assert [item["contact_id"] for item in aliases] == [contact["contact_id"]] * 2


def test_an_alias_that_moves_between_two_reads_is_read_again(amina: Ended) -> None:
    desk = amina.desk
    (phone,) = [item for item in desk.items("index") if item["pk"].endswith(phone_name(desk))]
    store = desk.endings()
    once, tries = store._tables.transact, []

    def late(writes: Any) -> Any:
        if not tries:
            change_alias(desk, phone["pk"], "another")
        tries.append(writes)
        return once(writes)

    store._tables.transact = late  # type: ignore[method-assign]
    assert desk.ender(store=store)(amina.conversation_id)
    assert len(tries) == 3, "the end twice, and then the words"
    (alias,) = desk.items("index", lambda item: item["sk"] == "alias")
    assert alias["contact_id"] == "another"


def change_alias(desk: RetentionDesk, pk: str, contact_id: str) -> None:
    IndexRow(pk, "alias").update(actions=[IndexRow.contact_id.set(contact_id)])


def test_what_is_left_in_a_conversation_stays_when_its_fence_closes_in_between(amina: Ended) -> None:
    """From then on it is the eraser's, who counts it."""
    desk = amina.desk
    store = desk.endings()
    left = store.remaining_rows

    def fenced(head: ExpiredHead) -> list[tuple[str, str]]:
        found = left(head)
        change(desk, f"conversation#{head.conversation_id}", "head", "epoch", 9)
        return found

    store.remaining_rows = fenced  # type: ignore[method-assign]
    before = desk.of("message#")
    assert before and not desk.ender(store=store)(amina.conversation_id)
    assert desk.of("message#") == before and desk.of("contact")


# -- the words


def test_an_indexer_at_work_while_the_contact_ends_leaves_no_words(
    amina: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = amina.desk
    index = desk.text_index
    transact, calls = index._transact, [0]

    def late(contact: str, writes: Sequence[Write], *, adds: bool) -> bool:
        calls[0] += 1
        if calls[0] == 2:
            assert amina.end()
        return transact(contact, writes, adds=adds)

    use = desk.indexer(index)
    change(desk, f"contact#{amina.contact_id}", "contact", "language", "kk")
    desk.text_index.replace(amina.contact_id, ["elsewhere"])  # so that there is something to write
    index._transact = late  # type: ignore[method-assign]
    monkeypatch.setattr(text_index, "_AT_ONCE", 7)
    use(amina.contact_id)
    desk.sweep()
    assert amina.is_gone()


def test_an_indexer_that_died_before_the_end_leaves_words_that_the_sweeper_finds(
    amina: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = amina.desk
    index = desk.text_index
    transact, calls = index._transact, [0]

    def dying(contact: str, writes: Sequence[Write], *, adds: bool) -> bool:
        calls[0] += 1
        if calls[0] == 2:
            raise RuntimeError
        return transact(contact, writes, adds=adds)

    index._transact = dying  # type: ignore[method-assign]
    monkeypatch.setattr(text_index, "_AT_ONCE", 7)
    with pytest.raises(RuntimeError):
        index.replace(amina.contact_id, ["nowhere"])
    desk.sweep()
    assert amina.is_gone()


def test_a_late_indexer_does_not_bring_back_the_words_of_an_ended_contact(amina: Ended) -> None:
    assert amina.end()
    amina.desk.index_contact(amina.contact_id)
    assert amina.is_gone()


# -- what DynamoDB deletes alone


@pytest.mark.parametrize("name", ["ticket", "number", "message", "consent", "client", "draft", "raw"])
def test_a_row_that_dynamodb_deleted_leaves_nothing_without_an_end(desk: RetentionDesk, name: str) -> None:
    ticket, rows = desk.once("answered and closed", lambda: _answered_and_closed(desk))
    gone = [(pk, sk) for pk, sk in rows if sk.partition("#")[0] == name]
    assert gone
    for pk, sk in gone:
        DeskRow(pk, sk).delete()

    desk.now = ticket["expires_at"] * 1000 + 8 * DAY
    for _ in range(2):
        desk.sweep()

    assert desk.left_of(ticket["contact_id"], ticket["conversation_id"]) == {}


def _answered_and_closed(desk: RetentionDesk) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """A closed ticket, and the keys of all rows that lay there before it was closed."""
    desk.receive(from_amina("", sent_at=desk.seconds, kind="unsupported", raw=b"{}", raw_type="x"))
    desk.now += 1_000
    (ticket,) = desk.of("ticket")
    desk.sender()(ticket["conversation_id"])
    desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])
    by = Staff(BOLAT, "", "Болат", frozenset(), 1)
    assert desk.keep_draft()(ticket["ticket_id"], "reply", Draft("Жоба", "page-1", 1), by)
    rows = [(item["pk"], item["sk"]) for item in desk.items()]
    return desk.closed(ticket), rows


def test_a_consent_for_every_version_of_a_century_still_ends(amina: Ended) -> None:
    with DeskRow.batch_write() as batch:
        for number in range(120):
            batch.save(DeskRow(f"contact#{amina.contact_id}", f"consent#{number:013d}#a", contact_id=amina.contact_id))
    assert amina.end()
    dates = {item.get("expires_at") for item in amina.desk.of("consent#")}
    assert dates == {amina.desk.seconds + CONSENT_DAYS * 86_400}


# -- the whole way


def test_the_bells_of_a_whole_life_end_with_nothing(desk: RetentionDesk, wake_ups: Bells) -> None:
    """From the first message to the end, with the table's own stream between the workers."""
    seen = 0

    def work() -> None:
        nonlocal seen
        for _ in range(5):
            records = wake_ups.records()
            wake_ups.relay(records[seen:])
            seen = len(records)
            for body in wake_ups.drain("dating"):
                desk.dater()(body["conversation_id"], body.get("ticket_id", ""), body.get("row", ""))
            for body in wake_ups.drain("indexing"):
                desk.index_contact(body["contact_id"])

    welcomed_before(desk)
    desk.later(60)
    desk.receive(message := from_daniyar(sent_at=desk.seconds, message_id=2))
    conversation_id = desk.head()["conversation_id"]
    desk.sender()(conversation_id)
    work()
    (ticket,) = desk.of("ticket")
    assert desk.search("Оспанов") == [ticket["contact_id"]]
    desk.now += 91 * DAY
    desk.sweep()
    work()
    desk.now += 80 * DAY
    desk.receive(from_daniyar("👍", sent_at=desk.seconds, message_id=3, kind="reaction", target=message.provider_id))
    work()
    desk.now = desk.head()["expires_at"] * 1000
    desk.sweep()
    work()
    desk.now += 8 * DAY
    desk.sweep()
    assert desk.left_of(ticket["contact_id"], conversation_id) == {}
    assert [item["sk"].partition("#")[0] for item in desk.items()] == ["consent"]
