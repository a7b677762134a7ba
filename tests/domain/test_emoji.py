"""A reaction is exactly one emoji, as people see one."""

import pytest

from chalicelib.channels import registry
from chalicelib.core.emoji import is_one_emoji

ONE = [
    *("👍", "❤", "❤️", "☃", "©", "™️", "🫡", "🪇"),  # plain, with and without the sign that says so, a new one
    *("👍🏽", "👩🏽‍🚒", "✍🏿", "☝🏻"),  # skin tones
    *("🇰🇿", "🇷🇺", "🇽🇰", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),  # flags of countries, of a part of one
    *("1️⃣", "#️⃣", "*️⃣", "0⃣"),  # keycaps
    *("👨‍👩‍👧‍👦", "🏳️‍🌈", "🏴‍☠️", "👨🏽‍❤️‍💋‍👨🏻", "🐻‍❄️", "🧑‍🧑‍🧒"),  # of several by joiners
    "\U0001faff",  # one of a Unicode to come
]
OTHER = [
    *("", " ", "ok", "Ж", "1", "#", "\u200d", "\ufe0f", "\u20e3", "★", "→", "🀀", "🂡"),
    *("👍👍", "👍 ", "👍a", "a👍", "👍\u200d", "\u200d👍", "❤❤️", "👍🏽🏽", "👻🏽", "🇰🇿👍"),
    *("🇰", "🇰🇿🇰", "🇰🇿🇷🇺", "🇦🇦", "🇰🇿\ufe0f", "🏴\U000e0067"),
    *("❤\ufe0e", "1️", "12⃣", "k️⃣", "1️⃣1️⃣", "👍\u0301", "👍\u200b"),
]


@pytest.mark.parametrize("text", ONE, ids=ascii)
def test_one_emoji_is_one(text: str) -> None:
    assert is_one_emoji(text)


@pytest.mark.parametrize("text", OTHER, ids=ascii)
def test_more_less_and_something_else_is_not(text: str) -> None:
    assert not is_one_emoji(text)


def test_all_that_a_channel_offers_or_takes_are_such() -> None:
    reactions = [one.reactions for one in registry.CHANNELS]
    assert [one for each in reactions for one in (*each.offered, *each.taken) if not is_one_emoji(one)] == []
    assert [one for each in reactions for one in each.offered if each.spelled(one) != one] == []


def test_of_two_code_points_that_are_emoji_no_pair_is_one_without_a_rule() -> None:
    """Every single character that is an emoji is one; doubled, none is."""
    single = [chr(code) for code in (*range(0xA0, 0xD800), *range(0x1F000, 0x1FB00)) if is_one_emoji(chr(code))]
    assert len(single) > 1300
    assert not any(is_one_emoji(one * 2) for one in single)
