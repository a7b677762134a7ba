"""Words and buttons about a person's data: recognised as a whole or not at all, and stored with their message."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.parts import InboundMessage
from chalicelib.channels.telegram import parse as telegram
from chalicelib.channels.whatsapp import parse as whatsapp
from chalicelib.core.asks import Ask
from chalicelib.core.ids import new_id
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.normal import normal
from chalicelib.core.texts import bot_text
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.recognition.answer_phrases import ANSWERS, OPENINGS, spelled
from chalicelib.privacy.recognition.recognise_words import _COURTESY, asks
from chalicelib.privacy.texts.buttons import NO_KEEP, YES_DELETE
from tests.support.channels import bodies
from tests.support.intake.asks import MARKINGS, pressed_telegram, pressed_template, pressed_whatsapp, said
from tests.support.intake.webhooks import REQUEST
from tests.support.intake.webhooks import front as front
from tests.support.people import from_amina

__all__ = ["front"]
REQUESTS = {one.id: one.phrases for one in registry.KINDS}
ACTS: dict[str, Ask] = {
    **{kind: Ask("withdraw", kinds=(kind,)) for kind in registry.handled()},
    "confirm": Ask("confirm"),
    "cancel": Ask("cancel"),
}
"""What each group of phrases asks."""
PHRASES = [(what, one) for what, lines in (REQUESTS | ANSWERS).items() for one in spelled(lines)]


# -- words


def kind_of(words: str, **more: Any) -> str:
    """What the words ask: the kind of request that they open, else the action, "" for nothing."""
    ask = said(words, **more)
    return "" if ask is None else ask.kinds[0] if ask.action == "withdraw" else ask.action


@pytest.mark.parametrize("what", [*REQUESTS, *ANSWERS])
def test_every_phrase_is_understood_however_it_is_typed(what: str) -> None:
    for phrase in (one for group, one in PHRASES if group == what):
        forms = [
            phrase,
            phrase.upper(),
            f"  «{phrase.capitalize()}!» \n",
            f"“{phrase}.”",
            phrase.replace(" ", "\u00a0 "),
        ]
        forms += [unicodedata.normalize("NFD", phrase), phrase.replace("е", "ё"), f"{phrase} ❤️", "\u200b" + phrase]
        assert {said(form) for form in forms} == {ACTS[what]}, phrase


def test_no_phrase_stands_in_two_groups() -> None:
    assert len({one for _, one in PHRASES}) == len(PHRASES)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("withdrawal", "Прошу отозвать согласие на обработку персональных данных"),
        ("withdrawal", "хочу отозвать согласие"),
        ("withdrawal", "отзываю свое согласие на обработку моих персональных данных"),
        ("withdrawal", "Отзыв согласия на обработку персональных данных. Иванов И.И."),
        ("withdrawal", "Келісімімді кері қайтарып аламын"),
        ("withdrawal", "Дербес деректерді өңдеуге берген келісімімді кері қайтарып алғым келеді"),
        ("withdrawal", "I want to withdraw my consent"),
        ("stop_processing", "Прошу прекратить обработку моих персональных данных"),
        ("stop_processing", "Жеке деректерімді өңдеуді тоқтатуды сұраймын"),
        ("deletion", "Прошу уничтожить мои персональные данные"),
        ("deletion", "деректерімді жойып беріңіз"),
        ("deletion", "Сәлеметсіз бе! Деректерімді өшіріп тастаңызшы, рахмет"),
        ("deletion", "I would like you to delete all my personal data"),
        ("opt_out", "Не присылайте мне больше рекламу"),
        ("opt_out", "Отписаться"),
        ("opt_out", "Unsubscribe me, please"),
        ("opt_out", "No more advertising"),
        ("opt_out", "Маған жарнама жібермеңізші"),
    ],
)
def test_ordinary_wordings_of_the_law_ask_for_their_kind(kind: str, words: str) -> None:
    assert kind_of(words) == kind


@pytest.mark.parametrize("kind", ["withdrawal", "opt_out"])
def test_the_published_markings_act_in_three_languages(kind: str) -> None:
    for marking in MARKINGS[kind]:
        assert said(marking) == said(f"«{marking.upper()}».") == ACTS[kind]
    own = {**MARKINGS, kind: (*MARKINGS[kind], "Хватит!")}
    assert asks(from_amina("Хватит", sent_at=1), own) == ACTS[kind]
    assert asks(from_amina("Хватит", sent_at=1), MARKINGS) is None


@pytest.mark.parametrize("kind", ["withdrawal", "opt_out"])
@pytest.mark.parametrize(
    "rest", [". Иванов И.И.", ".\n\nАмина Оспанова\n+7 700 000 01 07", "\nСебеп: " + "көшіп кетемін " * 60, "!  A."]
)
def test_a_marking_acts_as_a_title_whatever_follows(kind: str, rest: str) -> None:
    for marking in MARKINGS[kind]:
        assert said(marking + rest) == said(f"\n «{marking.upper()}»{rest}") == ACTS[kind]


@pytest.mark.parametrize(
    "words",
    [
        "{marking}? Что это такое",
        "{marking} по заявке 15",
        "Мне прислали бланк. {marking}. Что с ним делать?",
        "Вопрос.\n{marking}\nИванов",
        "{marking}: как это сделать?",
    ],
)
def test_a_marking_anywhere_else_acts_on_nothing(words: str) -> None:
    for marking in MARKINGS["withdrawal"]:
        ask = said(words.format(marking=marking))
        assert ask is None or ask.action == "maybe"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("Please delete my data", "deletion"),
        ("Удалите, пожалуйста… мои данные", "maybe"),
        ("Удалите мои данные, пожалуйста!", "deletion"),
        ("Деректерімді жойыңызшы, өтінемін", "deletion"),
        ("Отзываю своё согласие", "withdrawal"),
        ("деректеримди жойыныз", "deletion"),
        ("Don’t delete my data", "cancel"),
        ("ＤＥＬＥＴＥ ＭＹ ＤＡＴＡ", "deletion"),
        ("/delete", "deletion"),
        ("/DELETE@spoint_help_bot", "deletion"),
        (" /delete everything about me", "deletion"),
        ("/delete_my_data", "deletion"),
        ("Delete my data?", "deletion"),
        ("Yes, delete my data?", "maybe"),
        ("Да, удалить мои данные？", "maybe"),
    ],
)
def test_courtesy_letters_and_commands(words: str, what: str) -> None:
    assert kind_of(words) == what


@pytest.mark.parametrize(
    "words",
    [
        "Как удалить мои данные",
        "How do I delete my data",
        "How to delete my data?",
        "Деректерімді қалай жоюға болады?",
        "Я не просил удалить мои данные",
        "Do not forget me",
        "удалить мои данные нельзя",
        "Коллега написал «удалите мои данные», что это?",
        "delete my data\ndelete my order",
        "delete my date",
        "удалите мои заказы",
        "удалить",
        "delete",
        "yes",
        "да",
        "иә",
        "confirm",
        "подтверждаю",
        "растаймын",
        "/deleted",
        "delete/",
        "//delete",
        "erase.confirm." + REQUEST,
        "Отзыв согласия на обработку персональных данных по заявке 15",
        "",
        "   ",
        "delete my data " * 20,
    ],
)
def test_near_misses_act_on_nothing(words: str) -> None:
    ask = said(words)
    assert ask is None or ask.action == "maybe"


def test_words_of_others_and_changes_of_what_was_said_ask_nothing() -> None:
    assert said("Delete my data", forwarded=True) is None
    assert said("Delete my data", details={"via_bot": "gif"}) is None
    for kind in ("edit", "sticker", "list", "form", "button", "callback", "unsupported", "reaction"):
        assert said("Delete my data", kind=kind) is None


NOISE = st.text(st.characters(categories=("P", "S", "Z", "Cc", "Cf")), max_size=20)
WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)


@given(st.sampled_from(PHRASES), NOISE, NOISE)
def test_noise_around_a_phrase_changes_nothing(given_phrase: tuple[str, str], before: str, after: str) -> None:
    what, phrase = given_phrase
    shown = unicodedata.normalize("NFKC", before + after)
    if any(one.isalnum() for one in shown) or (what == "confirm" and "?" in shown) or before.strip()[-1:] == "/":
        return
    assert said(f"{before} {phrase} {after}") == ACTS[what]


KNOWN = {phrase for _, phrase in PHRASES}
AROUND = {normal(one) for one in (*OPENINGS.strip().splitlines(), *_COURTESY)}


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(st.sampled_from(PHRASES), st.lists(WORD, max_size=3), st.lists(WORD, max_size=3))
def test_no_longer_sentence_asks_anything(given_phrase: tuple[str, str], before: list[str], after: list[str]) -> None:
    _, phrase = given_phrase
    sentence = " ".join([*before, phrase, *after])
    if sentence in KNOWN or not before + after or {normal(" ".join(before)), *map(normal, after)} & AROUND:
        return
    ask = said(sentence)
    assert ask is None or ask.action == "maybe"


@given(st.text())
def test_any_text_is_read_without_an_error(words: str) -> None:
    said(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_titles_of_our_buttons_mean_the_same_when_they_are_typed(language: str) -> None:
    assert said(bot_text(language, YES_DELETE)) == Ask("confirm")
    assert said(bot_text(language, NO_KEEP)) == Ask("cancel")


# -- buttons, as the providers bring them


@pytest.mark.parametrize("press", [pressed_whatsapp, pressed_telegram, pressed_template])
def test_our_buttons_are_understood_on_both_channels(press: Any) -> None:
    request_id = new_id()
    assert asks(press(f"erase.confirm.{request_id}")) == Ask("confirm", request_id)
    assert asks(press(f"erase.cancel.{request_id}")) == Ask("cancel", request_id)


@pytest.mark.parametrize("press", [pressed_whatsapp, pressed_telegram, pressed_template])
@pytest.mark.parametrize(
    "payload",
    [
        f"erase.withdraw.{REQUEST}",
        f"erase.confirm.{REQUEST} ",
        f" erase.confirm.{REQUEST}",
        f"erase.confirm.{REQUEST}0",
        f"erase.confirm.{REQUEST[1:]}",
        f"erase.confirm.{REQUEST.upper()}",
        f"erase.confirm.{REQUEST[:-1]}і",
        f"ERASE.confirm.{REQUEST}",
        f"erase.confirm.x.{REQUEST}",
        f"erase.confirm{REQUEST}",
        "erase.confirm.",
        "erase.confirm",
        "delete my data",
        "/delete",
        "",
        None,
        17,
        ["erase.confirm." + REQUEST],
    ],
)
def test_a_payload_of_another_form_is_nothing(press: Any, payload: object) -> None:
    part = press(payload)
    assert not isinstance(part, InboundMessage) or asks(part, MARKINGS) is None


def test_real_bodies_with_words_are_understood() -> None:
    body = bodies.body(bodies.change([bodies.message(text={"body": "Деректерімді жойыңыз"})]))
    (part,) = whatsapp.parse(body, [bodies.NUMBER], bodies.NOW)
    assert isinstance(part, InboundMessage) and asks(part) == ACTS["deletion"]
    entities = [{"type": "bot_command", "offset": 0, "length": 7}]
    (part,) = telegram.parse(bodies.update(**bodies.private(text="/delete", entities=entities)), bodies.BOT, bodies.NOW)
    assert isinstance(part, InboundMessage) and asks(part) == ACTS["deletion"]
    for sample in bodies.samples().values():
        numbers = {change["value"].get("metadata", {}).get("phone_number_id")
                   for entry in sample["entry"] for change in entry["changes"]}  # fmt: skip
        parts = whatsapp.parse(json.dumps(sample).encode(), numbers - {None}, bodies.NOW)
        assert not any(asks(part, MARKINGS) for part in parts if isinstance(part, InboundMessage))
