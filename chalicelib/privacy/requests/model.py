"""The record of a request about personal data, and what is read and proposed around it. Pure.

Every task of the workflow reads the request's row first. `steps` says what is done and when: a task whose step is there
does nothing. So any task may run again at any time, and a new run of the workflow passes through everything that an
earlier run did (docs/privacy.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.privacy.requests.vocabulary import BOUND_SOURCES
from chalicelib.suppression.model import ReplyMailbox

MOST_EVIDENCE = 4000
"""Characters that staff may write about how the person asked."""


@dataclass(frozen=True)
class Subject:
    """The person a request is about, as the contact's row shows them: our ids and words, no address. `opted_out_by` is
    the id of the request that ended news, offers and surveys for them."""

    contact_id: str
    conversation_id: str
    channel: str
    account: str
    language: str
    public_key: bytes
    erasing: bool = False
    opted_out_by: str = ""


@dataclass(frozen=True)
class Proposal:
    """What one of the staff proposes (one of `kinds.contract.Decision`) until another one agrees. `by`
    is their id, `at` is in ms; `check` is one of IDENTITY_CHECKS, `ground` the id of one of the profile's grounds of
    refusal, or of retaining, `posted_on` the day on which a letter was posted, `until` the day until which something is
    retained (YYYY-MM-DD), `categories` what of it the desk itself keeps."""

    what: str
    by: str
    at: int
    check: str = ""
    ground: str = ""
    posted_on: str = ""
    until: str = ""
    categories: tuple[str, ...] = ()

    @property
    def seen(self) -> str:
        """What a page that shows this proposal sends back with the agreement. A later proposal has another time, so
        nobody agrees to one that they have not seen."""
        return f"{self.what}.{self.at}"


@dataclass(frozen=True)
class Opened:
    """The contact's open request, and whether it was opened just now. With `too_often` none is open and none was
    opened, because the person opened too many in the chat lately."""

    request_id: str
    new: bool
    too_often: bool = False


@dataclass(frozen=True)
class Request:
    """One request. Times are epoch ms; 0 or "" means "not yet". Fields are the attributes of the row.

    Receipt and limits. `received_at` is when the person's notice arrived, from which every term counts: the time of
    their message, or the start of the day `received_on` (YYYY-MM-DD) that staff read off a paper. `opened_at` is when
    the request was opened, `bound_at` when the person asked for the same from the bound account after staff had entered
    it. `deadline_at` is the law's limit, `alarm_at` when that limit is near, `default_at` when the person gets an
    answer although nobody has decided, `target_at` our own limit. `after` is the id of an earlier request of the person
    whose reply mailbox still existed when they asked again.

    Workflow. `run` counts executions of the workflow. `token` answers the run that waits, for `waits`, until `due_at`.
    `counts` maps a store to found, destroyed and retained. `box` is the reply mailbox; `fences` are the pseudonyms of
    the addresses that were put on the suppression list. `announcements` are references of messages in the mailbox that
    tell the person when the destruction begins; `told_by` says what proves that they were told, `answered` what proves
    that the last answer arrived.

    Who did it (ids of staff). `checked_by` checked identity; `decided_by` proposed the decision, `approved_by` agreed;
    `letter_by` are the two who say that a letter was posted, `cancelled_by` the two who say that the person took the
    request back elsewhere than in the chat; `resumed_by` restarted a failed run.

    `retained` is what is kept: on which `ground` of the profile and `clause` of the law which `categories`, `until` the
    end of which day (YYYY-MM-DD), and the two who decided so (`by`). What has `where` "desk" is kept here, sealed to a
    `key` (its fingerprint): `rows` by store; everything else the company keeps outside of the desk. `part_opened` says
    which two officers may read it (`by`) and until when (`until`, ms).

    `recipients_told` says of recipients who have data of the person, by their id, `by` whom and `at` what time they
    were told of the withdrawal.

    Proof. `consents` prove that consent was given: `version` and `hash` of the policy, `language`, `channel`, and when
    each was `given` and `ended` (ms); `consents_total` says how many there were. `suppressed_at` is since when outreach
    had been paused without a break when the inventory was made.
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
    retained: Sequence[Mapping[str, Any]] = ()
    part_opened: Mapping[str, Any] = field(default_factory=dict)
    recipients_told: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
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
        """From when on (ms) words of the person may answer the request: since their own notice in the chat, else since
        staff entered it. A paper that came earlier counts for the terms, but no words in the chat answer it."""
        said = self.source in BOUND_SOURCES and not self.received_on
        return self.received_at if said else self.opened_at or self.received_at

    @property
    def execution(self) -> str:
        """Name of the current run of the workflow."""
        return f"{self.id}-{self.run}"
