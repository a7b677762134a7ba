"""The menu, as it arrives: what is understood, what is stored of it, and that it is no news to staff."""

import pytest

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.asks import ITEMS, Ask
from chalicelib.core.clock import DAY
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.menu.buttons import menu_buttons
from tests.support.faults import Counting
from tests.support.intake.asks import pressed_telegram, pressed_whatsapp, said
from tests.support.intake.changes import welcomed_before
from tests.support.intake.desk import Desk
from tests.support.intake.fences import close_fence
from tests.support.intake.rows import change_ticket
from tests.support.intake.visitors import content
from tests.support.people import AMINA, from_amina, from_daniyar

MENU = Ask("menu", item="menu")


def pressed(desk: Desk, data: str, number: int = 1, kind: str = "callback") -> InboundMessage:
    details = {"data": data, "payload": data, "callback_id": f"{number}"}
    return from_daniyar(
        "Пункт", sent_at=desk.seconds, message_id=900 + number, kind=kind, details=details, undated=kind == "callback"
    )


# -- what is understood


@pytest.mark.parametrize("words", ["menu", "Меню", "мәзір", "МАЗИР", "«Мәзір!»", " меню. ", "Меню, пожалуйста", "/menu",
                                   "/menu@desk_bot", "/MENU"])  # fmt: skip
def test_a_word_or_a_command_shows_the_menu(words: str) -> None:
    assert said(words) == MENU


@pytest.mark.parametrize("words", ["меню на завтра", "what is on the menu", "мәзірді жіберіңізші", "/menu now",
                                   "/status 5", "/menus", "person", "status"])  # fmt: skip
def test_more_words_are_words_to_staff(words: str) -> None:
    assert said(words) is None


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_is_a_command_and_a_button_on_both_channels(item: str) -> None:
    wanted = Ask("menu", item=item)
    assert said(f"/{item}") == wanted
    for part in (pressed_telegram(f"menu.{item}"), pressed_whatsapp(f"menu.{item}")):
        assert isinstance(part, InboundMessage)
        assert _asks(part) == _asks(part._replace(kind="list", details={"payload": f"menu.{item}"})) == wanted


def _asks(message: InboundMessage) -> Ask | None:
    from chalicelib.privacy.recognition.recognise_words import asks

    return asks(message)


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ("menu", MENU),
        ("menu.language.kk", Ask("menu", item="language.kk")),
        ("menu.deletion", Ask("withdraw", kinds=("deletion",), item="deletion")),
        ("menu.stop_processing", Ask("withdraw", kinds=("stop_processing",), item="stop_processing")),
        *dict.fromkeys(("menu.", "menus", "menu.language.", "menu.language.de", "menu.status.kk", "menu.no_kind",
                        "menu.Status", "menu." + "a" * 40, "menu.a b"), None).items(),
    ],
)  # fmt: skip
def test_a_payload_is_one_of_ours_or_an_ordinary_button(payload: str, wanted: Ask | None) -> None:
    if payload == "menu.":
        wanted = MENU
    part = pressed_telegram(payload)
    assert isinstance(part, InboundMessage) and _asks(part) == wanted


@pytest.mark.parametrize("more", [{"forwarded": True}, {"details": {"via_bot": "x"}}, {"kind": "image"}])
def test_somebody_elses_words_and_captions_show_nothing(more: dict[str, object]) -> None:
    assert said("меню", **more) is None


# -- somebody known


@pytest.mark.parametrize("item", ["menu", *(f"menu.{one}" for one in ITEMS if one != "person"), "menu.deletion"])
@pytest.mark.parametrize("state", ["open", "pending", "solved", "closed"])
def test_it_is_no_news_opens_nothing_and_is_answered_once(desk: Desk, item: str, state: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    change_ticket(desk, state=state, queue=f"{state}#0", unread=0, question_at=0)
    before, notices = desk.of("ticket"), len(desk.messages("out"))
    desk.now += 60_000
    press = pressed(desk, item)
    assert desk.receive(press) is Outcome.STORED
    desk.now += 5_000
    assert desk.receive(press._replace(sent_at=desk.seconds)) is Outcome.DUPLICATE
    assert desk.of("ticket") == before and len(desk.messages("out")) == notices and len(desk.messages()) == 1
    (line,) = desk.messages("event")
    assert line["kind"] == "menu" and "ticket_id" not in line
    (ask,) = desk.of("ask#")
    assert ask["item"] == item.removeprefix("menu.")
    assert [one["action"] for one in desk.of("outbox#")].count("answer_callback") == 1


def test_it_opens_the_reply_window_as_any_words_do(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.now += 3 * DAY
    assert desk.receive(from_amina("мәзір", sent_at=desk.seconds)) is Outcome.STORED
    (head,) = desk.of("head")
    assert head["last_inbound_at"] == desk.seconds * 1000 and len(desk.of("ask#")) == 1
    (ticket,) = desk.of("ticket")
    assert ticket["unread"] == 1 and ticket["last_message_at"] < head["last_inbound_at"]


def test_a_new_name_waits_for_words_to_staff(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    named = from_daniyar(sent_at=desk.seconds, message_id=9).author._replace(name="Данияр Жаңа")
    desk.now += 1_000
    desk.receive(from_daniyar("/menu", sent_at=desk.seconds, message_id=8, author=named))
    before = desk.of("ticket")[0]["who"]
    desk.now += 1_000
    desk.receive(from_daniyar("Ещё вопрос", sent_at=desk.seconds, message_id=9, author=named))
    assert desk.of("ticket")[0]["who"] != before


def test_it_costs_no_more_calls_than_a_message(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    counting = Counting(desk.dynamodb)
    desk.receiver(counting)(pressed(desk, "menu.status"))
    assert counting.calls == ["get_item", "transact_write_items"]


@pytest.mark.parametrize("words", ["/menu", "/status", "/close"])
def test_somebody_of_the_release_before_who_has_no_ticket_is_answered(desk: Desk, words: str) -> None:
    welcomed_before(desk)
    desk.now += 1_000
    assert desk.receive(from_daniyar(words, sent_at=desk.seconds, message_id=7)) is Outcome.STORED
    assert desk.of("ticket") == desk.of("consent#") == [] and len(desk.of("ask#")) == 1


def test_who_is_being_destroyed_gets_the_fixed_answer(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    close_fence(desk)
    asks = desk.of("ask#")
    assert desk.receive(pressed(desk, "menu.status")) is Outcome.FENCED
    assert desk.of("ask#") == asks and desk.of("visitor") == []


# -- a person, please


@pytest.mark.parametrize("how", ["command", "button"])
@pytest.mark.parametrize("state", ["open", "solved", "closed", "none"])
def test_the_wish_for_a_person_is_words_to_staff(desk: Desk, how: str, state: str) -> None:
    if state != "none":
        desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
        change_ticket(desk, state=state, queue=f"{state}#0", unread=0, question_at=0, solved_at=desk.now)
    desk.now += 60_000
    asking = pressed(desk, "menu.person") if how == "button" else from_daniyar(
        "/person", sent_at=desk.seconds, message_id=8
    )  # fmt: skip
    assert desk.receive(asking) is Outcome.STORED
    assert desk.receive(asking) is Outcome.DUPLICATE
    ticket = max(desk.of("ticket"), key=lambda one: one["created_at"])
    assert (ticket["state"], ticket["unread"], ticket["question_at"]) == ("open", 1, desk.now)
    assert (ticket["last_kind"], len(desk.of("ticket"))) == ("person_asked", 2 if state == "closed" else 1)
    (line,) = desk.messages("event")
    assert (line["kind"], line["ticket_id"]) == ("person_asked", ticket["ticket_id"])
    assert [one["item"] for one in desk.of("ask#")] == ["person"]
    assert len(desk.of("consent#")) == 1


# -- somebody unknown


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/menu", "Выберите"),
        ("меню", "Выберите"),
        ("/status", "нет обращений"),
        ("/close", "нет открытого"),
        ("/data", "Мы ничего о вас не храним"),
        ("/correct", "Мы ничего о вас не храним"),
        ("/language", "На каком языке"),
    ],
)
def test_somebody_unknown_is_answered_and_not_stored(desk: Desk, words: str, answer: str) -> None:
    message = from_daniyar(words, sent_at=desk.seconds, message_id=7)
    assert desk.receive(message) is Outcome.STORED
    assert desk.receive(message) is Outcome.DUPLICATE
    (row,) = desk.items()
    assert row["sk"] == "visitor" and desk.items("index") == desk.items("keys") == []
    assert answer in str(content(desk)["text"])


@pytest.mark.parametrize(("data", "words"), [("menu.language.kk", "Сәлеметсіз"), ("menu.deletion", "ничего о вас")])
def test_a_button_under_the_welcome_works_for_somebody_unknown(desk: Desk, data: str, words: str) -> None:
    assert desk.receive(pressed(desk, data)) is Outcome.STORED
    found = content(desk)
    assert words in str(found["text"]) and found["press"] == "1"
    assert [one["sk"] for one in desk.items()] == ["visitor"]


def test_while_the_language_is_unknown_it_can_be_chosen(desk: Desk) -> None:
    author = AMINA._replace(language_code="")
    desk.receive(from_amina("/menu", sent_at=desk.seconds, author=author))
    found = content(desk)
    assert [one["id"] for one in found["buttons"]] == [f"menu.language.{one}" for one in ("kk", "ru", "en")]  # type: ignore[attr-defined]
    assert "Таңдаңыз" in str(found["text"]) or "таңдаңыз" in str(found["text"])


# -- what the channels take


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_the_menu_fits_the_channel(language: str, channel: str) -> None:
    from chalicelib.channels import registry
    from chalicelib.channels.base import ChoicePart, TextPart
    from chalicelib.channels.render import render

    buttons = menu_buttons(language)
    ((_, choice),) = render(registry.channel(channel), (TextPart("?"), ChoicePart(buttons)))
    assert isinstance(choice, ChoicePart) and choice.listed == (channel == "whatsapp")
    items = "status language data correct abroad deletion stop_processing person close".split()
    assert [one.id for one in buttons] == [f"menu.{one}" for one in items]
