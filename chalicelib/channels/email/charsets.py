"""Decodes bytes of mails: as declared, as UTF-8, or as the likelier of the two Cyrillic character sets of 8 bits.

Mails declare nothing, a wrong set or one that does not exist. Between windows-1251 and koi8-r the letters decide:
detectors of many languages need more text than a subject or a name has.
"""

import codecs
import re

REPLACED = "charset"
"""Note of a text of which bytes could not be told."""
_WESTERN = frozenset(("ascii", "iso8859-1", "iso8859-15", "cp1252", "latin_1"))
"""Sets that programs declare out of habit."""
_MULTIBYTE = ("gb", "big5", "euc", "iso2022", "shift", "cp9", "hz", "utf-16", "utf-32", "utf-7", "johab")
"""Beginnings of names of sets in which bytes that look like UTF-8 can mean something else."""
_NO_CHARSET = frozenset(("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"))
"""What Python calls encodings and no mail may name."""
_OTHERWISE = {"cp1251": "cp1251", "win1251": "cp1251", "windows1251": "cp1251", "xcp1251": "cp1251"} | dict.fromkeys(
    ("koi8", "koi8r", "xkoi8r", "koi"), "koi8_r"
)
"""Usual misspellings, without punctuation."""
_BY_FREQUENCY = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_WEIGHTS = {one: len(_BY_FREQUENCY) - place for place, one in enumerate(_BY_FREQUENCY)}
"""Russian letters by how often they are written."""
_STRANGE = -20
_INVERTED = re.compile("[а-яё][А-ЯЁ]")
"""koi8-r read as windows-1251, and the other way round, swaps capital and small letters."""
_SAMPLE = 20_000
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return the text of `data`, and a note: "" when it is as declared or UTF-8, REPLACED when bytes were lost, else
    "charset:" and the name of the set that was guessed."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _plain(data.decode(name, "replace")), ""
    if data.isascii() and not declared.lower().startswith(("utf-7", "utf-16", "utf-32", "iso-2022", "hz")):
        return data.decode("ascii"), ""
    known = _known(declared)
    if not known.startswith(_MULTIBYTE) and (text := _strict(data, "utf-8")) is not None:
        return _plain(text), ""
    if known and not (known in _WESTERN and _is_hardly_western(data)) and (text := _strict(data, known)) is not None:
        return _plain(text), ""
    name = _likelier(data[:_SAMPLE])
    text = data.decode(name, "replace")
    return _plain(text), REPLACED if "\ufffd" in text else f"charset:{name}"


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").encode("utf-8", "replace").decode("utf-8")


def _known(declared: str) -> str:
    """Return Python's name of a declared set, "" for none that a mail may use."""
    bare = re.sub(r"[^a-z0-9]", "", declared[:100].lower())
    try:
        name = codecs.lookup(_OTHERWISE.get(bare, declared[:100].strip(" \"';"))).name
    except (LookupError, ValueError):
        return ""
    return "" if name.replace("-", "_") in _NO_CHARSET else name


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (LookupError, ValueError):  # also the "encodings" of bytes into bytes
        return None


def _is_hardly_western(data: bytes) -> bool:
    """Whether most letters are outside ASCII, as in no language of Western Europe: a Russian program that declares
    nothing but iso-8859-1."""
    sample = data[:_SAMPLE]
    high = sum(one >= 0xC0 for one in sample)
    return high > sum(chr(one).isalpha() for one in sample if one < 0x80)


def _likelier(sample: bytes) -> str:
    return max(("cp1251", "koi8_r"), key=lambda name: _score(sample.decode(name, "replace")))


def _score(text: str) -> int:
    letters = sum(_WEIGHTS.get(one, _STRANGE) for one in text.lower() if one > "\x7f")
    return letters - 30 * len(_INVERTED.findall(text))
