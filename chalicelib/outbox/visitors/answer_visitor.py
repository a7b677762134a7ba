"""Answers a visitor, somebody of whom nothing is stored: who opened the chat, or looked at the menu.

The only row is the answer itself. Its claim keeps two senders apart; what it holds of the person goes when it is sent,
refused for good, or older than GIVE_UP_AFTER. A sender that dies between its call and that sends once more.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.channels import registry
from chalicelib.channels.base import ChoicePart, OutboundMessage, SendError, Thread
from chalicelib.channels.render import Lacking, render
from chalicelib.core.addresses import Address
from chalicelib.core.clock import HOUR
from chalicelib.core.ids import MessageRef, new_id
from chalicelib.core.observability import count, log
from chalicelib.core.purposes import STATUS
from chalicelib.core.texts import CHOOSE, bot_text
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import wait_before_retry
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen

if TYPE_CHECKING:
    from chalicelib.outbox.outgoing import Providers
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.outbox.visitors.visitor_store import VisitorEntry, VisitorStore
    from chalicelib.vault.encryption import Vault

GIVE_UP_AFTER = HOUR
"""Time (ms) after which an answer is not sent any more: nobody waits for a greeting so long."""
_NOBODY = "0" * 20
"""Conversation in the reference of such a message: statuses that bring it change nothing and are not kept."""


@dataclass(frozen=True)
class AnswerVisitor:
    """Sends answers to visitors. `channels` tells which channels are stopped, `enqueue` starts another try after so
    many ms."""

    store: "VisitorStore"
    channels: "OutboxReading"
    providers: "Providers"
    vault: "Callable[[], Vault]"
    allows: Callable[[str, str], bool]
    enqueue: Callable[[str, int], None]
    clock: Callable[[], int]
    draw: Callable[[float], float] = field(default=lambda limit: random.uniform(0, limit))

    def __call__(self, visitor_id: str) -> bool:
        """Send an answer that waits; return whether it was sent. Raises Unavailable; the queue then repeats the wake-up
        message."""
        entry, now = self.store.find(visitor_id), self.clock()
        if entry is None or entry.claim_until > now:
            return False
        if not self.allows(STATUS, entry.channel) or now - entry.queued_at > GIVE_UP_AFTER:
            return self._ended(entry, "given_up")
        if entry.attempts and entry.due_at > now:
            return False
        if self.channels.stopped(entry.account):
            return False  # the sweeper comes again
        try:
            content = self._open(entry)
            messages = _messages(entry, content)
        except CannotOpen as error:
            log("cannot_open", level=logging.ERROR, code=error.code)
            count("CannotOpen")
            return self._ended(entry, error.code)
        except Lacking as error:
            log("part_refused", channel=entry.channel, code=error.code, reason=error.capability)
            return self._ended(entry, error.code)
        attempt_id = new_id()
        return self.store.claim(entry, attempt_id, now) and self._send(entry, attempt_id, content, messages)

    def _open(self, entry: "VisitorEntry") -> Mapping[str, Any]:
        context = encryption.visitor_content(entry.id)
        return encryption.mapping_of(self.vault().open_vaulted(entry.vault_id, context, entry.content))

    def _send(
        self, entry: "VisitorEntry", attempt_id: str, content: Mapping[str, Any], messages: list[OutboundMessage]
    ) -> bool:
        self._confirm_press(entry, str(content.get("press", "")))
        for message in messages:
            try:
                self.providers.send(entry.channel, message)
            except SendError as error:
                return self._not_sent(entry, attempt_id, error)
        self.store.end(entry)
        count("Outbound", channel=entry.channel, outcome="sent")
        return True

    def _confirm_press(self, entry: "VisitorEntry", press: str) -> None:
        try:
            if press:
                self.providers.confirm_press(entry.channel, entry.account, press)
        except SendError as error:
            log("callback_unanswered", channel=entry.channel, code=error.code)

    def _not_sent(self, entry: "VisitorEntry", attempt_id: str, error: SendError) -> bool:
        if error.permanent:
            return self._ended(entry, error.code)
        pause = wait_before_retry(entry.attempts, error.retry_after, self.draw)
        if self.store.retry_later(entry, attempt_id, self.clock() + pause) and not error.stops_channel:
            self.enqueue(entry.id, pause)
        count("Outbound", channel=entry.channel, outcome="retry")
        log("send_again", channel=entry.channel, code=error.code, attempt=entry.attempts + 1, ms=pause)
        return False

    def _ended(self, entry: "VisitorEntry", outcome: str) -> bool:
        self.store.end(entry)
        count("Outbound", channel=entry.channel, outcome=outcome)
        return False


def _messages(entry: "VisitorEntry", content: Mapping[str, Any]) -> list[OutboundMessage]:
    """Return the messages of an answer. Raises Lacking."""
    opens = bot_text(str(content.get("language", "")), CHOOSE, unknown=("ru",))
    sent = ReplyContent.of(content)
    parts = [one._replace(opens=opens) if isinstance(one, ChoicePart) else one for one in sent.parts()]
    address = Address(str(content.get("kind", "")), str(content.get("address", "")))
    reference = str(MessageRef(_NOBODY, entry.queued_at, entry.id))
    pieces = render(registry.channel(entry.channel), parts)
    quote, thread = str(content.get("answers", "")), Thread(str(content.get("subject", "")))
    if sent.topic:
        thread = Thread(sent.topic, begins=True)
    return [
        OutboundMessage(entry.account, address, one, reference, quote, thread, automatic=True, link=sent.link)
        for one in pieces
    ]
