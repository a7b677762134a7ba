"""Retention on real tables, queues and stream of the embedded AWS."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.attachments.due import WakeFetcher
from chalicelib.contacts.agreement import Agreements
from chalicelib.contacts.change_contact import ContactChanges
from chalicelib.contacts.index_contact import ContactTexts, IndexContact
from chalicelib.contacts.search import Search
from chalicelib.contacts.search_words import RULE
from chalicelib.contacts.text_index import ContactIndex
from chalicelib.contacts.text_search import TextSearch
from chalicelib.core.clock import DAY
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.queues import Queues, WakeUp
from chalicelib.dynamo.rows import get_rows
from chalicelib.dynamo.schema import SWEEP
from chalicelib.entrypoints.stream_router import pass_on
from chalicelib.outbox.keep_draft import KeepDraft
from chalicelib.privacy.monitor_requests import MonitorAsks
from chalicelib.profile.load import load_profile
from chalicelib.retention.agreement_dates import AgreementDates, AgreementDatesStore
from chalicelib.retention.delete_expired import DeleteExpired
from chalicelib.retention.end_contact import EndContact
from chalicelib.retention.end_contact_store import EndContactStore
from chalicelib.retention.expired_store import ExpiredStore
from chalicelib.retention.full_pass import FullPass
from chalicelib.retention.model import PassState
from chalicelib.retention.stamp_expiry import StampExpiry
from chalicelib.retention.stamp_expiry_store import StampExpiryStore
from chalicelib.retention.sweep import Overdue, Sweep
from chalicelib.retention.sweep_store import SweepStore
from chalicelib.tickets.drafts import Draft, DraftKind, DraftStore, draft_keys, open_drafts
from chalicelib.tickets.records import Ticket
from chalicelib.tickets.writes import AutoClose
from chalicelib.vault.decryptor import BatchDecryptor, SingleDecryptor
from chalicelib.vault.pseudonyms import TextKey
from local.aws import ministack as embedded
from tests.support.aws import Aws
from tests.support.delivery.desk import DeliveryDesk, opened
from tests.support.people import TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT
from tests.support.streams import records

IDLE_DAYS, SOLVED_DAYS, KEPT_DAYS = 90, 7, 90
CONTACT_DAYS, CONSENT_DAYS = 90, 1095
KEPT, CONTACT_KEPT = KeptFor(KEPT_DAYS), KeptFor(CONTACT_DAYS)
FAR = 10**14
"""A time that no test reaches (ms)."""


def at_once(attempt: int) -> None:
    """Does not wait before another attempt."""


@dataclass
class RetentionDesk(DeliveryDesk):
    """A desk whose workers can be run one by one."""

    rung: list[str] = field(default_factory=list)
    rung_indexing: list[str] = field(default_factory=list)
    """Contacts that the sweeper had indexed again."""
    rung_asks: list[str] = field(default_factory=list)
    """Contacts whose asks the sweeper had rung for."""
    rung_files: list[dict[str, str]] = field(default_factory=list)
    closed_accounts: list[str] = field(default_factory=list)
    """Accounts that were deleted from the user pool."""
    ticket_kept: KeptFor = KEPT
    contact_kept: KeptFor = CONTACT_KEPT

    # -- workers

    def sweeper(self, dynamodb: Any = None, **more: Any) -> Sweep:
        tickets, kept = load_profile("spoint").tickets, load_profile("spoint").retention
        assert (tickets.idle_close_days, tickets.solved_close_days) == (IDLE_DAYS, SOLVED_DAYS)
        days = [kept[name].term for name in ("ticket", "contact", "consent")]
        assert days == [KEPT_DAYS, CONTACT_DAYS, CONSENT_DAYS]
        store, expired = SweepStore(self.gateway(dynamodb, at_once)), self.expired(dynamodb)
        timed = {"stopwatch": more["stopwatch"]} if "stopwatch" in more else {}
        ender = more.pop("end_contact", self.ender(dynamodb))
        delete = DeleteExpired(
            expired, store.enqueue_stamping, self._reindex, ender, self.closed_accounts.append, **timed
        )
        parts: dict[str, Any] = {
            "delete": delete,
            "full_pass": FullPass(expired, delete, lambda: self.now, **timed),
            "state": expired.state,
            "store": store,
            "auto_close": AutoClose(self.gateway(dynamodb, at_once)),
            "enqueue": self._ring,
            "monitor_asks": MonitorAsks(SweepStore(self.gateway(dynamodb, at_once)), self.ring_asks, lambda: self.now),
            "monitor_requests": lambda until: 0,
            "wake_fetcher": self.waker(dynamodb),
            "idle_days": IDLE_DAYS,
            "solved_days": SOLVED_DAYS,
            "ticket_kept": self.ticket_kept,
            "clock": lambda: self.now,
        }
        return Sweep(**parts | more)

    def waker(self, dynamodb: Any = None) -> WakeFetcher:
        """What wakes the file fetcher again; `rung_files` are the bodies of its wake-up messages."""
        return WakeFetcher(self.gateway(dynamodb, at_once), self, "fetching", lambda: self.now)  # type: ignore[arg-type]

    def send(self, _queue: str, wake_ups: list[WakeUp]) -> set[int]:
        """Take wake-up messages, as a queue does."""
        self.rung_files += [dict(one.body) for one in wake_ups]
        return set()

    def _ring(self, overdue: list[Overdue]) -> int:
        self.rung += [one.name for one in overdue]
        return len(overdue)

    def _reindex(self, contact_id: str) -> bool:
        self.rung_indexing.append(contact_id)
        return True

    def ring_asks(self, contact_id: str) -> bool:
        self.rung_asks.append(contact_id)
        return True

    def sweep(self) -> dict[str, int]:
        return self.sweeper()()

    def items(
        self, table: str = "desk", keep: Callable[[dict[str, Any]], bool] = lambda item: True
    ) -> list[dict[str, Any]]:
        """Every item but the row of the full pass."""
        return [one for one in super().items(table, keep) if one["pk"] != SWEEP.partition("lists")]

    def expired(self, dynamodb: Any = None) -> ExpiredStore:
        return ExpiredStore(self.gateway(dynamodb, at_once), self.bucket)

    def trust_the_index(self, passes_from: int = FAR) -> None:
        """The index is complete, the sweeper is never away, and no full pass begins before a day after `passes_from`
        (ms)."""
        store = self.expired()
        read = store.state()
        done = PassState(
            since=self.now, began_at=passes_from, ended_at=self.now, ready_at=self.now, swept_at=FAR * 1000, rule=RULE
        )
        assert store.keep(done, read)

    def forget_the_index(self) -> None:
        """This release has not swept yet."""
        DeskRow(*SWEEP.key("lists")[1:]).delete()

    def read_all(self, delete: DeleteExpired | None = None) -> int:
        """One full pass, however long it takes; returns how many rows it has deleted."""
        store, heads = self.expired(), dict[str, Any]()
        delete = delete or self.sweeper().delete
        read = store.state()
        begins = replace(read, ready_at=0, table="", cursor=())
        deleted = FullPass(store, delete, lambda: self.now)(begins, float("inf"), heads)
        assert store.keep(read, store.state())
        return deleted + delete.contacts(heads, self.now, float("inf"))

    def dates(self, dynamodb: Any = None) -> StampExpiryStore:
        return StampExpiryStore(self.gateway(dynamodb, at_once))

    def date(self, ticket: Mapping[str, Any], row: str = "") -> None:
        self.dater()(ticket["conversation_id"], ticket["ticket_id"], row)

    def dater(self, store: StampExpiryStore | None = None, **more: Any) -> StampExpiry:
        terms = self.ticket_kept, self.contact_kept
        return StampExpiry(store or self.dates(), *terms, lambda: self.now, self.agreement_dates(), **more)

    def agreement_dates(self, dynamodb: Any = None) -> AgreementDates:
        tables = self.gateway(dynamodb, at_once)
        return AgreementDates(AgreementDatesStore(tables), StampExpiryStore(tables), self.ticket_kept, lambda: self.now)

    def agreements(self, dynamodb: Any = None) -> Agreements:
        kept = tuple(one for one in (self.ticket_kept, self.contact_kept) if one.agreement)
        tables = self.gateway(dynamodb, at_once)
        return Agreements(tables, ContactChanges(tables), kept, lambda: self.now)

    def endings(self, dynamodb: Any = None) -> EndContactStore:
        return EndContactStore(self.gateway(dynamodb, at_once))

    def ender(self, dynamodb: Any = None, store: EndContactStore | None = None) -> EndContact:
        terms = self.contact_kept, KeptFor(CONSENT_DAYS)
        return EndContact(store or self.endings(dynamodb), self.bucket.empty, *terms, lambda: self.now)

    def closed(self, ticket: Mapping[str, Any]) -> dict[str, Any]:
        """The ticket, closed by the sweeper because nobody touched it, and its rows dated."""
        self.now = self.ticket(ticket)["activity"] + IDLE_DAYS * DAY + 1
        self.sweep()
        ticket = self.ticket(ticket)
        assert ticket["state"] == "closed"
        self.date(ticket)
        return self.ticket(ticket)

    def drafts(self, dynamodb: Any = None) -> DraftStore:
        return DraftStore(self.gateway(dynamodb, at_once))

    def kept_drafts(self, ticket: Ticket, staff_id: str) -> dict[DraftKind, Draft]:
        """What a colleague finds of their own in the boxes of a ticket."""
        rows = get_rows(draft_keys(ticket.conversation_id, ticket.id, staff_id))
        return open_drafts(rows, BatchDecryptor(lambda: self.vault), self.now)

    def keep_draft(self, dynamodb: Any = None) -> KeepDraft:
        return KeepDraft(self.reader(), self.drafts(dynamodb), KeptFor(KEPT_DAYS), lambda: self.now)

    def search(self, typed: str) -> list[str]:
        """Ids of the contacts whose tickets a colleague finds."""
        accounts = {"whatsapp": (WHATSAPP_ACCOUNT,), "telegram": (TELEGRAM_ACCOUNT,)}
        found = Search(self.reader(), self.address_key, accounts, self.text_search.find_contacts)
        return [ticket.contact_id for ticket in found(typed).items]

    def dynamodb_deletes(self) -> None:
        """Delete what DynamoDB's TTL may delete by now; the embedded AWS has none."""
        for table, attribute in (("desk", "gone_at"), ("index", "expires_at")):
            for item in self.items(table, lambda item, name=attribute: item.get(name, FAR) <= self.seconds):  # type: ignore[misc]
                key = {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}}
                self.dynamodb.delete_item(TableName=self.tables[table], Key=key)

    def left_of(self, *ids: str) -> dict[str, list[str]]:
        """Per table the keys of items that name one of these contacts or conversations anywhere but in a consent, after
        DynamoDB has deleted what it may."""
        self.dynamodb_deletes()
        found = {}
        for table in ("desk", "keys", "index"):
            items = self.items(table, lambda item: not item.get("sk", "").startswith("consent#"))
            named = [f"{one['pk']} / {one.get('sk', '')}" for one in items if any(i in str(one) for i in ids)]
            if named:
                found[table] = sorted(named)
        return found

    def rows_of(self, ticket: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The ticket, its number and everything that is on it."""
        wanted = ticket["ticket_id"]
        return self.items(keep=lambda item: item.get("ticket_id") == wanted and item["sk"] not in ("head", "contact"))

    @property
    def text_search(self) -> TextSearch:
        return TextSearch(TextKey(b"t" * 32))

    @property
    def text_index(self) -> ContactIndex:
        return ContactIndex(TextKey(b"t" * 32), self.gateway(wait=at_once))

    def indexer(self, index: ContactIndex | None = None) -> IndexContact:
        return IndexContact(lambda: ContactTexts(SingleDecryptor(lambda: self.vault)), index or self.text_index)

    def index_contact(self, contact_id: str) -> int:
        return self.indexer()(contact_id)


@pytest.fixture
def desk(tables: Mapping[str, str]) -> Iterator[RetentionDesk]:
    with opened(RetentionDesk, tables) as made:
        made.trust_the_index()
        yield made


@dataclass
class Bells:
    """The real queues behind the relay."""

    sqs: Any
    streams: Any
    table: str
    urls: dict[str, str]

    def records(self) -> list[dict[str, Any]]:
        """Every record of the table's stream so far."""
        return records(self.streams, self.table)

    def relay(self, records: list[dict[str, Any]]) -> dict[str, Any]:
        return pass_on(records, Queues(self.sqs), self.urls)

    def drain(self, name: str) -> list[dict[str, Any]]:
        """Take every message that lies in a queue."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=self.urls[name], MaxNumberOfMessages=10, AttributeNames=["All"], WaitTimeSeconds=0
            )
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.urls[name], ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture
def wake_ups(aws: Aws, dynamodb_endpoint: str, desk: RetentionDesk) -> Bells:
    sqs, prefix = aws.client("sqs"), desk.tables["desk"]
    fifo = {"FifoQueue": "true"}
    urls = {
        "doorbell": sqs.create_queue(QueueName=f"{prefix}-doorbell.fifo", Attributes=fifo)["QueueUrl"],
        "dating": sqs.create_queue(QueueName=f"{prefix}-dating")["QueueUrl"],
        "indexing": sqs.create_queue(QueueName=f"{prefix}-indexing")["QueueUrl"],
    }
    return Bells(sqs, embedded.client("dynamodbstreams", dynamodb_endpoint), prefix, urls)
