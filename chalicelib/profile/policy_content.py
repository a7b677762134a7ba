"""Makes the content of the policy page from an operator profile. Every row of the profile appears on the page.

A section is `{"id", "title", "blocks"}`. A block is a paragraph (`text`), a list (`items`), a phrase to copy into a
mail (`phrase`, with its `language`) or a table (`head`, `rows`; the first column is the row's heading).
"""

from collections.abc import Callable, Iterable
from typing import Any

from chalicelib.core.detect_language import detect
from chalicelib.core.languages import Language
from chalicelib.core.law_citation import cite
from chalicelib.core.texts import catalogue, policy_msg, show_date
from chalicelib.profile import policy_words as words
from chalicelib.profile.model import Profile, ProfileError, Retention

Block = dict[str, Any]
Tell = Callable[[str], str]


def policy_content(profile: Profile, language: Language) -> dict[str, Any]:
    """Return title, summary and sections in one language. Raises ProfileError for an id without a name."""
    tell = catalogue("policy", language).gettext
    try:
        sections = [
            _section("company", tell("Who answers for the data"), _company(profile, tell)),
            _section("data", tell("Which data, what for, how long"), _data(profile, tell)),
            _section("purposes", tell("What we use data for"), _purposes(profile, tell)),
            _section("grounds", tell("On what ground"), _grounds(profile, tell)),
            _section("recipients", tell("Who else receives data"), _recipients(profile, tell)),
            _section("retention", tell("How long we keep it"), _retention(profile, tell)),
            _section("rights", tell("Your rights and our terms"), _rights(profile, tell)),
            _section("requests", tell("How to ask us"), _requests(profile, tell)),
            _section("destruction", tell("How we destroy data"), _destruction(profile, tell)),
            _section("changes", tell("Changes of this policy"), _changes(profile, tell, language)),
        ]
    except KeyError as error:
        raise ProfileError(f"{profile.name}: {error} has no name in policy_words.py; add one.") from None
    return {
        "title": tell("Personal data policy"),
        "summary": tell(
            "We read what you write to us only to help you. We send no advertising on WhatsApp and Telegram."
            " When you withdraw consent, data is destroyed everywhere, in backups too, and you get a"
            " certificate that anyone you show it to can check."
        ),
        "sections": sections,
    }


def _section(identity: str, title: str, blocks: Iterable[Block]) -> dict[str, Any]:
    return {"id": identity, "title": title, "blocks": list(blocks)}


def _company(profile: Profile, tell: Tell) -> list[Block]:
    operator = profile.operator
    facts = [
        tell("Company: {company} ({brand}, {service})").format(
            company=operator.company, brand=operator.brand, service=operator.service
        ),
        tell("Country: {country}").format(country=tell(words.COUNTRIES[operator.country])),
        tell("BIN: {bin}").format(bin=operator.bin or tell("not stated yet")),
        tell("Website: {website}").format(website=operator.website),
        tell("Questions about data: {mail}").format(mail=profile.contact_mail),
        tell("Source: {source}").format(source=_source(operator.clause, False, tell)),
    ]
    note = tell(
        "Clauses (cl.) are those of the policy that the company published before this page."
        " What that policy did not name is marked “added”."
    )
    return [{"items": facts}, {"text": note}]


def _data(profile: Profile, tell: Tell) -> list[Block]:
    head = [tell("Data"), tell("What for"), tell("Ground"), tell("Term"), tell("Source")]
    rows = [
        [
            tell(words.CATEGORIES[row.id]),
            _list(words.PURPOSE_NAMES, row.purposes, tell),
            _list(words.GROUND_NAMES, row.grounds, tell),
            _term(profile.retention[row.retention], tell),
            _source(row.clause, row.added, tell),
        ]
        for row in profile.categories.values()
    ]
    return [{"head": head, "rows": rows}]


def _purposes(profile: Profile, tell: Tell) -> list[Block]:
    rows = [
        [
            tell(words.PURPOSE_NAMES[row.id]),
            tell(words.PURPOSES[row.id]),
            _list(words.CHANNELS, row.channels, tell) or tell("no messages are sent for it"),
            _source(row.clause, row.added, tell),
        ]
        for row in profile.purposes.values()
    ]
    return [
        {"text": tell("A message leaves only on the channels named beside its purpose.")},
        {"head": [tell("Purpose"), tell("What it is"), tell("Channels"), tell("Source")], "rows": rows},
    ]


def _grounds(profile: Profile, tell: Tell) -> list[Block]:
    rows = [
        [tell(words.GROUND_NAMES[row.id]), tell(words.GROUNDS[row.id]), _source(row.clause, row.added, tell)]
        for row in profile.grounds.values()
    ]
    return [
        {"text": tell(words.CONSENT[profile.policy.consent])},
        {"head": [tell("Ground"), tell("What it is"), tell("Source")], "rows": rows},
    ]


def _recipients(profile: Profile, tell: Tell) -> list[Block]:
    rows = [
        [
            row.name,
            tell(words.COUNTRIES[row.country]),
            "; ".join(filter(None, [tell(words.ROLES[row.role]), _list(words.CHANNELS, row.channels, tell)])),
            _list(words.CATEGORIES, row.data, tell),
            _source(row.clause, row.added, tell),
        ]
        for row in profile.recipients.values()
    ]
    stores = ", ".join(tell(words.COUNTRIES[code]) for code in profile.residency.allowed)
    return [
        {"text": tell("Only those without whom a message would not arrive or be kept, and only what they need.")},
        {
            "head": [tell("Company"), tell("Country"), tell("Role"), tell("Data"), tell("Source")],
            "rows": rows,
        },
        {"text": tell(words.CROSS_BORDER[profile.residency.cross_border_consent])},
        {"text": tell("Countries where data may be stored: {countries}.").format(countries=stores)},
        {"text": tell("We give data to nobody else, unless the law obliges us, and publish none of it.")},
        {"text": tell("Source: {source}").format(source=_source(profile.residency.clause, False, tell))},
    ]


def _retention(profile: Profile, tell: Tell) -> list[Block]:
    rows = [
        [
            _term(row, tell),
            _list(words.CATEGORIES, [c.id for c in profile.categories.values() if c.retention == row.id], tell),
            _source(row.clause, row.added, tell),
        ]
        for row in profile.retention.values()
    ]
    tickets = tell(
        "A request closes by itself: solved, after {solved} days; without messages, after {idle} days."
        " Your message within {reopen} days opens a solved one again, and the term is counted anew."
    ).format(
        solved=profile.tickets.solved_close_days,
        idle=profile.tickets.idle_close_days,
        reopen=profile.tickets.reopen_days,
    )
    return [
        {"head": [tell("Term"), tell("Data"), tell("Source")], "rows": rows},
        {"text": tickets},
        {"text": tell("A withdrawal of consent ends every term that rests on consent.")},
    ]


def _rights(profile: Profile, tell: Tell) -> list[Block]:
    rows = [
        [
            tell(words.DUTIES[name]),
            tell(words.UNITS[row.unit]).format(term=row.term),
            _source(row.source, False, tell),
        ]
        for name, row in profile.deadlines.items()
    ]
    rights = [
        tell("to know what is held about you and to get a copy;"),
        tell("to correct it;"),
        tell("to have it blocked or destroyed when it is processed unlawfully;"),
        tell("to decline news and offers;"),
        tell("to object to a decision made by a program alone;"),
        tell("to withdraw consent, unless the law forbids it or an obligation is still open;"),
        tell("to complain to the authorised body or a court."),
    ]
    return [
        {"text": tell("You have the right:")},
        {"items": rights},
        {"head": [tell("What we do"), tell("Within"), tell("Source")], "rows": rows},
    ]


def _requests(profile: Profile, tell: Tell) -> list[Block]:
    blocks: list[Block] = [
        {"text": tell("Write a mail whose subject or first line is one of these phrases, in any of the languages.")}
    ]
    for name, phrases in profile.markings.items():
        blocks.append({"text": tell(words.MARKINGS[name])})
        blocks += [{"phrase": phrase, "language": detect(phrase)} for phrase in phrases]
    mail = tell("Mail is read at: {addresses}.").format(addresses=", ".join(profile.mailboxes))
    printed = [
        tell("Printed as {address}: {source}").format(
            address=mailbox.published,
            source=_source(mailbox.clause, False, tell) if mailbox.address else tell("cannot receive mail"),
        )
        for mailbox in profile.mail
    ]
    identity = tell("We ask you to confirm that it is you, in the chat from which you wrote, before anything is done.")
    return [*blocks, {"text": mail}, {"items": printed}, {"text": identity}]


def _destruction(profile: Profile, tell: Tell) -> list[Block]:
    grace = profile.deadlines["grace"]
    return [
        {
            "text": tell(
                "After you confirm, you can change your mind for a while ({term})."
                " Then the key that your data is encrypted with is destroyed, and nobody can read any copy"
                " of it, in backups either."
            ).format(term=tell(words.UNITS[grace.unit]).format(term=grace.term))
        },
        {
            "text": tell(
                "A separate program looks for what might be left. You get a certificate; it becomes final"
                " when the last backup has expired."
            )
        },
        {"text": tell("What the law obliges us to keep is named to you, with its ground and its date.")},
    ]


def _changes(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    versions = tell("This is version {version} of {date}. Earlier versions stay available by their number.").format(
        version=profile.policy.version, date=show_date(language, profile.policy.published)
    )
    return [
        {"text": versions},
        {"text": tell(words.ACCEPTANCE[profile.policy.accepted_by])},
        {"text": tell("Public address: {url}").format(url=profile.policy.url)},
        {"text": tell("Source: {source}").format(source=_source(profile.policy.clause, False, tell))},
    ]


def _term(row: Retention, tell: Tell) -> str:
    if row.until_withdrawal:
        return tell(words.UNTIL_WITHDRAWAL).format(days=row.review_days)
    return tell(words.TERMS[row.event]).format(days=row.days)


def _list(names: Any, ids: Iterable[str], tell: Tell) -> str:
    return "; ".join(tell(names[identity]) for identity in ids)


def _source(clause: str, added: bool, tell: Tell) -> str:
    """Return a citation for people, with the mark of what the company's own document lacks."""
    mark = tell("added")  # outside the f-string, where the extraction of texts for translation finds it
    return cite(clause, tell, policy_msg("cl. {clause}")) + (f" ({mark})" if added else "")
