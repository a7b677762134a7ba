"""Words by which a contact is indexed and searched. Pure.

Both are normalised alike (core/normal.py). A name is found by its words in any order and by their first letters, a
username with or without `@`, a phone number in any notation and by its last four digits. Two words of a name are a word
of the index together, so that a full name leads to few contacts however many share each of its words.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice, product

from chalicelib.channels import registry
from chalicelib.core.normal import normal

RULE = 3
"""Version of the rules in this module. Raise it when they yield other words for a contact: then contacts that were
indexed by an older version are indexed again (docs/deploy.md)."""
HOME = "KZ"
"""Country of phone numbers without a country code, such as `8 700 000 01 07`."""
FIRST_LETTERS = (3, 4, 5, 6)
"""Numbers of first letters by which a word is found. Each is a row of the index, so they are few: a longer beginning is
searched by its first six letters when nobody has it as a whole word."""
LAST_DIGITS = 4
"""Last digits by which a phone number is found."""
WHOLE, BEGUN = FIRST_LETTERS[-1], FIRST_LETTERS[0]
"""Letters of each word of a pair: the first six of both, by which a full name is found, and the first three of both, by
which it is found while it is half typed."""
MOST_WORDS = 60
"""Most words of one contact, pairs apart. A first and a last name need about ten."""
MOST_PAIRS = 10
"""Most pairs of one contact, as among the five words of a name; each is two rows of the index."""
_MOST_TOKENS = 30
_NUMBER = re.compile(r"\d(?:[ .()/-]*\d)*")
_USER_ID = re.compile(r"[a-z]{2}\.[a-z0-9.]+")
_LABELS = frozenset(
    "т м тел телефон номер моб сот сотовый whatsapp ватсап tel phone mobile no number нөмірі нөмири номири"
    " http https wa me api com send".split()
)
"""Words that people copy along with a number or link and that are no part of a name."""
_NUMERO = "no"
"""The normal form of the sign №, which is joined to the number without a space."""
_PROFILES = tuple(link for one in registry.CHANNELS for link in one.profile_links)
"""Links in which a username follows."""
_PHONES, _NUMBERS, _IDS = (
    tuple(kind.id for kind in registry.KINDS_OF_ADDRESS.values() if kind.form == form)
    for form in ("phone", "number", "id")
)
"""Kinds of address by how they are searched for."""
_INSIDE = frozenset("'-_")


def tokens(text: str) -> list[str]:
    """Return the words of a text in normal form and in order: letters, digits and vowel signs, with `'-_` inside.

    A pictogram is a word of its own.
    """
    parts = []
    for one in normal(text):
        if one.isalnum() or one in _INSIDE or unicodedata.category(one)[0] == "M":
            parts.append(one)
        else:
            parts.append(f" {one} " if unicodedata.category(one) == "So" else " ")
    return [word for part in "".join(parts).split() if (word := part.strip("'-_"))][:_MOST_TOKENS]


def name_words(name: str) -> dict[str, None]:
    """Return the words of a name, and the parts of double names, in order."""
    found: dict[str, None] = {}
    for token in tokens(name):
        found |= dict.fromkeys([token, *_parts(token)])
    return found


def username_words(username: str) -> dict[str, None]:
    """Return the words of a username without its `@`: the whole and its parts."""
    whole = normal(username).lstrip("@")
    return dict.fromkeys([*([whole] if whole else []), *name_words(whole)])


def _parts(token: str) -> list[str]:
    return [part for part in re.split("[-_]", token) if part]


def phone_word(typed: str) -> str:
    """Return the index word of a phone number in any notation, or "" for a text that is none."""
    text = normal(typed)
    found = [_number(text, match) for match in _NUMBER.finditer(text)]
    return _phone_word(*found[0]) if len(found) == 1 and not any(one.isalpha() for one in text) else ""


def _phone_word(digits: str, international: bool) -> str:
    import phonenumbers  # importing takes 100 ms, which only searches and the indexer pay

    if not 5 <= len(digits) <= 17:
        return ""
    try:
        number = phonenumbers.parse(f"+{digits}" if international else digits, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return f"phone:{number.country_code}{phonenumbers.national_significant_number(number)}"


def _number(text: str, match: re.Match[str]) -> tuple[str, bool]:
    """Return the digits of a number, and whether it begins with a country code (`+7`, `(+7)`, `00 7`)."""
    digits = re.sub(r"\D", "", match[0])
    before = text[max(0, match.start() - 3) : match.start()].rstrip(" (")
    if not before.endswith("+") and digits.startswith("00") and len(digits) > LAST_DIGITS + 2:
        return digits[2:], True
    return digits, before.endswith("+")


def numbers_in(typed: str) -> list[str]:
    """Return the digits of every number in a text, such as a ticket number with words around it."""
    return [re.sub(r"\D", "", match[0]) for match in _NUMBER.finditer(normal(typed))]


def pair(one: str, other: str, letters: int) -> str:
    """Return the index word of two words together in any order, of each its first `letters`."""
    return f"pair{letters}:" + "|".join(sorted((one[:letters], other[:letters])))


def is_pair(word: str) -> bool:
    """Whether an indexed word is a pair."""
    return word.startswith(indexed("pair"))


def indexed(word: str) -> str:
    """Return a word as it is indexed since rule 3. Those of older rules are apart from it: whoever looks for contacts
    that wait to be indexed again reads no row of the others."""
    return f"3:{word}"


def contact_words(name: str, username: str, addresses: Mapping[str, str]) -> set[str]:
    """Return all words and pairs, as they are indexed, by which a contact is found: MOST_WORDS, and two of each of
    MOST_PAIRS. Addresses, by kind, are as the provider sent them."""
    words: dict[str, None] = {}
    for kind, address in addresses.items():
        if kind in _PHONES:
            digits = re.sub(r"\D", "", normal(address))
            words |= dict.fromkeys([f"{kind}:{digits}", _phone_word(digits, True), f"end:{digits[-LAST_DIGITS:]}"])
        else:
            words[f"{kind}:{normal(address)}"] = None
    whole = name_words(name) | username_words(username)
    words |= whole
    for length in reversed(FIRST_LETTERS):
        words |= {f"begin:{word[:length]}": None for word in whole if len(word) > length}
    words.pop("", None)
    together = {pair(*two, letters) for two in islice(_pairs(name, username), MOST_PAIRS) for letters in (WHOLE, BEGUN)}
    return set(map(indexed, [*list(words)[:MOST_WORDS], *together]))


def _pairs(name: str, username: str) -> Iterator[tuple[str, str]]:
    """Yield each two words of a name and a username, those that stand near the beginning of the name first. A double
    name is paired with the others as a whole and by its parts."""
    before: list[str] = []
    for token in dict.fromkeys([*tokens(name), *tokens(username)]):
        both = [one for one in dict.fromkeys([token, *_parts(token)]) if one not in before]
        yield from product(before, both)
        before += both


def wanted_words(typed: str) -> list[set[str]]:
    """Return sets of words: a contact is found when it has at least one word of each. Empty when nothing can match."""
    text = normal(typed)
    link = text.removeprefix("https://").removeprefix("http://")
    if profile := next((one for one in _PROFILES if link.startswith(one)), ""):
        named = link.removeprefix(profile).partition("?")[0].strip("/@")
        text = named if named.startswith("+") else f"@{named}"
    if text.startswith("@"):
        return [{word} for word in [text.strip("@.,;:!? ")] if word]
    if _USER_ID.fullmatch(text) and any(one.isdigit() for one in text):
        return [{*(f"{kind}:{text}" for kind in _IDS), text}]
    groups, rest, end = [], [], 0
    for match in _alone(text):
        group = _number_group(*_number(text, match))
        groups.append(group | {f"{_NUMERO}{match[0]}"} if _after_numero(text, match) else group)
        rest.append(text[end : match.start()])
        end = match.end()
    words = dict.fromkeys(tokens(" ".join([*rest, text[end:]])))
    return [*({word} for word in words if not groups or word not in _LABELS), *groups]


def _alone(text: str) -> Iterator[re.Match[str]]:
    """Yield the numbers with four or more digits that are not part of a word."""
    for match in _NUMBER.finditer(text):
        before = "" if _after_numero(text, match) else text[max(0, match.start() - 1) : match.start()]
        inside = any(one.isalnum() or one == "_" for one in before + text[match.end() : match.end() + 1])
        if not inside and sum(one.isdigit() for one in match[0]) >= LAST_DIGITS:
            yield match


def _after_numero(text: str, match: re.Match[str]) -> bool:
    """Whether the number directly follows a №."""
    start = match.start() - len(_NUMERO)
    return start >= 0 and text.startswith(_NUMERO, start) and not text[max(0, start - 1) : start].isalnum()


def _number_group(digits: str, international: bool) -> set[str]:
    if len(digits) == LAST_DIGITS and not international:
        return {f"end:{digits}", *(f"{kind}:{digits}" for kind in _NUMBERS), digits}
    named = {f"{kind}:{digits}" for kind in _PHONES + _NUMBERS}
    return (named | {_phone_word(digits, international), digits}) - {""}


def begun(word: str) -> str:
    """Return the index word of names that begin with `word`; "" when it is too short. Of a longer word than the indexed
    beginnings it is those that share its first six letters: the nearest, when nobody has the whole word."""
    return "" if ":" in word or len(word) < BEGUN else f"begin:{word[:WHOLE]}"
