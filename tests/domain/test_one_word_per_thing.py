"""Words that a text gave up for the one of the glossary do not come back, nor citations that no lawyer would write."""

import re
from pathlib import Path

import pytest

import chalicelib.locale
from chalicelib.core.law_citation import cite
from chalicelib.core.texts import catalogue
from chalicelib.locale import build

LOCALE = Path(chalicelib.locale.__path__[0])
GIVEN_UP = {
    "kk": {
        r"сұраныс": "сұрау салу, or сұрау of a computer (сұраныс is what a market has)",
        r"құпия сөз": "құпия код of a certificate, құпиясөз of an account",
        r"батырма": "түйме",
        r"қолданба": "қосымша",
        r"есептік жазба": "тіркелгі",
        r"\bформа": "нысан",
        r"\bпішін": "нысан",
        r"жазысу|әңгіме": "хат алмасу",
        r"жеке (дерек|бағдарлама|тұлға)": "дербес дерек, бөлек бағдарлама, жеке басын растау",
        r"анонимді": "иесіздендірілген",
        r"(?<!дербес )деректерге жауапты": "дербес деректерге жауапты тұлға",
        r"келісім\w* қайтарып": "кері қайтарып алу",
        r"ж[үұ]ріс": "қайта орындау",
        r"таратылым(д[еі]|ге)": "таратылымдар, таратылымға: the vowels of the word are hard",
        r"-бап\b|-тармақ\b(?! \{)|\d\(\d": "№ 94-V Заңның 25-бабы 2-тармағының 8) тармақшасы",
    },
    "ru": {
        r"\bпп\.|94-V,|ст\.\s?\S+ п\.|\d\(\d|\}\(\{": "подп. 8) п. 2 ст. 25 Закона № 94-V",
        r"отпечаток адреса": "метка адреса",
        r"есть право": "вы имеете право",
        r"\bсекрет\b": "секретный код",
        r"разговор": "переписка",
        r"сертификат": "свидетельство",
    },
}  # fmt: skip
"""What stands in no translation any more, whatever the case of its letters, and what is said instead."""


@pytest.mark.parametrize("language", GIVEN_UP)
@pytest.mark.parametrize("domain", build.KEYWORDS)
def test_a_word_that_was_given_up_does_not_come_back(domain: str, language: str) -> None:
    said = [str(one.string) for one in build.load(domain, language, LOCALE) if one.id]
    assert said and not {text: better for text in said if (better := _better(text, language))}


def _better(text: str, language: str) -> str:
    return "; ".join(better for old, better in GIVEN_UP[language].items() if re.search(old, text, re.IGNORECASE))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("kk", "Сұраныс тоқтатылды."), ("kk", "Құпия сөз"), ("kk", "№\xa094-V Заң, 25(2)(8)-бап"), ("kk", "7-бап"),
        ("kk", "Келісімді қайтарып алу"), ("ru", "Закон №\xa094-V, ст.\xa025(2)(8)"), ("ru", "ст.\xa08 п.\xa07"),
    ],
)  # fmt: skip
def test_what_was_said_before_is_found(language: str, text: str) -> None:
    assert _better(text, language)


@pytest.mark.parametrize("clause", ["94-V art. 12", "94-V art. 8(7)", "94-V art. 25(2)(8)", "Rules 395", "own rule"])
@pytest.mark.parametrize("language", build.LANGUAGES)
def test_customers_pages_and_policy_read_the_same_citation(language: str, clause: str) -> None:
    assert len({cite(clause, catalogue(domain, language).gettext) for domain in ("bot", "desk", "policy")}) == 1
