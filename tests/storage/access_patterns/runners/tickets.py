"""What lists, tickets and search ask."""

from chalicelib.contacts.search import Search
from chalicelib.core.clock import DAY
from chalicelib.core.ids import MessageRef
from chalicelib.suppression.barrier import SETTLES, complete
from chalicelib.tickets.albums import Unread
from chalicelib.tickets.badges import count
from chalicelib.tickets.drafts import DraftStore, draft_keys, open_drafts
from chalicelib.tickets.listing import page
from chalicelib.tickets.model import State
from chalicelib.tickets.records import Conversation, Event, TicketFilter
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import changes, closed, draft_of, reader, shown, write_tickets
from tests.support.delivery.desk import BOLAT
from tests.support.people import AMINA_PHONE, WHATSAPP_ACCOUNT, from_amina, from_daniyar
from tests.support.retention.desk import RetentionDesk


@asks("AP33", "AP643", "AP645", "AP313", "AP36")
def _(desk: RetentionDesk) -> Action:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    return lambda: page(reader(desk), TicketFilter(("open",)), desk.now, 50)


@asks("AP35", "AP35", "AP35", "AP34", "AP34")
def _(desk: RetentionDesk) -> Action:
    for state in (State.OPEN, State.PENDING, State.SNOOZED, State.SOLVED):
        write_tickets(desk, state, range(1))
    return lambda: count(reader(desk).queues, BOLAT)


@asks("AP640", "AP641", "AP645", "AP646")
def _(desk: RetentionDesk) -> Action:
    complete(desk.gateway(), frozenset(), desk.now)
    desk.now += SETTLES
    complete(desk.gateway(), frozenset(), desk.now)
    write_tickets(desk, State.OPEN, range(2), assignee=BOLAT)
    return lambda: page(reader(desk), TicketFilter(("open",), assignee=BOLAT), desk.now, 50)


@asks("AP642", "AP641", "AP645", "AP313", "AP36")
def _(desk: RetentionDesk) -> Action:
    write_tickets(desk, State.OPEN, range(2))
    return lambda: page(reader(desk), TicketFilter(("open",), tag="терминал"), desk.now, 50)


@asks("AP647", "AP648")
def _(desk: RetentionDesk) -> Action:
    return lambda: complete(desk.gateway(), frozenset({"c" * 20}), desk.now)


@asks("AP37", "AP283", "AP36", "AP38", "AP39", "AP40")
def _(desk: RetentionDesk) -> Action:
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
def _(desk: RetentionDesk) -> Action:
    closed(desk)
    desk.receive(from_amina("Тағы", sent_at=desk.seconds))
    made = reader(desk)
    (newest,) = [made.ticket(one["ticket_id"]) for one in desk.of_pk("ticket#") if one["state"] == State.OPEN]
    return lambda: made.earlier_tickets(newest)


@asks("AP41", "AP180", "AP36")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    return lambda: reader(desk).contact(ticket["contact_id"])


@asks("AP43", "AP44", *["AP734"] * 4, *["AP45"] * 3, "AP46", "AP47", "AP48", "AP283", "AP36")
def _(desk: RetentionDesk) -> Action:
    ticket = desk.open_ticket()
    desk.index_contact(ticket["contact_id"])
    accounts = {"whatsapp": (WHATSAPP_ACCOUNT,)}
    return lambda: Search(reader(desk), desk.address_key, accounts, desk.text_search.find_contacts)(AMINA_PHONE)


@asks("AP49")
def _(desk: RetentionDesk) -> Action:
    _, ticket = shown(desk)
    event = Event("priority_changed", {"old": "normal", "new": "high"})
    return lambda: changes(desk).change(ticket, {"priority": "high"}, [event], BOLAT, desk.now)


@asks("AP50")
def _(desk: RetentionDesk) -> Action:
    ticket = reader(desk).ticket(closed(desk)["ticket_id"])
    assert ticket
    new = {"state": "open", "closed_at": None, "expires_at": None}
    return lambda: changes(desk).change(ticket, new, [Event("state_changed", {})], BOLAT, desk.now)


@asks("AP644")
def _(desk: RetentionDesk) -> Action:
    _, ticket = shown(desk)
    return lambda: changes(desk).change(ticket, {"tags": ["касса"]}, [Event("tags_changed", {})], BOLAT, desk.now)


@asks("AP51")
def _(desk: RetentionDesk) -> Action:
    made, ticket = shown(desk)
    head: Conversation = made.conversation(ticket.conversation_id)
    return lambda: changes(desk).comment(ticket, head, "Тексеру керек", BOLAT, desk.now)


@asks("AP420", "AP421", "AP422")
def _(desk: RetentionDesk) -> Action:
    made, ticket = shown(desk)
    head, store = made.conversation(ticket.conversation_id), changes(desk)

    def work() -> None:
        assert store.stored_under(ticket.conversation_id, "comment-1", desk.now) is None
        assert store.comment(ticket, head, "Тексеру керек", BOLAT, desk.now, "comment-1")

    return work


@asks("AP424")
def _(desk: RetentionDesk) -> Action:
    return draft_of(desk)[1]


@asks("AP724", "AP41", "AP423", "AP36")
def _(desk: RetentionDesk) -> Action:
    ticket, save, _ = draft_of(desk)
    save()

    def opens() -> None:
        made = reader(desk)
        found = made.with_customer(ticket.id, lambda conversation_id: draft_keys(conversation_id, ticket.id, BOLAT))
        assert found
        assert open_drafts(found[2], made.decryptor, desk.now)["reply"].text == "Жау"

    return opens


@asks("AP425")
def _(desk: RetentionDesk) -> Action:
    _, save, place = draft_of(desk)
    save()
    return lambda: DraftStore(desk.gateway()).empty(place, "page-1", 2, 1, desk.now)


@asks("AP52")
def _(desk: RetentionDesk) -> Action:
    _, ticket = shown(desk)
    return lambda: changes(desk).mark_read(ticket, BOLAT)


@asks("AP524")
def _(desk: RetentionDesk) -> Action:
    _, ticket = shown(desk)
    return lambda: changes(desk).mark_seen(ticket, Unread(), BOLAT)


@asks("AP38", "AP40", "AP314", "AP315")
def _(desk: RetentionDesk) -> Action:
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
