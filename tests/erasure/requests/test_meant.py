"""What a message may have meant: the person is asked once, and a press opens what they meant, from its own time on."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.working_days import day_of
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.requests.asked import ASKED_WITHIN
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure.asking import questions
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person
from tests.support.faults import fated
from tests.support.people import from_daniyar
from tests.support.storage.declared import undeclared

KINDS = ["withdrawal", "deletion", "stop_processing"]


def maybe(living: Living, person: Person, *kinds: str, **more: Any) -> None:
    living.says(person, "maybe", kinds=list(kinds or ("deletion",)), **more)


def press(living: Living, person: Person, kind: str, meant_at: int) -> None:
    """The person presses a button under the question."""
    living.says(person, "withdraw", kinds=[kind], meant_at=meant_at)


# -- words open what they ask for


@pytest.mark.parametrize("kind", KINDS)
def test_words_open_a_request_of_their_kind(living: Living, daniyar: Person, kind: str) -> None:
    living.says(daniyar, "withdraw", kinds=[kind])
    (row,) = living.requests()
    assert (row["kind"], row["source"]) == (kind, "bot")
    assert not living.desk.of("ask#")


def test_words_of_the_release_before_are_a_withdrawal(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "withdraw")
    assert [row["kind"] for row in living.requests()] == ["withdrawal"]


def test_words_against_news_end_news_alone(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "withdraw", kinds=["opt_out"])
    (row,) = living.requests()
    assert (row["kind"], row["source"], row["language"]) == ("opt_out", "bot", "ru")
    assert "suppressed_at" not in daniyar.row and daniyar.row["opted_out_by"] == row["request_id"]
    assert not living.pointers() and not living.desk.of("ask#")


@pytest.mark.parametrize(("late", "counts"), [(0, True), (5 * HOUR, True), (7 * DAY, True), (-HOUR, False)])
def test_the_terms_count_from_when_the_message_was_sent(
    living: Living, daniyar: Person, late: int, counts: bool
) -> None:
    """A webhook may be late; a time that is not over yet is no time of a message."""
    said_at = living.desk.now - late
    ref = f"{daniyar.conversation_id}.{said_at:013d}.{'9' * 32}"
    living.says(daniyar, "withdraw", message_ref=ref)
    (row,) = living.requests()
    assert row["received_at"] == (said_at if counts else living.desk.now - 1)


# -- the question


def test_who_may_have_meant_a_request_is_asked_and_nothing_else_happens(living: Living, daniyar: Person) -> None:
    said_at = living.desk.now
    maybe(living, daniyar, "deletion", "opt_out")
    (asked,) = questions(living, daniyar)
    assert "Вы имели в виду" in asked["text"] and "«Нет»" in asked["text"]
    assert asked["buttons"] == [
        {"id": f"ask.deletion.{said_at}", "title": "Удалить мои данные"},
        {"id": f"ask.opt_out.{said_at}", "title": "Не присылать новости"},
        {"id": "ask.no", "title": "Нет"},
    ]
    (notice,) = [
        one for one in living.desk.messages("out") if one["sent_at"] == said_at and one.get("author") == "desk"
    ]
    assert notice["purpose"] == "status"
    assert not living.requests() and not living.pointers() and not living.desk.of("ask#")
    assert not list(undeclared("desk", living.desk.items()))


def test_the_question_is_in_both_languages_while_theirs_is_unknown(living: Living, daniyar: Person) -> None:
    living.set_contact(daniyar, language="")
    maybe(living, daniyar, language="")
    (asked,) = questions(living, daniyar)
    assert "Дербес деректеріңіз" in asked["text"] and "Вы имели в виду" in asked["text"]
    assert [one["title"] for one in asked["buttons"]] == ["Жою / Удалить", "Жоқ / Нет"]


def test_one_question_in_a_day(living: Living, daniyar: Person) -> None:
    began = living.desk.now
    for _ in range(5):
        maybe(living, daniyar)
    living.desk.now = began + ASKED_WITHIN - 1
    maybe(living, daniyar)
    assert len(questions(living, daniyar)) == 1
    living.desk.now = began + ASKED_WITHIN
    maybe(living, daniyar)
    assert len(questions(living, daniyar)) == 2
    assert not living.desk.of("ask#")


def test_ten_workers_ask_once(living: Living, daniyar: Person) -> None:
    for _ in range(20):
        living.ask(daniyar, "maybe", kinds=["deletion"])
        living.desk.now += 1
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: living.asks(daniyar.contact_id), range(10)))
    assert len(questions(living, daniyar)) == 1 and not living.desk.of("ask#")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_leaves_the_ask_or_one_question(living: Living, daniyar: Person, when: str) -> None:
    number, died, before = 0, True, living.desk.snapshot()
    while died:
        number += 1
        living.desk.restore(before)
        living.ask(daniyar, "maybe", kinds=["deletion"])
        with fated(number, when) as fate:
            living.asks(daniyar.contact_id)
        died = bool(fate.died_at)
        living.asks(daniyar.contact_id)
        assert len(questions(living, daniyar)) == 1 and not living.desk.of("ask#")
    assert number > 4


def test_nobody_is_asked_while_a_request_is_open(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "withdraw")
    before = living.desk.messages("out")
    maybe(living, daniyar)
    assert living.desk.messages("out") == before and not living.desk.of("ask#")


def test_after_a_request_that_was_cancelled_they_are_asked_again(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "withdraw")
    living.says(daniyar, "cancel")
    maybe(living, daniyar)
    assert len(questions(living, daniyar)) == 1


def test_a_request_that_a_colleague_opens_meanwhile_takes_the_question_away(
    living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.privacy.mailbox.answer_writes import RequestAnswers

    ask = RequestAnswers.meant

    def opened_meanwhile(self: RequestAnswers, *given: Any) -> Any:
        monkeypatch.setattr(RequestAnswers, "meant", ask)
        living.open_request(daniyar.contact_id, "deletion", "staff", received_on=day_of(living.desk.now))
        return ask(self, *given)

    monkeypatch.setattr(RequestAnswers, "meant", opened_meanwhile)
    maybe(living, daniyar)
    assert not questions(living, daniyar) and len(living.requests()) == 1 and not living.desk.of("ask#")


def test_who_is_being_erased_or_gone_is_not_asked(living: Living, daniyar: Person) -> None:
    living.set_contact(daniyar, state="erasing")
    maybe(living, daniyar)
    living.delete(daniyar, "contact")
    maybe(living, daniyar)
    assert not questions(living, daniyar) and not living.desk.of("ask#")


def test_an_ask_that_names_no_kind_or_another_is_over(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "maybe")
    living.says(daniyar, "maybe", kinds="deletion")
    assert not questions(living, daniyar) and not living.desk.of("ask#")


# -- the answer


@pytest.mark.parametrize("kind", KINDS)
def test_a_press_opens_its_kind_from_the_time_of_the_message_on(living: Living, daniyar: Person, kind: str) -> None:
    said_at = living.desk.now
    maybe(living, daniyar, kind)
    living.desk.now += 3 * DAY
    press(living, daniyar, kind, said_at)
    (row,) = living.requests()
    assert (row["kind"], row["source"], row["received_at"]) == (kind, "bot", said_at)


@pytest.mark.parametrize("away", [61 * DAY, -2_000, -DAY])
def test_a_time_that_cannot_be_the_message_s_is_not_believed(living: Living, daniyar: Person, away: int) -> None:
    """Who presses can make up what the button says: the limit of the law must not be over at once."""
    press(living, daniyar, "deletion", living.desk.now - away)
    (row,) = living.requests()
    assert row["received_at"] == living.desk.now - 1


def test_no_does_nothing(living: Living, daniyar: Person) -> None:
    maybe(living, daniyar)
    before = living.desk.messages("out")
    living.says(daniyar, "no")
    assert not living.requests() and living.desk.messages("out") == before and not living.desk.of("ask#")


def test_two_presses_open_one_request(living: Living, daniyar: Person) -> None:
    said_at = living.desk.now
    press(living, daniyar, "deletion", said_at)
    press(living, daniyar, "withdrawal", said_at)
    assert [row["kind"] for row in living.requests()] == ["deletion"]


def test_words_from_before_the_question_confirm_nothing(living: Living, daniyar: Person) -> None:
    """Given a request that a press opened days after the message, when a "yes, delete" comes late that was written in
    between and answered something else, then it confirms nothing; one that is written now does."""
    said_at = living.desk.now
    living.desk.now += 2 * DAY
    late = f"{daniyar.conversation_id}.{living.desk.now - DAY:013d}.{'7' * 32}"
    press(living, daniyar, "deletion", said_at)
    (row,) = living.requests()
    living.mark(
        row["request_id"], {Step.OUTREACH_PAUSED: living.desk.now}, state="verifying", opened_at=living.desk.now
    )
    living.says(daniyar, "confirm", message_ref=late)
    assert not living.read(row["request_id"]).done(Step.VERIFIED)
    living.says(daniyar, "confirm")
    assert living.read(row["request_id"]).done(Step.VERIFIED)


def test_the_whole_way_from_a_message_to_the_request(living: Living, daniyar: Person) -> None:
    """The message stays an ordinary one, the press opens no ticket, and colleagues see both."""
    living.desk.now += 60_000
    said = from_daniyar("Подскажите, как мне удалить мои данные?", sent_at=living.desk.seconds, message_id=20)
    assert living.desk.receive(said) is Outcome.STORED
    living.asks(daniyar.contact_id)
    (asked,) = questions(living, daniyar)
    (ticket,) = living.desk.of("ticket")
    assert ticket["unread"] == 2
    living.desk.now += HOUR
    button = asked["buttons"][0]
    details = {"callback_id": "4382bf1", "data": button["id"]}
    pressed = from_daniyar(
        button["title"], sent_at=living.desk.seconds, message_id=21, kind="callback", details=details
    )
    assert [living.desk.receive(pressed), living.desk.receive(pressed)] == [Outcome.STORED, Outcome.DUPLICATE]
    living.asks(daniyar.contact_id)
    (row,) = living.requests()
    assert (row["kind"], row["received_at"]) == ("deletion", said.sent_at * 1000)
    (ticket,) = living.desk.of("ticket")
    assert ticket["unread"] == 2, "a press says nothing by itself"
