"""The five operators, each by what its policy document makes the desk do. What every profile must be is in
test_profile.py, residency in tests/infra/test_residency.py, channels that are off in tests/intake."""

import json
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

import pytest

import chalicelib.profile.operators
from chalicelib.channels import registry
from chalicelib.core.asks import Ask
from chalicelib.core.languages import LANGUAGES, Language
from chalicelib.core.normal import same_phrase
from chalicelib.core.texts import catalogue
from chalicelib.privacy.recognition.recognise_words import asks
from chalicelib.profile import policy_words as words
from chalicelib.profile.build import parse_profile
from chalicelib.profile.check import warnings
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, ProfileError
from chalicelib.profile.policy import build_policy, serving_profiles, why_not_serving
from chalicelib.web.http.routes_and_roles import API, PAGES
from chalicelib.web.public.policy import render_policy
from infra import residency
from tests.support.operators import named_carrier, notified_wadjet, served_by_mail
from tests.support.people import from_amina
from tests.support.project import PROJECT

SOURCES = Path(chalicelib.profile.operators.__path__[0])
WITHDRAWAL_EN = "Withdrawal of consent to the processing of personal data"
UPDATES = {
    "A": "Updating of personal data",
    "C": "Updating personal data",
    "E": "Update of personal data",
    "ru": "Актуализация персональных данных",
    "kk": "Жеке деректерді жаңарту",
}
OPT_OUTS = {
    "A": "Disclaimer of notifications about new products and services and special offers",
    "E": "Refusal to receive notifications about new products and services and special offers",
    "ru": "Отказ от уведомлений о новых продуктах и услугах и специальных предложениях",
    "kk": "жаңа өнімдер мен қызметтер және арнайы ұсыныстар туралы хабарламалардан бас тарту",
}


class Promise(NamedTuple):
    """What one document makes of the desk. `transfer` is how people consent to what leaves for a company abroad on
    the served channels that have one; `markings` are its phrases to the letter, each with kind and clause."""

    company: str
    served: tuple[str, ...]
    later: tuple[str, ...]
    off: tuple[str, ...]
    mode: str
    hold_days: int
    transfer: str
    terms: dict[str, tuple[str, int, str]]
    markings: set[tuple[str, str, str]]
    refused: str


WHEN_CLOSED = {"ticket": ("ticket_closed", 90, "days"), "contact": ("last_ticket_closed", 90, "days")}
WHEN_ENDED = dict.fromkeys(("ticket", "contact"), ("agreement_ended", 3, "years"))
MESSENGERS = ("whatsapp", "telegram")
OPERATORS = {
    "spoint": Promise(
        "Joint", (*MESSENGERS, "email", "form"), (), (), "message", 0, "message", WHEN_CLOSED,
        {("withdrawal", WITHDRAWAL_EN, "A6.6"), ("update", UPDATES["A"], "A6.5"), ("opt_out", OPT_OUTS["A"], "A4.13")},
        "the law wants the data in KZ",
    ),
    "spark": Promise(
        "ТОО «Spark Digital»", ("email", "form"), (), MESSENGERS, "explicit", 7, "explicit", WHEN_CLOSED,
        {
            ("update", UPDATES["ru"], "B6.3"), ("update", UPDATES["kk"], "B6.3"),
            ("opt_out", OPT_OUTS["ru"], "B4.2"), ("opt_out", OPT_OUTS["kk"], "B4.2"),
        },
        "the law wants the data in KZ",
    ),
    "wadjet": Promise(
        "ТОО «Wadjet»", ("form",), ("email",), MESSENGERS, "explicit", 7, "", WHEN_CLOSED,
        {("withdrawal", WITHDRAWAL_EN, "C8.4"), ("update", UPDATES["C"], "C8.3")},
        "C10.1: the authorised body must be told",
    ),
    "smartaqkol": Promise(
        "ТОО «BTS Digital»", (), ("form",), (*MESSENGERS, "email"), "agreement", 0, "", WHEN_ENDED, set(),
        "D2.4, D4.2, 94-V art. 12(2): the company's own policy promises",
    ),
    "rsoftware": Promise(
        "RSoftware", ("email", "form"), (), MESSENGERS, "explicit", 7, "explicit", WHEN_CLOSED,
        {("withdrawal", WITHDRAWAL_EN, "E8.4"), ("update", UPDATES["E"], "E8.3"), ("opt_out", OPT_OUTS["E"], "E6.2")},
        "the law wants the data in KZ",
    ),
}  # fmt: skip
operators = pytest.mark.parametrize("name", OPERATORS)
EVERY_PHRASE = {
    **dict.fromkeys(OPT_OUTS.values(), "opt_out"),
    **dict.fromkeys(UPDATES.values(), "update"),
    WITHDRAWAL_EN: "withdrawal",
    "Отзыв согласия на обработку персональных данных": "withdrawal",
    "Дербес деректерді өңдеуге берілген келісімді қайтарып алу": "withdrawal",
    "Дербес деректерді өңдеуге берілген келісімді кері қайтарып алу": "withdrawal",
}
"""Every operator takes every operator's phrases: a person does not know which of them the company has published."""


def test_every_profile_that_ships_is_here() -> None:
    assert sorted(OPERATORS) == [*serving_profiles()]


@operators
def test_it_starts_and_obeys_what_its_document_says(name: str) -> None:
    profile, said = load_profile(name), OPERATORS[name]
    assert why_not_serving(name) == ""
    assert profile.operator.company["ru"] == said.company
    assert profile.served == said.served
    states = {one: row.state for one, row in profile.channels.items()}
    assert states == {**dict.fromkeys((*said.served, *said.later), "on"), **dict.fromkeys(said.off, "off")}
    asked = profile.consent.mode != "agreement" or bool(profile.operator.agreement_url)
    asleep = {one for one in said.later if one not in registry.SERVED_IDS or one in profile.waiting or not asked}
    assert asleep == {*said.later}, "it is served, and the desk can ask for consent so: say here what happens on it"
    assert (profile.consent.mode, profile.consent.hold_days) == (said.mode, said.hold_days)
    assert {one: profile.transfer(one) for one in profile.served} == {
        one: "" if one == "form" else said.transfer for one in said.served
    }
    kept = {one: (row.event, row.term, row.unit) for one, row in profile.retention.items() if one in said.terms}
    assert kept == said.terms
    assert said.refused in next(residency.why_not(profile, "DE"))


# -- the page


def sections(profile: Profile, language: Language) -> dict[str, str]:
    """The sections of the page, each as one text."""
    made = build_policy(profile).content[language]["sections"]
    return {one["id"]: json.dumps(one, ensure_ascii=False) for one in made}


@operators
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_who_answers_how_data_is_protected_and_where_to_complain(name: str, language: Language) -> None:
    profile, say = load_profile(name), catalogue("policy", language).gettext
    page = sections(profile, language)
    for fact in (profile.operator.company[language], profile.operator.website, say("not stated yet")):
        assert fact in page["company"]
    assert page["protection"].count('", "') >= 5, "six measures"
    for measure in (
        "The program that receives messages can store them and cannot read them.",
        "Who opened or changed a conversation is recorded.",
    ):
        assert say(measure) in page["protection"]
    assert say("to complain to the authorised body or a court.") in page["rights"]
    for fact in (profile.authority.name[language], profile.authority.address[language], profile.authority.url):
        assert fact in page["rights"]
    for one in profile.contacts:
        assert one.published in page["requests"]
    html = render_policy(profile, language)
    assert f'<html lang="{language}">' in html and all(f'id="{one}"' in html for one in page)


@operators
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_to_what_the_policy_applies(name: str, language: Language) -> None:
    profile, say = load_profile(name), catalogue("policy", language).gettext
    text = sections(profile, language)["scope"]
    for one in words.SCOPES:
        applies = one in profile.policy.scope and (one not in profile.channels or one in profile.served)
        assert (json.dumps(say(words.SCOPES[one]), ensure_ascii=False) in text) == applies, one
    assert {*profile.policy.scope} & {*registry.SERVED_IDS} == {*profile.served}
    taken = (*profile.served, *profile.waiting)
    silent = ", ".join(say(words.CHANNELS[one]) for one in registry.SERVED_IDS if one not in taken)
    refused = say("Messages on {channels} are not taken: nothing of them is stored.")
    assert (refused.format(channels=silent) in text) == bool(silent)


@operators
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_the_grounds_under_which_something_happens(name: str, language: Language) -> None:
    profile, say = load_profile(name), catalogue("policy", language).gettext
    text = sections(profile, language)["grounds"]
    for row in profile.grounds.values():
        assert (say(words.GROUNDS[row.id]) in text) == profile.live(row), row.id
    assert profile.live(profile.grounds["law"]), "proofs and requests are kept by law"


# -- the phrases


def typed(phrase: str) -> list[str]:
    """A phrase as people bring it into a chat."""
    quoted = [f"{left}{phrase}{right}" for left, right in ("«»", '""', "“”", "„“")]
    cases = [phrase.upper(), phrase.lower(), phrase.capitalize()]
    signed = [f"{phrase}. Иванов И.И.", f"{phrase}\nАмина Оспанова"]
    return [phrase, *cases, *quoted, phrase.replace(" ", "\u00a0"), f"{phrase} ", f"{phrase}.", f"  {phrase} .\n",
            unicodedata.normalize("NFD", phrase), unicodedata.normalize("NFD", phrase.upper()), *signed]  # fmt: skip


@operators
def test_the_markings_of_the_document_are_known_to_the_letter_and_act_in_the_chat(name: str) -> None:
    profile = load_profile(name)
    own = {(row.kind, row.text, row.clause) for row in profile.markings if not row.added}
    assert own == OPERATORS[name].markings
    for phrase, kind in EVERY_PHRASE.items():
        assert phrase in profile.phrases[kind]
        acts = {asks(from_amina(text, sent_at=1), profile.phrases) for text in typed(phrase)}
        asked = Ask("menu", item="update") if kind == "update" else Ask("withdraw", kinds=(kind,))
        assert acts == {asked}, phrase


@operators
def test_no_phrase_stands_for_two_kinds_or_twice(name: str) -> None:
    phrases = [same_phrase(row.text) for row in load_profile(name).markings]
    assert len(phrases) == len({*phrases}) == len(EVERY_PHRASE)


@operators
def test_a_phrase_that_the_document_lacks_is_marked_added(name: str) -> None:
    profile = load_profile(name)
    letter = profile.policy.document.letter
    assert [row.text for row in profile.markings if row.clause.startswith(letter) == row.added] == []


# -- what stops a start


def with_messenger(name: str) -> str:
    """The file of an operator whose policy names no messenger, as if WhatsApp were switched on."""
    text = (SOURCES / f"{name}.toml").read_text(encoding="utf-8")
    text = re.sub(r'whatsapp = \{ state = "off"', 'whatsapp = { state = "on"', text)
    text = text.replace('scope = ["', 'scope = ["whatsapp", "')
    for purpose in ("support", "status", "rights"):
        text = re.sub(rf'(id = "{purpose}"\nchannels = \[)', r'\1"whatsapp", ', text)
    carrier = (
        '[[recipients]]\nid = "meta"\nname = "Meta"\ncountry = "KZ"\nrole = "delivery"\nchannels = ["whatsapp"]\n'
        'data = ["message_text"]\nsees = "plain"\nclause = "94-V art. 16"\nadded = true\n'
    )
    return f"{text}\n{carrier}"


def test_what_is_missing_stops_the_start_when_a_channel_is_served() -> None:
    with pytest.raises(ProfileError) as refused:
        parse_profile(with_messenger("smartaqkol"), source="smartaqkol.toml")
    field = "contacts: no way that works is published to ask"
    assert refused.value.message.startswith(f"smartaqkol.toml: {field}")


@pytest.mark.parametrize("name", ["spark", "rsoftware"])
def test_who_asks_for_the_transfer_apart_must_ask_before_anything_else(name: str) -> None:
    text = (SOURCES / f"{name}.toml").read_text(encoding="utf-8")
    by_message = text.replace('mode = "explicit"', 'mode = "message"').replace("hold_days = 7", "")
    with pytest.raises(ProfileError, match="residency.cross_border: 'explicit' is not built yet with the consent"):
        parse_profile(by_message)


# -- the notice that must precede a transfer abroad (C10.1)


def test_mail_waits_for_the_notice_and_the_page_says_so() -> None:
    profile = load_profile("wadjet")
    assert (profile.served, profile.waiting) == (("form",), ("email",))
    assert any("until then email is not taken" in one for one in warnings(profile))
    for language in LANGUAGES:
        say = catalogue("policy", language).gettext
        waits = say(
            "Messages on {channels} are not taken yet, and nothing of them is stored: they would pass companies abroad,"
            " and before that we must notify the authorised body ({source})."
        )
        names = say(words.CHANNELS["email"])
        assert waits.format(channels=names, source="")[:-3] in sections(profile, language)["scope"]


def test_nobody_abroad_is_named_before_the_notice_and_mail_is_served_after_it() -> None:
    for change in (named_carrier, lambda text: named_carrier(served_by_mail(text))):
        with pytest.raises(ProfileError, match=r"recipients\[1\].country: C10.1 wants a notice"):
            parse_profile(change((SOURCES / "wadjet.toml").read_text(encoding="utf-8")))
    with pytest.raises(ProfileError, match="recipients: nobody carries the messages of email"):
        parse_profile(served_by_mail((SOURCES / "wadjet.toml").read_text(encoding="utf-8")))
    profile = parse_profile(notified_wadjet())
    assert (profile.served, profile.waiting, profile.transfer("email")) == (("email", "form"), (), "explicit")


# -- what no profile may change


def test_no_route_begins_a_conversation() -> None:
    """What is sent to a person goes through a ticket or a request that they have begun; what else is posted reaches
    nobody. A new route that posts elsewhere is looked at here."""
    reaches_nobody = re.compile(
        r"/(api/v1|dashboard)/(login|logout|sign-in|sign-out|language|undertaking|search|attachments|me/.+|account/.+"
        r"|staff/\{id\}/.+|privacy-requests|privacy-hold|privacy/new|privacy/hold|privacy/review|privacy/transfer"
        r"|retention-reviews)"
        # Mailings reach those who have asked for them; behind these links a person asks for them, or ends it.
        r"|/dashboard/mailings(/\{id\}/(change|test|release|stop))?|/news/(confirm/\{link\}|end/\{token\})"
    )
    theirs = re.compile(
        r"/(api/v1|dashboard)/(tickets|contacts|privacy-requests|privacy)/\{id\}"
        r"|/api/v1/withheld-replies/\{id\}/decision|/dashboard/withheld"  # replies on tickets, approved or returned
    )
    posts = [one.path for one in (*API, *PAGES) if one.method != "GET"]
    assert [path for path in posts if not theirs.match(path) and not reaches_nobody.fullmatch(path)] == []


def test_the_code_knows_the_addresses_of_carriers_and_of_nobody_else() -> None:
    """Providers are called below addresses of settings; no other address of the net stands in the code, and no other
    module makes a connection than the channels'."""
    known = {"https://graph.facebook.com", "https://api.telegram.org"}
    links = {"http://127.0.0.1"}  # the local run's own
    found, callers = set(), set()
    for file in (PROJECT / "chalicelib").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        found |= {*re.findall(r'"(https?://[\w-]+\.[\w.-]+)', text)}
        if re.search(r"^\s*(import|from) (requests|urllib\.request|urllib3|http\.client|socket)\b", text, re.MULTILINE):
            callers.add(str(file.relative_to(PROJECT / "chalicelib")))
    assert found == known | links
    others = [one for one in sorted(callers) if not one.startswith("channels/")]
    by_commands = ["ops/mail_rule.py", "profile/policy.py"]
    assert others == by_commands, "one looks for AWS's own name in DNS, one asks for the company's own page"
