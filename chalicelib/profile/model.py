"""The operator profile: what a company promised about personal data, as values that the code reads. Pure.

One file `chalicelib/profile/operators/<name>.toml` serves one deployment. It is read once per process and validated as
a whole: a profile with an error is rejected. docs/profile.md explains every table.
"""

import datetime
from collections.abc import Mapping
from typing import dataclass_transform

from chalicelib.core.errors import DeskError
from chalicelib.core.languages import Language

EVENTS = (
    "ticket_closed last_ticket_closed consent_given consent_ended received request_answered"
    " data_destroyed account_closed written not_held"
).split()
"""Events from which a retention term can run. `not_held` marks data that never reaches this service."""
DEADLINES = (
    "stop_processing correct block destroy_unlawful breach_notice answer objection transfer_notice authority"
    " erasure_target erasure_alarm grace"
).split()
REFUSALS = ("obligation", "law", "not_proved")
"""Grounds on which a request may be refused: an obligation towards the person is still open, a law demands that the
data is kept (art. 8(2)), or the identity of the person who asked was not proved."""
MARKINGS = ("withdrawal", "update", "opt_out")
CONSENT_WAYS = ("message", "explicit")


class ProfileError(DeskError):
    """The profile cannot be used. The message names the field and what to write there."""

    code = "profile"


@dataclass_transform(eq_default=False, frozen_default=True, kw_only_default=True)
class Row:
    """Base of the records below. To the type checker they are frozen keyword-only dataclasses.

    They are no real dataclasses because intake reads the profile in its first request, and creating a dozen dataclasses
    would cost 8 ms of processor time there, more than reading the profile.
    """

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__})"


class Operator(Row):
    """The company responsible for the data (the operator in the sense of the law). `bin` is its business number, or "".

    Here and below, `clause` cites the company's policy document.
    """

    company: str
    brand: str
    service: str
    website: str
    country: str
    bin: str
    clause: str


class Mailbox(Row):
    """A published mail address: as printed, and as mail can be sent to it ("" when the printed one is broken)."""

    published: str
    address: str
    used_for: tuple[str, ...]
    clause: str


class PolicyTerms(Row):
    """The policy in force. A new version is accepted by writing on (`accepted_by` is "use") or by a button.

    `consent` is given by the first message ("message") or asked for ("explicit").
    """

    version: str
    published: datetime.date
    url: str
    clause: str
    accepted_by: str
    consent: str


class Tickets(Row):
    """Days after which an idle or a solved ticket closes by itself, and for which a message reopens a solved one."""

    idle_close_days: int
    solved_close_days: int
    reopen_days: int


class Purpose(Row):
    """A purpose of processing, and the channels on which messages of this purpose may leave."""

    id: str
    channels: tuple[str, ...]
    clause: str
    added: bool


class Ground(Row):
    """A legal ground of processing. `added` marks what the company's own policy document does not name."""

    id: str
    clause: str
    added: bool


class Refusal(Row):
    """A ground on which a request about data may be refused; `id` is one of REFUSALS."""

    id: str
    clause: str
    added: bool


class Retention(Row):
    """How long a class of data is kept: `days` after `event`; or, with `days` 0, until consent is withdrawn, reviewed
    every `review_days`; or not at all (`event` is "not_held")."""

    id: str
    event: str
    days: int
    until_withdrawal: bool
    review_days: int
    clause: str
    added: bool


class Category(Row):
    """A category of personal data. Purposes, grounds and retention are ids of this profile."""

    id: str
    purposes: tuple[str, ...]
    grounds: tuple[str, ...]
    retention: str
    clause: str
    added: bool


class Recipient(Row):
    """A company that receives data: which categories, in which country (ISO code), for which channels."""

    id: str
    name: str
    country: str
    role: str
    channels: tuple[str, ...]
    data: tuple[str, ...]
    clause: str
    added: bool


class Residency(Row):
    """Countries where data may be stored, and how a person consents to a transfer abroad: "message" or "explicit"."""

    allowed: tuple[str, ...]
    cross_border_consent: str
    clause: str


class Deadline(Row):
    """A term of `term` units; `unit` is "working" (working days of Kazakhstan), "calendar" (days) or "hours"."""

    term: int
    unit: str
    source: str


class Profile(Row):
    """A whole profile. Rows are mapped by id, in the order of the file. `notice_templates` maps each channel with a
    reply window to the approved template for notices outside it, "" for none."""

    name: str
    languages: tuple[Language, ...]
    operator: Operator
    mail: tuple[Mailbox, ...]
    policy: PolicyTerms
    tickets: Tickets
    notice_templates: Mapping[str, str]
    purposes: Mapping[str, Purpose]
    grounds: Mapping[str, Ground]
    refusals: Mapping[str, Refusal]
    retention: Mapping[str, Retention]
    categories: Mapping[str, Category]
    recipients: Mapping[str, Recipient]
    residency: Residency
    deadlines: Mapping[str, Deadline]
    markings: Mapping[str, tuple[str, ...]]

    def allows(self, purpose: str, channel: str) -> bool:
        """Whether a message of this purpose may be sent on this channel; an unknown purpose may not."""
        row = self.purposes.get(purpose)
        return row is not None and channel in row.channels

    def carriers(self, channel: str) -> tuple[Recipient, ...]:
        """Return the recipients through which messages of this channel pass."""
        return tuple(row for row in self.recipients.values() if channel in row.channels)

    @property
    def contact_mail(self) -> str:
        """The mail address for questions."""
        return next(mailbox.address for mailbox in self.mail if mailbox.address and "contact" in mailbox.used_for)

    @property
    def mailboxes(self) -> tuple[str, ...]:
        """All published addresses that can receive mail: requests about data may arrive at any of them."""
        return tuple(dict.fromkeys(mailbox.address for mailbox in self.mail if mailbox.address))
