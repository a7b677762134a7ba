"""Detects the language of a message: the provider's language code first, then letters, then a few greetings."""

import re
from typing import Literal

Guess = Literal["kk", "ru", "en", ""]

_KAZAKH = re.compile("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_LOOKED_AT = 2000
"""Characters of a text that are examined; by then a longer one has shown its language."""
_WORD = re.compile(r"[^\W\d_]+(?:['’`ʼ-][^\W\d_]+)*")
_GREETED = 2
"""First words among which a greeting decides: "spasibo" in the middle of an English sentence is a quotation."""

# Greetings and thanks whose letters mislead: Kazakh without a Kazakh letter, or typed in Latin letters.
_GREETINGS: dict[str, Guess] = {
    **dict.fromkeys(
        "salem salam salemetsiz salemetsizbe salamatsyz salamatsizbe assalaumagaleikum assalamualeikum"
        " assalaumaleikum rahmet rakhmet raxmet raqmet qalaisyz qalaysyz kalaisyz qalaisin kairly qaiyrly"
        " салем салам салеметсиз салеметсиз-бе саламатсыз саламатсыз-ба саламатсызба ассалаумагалейкум"
        " ассалаумалейкум рахмет ракмет калайсыз калайсын кайырлы жарайды".split(),
        "kk",
    ),
    **dict.fromkeys(
        "privet zdravstvuyte zdravstvuite zdravstvujte zdrastvuite spasibo dobryi dobryj dobriy dobroe"
        " dobrogo pozhaluista pojaluista".split(),
        "ru",
    ),
}


def detect(text: str, language_code: str = "") -> Guess:
    """Return the language of a message, or "" when it has no Latin or Cyrillic letter.

    `language_code` is the language of the person's Telegram application, such as "kk" or "ru-RU"; Kazakh, Russian and
    English decide at once, other codes are ignored. Else one Kazakh letter means Kazakh; then a greeting among the
    first words decides; then a Cyrillic letter means Russian and a Latin one English.
    """
    told = language_code.replace("_", "-").partition("-")[0].strip().lower()
    if told == "kk":
        return "kk"
    if told == "ru":
        return "ru"
    if told == "en":
        return "en"
    words = " ".join(word for word in text[:_LOOKED_AT].split() if not _silent(word))
    if _KAZAKH.search(words):
        return "kk"
    for count, word in enumerate(_WORD.finditer(words)):
        if count == _GREETED:
            break
        greeting = _GREETINGS.get(word.group().lower())
        if greeting:
            return greeting
    if _CYRILLIC.search(words):
        return "ru"
    return "en" if _LATIN.search(words) else ""


def _silent(word: str) -> bool:
    """Whether a word is a link, an address, an @name or a command: those are in Latin letters in every language."""
    return "://" in word or "@" in word or word.startswith("/") or "www." in word.lower()
