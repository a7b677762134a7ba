"""Everybody who writes while somebody is destroyed."""

from collections.abc import Callable
from typing import Any

from chalicelib.channels.parts import NumberChanged, ReachChanged, StatusUpdate
from chalicelib.core.addresses import Address, Author
from chalicelib.core.ids import MessageRef
from chalicelib.core.kept_for import KeptFor
from chalicelib.messages.contact_events import ReceiveContactEvent
from chalicelib.outbox.content import ReplyContent
from chalicelib.staff.store import StaffStore
from chalicelib.tickets.change import ChangeTicket, TicketChanges
from chalicelib.tickets.comment import CommentOnTicket
from chalicelib.tickets.drafts import Draft
from chalicelib.tickets.need_to_know import Reader
from chalicelib.tickets.queries import TicketQueries as DeskReading
from chalicelib.tickets.view_ticket import OpenWithReason
from chalicelib.tickets.writes import AutoClose, Idle, TicketWrites
from tests.support.delivery.desk import BOLAT
from tests.support.erasure.desk import DANIYAR_PHONE, DANIYAR_USER, OPERATOR, ErasureDesk
from tests.support.erasure.person import Person
from tests.support.faults import Late
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, wamid
from tests.support.retention.desk import KEPT_DAYS

PHONE, USER = Address("phone", DANIYAR_PHONE), Address("user", DANIYAR_USER)
HIM = Author((USER, PHONE), name="Данияр Оспанов", username="daniyar_osp")
Writer = Callable[[ErasureDesk, Person, Late], Any]


def _changes(desk: ErasureDesk, late: Late) -> ReceiveContactEvent:
    return desk.changer(late)


def message(desk: ErasureDesk, person: Person, late: Late) -> None:
    desk.receiver(late)(from_amina("кешіккен құпия хат", sent_at=desk.seconds, author=HIM))


def renamed(desk: ErasureDesk, person: Person, late: Late) -> None:
    author = HIM._replace(name="Данияр Жаңа")
    desk.receiver(late)(from_amina("жаңа атым", sent_at=desk.seconds, author=author))


def new_ticket(desk: ErasureDesk, person: Person, late: Late) -> None:
    desk.change_ticket()(person.tickets[-1]["ticket_id"], TicketChanges(state="closed"), OPERATOR)
    desk.later(60)
    desk.receiver(late)(from_amina("төртінші өтініш", sent_at=desk.seconds, author=HIM))


def moved_phone(desk: ErasureDesk, person: Person, late: Late) -> None:
    author = Author((Address("user", "KZ.999"), PHONE), name="Амина Сәтбаева")
    desk.receiver(late)(from_amina("бұл нөмір менікі", sent_at=desk.seconds, author=author))


def number_change(desk: ErasureDesk, person: Person, late: Late) -> None:
    new = Address("phone", "77000000299")
    _changes(desk, late)(NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), PHONE, new, desk.seconds))


def block(desk: ErasureDesk, person: Person, late: Late) -> None:
    _changes(desk, late)(ReachChanged("whatsapp", WHATSAPP_ACCOUNT, HIM, True, desk.seconds))


def reply(desk: ErasureDesk, person: Person, late: Late) -> None:
    desk.replier(late)(person.tickets[-1]["ticket_id"], ReplyContent("кешіккен жауап"), "late-page", BOLAT)


def reaction(desk: ErasureDesk, person: Person, late: Late) -> None:
    said = [one for one in desk.of("message#") if one.get("kind") == "text" and one["direction"] == "in"]
    row = [one for one in said if one["pk"] == person.conversation_pk][-1]
    ref = MessageRef.of_tail(person.conversation_id, row["sk"].partition("#")[2])
    desk.amends(late).react(row["ticket_id"], ref, "🙏", BOLAT)


def comment(desk: ErasureDesk, person: Person, late: Late) -> None:
    reading, changes = DeskReading(desk.decryptor(), desk.now), TicketWrites(desk.gateway(late))
    CommentOnTicket(reading, changes, lambda: desk.now)(person.tickets[0]["ticket_id"], "кеш пікір", OPERATOR)


def opening(desk: ErasureDesk, person: Person, late: Late) -> None:
    reading = DeskReading(desk.decryptor(), desk.now, reader=Reader(OPERATOR, ("first", "second"), desk.now))
    open_ticket = OpenWithReason(reading, TicketWrites(desk.gateway(late)), lambda: desk.now)
    open_ticket(person.tickets[0]["ticket_id"], "кешіккен себеп бар", OPERATOR)


def draft(desk: ErasureDesk, person: Person, late: Late) -> None:
    desk.keep_draft(late)(person.tickets[-1]["ticket_id"], "reply", Draft("кеш жоба", "late-draft", 9), OPERATOR)


def emptied_draft(desk: ErasureDesk, person: Person, late: Late) -> None:
    desk.keep_draft(late)(person.tickets[-1]["ticket_id"], "reply", Draft("", "draft-reply", 9), OPERATOR)


def ticket_change(desk: ErasureDesk, person: Person, late: Late) -> None:
    reading, changes = DeskReading(desk.decryptor(), desk.now), TicketWrites(desk.gateway(late))
    change = ChangeTicket(reading, changes, StaffStore(b"s" * 32), KeptFor(KEPT_DAYS), lambda: desk.now)
    change(person.tickets[0]["ticket_id"], TicketChanges(priority="low"), OPERATOR)


def mark_read(desk: ErasureDesk, person: Person, late: Late) -> None:
    ticket = DeskReading(desk.decryptor(), desk.now).ticket(person.tickets[-1]["ticket_id"])
    assert ticket is not None
    TicketWrites(desk.gateway(late)).mark_read(ticket, BOLAT)


def send(desk: ErasureDesk, person: Person, late: Late) -> None:
    desk.later(90)
    desk.sender(store=desk.outbox(late))(person.conversation_id)


def status(desk: ErasureDesk, person: Person, late: Late) -> None:
    (sent, *_) = [one for one in person.messages("out") if one["status"] == "sent"]
    tail = sent["sk"].removeprefix("message#").replace("#", ".")
    reference = f"{person.conversation_id}.{tail}"
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), "read", desk.seconds, reference)
    desk.statuses(dynamodb=late).apply(update, desk.now)


def close_idle(desk: ErasureDesk, person: Person, late: Late) -> None:
    ticket = person.tickets[-1]
    idle = Idle(ticket["ticket_id"], ticket["state"], ticket["activity"], person.conversation_id, person.contact_id)
    AutoClose(desk.gateway(late)).close(idle, "closed", {}, desk.now, desk.seconds + 86_400)


def stamp_alone(desk: ErasureDesk, person: Person, late: Late) -> None:
    (some, *_) = person.messages("in")
    desk.dates(late).stamp_alone(person.conversation_id, some["sk"], desk.seconds + 86_400)


def enqueue(desk: ErasureDesk, person: Person, late: Late) -> None:
    desk.dates(late).enqueue(person.tickets[0]["ticket_id"], desk.now)


def settle_failure(desk: ErasureDesk, person: Person, late: Late) -> None:
    (some, *_) = person.messages("out")
    key = {"pk": {"S": some["pk"]}, "sk": {"S": some["sk"]}}
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"], Key=key, UpdateExpression="SET #status = :failed",
        ExpressionAttributeNames={"#status": "status"}, ExpressionAttributeValues={":failed": {"S": "failed"}},
    )  # fmt: skip
    dates = desk.dates(late)
    dates.show_failure(person.conversation_id, some["sk"], some["ticket_id"], desk.now, lambda channel, code: False)


WRITERS: dict[str, tuple[Writer, int]] = {
    "message": (message, 1), "renamed": (renamed, 1), "new_ticket": (new_ticket, 2), "moved_phone": (moved_phone, 1),
    "number_change": (number_change, 1), "block": (block, 1), "reply": (reply, 1),
    "reaction": (reaction, 1), "comment": (comment, 1), "opening": (opening, 1),
    "draft": (draft, 1), "emptied_draft": (emptied_draft, 1),
    "ticket_change": (ticket_change, 1), "mark_read": (mark_read, 1), "claim": (send, 1), "sent": (send, 2),
    "status": (status, 1), "close_idle": (close_idle, 1), "date_alone": (stamp_alone, 1), "ring": (enqueue, 1),
    "settle_failure": (settle_failure, 1),
}  # fmt: skip
"""Each writer with the number of its write that comes late."""
