"""What a person sees decides whether a text is empty."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.normal import shows_nothing

NOTHING = ["", " ", "\t\n", "\u200b", "\u2060\ufeff", "\u00ad", "\u200e\u202a\u202c\u2066\u2069", "\u3164", "\uffa0",
           "\u115f\u1160", "\u2800", "\ufe0f", "\U000e0100", "\u180e\u180b", "\u034f", "\u00a0\u3000\u2028\u2029",
           "\U000e0061\U000e007f", "\u061c", "\u17b4", " \u200d ", "\x00\x7f\x85"]  # fmt: skip
SOMETHING = [".", "а", "ә", "李", "\u200bа", "👍", "❤\ufe0f", "\u00adи", "¨", "\u0301", "ﷺ", "\u2801", "ㅤㅏ", "0", "🇰🇿",
             "\u200e+7"]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_blanks_and_invisible_characters_show_nothing(text: str) -> None:
    assert shows_nothing(text)


@pytest.mark.parametrize("text", SOMETHING, ids=ascii)
def test_one_visible_character_is_something(text: str) -> None:
    assert not shows_nothing(text)


@given(st.lists(st.sampled_from([one for one in NOTHING if one])), st.lists(st.sampled_from(NOTHING)))
def test_nothing_beside_nothing_is_nothing_and_a_letter_anywhere_is_something(
    before: list[str], after: list[str]
) -> None:
    empty = "".join([*before, *after])
    assert shows_nothing(empty)
    assert not shows_nothing("".join([*before, "ж", *after]))


@given(st.text())
def test_another_form_of_the_same_text_shows_as_much(text: str) -> None:
    assert shows_nothing(text) == shows_nothing(unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("piece", ["\u200b", "\u3164", " \ufe0f", "\u0345\u0316"])
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    start = time.process_time()
    shows_nothing(piece * 100_000)
    assert time.process_time() - start < 2
