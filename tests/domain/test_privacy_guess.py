"""What messages may mean is recognised widely, and daily support is left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.asks import Ask
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.meaning import stems
from chalicelib.privacy.recognition.answer_phrases import LONGEST_GUESS, spelled
from chalicelib.privacy.recognition.guesses import MOST_KINDS, guess
from chalicelib.privacy.recognition.recognise_words import asks, hinted, words_of
from chalicelib.profile.load import load_profile
from tests.domain.privacy_corpus import MEANT, ORDINARY
from tests.support.people import from_amina

MARKINGS = load_profile("spoint").phrases
POSITIVE = [one for language in MEANT.values() for one in language]
NEGATIVE = [one for language in ORDINARY.values() for one in language]
SENTENCES = [*(text for _, text in POSITIVE), *NEGATIVE]


def test_the_corpus_is_large_enough_in_every_language() -> None:
    assert all(len(MEANT[language]) >= 20 <= len(ORDINARY[language]) for language in ("kk", "ru", "en"))
    assert len(POSITIVE) >= 60 <= len(NEGATIVE) and len(set(SENTENCES)) == len(SENTENCES)


@pytest.mark.parametrize(("kind", "text"), POSITIVE)
def test_what_is_meant_is_recognised(kind: str, text: str) -> None:
    assert guess(text)[:1] == (kind,)
    ask = asks(from_amina(text, sent_at=1))
    assert ask is not None and (ask.action == "maybe" or ask.kinds == (kind,)), "the way through intake finds it, too"


@pytest.mark.parametrize("text", NEGATIVE)
def test_ordinary_messages_mean_nothing(text: str) -> None:
    assert guess(text) == ()
    ask = asks(from_amina(text, sent_at=1))
    assert ask is None or ask.action == "cancel"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Удалите мои данные и больше не присылайте рекламу, спасибо вам", ("deletion", "opt_out")),
        ("Отзываю согласие. Удалите всё обо мне! И прекратите обработку моих данных", ("withdrawal", "deletion")),
        ("My order is late. Please delete my account.", ("deletion",)),
        ("Удалите, пожалуйста… мои данные", ("deletion",)),
    ],
)
def test_the_likelier_kinds_come_first_and_two_at_most(text: str, kinds: tuple[str, ...]) -> None:
    assert guess(text) == kinds and len(kinds) <= MOST_KINDS


OFFERS = ("offers", "ұсыныстар")
"""Alone no news: "no more offers" may be about prices, and only the whole phrase acts."""


@pytest.mark.parametrize("kind", registry.KINDS, ids=lambda kind: kind.id)
def test_every_phrase_that_acts_means_its_kind_with_another_word_too(kind: Kind) -> None:
    phrases = [one for one in spelled(kind.phrases) if not any(offer in one for offer in OFFERS)]
    assert [one for one in phrases if kind.id not in guess(one)] == []


def test_words_of_others_mean_nothing() -> None:
    text = "Как удалить мои данные?"
    assert asks(from_amina(text, sent_at=1)) == Ask("maybe", kinds=("deletion",))
    assert asks(from_amina(text, sent_at=1, forwarded=True)) is None
    assert asks(from_amina(text, sent_at=1, details={"via_bot": "gif"})) is None
    for kind in ("edit", "callback", "unsupported", "reaction", "sticker", "location"):
        assert asks(from_amina(text, sent_at=1, kind=kind)) is None


@pytest.mark.parametrize("kind", ["image", "video", "animation", "document", "audio", "voice"])
def test_words_beside_a_file_are_asked_about_and_act_on_nothing(kind: str) -> None:
    """Given a photo of a signed application with the very phrase below it, then the person is asked what they mean."""
    for text, meant in (
        ("Отзыв согласия на обработку персональных данных", "withdrawal"), ("Деректерімді жойыңыз", "deletion"),
        ("Stop processing my data", "stop_processing"), ("/delete my data", "deletion"),
    ):  # fmt: skip
        assert asks(from_amina(text, sent_at=1, kind=kind), MARKINGS) == Ask("maybe", kinds=(meant,))
        assert asks(from_amina(text, sent_at=1, kind=kind, forwarded=True)) is None
    for text in ("Да, удалить", "Отмена", "Вот чек", ""):
        assert asks(from_amina(text, sent_at=1, kind=kind)) is None


# -- the form of a text does not matter


def _forms(text: str) -> list[str]:
    forms = [text.upper(), text.lower(), f"«{text}»", f"“{text}”", f"  {text}\n", text.replace(" ", "\u00a0 ")]
    forms += [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    forms += [text.replace("е", "ё"), f"{text} 🙏", "\u200b" + text, text.replace(" ", " \u200e"), text + "!!!"]
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code).isalnum()}
    return [*forms, text.translate(wide)]


@pytest.mark.parametrize("text", SENTENCES)
def test_case_quotes_and_unicode_forms_change_nothing(text: str) -> None:
    assert {guess(form) for form in _forms(text)} == {guess(text)}


KAZAKH = str.maketrans("әіңғүұқөһӘІҢҒҮҰҚӨҺ", "аинг" + "уукохАИНГУУКОХ")


@pytest.mark.parametrize("text", [text for _, text in MEANT["kk"]] + ORDINARY["kk"])
def test_kazakh_typed_on_a_russian_keyboard_means_the_same(text: str) -> None:
    assert guess(text.translate(KAZAKH)) == guess(text)


@given(
    st.sampled_from(SENTENCES), st.lists(st.tuples(st.integers(0, 30), st.sampled_from(',;:—–-"«»()*_“”')), max_size=6)
)
def test_marks_between_words_change_nothing(text: str, marks: list[tuple[int, str]]) -> None:
    words = text.split(" ")
    for place, mark in marks:
        at = place % len(words)
        words[at] = words[at] + mark if place % 2 else mark + words[at]
    assert guess(" ".join(words)) == guess(text)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    kinds = guess(text)
    assert len(kinds) <= MOST_KINDS and set(kinds) <= set(registry.handled())


# -- what intake looks at first


def test_everything_that_is_recognised_passes_the_first_look() -> None:
    """Intake loads the guesses for texts that hold a hint alone."""
    things = (
        stems.DATA | stems.OWN_DATA | stems.CONSENT | stems.NEWS | stems.FORGET | stems.ME | set(stems.OWN_DATA_STEMS)
        | set(stems.CONSENT_STEMS) | set(stems.NEWS_STEMS) | set(stems.OFFER_STEMS) | set(stems.RIGHT_TO_GO)
        | set(stems.DISAGREE_STEMS)
    )  # fmt: skip
    assert [one for one in things if not hinted(f" {one} ")] == []
    assert [
        one for kind in registry.KINDS for one in spelled(kind.phrases) if not hinted(f" {' '.join(words_of(one))} ")
    ] == []


def test_a_long_letter_is_read_and_its_end_is_not() -> None:
    assert guess("Здравствуйте. " * 100 + "Удалите мой аккаунт") == ("deletion",)
    assert guess("Здравствуйте. " * 200 + "Удалите мой аккаунт") == () and LONGEST_GUESS < 200 * 14
