"""The operator profile: what the company promised about personal data, as facts that the program obeys.

One file `chalicelib/profile/operators/<name>.toml` serves one deployment. It is read once per process and checked
completely: a profile with an error is not used at all. docs/profile.md explains every table.
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
"""What a retention can be counted from. `not_held` is for what never reaches this service."""
DEADLINES = (
    "stop_processing correct block destroy_unlawful breach_notice answer objection transfer_notice authority"
    " erasure_target erasure_alarm grace"
).split()
REFUSALS = ("obligation", "law", "not_proved")
"""Grounds of refusal: an obligation towards the person is unperformed, a law wants the data to be kept (art. 8(2)), or
it was not proved that the person asked."""
MARKINGS = ("withdrawal", "update", "opt_out")
CONSENT_WAYS = ("message", "explicit")


class ProfileError(DeskError):
    """The profile cannot be used. The message names the field and what to write there."""

    code = "profile"


@dataclass_transform(eq_default=False, frozen_default=True, kw_only_default=True)
class Row:
    """A frozen record with named fields: to a reader and to the type checker a frozen dataclass.

    The intake function reads the profile in its first request, and a dozen real dataclasses would cost it
    8 ms of processor time, more than reading the profile.
    """

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__})"


class Operator(Row):
    """The company that answers for the data (the law's operator). `bin` is empty until it is stated."""

    company: str
    brand: str
    service: str
    website: str
    country: str
    bin: str
    clause: str


class Mailbox(Row):
    """A published address: as printed, and as mail can be sent to it (empty when broken)."""

    published: str
    address: str
    used_for: tuple[str, ...]
    clause: str


class PolicyTerms(Row):
    """The policy in force. A new version is accepted by going on ("use") or by a button; `consent`
    comes with the first message or is asked for ("explicit")."""

    version: str
    published: datetime.date
    url: str
    clause: str
    accepted_by: str
    consent: str


class Tickets(Row):
    """Days until an idle or solved ticket closes by itself, and while a message reopens a solved one."""

    idle_close_days: int
    solved_close_days: int
    reopen_days: int


class Purpose(Row):
    id: str
    channels: tuple[str, ...]
    clause: str
    added: bool


class Ground(Row):
    id: str
    clause: str
    added: bool


class Refusal(Row):
    """A ground on which a request about data may be refused: one of REFUSALS, whose words people read."""

    id: str
    clause: str
    added: bool


class Retention(Row):
    """How long a class of data is kept: `days` after `event`, or (days 0) until withdrawal with a review."""

    id: str
    event: str
    days: int
    until_withdrawal: bool
    review_days: int
    clause: str
    added: bool


class Category(Row):
    """A kind of personal data. Purposes, grounds and retention are ids of this profile."""

    id: str
    purposes: tuple[str, ...]
    grounds: tuple[str, ...]
    retention: str
    clause: str
    added: bool


class Recipient(Row):
    """Another company that receives data: which categories, in which country (ISO), for which channels."""

    id: str
    name: str
    country: str
    role: str
    channels: tuple[str, ...]
    data: tuple[str, ...]
    clause: str
    added: bool


class Residency(Row):
    """Countries where a store may stand, and how a person agrees to a transfer: "message" or "explicit"."""

    allowed: tuple[str, ...]
    cross_border_consent: str
    clause: str


class Deadline(Row):
    """A term; `unit` is "working" (days of Kazakhstan's calendar), "calendar" (days) or "hours"."""

    term: int
    unit: str
    source: str


class Profile(Row):
    """Everything above, by id where rows have one; rows keep the order of the file."""

    name: str
    languages: tuple[Language, ...]
    operator: Operator
    mail: tuple[Mailbox, ...]
    policy: PolicyTerms
    tickets: Tickets
    whatsapp_template: str
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
        """Say whether a message of this purpose may leave on this channel; an unknown purpose may not."""
        row = self.purposes.get(purpose)
        return row is not None and channel in row.channels

    def carriers(self, channel: str) -> tuple[Recipient, ...]:
        """Return the companies through which messages of this channel pass."""
        return tuple(row for row in self.recipients.values() if channel in row.channels)

    @property
    def contact_mail(self) -> str:
        """The address that the policy names for questions."""
        return next(box.address for box in self.mail if box.address and "contact" in box.used_for)

    @property
    def mailboxes(self) -> tuple[str, ...]:
        """Every published address that can receive mail; requests about data are read in all of them."""
        return tuple(dict.fromkeys(box.address for box in self.mail if box.address))
