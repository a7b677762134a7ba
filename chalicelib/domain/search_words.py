"""What people type to find a contact, and what a contact is found by: the same words on both sides. Pure.

Names match by whole words, in any order and case; phone numbers as people in Kazakhstan write them.
"""

import re
import unicodedata
from collections.abc import Iterable

HOME = "KZ"
"""The country of numbers that are typed without a country code, such as `8 700 000 01 07`."""
_TOKEN = re.compile(r"\w+(?:['’ʼ`-]\w+)*")
_PHONE = re.compile(r"\+?[\d\s()./-]{5,25}")
_MOST_WORDS = 30
_SHORTEST = 2


def fold(text: str) -> str:
    """Return a text without differences of case, width, accent mark or ё."""
    flat = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return re.sub("[’ʼ`]", "'", unicodedata.normalize("NFC", flat))


def name_words(name: str) -> set[str]:
    """Return the words of a name: `Нұрланқызы`; of a double name also its halves."""
    found: set[str] = set()
    for token in _TOKEN.findall(fold(name))[:_MOST_WORDS]:
        found |= {token, *token.split("-")}
    return {word for word in found if len(word) >= _SHORTEST}


def username_words(username: str) -> set[str]:
    """Return the word of a username, which people type with and without `@`."""
    word = fold(username).lstrip("@")
    return {word} if word else set()


def phone_word(typed: str) -> str:
    """Return the word of a phone number, however it is written, or "" for what cannot be one."""
    import phonenumbers  # 100 ms, which only a search and the indexer pay

    if not _PHONE.fullmatch(typed.strip()):
        return ""
    try:
        number = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return f"phone:{number.country_code}{phonenumbers.national_significant_number(number)}"


def contact_words(name: str, username: str, phone: str, user: str, chat: str) -> set[str]:
    """Return everything that a contact is found by. Addresses are as the provider sent them."""
    words = name_words(name) | username_words(username)
    if phone:
        digits = "".join(filter(str.isdigit, phone))
        words |= {f"phone:{digits}", phone_word(f"+{digits}")}
    if user:
        words.add(f"user:{fold(user)}")
    if chat:
        words.add(f"chat:{chat}")
    return words - {""}


def wanted_words(typed: str) -> list[set[str]]:
    """Return what a contact must have to be found: of each set at least one word. Empty when nothing can be
    found."""
    text = typed.strip()
    digits = re.sub(r"[\s()./+-]", "", text)
    if _PHONE.fullmatch(text) and digits.isdigit():
        return [{f"phone:{digits}", f"chat:{text}", phone_word(text)} - {""}]
    tokens: Iterable[str] = _TOKEN.findall(fold(text))[:_MOST_WORDS]
    groups = [{token} for token in dict.fromkeys(tokens) if len(token) >= _SHORTEST]
    if re.fullmatch(r"[A-Za-z]{2}\.\S+", text):
        return [{f"user:{fold(text)}"}]
    return groups
