"""In which language a person writes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.detect_language import detect

KAZAKH_LETTERS = "әғқңөұүһіӘҒҚҢӨҰҮҺІ"
SILENT = st.text(st.sampled_from("0123456789 .,!?😟👍🙏\n()+-"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Сәлеметсіз бе! Терминал қосылмайды", "kk"),
        ("Рахмет, бәрі дұрыс", "kk"),
        ("Рахмет", "kk"),
        ("САЛЕМ", "kk"),
        ("Жарайды", "kk"),
        ("salem, kassa istemeidi", "kk"),
        ("Rahmet", "kk"),
        ("Здравствуйте, не приходит код", "ru"),
        ("Привет, error 403 in webhook", "ru"),
        ("privet, kak dela", "ru"),
        ("Spasibo!", "ru"),
        ("Hello, the invoice is missing", "en"),
        ("They told me spasibo and left", "en"),
        ("Смотрите https://spoint.kz/policy", "ru"),
    ],
)
def test_letters_and_greetings_tell_the_language(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "👍", "481-207", "https://spoint.kz/help", "amina@spoint.kz", "/start", "مرحبا"])
def test_nothing_to_tell_it_by(text: str) -> None:
    assert detect(text) == ""


@pytest.mark.parametrize(
    ("code", "language"),
    [("kk", "kk"), ("ru", "ru"), ("en", "en"), ("ru-RU", "ru"), ("en_US", "en"), ("KK", "kk")],
)
@given(text=st.text())
def test_the_providers_word_decides(text: str, code: str, language: str) -> None:
    assert detect(text, code) == language


@given(text=st.text(), code=st.sampled_from(["uk", "de", "tr", "kaz", "english", "x", "-"]))
def test_other_codes_fall_through_to_the_letters(text: str, code: str) -> None:
    assert detect(text, code) == detect(text)


@given(before=SILENT, letter=st.sampled_from(KAZAKH_LETTERS), after=st.text(st.sampled_from("абвгд xyz1")))
def test_one_kazakh_letter_is_enough(before: str, letter: str, after: str) -> None:
    assert detect(before + letter + after) == "kk"


@given(before=SILENT, text=st.sampled_from(["салем", "privet", "hello", "код"]), after=SILENT)
def test_signs_and_case_change_nothing(before: str, text: str, after: str) -> None:
    assert detect(f"{before} {text} {after}") == detect(text) == detect(text.upper())


@pytest.mark.parametrize("unit", ["a", "@", "://", "a@", "/", "www.", "a'", "'", " ", "ы"])
def test_a_long_text_is_read_in_no_more_time_than_a_short_one(unit: str) -> None:
    def seconds(text: str) -> float:
        started = time.process_time()
        for _ in range(20):
            detect(text)
        return time.process_time() - started

    assert seconds(unit * 100_000) < 0.5 + 10 * seconds(unit * 3_000)


@given(text=st.text(), code=st.text())
def test_anything_gets_an_answer(text: str, code: str) -> None:
    assert detect(text, code) in {"kk", "ru", "en", ""}
