"""What is due is found by the index `lists`, whatever the tables hold; the full pass is the net under it."""

import random
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.clock import DAY, MINUTE, SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.rows import bind, lists_ready
from chalicelib.dynamo.schema import lists
from chalicelib.privacy.erasure_pause import ErasurePauseStore
from chalicelib.privacy.monitor_requests import MonitorRequests
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.retention import full_pass
from chalicelib.retention.full_pass import SETTLED_AFTER
from chalicelib.retention.model import LOOKED_AT_AGAIN, Expired, Misplaced, PassState
from chalicelib.staff.model import Staff
from chalicelib.tickets.drafts import Draft
from chalicelib.tickets.model import STAMPING_TAKES
from tests.support.delivery.desk import BOLAT
from tests.support.faults import Fate, fated
from tests.support.intake.rows import change
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk
from tests.support.retention.units import lay_out_closed, quiet_minute
from tests.support.storage.declared import misplaced

ME = Staff(BOLAT, "", "Болат", frozenset(), 1)


def laid_out(desk: RetentionDesk, tickets: int) -> None:
    """Closed tickets whose date is a day away."""
    lay_out_closed(desk.dynamodb, desk.tables["desk"], tickets, desk.now)


def test_a_minute_with_nothing_due_costs_a_constant_handful(desk: RetentionDesk) -> None:
    gateway, found = desk.gateway(), []
    requests = MonitorRequests(RequestStore(gateway), len, ErasurePauseStore(gateway).read, lambda: desk.now)
    for tickets in (0, 40, 400):
        laid_out(desk, tickets)
        found.append(quiet_minute(desk.sweeper(monitor_requests=requests)))
    assert found[0] == found[1] == found[2]
    assert found[0].read_units == 8.5 and found[0].write_units == 0


def unlisted(desk: RetentionDesk, rows: list[dict[str, Any]]) -> None:
    """Take these rows out of the index, as a release would leave them that does not know it."""
    for row in rows:
        desk.dynamodb.update_item(
            TableName=desk.tables["desk"],
            Key={"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}},
            UpdateExpression="REMOVE #list, place",
            ExpressionAttributeNames={"#list": "list"},
        )


@pytest.fixture
def missed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seen: list[float] = []
    monkeypatch.setattr(
        full_pass, "count", lambda name, value=1, **more: seen.append(value) if name == "IndexMissed" else None
    )
    return seen


def test_what_the_index_lacks_is_restored_by_the_full_pass(desk: RetentionDesk, missed: list[float]) -> None:
    laid_out(desk, 100)
    before = desk.items()
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    some = random.Random(seed).sample(before, 2)
    unlisted(desk, some)
    assert sorted(one["pk"] for one in misplaced(desk.items())) == sorted(one["pk"] for one in some)

    desk.trust_the_index(desk.now - DAY)
    desk.sweep()

    assert desk.items() == before and missed == [2]
    desk.sweep()
    assert missed == [2], "a pass a day"


def test_a_pass_reads_a_part_each_minute(desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of 20 items stand for pages of a megabyte."""
    monkeypatch.setattr(full_pass, "PAGES", 2)
    laid_out(desk, 50)
    unlisted(desk, rows := desk.items())

    class Short:
        def __getattr__(self, name: str) -> Any:
            return getattr(desk.dynamodb, name)

        def scan(self, **request: Any) -> Any:
            return desk.dynamodb.scan(Limit=20, **request)

    desk.trust_the_index(desk.now - DAY)
    left = []
    while len(misplaced(desk.items())):
        desk.sweeper(Short())()
        left.append(len(misplaced(desk.items())))
    assert len(left) >= 3 and desk.items() == rows


# -- the first pass of a release that writes the index


def test_the_index_is_trusted_after_a_pass_that_began_when_no_older_function_wrote(desk: RetentionDesk) -> None:
    desk.forget_the_index()
    bind(desk.tables)
    desk.sweep()
    assert not lists_ready(desk.now)
    desk.now += SETTLED_AFTER - 1
    desk.sweep()
    assert not lists_ready(desk.now)
    desk.now += 1
    desk.sweep()
    assert lists_ready(desk.now)
    desk.forget_the_index()
    assert lists_ready(desk.now), "it is asked once a minute"
    assert not lists_ready(desk.now + MINUTE)


def test_the_index_is_not_trusted_when_the_sweeper_was_away(desk: RetentionDesk) -> None:
    """An older release may have run meanwhile, which writes rows without a place."""
    opened = desk.open_ticket()
    desk.forget_the_index()
    for _ in range(2):
        desk.sweep()
        desk.now += SETTLED_AFTER
    desk.now += 1
    assert not lists_ready(desk.now)
    ticket = desk.closed(opened)
    unlisted(desk, desk.items(keep=lambda item: "list" in item))
    desk.now = ticket["expires_at"] * 1000
    desk.sweep()
    state = desk.expired().state()
    assert (state.since, state.ready_at, desk.rows_of(ticket)) == (desk.now, 0, [])
    desk.now += SETTLED_AFTER
    desk.sweep()
    assert lists_ready(desk.now)


def test_a_quiet_minute_notes_every_five_that_the_sweeper_was_here(desk: RetentionDesk) -> None:
    desk.forget_the_index()
    for _ in range(2):
        desk.sweep()
        desk.now += SETTLED_AFTER
    desk.sweep()
    desk.now += MINUTE
    written = []
    for _ in range(10):
        written.append(quiet_minute(desk.sweep).write_units)
        desk.now += MINUTE
    assert sum(written) == 2 and max(written) == 1


class Building:
    """DynamoDB while it builds the index."""

    def __init__(self, desk: RetentionDesk) -> None:
        self._dynamodb = desk.dynamodb

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dynamodb, name)

    def query(self, **request: Any) -> Any:
        if request.get("IndexName") == "lists":
            request["IndexName"] = "none"
        return self._dynamodb.query(**request)


def test_an_index_that_is_being_built_is_not_trusted(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    desk.forget_the_index()
    for _ in range(3):
        desk.now += SETTLED_AFTER
        desk.sweeper(Building(desk))()
    assert not desk.expired().state().ready_at
    desk.now = ticket["expires_at"] * 1000
    desk.sweeper(Building(desk))()
    assert desk.rows_of(ticket) == []
    desk.now += SETTLED_AFTER
    desk.sweep()
    assert desk.expired().state().ready_at


def test_an_index_that_is_built_anew_fails_no_sweep(desk: RetentionDesk) -> None:
    """CloudFormation deletes it for a release without it, and adds it for this one once more."""
    ticket = due_ticket(desk)
    assert desk.expired().state().ready_at
    done = desk.sweeper(Building(desk))()
    assert (done["due"], desk.rows_of(ticket), desk.expired().state().ready_at) == (0, [], 0)


def test_rows_of_the_release_before_are_swept_to_their_end(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    desk.index_contact(ticket["contact_id"])
    unlisted(desk, desk.items(keep=lambda item: "list" in item))
    desk.forget_the_index()
    desk.sweep()
    desk.now += SETTLED_AFTER
    desk.sweep()
    assert desk.expired().state().ready_at and not misplaced(desk.items())
    desk.trust_the_index()
    desk.now = ticket["expires_at"] * 1000
    desk.sweep()
    assert desk.left_of(ticket["contact_id"], ticket["conversation_id"]) == {}


# -- races


def due_ticket(desk: RetentionDesk) -> dict[str, Any]:
    ticket = desk.closed(desk.open_ticket())
    desk.now = ticket["expires_at"] * 1000
    return ticket


def test_an_entry_without_its_row_is_passed_by(desk: RetentionDesk) -> None:
    ticket = due_ticket(desk)
    page = desk.gateway().page(ticket["list"], index="lists", until=desk.now)
    desk.sweep()

    class Late:
        """The index as it was a moment ago."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.dynamodb, name)

        def query(self, **request: Any) -> Any:
            if request.get("IndexName") == "lists":
                return {"Items": [attribute_values(row) for row in page.rows]}
            return desk.dynamodb.query(**request)

    before = desk.items()
    assert desk.sweeper(Late())()["due"] == 0
    assert desk.items() == before


@pytest.mark.parametrize("reopened", [True, False], ids=["reopened", "looked at by another sweeper"])
def test_a_row_that_moves_while_it_is_worked_on_stays(desk: RetentionDesk, reopened: bool) -> None:
    ticket = due_ticket(desk)
    store = desk.expired()
    (entry, found), *_ = [one for one in store.due(desk.now) if one[0].sk == "ticket"]
    assert isinstance(found, Expired)
    change(desk, ticket["pk"], "ticket", "place", desk.now + MINUTE)
    if reopened:
        change(desk, ticket["pk"], "ticket", "expires_at", desk.seconds + 86_400)
        assert desk.sweeper().delete(found, desk.now, float("inf"))[0] == 0
    store.postpone(entry, desk.now + DAY)
    store.move(Misplaced(entry.pk, entry.sk, "", 0, (("place", entry.place),)))
    row = desk.ticket(ticket)
    assert (row["list"], row["place"]) == (ticket["list"], desk.now + MINUTE)


def test_two_sweepers_at_once_delete_each_row_once(desk: RetentionDesk) -> None:
    ticket = due_ticket(desk)
    rows = len(desk.rows_of(ticket))
    other, mine = desk.sweeper().delete, desk.sweeper().delete
    remove, counted = mine.store.remove, []

    def after_the_other(item: Any) -> Any:
        if not counted:
            counted.append(other.due(desk.now, float("inf"), {}))
        return remove(item)

    mine.store.remove = after_the_other  # type: ignore[method-assign]
    counted.append(mine.due(desk.now, float("inf"), {}))
    assert sum(counted) == rows and desk.rows_of(ticket) == []


def test_wherever_a_sweeper_dies_the_next_one_goes_on(desk: RetentionDesk) -> None:
    """Each sweep dies at a later call than the one before, and the last one comes to its end."""
    ticket = due_ticket(desk)
    desk.index_contact(ticket["contact_id"])
    number, fate = 0, Fate(0, "never")
    while number == 0 or fate.died_at:
        number += 1
        with fated(number, "before" if number % 2 else "after") as fate:
            desk.sweep()
        desk.later(1)
        assert not desk.rows_of(ticket) or desk.head(), "the contact goes last"
    assert number > 12
    assert desk.left_of(ticket["contact_id"], ticket["conversation_id"]) == {}


def test_of_two_passes_at_once_one_keeps_its_progress(desk: RetentionDesk) -> None:
    store = desk.expired()
    read = store.state()
    assert store.keep(replace(read, began_at=1, table="index"), read)
    assert not store.keep(replace(read, began_at=2, table="desk"), read)
    assert store.state() == replace(read, began_at=1, table="index")


def test_the_number_of_shards_changes_while_the_desk_runs(desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From one to four and back to two: whatever was written under an older number is found, once."""
    laid_out(desk, 20)
    monkeypatch.setattr(lists, "FORMER_SHARDS", 1)
    monkeypatch.setattr(lists, "SHARDS", 4)
    before = {one["pk"] for one in desk.items(keep=lambda item: "list" in item)}
    for number, row in enumerate(desk.of("ticket")):
        if number % 2:
            for name, value in lists.expires(row["pk"], row["expires_at"]).attributes().items():
                change(desk, row["pk"], row["sk"], name, value)
    monkeypatch.setattr(lists, "FORMER_SHARDS", 4)
    monkeypatch.setattr(lists, "SHARDS", 2)
    found = [entry.pk for entry, _ in desk.expired().due(desk.now + 2 * DAY)]
    assert sorted(found) == sorted(before)


# -- what is not due any more, or not yet


def test_a_head_whose_customer_has_come_back_leaves_the_index_when_its_time_comes(desk: RetentionDesk) -> None:
    desk.closed(desk.open_ticket())
    desk.later(MINUTE // SECOND)
    desk.receive(from_amina("Тағы сәлем", sent_at=desk.seconds))
    head = desk.head()
    assert "expires_at" not in head and head["place"] > desk.now
    desk.now = head["place"]
    desk.sweep()
    assert not {"list", "place", "expires_at"} & desk.head().keys()


def test_a_draft_that_is_saved_again_keeps_its_place_and_its_new_date(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    for order in (1, 2):
        assert desk.keep_draft()(ticket["ticket_id"], "reply", Draft(f"Жау{order}", "page-1", order), ME)
        desk.now += 10 * DAY
    (draft,) = desk.of("draft#")
    assert draft["place"] == draft["expires_at"] * 1000 - 10 * DAY
    desk.now = draft["place"]
    desk.sweep()
    (draft,) = desk.of("draft#")
    assert draft["place"] == draft["expires_at"] * 1000
    desk.now = draft["place"]
    desk.sweep()
    assert desk.of("draft#") == []


def test_what_cannot_end_yet_does_not_cost_every_minute(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    change(desk, f"contact#{ticket['contact_id']}", "contact", "state", "blocked")
    desk.now = ticket["expires_at"] * 1000
    desk.sweep()
    assert desk.head()["place"] == desk.now + LOOKED_AT_AGAIN
    quiet = quiet_minute(desk.sweep)
    assert quiet.read_units <= 10 and quiet.write_units == 0


def test_a_ticket_that_nobody_has_stamped_waits_for_the_stamper(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    desk.now += 91 * DAY
    desk.sweep()
    ticket = desk.ticket(ticket)
    assert ticket["due_at"] == desk.now + STAMPING_TAKES
    desk.now = ticket["expires_at"] * 1000
    desk.sweep()
    assert desk.ticket(ticket)["place"] == desk.now + STAMPING_TAKES
    desk.date(ticket)
    assert not {"due", "due_at", "rung_at"} & desk.ticket(ticket).keys()
    desk.sweep()
    assert desk.rows_of(ticket) == []


# -- the schema decides

TICKET = {"pk": "ticket#a", "sk": "ticket", "ticket_id": "a"}


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (
            {"pk": "ticket#a", "sk": "ticket", "ticket_id": "a", "assignee": "bolat", "created_at": 5},
            ("assigned#bolat", 5),
        ),
        (
            {"pk": "ticket#a", "sk": "ticket", "ticket_id": "a", "assignee": "bolat", "expires_at": 7},
            ("expires#0", 7000),
        ),
        ({"pk": "ticket#a", "sk": "ticket", "ticket_id": "a"}, ("", 0)),
        ({"pk": "conversation#a", "sk": "head", "ticket_id": "a", "expires_at": 7}, ("expires#0", 7000)),
        ({"pk": "conversation#a", "sk": "message#1#b", "expires_at": 7}, ("expires#0", 7000)),
    ],
)
def test_where_a_row_ought_to_stand(row: dict[str, Any], place: tuple[str, int]) -> None:
    assert lists.due_place(row) == place


@pytest.mark.parametrize(
    "row",
    [
        {"pk": "conversation#a", "sk": "message#1#b", "ticket_id": "a", "expires_at": 7},
        {"pk": "conversation#a", "sk": "message#1#b", "guard": True, "expires_at": 7},
        {"pk": "conversation#a", "sk": "client#b", "expires_at": 7},
        {"pk": "number#1", "sk": "number", "ticket_id": "a", "expires_at": 7},
    ],
)
def test_rows_to_which_something_else_leads_have_no_place_of_their_own(row: dict[str, Any]) -> None:
    assert lists.due_place(row) is None


def test_a_storage_that_does_not_answer_stops_only_its_part(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    desk.now += 91 * DAY

    def deaf() -> PassState:
        raise Unavailable("The storage did not answer.")

    with pytest.raises(Unavailable):
        desk.sweeper(state=deaf)()
    assert desk.ticket(ticket)["state"] == "closed"


def test_a_row_that_our_code_has_not_written_stops_no_sweep(desk: RetentionDesk) -> None:
    ticket = due_ticket(desk)
    strange: list[dict[str, Any]] = [
        {"pk": "ticket#strange", "sk": "ticket", "expires_at": "soon"},
        {"pk": "ticket#dated", "sk": "ticket", "expires_at": 1},
        {"pk": "ended#strange", "sk": "ended"},
        {"pk": "nothing#strange", "sk": "nothing", "expires_at": 1},
    ]
    for row in strange:
        item = attribute_values(row | {"list": "expires#0", "place": 1})
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=item)
    desk.sweep()
    assert desk.rows_of(ticket) == []
    desk.read_all()
