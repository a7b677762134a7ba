"""Texts: none is missing, none is stale, and all follow the rules of wording."""

import datetime
import re
import shutil
import string
from pathlib import Path

import pytest

import chalicelib.locale
from chalicelib.channels.parts import KINDS
from chalicelib.core import texts
from chalicelib.core.languages import LANGUAGES
from chalicelib.locale import build
from chalicelib.messages import notices
from chalicelib.messages.consent_notices import ticked
from chalicelib.messages.renewal import announcement
from chalicelib.profile.load import load_profile
from chalicelib.web import labels

LOCALE = Path(chalicelib.locale.__path__[0])
ENDING = r"\}(\w|-(ғ|г|қ|к|д|т|н)(а|е|ы|і|ан|ен|ың|ің)\b|-[мпб]ен\b)"
"""A case ending glued to a place: {name}-ға, {name}ның. A word after a number, {version}-нұсқа, is none."""
SPOINT = load_profile("spoint")


def test_no_text_lacks_a_language_and_no_compiled_file_is_stale() -> None:
    assert list(build.problems(LOCALE)) == []


def test_a_missing_translation_and_a_stale_file_are_named(tmp_path: Path) -> None:
    shutil.copytree(LOCALE, tmp_path, dirs_exist_ok=True)
    po = tmp_path / "kk" / "LC_MESSAGES" / "desk.po"
    po.write_text(re.sub(r'msgid "Snoozed"\nmsgstr ".*"', 'msgid "Snoozed"\nmsgstr ""', po.read_text()), "utf-8")
    assert list(build.problems(tmp_path)) == [
        "kk/desk: 'Snoozed' has no translation; add msgstr and run make texts",
        "kk/desk: the .mo file is stale; run make texts",
    ]


def test_updating_adds_new_texts_and_keeps_what_is_translated(tmp_path: Path) -> None:
    source, directory = tmp_path / "source", tmp_path / "locale"
    source.mkdir()
    shutil.copytree(LOCALE, directory)
    (source / "page.py").write_text('_("Something new")\nbot_msg("For customers")\n', "utf-8")

    build.update(directory, source)

    ru, bot = build.load("desk", "ru", directory), build.load("bot", "ru", directory)
    assert "Something new" in ru and "For customers" in bot and "For customers" not in ru
    assert "ru/desk: 'Something new' has no translation; add msgstr and run make texts" in build.problems(
        directory, source
    )
    solved = ru.get("Solved")
    assert solved is not None and solved.string == "Решено"
    english = build.load("desk", "en", directory).get("Something new")
    assert english is not None and english.string == "Something new"


def test_pruning_drops_what_no_source_marks(tmp_path: Path) -> None:
    source, directory = tmp_path / "source", tmp_path / "locale"
    source.mkdir()
    shutil.copytree(LOCALE, directory)
    (source / "page.html").write_text("", "utf-8")
    (source / "page.py").write_text('_("Solved")\n', "utf-8")

    build.update(directory, source, prune=True)

    assert build.texts_of(build.load("desk", "ru", directory)) == ["Solved"]
    assert list(build.unused(directory, source)) == []


@pytest.mark.parametrize("language", build.LANGUAGES)
@pytest.mark.parametrize("domain", build.KEYWORDS)
def test_translations_follow_the_rules_of_wording(domain: str, language: str) -> None:
    rows = [one for one in build.load(domain, language, LOCALE) if isinstance(one.id, str) and one.id]
    assert rows
    broken = {str(row.string): rules for row in rows if (rules := _broken(language, str(row.id), str(row.string)))}
    assert broken == {}


def _broken(language: str, text: str, translation: str) -> list[str]:
    """The rules that a translation does not follow."""
    rules = {
        "the places of the text": _places(translation) == _places(text),
        "no exclamation": "!" not in translation,
        "quotation marks of the language": "“" not in translation or language == "en",
        "вы is written small": not re.search(r"[^.?] В(ы|ас|ам|аш\w*)\b", translation),
        "no ending on a place": not re.search(ENDING, translation),
    }
    return [rule for rule, kept in rules.items() if not kept]


def _places(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_notice_tells_number_and_terms_of_consent(language: str) -> None:
    notice = notices.accepted_notice(SPOINT, language, "whatsapp", "481207", first=True, consents=True)
    for fact in ("481-207", "Joint", "90", "Meta Platforms, Inc.", "https://spoint.kz/policy"):
        assert fact in notice
    assert "\n\n" not in notice


def test_a_later_ticket_gets_its_number_without_the_terms() -> None:
    notice = notices.accepted_notice(SPOINT, "kk", "telegram", "481207", first=False)
    assert notice == "Жаңа өтініш ашылды. Нөмірі: 481-207. Жауапты осы жерде береміз."


def test_an_unknown_language_gets_the_profiles_first_two() -> None:
    kazakh, russian = notices.accepted_notice(SPOINT, "", "telegram", "481207", first=True).split("\n\n")
    assert kazakh == notices.accepted_notice(SPOINT, "kk", "telegram", "481207", first=True)
    assert russian == notices.accepted_notice(SPOINT, "ru", "telegram", "481207", first=True)
    assert notices.welcome(SPOINT, "").split("\n\n") == [
        notices.welcome(SPOINT, "kk"),
        notices.welcome(SPOINT, "ru"),
    ]


def test_braces_in_a_value_are_only_text() -> None:
    assert "{0}" in texts.bot_text("en", texts.NEW_NUMBER, number="{0}")


def test_a_language_that_we_do_not_have_is_english() -> None:
    assert texts.desk_text("de").gettext("Solved") == "Solved"
    assert texts.desk_text("kk").gettext("Solved") == "Шешілді"


def test_every_kind_of_message_has_a_name() -> None:
    assert set(labels.KINDS) >= KINDS
    assert labels.label(texts.desk_text("ru").gettext, labels.KINDS, "unsupported", type="ephemeral") == (
        "Неподдерживаемое сообщение (ephemeral)"
    )
    assert labels.label(str, labels.KINDS, "hologram") == "hologram"


@pytest.mark.parametrize(("language", "shown"), [("en", "8\u00a0Dec\u00a02026"), ("ru", "08.12.2026")])
def test_dates_are_written_as_the_language_does(language: str, shown: str) -> None:
    assert texts.show_date(language, datetime.date(2026, 12, 8)) == shown


def test_the_command_says_what_is_wrong_with_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["check"]) == 0
    assert build.main(["chekc"]) == 2
    assert "Usage" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", "пайдаланушы келісіміңіз аяқталғаннан кейін 3 жыл"),
        ("ru", "3 г. после прекращения вашего соглашения с нами"),
        ("en", "3 years after your agreement with us ends"),
    ],
)
def test_what_is_agreed_to_names_the_event_from_which_its_term_counts(language: str, words: str) -> None:
    """By a tick, by writing on, by a button: the end of an agreement where the profile counts from that, else the
    closing of the request."""
    for name, said in (("smartaqkol", True), ("spoint", False)):
        profile = load_profile(name)
        for text in (
            ticked(profile, language, "form"),
            notices.renewed_notice(profile, language, "form"),
            announcement(profile, language, "form", use=True),
        ):
            assert (words in text) is said, (name, text)
