"""Scenario 24: long texts, with markup characters and emoji."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.split import split_text

FAMILY, FLAG, THUMB = "👨‍👩‍👧‍👦", "🇰🇿", "👍🏽"
PARTS = st.sampled_from(["a", "қ", " ", "\n", "<&_*", "e\u0301", FAMILY, FLAG, THUMB, "❤️", "😀", "word ", "1️⃣"])


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.lists(PARTS, max_size=300).map("".join), st.integers(2, 64))
def test_pieces_join_to_the_text_and_fit(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert "".join(pieces) == text
    assert all(units(piece) <= limit for piece in pieces)
    assert all(pieces) or text == ""
    for piece in pieces:
        piece.encode("utf-8")  # no half of a surrogate pair


@given(st.text(max_size=400), st.integers(2, 40))
def test_any_text_joins_and_fits(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert "".join(pieces) == text
    assert all(units(piece) <= limit for piece in pieces)
    assert all(split_text(piece, limit) == (piece,) for piece in pieces)


@given(st.lists(st.sampled_from([FAMILY, FLAG, THUMB, "❤️", "😀", "1️⃣", "x"]), min_size=1, max_size=60))
def test_no_emoji_is_cut(parts: list[str]) -> None:
    pieces = split_text("".join(parts), 24)
    rest = list(parts)
    for piece in pieces:
        while piece:
            assert piece.startswith(rest[0])
            piece = piece[len(rest.pop(0)) :]


@given(st.lists(st.text("abcқ<&_*", min_size=1, max_size=12), min_size=1, max_size=80))
def test_no_word_is_cut(words: list[str]) -> None:
    pieces = split_text(" ".join(words), 20)
    assert [word for piece in pieces for word in piece.split()] == words


def test_nine_thousand_characters_become_three_messages() -> None:
    text = "Сәлеметсіз бе <&_*> 👍🏽 " * 375
    pieces = split_text(text, 4096)
    assert len(text) >= 8_600
    assert len(pieces) == 3
    assert all(units(piece) <= 4096 for piece in pieces)


def test_a_line_ends_a_piece_rather_than_a_word() -> None:
    assert split_text("first line\nsecond line", 16) == ("first line\n", "second line")


def test_a_word_after_one_space_does_not_leave_a_blank_message() -> None:
    assert split_text(" " + "a" * 12, 8) == (" " + "a" * 7, "aaaaa")


def test_a_limit_that_fits_no_emoji_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        split_text("abc", 1)
