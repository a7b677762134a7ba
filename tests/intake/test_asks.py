"""Words and buttons about a person's data: recognised as a whole or not at all, and stored with their message."""

import json
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.parts import InboundMessage, Part
from chalicelib.channels.telegram import parse as telegram
from chalicelib.channels.whatsapp import parse as whatsapp
from chalicelib.core.addresses import Author
from chalicelib.core.asks import ASK_WAITS, Ask
from chalicelib.core.clock import DAY
from chalicelib.core.ids import new_id
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import bot_text
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import ASK, ASKING
from chalicelib.entrypoints.stream_router import _wake_up
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.recognition.answer_phrases import ANSWERS, OPENINGS, spelled
from chalicelib.privacy.recognition.recognise_words import _COURTESY, asks
from chalicelib.privacy.texts.buttons import NO_KEEP, YES_DELETE
from chalicelib.profile.load import load_profile
from tests.channels import bodies
from tests.intake.conftest import Desk
from tests.intake.test_receive_message import change_ticket
from tests.intake.test_webhooks import envelope, front, post, text, update, value
from tests.people import AMINA_PHONE, DANIYAR_CHAT, from_amina, from_daniyar
from tests.storage.declared import undeclared

__all__ = ["front"]
MARKINGS = load_profile("spoint").markings
REQUESTS = {one.id: one.phrases for one in registry.KINDS}
ACTS: dict[str, Ask] = {
    **{kind: Ask("withdraw", kinds=(kind,)) for kind in registry.handled()},
    "confirm": Ask("confirm"),
    "cancel": Ask("cancel"),
}
"""What each group of phrases asks."""
PHRASES = [(what, one) for what, lines in (REQUESTS | ANSWERS).items() for one in spelled(lines)]
REQUEST = "0123456789abcdefghjk"
PAYLOAD = f"erase.confirm.{REQUEST}"


def said(words: str, **more: Any) -> Ask | None:
    return asks(from_amina(words, sent_at=1_795_000_000, **more), MARKINGS)


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
        "Актуализация персональных данных",
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
AROUND = {line.strip() for line in OPENINGS.strip().splitlines()} | set(_COURTESY)


@given(st.sampled_from(PHRASES), st.lists(WORD, max_size=3), st.lists(WORD, max_size=3))
def test_no_longer_sentence_asks_anything(given_phrase: tuple[str, str], before: list[str], after: list[str]) -> None:
    _, phrase = given_phrase
    sentence = " ".join([*before, phrase, *after])
    if sentence in KNOWN or not before + after or {" ".join(before).casefold(), *after} & AROUND:
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


def pressed_whatsapp(payload: object, **more: Any) -> Part:
    reply = {"type": "button_reply", "button_reply": {"id": payload, "title": "Yes, delete"}}
    (part,) = whatsapp.parse(
        bodies.body(bodies.change([bodies.message("interactive", interactive=reply, **more)])),
        [bodies.NUMBER],
        bodies.NOW,
    )
    return part


def pressed_telegram(data: object) -> Part:
    message = bodies.private(text="…", reply_markup={"inline_keyboard": [[{"text": "Да", "callback_data": data}]]})
    person = message.pop("from")
    body = bodies.update("callback_query", id="4382bfdwdsb323b2d9", **{"from": person}, message=message, data=data)
    (part,) = telegram.parse(body, bodies.BOT, bodies.NOW)
    return part


def pressed_template(payload: object) -> Part:
    button = {"payload": payload, "text": "Yes, delete"}
    message = bodies.message("button", button=button)
    (part,) = whatsapp.parse(bodies.body(bodies.change([message])), [bodies.NUMBER], bodies.NOW)
    return part


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


# -- the row


def rows_of(desk: Desk) -> list[dict[str, Any]]:
    return desk.of("ask#")


def test_words_leave_an_ask_beside_an_ordinary_message(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    asking = from_amina("Деректерімді жойыңыз!", sent_at=desk.seconds + 5)
    desk.now += 7_000
    assert desk.receive(asking) is Outcome.STORED

    (ask,) = rows_of(desk)
    (contact,) = desk.of("contact")
    (ticket,) = desk.of("ticket")
    message = desk.messages()[-1]
    assert ask["pk"] == f"contact#{contact['contact_id']}" and ask["contact_id"] == contact["contact_id"]
    assert ask["sk"] == f"ask#{desk.now}#{message['provider_hash']}"
    assert (ask["action"], ask["language"], ask["at"], "request_id" in ask) == ("withdraw", "kk", desk.now, False)
    assert ask["kinds"] == ["deletion"] and "meant_at" not in ask
    assert ask["message_ref"].endswith(message["provider_hash"])
    assert not {"expires_at", "gone_at"} & ask.keys(), "it lies there until it was dealt with"
    assert (ask["due"], ask["due_at"]) == (ASKING, desk.now + ASK_WAITS)
    assert ticket["unread"] == 2 and ticket["state"] == "open"
    assert undeclared("desk", desk.items()) == [] and ask.keys() <= {"pk", "sk", *ASK.plain}


def test_a_first_message_may_ask_and_a_solved_ticket_is_reopened_by_words(desk: Desk) -> None:
    desk.receive(from_daniyar("/delete", sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state="solved", queue="solved#0", solved_at=desk.now)
    desk.receive(from_daniyar("Отмена", sent_at=desk.seconds + 1, message_id=8))

    assert sorted(row["action"] for row in rows_of(desk)) == ["cancel", "withdraw"]
    assert [ticket["state"] for ticket in desk.of("ticket")] == ["open"]
    assert len(desk.of("consent#")) == 1


def test_50_deliveries_of_an_ask_leave_one(desk: Desk) -> None:
    message = from_amina("Delete my data", sent_at=desk.seconds)
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(desk.receive, [message] * 50))
    desk.now += 3_600_000
    outcomes.append(desk.receive(message))

    assert outcomes.count(Outcome.STORED) == 1 and set(outcomes) == {Outcome.STORED, Outcome.DUPLICATE}
    assert len(rows_of(desk)) == len(desk.messages()) == 1


def test_an_ordinary_message_leaves_no_ask(desk: Desk) -> None:
    desk.receive(from_amina("Как удалить приложение?", sent_at=desk.seconds))
    desk.receive(from_amina("да", sent_at=desk.seconds + 1))
    assert rows_of(desk) == []


def test_words_that_may_mean_a_request_leave_an_ask_that_acts_on_nothing(desk: Desk) -> None:
    said = from_amina("Как удалить мои данные? Согласие тоже отзываю", sent_at=desk.seconds)
    assert [desk.receive(said), desk.receive(said)] == [Outcome.STORED, Outcome.DUPLICATE]
    (ask,), (ticket,) = rows_of(desk), desk.of("ticket")
    assert (ask["action"], ask["kinds"], ask["language"]) == ("maybe", ["deletion", "withdrawal"], "ru")
    assert ticket["state"] == "open" and ticket["unread"] == 1
    assert len(desk.of("consent#")) == 1 and "удалить" not in str(ask)
    assert undeclared("desk", desk.items()) == []


def test_words_tell_the_language_of_who_had_none_so_far(desk: Desk) -> None:
    desk.receive(from_amina("👍", sent_at=desk.seconds))
    assert [one.get("language", "") for one in desk.of("contact")] == [""]
    desk.receive(from_amina("Деректерімді жойыңыз", sent_at=desk.seconds + 1))
    desk.receive(
        from_amina(
            "Жоқ / Нет", sent_at=desk.seconds + 2, kind="button", details={"payload": f"ask.deletion.{desk.now}"}
        )
    )
    words, press = sorted(rows_of(desk), key=lambda one: "meant_at" in one)
    assert (words["language"], press.get("language", "")) == ("kk", "")
    assert (press["action"], press["kinds"], press["meant_at"]) == ("withdraw", ["deletion"], desk.now)


@pytest.mark.parametrize("press", [pressed_whatsapp, pressed_telegram, pressed_template])
def test_the_buttons_under_the_question_what_was_meant_are_understood(press: Any) -> None:
    for kind in registry.handled():
        asked = asks(press(f"ask.{kind}.1795000000000"))
        assert asked == Ask("withdraw", kinds=(kind,), meant_at=1_795_000_000_000) and asked.pressed
    assert asks(press("ask.no")) == Ask("no") and Ask("no").pressed


@pytest.mark.parametrize(
    "payload",
    [
        "ask.deletion",
        "ask.deletion.",
        "ask.deletion.17950000000",
        "ask.deletion.0795000000000",
        "ask.deletion.17950000000000",
        "ask.deletion.179500000000x",
        "ask.deletion.179500000000٣",
        "ask.access.1795000000000",
        "ask..1795000000000",
        "ask.deletion.x.1795000000000",
        "ASK.deletion.1795000000000",
        "ask.no.1795000000000",
        "ask.maybe.1795000000000",
        "ask.no ",
        "ask",
    ],
)
def test_no_other_payload_answers_that_question(payload: str) -> None:
    assert asks(pressed_telegram(payload)) is None


def test_a_press_under_that_question_opens_no_ticket_and_tells_nothing_of_who_is_unknown(desk: Desk) -> None:
    for number, data in enumerate(("ask.no", f"ask.deletion.{desk.now}")):
        details = {"callback_id": f"c{number}", "data": data}
        press = from_daniyar("Нет", sent_at=desk.seconds, message_id=90 + number, kind="callback", details=details)
        assert desk.receive(press) is Outcome.STALE
    assert desk.items() == []
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state="solved", queue="solved#0", solved_at=desk.now)
    desk.receive(press._replace(details={"callback_id": "c3", "data": "ask.no"}, provider_id="500000042:93"))
    assert [ticket["state"] for ticket in desk.of("ticket")] == ["solved"]
    assert [row["action"] for row in rows_of(desk)] == ["no"]


def confirm(desk: Desk, message_id: int = 70) -> InboundMessage:
    details = {"callback_id": f"4382bf{message_id}", "data": PAYLOAD}
    return from_daniyar("Да, удалить", sent_at=desk.seconds, message_id=message_id, kind="callback", details=details)


@pytest.mark.parametrize("state", ["open", "solved", "closed"])
def test_a_press_opens_and_reopens_nothing(desk: Desk, state: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state=state, queue=f"{state}#0", solved_at=desk.now)
    desk.now += 30 * DAY
    assert desk.receive(confirm(desk)) is Outcome.STORED
    assert desk.receive(confirm(desk)) is Outcome.DUPLICATE

    (ticket,) = desk.of("ticket")
    assert (ticket["state"], ticket["queue"]) == (state, f"{state}#0")
    (ask,) = rows_of(desk)
    assert (ask["action"], ask["request_id"], ask["language"]) == ("confirm", REQUEST, "ru")
    assert [item["action"] for item in desk.of("outbox#")].count("answer_callback") == 1


def test_a_press_of_somebody_who_never_wrote_leaves_the_ask_without_a_ticket(desk: Desk) -> None:
    from tests.intake.test_receive_change import started

    desk.changer()(started(desk))
    assert desk.receive(confirm(desk)) is Outcome.STORED
    assert desk.of("ticket") == [] and len(rows_of(desk)) == 1


def test_an_old_button_pressed_by_somebody_unknown_stores_nothing(desk: Desk) -> None:
    assert desk.receive(confirm(desk)) is Outcome.STALE
    assert desk.items() == []


@pytest.mark.parametrize("kind", ["callback", "button"])
def test_a_press_that_lands_on_a_closed_ticket_is_dated_with_it(desk: Desk, kind: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state="closed", queue="closed#0")
    desk.receive(confirm(desk)._replace(kind=kind, details={"data": PAYLOAD, "payload": PAYLOAD}))
    (press,) = [item for item in desk.messages() if item["kind"] == kind]
    record = {"eventName": "INSERT", "eventID": "1", "dynamodb": {"NewImage": attribute_values(press)}}
    found = _wake_up(record)
    assert found is not None and found[0] == "dating" and found[1].body["row"] == press["sk"]


def test_another_button_says_nothing_of_who_is_unknown(desk: Desk) -> None:
    menu = {"callback_id": "1", "data": "menu.prices"}
    press = from_daniyar("Цены", sent_at=desk.seconds, message_id=9, kind="callback", details=menu)
    assert desk.receive(press) is Outcome.STALE
    assert desk.items() == desk.items("index") == []


# -- through the webhooks


def whatsapp_press(desk: Desk, payload: str) -> dict[str, Any]:
    reply = {"type": "button_reply", "button_reply": {"id": payload, "title": "Yes, delete"}}
    message = text(desk, type="interactive", interactive=reply, context={"from": "77000000000", "id": "wamid.HBgL"})
    return {name: one for name, one in message.items() if name != "text"}


def telegram_update(desk: Desk, **more: Any) -> Iterator[dict[str, Any]]:
    person = {"id": int(DANIYAR_CHAT), "is_bot": False, "first_name": "Данияр", "language_code": "ru"}
    chat = {"id": int(DANIYAR_CHAT), "type": "private"}
    yield {"update_id": 10, "message": {"message_id": 7, "date": desk.seconds, "chat": chat, "from": person,
                                        "text": "/delete@spoint_help_bot"}}  # fmt: skip
    asked = {"message_id": 8, "date": desk.seconds, "chat": chat, "text": "?", **more}
    yield {"update_id": 11, "callback_query": {"id": "4382bfdwdsb323b2d9", "from": person, "message": asked,
                                               "chat_instance": "-1", "data": f"erase.cancel.{REQUEST}"}}  # fmt: skip


def test_both_channels_bring_asks_through_their_webhooks_and_repeat_them(front: Client, desk: Desk) -> None:
    words, press = text(desk, "Удалите мои данные"), whatsapp_press(desk, f"erase.confirm.{REQUEST}")
    for message in (words, press, words, press):
        assert post(front, json.dumps(envelope(value(message))).encode()).status_code == 200
    for body in (*telegram_update(desk), *telegram_update(desk)):
        assert update(front, body).status_code == 200

    found = sorted((ask["action"], ask.get("request_id", "")) for ask in rows_of(desk))
    assert found == [("cancel", REQUEST), ("confirm", REQUEST), ("withdraw", ""), ("withdraw", "")]
    assert len(desk.of("ticket")) == 2
    kinds = sorted(item["kind"] for item in desk.messages())
    assert kinds == ["button", "callback", "text", "text"]
    assert AMINA_PHONE not in str(rows_of(desk))


def test_an_author_without_a_name_asks_as_well(desk: Desk) -> None:
    nameless = Author(from_amina(sent_at=1).author.addresses)
    desk.receive(from_amina("Delete my data", sent_at=desk.seconds, author=nameless))
    assert [row["action"] for row in rows_of(desk)] == ["withdraw"]
