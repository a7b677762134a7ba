"""The operator profile: what a company promised about personal data, as values that the code reads. Pure.

One file `operators/<name>.toml` serves one deployment; `operators/common.toml` holds the rows that every one has. A
field is declared here and nowhere else: its annotation is a form of forms.py, by which build.py checks the file, and a
field with a default may be left out there. The annotations are not evaluated when a function runs. docs/profile.md
explains every table.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from chalicelib.channels import registry
from chalicelib.core.errors import DeskError
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.purposes import RIGHTS
from chalicelib.core.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Annotated

    from chalicelib.channels.registry import IDS as CHANNELS
    from chalicelib.core.languages import LANGUAGES, Language
    from chalicelib.profile.forms import (
        AT_THE_END,
        CONSENT_MODES,
        CONTACTS,
        CROSS_BORDER,
        DEADLINES,
        DOERS,
        EVENTS,
        LIABILITIES,
        MARKINGS,
        NOTICE_TEMPLATES,
        ON_WITHDRAWAL,
        OPT_IN,
        OUTSIDE,
        REFUSALS,
        RETAINED_ON,
        ROLES,
        SCOPES,
        SEES,
        STATES,
        TERM_UNITS,
        UNITS,
        USES,
        Bin,
        Count,
        Country,
        Day,
        HashText,
        Https,
        HttpsOrNone,
        Number,
        TemplateName,
        Text,
        TextOrNone,
        Version,
        Word,
        YesNo,
        each,
        ids,
        maybe_none,
        some,
        words,
    )

    InLanguages = Annotated[Mapping[str, Text], each(LANGUAGES)]
    """A text in each language."""


class ProfileError(DeskError):
    """The profile cannot be used. The message names the field and what to write there."""

    code = "profile"


class Row(Record):
    """Base of the rows below: load.py makes them by their names."""


class Operator(Row):
    """The company responsible for the data (the operator in the sense of the law), its names in each language. `bin` is
    its business number, `address` where a letter reaches it, `agreement_url` the agreement whose part the policy is:
    each "" until the company states it.

    Here and below, `clause` cites the company's policy document.
    """

    company: InLanguages
    brand: InLanguages
    service: InLanguages
    website: Https
    country: Country
    address: TextOrNone
    agreement_url: HttpsOrNone = ""
    bin: Bin
    clause: Text


class Officer(Row):
    """Who answers for the protection of data in the company (art. 25(2)(10) of Law 94-V); "" until it is named."""

    name: TextOrNone
    contact: TextOrNone
    clause: Text
    added: YesNo = False


class Authority(Row):
    """The authorised body, to which a person may complain."""

    name: InLanguages
    address: InLanguages
    url: Https


class Contact(Row):
    """A published way to reach the company: a mail address, a postal address or a page, as printed; `address` is as it
    can be reached, "" when the printed one cannot be, and `broken` says why. `used_for` names what it is published
    for."""

    kind: Annotated[str, words(CONTACTS)]
    published: Text
    address: TextOrNone
    used_for: Annotated[tuple[str, ...], words(USES)]
    broken: TextOrNone = ""
    clause: Text
    added: YesNo = False


class Document(Row):
    """The company's own policy document: the letter before its clauses, the SHA-256 of its text, the languages in which
    it is published, and the numbers of all its clauses."""

    letter: Text
    sha256: HashText
    languages: Annotated[tuple[Language, ...], words(LANGUAGES)]
    clauses: tuple[Text, ...]


class AcceptedBy(Row):
    """How a new version is accepted: by a button, or `after_days` calendar days from its publication (0: at once);
    `needs_use` says that only who goes on using the service accepts by waiting."""

    button: YesNo
    after_days: Count = 0
    needs_use: YesNo = True
    clause: Text


class PolicyTerms(Row):
    """The policy in force, and to what it applies (`scope`: the website, an application, channels)."""

    version: Version
    published: Day
    url: Https
    scope: Annotated[tuple[str, ...], words(SCOPES)]
    document: Document
    accepted_by: AcceptedBy
    clause: Text


class ChannelTerms(Row):
    """Whether the policy admits a channel; one that is not named is off. What arrives on one that is off is verified,
    counted and not stored."""

    state: Annotated[str, words(STATES)]
    clause: Text
    added: YesNo = False


class ConsentTerms(Row):
    """How a person consents: by the first message, or by an act of their own (forms.CONSENT_MODES). In the mode
    "explicit" a message is held, sealed, for `hold_days` until the person has answered."""

    mode: Annotated[str, words(CONSENT_MODES)]
    hold_days: Count = 0
    clause: Text


class Tickets(Row):
    """Days after which an idle or a solved ticket closes by itself, and for which a message reopens a solved one."""

    idle_close_days: Number
    solved_close_days: Number
    reopen_days: Number


class Purpose(Row):
    """A purpose of processing, and the channels on which messages of this purpose may leave. `consent` is "opt_in" for
    one that wants a consent of its own."""

    id: Text
    channels: Annotated[tuple[str, ...], words(CHANNELS), maybe_none]
    consent: Annotated[str, words(OPT_IN)] = ""
    clause: Text
    added: YesNo = False


class Ground(Row):
    """A legal ground of processing, and the channels on which it arises; none: it arises elsewhere. `added` marks what
    the company's own policy document does not name."""

    id: Text
    channels: Annotated[tuple[str, ...], words(CHANNELS), maybe_none] = ()
    clause: Text
    added: YesNo = False


class Refusal(Row):
    """A ground on which a request about data may be refused; `id` is one of REFUSALS."""

    id: Annotated[str, words(REFUSALS)]
    clause: Text
    added: YesNo = False


class Retention(Row):
    """How long a class of data is kept: `term` `unit`s after `event`; or, with `term` 0, until consent is withdrawn,
    reviewed every `review_days`; or not at all (`event` is "not_held"). `at_end` is what happens then."""

    id: Text
    event: Annotated[str, words(EVENTS)]
    term: Number = 0
    unit: Annotated[str, words(TERM_UNITS)] = "days"
    until_withdrawal: YesNo = False
    review_days: Number = 0
    at_end: Annotated[str, words(AT_THE_END)] = "destroy"
    clause: Text
    added: YesNo = False

    @property
    def kept(self) -> KeptFor:
        """The term, as code counts it."""
        return KeptFor(self.term, self.unit, self.event == "agreement_ended")


class Category(Row):
    """A category of personal data. Purposes, grounds and retention are ids of this profile."""

    id: Text
    purposes: Annotated[tuple[str, ...], ids("purposes")]
    grounds: Annotated[tuple[str, ...], ids("grounds")]
    retention: Annotated[str, ids("retention")]
    clause: Text
    added: YesNo = False


class Retain(Row):
    """A ground on which data of these categories is kept after a person's data is destroyed, `by` the company in its
    own systems or by the desk, sealed: `term` `unit`s at the longest from the receipt of the request, decided by so
    many `persons`."""

    id: Annotated[str, words(RETAINED_ON)]
    categories: Annotated[tuple[str, ...], ids("categories")]
    term: Number
    unit: Annotated[str, words(TERM_UNITS)]
    persons: Number
    clause: Text
    by: Annotated[str, words(DOERS)] = "company"
    added: YesNo = False

    @property
    def longest(self) -> KeptFor:
        """The longest term, as code counts it."""
        return KeptFor(self.term, self.unit)


class Recipient(Row):
    """A company that receives data: which categories, in which country (ISO code), for which channels. `sees` says
    whether it can read them or stores what it cannot open; `contract` and `adequacy` (what shows that the data is
    protected there) are "" until the company states them. `information` is where it says how it handles data, "" for
    nowhere; `on_withdrawal` what the company asks of it then, "" for nothing."""

    id: Text
    name: Text
    country: Country
    role: Annotated[str, words(ROLES)]
    channels: Annotated[tuple[str, ...], words(CHANNELS), maybe_none]
    data: Annotated[tuple[str, ...], ids("categories")]
    sees: Annotated[str, words(SEES)]
    contract: TextOrNone = ""
    adequacy: TextOrNone = ""
    information: HttpsOrNone = ""
    on_withdrawal: Annotated[str, words(ON_WITHDRAWAL)] = ""
    clause: Text
    added: YesNo = False


class Outside(Row):
    """A way by which the company's people reach a person outside the desk, which stores nothing of it."""

    id: Annotated[str, words(OUTSIDE)]
    clause: Text
    added: YesNo = False


class Notice(Row):
    """A notice to the authorised body that must precede any transfer abroad: when it was sent, and its number; ""
    until then."""

    sent: TextOrNone
    number: TextOrNone
    clause: Text


class Decision(Row):
    """A decision of the company to store abroad although the law wants the country: who decided, when and why."""

    by: Text
    date: Day
    reason: InLanguages


class Residency(Row):
    """In which country data must be stored (`required`), and whether the company's own policy promises it (`promised`)
    or the law alone demands it: then a `decision` can depart from it. `cross_border` is how a person consents to a
    transfer abroad, `notice` what must precede one."""

    required: Country
    promised: YesNo
    cross_border: Annotated[str, words(CROSS_BORDER)]
    clause: Text
    notice: Notice | None = None
    decision: Decision | None = None


class Deadline(Row):
    """A term of `term` units; `unit` is "working" (working days of Kazakhstan), "calendar" (days) or "hours". `by` says
    whether the desk keeps it, or the company's people outside the desk."""

    term: Number
    unit: Annotated[str, words(UNITS)]
    source: Text
    by: Annotated[str, words(DOERS)] = "desk"


class Marking(Row):
    """A phrase that makes a message, or a mail, a request about data of this kind."""

    kind: Annotated[str, words(MARKINGS)]
    text: Text
    language: Annotated[Language, words(LANGUAGES)]
    clause: Text
    added: YesNo = False


class Undertaking(Row):
    """The undertaking of confidentiality: a new `version` is signed anew by everybody; the kinds of liability of which
    its text warns."""

    version: Version
    liabilities: Annotated[tuple[str, ...], words(LIABILITIES), maybe_none]


class Team(Row):
    """A team of colleagues, and its names. `added` says that the company has not named it yet."""

    id: Word
    names: InLanguages
    added: YesNo = False


class NeedToKnow(Row):
    """Conversations are open to those colleagues alone who need them for their work: each belongs to one of these
    teams, a new one to the first."""

    teams: Mapping[str, Team]
    clause: Text
    added: YesNo = False


class Profile(Row):
    """A whole profile. Rows are mapped by id, in the order of the file; a row may name ids of a table above its own."""

    name: Text
    languages: Annotated[tuple[Language, ...], words(LANGUAGES)]
    operator: Operator
    officer: Officer
    authority: Authority
    contacts: tuple[Contact, ...]
    policy: PolicyTerms
    channels: Annotated[Mapping[str, ChannelTerms], some(CHANNELS)]
    consent: ConsentTerms
    tickets: Tickets
    notices: Annotated[Mapping[str, TemplateName], each(NOTICE_TEMPLATES)]
    purposes: Mapping[str, Purpose]
    grounds: Mapping[str, Ground]
    refusals: Mapping[str, Refusal]
    retention: Mapping[str, Retention]
    categories: Mapping[str, Category]
    retain: Mapping[str, Retain] = MappingProxyType({})
    recipients: Mapping[str, Recipient] = MappingProxyType({})
    outside: Mapping[str, Outside] = MappingProxyType({})
    residency: Residency
    undertaking: Undertaking
    need_to_know: NeedToKnow | None = None
    deadlines: Annotated[Mapping[str, Deadline], each(DEADLINES)]
    markings: tuple[Marking, ...]

    @property
    def served(self) -> tuple[str, ...]:
        """The channels that the policy admits and is about, and the desk has: what arrives on any other is not
        stored."""
        return tuple(one for one in registry.SERVED_IDS if self.admits(one) and one in self.policy.scope)

    def admits(self, channel: str) -> bool:
        """Whether the policy admits a channel; one that the profile does not name is off."""
        row = self.channels.get(channel)
        return row is not None and row.state == "on"

    def allows(self, purpose: str, channel: str) -> bool:
        """Whether a message of this purpose may be sent on this channel; an unknown purpose may not."""
        row = self.purposes.get(purpose)
        return row is not None and channel in row.channels and channel in self.served

    def spoken_to(self, language: str) -> tuple[str, ...]:
        """Return the languages of a text to a person: theirs, or the first two of these while theirs is unknown
        ("")."""
        return (language,) if language else self.languages[:2]

    def late_template(self, channel: str, purpose: str) -> str:
        """Return the name of the template for messages of a purpose that meet the channel's closed reply window: for
        answers about personal data one with a place, for anything else one without; "" for none."""
        return self.notices.get(f"{channel}_rights_template" if purpose == RIGHTS else f"{channel}_template", "")

    def live(self, row: Purpose | Ground | Category) -> bool:
        """Whether something happens under this row today: one of its channels is served, or it needs none. A purpose
        that wants a consent of its own needs one: without a channel nothing is sent for it."""
        if isinstance(row, Purpose) and row.consent:
            return row.id in self.mailed
        if isinstance(row, Category):
            named = [self.purposes[one] for one in row.purposes], [self.grounds[one] for one in row.grounds]
            return all(any(map(self.live, rows)) for rows in named)
        return not row.channels or not {*row.channels}.isdisjoint(self.served)

    @property
    def mailed(self) -> tuple[str, ...]:
        """The purposes of mailings that can leave: each wants a consent of its own."""
        served = {*self.served}
        return tuple(row.id for row in self.purposes.values() if row.consent and not served.isdisjoint(row.channels))

    @property
    def reviewed(self) -> tuple[str, ...]:
        """The classes of retention without a term under which data is held today."""
        held = {row.retention for row in self.categories.values() if self.live(row)}
        return tuple(row.id for row in self.retention.values() if row.until_withdrawal and row.id in held)

    @property
    def anonymises(self) -> bool:
        """Whether tickets whose term is over are counted before they are destroyed."""
        return self.retention["ticket"].at_end == "anonymise"

    @property
    def agreement_terms(self) -> tuple[KeptFor, ...]:
        """The terms that count from the end of a person's agreement, of what is kept of people."""
        terms = (self.retention[one].kept for one in ("ticket", "contact"))
        return tuple(one for one in terms if one.agreement)

    @property
    def teams(self) -> Mapping[str, Team]:
        """The teams to one of which each conversation belongs, by id, a new one to the first; none: everybody who
        answers may open every conversation."""
        return self.need_to_know.teams if self.need_to_know else {}

    def carriers(self, channel: str) -> tuple[Recipient, ...]:
        """Return the recipients through which messages of this channel pass."""
        return tuple(row for row in self.recipients.values() if channel in row.channels)

    def abroad(self, channel: str) -> tuple[Recipient, ...]:
        """Return those of them that stand abroad."""
        return tuple(row for row in self.carriers(channel) if row.country != self.residency.required)

    def transfer(self, channel: str) -> str:
        """Return how people consent to what leaves for a recipient abroad on this channel: by a "message" or an
        "explicit" answer; "": there is none."""
        return self.residency.cross_border if self.abroad(channel) else ""

    @property
    def awaits_notice(self) -> bool:
        """Whether a notice to the authorised body must precede a transfer abroad and is not filled in yet: then nobody
        abroad may be named, and no channel that such a company carries is served."""
        notice = self.residency.notice
        return notice is not None and not (notice.sent and notice.number)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The channels that the desk has and the policy admits, and that wait for that notice: those that somebody
        carries."""
        served = self.served
        waits = self.awaits_notice
        carried = [one.id for one in registry.SERVED if not one.page]
        return tuple(one for one in carried if waits and self.admits(one) and one not in served)

    @property
    def phrases(self) -> Mapping[str, tuple[str, ...]]:
        """The texts of the markings by their kind."""
        kinds = dict.fromkeys(row.kind for row in self.markings)
        return {kind: tuple(row.text for row in self.markings if row.kind == kind) for kind in kinds}

    @property
    def contact_point(self) -> str:
        """Where a person can ask the company about data: the first published way that works, else its website."""
        ways = (one.address for one in self.contacts if one.address and "contact" in one.used_for)
        return next(ways, self.operator.website)
