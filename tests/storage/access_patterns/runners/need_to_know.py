"""What is asked, and stored, where the profile has teams."""

from chalicelib.core.clock import DAY
from chalicelib.core.ids import MessageRef
from chalicelib.staff.model import Role, Staff
from chalicelib.staff.store import StaffStore
from chalicelib.tickets.need_to_know import OPENED_FOR, NotNeeded, Reader, RefuseUnneeded
from chalicelib.tickets.queries import TicketQueries
from chalicelib.vault.decryptor import BatchDecryptor
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import changes, colleague, shown
from tests.support.delivery.desk import BOLAT
from tests.support.people import from_amina
from tests.support.retention.desk import RetentionDesk

TEAMS = ("first", "second")


def of_second(desk: RetentionDesk) -> Reader:
    """An operator of the second team."""
    return Reader(Staff(BOLAT, "", "Болат", frozenset({Role.OPERATOR}), team="second"), TEAMS, desk.now)


@asks("AP2062", "AP2063", "AP2062", "AP2064", "AP2065", "AP2066")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    message = next(one for one in desk.of_pk("conversation#") if one.get("direction") == "in")
    ref = MessageRef.of_tail(ticket["conversation_id"], message["sk"].removeprefix("message#"))
    refuse = RefuseUnneeded(of_second(desk))

    def ask() -> None:
        for asked in (
            lambda: refuse.ticket(ticket["ticket_id"]),
            lambda: refuse.message(ref),
            lambda: refuse.contact(ticket["contact_id"]),
        ):
            try:
                asked()
            except NotNeeded:
                continue
            raise AssertionError("it is the first team's")

    return ask


@asks("AP2061")
def _(desk: RetentionDesk) -> Action:
    made, ticket = shown(desk)
    head = made.conversation(ticket.conversation_id)
    return lambda: changes(desk).open_with_reason(ticket, head, "Себеп", BOLAT, desk.now, desk.now + OPENED_FOR)


@asks("AP28", "AP2060")
def _(desk: RetentionDesk) -> Action:
    colleague(desk)
    return lambda: StaffStore(b"k").set_team(BOLAT, "first")


@asks("AP38", "AP315", "AP2067")
def _(desk: RetentionDesk) -> Action:
    """A ticket that quotes an earlier one."""
    first = from_amina(sent_at=desk.seconds)
    desk.open_ticket(first)
    desk.now += 91 * DAY
    desk.sweep()
    desk.receive(from_amina("Тағы", sent_at=desk.seconds, quote=first.provider_id))
    (row,) = [one for one in desk.of_pk("ticket#") if "previous_ticket_id" in one]
    made = TicketQueries(BatchDecryptor(lambda: desk.vault), desk.now, reader=of_second(desk))
    ticket = made.ticket(row["ticket_id"])
    assert ticket
    return lambda: made.messages(ticket)
