"""The rules of sending: what may go out now, when to try again, when to stop trying. Pure.

Times are epoch milliseconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from chalicelib.attachments.uploads import UploadPlace
from chalicelib.channels import registry
from chalicelib.core.addresses import ChannelId
from chalicelib.core.clock import DAY, HOUR, SECOND
from chalicelib.core.ids import MessageRef
from chalicelib.core.purposes import RIGHTS, STATUS, SUPPORT
from chalicelib.core.transfer import agreed
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.same_text import TextUse
from chalicelib.provider_templates.model import StoredTemplate, why_not
from chalicelib.tickets.model import RANK, RETURNED, WAITS, WITHHELD, State
from chalicelib.tickets.pieces import States, not_arrived, outstanding

CLAIM = 60 * SECOND
"""How long (ms) a sender's claim on an outbox entry holds: longer than any call to a provider, and long enough
for a provider to send a status that proves an acceptance whose answer was lost."""
HELD_BY_ERASER = "fence"
"""Stored in place of a sender's claim when the person is being erased: only the eraser may delete the entry. A sender
that had claimed it may still record what was sent, but sends no further piece."""
FIRST_WAIT = 2 * SECOND
LONGEST_WAIT = 15 * 60 * SECOND
"""Limits (ms) of the wait before another try; SQS delays a message 15 minutes at most."""
GIVE_UP_AFTER = DAY
GIVE_UP_TRIES = 10
"""A message is given up after both this time (ms) and so many tries, because one that waited for days behind a stopped
channel still gets its tries."""
FIXED_ANSWERS = frozenset({STATUS, RIGHTS})
"""Purposes of fixed texts that answer what the person did. No withdrawal of consent and no opt-out stops them."""
ESSENTIAL = FIXED_ANSWERS | {SUPPORT}
"""Purposes that an opt-out does not stop, because they answer what the person asks. It stops all others, also those
that a profile adds. Those need a subscription, too: no row, no news."""
CHANGE = "change"
"""Action of an outbox entry whose message is a reaction, edit or deletion of ours (tickets/model.py, CHANGES): its
failure is shown at the message that it is about, and on no ticket."""
WITHHELD_FOR = 4 * HOUR
"""How long (ms) a reply waits for a supervisor; then it goes back to its author."""
PROBE_EVERY = 50 * SECOND
"""How often one message may try whether a stopped channel works again: less than the sweeper's minute."""


@dataclass(frozen=True)
class OutboxEntry:
    """One action that waits in the outbox. The first `pieces` of a long text are sent already. `attempt_id` names the
    sender that holds the claim until `claim_until`. `unconfirmed` (stored as `doubtful`): an earlier try may have been
    accepted although no answer came. `answers` is the time (ms) of the customer's question that a reply answers, 0 when
    none was open. `template` is the key (name#language) of the template that it sends, "" when it sends none. `files`:
    the message has some, which only the uploader may read. `kept`: a notice that waits until the customer writes.
    `withheld` is how far the decision of a supervisor is: WAITS, APPROVED, RETURNED, "" where none is wanted. `mailing`
    is the id of the mailing of which it is a copy."""

    ref: MessageRef
    action: str
    purpose: str
    channel: ChannelId
    account: str
    queued_at: int
    due_at: int
    attempts: int = 0
    pieces: int = 0
    attempt_id: str = ""
    claim_until: int = 0
    unconfirmed: bool = False
    answers: int = 0
    template: str = ""
    files: bool = False
    kept: bool = False
    withheld: str = ""
    mailing: str = ""

    @property
    def held_by_eraser(self) -> bool:
        """Whether the person is being erased, so that only the eraser may delete the entry."""
        return self.attempt_id == HELD_BY_ERASER

    def held(self, now: int) -> bool:
        """Whether a sender that may still be at work holds the claim."""
        return bool(self.attempt_id) and self.claim_until > now

    @property
    def uncertain(self) -> bool:
        """Whether an earlier try may have reached the customer: its sender died, or had no answer."""
        return self.unconfirmed or bool(self.attempt_id)


@dataclass(frozen=True)
class Outgoing:
    """A message to be sent, as its row shows it. `states` are those of its pieces by number; None for a message in one
    piece, and for one whose first piece an older release has sent. `kind` tells changes apart."""

    ref: MessageRef
    contact_id: str
    ticket_id: str
    rank: int
    content: bytes = field(repr=False)
    states: States | None = None
    kind: str = "text"


@dataclass(frozen=True)
class Head:
    """A conversation as its head row shows it. `epoch` is the fencing token: an erasure raises it, and writes that read
    an older one are refused. `window_shut_at` is the time (ms) of the newest message of ours that the provider refused
    because the reply window was closed: it is closed until the customer writes after that. `abroad` is the customer's
    own answer about a transfer abroad (core/transfer.py), "" without one. `blocked_by` says why they are `blocked`, ""
    when they did it themselves."""

    conversation_id: str
    contact_id: str
    channel: ChannelId
    account: str
    epoch: int
    public_key: bytes
    last_inbound_at: int
    last_at: int
    blocked: bool = False
    ticket_id: str = ""
    window_shut_at: int = 0
    language: str = ""
    notices_wait: bool = False
    abroad: str = ""
    blocked_by: str = ""

    def window_open(self, now: int) -> bool:
        """Whether free text may go out."""
        channel = registry.channel(self.channel)
        shut = bool(channel.window) and self.last_inbound_at <= self.window_shut_at
        return not shut and channel.window_open(self.last_inbound_at, now)


@dataclass(frozen=True)
class Recipient:
    """The contact. `addresses` are sealed, by kind. `suppressed`: they withdrew consent, so only answers to what they
    ask may be sent. `opted_out`: they want no news, offers or surveys, by the request `opted_out_by`."""

    contact_id: str
    state: str
    epoch: int
    addresses: dict[str, bytes] = field(repr=False)
    suppressed: bool = False
    opted_out: bool = False
    opted_out_by: str = ""


@dataclass(frozen=True)
class Job:
    """All that a sender reads about one message before it calls a provider. `template` is the one that the entry names,
    as it is now, `rule` how people consent to a transfer abroad on the channel, "" where there is none. `subscribed`:
    the person gets mailings of its purpose, or it needs no subscription."""

    entry: OutboxEntry
    message: Outgoing | None
    head: Head | None
    recipient: Recipient | None
    template: StoredTemplate | None = None
    rule: str = ""
    subscribed: bool = True

    @property
    def needs(self) -> str:
        """The rule of the transfer abroad, where the message needs a consent to that: what serves the person does
        not."""
        return "" if self.serves_the_person else self.rule

    @property
    def serves_the_person(self) -> bool:
        """Whether it answers what the person asks, a request about their data or an open question, or deletes a message
        of ours. Only this may be sent after they have withdrawn consent, or without one to a transfer abroad."""
        entry, deletes = self.entry, self.message is not None and self.message.kind == "revoke"
        return deletes or entry.purpose in FIXED_ANSWERS or (entry.purpose == SUPPORT and entry.answers > 0)


class Claimed(Enum):
    """How a claim ended: OURS, TAKEN by another sender, or refused because a row CHANGED since it was read."""

    OURS = "ours"
    TAKEN = "taken"
    CHANGED = "changed"


@dataclass(frozen=True)
class Failure:
    """Why a message was not sent: the provider's `code`, our class of `reason` (web/labels.failure_text), and the
    provider's own words without anything that could name a person."""

    code: str
    reason: str
    text: str = ""


@dataclass(frozen=True)
class AnsweredTicket:
    """The fields of a ticket that a reply needs. `question_at` is the time (ms) of the customer's open question, 0 when
    all are answered; `dated` says that the row holds this time, which rows of an older release do not."""

    ticket_id: str
    state: str
    contact_id: str
    conversation_id: str
    question_at: int = 0
    dated: bool = True


@dataclass(frozen=True)
class FailedMessage:
    """A message of ours that may be sent again, as its `row` shows it (tickets/pieces.py). `resent_as` is the newest
    message that replaces it or some of its pieces."""

    ref: MessageRef
    ticket_id: str
    contact_id: str
    content: bytes = field(repr=False)
    row: Mapping[str, Any] = field(default_factory=dict)
    resent_as: str = ""

    @property
    def left(self) -> tuple[int, ...]:
        """The numbers of its pieces that are to be sent again; () for a message in one piece."""
        return not_arrived(self.row)

    @property
    def outstanding(self) -> bool:
        """Whether anything is to be sent again."""
        return outstanding(self.row)


@dataclass(frozen=True)
class Reply:
    """One reply, ready to be stored. `ref.at` (ms) is its time and its number in the conversation; `client_hash` is the
    name of the id by which a repetition is recognised; `again` is the failed message that it replaces; `template` is
    the one that it sends, as it was read; `quote_hash` is the pseudonym of the provider's id of the message that it
    quotes; `use` is to how many people its text went, None where nobody counts. `needs` is the rule of the transfer
    abroad, where it answers no question and so needs a consent to that."""

    ref: MessageRef
    ticket: AnsweredTicket
    head: Head
    content: ReplyContent
    author: str
    client_hash: str
    now: int
    again: FailedMessage | None = None
    template: StoredTemplate | None = None
    quote_hash: str = ""
    use: TextUse | None = None
    needs: str = ""

    @property
    def withheld(self) -> bool:
        """Whether a supervisor decides about it first."""
        return self.use is not None and self.use.too_many

    @property
    def status(self) -> str:
        """Its status when it is stored."""
        return WITHHELD if self.withheld else "queued"

    @property
    def uploads(self) -> UploadPlace:
        """Where the files that it takes over wait."""
        return UploadPlace(self.ref.conversation_id, self.ticket.ticket_id, self.author)

    @property
    def state(self) -> str:
        """The ticket's state after the reply: solved stays solved, any other becomes pending."""
        return State.SOLVED if self.ticket.state == State.SOLVED else State.PENDING


def is_being_erased(job: Job) -> bool:
    """Whether the person is being erased: then nothing is sent, and only the eraser deletes rows."""
    return job.entry.held_by_eraser or (job.recipient is not None and job.recipient.state == "erasing")


def refusal(job: Job, now: int, allows: Callable[[str, str], bool]) -> Failure | None:
    """Return why the message may not be sent now, or None. `allows` is the profile's matrix of purpose and channel."""
    head, recipient, entry = job.head, job.recipient, job.entry
    if head is None or recipient is None or recipient.state != "active" or recipient.epoch != head.epoch:
        return Failure("erased", "erased")
    if entry.withheld in (WAITS, RETURNED):  # one that waits comes here when its time is over
        code = "text_returned" if entry.withheld == RETURNED else "not_approved"
        return Failure(code, code)
    if not allows(entry.purpose, entry.channel):
        return Failure("not_allowed", "not_allowed")
    if recipient.suppressed and not job.serves_the_person:
        return Failure("suppressed", "suppressed")
    if recipient.opted_out and entry.purpose not in ESSENTIAL:
        return Failure("opted_out", "opted_out")
    if not job.subscribed:
        return Failure("unsubscribed", "unsubscribed")
    if not agreed(job.needs, head.abroad):
        return Failure("abroad", "abroad")
    if head.blocked:
        why = head.blocked_by or "blocked"
        return Failure(why, why)
    if entry.template:
        sendable = job.template is not None and not why_not(job.template.template)
        return None if sendable else Failure("template_refused", "template_refused")
    return None if head.window_open(now) else Failure("window_closed", "window_closed")


def proved(job: Job, pieces: int) -> bool:
    """Whether a status proves that the provider accepted this message in one piece. For several pieces see
    `to_send`."""
    single = pieces == 1 and not job.entry.pieces
    return single and job.message is not None and job.message.rank > RANK["sending"]


def by_piece(job: Job, pieces: int) -> bool:
    """Whether statuses name the single pieces of this message: not when there is one piece only, nor when an older
    release has sent the first under the reference of the whole message."""
    known = job.message is not None and job.message.states is not None
    return pieces > 1 and (known or not job.entry.pieces)


def to_send(job: Job, pieces: int) -> tuple[int, ...]:
    """Return the numbers of the pieces that are not sent: neither recorded as sent nor named by a status."""
    states = (job.message and job.message.states) or {}
    return tuple(one for one in range(job.entry.pieces + 1, pieces + 1) if str(one) not in states)


def with_confirmed_pieces(job: Job, first: int) -> Job:
    """Return the job with the pieces before `first` (the next to send) as sent: a status has proved the unconfirmed
    piece, the one after the recorded ones."""
    if first <= job.entry.pieces + 1:
        return job
    entry = replace(job.entry, pieces=first - 1, unconfirmed=False, attempt_id="", claim_until=0)
    return replace(job, entry=entry)


def wait_before_retry(attempts: int, asked: float | None, draw: Callable[[float], float]) -> int:
    """Return how long (ms) to wait after the `attempts`-th try failed: full jitter below a growing limit, and
    never less than the seconds that the provider asked for. `draw` returns a random number below its
    argument."""
    limit = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts, 20))
    if asked is None:
        return int(draw(limit)) + 1
    return int(asked * SECOND) + int(draw(SECOND)) + 1


def gives_up(entry: OutboxEntry, now: int) -> bool:
    """Whether a message that failed again is given up; `attempts` of `waiting` do not count the last try."""
    return entry.attempts + 1 >= GIVE_UP_TRIES and now - entry.queued_at >= GIVE_UP_AFTER
