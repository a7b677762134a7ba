"""What the desk answers to the menu, of what is stored when the answer is made."""

from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.ids import MessageRef, speak
from chalicelib.dynamo.builder import attribute_values
from chalicelib.privacy.menu.buttons import menu_buttons
from chalicelib.vault.encryption import message_content
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person
from tests.support.faults import fated
from tests.support.intake.fences import close_fence
from tests.support.intake.rows import change, change_ticket
from tests.support.people import from_amina, from_daniyar


def answers(living: Living, person: Person) -> list[dict[str, Any]]:
    """What the desk has answered beside the tickets, opened, oldest first."""

    def opened(item: dict[str, Any]) -> dict[str, Any]:
        ref = MessageRef.of_tail(person.conversation_id, item["sk"].removeprefix("message#"))
        return living.desk.open(item, "content", message_content(ref))

    pk = f"conversation#{person.conversation_id}"
    return [opened(one) for one in living.desk.messages("out") if one["pk"] == pk and "ticket_id" not in one]


def chosen(living: Living, person: Person, item: str) -> str:
    """The person chooses this; return the answer."""
    before = len(answers(living, person))
    living.says(person, "menu", item=item)
    assert not living.desk.of("ask#")
    (answer,) = answers(living, person)[before:]
    return str(answer["text"])


def test_the_menu_shows_its_items_and_leaves_by_the_outbox(living: Living, daniyar: Person) -> None:
    assert "Выберите" in chosen(living, daniyar, "menu")
    (answer,) = answers(living, daniyar)
    assert [one["id"] for one in answer["buttons"]] == [one.id for one in menu_buttons("ru")]
    (entry,) = [one for one in living.desk.of("outbox#") if one["purpose"] == "status" and one["action"] == "send"][-1:]
    assert entry["conversation_id"] == daniyar.conversation_id
    assert chosen(living, daniyar, "what a newer release offers") == answer["text"]


def test_the_status_says_number_day_and_whose_turn_it_is(living: Living, daniyar: Person) -> None:
    (ticket,) = daniyar.tickets
    number = speak(ticket["number"])
    assert f"№ {number}" in (text := chosen(living, daniyar, "status")) and "Ответ за нами" in text
    change_ticket(living.desk, state="pending", question_at=0)
    assert "ждём вас" in chosen(living, daniyar, "status")
    change_ticket(living.desk, state="open", question_at=0)
    assert "без ответа нет" in chosen(living, daniyar, "status")
    change_ticket(living.desk, state="solved", solved_at=living.desk.now)
    assert "решено" in chosen(living, daniyar, "status")
    change_ticket(living.desk, state="closed", closed_at=living.desk.now)
    assert "закрыто" in chosen(living, daniyar, "status")
    change_ticket(living.desk, expires_at=living.desk.seconds - 1)
    assert "нет обращений" in chosen(living, daniyar, "status")


def test_the_status_of_a_row_of_the_release_before_counts_the_last_message(living: Living, daniyar: Person) -> None:
    (ticket,) = daniyar.tickets
    row = {name: value for name, value in ticket.items() if name != "question_at"}
    living.desk.put_all([("desk", attribute_values(row))])
    assert "Ответ за нами" in chosen(living, daniyar, "status")


def test_the_status_says_nothing_of_others_and_none_of_the_words(living: Living, daniyar: Person) -> None:
    living.desk.receive(from_amina("Чужая тайна", sent_at=living.desk.seconds))
    living.desk.receive(from_daniyar("Своя тайна", sent_at=living.desk.seconds, message_id=8))
    text = chosen(living, daniyar, "status")
    (other,) = [one for one in living.desk.of("ticket") if one["contact_id"] != daniyar.contact_id]
    assert speak(other["number"]) not in text and "тайна" not in text


def test_the_status_names_earlier_tickets_and_a_request_about_data(living: Living, daniyar: Person) -> None:
    for number in range(6):
        for name, value in (("state", "closed"), ("closed_at", living.desk.now)):
            change(living.desk, daniyar.tickets[-1]["pk"], "ticket", name, value)
        living.desk.later(60)
        living.desk.receive(from_daniyar("Ещё", sent_at=living.desk.seconds, message_id=20 + number))
    living.opened(daniyar)
    text = chosen(living, daniyar, "status")
    assert text.count("№") == 5 and "Более ранние" in text and "Запрос о ваших данных в работе" in text


def test_closing_solves_the_open_ticket_and_a_later_message_opens_it_again(living: Living, daniyar: Person) -> None:
    (ticket,) = daniyar.tickets
    assert speak(ticket["number"]) in chosen(living, daniyar, "close")
    (closed,) = daniyar.tickets
    assert (closed["state"], closed["queue"], closed["question_at"]) == ("solved", "solved#0", 0)
    (line,) = [one for one in living.desk.messages("event") if one["kind"] == "solved_by_customer"]
    assert line["ticket_id"] == ticket["ticket_id"]
    assert "нет открытого" in chosen(living, daniyar, "close")
    living.desk.later(HOUR / 1000)
    living.desk.receive(from_daniyar("Нет, ещё вопрос", sent_at=living.desk.seconds, message_id=8))
    assert [one["state"] for one in daniyar.tickets] == ["open"]


def test_who_asks_for_a_person_hears_of_the_next_working_day(living: Living, daniyar: Person) -> None:
    living.desk.now = 1_795_000_000_000  # Wednesday
    assert "18.11.2026" in chosen(living, daniyar, "person")
    living.desk.now += 3 * DAY
    assert "23.11.2026" in chosen(living, daniyar, "person")


def test_an_ask_is_answered_once_wherever_its_handler_dies(living: Living, daniyar: Person) -> None:
    living.ask(daniyar, "menu", item="close")
    for number in range(1, 12):
        with fated(number, "after" if number % 2 else "before"):
            living.asks(daniyar.contact_id)
    living.asks(daniyar.contact_id)
    assert len(answers(living, daniyar)) == 1 and not living.desk.of("ask#")


def test_a_message_that_comes_between_is_not_closed_over(living: Living, daniyar: Person) -> None:
    """The ticket is solved by somebody else meanwhile: the answer is of what is stored then."""
    change_ticket(living.desk, state="solved", queue="solved#0", solved_at=living.desk.now)
    assert "нет открытого" in chosen(living, daniyar, "close")


def test_a_withdrawn_consent_stops_no_answer_about_oneself(living: Living, daniyar: Person) -> None:
    living.suppressed(daniyar)
    assert "Ответ за нами" in chosen(living, daniyar, "status")
    living.desk.provider.sent.clear()
    living.desk.deliver()
    assert any("Ответ за нами" in one.text for one in living.desk.provider.sent)


def test_nothing_is_answered_behind_the_barrier(living: Living, daniyar: Person) -> None:
    living.ask(daniyar, "menu", item="status")
    close_fence(living.desk)
    assert living.asks(daniyar.contact_id) == 0 and answers(living, daniyar) == []


@pytest.mark.parametrize("item", ["menu", "status", "person", "close"])
def test_every_answer_is_in_the_persons_language(living: Living, daniyar: Person, item: str) -> None:
    texts = set()
    for language in ("kk", "ru", "en"):
        living.set_contact(daniyar, language=language)
        change_ticket(living.desk, state="open", question_at=0)
        texts.add(chosen(living, daniyar, item))
    assert len(texts) == 3


# -- language


def test_a_chosen_language_holds_in_every_row_and_every_text(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    assert "қазақ тілінде" in chosen(living, daniyar, "language.kk")
    desk = living.desk
    held = [daniyar.row, daniyar.head, *daniyar.tickets, *desk.items("index", lambda one: one["sk"] == "alias")]
    assert {one["language"] for one in held} == {"kk"} and living.read(request.id).language == "kk"
    (line,) = [one for one in desk.messages("event") if one["kind"] == "language_chosen"]
    assert (line["ticket_id"], line["params"]) == (daniyar.tickets[0]["ticket_id"], {"language": "kk"})
    desk.later(60)
    desk.receive(from_daniyar("Пишу по-русски", sent_at=desk.seconds, message_id=8))
    assert daniyar.row["language"] == "kk" and "кезегі бізде" in chosen(living, daniyar, "status")
    change_ticket(desk, state="closed")
    desk.receive(from_daniyar("И снова по-русски", sent_at=desk.seconds + 1, message_id=9))
    assert daniyar.tickets[-1]["language"] == "kk"


def test_the_same_language_again_and_an_unknown_one_change_nothing(living: Living, daniyar: Person) -> None:
    before = daniyar.row, daniyar.head, daniyar.tickets
    assert "на русском языке" in chosen(living, daniyar, "language.ru")
    assert "На каком языке" in chosen(living, daniyar, "language")
    assert (daniyar.row, daniyar.head, daniyar.tickets) == before
    assert [one for one in living.desk.messages("event") if one["kind"].startswith("language")] == []


# -- my data


def test_what_is_kept_is_told_in_the_words_of_the_policy_with_true_days(living: Living, daniyar: Person) -> None:
    text = chosen(living, daniyar, "data")
    assert "Telegram" in text and "WhatsApp" not in text and "Номер телефона" not in text
    assert "Обращений: 1. Сообщений: 2." in text and "День пока назвать нельзя" in text
    assert "версия политики 1" in text and "копию через меню пока нельзя" in text
    desk, day = living.desk, living.desk.seconds + 90 * 86_400
    change_ticket(desk, state="closed", closed_at=desk.now, expires_at=day)
    text = chosen(living, daniyar, "data")
    assert "День пока назвать нельзя" not in text and text.count("до 16.02.2027") == 2


def test_many_messages_are_counted_up_to_a_limit(
    living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.privacy.menu import store

    monkeypatch.setattr(store, "COUNTED", 1)
    assert "Сообщений: 1+." in chosen(living, daniyar, "data")


# -- a correction


def test_a_correction_counts_from_the_first_time_and_from_no_later_one(living: Living, daniyar: Person) -> None:
    living.desk.now = 1_795_000_000_000  # Wednesday
    assert "до: 19.11.2026" in chosen(living, daniyar, "correct")
    first = daniyar.row["correct_at"]
    living.desk.now += DAY
    chosen(living, daniyar, "correct")
    assert daniyar.row["correct_at"] == first


@pytest.mark.parametrize(
    "text",
    [
        "Жеке деректерді жаңарту",
        "«Актуализация персональных данных».",
        "Updating of personal data\nМоя фамилия Сапарова, а не Сапаров",
        "UPDATE OF PERSONAL DATA",
    ],
)
def test_the_published_phrase_asks_for_a_correction_and_is_a_message_to_staff(
    living: Living, daniyar: Person, text: str
) -> None:
    before = len(living.desk.messages())
    living.desk.receive(from_daniyar(text, sent_at=living.desk.seconds, message_id=8))
    living.asks(daniyar.contact_id)
    assert "correct_at" in daniyar.row and not living.requests()
    said = living.desk.messages()[before:]
    assert len(said) == 1 and said[0]["ticket_id"], "staff read it"
    assert len(answers(living, daniyar)) == 1


# -- deletion and stop of processing, through intake


@pytest.mark.parametrize("kind", ["deletion", "stop_processing"])
def test_the_menu_opens_a_request_of_its_kind(living: Living, daniyar: Person, kind: str) -> None:
    desk = living.desk
    press = from_daniyar(
        "…", sent_at=desk.seconds, message_id=8, kind="callback", details={"data": f"menu.{kind}"}, undated=True
    )
    desk.receive(press)
    living.asks(daniyar.contact_id)
    (row,) = living.requests()
    assert (row["kind"], row["source"], row["language"]) == (kind, "bot", "ru")
    assert abs(row["received_at"] - desk.now) < 1_000
