"""The operator profile: what a company promised about personal data, as values that the code reads. Pure.

One file `operators/<name>.toml` serves one deployment. A field is declared here and nowhere else: its annotation is a
form of forms.py, by which build.py checks the file, and a field with a default may be left out there. The annotations
are not evaluated when a function runs. docs/profile.md explains every table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.errors import DeskError
from chalicelib.core.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Annotated

    from chalicelib.channels.registry import IDS as CHANNELS
    from chalicelib.core.languages import LANGUAGES, Language
    from chalicelib.profile.forms import (
        CONSENT_WAYS,
        DEADLINES,
        EVENTS,
        LIABILITIES,
        MARKINGS,
        NOTICE_TEMPLATES,
        REFUSALS,
        ROLES,
        UNITS,
        Bin,
        Country,
        Day,
        Https,
        MailAddress,
        Number,
        TemplateName,
        Text,
        Version,
        YesNo,
        each,
        ids,
        maybe_none,
        words,
    )


class ProfileError(DeskError):
    """The profile cannot be used. The message names the field and what to write there."""

    code = "profile"


class Row(Record):
    """Base of the rows below: load.py makes them by their names."""


class Operator(Row):
    """The company responsible for the data (the operator in the sense of the law). `bin` is its business number, or "".

    Here and below, `clause` cites the company's policy document.
    """

    company: Text
    brand: Text
    service: Text
    website: Https
    country: Country
    bin: Bin
    clause: Text


class Mailbox(Row):
    """A published mail address: as printed, and as mail can be sent to it ("" when the printed one is broken)."""

    published: Text
    address: MailAddress
    used_for: Annotated[tuple[str, ...], words(("contact", *MARKINGS))]
    clause: Text


class PolicyTerms(Row):
    """The policy in force. A new version is accepted by writing on (`accepted_by` is "use") or by a button.

    `consent` is given by the first message ("message") or asked for ("explicit").
    """

    version: Version
    published: Day
    url: Https
    clause: Text
    accepted_by: Annotated[str, words(("use", "button"))]
    consent: Annotated[str, words(CONSENT_WAYS)]


class Tickets(Row):
    """Days after which an idle or a solved ticket closes by itself, and for which a message reopens a solved one."""

    idle_close_days: Number
    solved_close_days: Number
    reopen_days: Number


class Purpose(Row):
    """A purpose of processing, and the channels on which messages of this purpose may leave."""

    id: Text
    channels: Annotated[tuple[str, ...], words(CHANNELS), maybe_none]
    clause: Text
    added: YesNo = False


class Ground(Row):
    """A legal ground of processing. `added` marks what the company's own policy document does not name."""

    id: Text
    clause: Text
    added: YesNo = False


class Refusal(Row):
    """A ground on which a request about data may be refused; `id` is one of REFUSALS."""

    id: Annotated[str, words(REFUSALS)]
    clause: Text
    added: YesNo = False


class Retention(Row):
    """How long a class of data is kept: `days` after `event`; or, with `days` 0, until consent is withdrawn, reviewed
    every `review_days`; or not at all (`event` is "not_held")."""

    id: Text
    event: Annotated[str, words(EVENTS)]
    days: Number = 0
    until_withdrawal: YesNo = False
    review_days: Number = 0
    clause: Text
    added: YesNo = False


class Category(Row):
    """A category of personal data. Purposes, grounds and retention are ids of this profile."""

    id: Text
    purposes: Annotated[tuple[str, ...], ids("purposes")]
    grounds: Annotated[tuple[str, ...], ids("grounds")]
    retention: Annotated[str, ids("retention")]
    clause: Text
    added: YesNo = False


class Recipient(Row):
    """A company that receives data: which categories, in which country (ISO code), for which channels."""

    id: Text
    name: Text
    country: Country
    role: Annotated[str, words(ROLES)]
    channels: Annotated[tuple[str, ...], words(CHANNELS), maybe_none]
    data: Annotated[tuple[str, ...], ids("categories")]
    clause: Text
    added: YesNo = False


class Residency(Row):
    """Countries where data may be stored, and how a person consents to a transfer abroad: "message" or "explicit"."""

    allowed: tuple[Country, ...]
    cross_border_consent: Annotated[str, words(CONSENT_WAYS)]
    clause: Text


class Deadline(Row):
    """A term of `term` units; `unit` is "working" (working days of Kazakhstan), "calendar" (days) or "hours"."""

    term: Number
    unit: Annotated[str, words(UNITS)]
    source: Text


class Undertaking(Row):
    """The undertaking of confidentiality: a new `version` is signed anew by everybody; the kinds of liability of which
    its text warns."""

    version: Version
    liabilities: Annotated[tuple[str, ...], words(LIABILITIES), maybe_none]


class Profile(Row):
    """A whole profile. Rows are mapped by id, in the order of the file; a row may name ids of a table above its own."""

    name: Text
    languages: Annotated[tuple[Language, ...], words(LANGUAGES)]
    operator: Operator
    mail: tuple[Mailbox, ...]
    policy: PolicyTerms
    tickets: Tickets
    notices: Annotated[Mapping[str, TemplateName], each(NOTICE_TEMPLATES)]
    purposes: Mapping[str, Purpose]
    grounds: Mapping[str, Ground]
    refusals: Mapping[str, Refusal]
    retention: Mapping[str, Retention]
    categories: Mapping[str, Category]
    recipients: Mapping[str, Recipient]
    residency: Residency
    undertaking: Undertaking
    deadlines: Annotated[Mapping[str, Deadline], each(DEADLINES)]
    markings: Annotated[Mapping[str, tuple[Text, ...]], each(MARKINGS)]

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
