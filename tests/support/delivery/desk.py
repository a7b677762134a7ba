"""Delivery on real tables: messages arrive through the real intake, replies go out to a provider on
127.0.0.1."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from chalicelib.attachments.bucket import Bucket
from chalicelib.attachments.uploads import UploadStore
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.rows import bind
from chalicelib.dynamo.schema import HEAD
from chalicelib.outbox.brought_files import BroughtFiles
from chalicelib.outbox.change_message import ChangeMessage
from chalicelib.outbox.change_store import ChangeStore
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.deliver import Deliver
from chalicelib.outbox.late_notices import LateNotices
from chalicelib.outbox.providers import ChannelProviders
from chalicelib.outbox.reply import ReplyToCustomer
from chalicelib.outbox.reply_store import ReplyStore
from chalicelib.outbox.same_text import SameTexts
from chalicelib.outbox.store import Outbox
from chalicelib.outbox.withheld.decide import DecideWithheld
from chalicelib.outbox.withheld.store import WithheldStore
from chalicelib.profile.load import load_profile
from chalicelib.tickets.queries import TicketQueries
from chalicelib.vault.decryptor import BatchDecryptor, SingleDecryptor
from chalicelib.vault.encryption import EncryptionContext, open_json
from chalicelib.vault.pseudonyms import SameTextKey
from chalicelib.vault.secrets import Secrets
from tests.support.attachments.no_files import NO_FILES
from tests.support.delivery.provider import Provider, serve
from tests.support.intake.desk import Desk
from tests.support.people import TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, from_amina, from_daniyar

BOLAT = "5f0c1c1e-0000-4000-8000-000000000001"


@dataclass
class Vaulted:
    """Secrets Manager with the outbound secret, whose token a test changes."""

    token: str = "token-1"

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        value = {
            "whatsapp": {WHATSAPP_ACCOUNT: {"access_token": self.token}},
            "telegram": {TELEGRAM_ACCOUNT: {"token": f"{TELEGRAM_ACCOUNT}:{self.token}"}},
        }
        return {"SecretString": json.dumps(value)}


@dataclass
class DeliveryDesk(Desk):
    """A desk that sends. `rings` are the bells that a delivery asked for: conversation and wait in ms."""

    provider: Provider = field(default_factory=Provider)
    vaulted: Vaulted = field(default_factory=Vaulted)
    rings: list[tuple[str, int]] = field(default_factory=list)

    @property
    def bucket(self) -> Bucket:
        """The bucket of files."""
        return NO_FILES

    def brought(self, dynamodb: Any = None) -> BroughtFiles:
        """What keeps the files of replies that are not stored yet."""
        return BroughtFiles(UploadStore(self.gateway(dynamodb, lambda attempt: None)), self.bucket)

    def providers(self) -> ChannelProviders:
        given = {"WHATSAPP_API": f"{self.provider.address}/v23.0", "TELEGRAM_API": self.provider.address}
        return ChannelProviders(Secrets(lambda: self.vaulted), "outbound", given.get)

    def outbox(self, dynamodb: Any = None) -> Outbox:
        return Outbox(self.gateway(dynamodb, lambda attempt: None), self.address_key)

    def sender(self, **more: Any) -> Deliver:
        parts: dict[str, Any] = {
            "store": self.outbox(),
            "providers": self.providers(),
            "decryptor": lambda: SingleDecryptor(lambda: self.vault),
            "late_notices": LateNotices(self.gateway(None, lambda attempt: None), ("kk", "ru", "en")),
            "allows": load_profile("spoint").allows,
            "transfer": load_profile("spoint").transfer,
            "enqueue": lambda conversation_id, wait: self.rings.append((conversation_id, wait)),
            "clock": lambda: self.now,
            "wait": lambda attempt: None,
        }
        return Deliver(**parts | more)

    def replier(self, dynamodb: Any = None, **more: Any) -> ReplyToCustomer:
        parts: dict[str, Any] = {
            "store": ReplyStore(self.gateway(dynamodb, lambda attempt: None)),
            "files": self.brought(dynamodb),
            "same_texts": SameTexts(self.gateway(dynamodb, lambda attempt: None), lambda: SameTextKey(b"k" * 32)),
            "decryptor": lambda: BatchDecryptor(lambda: self.vault),
            "allows": load_profile("spoint").allows,
            "transfer": load_profile("spoint").transfer,
            "clock": lambda: self.now,
            "wait": lambda attempt: None,
        }
        return ReplyToCustomer(**parts | more)

    def amends(self, dynamodb: Any = None) -> ChangeMessage:
        store = ChangeStore(self.gateway(dynamodb, lambda attempt: None))
        opener = lambda: BatchDecryptor(lambda: self.vault)  # noqa: E731
        return ChangeMessage(store, self.replier(dynamodb), opener, lambda: self.now, lambda attempt: None)

    def supervisor(self, dynamodb: Any = None) -> DecideWithheld:
        """What supervisors decide with about withheld replies."""
        store = WithheldStore(self.gateway(dynamodb, lambda attempt: None))
        return DecideWithheld(store, self.replier(dynamodb), lambda: self.now, lambda attempt: None)

    def reader(self) -> TicketQueries:
        """What pages and the API read with, as of now."""
        return TicketQueries(BatchDecryptor(lambda: self.vault), self.now)

    def open_ticket(self, message: InboundMessage | None = None) -> dict[str, Any]:
        """A ticket with its notice sent and nothing waiting. Without a message it is Amina's, on a desk where nothing
        has happened yet, and its rows are made once: the table's stream does not know how they came."""
        if message is not None:
            return self._opened(message)
        assert not self.items()
        return self.once("amina's ticket", lambda: self._opened(from_amina(sent_at=self.seconds)))

    def open_telegram_ticket(self) -> dict[str, Any]:
        """Daniyar's, as `open_ticket` makes Amina's."""
        assert not self.items()
        return self.once("daniyar's ticket", lambda: self._opened(from_daniyar(sent_at=self.seconds, message_id=7)))

    def _opened(self, message: InboundMessage) -> dict[str, Any]:
        self.receive(message)
        (ticket,) = self.of_pk("ticket#")
        self.now += 1_000
        self.sender()(ticket["conversation_id"])
        assert not self.of("outbox#")
        self.provider.sent.clear()
        self.provider.calls = 0
        return ticket

    def reply(self, ticket: Mapping[str, Any], said: str | ReplyContent, client_id: str = "") -> MessageRef:
        """Bolat's reply, as stored."""
        self.now += 10
        content = ReplyContent(said) if isinstance(said, str) else said
        client_id = client_id or f"page-{content.text[:50]}"
        ref = MessageRef.parse(self.replier()(ticket["ticket_id"], content, client_id, BOLAT).id)
        assert ref is not None
        return ref

    def message(self, ref: MessageRef) -> dict[str, Any]:
        return self.item(HEAD.partition(ref.conversation_id), f"message#{ref.tail}")

    def ticket(self, ticket: Mapping[str, Any]) -> dict[str, Any]:
        return self.item(ticket["pk"], "ticket")

    def head(self) -> dict[str, Any]:
        (item,) = self.of("head")
        return item

    def open(self, item: Mapping[str, Any], attribute: str, place: EncryptionContext) -> dict[str, Any]:
        decryptor = BatchDecryptor(lambda: self.vault)
        decryptor.load([item["contact_id"]])
        private = decryptor._private[item["contact_id"]]
        assert private is not None
        return open_json(private, place, item[attribute])

    def later(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


Sending = TypeVar("Sending", bound=DeliveryDesk)


@contextmanager
def opened(kind: type[Sending], tables: Mapping[str, str]) -> Iterator[Sending]:
    """Open a desk of this class on fresh tables, with a provider of its own."""
    from chalicelib.channels.telegram import send

    client.cache_clear()
    bind(tables)
    with serve() as provider:
        yield kind(tables, client("dynamodb"), provider=provider)
    send.close()


@pytest.fixture
def desk(tables: Mapping[str, str]) -> Iterator[DeliveryDesk]:
    with opened(DeliveryDesk, tables) as made:
        yield made


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the metrics that were counted."""
    seen: list[str] = []
    from chalicelib.outbox import deliver
    from chalicelib.retention import sweep

    def counted(name: str, value: float = 1, **more: str) -> None:
        seen.append(name)

    monkeypatch.setattr(deliver, "count", counted)
    monkeypatch.setattr(sweep, "count", counted)
    return seen
