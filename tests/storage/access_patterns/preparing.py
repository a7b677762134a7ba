"""What runners prepare."""

from collections.abc import Callable
from typing import Any

from chalicelib.channels.parts import NumberChanged, StatusUpdate
from chalicelib.core.addresses import Address
from chalicelib.core.clock import DAY
from chalicelib.outbox.late_notices import LateNotices
from chalicelib.outbox.model import Job
from chalicelib.outbox.reply_store import ReplyStore
from chalicelib.outbox.store import Outbox
from chalicelib.staff.model import Staff
from chalicelib.staff.store import StaffStore
from chalicelib.tickets.drafts import Draft, DraftKey, DraftStore, Saved
from chalicelib.tickets.model import State
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Ticket
from chalicelib.tickets.writes import TicketWrites
from chalicelib.vault.decryptor import BatchDecryptor
from tests.support.delivery.desk import BOLAT
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.living import Living
from tests.support.people import AMINA_PHONE, WHATSAPP_ACCOUNT, wamid
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.tickets import lay_tickets

MOVED = Address("phone", "77000000199")


def reader(desk: RetentionDesk) -> TicketQueries:
    return TicketQueries(BatchDecryptor(lambda: desk.vault), desk.now)


def shown(desk: RetentionDesk) -> tuple[TicketQueries, Ticket]:
    """Amina's ticket as a page has read it, and its reader."""
    made = reader(desk)
    ticket = made.ticket(desk.open_ticket()["ticket_id"])
    assert ticket is not None
    return made, ticket


def changes(desk: RetentionDesk) -> TicketWrites:
    return TicketWrites(desk.gateway())


def replies(desk: RetentionDesk) -> ReplyStore:
    return ReplyStore(desk.gateway())


def job(desk: RetentionDesk, *, claimed: bool = True, telegram: bool = False) -> tuple[Outbox, Job]:
    """A reply that waits, claimed by the try `a`."""
    ticket = desk.open_telegram_ticket() if telegram else desk.open_ticket()
    desk.reply(ticket, "Жауап")
    store = desk.outbox()
    (waiting,) = store.entries(ticket["conversation_id"])
    if claimed:
        store.claim(store.job(waiting, desk.now), "a", desk.now)
        (waiting,) = store.entries(ticket["conversation_id"])
    return store, store.job(waiting, desk.now)


def late_notices(desk: RetentionDesk) -> LateNotices:
    return LateNotices(desk.gateway(), ("kk", "ru", "en"))


def status(desk: RetentionDesk, name: str, reference: str = "") -> StatusUpdate:
    return StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), name, desk.seconds, reference)  # type: ignore[arg-type]


def closed(desk: RetentionDesk) -> dict[str, Any]:
    """Amina's ticket, closed by the sweeper long after."""
    ticket = desk.open_ticket()
    desk.now += 91 * DAY
    desk.sweep()
    return desk.ticket(ticket)


def colleague(desk: RetentionDesk) -> Staff:
    staff = Staff(BOLAT, "bolat@desk.local", "Болат", frozenset({"operator"}), 1)
    StaffStore(b"k").put(staff)
    return staff


def living(desk: RetentionDesk) -> Living:
    return Living(ErasureDesk(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider))


def renumbered(desk: RetentionDesk) -> NumberChanged:
    old = Address("phone", AMINA_PHONE)
    return NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, MOVED, desk.seconds)


def draft_of(desk: RetentionDesk, client_id: str = "page-1") -> tuple[Ticket, Callable[..., Saved], DraftKey]:
    """Saving of Bolat's draft of a reply on Amina's ticket."""
    made, ticket = shown(desk)
    head = made.conversation(ticket.conversation_id)
    place = DraftKey(ticket.conversation_id, ticket.id, BOLAT, "reply")
    values = {"contact_id": ticket.contact_id, "epoch": head.epoch, "public_key": head.public_key}
    store = DraftStore(desk.gateway())
    return ticket, lambda: store.save(place, Draft("Жау", client_id, 1, desk.now), values, desk.seconds + 60), place


def write_tickets(desk: RetentionDesk, state: State, numbers: range, assignee: str = "") -> None:
    """Lay tickets with a tag into a queue."""
    lay_tickets(desk.dynamodb, desk.tables["desk"], state, numbers, desk.now, assignee=assignee, tags=("терминал",))
