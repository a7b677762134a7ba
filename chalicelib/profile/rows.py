"""Builds an operator profile from its TOML text, and rejects fields and combinations that do not fit."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from chalicelib.channels import registry
from chalicelib.core.languages import LANGUAGES, Language
from chalicelib.profile.file import Table
from chalicelib.profile.model import (
    CONSENT_WAYS,
    DEADLINES,
    EVENTS,
    MARKINGS,
    REFUSALS,
    Category,
    Deadline,
    Ground,
    Mailbox,
    Operator,
    PolicyTerms,
    Profile,
    ProfileError,
    Purpose,
    Recipient,
    Refusal,
    Residency,
    Retention,
    Tickets,
)


def read_profile(text: str) -> Profile:
    """Return the profile written in this TOML text. Raises ProfileError about the first field that does not fit."""
    try:
        with Table(tomllib.loads(text), "") as top:
            return _profile(top)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"this is not TOML: {error}.") from None


def _profile(top: Table) -> Profile:
    purposes = _by_id(top, "purposes", _purpose)
    grounds = _by_id(top, "grounds", _ground)
    retention = _by_id(top, "retention", _retention)
    categories = _by_id(top, "categories", lambda row: _category(row, purposes, grounds, retention))
    profile = Profile(
        name=top.text("name"),
        languages=cast("tuple[Language, ...]", top.texts("languages", LANGUAGES)),
        operator=_operator(top.table("operator")),
        mail=tuple(_mailbox(row) for row in top.tables("mail")),
        policy=_policy(top.table("policy")),
        tickets=_tickets(top.table("tickets")),
        notice_templates=_templates(top.table("notices")),
        purposes=purposes,
        grounds=grounds,
        refusals=_by_id(top, "refusals", _refusal),
        retention=retention,
        categories=categories,
        recipients=_by_id(top, "recipients", lambda row: _recipient(row, categories)),
        residency=_residency(top.table("residency")),
        deadlines=_deadlines(top.table("deadlines")),
        markings=_markings(top.table("markings")),
    )
    if set(profile.languages) != set(LANGUAGES):
        raise top.wrong("languages", "each of kk, ru and en is wanted; write all three in your order")
    if not any(mailbox.address and "contact" in mailbox.used_for for mailbox in profile.mail):
        raise top.wrong("mail", 'no working address is used for contact; add "contact" to used_for of one')
    for needed in ("ticket", "contact", "consent"):
        if needed not in retention or not retention[needed].days:
            raise top.wrong("retention", f"the class {needed!r} with a number of days is missing; add it")
    return profile


AnyRow = TypeVar("AnyRow", Purpose, Ground, Refusal, Retention, Category, Recipient)


def _by_id(top: Table, key: str, read: Callable[[Table], AnyRow]) -> dict[str, AnyRow]:
    rows: dict[str, AnyRow] = {}
    for table in top.tables(key):
        with table:
            row = read(table)
        if row.id in rows:
            raise table.wrong("id", f"{row.id!r} is used by an earlier row; give each row its own id")
        rows[row.id] = row
    return rows


def _purpose(row: Table) -> Purpose:
    purpose = Purpose(
        id=row.text("id"),
        channels=row.texts("channels", registry.IDS, empty=True),
        clause=row.text("clause"),
        added=row.flag("added"),
    )
    if set(purpose.channels) & set(closed := [one.id for one in registry.CHANNELS if purpose.id in one.never]):
        names = " or ".join(registry.channel(one).name for one in closed)
        raise row.wrong("channels", f"{purpose.id} never leaves on {names}; take them out")
    return purpose


def _ground(row: Table) -> Ground:
    return Ground(id=row.text("id"), clause=row.text("clause"), added=row.flag("added"))


def _refusal(row: Table) -> Refusal:
    return Refusal(id=row.one_of("id", REFUSALS), clause=row.text("clause"), added=row.flag("added"))


def _retention(row: Table) -> Retention:
    until, event = row.flag("until_withdrawal"), row.one_of("event", EVENTS)
    return Retention(
        id=row.text("id"),
        event=event,
        days=0 if until or event == "not_held" else row.number("days"),
        until_withdrawal=until,
        review_days=row.number("review_days") if until else 0,
        clause=row.text("clause"),
        added=row.flag("added"),
    )


def _category(
    row: Table,
    purposes: Mapping[str, Purpose],
    grounds: Mapping[str, Ground],
    retention: Mapping[str, Retention],
) -> Category:
    return Category(
        id=row.text("id"),
        purposes=row.texts("purposes", purposes),
        grounds=row.texts("grounds", grounds),
        retention=row.one_of("retention", retention),
        clause=row.text("clause"),
        added=row.flag("added"),
    )


def _recipient(row: Table, categories: Mapping[str, Category]) -> Recipient:
    return Recipient(
        id=row.text("id"),
        name=row.text("name"),
        country=_country(row, row.text("country"), "country"),
        role=row.one_of("role", ("delivery", "hosting", "website")),
        channels=row.texts("channels", registry.IDS, empty=True),
        data=row.texts("data", categories),
        clause=row.text("clause"),
        added=row.flag("added"),
    )


def _operator(table: Table) -> Operator:
    with table:
        operator = Operator(
            company=table.text("company"),
            brand=table.text("brand"),
            service=table.text("service"),
            website=_https(table, "website"),
            country=_country(table, table.text("country"), "country"),
            bin=table.text("bin", empty=True),
            clause=table.text("clause"),
        )
    if operator.bin and not re.fullmatch("[0-9]{12}", operator.bin):
        raise table.wrong("bin", "a BIN has twelve digits; write them, or leave the text empty")
    return operator


def _mailbox(row: Table) -> Mailbox:
    with row:
        mailbox = Mailbox(
            published=row.text("published"),
            address=row.text("address", empty=True),
            used_for=row.texts("used_for", ("contact", *MARKINGS)),
            clause=row.text("clause"),
        )
    if mailbox.address and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", mailbox.address):
        raise row.wrong("address", "this is not a mail address; write one, or leave the text empty")
    return mailbox


def _policy(table: Table) -> PolicyTerms:
    with table:
        terms = PolicyTerms(
            version=table.text("version"),
            published=table.date("published"),
            url=_https(table, "url"),
            clause=table.text("clause"),
            accepted_by=table.one_of("accepted_by", ("use", "button")),
            consent=table.one_of("consent", CONSENT_WAYS),
        )
    if not re.fullmatch("[0-9][0-9.]{0,9}", terms.version):
        raise table.wrong("version", f'{terms.version!r} is no version; write a number in quotes, such as "2"')
    return terms


def _tickets(table: Table) -> Tickets:
    with table:
        return Tickets(
            idle_close_days=table.number("idle_close_days"),
            solved_close_days=table.number("solved_close_days"),
            reopen_days=table.number("reopen_days"),
        )


def _templates(table: Table) -> dict[str, str]:
    with table:
        return {one.id: table.text(f"{one.id}_template", empty=True) for one in registry.CHANNELS if one.window}


def _residency(table: Table) -> Residency:
    with table:
        return Residency(
            allowed=tuple(_country(table, code, "allowed") for code in table.texts("allowed")),
            cross_border_consent=table.one_of("cross_border_consent", CONSENT_WAYS),
            clause=table.text("clause"),
        )


def _deadlines(table: Table) -> dict[str, Deadline]:
    deadlines = {}
    with table:
        for name in DEADLINES:
            value = table.take(name, dict, "{ term = …, unit = …, source = … }")
            with Table(value, f"deadlines.{name}") as row:
                deadlines[name] = Deadline(
                    term=row.number("term"),
                    unit=row.one_of("unit", ("working", "calendar", "hours")),
                    source=row.text("source"),
                )
    return deadlines


def _markings(table: Table) -> dict[str, tuple[str, ...]]:
    with table:
        return {name: table.texts(name) for name in MARKINGS}


def _country(table: Table, code: str, key: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code):
        raise table.wrong(key, f'{code!r} is not a country; write two capital letters, such as "KZ"')
    return code


def _https(table: Table, key: str) -> str:
    url = table.text(key)
    if not url.startswith("https://"):
        raise table.wrong(key, "an address that begins with https:// is wanted; write it so")
    return url
