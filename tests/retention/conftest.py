"""Retention on real tables, queues and stream of the embedded AWS."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.domain.profile import load_profile
from chalicelib.storage.blind import TextKey
from chalicelib.storage.closing import Closing
from chalicelib.storage.contact_texts import ContactTexts
from chalicelib.storage.opening_one import OneOpener
from chalicelib.storage.queues import Queues
from chalicelib.storage.retention import TicketDates
from chalicelib.storage.sweeping import Sweeping
from chalicelib.storage.text_index import TextIndex
from chalicelib.usecases.date_rows import DateRows
from chalicelib.usecases.index_contact import IndexContact
from chalicelib.usecases.sweep import Sweep
from chalicelib.workers.relay import pass_on
from tests.conftest import Aws
from tests.delivery.conftest import Delivery
from tests.delivery.conftest import desk as delivery_desk
from tests.delivery.conftest import metrics as metrics

IDLE_DAYS, SOLVED_DAYS, KEPT_DAYS = 90, 7, 90


@dataclass
class Keeping(Delivery):
    """A desk whose workers can be run one by one."""

    rung: list[str] = field(default_factory=list)

    def sweeper(self, dynamodb: Any = None, **more: Any) -> Sweep:
        tickets, kept = load_profile("spoint").tickets, load_profile("spoint").retention["ticket"].days
        assert (tickets.idle_close_days, tickets.solved_close_days, kept) == (
            IDLE_DAYS,
            SOLVED_DAYS,
            KEPT_DAYS,
        )
        parts: dict[str, Any] = {
            "store": Sweeping(dynamodb or self.dynamodb, self.tables),
            "closing": Closing(dynamodb or self.dynamodb, self.tables, lambda attempt: None),
            "ring": self._ring,
            "idle_days": IDLE_DAYS,
            "solved_days": SOLVED_DAYS,
            "kept_days": KEPT_DAYS,
            "clock": lambda: self.now,
        }
        return Sweep(**parts | more)

    def _ring(self, conversation_ids: list[str]) -> int:
        self.rung += conversation_ids
        return len(conversation_ids)

    def sweep(self) -> dict[str, int]:
        return self.sweeper()()

    def dates(self, dynamodb: Any = None) -> TicketDates:
        return TicketDates(dynamodb or self.dynamodb, self.tables, lambda attempt: None)

    def date(self, ticket: Mapping[str, Any], row: str = "") -> None:
        self.dater()(ticket["conversation_id"], ticket["ticket_id"], row)

    def dater(self, store: TicketDates | None = None, **more: Any) -> DateRows:
        return DateRows(store or self.dates(), KEPT_DAYS, lambda: self.now, **more)

    def rows_of(self, ticket: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The ticket, its number and everything that is on it."""
        wanted = ticket["ticket_id"]
        return self.items(keep=lambda item: item.get("ticket_id") == wanted and item["sk"] not in ("head", "contact"))

    @property
    def text_index(self) -> TextIndex:
        return TextIndex(TextKey(b"t" * 32))

    def index_contact(self, contact_id: str) -> int:
        use = IndexContact(lambda: ContactTexts(OneOpener(lambda: self.vault)), self.text_index)
        return use(contact_id)


@pytest.fixture
def desk(tables: Mapping[str, str]) -> Iterator[Keeping]:
    for made in delivery_desk.__wrapped__(tables):  # type: ignore[attr-defined]
        yield Keeping(tables, made.dynamodb, provider=made.provider)


@dataclass
class Bells:
    """The real queues behind the relay."""

    sqs: Any
    streams: Any
    table: str
    urls: dict[str, str]

    def records(self) -> list[dict[str, Any]]:
        """Every record of the table's stream so far."""
        (stream,) = self.streams.list_streams(TableName=self.table)["Streams"]
        shards = self.streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        found: list[dict[str, Any]] = []
        for shard in shards:
            iterator = self.streams.get_shard_iterator(
                StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator:
                answer = self.streams.get_records(ShardIterator=iterator)
                found += answer["Records"]
                iterator = answer.get("NextShardIterator") if answer["Records"] else None
        return found

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
def bells(aws: Aws, desk: Keeping) -> Bells:
    sqs, prefix = aws.client("sqs"), desk.tables["desk"]
    fifo = {"FifoQueue": "true"}
    urls = {
        "doorbell": sqs.create_queue(QueueName=f"{prefix}-doorbell.fifo", Attributes=fifo)["QueueUrl"],
        "dating": sqs.create_queue(QueueName=f"{prefix}-dating")["QueueUrl"],
        "indexing": sqs.create_queue(QueueName=f"{prefix}-indexing")["QueueUrl"],
    }
    return Bells(sqs, aws.client("dynamodbstreams"), prefix, urls)
