"""What a person is told about the destruction of their data: whole in every language, and fit for every channel."""

import subprocess
import sys
from itertools import permutations

import pytest

from chalicelib.channels.split import BUTTONS_LIMIT
from chalicelib.channels.whatsapp.send import MOST_BUTTONS, TITLE_LIMIT
from chalicelib.domain import privacy_texts as texts
from chalicelib.domain.privacy import ERASING_KINDS, HANDLED_KINDS
from chalicelib.domain.privacy_words import Ask, asks
from chalicelib.domain.profile import LANGUAGES, load_profile
from tests.people import from_amina

PROFILE = load_profile("spoint")
REQUEST = "0123456789abcdefghjk"
AT = 1_795_000_000_000
"""18 November 2026, 11:06:40 UTC."""
EVERY = pytest.mark.parametrize("language", [*LANGUAGES, ""])


@EVERY
def test_buttons_fit_every_channel(language: str) -> None:
    for buttons in (
        texts.challenge_buttons(PROFILE, language, REQUEST),
        texts.grace_buttons(PROFILE, language, REQUEST),
        *(texts.meant_buttons(PROFILE, language, pair, AT) for pair in permutations(HANDLED_KINDS, 2)),
        *(texts.meant_buttons(PROFILE, language, (kind,), AT) for kind in HANDLED_KINDS),
    ):
        assert len(buttons) <= MOST_BUTTONS
        assert len({one.title for one in buttons}) == len({one.id for one in buttons}) == len(buttons)
        assert all(0 < len(one.title) <= TITLE_LIMIT == texts.TITLE_LIMIT for one in buttons)
        assert all(len(one.id.encode()) <= 64 for one in buttons)


@EVERY
def test_the_question_what_a_message_meant_names_its_no_and_its_buttons_are_understood(language: str) -> None:
    text, buttons = texts.meant(PROFILE, language), texts.meant_buttons(PROFILE, language, HANDLED_KINDS, AT)
    assert len(text) <= BUTTONS_LIMIT["whatsapp"] and buttons[-1].title in text
    pressed = [asks(from_amina("", sent_at=1, kind="callback", details={"data": one.id})) for one in buttons]
    assert pressed == [*(Ask("withdraw", kinds=(kind,), meant_at=AT) for kind in HANDLED_KINDS), Ask("no")]
    assert all(one is not None and one.pressed for one in pressed)


@EVERY
@pytest.mark.parametrize("kind", ERASING_KINDS)
def test_the_question_fits_one_message_and_names_the_button_that_it_tells_of(language: str, kind: str) -> None:
    text = texts.challenge(PROFILE, language, kind, 48)
    assert len(text) <= BUTTONS_LIMIT["whatsapp"]
    assert texts.challenge_buttons(PROFILE, language, REQUEST)[1].title in text
    assert PROFILE.operator.brand in text and "48" in text


@EVERY
def test_every_text_is_whole(language: str) -> None:
    said = [
        texts.already_open(PROFILE, language, AT, AT),
        texts.grace(PROFILE, language, AT),
        texts.cancelled(PROFILE, language),
        texts.refused(PROFILE, language),
        texts.refused(PROFILE, language, "Қарыз бар"),
        texts.erasing(PROFILE, language),
        texts.erased(PROFILE, language, REQUEST, "a" * 20, "https://desk.example/certificates", AT),
    ]
    assert not [text for text in said if "{" in text or "!" in text]
    assert len(set(said)) == len(said)


def test_an_unknown_language_is_answered_in_two() -> None:
    kazakh, russian = (texts.erasing(PROFILE, language) for language in ("kk", "ru"))
    assert texts.erasing(PROFILE, "") == f"{kazakh}\n\n{russian}"
    assert [one.title for one in texts.challenge_buttons(PROFILE, "", REQUEST)] == ["Иә / Да", "Жоқ / Нет"]


def test_dates_are_those_of_kazakhstan() -> None:
    late = AT + 8 * 60 * 60 * 1000  # 19:06 in UTC is 00:06 of the next day there
    assert "18.11.2026, 16:06" in texts.grace(PROFILE, "ru", AT)
    assert "19.11.2026, 00:06" in texts.grace(PROFILE, "kk", late)
    assert "18\u00a0Nov\u00a02026" in texts.already_open(PROFILE, "en", AT, late)
    assert "19\u00a0Nov\u00a02026" in texts.already_open(PROFILE, "en", AT, late)


def test_the_answer_gives_the_secret_as_one_reads_it_aloud() -> None:
    text = texts.erased(PROFILE, "ru", REQUEST, "abcdefghjkmnpqrstvwx", "https://desk.example/certificates", AT)
    lines = text.splitlines()
    assert f"Свидетельство: {REQUEST}" in lines
    assert "Секретный код: abcd-efgh-jkmn-pqrs-tvwx" in lines
    assert "Проверить можно здесь: https://desk.example/certificates" in lines


def test_the_texts_cost_intake_no_library() -> None:
    code = "import sys, chalicelib.domain.privacy_texts; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"boto3", "botocore", "holidays", "cryptography", "pynamodb"}
