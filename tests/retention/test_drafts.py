"""Drafts under any order of saves, emptyings and sendings: what is unsent stays, what is sent does not come back."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import Conflict
from chalicelib.core.kept_for import KeptFor
from chalicelib.outbox.content import ReplyContent
from chalicelib.staff.model import Staff
from chalicelib.tickets.drafts import Draft, DraftKey, draft_until
from tests.support.delivery.desk import BOLAT
from tests.support.retention.desk import RetentionDesk

ME = Staff(BOLAT, "", "Болат", frozenset(), 1)
IDS, ORDERS, TEXTS = st.sampled_from(["x", "y"]), st.integers(1, 4), st.sampled_from(["А", "АБ", "😀\nВ"])
STEPS = st.one_of(
    st.tuples(st.just("save"), IDS, ORDERS, TEXTS),
    st.tuples(st.just("empty"), IDS, ORDERS, st.just("")),
    st.tuples(st.just("send"), IDS, st.just(0), TEXTS),
)


@dataclass
class Model:
    """What must be true: the stored draft (id, order, text; no text when it was emptied) and the texts that were sent,
    by their ids."""

    row: tuple[str, int, str] | None = None
    sent: dict[str, str] = field(default_factory=dict)

    def take(self, step: tuple[str, str, int, str]) -> str:
        what, client_id, order, text = step
        if what == "send":
            if client_id in self.sent:
                return "sent" if self.sent[client_id] == text else "client_id_used"
            self.sent[client_id] = text
            if self.row and self.row[0] == client_id:
                self.row = (client_id, self.row[1], "")
            return "sent"
        if what == "save" and client_id in self.sent:
            return "client_id_used"
        older = self.row is not None and self.row[0] == client_id and order <= self.row[1]
        if older:
            return "False"
        self.row = (client_id, order, text)
        return "True"


def _do(desk: RetentionDesk, ticket: dict[str, Any], step: tuple[str, str, int, str], turn: int) -> str:
    what, name, order, text = step
    client_id = f"{name}-{turn}"
    try:
        if what == "send":
            desk.replier()(ticket["ticket_id"], ReplyContent(text), client_id, BOLAT)
            return "sent"
        return str(desk.keep_draft()(ticket["ticket_id"], "reply", Draft(text, client_id, order), ME))
    except Conflict as error:
        return error.code


TURNS = iter(range(10**9))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=8))
def test_any_order_of_saves_and_sendings_leaves_the_newest_unsent_text(
    desk: RetentionDesk, steps: list[tuple[str, str, int, str]]
) -> None:
    turn = next(TURNS)
    ticket = desk.of("ticket")[0] if desk.items() else desk.open_ticket()
    for row in desk.of("draft#"):
        desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key={"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}})
    model = Model()
    shown = desk.reader().ticket(ticket["ticket_id"])
    assert shown is not None
    for step in steps:
        assert _do(desk, ticket, step, turn) == model.take(step), (steps, step)
        found = desk.kept_drafts(shown, BOLAT).get("reply")
        wanted = model.row[2] if model.row else ""
        assert (found.text if found else "") == wanted, (steps, step)


def test_a_save_that_comes_after_the_emptying_of_its_box_brings_nothing_back(desk: RetentionDesk) -> None:
    """The page was left while the first save was on its way."""
    ticket = desk.open_ticket()
    assert desk.keep_draft()(ticket["ticket_id"], "reply", Draft("", "page-1", 2), ME)
    assert not desk.keep_draft()(ticket["ticket_id"], "reply", Draft("Қате", "page-1", 1), ME)
    assert all("content" not in row for row in desk.of("draft#"))
    desk.later(2 * 60 * 60)
    desk.read_all()
    assert not desk.of("draft#")


def test_emptying_behind_a_fence_that_has_moved_leaves_no_row(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    place = DraftKey(ticket["conversation_id"], ticket["ticket_id"], BOLAT, "reply")
    assert not desk.drafts().empty(place, "page-1", 2, 2, desk.now)
    assert not desk.of("draft#")


@given(now=st.integers(10**12, 2 * 10**12), kept=st.integers(1, 4000), left=st.integers(0, 4000))
def test_a_draft_never_outlives_its_ticket(now: int, kept: int, left: int) -> None:
    closed_until = now + left * DAY if left else 0
    until = draft_until(now, KeptFor(kept), closed_until)
    assert until <= (now + min(30, kept) * DAY) // SECOND
    assert not closed_until or until <= closed_until // SECOND
