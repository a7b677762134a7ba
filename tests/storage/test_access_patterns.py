"""Every row of docs/access-patterns.md is asked of real tables, and nothing is asked that the document does not list.

A runner prepares a desk and returns what to do; while that is done every call is recorded and compared with the rows
that the runner names, one row per call, in order.
"""

import ast
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import ISSUED
from chalicelib.channels.failure_meanings import stops_channel
from chalicelib.channels.parts import ChatEvent, InboundMessage, NumberChanged, ReachChanged, StatusUpdate
from chalicelib.channels.telegram import send as telegram
from chalicelib.contacts.search import Search
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.ids import MessageRef
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.dynamo.rows import bind
from chalicelib.dynamo.schema import CLASSES
from chalicelib.erasure import eraser as erasing
from chalicelib.messages.customer_deletion import TakeBack, TakeBackStore
from chalicelib.messages.repeated import RepeatedParts
from chalicelib.outbox.model import Failure, Job, Reply
from chalicelib.outbox.reply_store import ReplyStore
from chalicelib.outbox.store import Outbox
from chalicelib.privacy.requests.asked import MOST_ASKED
from chalicelib.privacy.requests.pages import RequestPages
from chalicelib.privacy.requests.store import OVER_QUEUE, RequestStore
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.resume_workflow import AnswerWaitingRun, ResumeWorkflow
from chalicelib.retention.model import Expired
from chalicelib.retention.sweep_store import SweepStore
from chalicelib.staff.login_throttle import LoginThrottle
from chalicelib.staff.model import Staff
from chalicelib.staff.sessions import SessionStore
from chalicelib.staff.store import StaffStore
from chalicelib.tickets.drafts import Draft, DraftKey, DraftStore, Saved
from chalicelib.tickets.listing import COUNTED, counts, page
from chalicelib.tickets.model import State, queue_of
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import Conversation, Event, Ticket, TicketFilter
from chalicelib.tickets.writes import TicketWrites
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.encryption import new_pair
from chalicelib.vault.rotation import Rotation
from infra.definitions import load
from infra.functions import FUNCTIONS
from local.aws.ministack import create_tables
from tests.delivery.provider import serve
from tests.erasure.absence import verify
from tests.erasure.boxes import Boxes
from tests.erasure.conftest import Erasing
from tests.erasure.destroying import run_task, run_until
from tests.erasure.living import Living
from tests.erasure.requests.test_asking_often import ask_and_cancel
from tests.intake.fences import close_fence
from tests.intake.test_receive_change import started
from tests.people import AMINA, AMINA_PHONE, TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, from_amina, from_daniyar, wamid
from tests.retention.conftest import Keeping
from tests.storage.recorded import TRANSACTION, Call, Recorder, matches
from tests.storage.stores import stores

ROOT = Path(__file__).parent.parent.parent
DOCUMENT = (ROOT / "docs" / "access-patterns.md").read_text(encoding="utf-8")
SCANS = {"SweepStore.expired", "Rotation.reseal"}
"""Who may scan: the sweeper and the rotation. Restore and the absence verifier would stand here, too."""
BOLAT = "5f0c1c1e-0000-4000-8000-000000000001"
MOVED = Address("phone", "77000000199")

Action = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the document's table."""

    id: str
    asked: str
    by: tuple[str, ...]
    function: str
    operation: str
    place: str
    key: str
    consistency: str
    cost: str

    def fits(self, call: Call) -> bool:
        asked = (self.operation, self.place, self.consistency) == (call.operation, call.place, call.consistency)
        return asked and self.function in call.functions and matches(self.key, call.key)

    def costs(self, units: float) -> bool:
        """Whether a call that consumed so many units cost what is said; with "per", a multiple of it."""
        found = re.match(r"([0-9.]+) [RW]U( per)?", self.cost)
        assert found, f"{self.id}: the cost begins with a number and RU or WU"
        times = units / float(found[1])
        return times.is_integer() and times >= 1 if found[2] else times == 1


def lines(first: str) -> Iterator[list[str]]:
    """Cells of the document's lines that begin so, without the marks of code."""
    for line in DOCUMENT.splitlines():
        if line.startswith(first):
            yield [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]


ROWS = {
    cells[0]: Row(*cells[:2], tuple(cells[2].split(", ")), *cells[3:])  # type: ignore[call-arg, arg-type]
    for cells in lines("| AP")
}
RUNNERS: dict[tuple[str, ...], Callable[[Keeping], Action]] = {}


def asks(*ids: str) -> Callable[[Callable[[Keeping], Action]], Callable[[Keeping], Action]]:
    """Say which rows a runner asks, one per call."""

    def known(runner: Callable[[Keeping], Action]) -> Callable[[Keeping], Action]:
        RUNNERS[ids] = runner
        return runner

    return known


# -- what runners prepare


def reader(desk: Keeping) -> TicketQueries:
    return TicketQueries(BatchDecryptor(lambda: desk.vault), desk.now)


def shown(desk: Keeping) -> tuple[TicketQueries, Ticket]:
    """Amina's ticket as a page has read it, and its reader."""
    made = reader(desk)
    ticket = made.ticket(desk.open_ticket()["ticket_id"])
    assert ticket is not None
    return made, ticket


def changes(desk: Keeping) -> TicketWrites:
    return TicketWrites(desk.gateway())


def replies(desk: Keeping) -> ReplyStore:
    return ReplyStore(desk.gateway())


def job(desk: Keeping, *, claimed: bool = True, telegram: bool = False) -> tuple[Outbox, Job]:
    """A reply that waits, claimed by the try `a`."""
    ticket = desk.open_telegram_ticket() if telegram else desk.open_ticket()
    desk.reply(ticket, "Жауап")
    store = desk.outbox()
    (waiting,) = store.entries(ticket["conversation_id"])
    if claimed:
        store.claim(store.job(waiting, desk.now), "a", desk.now)
        (waiting,) = store.entries(ticket["conversation_id"])
    return store, store.job(waiting, desk.now)


def status(desk: Keeping, name: str, reference: str = "") -> StatusUpdate:
    return StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), name, desk.seconds, reference)  # type: ignore[arg-type]


def closed(desk: Keeping) -> dict[str, Any]:
    """Amina's ticket, closed by the sweeper long after."""
    ticket = desk.open_ticket()
    desk.now += 91 * DAY
    desk.sweep()
    return desk.ticket(ticket)


def colleague(desk: Keeping) -> Staff:
    staff = Staff(BOLAT, "bolat@desk.local", "Болат", frozenset({"operator"}), 1)
    StaffStore(b"k").put(staff)
    return staff


# -- intake


@asks("AP1")
def _(desk: Keeping) -> Action:
    return lambda: desk.store().contacts.find("whatsapp", WHATSAPP_ACCOUNT, AMINA, desk.now)


@asks("AP1", "AP2")
def _(desk: Keeping) -> Action:
    return lambda: desk.receive(from_amina(sent_at=desk.seconds))


@asks("AP409")
def _(desk: Keeping) -> Action:
    return lambda: desk.store().check()


@asks("AP1", "AP3")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP1", "AP3", "AP1", "AP8")
def _(desk: Keeping) -> Action:
    closed(desk)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP450", "AP451")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    repeated = RepeatedParts(desk.gateway(), desk.address_key)
    return lambda: repeated.already_stored([from_amina("Тағы", sent_at=desk.seconds)])


@asks("AP452", "AP453")
def _(desk: Keeping) -> Action:
    desk.statuses().apply(told := status(desk, "delivered"), desk.now)
    repeated = RepeatedParts(desk.gateway(), desk.address_key)
    return lambda: repeated.already_stored([told])


@asks("AP1", "AP9")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina(sent_at=desk.seconds, author=AMINA._replace(name="Амина С.")))


@asks("AP1", "AP6")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("", sent_at=desk.seconds, kind="unsupported", raw=b"{}", raw_type="x"))


@asks("AP1", "AP7")
def _(desk: Keeping) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    press = from_daniyar("", sent_at=desk.seconds, message_id=8, kind="callback", undated=True)
    return lambda: desk.receive(press)


@asks("AP1", "AP1", "AP10")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    both = Author((Address("user", "KZ.1"), *AMINA.addresses), AMINA.name)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds, author=both))


@asks("AP1", "AP1", "AP11")
def _(desk: Keeping) -> Action:
    one = Author((Address("user", "KZ.1"), *AMINA.addresses), AMINA.name)
    desk.receive(from_amina(sent_at=desk.seconds, author=one))
    other = Author((Address("user", "KZ.2"), *AMINA.addresses), "Иван")
    return lambda: desk.receive(from_amina("Привет", sent_at=desk.seconds, author=other))


@asks("AP1", "AP3", "AP1", "AP3", "AP1", "AP5")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_amina("Кейін", sent_at=desk.seconds + 120))
    return lambda: desk.receive(from_amina("Арада", sent_at=desk.seconds + 60))


@asks("AP1", "AP5", "AP1", "AP4")
def _(desk: Keeping) -> Action:
    closed(desk)
    return lambda: desk.receive(from_amina("👍", sent_at=desk.seconds, kind="reaction", target=wamid()))


@asks("AP1", "AP12")
def _(desk: Keeping) -> Action:
    return lambda: desk.changer()(started(desk))


@asks("AP1", "AP13")
def _(desk: Keeping) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    return lambda: desk.changer()(started(desk))


@asks("AP1", "AP401")
def _(desk: Keeping) -> Action:
    desk.receive(message := from_daniyar(sent_at=desk.seconds, message_id=7))
    line = ChatEvent("telegram", TELEGRAM_ACCOUNT, message.author, "1:service:8", "timer_changed", desk.seconds)
    return lambda: desk.changer()(line)


@asks("AP1", "AP402")
def _(desk: Keeping) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    place = {"kind": "edit", "replaces": True, "details": {"new_kind": "location"}}
    return lambda: desk.receive(from_daniyar("43.2, 76.9", sent_at=desk.seconds, message_id=8, **place))


@asks("AP1", "AP3", "AP1", "AP403")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.delete_all(("keys", attribute_values(key)) for key in desk.items("keys"))
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP1", "AP13", "AP1", "AP1", "AP404")
def _(desk: Keeping) -> Action:
    desk.changer()(started(desk))
    desk.delete_all(("keys", attribute_values(key)) for key in desk.items("keys"))
    return lambda: desk.changer()(started(desk, 5))


@asks("AP1", "AP13", "AP1", "AP407")
def _(desk: Keeping) -> Action:
    desk.changer()(started(desk))
    return lambda: desk.changer()(started(desk, 5))


@asks("AP1", "AP14")
def _(desk: Keeping) -> Action:
    desk.receive(message := from_daniyar(sent_at=desk.seconds, message_id=7))
    return lambda: desk.changer()(ReachChanged("telegram", TELEGRAM_ACCOUNT, message.author, True, desk.seconds))


def renumbered(desk: Keeping) -> NumberChanged:
    old = Address("phone", AMINA_PHONE)
    return NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, MOVED, desk.seconds)


@asks("AP1", "AP1", "AP15")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.changer()(renumbered(desk))


@asks("AP1", "AP1", "AP16")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_amina(sent_at=desk.seconds, author=Author((MOVED,), "Иван")))
    return lambda: desk.changer()(renumbered(desk))


@asks("AP1", "AP150")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("Деректерімді жойыңыз", sent_at=desk.seconds))


@asks("AP1", "AP151")
def _(desk: Keeping) -> Action:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    pressed = {"kind": "callback", "undated": True, "details": {"data": f"erase.confirm.{'r' * 20}"}}
    return lambda: desk.receive(from_daniyar("Да, удалить", sent_at=desk.seconds, message_id=8, **pressed))


@asks("AP1", "AP152")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    return lambda: desk.receive(from_amina("👍", sent_at=desk.seconds - 60, kind="reaction", target=wamid()))


@asks("AP1", "AP153", "AP154")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    close_fence(desk)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP17")
def _(desk: Keeping) -> Action:
    _, one = job(desk)
    return lambda: desk.statuses().apply(status(desk, "delivered", str(one.entry.ref)), desk.now)


@asks("AP18", "AP19", "AP18")
def _(desk: Keeping) -> Action:
    return lambda: desk.statuses().apply(status(desk, "delivered"), desk.now)


@asks("AP20")
def _(desk: Keeping) -> Action:
    return lambda: desk.store().keep_unparsed("telegram", TELEGRAM_ACCOUNT, "new_kind", b"raw", desk.now)


# -- signing in


@asks("AP21", "AP22", "AP21", "AP22", "AP21", "AP22")
def _(desk: Keeping) -> Action:
    return lambda: LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)


@asks("AP21", "AP21", "AP21")
def _(desk: Keeping) -> Action:
    LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)
    return lambda: LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)


@asks("AP23", "AP24", "AP24")
def _(desk: Keeping) -> Action:
    LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)
    return lambda: LoginThrottle(b"k").forgive("bolat", "192.0.2.1")


@asks("AP408")
def _(desk: Keeping) -> Action:
    return lambda: LoginThrottle(b"k").take_code("bolat", "123456", desk.now)


@asks("AP25", "AP26", "AP27")
def _(desk: Keeping) -> Action:
    staff, store = colleague(desk), SessionStore(b"k")

    def session() -> None:
        token, _ = store.open(staff, "page", desk.now)
        assert store.find(token, "page", desk.now)
        store.end(token)

    return session


@asks("AP28", "AP29")
def _(desk: Keeping) -> Action:
    colleague(desk)
    return lambda: [StaffStore(b"k").get(BOLAT), StaffStore(b"k").all()]


@asks("AP106")
def _(desk: Keeping) -> Action:
    return lambda: colleague(desk)


@asks("AP28", "AP30", "AP31", "AP28", "AP32")
def _(desk: Keeping) -> Action:
    colleague(desk)
    staff = StaffStore(b"k")
    return lambda: [staff.sign_undertaking(BOLAT, desk.now), staff.set_language(BOLAT, "kk"), staff.revoke(BOLAT)]


@asks("AP28", "AP410")
def _(desk: Keeping) -> Action:
    colleague(desk)
    staff = StaffStore(b"k")
    staff.revoke(BOLAT)
    return lambda: staff.restore(BOLAT)


@asks("AP28", "AP116")
def _(desk: Keeping) -> Action:
    colleague(desk)
    return lambda: StaffStore(b"k").end_sessions(BOLAT)


# -- lists and tickets


@asks("AP33", "AP36", "AP313")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    return lambda: page(reader(desk), TicketFilter(("open",)), desk.now, 50)


@asks("AP34", "AP35", "AP35", "AP35")
def _(desk: Keeping) -> Action:
    for state in (State.OPEN, State.PENDING, State.SNOOZED, State.SOLVED):
        write_tickets(desk, state, range(1))
    return lambda: counts(desk.now)


@asks("AP37", "AP36", "AP283", "AP38", "AP39", "AP40")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()

    def show() -> None:
        made = reader(desk)
        found = made.ticket(ticket["ticket_id"])
        assert found
        newest = made.messages(found).messages[-1]
        made.message(found, MessageRef.parse(newest.id))  # type: ignore[arg-type]
        made.conversation(found.conversation_id)

    return show


@asks("AP42")
def _(desk: Keeping) -> Action:
    closed(desk)
    desk.receive(from_amina("Тағы", sent_at=desk.seconds))
    made = reader(desk)
    (newest,) = [made.ticket(one["ticket_id"]) for one in desk.of_pk("ticket#") if one["state"] == State.OPEN]
    return lambda: made.earlier_tickets(newest)


@asks("AP41", "AP180", "AP36")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    return lambda: reader(desk).contact(ticket["contact_id"])


@asks("AP43", "AP44", "AP45", "AP45", "AP45", "AP46", "AP47", "AP48", "AP36")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    desk.index_contact(ticket["contact_id"])
    accounts = {"whatsapp": (WHATSAPP_ACCOUNT,)}
    return lambda: Search(reader(desk), desk.address_key, accounts, desk.text_index.find_contacts)(AMINA_PHONE)


@asks("AP49")
def _(desk: Keeping) -> Action:
    _, ticket = shown(desk)
    event = Event("priority_changed", {"old": "normal", "new": "high"})
    return lambda: changes(desk).change(ticket, {"priority": "high"}, [event], BOLAT, desk.now)


@asks("AP50")
def _(desk: Keeping) -> Action:
    ticket = reader(desk).ticket(closed(desk)["ticket_id"])
    assert ticket
    new = {"state": "open", "closed_at": None, "expires_at": None}
    return lambda: changes(desk).change(ticket, new, [Event("state_changed", {})], BOLAT, desk.now)


@asks("AP51")
def _(desk: Keeping) -> Action:
    made, ticket = shown(desk)
    head: Conversation = made.conversation(ticket.conversation_id)
    return lambda: changes(desk).comment(ticket, head, "Тексеру керек", BOLAT, desk.now)


@asks("AP420", "AP421", "AP422")
def _(desk: Keeping) -> Action:
    made, ticket = shown(desk)
    head, store = made.conversation(ticket.conversation_id), changes(desk)

    def work() -> None:
        assert store.stored_under(ticket.conversation_id, "comment-1", desk.now) is None
        assert store.comment(ticket, head, "Тексеру керек", BOLAT, desk.now, "comment-1")

    return work


def draft_of(desk: Keeping, client_id: str = "page-1") -> tuple[Ticket, Callable[..., Saved], DraftKey]:
    """Saving of Bolat's draft of a reply on Amina's ticket."""
    made, ticket = shown(desk)
    head = made.conversation(ticket.conversation_id)
    place = DraftKey(ticket.conversation_id, ticket.id, BOLAT, "reply")
    values = {"contact_id": ticket.contact_id, "epoch": head.epoch, "public_key": head.public_key}
    store = DraftStore(desk.gateway())
    return ticket, lambda: store.save(place, Draft("Жау", client_id, 1, desk.now), values, desk.seconds + 60), place


@asks("AP424")
def _(desk: Keeping) -> Action:
    return draft_of(desk)[1]


@asks("AP423", "AP36", "AP425")
def _(desk: Keeping) -> Action:
    ticket, save, place = draft_of(desk)
    save()
    store = DraftStore(desk.gateway())

    def work() -> None:
        assert store.of(ticket, BOLAT, BatchDecryptor(lambda: desk.vault), desk.now)["reply"].text == "Жау"
        assert store.empty(place, "page-1", 2, 1, desk.now)

    return work


@asks("AP52")
def _(desk: Keeping) -> Action:
    _, ticket = shown(desk)
    return lambda: changes(desk).mark_read(ticket, BOLAT)


@asks("AP524")
def _(desk: Keeping) -> Action:
    _, ticket = shown(desk)
    return lambda: changes(desk).mark_seen(ticket, 0, BOLAT)


@asks("AP38", "AP40", "AP314", "AP315")
def _(desk: Keeping) -> Action:
    """The middle one of three tickets, which quotes the first and was followed by another."""
    first = from_amina(sent_at=desk.seconds)
    desk.open_ticket(first)
    desk.now += 91 * DAY
    desk.sweep()
    desk.receive(from_amina("Тағы", sent_at=desk.seconds, quote=first.provider_id))
    desk.now += 91 * DAY
    desk.sweep()
    (row,) = [one for one in desk.of_pk("ticket#") if "previous_ticket_id" in one]
    made = reader(desk)
    ticket = made.ticket(row["ticket_id"])
    assert ticket
    desk.receive(from_amina("Үшінші", sent_at=desk.seconds))
    return lambda: made.messages(ticket)


# -- replies and delivery


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP421", "AP57")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    return lambda: desk.reply(ticket, "Жауап")


@asks("AP53", "AP59", "AP54", "AP58", "AP36", "AP421", "AP426")
def _(desk: Keeping) -> Action:
    ticket, save, _ = draft_of(desk)
    save()
    return lambda: desk.reply({"ticket_id": ticket.id}, "Жауап", "page-1")


@asks("AP53", "AP59", "AP54", "AP55", "AP36")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    return lambda: desk.reply(ticket, "Жауап")


@asks("AP56")
def _(desk: Keeping) -> Action:
    _, one = job(desk)
    return lambda: replies(desk).failed_reply(one.entry.ref, desk.now)


@asks("AP60", "AP61", "AP58", "AP59", "AP62", "AP63", "AP64", "AP65", "AP60")
def _(desk: Keeping) -> Action:
    _, one = job(desk, claimed=False)
    return lambda: desk.sender()(one.entry.ref.conversation_id)


@asks("AP601")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    desk.sender()(ticket["conversation_id"])
    desk.reply(ticket, "Тағы бір сөз")
    store = desk.outbox()
    (waiting,) = store.entries(ticket["conversation_id"])
    unasked = store.job(waiting, desk.now)
    return lambda: store.claim(unasked, "a", desk.now)


@asks("AP66")
def _(desk: Keeping) -> Action:
    store, one = job(desk, telegram=True)
    return lambda: store.sent(one, "500000042:9", desk.now)


@asks("AP62", "AP67", "AP65")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    desk.statuses().apply(status(desk, "delivered", str(one.entry.ref)), desk.now)
    read = store.job(one.entry, desk.now)
    return lambda: store.sent(read, wamid(), desk.now)


@asks("AP68")
def _(desk: Keeping) -> Action:
    store, one = job(desk, claimed=False)
    store.claim(one, "a", desk.now, pieces=2)
    (waiting,) = store.entries(one.entry.ref.conversation_id)
    claimed = store.job(waiting, desk.now)
    return lambda: store.sent_piece(claimed, "a", wamid(), desk.now, piece=1, states=True)


@asks("AP340")
def _(desk: Keeping) -> Action:
    store, one = job(desk, claimed=False)
    store.claim(one, "a", desk.now, pieces=2)
    return lambda: desk.statuses().apply(status(desk, "delivered", one.entry.ref.of_piece(1)), desk.now)


@asks("AP343")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    return lambda: store.proved(one, desk.now)


@asks("AP69")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    return lambda: store.remove_entry(one.entry)


@asks("AP464")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    contact_id = desk.head()["contact_id"]
    return lambda: store.remove_entry(one.entry, contact_id)


@asks("AP70")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    return lambda: store.retry_later(one, "a", desk.now + 2_000)


@asks("AP115")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    return lambda: store.release(one, "a", desk.now)


@asks("AP71")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    return lambda: store.retry_later(one, "a", desk.now + 60_000, unconfirmed=True)


@asks("AP72", "AP73", "AP74")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    account = one.entry.account

    def stop_and_go() -> None:
        store.stop(one, "a", "190", desk.now)
        assert store.may_probe(account, desk.now + 60_000, 50_000)
        store.start_again(account)

    return stop_and_go


@asks("AP75")
def _(desk: Keeping) -> Action:
    store, one = job(desk)
    return lambda: store.failed(one, Failure("131026", "rejected"), desk.now, attempt_id="a")


@asks("AP76")
def _(desk: Keeping) -> Action:
    store, one = job(desk, telegram=True)
    return lambda: store.failed(one, Failure("403", "blocked"), desk.now, attempt_id="a", blocked_since=desk.now)


@asks("AP77")
def _(desk: Keeping) -> Action:
    store, one = job(desk, claimed=False)
    return lambda: store.failed(one, Failure("window_closed", "window_closed"), desk.now, kept=True)


# -- retention


@asks("AP78", "AP79", "AP80", "AP80", "AP80", "AP81", "AP183", "AP184", "AP82")
def _(desk: Keeping) -> Action:
    ticket = closed(desk)
    return lambda: desk.date(ticket)


def failed(desk: Keeping, code: str) -> Action:
    """A reply whose failure the provider has reported, for the dater."""
    _, one = job(desk)
    ref, (ticket,) = one.entry.ref, desk.of_pk("ticket#")
    desk.statuses().apply(status(desk, "failed", str(ref))._replace(code=code), desk.now)
    name = f"message#{ref.tail}"
    return lambda: desk.dates().show_failure(ref.conversation_id, name, ticket["ticket_id"], desk.now, stops_channel)


@asks("AP83", "AP344", "AP84")
def _(desk: Keeping) -> Action:
    return failed(desk, "131026")


@asks("AP83", "AP344", "AP623", "AP624")
def _(desk: Keeping) -> Action:
    """Of two replies that failed the one that the ticket names arrives after all."""
    ticket = desk.open_ticket()
    refs = []
    for text in ("Бір", "Екі"):
        refs.append(desk.reply(ticket, text))
        desk.sender()(ticket["conversation_id"])
        desk.now += 1
    dates = desk.dates()

    def settled(ref: MessageRef, name: str) -> Action:
        desk.statuses().apply(status(desk, name, str(ref))._replace(code="131026"), desk.now)
        return lambda: dates.show_failure(
            ref.conversation_id, f"message#{ref.tail}", ticket["ticket_id"], desk.now, stops_channel
        )

    for ref in refs:
        settled(ref, "failed")()
    return settled(refs[-1], "delivered")


@asks("AP83", "AP344", "AP85")
def _(desk: Keeping) -> Action:
    return failed(desk, "131042")


@asks("AP37", "AP36", "AP283", "AP341")
def _(desk: Keeping) -> Action:
    failed(desk, "131026")()
    (ticket,) = desk.of_pk("ticket#")
    return lambda: reader(desk).ticket(ticket["ticket_id"])


@asks("AP421", "AP342")
def _(desk: Keeping) -> Action:
    failed(desk, "131026")()
    (message,) = [one for one in desk.messages("out") if one["status"] == "failed"]
    store, ref = replies(desk), MessageRef.of_tail(message["pk"].partition("#")[2], message["sk"].partition("#")[2])
    failure = store.failed_reply(ref, desk.now)
    ticket, head = store.ticket(message["ticket_id"], desk.now), store.head(ref.conversation_id)
    assert failure is not None and ticket is not None and head is not None
    new = MessageRef(ref.conversation_id, desk.now + 9_000, "f" * 32)
    return lambda: store.store(Reply(new, ticket, head, "Жауап", BOLAT, "h" * 64, desk.now, failure))


def take_back(desk: Keeping, *kinds: str) -> Action:
    """Deal with Amina's newest changes of these kinds."""
    work = TakeBack(TakeBackStore(desk.gateway(wait=lambda attempt: None)), lambda: desk.now)
    found = [[one for one in desk.messages() if one["kind"] == kind][-1] for kind in kinds]
    return lambda: [work(row["pk"].partition("#")[2], row["sk"]) for row in found]


@asks("AP319", "AP320", "AP321", "AP322", "AP322", "AP324", "AP322", "AP319", "AP323", "AP320", "AP321")
def _(desk: Keeping) -> Action:
    first = from_amina("", sent_at=desk.seconds, kind="unsupported", raw=b"{}", raw_type="x")
    desk.receive(first)
    desk.receive(from_amina("Тағы", sent_at=desk.seconds, kind="edit", target=first.provider_id))
    desk.receive(from_amina("Осы", sent_at=desk.seconds, quote=first.provider_id))
    desk.receive(from_amina("", sent_at=desk.seconds + 1, kind="revoke", target=first.provider_id))
    return take_back(desk, "revoke", "edit")


def revoked(desk: Keeping) -> InboundMessage:
    """Amina's deletion, looked at before its message has arrived; returns the message."""
    late = from_amina("Кеш", sent_at=desk.seconds)
    desk.receive(from_amina(sent_at=desk.seconds - 60))
    desk.receive(from_amina("", sent_at=desk.seconds, kind="revoke", target=late.provider_id))
    take_back(desk, "revoke")()
    return late


@asks("AP319", "AP320", "AP322")
def _(desk: Keeping) -> Action:
    revoked(desk)
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": desk.of("head")[0]["pk"]}, "sk": {"S": desk.messages()[-1]["sk"]}},
        UpdateExpression="REMOVE due, due_at",
    )
    return take_back(desk, "revoke")


@asks("AP319", "AP320", "AP321", "AP322", "AP322")
def _(desk: Keeping) -> Action:
    desk.receive(revoked(desk))
    return take_back(desk, "revoke")


def sweeping(desk: Keeping) -> SweepStore:
    return SweepStore(desk.gateway())


@asks("AP95", "AP86", "AP87", "AP300", "AP317", "AP88", "AP88", "AP88", "AP88", "AP95", "AP90", "AP95", "AP91")
def _(desk: Keeping) -> Action:
    desk.reply(desk.open_ticket(), "Жауап")
    desk.later(61)
    return desk.sweep


@asks("AP317", "AP318")
def _(desk: Keeping) -> Action:
    revoked(desk)
    desk.later(61)
    return lambda: desk.sweeper()._retry_deletions(float("inf"))


@asks("AP300", "AP301")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina("Деректерімді жойыңыз", sent_at=desk.seconds))
    desk.later(301)
    return lambda: desk.sweeper().monitor_asks(float("inf"))


@asks("AP89")
def _(desk: Keeping) -> Action:
    desk.open_ticket()
    closing = desk.sweeper().auto_close
    (idle,) = closing.idle("open", desk.now + 1)
    return lambda: closing.close(idle, "closed_idle", {"days": 90}, desk.now, desk.seconds)


@asks("AP93")
def _(desk: Keeping) -> Action:
    desk.statuses().apply(status(desk, "delivered"), desk.now)
    (item,) = desk.items("index")
    return lambda: sweeping(desk).remove(Expired("index", item["pk"], item["sk"], item["expires_at"]))


@asks("AP92", "AP94")
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    found = [*desk.of_pk("number#"), *desk.messages()]
    for item in found:
        DeskRow(item["pk"], item["sk"]).update(actions=[DeskRow.expires_at.set(1)])
    number, message = (Expired("desk", item["pk"], item["sk"], 1, tuple(item)) for item in found)
    until = replace(message, guard_until=desk.seconds + 60)
    return lambda: [sweeping(desk).remove(number), sweeping(desk).remove(until)]


@asks("AP111", "AP112")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    found = [*desk.messages(), *desk.messages("out")]
    for item in (ticket, *found):
        DeskRow(item["pk"], item["sk"]).update(actions=[DeskRow.expires_at.set(1)])
    message, notice = (
        Expired("desk", item["pk"], item["sk"], 1, tuple(item), ticket_id=ticket["ticket_id"]) for item in found
    )
    until = replace(message, guard_until=desk.seconds + 60)
    return lambda: [sweeping(desk).remove(notice), sweeping(desk).remove(until)]


@asks("AP79", "AP92")
def _(desk: Keeping) -> Action:
    ticket = closed(desk)
    desk.date(ticket)
    ids = {"ticket_id": ticket["ticket_id"], "conversation_id": ticket["conversation_id"]}
    date = desk.ticket(ticket)["expires_at"]
    return lambda: sweeping(desk).remove(Expired("desk", ticket["pk"], ticket["sk"], date, **ids))


@asks("AP113")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    return lambda: sweeping(desk).enqueue_stamping(ticket["ticket_id"], desk.now)


@asks("AP114")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    (row,) = desk.messages()
    return lambda: desk.dates().stamp_alone(ticket["conversation_id"], row["sk"], desk.seconds)


def past_its_date(desk: Keeping) -> str:
    """A contact's conversation on the day of its end: the rows of its ticket are gone, one line is left."""
    ticket = desk.open_ticket()
    desk.index_contact(ticket["contact_id"])
    ticket = desk.closed(ticket)
    for item in desk.rows_of(ticket):
        DeskRow(item["pk"], item["sk"]).delete()
    conversation_id = str(ticket["conversation_id"])
    DeskRow(f"conversation#{conversation_id}", f"message#{desk.now}#a", direction="event").save()
    desk.now = ticket["expires_at"] * 1000
    return conversation_id


@asks("AP185", "AP186", "AP187", "AP78", "AP189", "AP190", "AP191", "AP192", "AP193")
def _(desk: Keeping) -> Action:
    conversation_id = past_its_date(desk)
    return lambda: desk.ender()(conversation_id)


@asks("AP185", "AP186", "AP187", "AP78", "AP188")
def _(desk: Keeping) -> Action:
    conversation_id = past_its_date(desk)
    ticket_id = desk.head()["ticket_id"]
    DeskRow(f"ticket#{ticket_id}", "ticket", ticket_id=ticket_id, state="open").save()
    return lambda: desk.ender()(conversation_id)


@asks("AP194", *["AP195"] * 15, "AP196")
def _(desk: Keeping) -> Action:
    contact_id = desk.open_ticket()["contact_id"]
    desk.index_contact(contact_id)
    return lambda: sweeping(desk).forget(contact_id)


@asks("AP1", "AP3", "AP1", "AP3", "AP1", "AP5", "AP1", "AP181")
def _(desk: Keeping) -> Action:
    past_its_date(desk)
    return lambda: desk.receive(from_amina("Тағы", sent_at=desk.seconds))


@asks("AP1", "AP13", "AP1", "AP407", "AP1", "AP1", "AP182")
def _(desk: Keeping) -> Action:
    desk.changer()(started(desk))
    desk.now = desk.head()["expires_at"] * 1000
    return lambda: desk.changer()(started(desk, 5))


@asks("AP96")
def _(desk: Keeping) -> Action:
    return lambda: sweeping(desk).keep_cursor("desk", {"pk": "ticket#a", "sk": "ticket"})


# -- the text index and the vault


@asks("AP97", "AP63", "AP98", "AP99", "AP100", "AP99", "AP97", "AP63")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    return lambda: desk.index_contact(ticket["contact_id"])


@asks("AP98", "AP99", "AP465", "AP101")
def _(desk: Keeping) -> Action:
    contact_id = desk.open_ticket()["contact_id"]
    desk.index_contact(contact_id)
    return lambda: desk.text_index.replace(contact_id, [])


@asks("AP102", *["AP103"] * 32, "AP104", "AP105", "AP102", *["AP103"] * 32)
def _(desk: Keeping) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.store().keep_unparsed("telegram", TELEGRAM_ACCOUNT, "new_kind", b"raw", desk.now)
    return Rotation(desk.gateway(), desk.vault, new_pair().public, desk.now).reseal


# -- the box of a request


def boxes(desk: Keeping) -> Boxes:
    return Boxes(Erasing(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider))


@asks("AP160", "AP59", "AP58", "AP63", "AP161")
def _(desk: Keeping) -> Action:
    made = boxes(desk)
    request_id = made.request(made.person("whatsapp"))
    return lambda: made.suppress()(request_id)


@asks("AP160", "AP162")
def _(desk: Keeping) -> Action:
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    return lambda: made.notify()(request_id)


def certified_opt_out(desk: Keeping) -> tuple[Boxes, str, str]:
    made = living(desk)
    person = made.daniyar()
    opened = made.opt_out(person.contact_id, 0, "bot")
    made.mark(opened.request_id, {Step.CERTIFIED: desk.now})
    return Boxes(made.desk), opened.request_id, person.contact_id


@asks("AP160", "AP212", "AP160", "AP63", "AP604")
def _(desk: Keeping) -> Action:
    made, request_id, _ = certified_opt_out(desk)
    return lambda: made.notify()(request_id)


@asks("AP160", "AP212", "AP605")
def _(desk: Keeping) -> Action:
    made, request_id, contact_id = certified_opt_out(desk)
    key = attribute_values({"pk": f"contact#{contact_id}", "sk": "contact"})
    desk.dynamodb.delete_item(TableName=desk.tables["desk"], Key=key)
    return lambda: made.notify()(request_id)


@asks("AP160", "AP160", "AP63", "AP163")
def _(desk: Keeping) -> Action:
    """Whom the release before has not told is given the secret now."""
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    made.mark(request_id, identity="second_press")
    store = made.desk.requests
    store.run(store.change(request_id, {"told_by": None, "steps.told": None}))
    return lambda: made.notify()(request_id)


@asks(
    *("AP160", "AP620", "AP220", "AP164", "AP165", "AP166", "AP167", "AP168", "AP169", "AP166", "AP170"),
    *("AP171", "AP172", "AP160", "AP173"),
)
def _(desk: Keeping) -> Action:
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    made.desk.now += 1
    made.notify()(request_id)
    inventory = {"pk": f"request#{request_id}", "sk": "inventory#desk.contact#0"}
    desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(inventory))
    return lambda: made.close()(request_id)


@asks("AP160", "AP620", "AP220", "AP164", "AP165", "AP166", "AP167", "AP166", "AP170", "AP171", "AP160", "AP174")
def _(desk: Keeping) -> Action:
    made = boxes(desk)
    request_id = made.certified(made.person("whatsapp"))
    made.mark(request_id, Step.CANCELLED, Step.CLOSED_WITHOUT_ERASURE)
    return lambda: made.close()(request_id)


# -- the life of a request


def living(desk: Keeping) -> Living:
    return Living(Erasing(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider))


def asking(desk: Keeping, action: str, *, open_one: bool = True) -> Action:
    """What the worker does with one ask of Daniyar, but for waking his request."""
    made = living(desk)
    person = made.daniyar()
    request_id = made.suppressed(person).id if open_one else ""
    made.ask(person, action, request_id if action != "withdraw" else "")
    made.desk.now += 1
    return lambda: replace(made.asks, resume=lambda _: None)(person.contact_id)


def parking(desk: Keeping, wait: str, **steps: int) -> Action:
    """A task of Daniyar's request that begins to wait."""
    made = living(desk)
    request = made.mark(made.suppressed(made.daniyar()).id, steps)
    made.desk.now += 1
    return lambda: made.park(request, "token", request.execution, wait)


@asks("AP210", "AP211", "AP212", "AP405", "AP213", "AP210")
def _(desk: Keeping) -> Action:
    return asking(desk, "withdraw", open_one=False)


@asks("AP210", "AP211", "AP160", "AP212", "AP405", "AP310", "AP210")
def _(desk: Keeping) -> Action:
    made = living(desk)
    person = made.daniyar()
    first = made.mark(made.suppressed(person).id, {"cancelled": desk.now})
    made.finish(first.id)
    made.ask(person, "withdraw")
    made.desk.now += 1
    return lambda: replace(made.asks, resume=lambda _: None)(person.contact_id)


@asks("AP210", "AP211", "AP160", "AP160", "AP215", "AP210")
def _(desk: Keeping) -> Action:
    return asking(desk, "withdraw")


@asks("AP210", "AP211", "AP212", "AP405", "AP405", "AP212", "AP406", "AP210")
def _(desk: Keeping) -> Action:
    made = living(desk)
    person = made.daniyar()
    ask_and_cancel(made, person, MOST_ASKED)
    for pointer in made.pointers():
        made.delete(person, pointer["sk"])
    made.ask(person, "withdraw")
    return lambda: made.asks(person.contact_id)


@asks("AP210", "AP211", "AP212", "AP405", "AP625", "AP210")
def _(desk: Keeping) -> Action:
    made = living(desk)
    person = made.daniyar()
    made.ask(person, "maybe", kinds=["deletion"])
    return lambda: made.asks(person.contact_id)


@asks("AP210", "AP160", "AP216", "AP210")
def _(desk: Keeping) -> Action:
    return asking(desk, "confirm")


@asks("AP210", "AP211", "AP217", "AP210")
def _(desk: Keeping) -> Action:
    return asking(desk, "cancel", open_one=False)


@asks("AP211", "AP212", "AP214")
def _(desk: Keeping) -> Action:
    made = living(desk)
    person, today = made.daniyar(), day_of(desk.now)
    more = {"received_on": today, "created_by": BOLAT, "evidence": "Өтініш"}
    return lambda: made.open_request(person.contact_id, "deletion", "staff", **more)


@asks("AP212", "AP602", "AP603")
def _(desk: Keeping) -> Action:
    made = living(desk)
    person = made.daniyar()
    return lambda: made.opt_out(person.contact_id, 0, "staff", created_by=BOLAT, evidence="Өтініш")


@asks("AP160", "AP212", "AP218")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    return lambda: made.deciding.propose(request.id, "erase", BOLAT, check="in_person", reason="passport seen")


@asks("AP160", "AP218")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.deciding.propose(request.id, "erase", BOLAT, check="in_person")
    return lambda: made.deciding.agree(request.id, "another")


@asks("AP160", "AP220")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.deciding.propose(request.id, "erase", BOLAT, check="in_person")
    return lambda: made.deciding.take_back(request.id)


@asks("AP160", "AP160", "AP63", "AP219")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.deciding.propose(request.id, "refuse", BOLAT, ground="obligation", reason="The invoice is not paid yet.")
    made.desk.now += 1
    return lambda: made.deciding.agree(request.id, "another")


@asks("AP160", "AP220")
def _(desk: Keeping) -> Action:
    made = living(desk)
    opened = made.open_request(made.daniyar().contact_id, "withdrawal", "bot")
    return lambda: made.wake(opened.request_id)


@asks("AP160", "AP220", "AP160")
def _(desk: Keeping) -> Action:
    return parking(desk, "identity")


@asks("AP160", "AP221", "AP160")
def _(desk: Keeping) -> Action:
    return parking(desk, "decision")


@asks("AP160", "AP621", "AP160", "AP620")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.desk.now = request.default_at
    return lambda: made.park(request, "token", request.execution, "decision")


@asks("AP160", "AP160", "AP63", "AP222", "AP160", "AP620")
def _(desk: Keeping) -> Action:
    return parking(desk, "telling", verified=desk.now)


@asks("AP620", "AP220", "AP160", "AP220")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.mark(made.suppressed(made.daniyar()).id, {"verified": desk.now})
    made.park(request, "", "", "telling")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResumeWorkflow, "__call__", lambda self, request_id: None)
        waits = made.arrives(request.id)
    return lambda: AnswerWaitingRun(made.store, made.runs, made.told, made.clock)(waits)  # type: ignore[arg-type]


@asks("AP160", "AP58", "AP160", "AP63", "AP622")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.mark(made.suppressed(made.daniyar()).id, {"verified": desk.now})
    made.park(request, "", "", "telling")
    made.desk.now += 1
    return lambda: made.announce_again(request.id)


@asks("AP160", "AP223")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.mark(request.id, {"cancelled": desk.now})
    made.desk.now += 1
    return lambda: made.finish(request.id)


@asks("AP302", "AP220")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.mark(request.id, {"verified": desk.now, "told": desk.now})
    made.park(request, "", "", "grace")
    made.desk.now += DAY
    waits = made.read(request.id)
    return lambda: AnswerWaitingRun(made.store, made.runs, made.told, made.clock)(waits)


@asks("AP304", "AP303", "AP305")
def _(desk: Keeping) -> Action:
    holding = living(desk).holding
    return lambda: [holding.set(BOLAT, desk.now), holding.read(), holding.release()]


@asks("AP224")
def _(desk: Keeping) -> Action:
    made = living(desk)
    made.opened(made.daniyar())
    return lambda: list(made.store.open_ones(100))


# -- requests as they are shown


def pages(desk: Keeping) -> RequestPages:
    """The privacy officer's reading; Daniyar's request is open and another is over."""
    made = living(desk)
    over = made.opened(made.daniyar())
    made.mark(over.id, queue=OVER_QUEUE, activity=desk.now)
    made.opened(made.desk.person(from_amina(sent_at=desk.seconds)))
    return RequestPages(desk.gateway())


@asks("AP280", "AP281")
def _(desk: Keeping) -> Action:
    reading = pages(desk)
    return lambda: reading.page(desk.now, 50)


@asks("AP281")
def _(desk: Keeping) -> Action:
    reading = pages(desk)
    return lambda: reading.page(desk.now, 50, state="complete")


@asks("AP282")
def _(desk: Keeping) -> Action:
    return pages(desk).count_open


@asks("AP160")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.opened(made.daniyar())
    return lambda: RequestPages(desk.gateway()).find(request.id, desk.now)


@asks("AP283")
def _(desk: Keeping) -> Action:
    ticket = desk.open_ticket()
    return lambda: reader(desk).erasing(ticket["contact_id"])


@asks("AP284")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.opened(made.daniyar())
    return lambda: reader(desk).open_request(request.contact_id)


@asks("AP285")
def _(desk: Keeping) -> Action:
    return lambda: Ledger(desk.gateway()).entry("0" * 20, ISSUED)


# -- the destruction of a person


def destroyed(
    desk: Keeping, task: str, *, until: str = "", larger: bool = False, moved: bool = False, **more: Any
) -> Action:
    """A destroying task at a person on WhatsApp with a former number, links, a claimed place and one that waits."""
    made = Erasing(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    person = made.person(from_amina(sent_at=made.seconds))
    made.deliver()
    made.later(60)
    made.changer()(renumbered(made))
    for text in ("бір", "екі"):
        made.reply(person.tickets[0], text)
        if text == "бір":
            made._claim(person)
    made.index_contact(person.contact_id)
    if larger:
        (some,) = person.messages("in")
        for at in range(4):
            row = some | {"sk": f"message#{at:013d}#{at:032d}", "content": b"\1" + b"x" * 300_000}
            desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(row))
    request = made.request_for(person)
    if until:
        run_until(made, request, until)
    if moved and request.box:
        where = attribute_values({"pk": f"contact#{request.box.contact_id}", "sk": "contact"})
        desk.dynamodb.update_item(TableName=desk.tables["desk"], Key=where, UpdateExpression="REMOVE phone")

    def work() -> None:
        with pytest.MonkeyPatch.context() as patch:
            if larger:
                patch.setattr(erasing, "_AT_ONCE", 1)
            run_task(made, task, request, **more)

    return work


@asks("AP160", "AP233", "AP230", "AP231", "AP232", "AP236")
def _(desk: Keeping) -> Action:
    return destroyed(desk, "hard_suppress")


@asks("AP160", "AP233", "AP230", "AP231", "AP232", "AP306")
def _(desk: Keeping) -> Action:
    work = destroyed(desk, "hard_suppress")
    living(desk).holding.set(BOLAT, desk.now)
    return work


@asks("AP160", "AP160", "AP237", "AP460", "AP234", "AP236")
def _(desk: Keeping) -> Action:
    work = destroyed(desk, "hard_suppress", until="hard_suppress")
    (place, _) = desk.of("outbox#")
    DeskRow(place["pk"], place["sk"]).update(actions=[DeskRow.attempt_id.remove()])
    return work


@asks("AP160", "AP238", "AP239", "AP240", "AP241")
def _(desk: Keeping) -> Action:
    return destroyed(desk, "freeze_inventory", until="hard_suppress")


@asks("AP160", "AP238", "AP239", "AP240", "AP462", "AP241")
def _(desk: Keeping) -> Action:
    work = destroyed(desk, "freeze_inventory", until="hard_suppress")
    (words,) = desk.items("index", lambda item: item["sk"] == "words")
    IndexRow(words["pk"], "words").update(actions=[IndexRow.rule.set(0)])
    return work


@asks("AP242", "AP245", "AP246", "AP247", "AP461", "AP250", "AP251", "AP252", "AP461", "AP466")
def _(desk: Keeping) -> Action:
    """A line that came after the inventory, and a word of an indexer of the release before."""
    work = destroyed(desk, "erase", until="destroy_key")
    (words,) = desk.items("index", lambda item: item["sk"] == "words")
    (head,) = [item for item in desk.of("head") if item.get("aliases")]
    DeskRow(head["pk"], f"message#{desk.now}#a", direction="event").save()
    IndexRow(words["pk"], "words").update(actions=[IndexRow.words.set([*words["words"], "late"])])
    return work


@asks("AP160", "AP238", "AP239", "AP240", "AP311")
def _(desk: Keeping) -> Action:
    return destroyed(desk, "freeze_inventory", until="hard_suppress", moved=True)


@asks("AP242", "AP243", "AP244")
def _(desk: Keeping) -> Action:
    return destroyed(desk, "destroy_key", until="freeze_inventory")


@asks("AP242", "AP245", "AP246", "AP247", "AP250", "AP251", "AP252", "AP255")
def _(desk: Keeping) -> Action:
    return destroyed(desk, "erase", until="destroy_key")


@asks("AP242", "AP245", "AP246", "AP247", "AP248", "AP288", "AP247", "AP250", "AP257", "AP252", "AP287")
def _(desk: Keeping) -> Action:
    return destroyed(desk, "erase", until="destroy_key", larger=True)


@asks("AP242", "AP245", "AP246", "AP247", "AP248", "AP288", "AP256")
def _(desk: Keeping) -> Action:
    return destroyed(desk, "erase", until="destroy_key", larger=True, budget=-1.0)


@asks("AP247", "AP249", "AP250", "AP251")
def _(desk: Keeping) -> Action:
    made = Erasing(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    person = made.person(from_amina(sent_at=made.seconds))
    made.deliver()
    store = erasing.Eraser(desk.gateway())
    return lambda: list(
        store.conversation(
            person.conversation_id, person.channel, made.now, (), final=True, since=0, note=lambda store, names: None
        )
    )


# -- the proof and the certificate


@asks("AP260", "AP261", "AP263", "AP264", "AP265", "AP266")
def _(desk: Keeping) -> Action:
    made = Erasing(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    request = made.request_for(made.person(from_amina(sent_at=made.seconds)))
    run_until(made, request, "sweep")
    return lambda: verify(made, request)


@asks("AP260", "AP261", "AP263", "AP264", "AP265", "AP312", "AP266")
def _(desk: Keeping) -> Action:
    made = Erasing(desk.tables, desk.dynamodb, vault_keys=desk.vault_keys, provider=desk.provider)
    person = made.person(from_amina(sent_at=made.seconds))
    older = made.request_for(person, steps={str(Step.MAILBOX_DESTROYED): made.now})
    request = made.request_for(person, after=older.id)
    run_until(made, request, "sweep")
    return lambda: verify(made, request)


@asks("AP286")
def _(desk: Keeping) -> Action:
    made = living(desk)
    request = made.opened(made.daniyar())
    return lambda: Ledger(desk.gateway()).request_and_head(request.id)


@asks("AP268", "AP269")
def _(desk: Keeping) -> Action:
    class Pen:
        key_arn = "arn"

        def sign(self, text: str) -> bytes:
            return b"s" * 71

    made = living(desk)
    request = made.opened(made.daniyar())
    step = RequestStore(desk.gateway()).finish(request, Step.CERTIFIED, 1)
    body = {"certificate_id": request.certificate_id, "entry": ISSUED}
    return lambda: Ledger(desk.gateway()).add(body, Pen(), step)  # type: ignore[arg-type]


# -- the document and the code


def differences(ids: tuple[str, ...], calls: list[Call], *, priced: bool = True) -> list[str]:
    """What differs between rows and calls, in words; prices only where the engine counts as AWS documents."""
    found = [f"called {call}" for call in calls[len(ids) :]] + [f"not called: {one}" for one in ids[len(calls) :]]
    for one, call in zip(ids, calls, strict=False):
        row = ROWS[one]
        if not row.fits(call):
            found.append(f"{one} is documented as {row} but called {call}")
        elif priced and call.units and not row.costs(call.units):
            found.append(f"{one} is documented as {row.cost} but cost {call.units:g}")
    return found


@pytest.fixture(scope="module")
def seen() -> dict[str, list[Call]]:
    """Every call of every runner, by the row that it was compared with; filled by the tests of rows."""
    return {}


@pytest.fixture(scope="module")
def kept(dynamodb_endpoint: str) -> Iterator[tuple[Keeping, Recorder]]:
    """Tables and listening clients for all tests of this file: making them takes longer than what they are asked."""
    tables = create_tables(dynamodb_endpoint, load("tables"), f"t{secrets.token_hex(6)}")
    client.cache_clear()
    bind(tables)
    with serve() as provider:
        made = Keeping(tables, client("dynamodb"), provider=provider)
        yield made, Recorder(tables, [made.dynamodb])
    telegram.close()


@pytest.fixture
def desk(kept: tuple[Keeping, Recorder]) -> Keeping:
    """A desk whose tables are empty."""
    made, _ = kept
    made.delete_all((table, item) for table, items in made.snapshot().items() for item in items.values())
    return Keeping(made.tables, made.dynamodb, provider=made.provider)


@pytest.fixture
def recorder(kept: tuple[Keeping, Recorder]) -> Recorder:
    return kept[1]


@pytest.mark.dynamodb
@pytest.mark.parametrize("ids", RUNNERS, ids=lambda ids: ids[-1])
def test_a_pattern_asks_as_its_row_says(
    desk: Keeping,
    recorder: Recorder,
    ids: tuple[str, ...],
    seen: dict[str, list[Call]],
    request: pytest.FixtureRequest,
) -> None:
    # DynamoDB Local adds the items of a transaction up before it counts, which AWS does not.
    priced = not request.config.getoption("--dynamodb-local")
    action = RUNNERS[ids](desk)
    with recorder.listening() as calls:
        action()

    for one, call in zip(ids, calls, strict=False):
        seen.setdefault(one, []).append(call)
    assert differences(ids, calls, priced=priced) == []


def test_every_row_has_a_runner_and_every_runner_a_row() -> None:
    assert {one for ids in RUNNERS for one in ids} == ROWS.keys()
    assert len(list(lines("| AP"))) == len(ROWS), "an id stands twice"


# -- what the document says of itself


def test_the_keys_that_the_document_lists_are_those_of_the_item_classes() -> None:
    listed = {cells[0]: tuple(cells[1:4]) for cells in lines("| `")}
    assert listed == {one.name: (one.table, one.pk, one.sk or "–") for one in CLASSES}


def test_only_who_must_scans() -> None:
    assert {row.function for row in ROWS.values() if row.operation == "Scan"} == SCANS
    files = [file for folder in ("chalicelib", "local", "infra") for file in (ROOT / folder).rglob("*.py")]
    scanning = {file.name for file in [ROOT / "app.py", *files] if re.search(r"""["'.]scan["'(]""", file.read_text())}
    assert scanning == {"sweep_store.py", "rotation.py", "tables.py"}


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.id)
def test_the_role_of_whoever_asks_allows_it(row: Row) -> None:
    roles = {one.logical_id: one for one in FUNCTIONS}
    for who in row.by:
        if who != "ops":  # commands run with the caller's own credentials
            assert needed(row) <= allowed(roles[who]), who


def needed(row: Row) -> set[tuple[str, str]]:
    """Actions and tables of a row; a transaction needs what its items need."""
    if row.operation == "TransactGetItems":
        return {("dynamodb:GetItem", place) for place in row.place.split(", ")}
    if row.operation != "TransactWriteItems":
        return {(f"dynamodb:{row.operation}", place) for place in row.place.split(", ")}
    items = ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
    actions = dict(zip(TRANSACTION.values(), items, strict=True))
    tables = {one.name: one.table for one in CLASSES}
    return {
        (f"dynamodb:{actions[part.split()[0]]}", tables[name])
        for part in row.key.split("; ")
        for name in part.partition(" ")[2].split(", ")
    }


def allowed(function: Any) -> set[tuple[str, str]]:
    """Actions and tables of a function's role."""
    found = set()
    for grant in function.grants:
        for resource in grant.resources:
            text = str(resource)
            table = re.search(r"(Desk|Keys|Index|Ledger)Table", text)
            below = re.search(r"/index/(\w+)", text)
            if table:
                name = table[1].lower() + (f".{below[1]}" if below else "")
                found |= {(action, name) for action in grant.actions}
    return found


SITES = re.compile(
    r"\b(?:DeskRow|KeyRow|IndexRow|queue_index|unsent_index)\.(?:get|query|count|scan|batch_get|batch_write)\("
    r"|\b(?:row|fresh|(?:Desk|Key|Index|Login)Row\(.*\))\.(?:save|update|delete)\("
    r"|(?:_client|self\.client)\.(?:\w+_items?|get_paginator)\(|getattr\((?:self\._)?client,"
)
"""How storage speaks to DynamoDB."""
ELSEWHERE = {"cognito.py", "queues.py", "secrets.py", "clients.py", "restore_points.py"}
"""Modules of storage that speak to other services, or of whole tables."""


BEHIND = {"BatchDecryptor._key", "SweepStore.overdue"}
"""They ask only what others of the list ask: for a key that is not loaded yet, and by handing an iterator on."""


def speaking() -> set[str]:
    """Functions of storage that speak to DynamoDB, and those that call one of them."""
    texts: dict[str, str] = {}
    calls: dict[str, set[str]] = {}
    for file in map(Path, sorted(stores())):
        if file.name not in ELSEWHERE:
            source = file.read_text(encoding="utf-8")
            for name, owners, node in functions(ast.parse(source)):
                texts[name] = ast.get_source_segment(source, node) or ""
                calls[name] = set(called(node, owners))
    found = {name for name, text in texts.items() if SITES.search(text)}
    while more := {name for name, its in calls.items() if its & found} - found - BEHIND:
        found |= more
    return found


def functions(tree: ast.AST, owners: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], ast.FunctionDef]]:
    """Functions by their qualified names, with their class and its bases."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from functions(node, (node.name, *(ast.unparse(base) for base in node.bases)))
        elif isinstance(node, ast.FunctionDef):
            yield ".".join([*owners[:1], node.name]), owners, node


OTHERS = {
    "self._store": "IntakeStore",
    "self._run": "Transactions",
    "self._tables": "Tables",
    "self.tables": "Tables",
    "self.desk": "TicketQueries",
    "desk": "TicketQueries",
}


def called(node: ast.AST, owners: tuple[str, ...]) -> Iterator[str]:
    """Qualified names of functions of storage that a function may call."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            owner, _, name = ast.unparse(one.func).rpartition(".")
            if owner == "self":
                yield from (f"{owner}.{name}" for owner in owners)
            elif owner in OTHERS:
                yield f"{OTHERS[owner]}.{name}"
            elif not owner:
                yield name


@pytest.mark.dynamodb
def test_no_function_of_storage_speaks_to_a_table_without_a_row(seen: dict[str, list[Call]]) -> None:
    if seen.keys() != ROWS.keys():
        pytest.skip("needs the calls of every row: run the whole file")
    heard = {name for calls in seen.values() for call in calls for name in call.functions}
    gateway = {name for name in speaking() if name.startswith("Tables.")}  # heard under the names of its callers
    assert speaking() - heard - gateway == set()


# -- the cost of a list


def write_tickets(desk: Keeping, state: State, numbers: range) -> None:
    """Lay tickets into a queue, straight as items, each of a contact of its own whose key is gone."""
    puts = []
    for number in numbers:
        ticket_id = f"{state.value:a<10}{number:010d}"
        item = {"pk": f"ticket#{ticket_id}", "sk": "ticket", "ticket_id": ticket_id, "number": f"{number:06d}",
                "state": state.value, "queue": queue_of(state), "activity": desk.now + number, "channel": "whatsapp",
                "conversation_id": f"v{number:019d}", "contact_id": f"c{number:019d}", "tags": ["терминал"],
                "who": b"w" * 200, "last": b"l" * 300}  # fmt: skip
        puts.append({"PutRequest": {"Item": attribute_values(item)}})
    for start in range(0, len(puts), 25):
        desk.dynamodb.batch_write_item(RequestItems={desk.tables["desk"]: puts[start : start + 25]})


def costs(recorder: Recorder, action: Action) -> list[tuple[str, str, float]]:
    """Operation, place and units of each call."""
    with recorder.listening() as calls:
        action()
    return [(call.operation, call.place, call.units) for call in calls]


GROWING = (range(50), range(50, 500), range(500, 2_000))


@pytest.mark.dynamodb
def test_a_page_of_a_list_costs_the_same_with_50_500_and_2000_tickets(desk: Keeping, recorder: Recorder) -> None:
    found = []
    for numbers in GROWING:
        write_tickets(desk, State.OPEN, numbers)
        found.append(costs(recorder, lambda: page(reader(desk), TicketFilter(("open",)), desk.now, 25)))

    assert found[0] == found[1] == found[2]
    assert [operation for operation, _, _ in found[0]] == ["Query", "BatchGetItem", "BatchGetItem"]


@pytest.mark.dynamodb
def test_badges_cost_the_same_with_500_and_2000_tickets(desk: Keeping, recorder: Recorder) -> None:
    found = []
    for numbers in GROWING:
        write_tickets(desk, State.OPEN, numbers)
        write_tickets(desk, State.SOLVED, numbers)
        found.append(costs(recorder, lambda: counts(desk.now)))

    assert [len(calls) for calls in found] == [4, 4, 4]
    assert found[1] == found[2]
    assert counts(desk.now).states["solved"] == COUNTED
