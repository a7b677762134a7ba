"""What has expired is hidden at once and swept away, and no row goes whose date was taken off."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY, MINUTE, SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import alive
from chalicelib.dynamo.schema import OPEN_REQUEST
from chalicelib.retention.full_pass import SETTLED_AFTER
from chalicelib.retention.model import Removal
from tests.support.intake.rows import change, close, reopen
from tests.support.people import from_amina, from_daniyar, wamid
from tests.support.retention.desk import IDLE_DAYS, Bells, RetentionDesk
from tests.support.storage.declared import undeclared

# -- expiry


def closed_and_dated(desk: RetentionDesk) -> dict[str, Any]:
    ticket = desk.open_ticket()
    desk.now += (IDLE_DAYS + 1) * DAY
    desk.sweep()
    ticket = desk.ticket(ticket)
    desk.date(ticket)
    return ticket


def test_what_has_expired_is_hidden_at_once_and_gone_after_the_sweep(desk: RetentionDesk) -> None:
    ticket = closed_and_dated(desk)
    assert len(desk.rows_of(ticket)) == 5  # ticket, number, message, notice, activity line

    desk.now = ticket["expires_at"] * 1000 - 1
    desk.sweep()
    assert len(desk.rows_of(ticket)) == 5
    desk.now += 1
    assert not any(
        alive(row, desk.now) for row in DeskRow.scan(DeskRow.ticket_id == ticket["ticket_id"]) if row.sk != "head"
    )
    desk.sweep()
    desk.dynamodb_deletes()

    assert desk.rows_of(ticket) == []
    assert [item["sk"].partition("#")[0] for item in desk.items()] == ["consent"]
    assert desk.items("keys") == desk.items("index") == []


def test_what_dynamodb_has_not_deleted_goes_with_the_full_pass(desk: RetentionDesk) -> None:
    desk.reply(desk.open_ticket(), "Жауап")
    assert desk.items("index", lambda item: item["pk"].startswith("link#"))
    desk.now += 8 * DAY
    desk.sweep()
    assert desk.read_all() == 3  # the link, what remembers the client's id, and to how many people the text went
    assert not desk.items("index", lambda item: "expires_at" in item)


def test_the_guard_of_a_message_without_a_time_names_its_link_still(desk: RetentionDesk) -> None:
    """Where contacts are kept longer than tickets, the person may have to be destroyed while the link is there."""
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=1))
    (ticket,) = desk.of("ticket")
    closed = desk.closed(ticket)
    desk.now = closed["expires_at"] * 1000 - DAY
    press = from_daniyar("", sent_at=desk.seconds, message_id=2, kind="callback", target="1:1", undated=True)
    desk.receive(press)
    (row,) = [one for one in desk.messages() if one["kind"] == "callback"]
    desk.date(ticket, row["sk"])
    desk.now = closed["expires_at"] * 1000 + 1
    desk.sweeper(end_contact=lambda conversation_id: False)()
    guard = desk.item(row["pk"], row["sk"])
    assert guard["guard"] and "content" not in guard and not list(undeclared("desk", [guard]))
    (link,) = desk.items("index", lambda one: one["pk"].startswith("link#"))
    assert guard["links"] == [link["pk"].removeprefix("link#")] and guard["linked_until"] == link["expires_at"]


def test_a_message_that_its_provider_may_repeat_leaves_a_guard_that_holds_nothing(desk: RetentionDesk) -> None:
    message = from_amina("Жасырын сөз", sent_at=desk.seconds, provider_id=wamid())
    ticket = desk.open_ticket(message)
    (row,) = desk.messages("in")
    for item in (row, ticket):
        change(desk, item["pk"], item["sk"], "expires_at", desk.seconds)

    assert desk.read_all() == 1

    (guard,) = desk.of(row["sk"])
    until = row["arrived_at"] // 1000 + 8 * 86_400
    dates = {"expires_at": until, "gone_at": until + 7 * 86_400}
    assert guard == {"pk": row["pk"], "sk": row["sk"], "guard": True} | dates
    assert desk.receive(message).value == "duplicate"
    assert desk.ticket(ticket)["unread"] == 1
    desk.now = until * 1000
    desk.read_all()
    assert desk.of(row["sk"]) == []


def pass_on_dating(desk: RetentionDesk, wake_ups: Bells, seen: int) -> list[dict[str, Any]]:
    """Let the relay and the dater do what the stream shows since `seen`; return the bells."""
    wake_ups.relay(wake_ups.records()[seen:])
    bodies = wake_ups.drain("dating")
    for body in bodies:
        desk.dater()(body["conversation_id"], body.get("ticket_id", ""), body.get("row", ""))
    return bodies


@pytest.mark.parametrize("noticed", [True, False], ids=["before the dater knows of it", "after a lost bell"])
def test_a_reopened_ticket_keeps_rows_whose_old_date_nobody_has_taken_off(
    desk: RetentionDesk, wake_ups: Bells, noticed: bool
) -> None:
    ticket = closed_and_dated(desk)
    desk.now = ticket["expires_at"] * 1000 + 9 * DAY
    reopen(desk, ticket)
    if noticed:
        change(desk, ticket["pk"], "ticket", "dated", 0)
    change(desk, ticket["pk"], "ticket", "activity", desk.now)
    before, seen = desk.rows_of(ticket), len(wake_ups.records())
    desk.later(60)

    assert desk.sweep()["due"] == 0
    desk.read_all()

    assert [(row["pk"], row["sk"]) for row in desk.rows_of(ticket)] == [(row["pk"], row["sk"]) for row in before]
    assert pass_on_dating(desk, wake_ups, seen)
    assert not any({"expires_at", "gone_at", "dated", "rung_at"} & row.keys() for row in desk.rows_of(ticket))


def test_a_ticket_reopened_while_the_sweeper_reads_keeps_its_rows(desk: RetentionDesk) -> None:
    ticket = closed_and_dated(desk)
    desk.now = ticket["expires_at"] * 1000 + 9 * DAY
    sweeper = desk.sweeper()
    remove, asked = sweeper.delete.store.remove, []

    def reopened_first(item: Any) -> Any:
        if not asked:
            reopen(desk, ticket)
            change(desk, ticket["pk"], "ticket", "dated", 0)
        asked.append(item)
        return remove(item)

    sweeper.delete.store.remove = reopened_first  # type: ignore[method-assign]
    assert sweeper()["due"] == 0
    assert (len(desk.rows_of(ticket)), len(asked)) == (5, 1)


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "reopened"])
def test_a_lost_dating_bell_is_rung_again_after_a_minute(desk: RetentionDesk, wake_ups: Bells, closed: bool) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    date = close(desk, ticket)
    if not closed:
        desk.date(ticket)
        reopen(desk, ticket)
    change(desk, ticket["pk"], "ticket", "activity", desk.now)
    seen = len(wake_ups.records())
    desk.later(59)
    desk.sweep()
    assert pass_on_dating(desk, wake_ups, seen) == []
    desk.later(1)
    desk.sweep()

    (body,) = pass_on_dating(desk, wake_ups, seen)

    assert body == {"conversation_id": ticket["conversation_id"], "ticket_id": ticket["ticket_id"]}
    assert {row.get("expires_at", 0) for row in desk.rows_of(ticket)} == {date if closed else 0}
    assert desk.ticket(ticket).get("dated", 0) == (date if closed else 0)
    seen = len(wake_ups.records())
    desk.later(61)
    desk.sweep()
    assert pass_on_dating(desk, wake_ups, seen) == []


def test_a_dating_bell_is_not_rung_every_minute(desk: RetentionDesk, wake_ups: Bells) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    close(desk, ticket)
    desk.later(61)
    desk.sweep()
    seen = len(wake_ups.records())
    desk.later(30)
    desk.sweep()
    wake_ups.relay(wake_ups.records()[seen:])
    assert wake_ups.drain("dating") == []


@pytest.mark.parametrize("late", [False, True], ids=["never dated", "a row came late and its bell was lost"])
def test_a_ticket_goes_only_after_all_its_rows_have_its_date(desk: RetentionDesk, wake_ups: Bells, late: bool) -> None:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds))
    date = close(desk, ticket)
    if late:
        desk.date(ticket)
        (row,) = desk.messages("in")
        DeskRow(row["pk"], row["sk"]).update(actions=[DeskRow.expires_at.remove()])
    desk.now = date * 1000
    seen = len(wake_ups.records())

    desk.sweep()

    assert desk.ticket(ticket)
    assert len(pass_on_dating(desk, wake_ups, seen)) == 1
    desk.sweep()
    desk.sweep()
    assert desk.rows_of(ticket) == []


def test_a_row_whose_date_was_taken_off_meanwhile_stays(desk: RetentionDesk) -> None:
    desk.open_ticket()
    (row,) = desk.messages("in")
    change(desk, row["pk"], row["sk"], "expires_at", desk.seconds - 9 * 86_400)
    delete = desk.sweeper().delete
    remove = delete.store.remove

    def reopened_first(item: Any) -> Removal:
        change(desk, row["pk"], row["sk"], "expires_at", desk.seconds + 86_400)
        return remove(item)

    delete.store.remove = reopened_first  # type: ignore[method-assign]
    assert desk.read_all(delete) == 0
    assert desk.messages("in")


def test_a_long_table_is_swept_in_turns_from_a_kept_place(desk: RetentionDesk) -> None:
    """Pages of two items stand for pages of a megabyte."""
    desk.forget_the_index()
    for number in range(9):
        body = {"pk": {"S": f"raw#{number}"}, "sk": {"S": "raw"}, "expires_at": {"N": str(desk.seconds)}}
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=body)

    class Short:
        def __getattr__(self, name: str) -> Any:
            return getattr(desk.dynamodb, name)

        def scan(self, **request: Any) -> Any:
            return desk.dynamodb.scan(Limit=2, **request)

    deleted, kept = [], []
    for _ in range(8):
        calls = iter(range(1_000))
        deleted.append(desk.sweeper(Short(), stopwatch=lambda calls=calls: next(calls) * 1.5)()["pass"])
        kept.append(desk.expired().state().cursor)

    assert sum(deleted) == 9
    assert 0 < deleted[0] < 9
    assert any(kept)
    assert not desk.items(keep=lambda item: item["pk"].startswith("raw#"))


def test_a_table_of_many_pages_is_swept_at_once_while_there_is_time(desk: RetentionDesk) -> None:
    desk.forget_the_index()
    for number in range(9):
        body = {"pk": {"S": f"raw#{number}"}, "sk": {"S": "raw"}, "expires_at": {"N": str(desk.seconds)}}
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=body)

    class OneByOne:
        def __getattr__(self, name: str) -> Any:
            return getattr(desk.dynamodb, name)

        def scan(self, **request: Any) -> Any:
            return desk.dynamodb.scan(Limit=1, **request)

    assert desk.sweeper(OneByOne())()["pass"] == 9


def test_a_sweep_that_fails_in_the_middle_keeps_its_place(desk: RetentionDesk) -> None:
    desk.forget_the_index()
    for number in range(4):
        body = {"pk": {"S": f"raw#{number}"}, "sk": {"S": "raw"}, "expires_at": {"N": str(desk.seconds)}}
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=body)
    sweeper = desk.sweeper()
    remove, removed = sweeper.delete.store.remove, []

    def third_fails(item: Any) -> Any:
        if len(removed) == 2:
            raise Unavailable("The storage did not answer.")
        removed.append(item.pk)
        return remove(item)

    sweeper.delete.store.remove = third_fails  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        sweeper()
    assert dict(desk.expired().state().cursor) == {"pk": removed[1], "sk": "raw"}
    assert desk.sweep()["pass"] == 2


def test_a_sweep_out_of_time_goes_on_where_it_was(desk: RetentionDesk) -> None:
    desk.forget_the_index()
    for number in range(3):
        body = {"pk": {"S": f"raw#{number}"}, "sk": {"S": "raw"}, "expires_at": {"N": str(desk.seconds)}}
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=body)
    calls = iter(range(100))
    assert desk.sweeper(stopwatch=lambda: float(next(calls)) * 5)()["pass"] < 3
    assert desk.sweep()["pass"] >= 1
    assert not desk.items(keep=lambda item: item["pk"].startswith("raw#"))


def test_a_contact_of_the_release_before_that_had_to_stay_ends_when_its_request_is_over(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    for row in desk.items():
        if "list" in row:
            key = {"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}}
            names = {"#list": "list"}
            desk.dynamodb.update_item(
                TableName=desk.tables["desk"],
                Key=key,
                UpdateExpression="REMOVE #list, place",
                ExpressionAttributeNames=names,
            )
    desk.forget_the_index()
    (head,) = desk.of("head")
    held = OPEN_REQUEST.key(ticket["contact_id"])
    DeskRow(*held[1:], contact_id=ticket["contact_id"], request_id="r" * 20).save()
    desk.now = max(head["expires_at"], ticket["expires_at"]) * SECOND + SECOND
    for _ in range(4):
        desk.sweep()
        desk.now += SETTLED_AFTER
    assert desk.expired().state().ready_at and desk.of("head")
    DeskRow(*held[1:]).delete()
    for _ in range(30):
        desk.now += MINUTE
        desk.sweep()
    assert desk.of("head") == []
