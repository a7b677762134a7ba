"""Changes of a customer: a number, a start, being blocked."""

from chalicelib.channels.parts import NumberChanged, ReachChanged, Started, StatusUpdate
from chalicelib.contacts.model import Lookup
from chalicelib.core.addresses import Address
from chalicelib.core.clock import SECOND
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema.lists import expires
from chalicelib.messages.ingest import Notice, Outcome
from tests.support.intake.desk import PROFILE, Desk
from tests.support.people import AMINA_PHONE, DANIYAR, TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, from_daniyar, wamid


def started(desk: Desk, message_id: int = 1, payload: str = "promo_42") -> Started:
    return Started("telegram", TELEGRAM_ACCOUNT, DANIYAR, f"500000042:{message_id}", desk.seconds, payload)


def reach(blocked: bool, at: int) -> ReachChanged:
    return ReachChanged("telegram", TELEGRAM_ACCOUNT, DANIYAR, blocked, at)


def changed(desk: Desk, new: str, provider_id: str) -> NumberChanged:
    old, moved = Address("phone", AMINA_PHONE), Address("phone", new)
    return NumberChanged("whatsapp", WHATSAPP_ACCOUNT, provider_id, old, moved, desk.seconds)


def update(status: str, reference: str = "", provider_id: str = "", code: str = "") -> StatusUpdate:
    return StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, provider_id or wamid(), status, 1_795_000_000, reference, code)  # type: ignore[arg-type]


def welcomed_before(desk: Desk) -> None:
    """Daniyar has pressed Start, as the release before stored it: a contact without a ticket, and its welcome."""
    store, message, now = desk.store(), from_daniyar(sent_at=desk.seconds, message_id=1), desk.now
    found = Lookup(None)
    person, key = store.contacts.make("telegram", TELEGRAM_ACCOUNT, DANIYAR, "ru", found, now)
    rows, notice = store.conversations, Notice("welcome", "1", "Здравствуйте.", now + 1)
    writes = [
        *store.contacts.new_contact(person, key, message, now, found),
        rows.new_head(person, message, now + 1, ticket_id="", wrote_at=0),
        rows.event(person, "", "started", now, pseudonym="0" * 32),
        *rows.notice(person, message, "", notice),
    ]
    assert store.transact(writes) is Outcome.STORED
    (head,) = desk.items(keep=lambda item: item["sk"] == "head")
    until = PROFILE.retention["contact"].kept.after(now) // SECOND
    dated = {name: value for name, value in head.items() if name != "last_inbound_at"}
    dated |= {"welcomed_at": now, "expires_at": until, **expires(head["pk"], until).attributes()}
    desk.put_all([("desk", attribute_values(dated | {"last_inbound_at": 0}))])
