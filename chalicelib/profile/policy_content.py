"""Makes the content of the policy page from an operator profile. Every row of the profile under which something happens
appears on the page.

A section is `{"id", "title", "blocks"}`. A block is a paragraph (`text`), a list (`items`), a phrase to copy into a
mail (`phrase`, with its `language`) or a table (`head`, `rows`; the first column is the row's heading).
"""

from collections.abc import Callable, Iterable
from typing import Any

from chalicelib.channels import registry
from chalicelib.core.clock import BACKUP_DAYS, OPENED_HOURS
from chalicelib.core.detect_language import detect
from chalicelib.core.languages import Language
from chalicelib.core.law_citation import cite
from chalicelib.core.texts import catalogue, policy_msg, show_date, term_text
from chalicelib.profile import policy_words as words
from chalicelib.profile.model import Category, Profile, ProfileError, Recipient, Retention

Block = dict[str, Any]
Tell = Callable[[str], str]


def policy_content(profile: Profile, language: Language) -> dict[str, Any]:
    """Return title, summary and sections in one language. Raises ProfileError for an id without a name.

    What the profile says of a channel that the desk does not have yet is left out: the page says what happens.
    """
    tell = catalogue("policy", language).gettext
    try:
        sections = [
            _section("company", tell("Who answers for the data"), _company(profile, tell, language)),
            _section("scope", tell("To what this policy applies"), _scope(profile, tell)),
            _section("data", tell("Which data, what for, how long"), _data(profile, tell, language)),
            _section("purposes", tell("What we use data for"), _purposes(profile, tell)),
            _section("grounds", tell("On what ground"), _grounds(profile, tell)),
            _section("recipients", tell("Who else receives data"), _recipients(profile, tell, language)),
            _section("retention", tell("How long we keep it"), _retention(profile, tell, language)),
            _section("protection", tell("How we protect data"), _protection(profile, tell)),
            _section("rights", tell("Your rights and our terms"), _rights(profile, tell, language)),
            _section("requests", tell("How to ask us"), _requests(profile, tell)),
            _section("destruction", tell("How we destroy data"), _destruction(profile, tell)),
            _section("changes", tell("Changes of this policy"), _changes(profile, tell, language)),
        ]
    except KeyError as error:
        raise ProfileError(f"{profile.name}: {error} has no name in policy_words.py; add one.") from None
    return {"title": tell("Personal data policy"), "summary": _summary(profile, tell), "sections": sections}


def _summary(profile: Profile, tell: Tell) -> str:
    said = [
        tell("We read what you write to us only to help you. We send no advertising on WhatsApp and Telegram.")
        if profile.served
        else tell("This service receives no messages of customers yet."),
        tell(
            "When you withdraw consent, data is destroyed everywhere in our systems, in backups too, and you get a"
            " certificate that anyone you show it to can check."
        ),
    ]
    return " ".join(said)


def _section(identity: str, title: str, blocks: Iterable[Block]) -> dict[str, Any]:
    return {"id": identity, "title": title, "blocks": list(blocks)}


def _company(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    operator, officer = profile.operator, profile.officer
    unknown = tell("not stated yet")
    named = ", ".join(filter(None, (officer.name, officer.contact)))
    facts = [
        tell("Company: {company} ({brand}, {service})").format(
            company=operator.company[language], brand=operator.brand[language], service=operator.service[language]
        ),
        tell("Country: {country}").format(country=tell(words.COUNTRIES[operator.country])),
        tell("BIN: {bin}").format(bin=operator.bin or unknown),
        tell("Address: {address}").format(address=operator.address or unknown),
        tell("Website: {website}").format(website=operator.website),
        tell("Who is responsible for the protection of data: {officer}").format(officer=named or unknown),
        tell("Questions about data: {mail}").format(mail=profile.contact_point),
        tell("Source: {source}").format(source=_source(operator.clause, False, tell)),
    ]
    if operator.agreement_url:
        facts.insert(-1, tell("User agreement: {url}").format(url=operator.agreement_url))
    note = tell(
        "Clauses (cl.) are those of the policy that the company published before this page."
        " What that policy did not name is marked “added”."
    )
    return [{"items": facts}, {"text": note}]


def _scope(profile: Profile, tell: Tell) -> list[Block]:
    said = [
        tell(words.SCOPES[one]) for one in profile.policy.scope if one not in profile.channels or one in profile.served
    ]
    off = [one for one in registry.SERVED_IDS if one not in (*profile.served, *profile.waiting)]
    blocks: list[Block] = [{"items": said}]
    if off:
        names = ", ".join(tell(words.CHANNELS[one]) for one in off)
        blocks.append(
            {"text": tell("Messages on {channels} are not taken: nothing of them is stored.").format(channels=names)}
        )
    notice = profile.residency.notice
    if notice and profile.waiting:
        waits = tell(
            "Messages on {channels} are not taken yet, and nothing of them is stored: they would pass companies abroad,"
            " and before that we must notify the authorised body ({source})."
        )
        names = ", ".join(tell(words.CHANNELS[one]) for one in profile.waiting)
        blocks.append({"text": waits.format(channels=names, source=_source(notice.clause, False, tell))})
    for row in profile.outside.values():
        way = tell("The company's people also use this way; this service stores nothing of it: {way} ({source}).")
        blocks.append(
            {"text": way.format(way=tell(words.OUTSIDE[row.id]), source=_source(row.clause, row.added, tell))}
        )
    return [*blocks, {"text": tell("Source: {source}").format(source=_source(profile.policy.clause, False, tell))}]


def _data(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    head = [tell("Data"), tell("What for"), tell("Ground"), tell("Term"), tell("Source")]
    rows = [
        [
            tell(words.CATEGORIES[row.id]),
            _list(words.PURPOSE_NAMES, [one for one in row.purposes if profile.live(profile.purposes[one])], tell),
            _list(words.GROUND_NAMES, [one for one in row.grounds if profile.live(profile.grounds[one])], tell),
            _term(profile.retention[row.retention], tell, language),
            _source(row.clause, row.added, tell),
        ]
        for row in _categories(profile)
    ]
    return [{"head": head, "rows": rows}]


def _categories(profile: Profile) -> list[Category]:
    return [row for row in profile.categories.values() if profile.live(row)]


def _served(profile: Profile, channels: Iterable[str]) -> list[str]:
    return [one for one in channels if one in profile.served]


def _purposes(profile: Profile, tell: Tell) -> list[Block]:
    rows = [
        [
            tell(words.PURPOSE_NAMES[row.id]),
            tell(words.PURPOSES[row.id]),
            _list(words.CHANNELS, _served(profile, row.channels), tell) or tell("no messages are sent for it"),
            _source(row.clause, row.added, tell),
        ]
        for row in profile.purposes.values()
        if profile.live(row)
    ]
    return [
        {"text": tell("A message leaves only on the channels named beside its purpose.")},
        {"head": [tell("Purpose"), tell("What it is"), tell("Channels"), tell("Source")], "rows": rows},
    ]


def _grounds(profile: Profile, tell: Tell) -> list[Block]:
    rows = [
        [tell(words.GROUND_NAMES[row.id]), tell(words.GROUNDS[row.id]), _source(row.clause, row.added, tell)]
        for row in profile.grounds.values()
        if profile.live(row)
    ]
    said: list[Block] = [{"text": tell(words.CONSENT[profile.consent.mode])}] if profile.served else []
    return [*said, {"head": [tell("Ground"), tell("What it is"), tell("Source")], "rows": rows}]


def _recipients(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    held = [row.id for row in _categories(profile)]
    rows = [
        [
            row.name,
            tell(words.COUNTRIES[row.country]),
            "; ".join(
                filter(
                    None,
                    [
                        tell(words.ROLES[row.role]),
                        _list(words.CHANNELS, _served(profile, row.channels), tell),
                        tell(words.SEES[row.sees]),
                    ],
                )
            ),
            _list(words.CATEGORIES, [one for one in row.data if one in held], tell),
            _assured(row, profile.residency.required, tell),
            _source(row.clause, row.added, tell),
        ]
        for row in sorted(_named(profile), key=lambda one: (one.country != profile.residency.required, one.country))
    ]
    abroad = any(row.country != profile.residency.required and row.role != "website" for row in _named(profile))
    blocks: list[Block] = []
    heads = [tell("Company"), tell("Country"), tell("Role"), tell("Data")]
    if rows:
        blocks += [
            {"text": tell("Only those without whom a message would not arrive or be kept, and only what they need.")},
            {"text": tell("They stand here by country, those in our own country first.")},
            {"head": [*heads, tell("Contract and protection"), tell("Source")], "rows": rows},
        ]
    else:
        blocks.append({"text": tell("Nobody else receives data.")})
    if abroad:
        blocks.append({"text": tell(words.CROSS_BORDER[profile.residency.cross_border])})
    return [
        *blocks,
        *_residency(profile, tell, language),
        {"text": tell("We give data to nobody else, unless the law obliges us, and publish none of it.")},
        {"text": tell("Source: {source}").format(source=_source(profile.residency.clause, False, tell))},
    ]


def _assured(row: Recipient, home: str, tell: Tell) -> str:
    """Return by which contract a recipient is bound, what protects data in its country, where that is abroad, how it
    handles data, and what is asked of it after a withdrawal."""
    unknown = tell("not stated yet")
    said = [tell("Contract: {contract}").format(contract=row.contract or unknown)]
    if row.country != home:
        said.append(tell("Protection of data there: {adequacy}").format(adequacy=row.adequacy or unknown))
    if row.information:
        said.append(tell("How it handles data: {url}").format(url=row.information))
    if row.on_withdrawal:
        what = tell(words.ON_WITHDRAWAL[row.on_withdrawal])
        said.append(tell("After a withdrawal the company asks it: {what}").format(what=what))
    return "; ".join(said)


def _named(profile: Profile) -> list[Recipient]:
    return [row for row in profile.recipients.values() if not row.channels or _served(profile, row.channels)]


def _residency(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    """Say where data is stored, and by whose decision where that is not the country that the law wants."""
    residency = profile.residency
    country = tell(words.COUNTRIES[residency.required])
    abroad = sorted(
        {row.country for row in profile.recipients.values() if row.role == "hosting"} - {residency.required}
    )
    if not abroad:
        return [{"text": tell("Data is stored in this country: {country}.").format(country=country)}]
    stores = ", ".join(tell(words.COUNTRIES[code]) for code in abroad)
    said = tell("Data is stored, encrypted, in these countries: {countries}. The law wants it in this one: {country}.")
    blocks: list[Block] = [{"text": said.format(countries=stores, country=country)}]
    if residency.decision:
        decided = tell("The company decided so on {date} ({by}). Reason: {reason}")
        date = show_date(language, residency.decision.date)
        reason = residency.decision.reason[language]
        blocks.append({"text": decided.format(date=date, by=residency.decision.by, reason=reason)})
    return blocks


def _retention(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    held = _categories(profile)
    rows = [
        [
            _term(row, tell, language),
            _list(words.CATEGORIES, [one.id for one in held if one.retention == row.id], tell),
            _source(row.clause, row.added, tell),
        ]
        for row in profile.retention.values()
        if any(one.retention == row.id for one in held)
    ]
    blocks: list[Block] = [{"head": [tell("Term"), tell("Data"), tell("Source")], "rows": rows}]
    if profile.served:
        tickets = tell(
            "A request closes by itself: solved, after {solved} days; without messages, after {idle} days."
            " Your message within {reopen} days opens a solved one again, and the term is counted anew."
        ).format(
            solved=profile.tickets.solved_close_days,
            idle=profile.tickets.idle_close_days,
            reopen=profile.tickets.reopen_days,
        )
        blocks.append({"text": tickets})
    traces = tell(
        "The certificate of a destruction, and a mark by which a backup cannot bring the data back, are kept without"
        " an end: both name nobody."
    )
    ends = tell("A withdrawal of consent ends every term that rests on consent.")
    return [*blocks, {"text": ends}, *_retained(profile, tell, language), {"text": traces}]


def _retained(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    """Say what may be kept all the same, outside of this service or in it, on which ground and for how long at the
    longest."""
    if not profile.served:
        return []
    outside = tell(
        "After a withdrawal the company may keep what follows, outside of this service, when two of its people decide"
        " so in your case. You are told what, why and until when, and the certificate says it."
    )
    here = tell(
        "After a withdrawal this service may keep of what follows what two people of the company decide in your case."
        " It is sealed anew: only two of them together can open it, and on its day it is destroyed by itself. You are"
        " told what, why and until when, and the certificate says it. Everything else is destroyed."
    )
    said = [("company", outside), ("desk", here)]
    return [block for by, text in said for block in _kept_by(by, text, profile, tell, language)]


def _kept_by(by: str, said: str, profile: Profile, tell: Tell, language: Language) -> list[Block]:
    rows = [
        [
            _list(words.CATEGORIES, row.categories, tell),
            tell(words.RETAINED_ON[row.id]),
            term_text(language, row.term, row.unit),
            _source(row.clause, row.added, tell),
        ]
        for row in profile.retain.values()
        if row.by == by
    ]
    if not rows:
        return []
    head = [tell("Data"), tell("Ground"), tell("At the longest, from your request"), tell("Source")]
    return [{"text": said}, {"head": head, "rows": rows}]


def _protection(profile: Profile, tell: Tell) -> list[Block]:
    """Name the measures that the desk takes (art. 22 and 25 of Law 94-V)."""
    measures = [
        tell("Messages, names and addresses are encrypted before they are stored;"
             " each person's with a key of its own."),
        tell("The program that receives messages can store them and cannot read them."),
        tell("Our operators sign in by name, sign an undertaking of confidentiality first, and see what their role lets"
             " them see."),
        tell("Who opened or changed a conversation is recorded."),
        tell("Connections are encrypted (HTTPS). Our pages hold no trackers."),
        tell("Backups expire after {days} days.").format(days=BACKUP_DAYS),
    ]  # fmt: skip
    if profile.need_to_know and profile.served:
        needed = tell(
            "Your conversation is open to those of our people alone who need it for their work: the team that answers"
            " it, the colleague who has it, supervisors and those who protect data. Another operator opens it only with"
            " a reason, which is recorded, for {hours} hours. Administrators cannot open it ({source})."
        )
        source = _source(profile.need_to_know.clause, profile.need_to_know.added, tell)
        measures.insert(3, needed.format(hours=OPENED_HOURS, source=source))
    return [{"items": measures}]


def _rights(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    rights = [
        tell("to know what is held about you and to get a copy;"),
        tell("to correct it;"),
        tell("to have it blocked or destroyed when it is processed unlawfully;"),
        tell("to decline news and offers;"),
        tell("to object to a decision made by a program alone;"),
        tell("to withdraw consent, unless the law forbids it or an obligation is still open;"),
        tell("to take back a part of it, the consent to a transfer abroad, and to give it later;"),
        tell("to complain to the authorised body or a court."),
    ]
    head = [tell("What we do"), tell("Within"), tell("Source")]
    body = tell("The authorised body: {name}, {address}, {url}").format(
        name=profile.authority.name[language], address=profile.authority.address[language], url=profile.authority.url
    )
    return [
        {"text": tell("You have the right:")},
        {"items": rights},
        {"text": body},
        {"text": tell("This service keeps these terms:")},
        {"head": head, "rows": _terms_of(profile, "desk", tell)},
        {"text": tell("These terms bind the people of the company; this service does not count them yet:")},
        {"head": head, "rows": _terms_of(profile, "company", tell)},
    ]


def _terms_of(profile: Profile, doer: str, tell: Tell) -> list[list[str]]:
    return [
        [tell(words.DUTIES[name]), tell(words.UNITS[row.unit]).format(term=row.term), _source(row.source, False, tell)]
        for name, row in profile.deadlines.items()
        if row.by == doer
    ]


def _requests(profile: Profile, tell: Tell) -> list[Block]:
    blocks: list[Block] = []
    if profile.served:
        names = ", ".join(tell(words.CHANNELS[one]) for one in profile.served)
        said = tell(
            "Write one of these phrases, in any of the languages, in the chat in which you write to us ({channels})."
        )
        blocks.append({"text": said.format(channels=names)})
        for name, phrases in profile.phrases.items():
            blocks.append({"text": tell(words.MARKINGS[name])})
            blocks += [{"phrase": phrase, "language": detect(phrase)} for phrase in phrases]
    ways = [
        "; ".join(
            filter(
                None,
                [
                    tell(words.CONTACTS[one.kind]).format(address=one.published),
                    ", ".join(tell(words.USES[use]) for use in one.used_for),
                    tell("cannot be reached as printed") if one.broken and one.kind != "post" else "",
                    _source(one.clause, one.added, tell),
                ],
            )
        )
        for one in profile.contacts
    ]
    published = tell(
        "The company has published these ways to ask. Its people read what arrives there, this service does not:"
    )
    blocks += [{"text": published}, {"items": ways}]
    if profile.served:
        entered = tell(
            "A written application is entered by a colleague; your terms count from the day on which it arrived."
        )
        identity = tell(
            "We ask you to confirm that it is you, in the chat from which you wrote, before anything is done. When you"
            " cannot be asked there, two of our people check who you are and decide."
        )
        blocks += [{"text": entered}, {"text": identity}]
    return blocks


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
        {"text": tell("Copies in your own phone, and at those who carried the messages, are out of our reach.")},
    ]


def _changes(profile: Profile, tell: Tell, language: Language) -> list[Block]:
    versions = tell("This is version {version} of {date}. Earlier versions stay available by their number.").format(
        version=profile.policy.version, date=show_date(language, profile.policy.published)
    )
    accepted, days = profile.policy.accepted_by, profile.policy.accepted_by.after_days
    by_button = tell("A new version is announced to you where you write to us, and you accept it by a button.")
    by_use = tell(
        "Whoever goes on writing {days} days after the announcement accepts it, too, unless it reaches further."
    ).format(days=days)
    asked = [{"text": one} for one in (by_button, *([by_use] if days else ())) if profile.served]
    held = tell("A new version applies from the day of its publication on this page.")
    return [
        {"text": versions},
        *(asked if accepted.button else [{"text": held}]),
        {"text": tell("Public address: {url}").format(url=profile.policy.url)},
        {"text": tell("Source: {source}").format(source=_source(accepted.clause, False, tell))},
    ]


def _term(row: Retention, tell: Tell, language: Language) -> str:
    if row.until_withdrawal:
        return tell(words.UNTIL_WITHDRAWAL).format(days=row.review_days)
    term = tell(words.TERMS[row.event]).format(term=term_text(language, row.term, row.unit))
    return tell(words.ANONYMISED).format(term=term) if row.at_end == "anonymise" else term


def _list(names: Any, ids: Iterable[str], tell: Tell) -> str:
    return "; ".join(tell(names[identity]) for identity in ids)


def _source(clause: str, added: bool, tell: Tell) -> str:
    """Return a citation for people, with the mark of what the company's own document lacks."""
    mark = tell("added")  # outside the f-string, where the extraction of texts for translation finds it
    return cite(clause, tell, policy_msg("cl. {clause}")) + (f" ({mark})" if added else "")
