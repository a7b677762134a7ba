"""Every class of item that has a term: there a millisecond before its date, hidden on it, gone after one sweep. What
nobody looks for by its date goes with DynamoDB's TTL and the full pass."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.attachments.uploads import UPLOAD_LIVES, Upload, UploadPlace
from chalicelib.core.clock import DAY, GUARD_DAYS, RAW_DAYS, SECOND
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.dynamo.rows import alive
from chalicelib.dynamo.schema import CLASSES
from chalicelib.privacy.requests.asked import ASKED_WITHIN, Asked
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.staff.login_throttle import ATTEMPTS_COUNT_FOR, LoginThrottle
from chalicelib.staff.model import SESSION_LASTS, Staff
from chalicelib.staff.sessions import SessionStore
from chalicelib.tickets.drafts import DRAFT_DAYS, Draft
from chalicelib.tickets.writes import TicketWrites
from chalicelib.vault.decryptor import BatchDecryptor
from tests.support.delivery.desk import BOLAT
from tests.support.intake.changes import started, update, welcomed_before
from tests.support.intake.rows import change
from tests.support.people import AMINA_PHONE, WHATSAPP_ACCOUNT, from_amina
from tests.support.retention.desk import CONSENT_DAYS, CONTACT_DAYS, KEPT_DAYS, RetentionDesk
from tests.support.storage import mailings

Item = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One item of a class: its table and key, its date (ms), and whether a read shows it as of the desk's now."""

    table: str
    key: Item
    until: int
    shown: Callable[[], bool]


CASES: dict[str, Callable[[RetentionDesk], Case]] = {}
ELSEWHERE = {
    "staff": "an account is ended by people and has no date of its own",
    "request": "what belongs to a request is dated by the request",
    "inventory": "what belongs to a request is dated by the request",
    "open_request": "what belongs to a request is dated by the request",
    "ask": "it lies there until it was dealt with: see test_sweeper.py",
    "fetch": "it lies there until its file was fetched or given up: see tests/attachments",
    "fence": "what belongs to a request is dated by the request",
    "kept": "it ends with the day that two officers decided: see tests/erasure/keeping",
    "held": "it goes with its contact: see tests/erasure/test_consent_asked.py",
    "question": "it goes with its contact: see tests/erasure/test_consent_asked.py",
    "subscription": "it goes with its contact: see test_subscribers.py",
}


def case(make: Callable[[RetentionDesk], Case]) -> Callable[[RetentionDesk], Case]:
    """Register the case of the class that the function is named after."""
    CASES[make.__name__.removesuffix("_")] = make
    return make


def is_alive(item: Item, desk: RetentionDesk) -> Callable[[], bool]:
    """The row itself passes the one filter of reads; for classes that no page shows."""
    model: Any = DeskRow if item in desk.items() else IndexRow

    def shown() -> bool:
        return any(alive(row, desk.now) for row in model.query(item["pk"], model.sk == item["sk"]))

    return shown


def one(items: list[Item]) -> Item:
    (item,) = items
    return item


def of_ticket(desk: RetentionDesk, item: Item, shown: Callable[[], object]) -> Case:
    """An item that goes with Amina's ticket, which is closed here."""
    ticket = desk.closed(one(desk.of_pk("ticket#")))
    return Case("desk", item, ticket["closed_at"] + KEPT_DAYS * DAY, lambda: bool(shown()))


def of_contact(desk: RetentionDesk, table: str, find: Callable[[], list[Item]], shown: Callable[[str], object]) -> Case:
    """An item that goes with Amina, whose only ticket is closed here."""
    ticket = desk.open_ticket()
    desk.index_contact(ticket["contact_id"])
    ticket = desk.closed(ticket)
    until = ticket["closed_at"] + CONTACT_DAYS * DAY
    return Case(table, find()[0], until, lambda: bool(shown(ticket["contact_id"])))


def name_of(desk: RetentionDesk, contact_id: str) -> str:
    found = desk.reader().contact(contact_id)
    return found.name if found else ""


# -- what goes with a ticket


@case
def ticket(desk: RetentionDesk) -> Case:
    item = desk.open_ticket()
    return of_ticket(desk, item, lambda: desk.reader().ticket(item["ticket_id"]))


@case
def number(desk: RetentionDesk) -> Case:
    number = desk.open_ticket()["number"]
    return of_ticket(desk, one(desk.of_pk("number#")), lambda: desk.reader().ticket_id_of(number))


@case
def message(desk: RetentionDesk) -> Case:
    ticket = desk.reader().ticket(desk.open_ticket()["ticket_id"])
    item = one(desk.messages())
    assert ticket
    ref = MessageRef.of_tail(ticket.conversation_id, item["sk"].removeprefix("message#"))
    return of_ticket(desk, item, lambda: desk.reader().message(ticket, ref))


# -- what goes with a contact


@case
def contact(desk: RetentionDesk) -> Case:
    return of_contact(desk, "desk", lambda: desk.of("contact"), lambda one: desk.reader().contact(one))


@case
def head(desk: RetentionDesk) -> Case:
    def shown(contact_id: str) -> bool:
        return bool(desk.reader().conversation(item["conversation_id"]).public_key)

    made = of_contact(desk, "desk", lambda: desk.of("head"), shown)
    item = made.key
    return made


@case
def asked(desk: RetentionDesk) -> Case:
    desk.open_ticket()
    opening, contact_id = ContactRequestRows(desk.gateway()), one(desk.of("contact"))["contact_id"]
    RequestStore(desk.gateway()).run(opening.note_asked(contact_id, Asked(desk.now)))
    item, until = one(desk.of("asked")), desk.now + ASKED_WITHIN
    return Case("desk", item, until, lambda: bool(opening.asked(contact_id, desk.now).lately))


@case
def key(desk: RetentionDesk) -> Case:
    return of_contact(desk, "keys", lambda: desk.items("keys"), lambda one: "Сәтбаева" in name_of(desk, one))


@case
def alias(desk: RetentionDesk) -> Case:
    found = lambda: desk.items("index", lambda item: item["sk"] == "alias")  # noqa: E731
    return of_contact(desk, "index", found, lambda one: one in desk.search(AMINA_PHONE))


@case
def text(desk: RetentionDesk) -> Case:
    found = lambda: desk.items("index", lambda item: item["pk"].startswith("text#"))  # noqa: E731
    return of_contact(desk, "index", found, lambda one: one in desk.search("Сәтбаева"))


@case
def words(desk: RetentionDesk) -> Case:
    found = lambda: desk.items("index", lambda item: item["sk"] == "words")  # noqa: E731
    return of_contact(desk, "index", found, lambda one: one in desk.search("амина сәтбаева"))


@case
def outbox(desk: RetentionDesk) -> Case:
    """A welcome of the release before that could never be sent, because the channel was stopped."""
    welcomed_before(desk)
    item, message = one(desk.of("outbox#")), one(desk.messages("out"))
    for row in (message, one(desk.messages("event"))):
        desk.dater()(item["conversation_id"], "", row["sk"])
    (waiting,) = desk.outbox().entries(item["conversation_id"])
    until = desk.now + CONTACT_DAYS * DAY
    return Case("desk", item, until, lambda: desk.outbox().job(waiting, desk.now).message is not None)


@case
def visitor(desk: RetentionDesk) -> Case:
    desk.changer()(started(desk))
    item = one(desk.of("visitor"))
    return Case("desk", item, desk.now + DAY, is_alive(item, desk))


@case
def sign_up(desk: RetentionDesk) -> Case:
    made = mailings.sign_up(desk)
    made(mailings.WANTED, mailings.PAGE, mailings.PLACE)
    item = one(desk.of("sign_up"))
    look = mailings.subscribe(desk).look
    return Case("desk", item, desk.now + 2 * DAY, lambda: look(mailings.LINK) is not None)


@case
def consent(desk: RetentionDesk) -> Case:
    ticket = desk.closed(desk.open_ticket())
    desk.now = ticket["closed_at"] + CONTACT_DAYS * DAY
    desk.sweep()
    item = one(desk.of("consent#"))
    return Case("desk", item, desk.now + CONSENT_DAYS * DAY, is_alive(item, desk))


# -- what is born with a date


@case
def raw(desk: RetentionDesk) -> Case:
    desk.receive(from_amina("", sent_at=desk.seconds, kind="unsupported", raw=b"{}", raw_type="x"))
    item = one(desk.of("raw#"))
    return Case("desk", item, desk.now + RAW_DAYS * DAY, is_alive(item, desk))


@case
def client(desk: RetentionDesk) -> Case:
    desk.reply(desk.open_ticket(), "Жауап")
    item = one(desk.of("client#"))
    conversation_id, name = item["pk"].partition("#")[2], item["sk"].removeprefix("client#")
    until = desk.now + GUARD_DAYS * DAY
    return Case("desk", item, until, lambda: desk.outbox().reply_of(conversation_id, name, desk.now) is not None)


@case
def tagged(desk: RetentionDesk) -> Case:
    """What is left of a tag that was taken off."""
    writes, ticket_id = TicketWrites(desk.gateway()), desk.open_ticket()["ticket_id"]
    for tags in (["касса"], []):
        ticket = desk.reader().ticket(ticket_id)
        assert ticket is not None
        assert writes.change(ticket, {"tags": tags}, [], BOLAT, desk.now)
    item = one(desk.of("tag#"))
    return Case("desk", item, desk.now + GUARD_DAYS * DAY, is_alive(item, desk))


@case
def draft(desk: RetentionDesk) -> Case:
    ticket = desk.open_ticket()
    by = Staff(BOLAT, "", "Болат", frozenset(), 1)
    assert desk.keep_draft()(ticket["ticket_id"], "reply", Draft("Жау", "page-1", 1), by)
    item = one(desk.of("draft#"))
    shown = desk.reader().ticket(ticket["ticket_id"])
    assert shown is not None
    until = desk.now + DRAFT_DAYS * DAY
    return Case("desk", item, until, lambda: bool(desk.kept_drafts(shown, BOLAT)))


@case
def upload(desk: RetentionDesk) -> Case:
    ticket, head = desk.open_ticket(), desk.head()
    until = desk.seconds * SECOND + UPLOAD_LIVES
    place = UploadPlace(ticket["conversation_id"], ticket["ticket_id"], BOLAT)
    about = Upload("0" * 20, "a.png", "image/png", 1, "image", head["contact_id"], until // SECOND)
    store = desk.brought().store
    assert store.begin(place, about, head["public_key"], head["epoch"])
    decryptor = BatchDecryptor(lambda: desk.vault)
    return Case("desk", one(desk.of("upload#")), until, lambda: bool(store.waiting(place, decryptor, desk.now)))


@case
def unclear(desk: RetentionDesk) -> Case:
    desk.store().keep_unparsed("telegram", "100000001", "new_kind", b"raw", desk.now)
    item = one(desk.of_pk("unclear#"))
    return Case("desk", item, (desk.now // DAY + RAW_DAYS) * DAY, is_alive(item, desk))


@case
def guard(desk: RetentionDesk) -> Case:
    ticket = desk.open_ticket()
    arrived = desk.messages()[0]["arrived_at"]
    for item in (desk.messages()[0], ticket):
        change(desk, item["pk"], item["sk"], "expires_at", desk.seconds)
    desk.read_all()
    item = one(desk.items(keep=lambda item: "guard" in item))
    return Case("desk", item, arrived + GUARD_DAYS * DAY, is_alive(item, desk))


@case
def link(desk: RetentionDesk) -> Case:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.sender()(desk.head()["conversation_id"])
    item = one(desk.items("index", lambda item: item["sk"] == "link"))
    return Case("index", item, desk.now + GUARD_DAYS * DAY, is_alive(item, desk))


@case
def parked(desk: RetentionDesk) -> Case:
    desk.statuses().apply(update("read"), desk.now)
    item = one(desk.items("index"))
    return Case("index", item, desk.now + GUARD_DAYS * DAY, is_alive(item, desk))


@case
def session(desk: RetentionDesk) -> Case:
    store = SessionStore(b"k")
    token, _ = store.open(Staff(BOLAT, "", "Болат", frozenset(), 1), "page", desk.now)
    until = desk.now + SESSION_LASTS
    return Case("index", one(desk.items("index")), until, lambda: store.find(token, "page", desk.now) is not None)


@case
def login(desk: RetentionDesk) -> Case:
    LoginThrottle(b"k").attempt("bolat", "192.0.2.1", desk.now)
    item = desk.items("index")[0]
    return Case("index", item, desk.now + ATTEMPTS_COUNT_FOR, is_alive(item, desk))


# -- the clock


@pytest.mark.parametrize("name", CASES)
def test_it_is_shown_until_its_date_hidden_from_then_on_and_gone_after_the_sweep(
    desk: RetentionDesk, name: str
) -> None:
    made = CASES[name](desk)
    key = {part: made.key[part] for part in ("pk", "sk") if part in made.key}

    def lies_there() -> bool:
        return any(key.items() <= item.items() for item in desk.items(made.table))

    desk.now = made.until // 1000 * 1000 - 1
    desk.sweep()
    assert made.shown() and lies_there()

    desk.now += 1
    assert not made.shown() and lies_there()

    desk.sweep()
    (declared,) = [one for one in CLASSES if one.name == name]
    if declared.expiry.found == "ttl":  # DynamoDB deletes it; where it does not, the next full pass
        assert lies_there()
        desk.read_all()
    assert not lies_there()


def test_every_class_with_a_term_has_a_case() -> None:
    assert {one.name for one in CLASSES if one.retention} - {"guard", "login"} <= CASES.keys() | ELSEWHERE.keys()
    assert not CASES.keys() & ELSEWHERE.keys()
    assert CASES.keys() | ELSEWHERE.keys() <= {one.name for one in CLASSES}


@pytest.mark.parametrize("name", [one.name for one in CLASSES if "expires_at" in one.plain and one.table == "desk"])
def test_dynamodbs_own_deletion_stands_behind_every_date_but_that_of_a_head(name: str) -> None:
    """Deleting a head alone would leave the rest of its contact without an end; whatever else is dated goes alone."""
    (declared,) = [one for one in CLASSES if one.name == name]
    assert ("gone_at" in declared.plain) == (name != "head")


@pytest.mark.parametrize(
    "name", ["raw", "client", "draft", "upload", "unclear", "guard", "consent", "message", "number"]
)
def test_a_dated_row_says_when_dynamodb_may_delete_it(desk: RetentionDesk, name: str) -> None:
    item = CASES[name](desk).key
    (row,) = [one for one in desk.items() if (one["pk"], one["sk"]) == (item["pk"], item["sk"])]
    assert row["gone_at"] == row["expires_at"] + 7 * 86_400


def test_the_proof_of_a_consent_outlives_its_contact_and_nothing_else_does(desk: RetentionDesk) -> None:
    ticket = desk.closed(desk.open_ticket())
    desk.index_contact(ticket["contact_id"])
    desk.now = ticket["closed_at"] + CONTACT_DAYS * DAY
    desk.sweep()
    desk.dynamodb_deletes()
    assert [item["sk"].partition("#")[0] for item in desk.items()] == ["consent"]
    assert desk.items("keys") == desk.items("index") == []
    assert WHATSAPP_ACCOUNT not in str(desk.items()) and AMINA_PHONE not in str(desk.items())
