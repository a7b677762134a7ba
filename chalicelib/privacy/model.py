"""Requests of people about their data: kinds, states, steps, and what a waiting request waits for. Pure.

A request is one row that every task of the workflow reads first. `steps` says what is done and when: a task whose
step is there does nothing, so any task may run again at any time, and a new run of the workflow passes through all
that an earlier one did (docs/privacy.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.suppression.model import ReplyMailbox

HOUR = 60 * 60 * SECOND
ERASING_KINDS = ("withdrawal", "deletion", "stop_processing")
"""Kinds of request that end in destruction: withdrawn consent (art. 8 of Law 94-V), deletion (art. 24(1)(4)), and a
demand to stop the processing (art. 24(1)(5)), for storage is processing, too."""
OPT_OUT = "opt_out"
"""The kind that ends news and offers alone (art. 24(1)(5)): nothing is destroyed, support goes on."""
HANDLED_KINDS = (*ERASING_KINDS, OPT_OUT)
BOUND_SOURCES = ("bot", "message")
"""Ways by which a request came from the account that is bound to the contact: the person's own words or press in the
chat, or a message of theirs that a colleague recognised as a request. Such a withdrawal holds until it is decided."""
SOURCES = (*BOUND_SOURCES, "staff")
TOLD_WITHIN = 48 * HOUR
"""How long an announcement may take to arrive before colleagues tell the person in another way."""
LETTER_DAYS = 5
"""Working days that a letter is given to arrive; the time to think again begins then."""
IDENTITY_WAITS = 48 * HOUR
"""How long the person may take to confirm before a colleague decides."""
SETTLE_WAITS = 5 * 60 * SECOND
"""After every late writer: the longest function time-out (60 s) and queue visibility (180 s), and some."""
ANSWER_WAITS = 23 * HOUR
"""How long the last answer may take to arrive; its key is destroyed within 24 h of the proof, delivered or not."""
BACKUP_DAYS = 14
"""The longest point-in-time window of a table, and the longest life of a dead letter. It counts from the closing of the
box: until then a table could be copied with the last rows that belonged to the request."""
MOST_PASSES = 5
"""How often the proof of absence may find something before a person is called."""
WATCHED = 10 * 60 * SECOND
"""How often the watch looks after a request that waits for nothing: its run may have died."""
ESCALATED_RESTS = HOUR
"""How long after a failure the next run begins by itself."""


class RequestState(StrEnum):
    """States as the API shows them."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    DECIDING = "deciding"
    TELLING = "telling"
    GRACE = "grace"
    DESTROYING = "destroying"
    WAITING_FOR_BACKUPS = "waiting_for_backups"
    COMPLETE = "complete"
    ANSWERED = "answered"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    ESCALATED = "escalated"


FENCED = "fenced"
"""Role of the look whether a contact is being erased, in a transaction that takes something away from them."""
OVER = frozenset({RequestState.COMPLETE, RequestState.ANSWERED, RequestState.REFUSED, RequestState.CANCELLED})
"""Nothing more is done for a request in one of these states."""
STOPPABLE = frozenset(
    {
        RequestState.RECEIVED,
        RequestState.VERIFYING,
        RequestState.DECIDING,
        RequestState.TELLING,
        RequestState.GRACE,
    }
)
"""Until the time to think again is over the person may cancel."""


class Step(StrEnum):
    """What the workflow does, in order; each is a key of the request's `steps`."""

    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    DEFAULTED = "defaulted"
    DEFAULT_ARRIVED = "default_arrived"
    VERIFIED = "verified"
    ANNOUNCED = "announced"
    TOLD = "told"
    GRACED = "graced"
    FENCED = "fenced"
    INVENTORIED = "inventoried"
    KEY_DESTROYED = "key_destroyed"
    ERASED = "erased"
    SETTLED = "settled"
    SWEPT = "swept"
    ABSENT = "absent"
    CERTIFIED = "certified"
    NOTIFIED = "notified"
    BOX_CLOSED = "box_closed"
    BACKUPS_CHECKED = "backups_checked"
    BACKUPS_GONE = "backups_gone"
    FINAL = "final"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    REASONED = "reasoned"
    FINISHED = "finished"
    SUPERSEDED = "superseded"


class Wait(StrEnum):
    """What a request may wait for."""

    IDENTITY = "identity"
    DECISION = "decision"
    TELLING = "telling"
    GRACE = "grace"
    SETTLE = "settle"
    ANSWER = "told"  # the word that rows and executions of the release before bear
    BACKUPS = "backups"


class Identity(StrEnum):
    """How it was made sure that the person asked."""

    SECOND_PRESS = "second_press"
    STAFF = "staff"


class Told(StrEnum):
    """What proves that the person was told: their application has it, the provider took it (Telegram gives no receipt),
    or a letter was posted and two colleagues say so."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    LETTER = "letter"


NOT_ARRIVED = "not_arrived"
"""What is said of an answer instead, when nothing shows that it arrived."""
IDENTITY_CHECKS = ("chat_code", "signature", "in_person", "notary")
"""How colleagues may make sure who asked: a code sent to the bound chat and read back, an electronic signature, a
document that was seen (never copied: art. 7(10)), a notarised application."""
_ARRIVED: Mapping[str, Mapping[str, Told]] = {
    "whatsapp": {"delivered": Told.DELIVERED, "read": Told.DELIVERED},
    "telegram": {"sent": Told.ACCEPTED, "delivered": Told.DELIVERED, "read": Told.DELIVERED},
}


def proof_of_telling(channel: str, status: str) -> Told | None:
    """Return what the status of a message on this channel proves; None when it does not show that it arrived."""
    return _ARRIVED.get(channel, {}).get(status)


@dataclass(frozen=True)
class Proposal:
    """What a colleague proposes (`erase`, `refuse`, `letter` or `cancel`), until another one agrees. `at` in ms;
    `check` is one of IDENTITY_CHECKS, `ground` the id of one of the profile's grounds of refusal, `posted_on` the day
    on which a letter was posted (YYYY-MM-DD)."""

    what: str
    by: str
    at: int
    check: str = ""
    ground: str = ""
    posted_on: str = ""

    @property
    def seen(self) -> str:
        """What a page that shows it sends along when somebody agrees: another proposal has another moment."""
        return f"{self.what}.{self.at}"


@dataclass(frozen=True)
class Hold:
    """Destructions are held since `at` (ms), by this colleague; "" when on-call set it by the command line."""

    at: int
    by: str


@dataclass(frozen=True)
class Subject:
    """The person a request is about, as the contact's row shows them: our ids and words, no address. `opted_out_by` is
    the id of the request by which they get no news, offers and surveys."""

    contact_id: str
    conversation_id: str
    channel: str
    account: str
    language: str
    public_key: bytes
    erasing: bool = False
    opted_out_by: str = ""


@dataclass(frozen=True)
class Ask:
    """What a person asked for in one message: `withdraw` opens a request of the kind in `kinds`, `maybe` may be about
    one of `kinds`, `confirm` and `cancel` are about `request_id`, or the contact's open request when they came as
    words. `at` (ms) and `blind` name the row; `said_at` is when the message was sent (ms, by the provider's clock, in
    whole seconds), 0 when that is not known. `meant_at` (ms) is the time of the message that a press is about, as the
    button says it."""

    contact_id: str
    action: str
    at: int
    blind: str
    request_id: str = ""
    language: str = ""
    said_at: int = 0
    kinds: tuple[str, ...] = ()
    meant_at: int = 0

    @property
    def kind(self) -> str:
        """The kind of request that is wanted. Rows of the release before name none and mean a withdrawal."""
        return next((one for one in self.kinds if one in HANDLED_KINDS), "withdrawal")

    def received_at(self, now: int) -> int:
        """When the person's notice arrived (ms): the time of the message that said it. A press under our question is
        about an earlier message, not longer ago than MEANT_WITHIN: everybody could make up the time in a button."""
        said = self.said_at if 0 < self.said_at <= now else min(self.at, now)
        return self.meant_at if said - MEANT_WITHIN <= self.meant_at < said + SECOND else said


MEANT_WITHIN = 60 * 24 * HOUR
"""How old the message may be that a pressed button is about."""
MOST_ASKED = 3
"""Requests that a person may open in the chat within ASKED_WITHIN: each is kept for years and answered twice."""
ASKED_WITHIN = 24 * HOUR


@dataclass(frozen=True)
class Asked:
    """When a person opened requests in the chat, when they were told that they can open no more for a while, and when
    they were asked what a message meant: ms, as their row says it; what is longer ago than ASKED_WITHIN does not count.
    `now` is when it is looked at."""

    now: int
    times: tuple[int, ...] = ()
    told_at: int = 0
    questioned_at: int = 0

    @property
    def lately(self) -> tuple[int, ...]:
        """The times that count."""
        return tuple(at for at in self.times if at > self.now - ASKED_WITHIN)

    @property
    def too_often(self) -> bool:
        """Whether nothing more is opened now."""
        return len(self.lately) >= MOST_ASKED

    @property
    def told(self) -> bool:
        """Whether the person knows."""
        return self.told_at > self.now - ASKED_WITHIN

    @property
    def questioned(self) -> bool:
        """Whether they were asked lately what a message of theirs meant."""
        return self.questioned_at > self.now - ASKED_WITHIN

    @property
    def again_at(self) -> int:
        """When the person can open another one (ms)."""
        return self.lately[-MOST_ASKED] + ASKED_WITHIN


@dataclass(frozen=True)
class Request:
    """One request. Times are epoch ms; 0 or "" is "not yet". `counts` maps a store to found, destroyed and retained.

    `received_at` is when the person's notice arrived, from which every term counts: the time of their message, or of
    the day `received_on` (YYYY-MM-DD) that a colleague read off a paper; `opened_at` is when the request was opened.
    `announcements` are the references of the messages, in the box, that tell the person when the destruction begins;
    `told_by` says what proves that they were told. `consents` prove that consent was given: `version` and `hash` of
    the policy, `language`, `channel`, and when it was `given` and `ended` (ms) of each; there were `consents_total`.
    `suppressed_at` is since when, without a break, nothing unasked had gone out when the inventory was made.
    `deadline_at` is the law's limit, `alarm_at` when it gets near, `default_at` when what protects the person is done
    although nobody has decided, `target_at` our own; `run` counts executions of the workflow. `decided_by` proposed the
    decision to which `approved_by` agreed; `checked_by` checked identity; `letter_by` are the two who say that a letter
    was posted, `cancelled_by` that the person has taken the request back elsewhere than in the chat; `resumed_by` had a
    failed run go on. `bound_at` is when the person asked for the same from the bound account, too. `token` answers the
    run that waits, for `waits`, until `due_at`. `fences` are the blind names of the addresses around which the fence
    was closed; `after` is an earlier request of the person whose box was still there when they asked again.
    """

    id: str
    kind: str
    state: str
    source: str
    contact_id: str
    conversation_id: str
    channel: str
    account: str
    language: str
    received_at: int
    deadline_at: int
    alarm_at: int
    opened_at: int = 0
    received_on: str = ""
    default_at: int = 0
    target_at: int = 0
    due_at: int = 0
    run: int = 0
    waits: str = ""
    token: str = field(default="", repr=False)
    steps: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    box: ReplyMailbox | None = None
    identity: str = ""
    check: str = ""
    ground: str = ""
    proposal: Proposal | None = None
    announcements: Sequence[str] = ()
    told_by: str = ""
    posted_on: str = ""
    answered: str = ""
    consents: Sequence[Mapping[str, Any]] = ()
    consents_total: int = 0
    suppressed_at: int = 0
    certificate_id: str = ""
    secret_hash: str = ""
    policy_version: str = ""
    policy_hash: str = ""
    key_fingerprint: str = ""
    inventory_hash: str = ""
    passes: int = 0
    failure: str = ""
    failed_step: str = ""
    escalated_at: int = 0
    created_by: str = ""
    decided_by: str = ""
    approved_by: str = ""
    checked_by: str = ""
    letter_by: Sequence[str] = ()
    cancelled_by: Sequence[str] = ()
    resumed_by: str = ""
    bound_at: int = 0
    over_at: int = 0
    fences: Sequence[str] = field(default=(), repr=False)
    after: str = ""

    def done(self, step: str) -> bool:
        """Whether this step is done."""
        return step in self.steps

    def at(self, step: str) -> int:
        """When this step was done (ms), 0 before."""
        return int(self.steps.get(step, 0))

    @property
    def bound(self) -> bool:
        """Whether the person asked from the account that is bound to the contact, first or later."""
        return self.source in BOUND_SOURCES or bool(self.bound_at)

    @property
    def asked_since(self) -> int:
        """From when on (ms) words of the person may answer the request: their own notice in the chat, or its entry by a
        colleague. A paper that came earlier counts for the terms, and no words of the chat answer it."""
        said = self.source in BOUND_SOURCES and not self.received_on
        return self.received_at if said else self.opened_at or self.received_at

    @property
    def execution(self) -> str:
        """Name of the current run of the workflow."""
        return f"{self.id}-{self.run}"


def outcome(request: Request, now: int) -> str:
    """Return how the request's waiting ends now: "verified", "refused", "cancelled", "expired", "overdue", "told" or
    "due"; "" when it goes on. Whoever parks or wakes a run asks here, so that either may come first."""
    due = bool(request.due_at) and now >= request.due_at
    if request.waits in (Wait.IDENTITY, Wait.DECISION, Wait.TELLING, Wait.GRACE):
        for step in (Step.CANCELLED, Step.REFUSED):
            if request.done(step):
                return str(step)
    if request.waits == Wait.IDENTITY:
        return "verified" if request.done(Step.VERIFIED) else "expired" if due else ""
    if request.waits == Wait.DECISION:
        return "verified" if request.done(Step.VERIFIED) else "overdue" if due else ""
    if request.waits == Wait.TELLING:
        return "told" if request.done(Step.TOLD) else ""
    if request.waits == Wait.GRACE and request.announcements and not request.done(Step.TOLD):
        return ""  # the time to think again begins when the person is told
    return "due" if due else ""


ENDINGS = (Step.CANCELLED, Step.REFUSED, Step.FINISHED)
"""A request with one of these is on its way out and destroys nothing."""
_BESIDE = (
    *ENDINGS,
    *(Step.REASONED, Step.SUPERSEDED, Step.DEFAULTED, Step.DEFAULT_ARRIVED, Step.ANNOUNCED, Step.OPTED_OUT),
    *(Step.BACKUPS_CHECKED, Step.BACKUPS_GONE),
)
_OF_OPT_OUT = (Step.OPTED_OUT, Step.CERTIFIED, Step.NOTIFIED)
_TOO_LATE = (Step.GRACED, Step.FENCED)
FIXED = (*ENDINGS, *_TOO_LATE)
"""With one of these done nobody can stop the request any more, or it is stopped already."""


def state_by_steps(request: Request) -> RequestState:
    """Return the state that a request is in by what is done: where a run goes on that follows a failed one."""
    for step, state in (
        (Step.BOX_CLOSED, RequestState.WAITING_FOR_BACKUPS),
        (Step.FENCED, RequestState.DESTROYING),
        (Step.GRACED, RequestState.DESTROYING),
        (Step.TOLD, RequestState.GRACE),
        (Step.VERIFIED, RequestState.TELLING),
        (Step.SUPPRESSED, RequestState.VERIFYING),
    ):
        if request.done(step):
            return state
    return RequestState.RECEIVED


def shown_state(request: Request) -> str:
    """Return the state as people and programs see it, which filters go by, too: cancelled and refused at once, though
    the request is over only when the person has the answer. A failure is shown until it is over."""
    if request.state == RequestState.ESCALATED:
        return request.state
    ended = {Step.CANCELLED: RequestState.CANCELLED, Step.REFUSED: RequestState.REFUSED}
    return next((str(state) for step, state in ended.items() if request.done(step)), request.state)


def shown_in(part: str) -> frozenset[str]:
    """Return the states of which requests are shown in the queue `open` or `over`: stopped ones lie in both."""
    stopped = {RequestState.CANCELLED, RequestState.REFUSED}
    return OVER if part == "over" else frozenset(RequestState) - OVER | stopped


def next_step(request: Request) -> str:
    """Return the first step that is not done, in the order of the workflow; "" when none is left."""
    ended = request.done(Step.CANCELLED) or request.done(Step.REFUSED)
    if request.kind == OPT_OUT:
        return next((str(step) for step in _OF_OPT_OUT if not request.done(step)), "")
    way = (Step.FINISHED, Step.BOX_CLOSED) if ended else tuple(one for one in Step if one not in _BESIDE)
    if request.done(Step.FENCED):  # under the release before nobody had to be told
        way = tuple(one for one in way if one != Step.TOLD)
    return next((str(step) for step in way if not request.done(step)), "")


def stoppable(request: Request) -> bool:
    """Whether the request can still be cancelled or refused. An opt-out is done at once, and can be taken back any
    time."""
    open_to_it = request.state in STOPPABLE or request.state == RequestState.ESCALATED
    return request.kind != OPT_OUT and open_to_it and not any(request.done(step) for step in FIXED)


def confirmable(request: Request) -> bool:
    """Whether it can still be made sure that the person asked: they were asked, and nothing is decided."""
    asked = request.state in (RequestState.VERIFYING, RequestState.DECIDING, RequestState.ESCALATED)
    return request.kind != OPT_OUT and asked and not any(request.done(step) for step in (Step.VERIFIED, *FIXED))


def tellable(request: Request) -> bool:
    """Whether the person may still be told in another way than by the announcement: it was made sure who asked, and
    nothing shows that they were told."""
    ended = any(request.done(step) for step in (Step.TOLD, *FIXED))
    return request.kind != OPT_OUT and request.done(Step.VERIFIED) and not ended and request.box is not None


def past_target(request: Request, now: int) -> bool:
    """Whether the data of a verified request should have been destroyed by now, by our own target."""
    return bool(request.target_at) and request.target_at < now and _destroys(request)


def near_deadline(request: Request, now: int) -> bool:
    """Whether the law's limit is near and the destruction not yet proved, or a backup was found that outlives it: that
    one waits for somebody to delete it, and nothing else says so."""
    return request.alarm_at < now and (_destroys(request) or request.done(Step.BACKUPS_CHECKED))


def not_told(request: Request, now: int) -> bool:
    """Whether a person should have been told by now when the destruction begins, and nothing shows that they were."""
    announced = request.at(Step.ANNOUNCED)
    return bool(announced) and announced + TOLD_WITHIN < now and tellable(request)


def missed(request: Request, now: int) -> tuple[str, ...]:
    """Return what the law's limit passed without (art. 8(7)): the processing was not "stopped", the person was not
    "answered". Empty before the limit, for what was done in time, and for a request that came to nothing in time.

    The processing has stopped from the suppression on, while that holds; an answer is that the person was told what
    happens, the default's word when it arrived, a refusal, or that they cancelled it themselves.
    """
    limit = request.deadline_at

    def in_time(*steps: Step) -> bool:
        return any(0 < request.at(step) <= limit for step in steps)

    if now <= limit or request.kind == OPT_OUT or in_time(Step.CANCELLED, Step.REFUSED, Step.FINISHED):
        return ()
    answered = in_time(Step.TOLD, Step.DEFAULT_ARRIVED, Step.NOTIFIED)
    return (*(() if 0 < _stopped_at(request) <= limit else ("stopped",)), *(() if answered else ("answered",)))


def _stopped_at(request: Request) -> int:
    """Since when, without a break, the processing has stopped (ms), or had until the request was cancelled or refused;
    0 when it has not. What did not come from the bound account was suppressed for the time to confirm alone, and anew
    when it was verified later and the person was told."""
    suppressed, verified = request.at(Step.SUPPRESSED), request.at(Step.VERIFIED)
    if not suppressed or request.source in BOUND_SOURCES:
        return suppressed
    until = identity_until(request)
    if 0 < verified <= until or 0 < request.bound_at <= until:
        return suppressed
    again = [at for at in (request.bound_at, request.at(Step.ANNOUNCED) or request.at(Step.FENCED)) if at]
    if again:
        return min(again)
    return suppressed if request.state == RequestState.VERIFYING else 0


def identity_until(request: Request) -> int:
    """Return until when the person may confirm before colleagues decide (ms). When the law's limit comes near before
    that, it ends with the time of the default, so that the person has an answer in time."""
    asked = request.at(Step.SUPPRESSED)
    until, limit = asked + IDENTITY_WAITS, request.deadline_at
    default = request.default_at or limit
    if until <= default or limit <= asked:
        return until
    return min(until, default if default > asked else asked + (limit - asked) // 2)


def checked_by(request: Request) -> str:
    """Return which colleague checked identity; "" when the person confirmed. Rows of the release before name one
    colleague for everything."""
    return (request.checked_by or request.decided_by) if request.identity == Identity.STAFF else ""


def letter_by(request: Request) -> Sequence[str]:
    """Return who says that a letter was posted."""
    return request.letter_by if request.told_by == Told.LETTER else ()


def suppresses(request: Request) -> bool:
    """Whether nothing unasked may be sent to the person while this request is open: from the bound account until it is
    decided, otherwise until their time to confirm is over without a word, and again once it is verified."""
    if any(request.done(step) for step in ENDINGS) or request.kind == OPT_OUT or not request.done(Step.SUPPRESSED):
        return False
    return request.bound or request.done(Step.VERIFIED) or request.state != RequestState.DECIDING


def _destroys(request: Request) -> bool:
    return request.kind != OPT_OUT and not any(request.done(step) for step in (Step.ABSENT, *ENDINGS))


MOST_EVIDENCE = 4000
"""Characters that a colleague may write about how the person asked."""


@dataclass(frozen=True)
class Opened:
    """The contact's open request, and whether it was opened just now. `too_often`: none is open, and none was opened,
    because the person opened so many in the chat lately."""

    request_id: str
    new: bool
    too_often: bool = False
