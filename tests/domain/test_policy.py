"""The policy page: true to the profile, published once, never changed."""

import json
import re
import threading
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import chalicelib.profile.operators
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.languages import LANGUAGES, Language
from chalicelib.core.texts import catalogue, term_text
from chalicelib.profile import policy_words as words
from chalicelib.profile.build import parse_profile
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, ProfileError
from chalicelib.profile.policy import (
    PolicyReference,
    build_policy,
    content_hash,
    main,
    policy_reference,
    publish,
    published_policy,
    published_versions,
)
from chalicelib.web.public.policy import policy_page, render_policy

OPERATORS = Path(chalicelib.profile.operators.__path__[0])
SOURCE = (OPERATORS / "spoint.toml").read_text(encoding="utf-8")
SPOINT = load_profile("spoint")
VERSION, PUBLISHED = 'version = "2"', "published = 2026-11-30"
NAMES = sorted(path.stem for path in OPERATORS.glob("compiled/*.json"))


def changed(old: str, new: str) -> Profile:
    """The profile of sPoint with one thing written otherwise."""
    assert old in SOURCE
    return parse_profile(SOURCE.replace(old, new, 1))


@pytest.mark.parametrize("name", NAMES)
def test_what_profile_and_catalogues_say_is_published(name: str) -> None:
    profile = load_profile(name)
    assert published_policy(name, profile.policy.version) == build_policy(profile), (
        f"The policy of {name} changed: raise policy.version and policy.published in {name}.toml,"
        f" then run: python -m chalicelib.profile.policy publish {name}"
    )


@pytest.mark.parametrize("path", sorted(OPERATORS.glob("policies/*/*.json")), ids=lambda path: path.stem)
def test_a_published_version_still_has_its_hash(path: Path) -> None:
    policy = published_policy(path.parent.name, path.stem)
    assert policy.version == path.stem
    assert policy.hash == content_hash(policy.operator, policy.version, policy.published, policy.content)


def test_a_consent_points_to_version_and_hash() -> None:
    assert policy_reference(SPOINT).agreed == (SPOINT.policy.version, build_policy(SPOINT).hash)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("term = 90\nclause", "term = 91\nclause"),
        ('kk = "Joint"', 'kk = "Other"'),
        ('country = "AE"', 'country = "US"'),
        ("reopen_days = 7", "reopen_days = 8"),
        ('country = "DE"', 'country = "RU"'),
        ('clause = "A3.7"', 'clause = "A3.8"'),
        ('"Updating of personal data"', '"Refreshing of personal data"'),
    ],
)
def test_a_change_of_the_profile_changes_the_hash_and_is_not_published_under_the_old_number(
    old: str, new: str, tmp_path: Path
) -> None:
    publish(SPOINT, str(tmp_path))
    profile = changed(old, new)
    assert build_policy(profile).hash != build_policy(SPOINT).hash
    with pytest.raises(Conflict, match="Raise policy.version"):
        publish(profile, str(tmp_path))
    assert published_policy("spoint", SPOINT.policy.version, str(tmp_path)) == build_policy(SPOINT)


def test_publishing_again_changes_nothing(tmp_path: Path) -> None:
    path = Path(publish(SPOINT, str(tmp_path)))
    before = path.read_bytes()
    assert Path(publish(SPOINT, str(tmp_path))) == path
    assert path.read_bytes() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_the_profile_appears(language: Language) -> None:
    say = catalogue("policy", language).gettext
    text = json.dumps(build_policy(SPOINT).content[language], ensure_ascii=False)
    held = [row for row in SPOINT.categories.values() if SPOINT.live(row)]
    for name in (
        *(words.CATEGORIES[row.id] for row in held),
        *(words.PURPOSES[row.id] for row in SPOINT.purposes.values() if SPOINT.live(row)),
        *(words.GROUNDS[row.id] for row in SPOINT.grounds.values() if SPOINT.live(row)),
        *(words.DUTIES[row] for row in SPOINT.deadlines),
        *(words.COUNTRIES[row.country] for row in SPOINT.recipients.values()),
    ):
        assert say(name) in text
    for row in SPOINT.retention.values():
        term = term_text(language, row.term, row.unit)
        until = say(words.UNTIL_WITHDRAWAL).format(days=row.review_days)
        shown = (until if row.until_withdrawal else say(words.TERMS[row.event]).format(term=term)) in text
        assert shown == any(one.retention == row.id for one in held)
    for fact in (
        *(row.name for row in SPOINT.recipients.values()),
        *(one.published for one in SPOINT.contacts),
        *(row.text for row in SPOINT.markings),
        SPOINT.operator.company[language],
        SPOINT.policy.url,
    ):
        assert fact in text
    clauses = [row.clause for row in [*held, *SPOINT.recipients.values()]]
    for clause in re.findall(r"A(\d[\d.]*)", " ".join(clauses)):
        assert say("cl. {clause}").format(clause=clause) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_document_lacks_is_marked(language: Language) -> None:
    mark = f"({catalogue('policy', language).gettext('added')})"
    sections = {section["id"]: section for section in build_policy(SPOINT).content[language]["sections"]}
    marked = [row[0] for row in sections["data"]["blocks"][0]["rows"] if row[-1].endswith(mark)]
    assert len(marked) == sum(row.added for row in SPOINT.categories.values() if SPOINT.live(row)) > 0


def test_an_id_without_a_name_cannot_be_published() -> None:
    with pytest.raises(ProfileError, match="'diary' has no name in policy_words.py"):
        build_policy(parse_profile(SOURCE.replace('"site_statistics"', '"diary"')))


class Page(HTMLParser):
    """What a browser would run or fetch, and the languages that the page names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_the_version_its_hash_and_no_inline_code(language: Language) -> None:
    html = render_policy(SPOINT, language)
    page = Page(html)
    assert page.tags[0] == ("html", {"lang": language})
    assert policy_reference(SPOINT).hash in html
    for tag, attributes in page.tags:
        assert tag not in {"script", "style", "img", "iframe"}
        assert "style" not in attributes and not any(name.startswith("on") for name in attributes)
    assert ("link", {"rel": "stylesheet", "href": "static/desk.css"}) in page.tags
    assert [found["hreflang"] for tag, found in page.tags if "hreflang" in found] == ["kk", "ru", "en"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_nothing_of_a_channel_that_the_desk_does_not_have(name: str, language: Language) -> None:
    profile, say = load_profile(name), catalogue("policy", language).gettext
    text = json.dumps(build_policy(profile).content[language], ensure_ascii=False)
    rows = [row for rows in (profile.categories, profile.purposes, profile.grounds) for row in rows.values()]
    assert any(profile.live(row) for row in rows)
    for one in {"email", "form"} - {*profile.served}:
        told = say(words.CHANNELS[one])
        assert f"; {told}" not in text and f'"{told}"' not in text
    for row in profile.categories.values():
        assert (say(words.CATEGORIES[row.id]) in text) == profile.live(row), row.id
    if not profile.served:
        assert not any(say(one) in text for one in words.CONSENT.values())
        assert say("This service receives no messages of customers yet.") in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_inside_the_page_arrives(language: Language) -> None:
    page = Page(render_policy(SPOINT, language))
    ids = {found["id"] for _tag, found in page.tags if "id" in found}
    for _tag, found in page.tags:
        href = found.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids


def test_an_old_version_is_served_by_its_number_as_it_was(tmp_path: Path) -> None:
    # Given a version, then a later one with another term
    publish(SPOINT, str(tmp_path))
    second = parse_profile(
        SOURCE.replace(VERSION, 'version = "3"')
        .replace(PUBLISHED, "published = 2027-02-01")
        .replace("term = 90\nclause", "term = 120\nclause", 1)
    )
    publish(second, str(tmp_path))

    # When each is opened
    old = render_policy(second, "ru", SPOINT.policy.version, directory=str(tmp_path))
    new = render_policy(second, "ru", directory=str(tmp_path))

    # Then each says its own term, and they lead to each other
    assert "90 дн. после закрытия обращения" in old and "120 дн. после закрытия обращения" in new
    assert "заменена" in old and "действовала с 30.11.2026 до 01.02.2027" in old
    assert "действует с 01.02.2027" in new and 'href="policy/2?lang=ru"' in new
    assert 'href="../policy?lang=ru"' in old and 'href="../static/desk.css"' in old
    assert [each.version for each in published_versions("spoint", str(tmp_path))] == ["3", "2"]


def test_versions_are_ordered_as_numbers(tmp_path: Path) -> None:
    for version in ("1", "2", "10", "1.2"):
        publish(changed(VERSION, f'version = "{version}"'), str(tmp_path))
    found = [each.version for each in published_versions("spoint", str(tmp_path))]
    assert found == ["10", "2", "1.2", "1"]
    assert published_versions("nobody", str(tmp_path)) == []


@pytest.mark.parametrize("version", ["99", "../spoint/1", "1.json", "٣", "1\n"])
def test_a_version_that_was_never_published_is_not_found(version: str) -> None:
    with pytest.raises(NotFound):
        policy_page(version, "en", "")


@pytest.mark.parametrize(
    ("lang", "accepts", "language"),
    [
        ("ru", "en-US,en;q=0.9", "ru"),
        ("", "de-DE, en-GB;q=0.8, ru;q=0.5", "en"),
        ("fr", "", "kk"),
        ("", "", "kk"),
        ("KK", "ru", "kk"),
    ],
)
def test_the_reader_gets_a_language_they_asked_for(lang: str, accepts: str, language: str) -> None:
    assert f'<html lang="{language}">' in policy_page("", lang, accepts)


def test_the_publish_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "spoint"]) == 0
    assert main(["publish", "nobody"]) == 1
    assert main(["unpublish", "spoint"]) == 2
    assert main([]) == main(["publish", "spoint", "more"]) == main(["shown"]) == 2
    assert "nobody.toml" in capsys.readouterr().out


def test_a_command_asks_the_public_address_whether_it_shows_the_version_in_force(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pages = {"/policy": policy_page("", "kk", ""), "/old": policy_page("1", "kk", "")}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{site.server_port}"
        assert main(["shown", "spoint", f"{address}/policy"]) == 0
        assert [main(["shown", "spoint", f"{address}{path}"]) for path in ("/old", "/none")] == [1, 1]
        site.shutdown()
    assert main(["shown", "spoint", address]) == 1, "nobody listens there any more"
    said = capsys.readouterr().out
    assert "shows version" in said and "answers 404" in said and "does not answer" in said


def test_a_version_that_reaches_further_asks_anew_and_one_that_does_not_keeps_what_was_asked(tmp_path: Path) -> None:
    def published(version: str, old: str, new: str) -> str:
        publish(parse_profile(SOURCE.replace(VERSION, f'version = "{version}"').replace(old, new, 1)), str(tmp_path))
        return published_policy("spoint", version, str(tmp_path)).asks_since

    assert published("2", "reopen_days = 7", "reopen_days = 7") == "2", "the first one asks everybody"
    assert published("3", "reopen_days = 7", "reopen_days = 6") == "2"
    assert published("4", 'country = "AE"', 'country = "RU"') == "4", "data goes to another country"
    assert published("5", 'country = "AE"', 'country = "RU"') == "4"
    assert published("10", 'country = "AE"', 'country = "US"') == "10", "numbers are ordered as numbers"


@pytest.mark.parametrize(("known", "told"), [("", True), ("1", True), ("2", False), ("9", False), ("10", False)])
def test_who_agreed_before_is_told_and_who_agreed_since_is_not(known: str, told: bool) -> None:
    assert PolicyReference("10", "h", 0, "2").tells(known) is told


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_company_keeps_elsewhere_after_a_withdrawal_stands_on_the_page(language: Language) -> None:
    """Where something can happen under it: a page of a company that takes no messages is silent."""
    say = catalogue("policy", language).gettext
    row = """[[retain]]
id = "claims"
categories = ["site_statistics"]
term = 3
unit = "years"
persons = 2
clause = "94-V art. 8(2)"

[residency]"""
    keeps = json.dumps(build_policy(changed("[residency]", row)).content[language], ensure_ascii=False)
    silent = json.dumps(build_policy(SPOINT).content[language], ensure_ascii=False)
    assert say(words.RETAINED_ON["claims"]) in keeps and say(words.RETAINED_ON["claims"]) not in silent


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_numbers_remain_stands_on_the_page(language: Language) -> None:
    say = catalogue("policy", language).gettext
    profile = changed('event = "ticket_closed"', 'event = "ticket_closed"\nat_end = "anonymise"')
    term = say(words.TERMS["ticket_closed"]).format(term=term_text(language, 90, "days"))
    said = say(words.ANONYMISED).format(term=term)
    assert said in json.dumps(build_policy(profile).content[language], ensure_ascii=False)
    assert said not in json.dumps(build_policy(SPOINT).content[language], ensure_ascii=False)
