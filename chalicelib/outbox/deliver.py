"""Sends the outbox entries of a conversation in order and once; a failure at any point loses nothing.

The rows guarantee order and "once": only the oldest entry is sent, and only the holder of its claim calls the provider.
The wake-up message that starts a delivery carries the conversation's id and may come any number of times.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chalicelib.channels import registry
from chalicelib.channels.base import FileBody, FilePart, OutboundMessage, OutboundPart, SendError, SendResult
from chalicelib.channels.failure_meanings import reason_of
from chalicelib.core.clock import SECOND
from chalicelib.core.delivery_failures import GAVE_UP
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_id
from chalicelib.core.observability import count, log
from chalicelib.core.purposes import RIGHTS, STATUS, SUPPORT
from chalicelib.outbox.model import (
    CLAIM,
    PROBE_EVERY,
    Claimed,
    Failure,
    Job,
    OutboxEntry,
    by_piece,
    gives_up,
    is_being_erased,
    proved,
    refusal,
    to_send,
    wait_before_retry,
    with_confirmed_pieces,
)
from chalicelib.outbox.outgoing import OpenedMessage, Providers, answer_callback, open_message, stored_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.outbox.late_notices import LateNotices
    from chalicelib.outbox.store import Outbox
    from chalicelib.vault.decryptor import BatchDecryptor

TRIES = 10
"""How often a message is read anew because its conversation changed before it was claimed."""
BUDGET = 9.0
"""Seconds after which no message or piece is begun: a call may take 19, and the function's time limit is 30."""
UPLOAD_BUDGET = 120.0
"""The same for the uploader, whose time limit is 300 s: a file of 100 MB may take minutes."""
UPLOAD_LEASE = 6 * 60 * SECOND
"""How long (ms) a claim of the uploader holds: longer than it may run, so than any of its calls."""
SOON = 2 * SECOND
"""A wake-up message that comes at most this early (ms) is enqueued again; a longer wait has a message of its own."""


@dataclass(frozen=True)
class _Ready:
    """A claimed message: the numbers of the pieces that are left, its opened content, the id of the claim, and whether
    statuses name single pieces."""

    job: Job
    left: tuple[int, ...]
    opened: OpenedMessage
    attempt_id: str
    by_piece: bool


@dataclass(frozen=True)
class Deliver:
    """Delivers outboxes. `enqueue` starts another delivery after so many ms; `decryptor` makes a new one for each
    run; `late_template` names the template of a channel for messages of a purpose outside the reply window, or "";
    `transfer` is how people consent to a transfer abroad on a channel, "" where there is none.

    Messages with files are sent by the uploader, the same delivery with more time: `open_file` opens a contact's file.
    Where that is None, `hand_over` wakes the uploader for a conversation whose oldest message has files. `budget` (s)
    is how long messages and pieces are begun, `lease` (ms) how long a claim holds."""

    store: "Outbox"
    providers: Providers
    decryptor: Callable[[], "BatchDecryptor"]
    late_notices: "LateNotices"
    allows: Callable[[str, str], bool]
    transfer: Callable[[str], str]
    enqueue: Callable[[str, int], None]
    clock: Callable[[], int]
    wait: Callable[[int], None]
    hand_over: Callable[[str], None] = lambda _: None
    open_file: Callable[[str, FilePart], FileBody] | None = None
    budget: float = BUDGET
    lease: int = CLAIM
    late_template: Callable[[str, str], str] = lambda _channel, _purpose: ""
    draw: Callable[[float], float] = field(default=lambda limit: random.uniform(0, limit))
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, conversation_id: str) -> int:
        """Send until nothing is left, the next entry must wait, or another sender holds its claim; return how many
        messages were sent. Raises Unavailable; the queue then repeats the wake-up message.
        """
        run = _Run(self, conversation_id, self.decryptor(), self.stopwatch() + self.budget)
        return run()


class _Run:
    """One delivery of one conversation."""

    def __init__(self, parts: Deliver, conversation_id: str, decryptor: "BatchDecryptor", until: float) -> None:
        self._parts = parts
        self._store, self._providers = parts.store, parts.providers
        self._conversation_id = conversation_id
        self._opener = decryptor
        self._until = until
        self._probing: bool | None = None
        self._changes = 0
        self._sent = 0

    def __call__(self) -> int:
        while True:
            entries = self._store.entries(self._conversation_id, self._parts.clock())
            if any(one.held_by_eraser for one in entries):
                return self._sent
            for one in entries:
                if one.action != "answer_callback":
                    continue
                if not answer_callback(self._store, self._providers, self._opener, one, self._parts.clock()):
                    return self._sent
            if not entries:
                return self._sent
            if any(one.kept for one in entries) and self._released(entries):
                continue
            first = next((one for one in entries if one.action != "answer_callback" and not one.kept), None)
            if first is None and any(one.action == "answer_callback" for one in entries):
                continue
            if first is None:
                return self._sent
            if self._parts.stopwatch() > self._until:
                self._parts.enqueue(self._conversation_id, 0)
                return self._sent
            if not self._go_on(first):
                return self._sent

    def _released(self, entries: "Sequence[OutboxEntry]") -> bool:
        """Make kept notices due, if the customer has written; return whether they are to be read again."""
        now, head = self._parts.clock(), self._store.head(self._conversation_id)
        if head is None or not head.window_open(now):
            return False
        return self._parts.late_notices.release(entries, head, now) or self._changed()

    def _changed(self) -> bool:
        """Wait, because something changed since it was read. Raises Unavailable after TRIES."""
        self._changes += 1
        if self._changes >= TRIES:
            raise Unavailable("The conversation changes too fast to send now; the wake-up message comes again.")
        self._parts.wait(self._changes)
        return True

    # -- one message

    def _go_on(self, entry: OutboxEntry) -> bool:
        """Do what can be done for the oldest message; return whether the next may follow."""
        now = self._parts.clock()
        if entry.attempts and entry.due_at > now:  # the time of an untried one may come from a provider's faster clock
            if entry.due_at - now <= SOON:
                self._parts.enqueue(self._conversation_id, entry.due_at - now)
            return False
        if entry.held(now):
            return False
        if entry.files and self._parts.open_file is None:
            self._parts.hand_over(self._conversation_id)
            return False
        if not self._channel_open(entry, now):
            return False
        ready = self._ready(self._store.job(entry, now), now)
        return self._send(ready) if isinstance(ready, _Ready) else ready

    def _channel_open(self, entry: OutboxEntry, now: int) -> bool:
        """Whether the channel may be used. A stopped one lets one message probe whether it works again."""
        if self._probing is None:
            stopped = self._store.stopped(entry.account)
            if stopped and not self._store.may_probe(entry.account, now, PROBE_EVERY):
                return False
            self._probing = stopped
        return True

    def _ready(self, job: Job, now: int) -> _Ready | bool:
        """Check what may have changed since the message was written, open it, and claim it; without a claim return
        whether the next message may follow.

        Everything that can fail comes before the claim, so an abandoned claim means that the provider was called."""
        job = replace(job, rule=self._parts.transfer(job.entry.channel))
        if is_being_erased(job):
            return False
        if job.message is None:
            return self._store.remove_entry(job.entry, job.head.contact_id if job.head else "")
        opened = refusal(job, now, self._parts.allows) or open_message(self._opener, job, self._store, now)
        pieces = 1 if isinstance(opened, Failure) else len(opened.pieces)
        left = to_send(job, pieces)
        if proved(job, pieces) or not (left or isinstance(opened, Failure)):
            self._store.proved(job, now)
            self._count(job.entry, "proved")
            return True
        if isinstance(opened, Failure):
            return self._refuse(job, opened, now)
        job, apart, attempt_id = with_confirmed_pieces(job, left[0]), by_piece(job, pieces), new_id()
        claimed = self._store.claim(job, attempt_id, now, pieces if apart else 1, self._parts.lease)
        if claimed is Claimed.OURS:
            if job.entry.uncertain:
                count("DeliveryUncertain")
                log("delivery_uncertain", channel=job.entry.channel, message_ref=str(job.entry.ref))
            return _Ready(job, left, opened, attempt_id, apart)
        return claimed is Claimed.CHANGED and self._changed()

    def _refuse(self, job: Job, failure: Failure, now: int) -> bool:
        late = failure.reason == "window_closed" and registry.channel(job.entry.channel).late_notices == "kept"
        if late and job.entry.purpose == STATUS and job.message and job.message.ticket_id:
            return self._keep(job, now)
        if failure.reason == "window_closed" and job.entry.purpose == RIGHTS and self._answered_by_template(job, now):
            return True
        done = self._store.failed(job, failure, now)
        if done:
            self._count(job.entry, failure.reason)
        return done

    def _answered_by_template(self, job: Job, now: int) -> bool:
        """Whether an answer about personal data can leave inside a template now."""
        template = self._parts.late_template(job.entry.channel, RIGHTS)
        content = stored_content(self._opener, job) if template else None
        if content is None or not self._parts.late_notices.answer(job, content, template, now):
            return False
        self._count(job.entry, "by_template")
        return True

    def _keep(self, job: Job, now: int) -> bool:
        """Keep a notice until the customer writes."""
        if not self._parts.late_notices.keep(job, self._parts.late_template(job.entry.channel, STATUS), now):
            return self._changed()
        self._count(job.entry, "kept")
        return True

    def _send(self, ready: _Ready) -> bool:
        """Call the provider for each piece that is left and record each answer."""
        job, started = ready.job, self._parts.clock()
        last = ready.left[-1]
        for number in ready.left:
            if number > ready.left[0] and self._parts.stopwatch() > self._until:
                if self._store.release(job, ready.attempt_id, self._parts.clock()):
                    self._parts.enqueue(self._conversation_id, 0)
                return False
            result = self._call(ready, number)
            now = self._parts.clock()
            if isinstance(result, SendError):
                return self._not_sent(ready, number, result, started, now)
            if number == last:
                self._store.sent(job, result.provider_id, now, piece=number if ready.by_piece else 0)
            elif not self._store.sent_piece(
                job,
                ready.attempt_id,
                result.provider_id,
                now,
                piece=number,
                states=ready.by_piece,
                lease=self._parts.lease,
            ):
                return False
        self._sent += 1
        self._count(job.entry, "sent")
        self._works(job.entry)
        return True

    def _call(self, ready: _Ready, number: int) -> SendResult | SendError:
        entry, opened = ready.job.entry, ready.opened
        parts, ref = opened.pieces[number - 1], entry.ref
        reference = ref.of_piece(number) if ready.by_piece else str(ref)
        quote, opens = (opened.quote if number == 1 else ""), self._opening(ready.job, parts)
        message = OutboundMessage(
            entry.account,
            opened.address,
            parts,
            reference=reference,
            quote=quote,
            thread=opened.thread,
            automatic=entry.purpose != SUPPORT,
            open_file=opens,
            link=opened.link,
        )
        try:
            return self._providers.send(entry.channel, message)
        except SendError as error:
            if not (error.stops_channel and self._providers.token_changed(entry.channel, entry.account)):
                return error
        try:
            return self._providers.send(entry.channel, message)
        except SendError as error:
            return error

    def _opening(self, job: Job, parts: tuple[OutboundPart, ...]) -> Callable[[], FileBody] | None:
        """Return what opens the file among these parts."""
        file = next((one for one in parts if isinstance(one, FilePart)), None)
        opens, head = self._parts.open_file, job.head
        return (lambda: opens(head.contact_id, file)) if file and opens and head else None

    # -- what went wrong

    def _not_sent(self, ready: _Ready, number: int, error: SendError, started: int, now: int) -> bool:
        job, entry = ready.job, ready.job.entry
        if error.stops_channel:
            self._store.stop(job, ready.attempt_id, error.code, now)
            count("ChannelStopped")
            log("channel_stopped", channel=entry.channel, code=error.code)
            return False
        if error.permanent or gives_up(entry, now):
            reason = reason_of(entry.channel, error.code) if error.permanent else GAVE_UP
            failure = Failure(error.code, reason, error.said)
            blocked = started if registry.channel(entry.channel).tells_blocking and failure.reason == "blocked" else 0
            piece = number if ready.by_piece else 0
            done = self._store.failed(
                job, failure, now, attempt_id=ready.attempt_id, blocked_since=blocked, piece=piece
            )
            self._count(entry, failure.reason)
            if error.permanent:
                self._works(entry)
            return done
        pause = wait_before_retry(entry.attempts, error.retry_after, self._parts.draw)
        if error.ambiguous and registry.channel(entry.channel).echoes:
            pause = max(pause, CLAIM)
        if self._store.retry_later(job, ready.attempt_id, now + pause, unconfirmed=error.ambiguous):
            self._parts.enqueue(self._conversation_id, pause)
        self._count(entry, "retry")
        log("send_again", channel=entry.channel, code=error.code, attempt=entry.attempts + 1, ms=pause)
        return False

    def _works(self, entry: OutboxEntry) -> None:
        """Open a stopped channel again, because the provider took our token; the sweeper enqueues what waits."""
        if self._probing:
            self._store.start_again(entry.account)
            self._probing = False
            log("channel_works", channel=entry.channel)

    def _count(self, entry: OutboxEntry, outcome: str) -> None:
        count("Outbound", channel=entry.channel, outcome=outcome)
