"""Tells a customer's application that their message was read, or that somebody types an answer.

Both are best effort: asked for by a message of a queue that names our own ids, done once or not at all, and never part
of an outbox. A deployment switches them on (setting SIGNALS); by default neither leaves.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from chalicelib.channels import registry
from chalicelib.channels.base import SendError, Signal, SignalKind
from chalicelib.core.addresses import ChannelId
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import log
from chalicelib.core.purposes import SUPPORT
from chalicelib.core.transfer import agreed
from chalicelib.outbox.outgoing import address_of
from chalicelib.outbox.provider_ids import provider_ids
from chalicelib.vault.encryption import CannotOpen

if TYPE_CHECKING:
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.vault.decryptor import BatchDecryptor

KINDS: tuple[SignalKind, ...] = ("read", "typing")


class Signalling(Protocol):
    """The channels' providers, as far as they take signals."""

    def signal(self, channel: ChannelId, signal: Signal) -> None:
        """Pass a signal on. Raises SendError and Unavailable."""
        ...


@dataclass(frozen=True)
class AskForSignal:
    """Asks for signals of the kinds that this deployment has switched on. `enqueue` sends the body of a message to the
    queue."""

    switched_on: frozenset[str]
    enqueue: Callable[[dict[str, str]], None]

    def __call__(self, kind: SignalKind, ref: MessageRef | None) -> None:
        """Ask for a signal about a received message, if there is one. What the queue does not take is lost."""
        if ref is None or kind not in self.switched_on:
            return
        try:
            self.enqueue({"conversation_id": ref.conversation_id, "signal": kind, "message": str(ref)})
        except Unavailable:
            log("signal_lost", code="queue")

    def typing_every(self, channel: str) -> int:
        """Return after how many seconds the next sign of typing may follow on this channel; 0: none leaves."""
        return registry.channel(channel).typing_every if "typing" in self.switched_on else 0


@dataclass(frozen=True)
class PassOnSignal:
    """Passes signals on. One of typing follows another of the same conversation only after the channel's time, as far
    as this process knows."""

    store: "OutboxReading"
    providers: Signalling
    decryptor: Callable[[], "BatchDecryptor"]
    allows: Callable[[str, str], bool]
    transfer: Callable[[str], str]
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)
    _typed: dict[str, float] = field(default_factory=dict)

    def __call__(self, message: str, kind: str) -> bool:
        """Pass a signal about a received message on, if it may leave; return whether it left. It is not repeated."""
        ref = MessageRef.parse(message)
        try:
            return ref is not None and kind in KINDS and self._pass_on(ref, kind)
        except (SendError, CannotOpen, Unavailable) as error:
            log("signal_lost", code=error.code)
            return False

    def _pass_on(self, ref: MessageRef, kind: SignalKind) -> bool:
        now = self.clock()
        head, message = self.store.head(ref.conversation_id), self.store.named(ref, now)
        recipient = self.store.recipient(head.contact_id) if head else None
        if head is None or message is None or recipient is None or message.direction != "in":
            return False
        channel = registry.channel(head.channel)
        able = channel.reads if kind == "read" else self._may_type(ref.conversation_id, channel.typing_every)
        listens = recipient.state == "active" and recipient.epoch == head.epoch and not recipient.suppressed
        allowed = self.allows(SUPPORT, head.channel) and agreed(self.transfer(head.channel), head.abroad)
        allowed = allowed and channel.window_open(head.last_inbound_at, now)
        if not (able and listens and allowed) or head.blocked or self.store.stopped(head.account):
            return False
        opener = self.decryptor()
        ids, address = provider_ids(opener, message), address_of(opener, head.contact_id, recipient.addresses)
        if not ids or address is None:
            return False
        self.providers.signal(head.channel, Signal(kind, head.account, address, ids[0]))
        return True

    def _may_type(self, conversation_id: str, every: int) -> bool:
        now = self.stopwatch()
        if not every or now - self._typed.get(conversation_id, -every) < every:
            return False
        self._typed[conversation_id] = now
        return True
