"""What several fields of an operator profile must fit together, so that the policy never promises ahead of the code.

Each rule yields a field, what is wrong with it, and what to do. build.py calls the rules of a row when it has read it;
no function imports this module.
"""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.channels import registry
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.normal import same_phrase
from chalicelib.core.purposes import MAILED
from chalicelib.profile.forms import KEPT_BY_THE_DESK
from chalicelib.profile.model import (
    AcceptedBy,
    ConsentTerms,
    NeedToKnow,
    Profile,
    Purpose,
    Residency,
    Retain,
    Retention,
    Row,
)

Wrong = Iterator[tuple[str, str]]
DECIDED_BY = 2
"""How many colleagues make a decision about a request."""
KEEPABLE = frozenset(
    {
        *("message_text", "message_metadata", "ticket_data", "organisation"),
        *(kind.category for kind in registry.KINDS_OF_ADDRESS.values() if kind.category),
        *(category for one in registry.CHANNELS for category in one.names.values()),
    }
)
"""Categories of which the desk can keep data, sealed anew, after a destruction: names, addresses, texts, metadata of
messages and tickets, and no files."""
LONGEST = KeptFor(5, "years")
"""No term may be longer: a term that never ends is none (art. 12 of Law 94-V)."""
MOST_HOURS_TO_THINK = 72
MOST_DAYS_HELD = 30
"""What is held unread is destroyed after that many days at the latest; providers hand out files for no longer."""
MOST_DAYS_AHEAD = 366
"""No policy is published later than that: a mistyped year would put off its day for ever."""
LAW = {
    "stop_processing": (15, "working"),
    "correct": (1, "working"),
    "block": (1, "working"),
    "destroy_unlawful": (1, "working"),
    "breach_notice": (1, "working"),
    "answer": (3, "working"),
    "objection": (3, "working"),
    "transfer_notice": (10, "working"),
    "authority": (10, "calendar"),
}
"""The law's own terms (docs/legal.md). A company may promise to be quicker, never slower."""
NEEDED = ("ticket", "contact", "consent", "request", "fence", "log", "staff", "unreadable")
"""Classes of retention that code asks for by name."""
OF_AGREEMENTS = ("ticket", "contact")
"""Classes that may count from the end of a person's agreement with the company."""
_BY_MAIL = frozenset(one.id for one in registry.CHANNELS if one.mailings)
"""The channels by which mailings leave."""
_OWN = re.compile(r"[A-Z][0-9]+(\.[0-9]+)?")
_OTHERS = re.compile(r"94-V art\. [0-9]+(-[0-9]+)?(\([0-9]+\))*|Rules [0-9]+|own rule")


def _purpose(row: Purpose) -> Wrong:
    if {*row.channels} & {*(closed := [one.id for one in registry.CHANNELS if row.id in one.never])}:
        names = " or ".join(registry.channel(one).name for one in closed)
        yield "channels", f"{row.id} never leaves on {names}; take them out"


def _retention(row: Retention) -> Wrong:
    counted = not row.until_withdrawal and row.event != "not_held"
    for name, number, wanted in (("term", row.term, counted), ("review_days", row.review_days, row.until_withdrawal)):
        if wanted and not number:
            yield name, "the field is missing; write a whole number of at least 1"
        if number and not wanted:
            yield name, "this field says nothing here; remove it"
    if row.term and row.kept.after(0) > LONGEST.after(0):
        yield "term", "longer than five years; the law wants a term that ends with its purpose"


def _retain(row: Retain) -> Wrong:
    if row.persons != DECIDED_BY:
        yield "persons", f"not built yet otherwise: every decision takes {DECIDED_BY}; write {DECIDED_BY}"
    if row.longest.after(0) > LONGEST.after(0):
        yield "term", "longer than five years; the law wants a term that ends with its purpose"


def _residency(row: Residency) -> Wrong:
    if row.promised and row.decision:
        yield "decision", "the company's own policy promises the country, so no decision departs from it; remove it"


def _accepted_by(row: AcceptedBy) -> Wrong:
    if row.after_days and not row.needs_use:
        yield "needs_use", "silence alone proves no consent (art. 8(1) of Law 94-V); write true"
    if row.after_days and not row.button:
        yield "button", "a version that reaches further is accepted by the button alone (art. 7(1)); write true"


def _consent(row: ConsentTerms) -> Wrong:
    if (row.mode == "explicit") != bool(row.hold_days):
        yield "hold_days", "in the mode explicit, and in no other, a message is held: write for how many days"
    if row.hold_days > MOST_DAYS_HELD:
        yield "hold_days", f"nothing is held unread for longer than {MOST_DAYS_HELD} days; write fewer"


def _need_to_know(row: NeedToKnow) -> Wrong:
    for language in LANGUAGES:
        names = [same_phrase(one.names[language]) for one in row.teams.values()]
        if len({*names}) < len(names):
            yield "teams", f"two teams have one name in {language}; a colleague must tell them apart"


def _profile(profile: Profile) -> Wrong:
    for rule in (
        _languages, _published, _ways_to_ask, _channels, _purposes, _clauses, _markings, _terms, _abroad, _built,
    ):  # fmt: skip
        yield from rule(profile)


def _languages(profile: Profile) -> Wrong:
    if {*profile.languages} != {*LANGUAGES}:
        yield "languages", "each of kk, ru and en is wanted; write all three in your order"


def _published(profile: Profile) -> Wrong:
    latest = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=MOST_DAYS_AHEAD)
    if profile.policy.published > latest:
        yield "policy.published", "more than a year ahead; write the day on which this version is published"


def _ways_to_ask(profile: Profile) -> Wrong:
    for use, what in (("withdrawal", "withdraw consent"), ("contact", "ask about data")):
        known = any(use in one.used_for and (one.address or one.kind == "post") for one in profile.contacts)
        if not known and (use == "withdrawal" or profile.served):
            yield "contacts", f"no way that works is published to {what}; add {use!r} to used_for of one"
    for number, one in enumerate(profile.contacts, 1):
        if bool(one.address) == bool(one.broken):
            yield f"contacts[{number}]", "either it works and has an address, or say in `broken` why it does not"
        if one.kind == "mail" and one.address and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", one.address):
            yield f"contacts[{number}].address", "this is not a mail address; write one, or leave the text empty"


def _channels(profile: Profile) -> Wrong:
    for one in registry.SERVED:
        on = profile.admits(one.id)
        asleep = one.id in profile.waiting or any(_not_asked_for(profile))
        if on and one.id not in profile.policy.scope and asleep:
            continue  # until the authorised body is told, or the desk can ask for consent in this way
        if on != (one.id in profile.policy.scope):
            said = "on under [channels] and not in the scope" if on else "in the scope and off under [channels]"
            yield "policy.scope", f"{one.id} is {said}; make them agree"
        if on and not one.page and not any(row.role == "delivery" for row in profile.carriers(one.id)):
            yield "recipients", f"nobody carries the messages of {one.id}; add the recipient, or switch it off"
    for number, row in enumerate(profile.recipients.values(), 1):
        if row.role == "delivery" and not row.channels:
            yield f"recipients[{number}].channels", "who delivers does so on a channel; name it"


def _purposes(profile: Profile) -> Wrong:
    used = {purpose for row in profile.categories.values() for purpose in row.purposes}
    on = [one for one, row in profile.channels.items() if row.state == "on"]
    for number, row in enumerate(profile.purposes.values(), 1):
        where = f"purposes[{number}].channels"
        if closed := sorted({*row.channels} - {*on}):
            yield where, f"{closed[0]} is off under [channels]; take it out"
        if not row.channels and row.id not in used:
            yield where, f"{row.id} has no channel and no category of data; remove the purpose"
        if row.id in ("support", "status", "rights") and (missing := sorted({*on} - {*row.channels})):
            yield where, f"{missing[0]} is on, and {row.id} must be able to leave by it; add it"
        if row.consent and row.id not in MAILED:
            yield f"purposes[{number}].consent", f"not built yet for {row.id}; mailings are {' and '.join(MAILED)}"
        if row.consent and (closed := sorted({*row.channels} - _BY_MAIL)):
            yield where, f"{row.id} says under each message how to end it, which {closed[0]} cannot; take it out"
        if row.id in MAILED and row.consent != "opt_in":
            yield f"purposes[{number}].consent", f'{row.id} wants a consent of its own; write "opt_in"'


def _clauses(profile: Profile) -> Wrong:
    document = profile.policy.document
    known = {f"{document.letter}{one}" for one in document.clauses}
    for where, clause in cited(profile):
        for part in clause.split(", "):
            if _OWN.fullmatch(part) and part not in known:
                yield where, f"the document has no clause {part}; name one that it has"
            if not _OWN.fullmatch(part) and not _OTHERS.fullmatch(part):
                yield where, f"{part!r} is no source; write a clause, an article such as 94-V art. 8(7), or own rule"


def cited(profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield every clause or source that the profile cites, with its field."""

    def walk(value: object, where: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, Row):
            for name, one in vars(value).items():
                path = f"{where}.{name}" if where else name
                if name in ("clause", "source"):
                    yield path, str(one)
                else:
                    yield from walk(one, path)
        elif isinstance(value, Mapping):
            for number, (name, one) in enumerate(value.items(), 1):
                yield from walk(one, f"{where}[{number}]" if hasattr(one, "id") else f"{where}.{name}")
        elif isinstance(value, tuple):
            for number, one in enumerate(value, 1):
                yield from walk(one, f"{where}[{number}]")

    return walk(profile, "")


def _markings(profile: Profile) -> Wrong:
    seen: dict[str, str] = {}
    for row in profile.markings:
        if seen.setdefault(same_phrase(row.text), row.kind) != row.kind:
            yield "markings", f"{row.text!r} stands for two kinds; let it mean one"


def _terms(profile: Profile) -> Wrong:
    for needed in NEEDED:
        if needed not in profile.retention or not profile.retention[needed].term:
            yield "retention", f"the class {needed!r} with a term is missing; add it"
    for name, row in profile.deadlines.items():
        where = f"deadlines.{name}"
        if name in LAW and (row.unit != LAW[name][1] or row.term > LAW[name][0]):
            term, unit = LAW[name]
            yield where, f"the law's term is {term} ({unit} days); write it or a shorter one"
        if (row.by == "desk") != (name in KEPT_BY_THE_DESK):
            doer = "desk" if name in KEPT_BY_THE_DESK else "company"
            yield f"{where}.by", f'not built yet otherwise; write "{doer}"'
    if profile.deadlines["grace"].unit != "hours" or profile.deadlines["grace"].term > MOST_HOURS_TO_THINK:
        yield "deadlines.grace", f"the time to think again is at most {MOST_HOURS_TO_THINK} hours; write hours"
    alarm, end = profile.deadlines["erasure_alarm"], profile.deadlines["stop_processing"]
    if alarm.unit != end.unit or alarm.term >= end.term:
        yield "deadlines.erasure_alarm", "it must come before stop_processing ends; write fewer working days"


def _abroad(profile: Profile) -> Wrong:
    home, notice = profile.residency.required, profile.residency.notice
    for number, row in enumerate(profile.recipients.values(), 1):
        where = f"recipients[{number}].country"
        if row.country == home or row.role == "website":
            continue
        if notice and profile.awaits_notice:
            yield (
                where,
                (
                    f"{notice.clause} wants a notice to the authorised body before data goes abroad; fill in"
                    " residency.notice, or take the recipient out"
                ),
            )
        if row.role == "hosting" and profile.residency.promised:
            yield where, f"{profile.residency.clause} promises that data is stored in {home}; take the recipient out"


def _not_asked_for(profile: Profile) -> Wrong:
    """Refuse ways of consent for which the desk cannot ask. A tick, and the box that stands for the button of an
    agreement, are given on a page of ours, which must lead to the agreement."""
    mode, elsewhere = (
        profile.consent.mode,
        [one.id for one in registry.SERVED if profile.admits(one.id) and not one.page],
    )
    if mode in ("tick", "agreement") and elsewhere:
        yield "consent.mode", f"{mode!r} is given on a page, and {elsewhere[0]} has none; ask by the mode explicit"
    if mode == "agreement" and not profile.operator.agreement_url:
        yield "operator.agreement_url", "the form must lead to the agreement that is accepted there; write its address"
    if profile.residency.cross_border == "explicit" and profile.consent.mode in ("message", "tick"):
        yield (
            "residency.cross_border",
            f"'explicit' is not built yet with the consent {profile.consent.mode!r}; ask by the mode explicit",
        )


def _built(profile: Profile) -> Wrong:
    """Refuse values that no code obeys yet, where something could happen under them."""
    if not profile.served:
        return
    yield from _not_asked_for(profile)
    for number, recipient in enumerate(profile.recipients.values(), 1):
        if recipient.role in ("partner", "affiliate"):
            apart = "a consent to partners that a person gives and takes back by itself is not built yet"
            yield f"recipients[{number}].role", f"{apart} (art. 24(1)(5)); take {recipient.id} out"
    for number, kept in enumerate(profile.retain.values(), 1):
        for one in kept.categories:
            held = profile.retention[profile.categories[one].retention].event != "not_held"
            if held and kept.by == "company":
                told = f"the desk holds {one} and destroys it; write by = 'desk', or take it out"
                yield f"retain[{number}].categories", told
            if kept.by == "desk" and not (held and one in KEEPABLE):
                yield f"retain[{number}].categories", f"the desk cannot keep {one} after a destruction; take it out"
    classes = {row.retention for row in profile.categories.values() if profile.live(row)}
    for number, row in enumerate(profile.retention.values(), 1):
        if row.at_end == "anonymise" and (row.id, row.event) != ("ticket", "ticket_closed"):
            yield f"retention[{number}].at_end", "not built yet but for tickets that are closed; write destroy"
        ends = row.event == "agreement_ended"
        if row.id == "contact" and ends and profile.retention["ticket"].event != row.event:
            yield f"retention[{number}].event", "not built yet but where tickets count from the agreement, too"
        unbuilt = row.event == "consent_given" or (ends and row.id not in OF_AGREEMENTS)
        if row.id in classes and not row.until_withdrawal and unbuilt:
            yield f"retention[{number}].event", f"{row.event!r} is not built yet; count from an event of a request"


RULES: Mapping[type[Row], Callable[[Any], Wrong]] = {
    AcceptedBy: _accepted_by,
    ConsentTerms: _consent,
    NeedToKnow: _need_to_know,
    Purpose: _purpose,
    Retain: _retain,
    Retention: _retention,
    Residency: _residency,
    Profile: _profile,
}
"""The rules of a row."""
