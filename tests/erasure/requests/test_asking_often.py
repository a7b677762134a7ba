"""Who opens and cancels requests again and again opens none for a while, and is told so once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.clock import HOUR
from chalicelib.core.ids import MessageRef
from chalicelib.core.working_days import day_of
from chalicelib.privacy.requests.asked import ASKED_WITHIN, MOST_ASKED, Asked
from chalicelib.vault.encryption import message_content
from tests.support.erasure.asking import ask_and_cancel
from tests.support.erasure.living import DANA, Living
from tests.support.erasure.person import Person
from tests.support.faults import fated
from tests.support.storage.declared import undeclared


def told(living: Living, person: Person) -> list[str]:
    """Answers in the person's own conversation that no request is opened."""
    pk = f"conversation#{person.conversation_id}"
    rows = [item for item in living.desk.messages("out") if item["pk"] == pk]

    def text(item: dict[str, Any]) -> str:
        ref = MessageRef.of_tail(person.conversation_id, item["sk"].removeprefix("message#"))
        return str(living.desk.open(item, "content", message_content(ref))["text"])

    return [one for one in map(text, rows) if "За сутки вы открыли" in one]


def test_twelve_requests_in_a_moment_are_three_and_one_answer(living: Living, daniyar: Person) -> None:
    started = living.desk.now
    ask_and_cancel(living, daniyar, 12)
    assert len(living.requests()) == MOST_ASKED
    (text,) = told(living, daniyar)
    assert "Ничего не уничтожается" in text and "info@" in text
    assert not living.desk.of("ask#")
    assert not list(undeclared("desk", living.desk.of("asked")))

    living.desk.now = started + ASKED_WITHIN - 1
    living.says(daniyar, "withdraw")
    assert len(living.requests()) == MOST_ASKED and len(told(living, daniyar)) == 1
    living.desk.now = started + ASKED_WITHIN
    living.says(daniyar, "withdraw")
    assert len(living.requests()) == MOST_ASKED + 1


def test_a_second_day_of_it_is_told_once_more(living: Living, daniyar: Person) -> None:
    ask_and_cancel(living, daniyar, 5)
    living.desk.now += ASKED_WITHIN
    ask_and_cancel(living, daniyar, 5)
    assert len(living.requests()) == 2 * MOST_ASKED and len(told(living, daniyar)) == 2


def test_a_colleague_enters_a_request_all_the_same(living: Living, daniyar: Person) -> None:
    ask_and_cancel(living, daniyar, 4)
    today = day_of(living.desk.now)
    opened = living.open_request(daniyar.contact_id, "withdrawal", "staff", received_on=today, created_by=DANA)
    assert opened.new and len(living.requests()) == MOST_ASKED + 1


def test_who_asks_again_while_a_request_is_open_hears_so_once_an_hour(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "withdraw")
    (row,) = living.requests()
    living.soft_suppress(row["request_id"])
    living.desk.now += HOUR - living.desk.now % HOUR
    for _ in range(20):
        living.says(daniyar, "withdraw")
    living.desk.now += HOUR
    living.says(daniyar, "withdraw")
    texts = living.box_texts(living.read(row["request_id"]))
    assert sum("уже в работе" in text for text in texts) == 2 and not living.desk.of("ask#")


def test_of_ten_workers_one_tells(living: Living, daniyar: Person) -> None:
    ask_and_cancel(living, daniyar, MOST_ASKED)
    for _ in range(10):
        living.ask(daniyar, "withdraw")
        living.desk.now += 1
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: living.asks(daniyar.contact_id), range(10)))
    assert len(told(living, daniyar)) == 1 and not living.desk.of("ask#")
    assert len(living.requests()) == MOST_ASKED


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_has_told_once_or_leaves_the_ask(living: Living, daniyar: Person, when: str) -> None:
    ask_and_cancel(living, daniyar, MOST_ASKED)
    living.ask(daniyar, "withdraw")
    number, died, asked = 0, True, living.desk.snapshot()
    while died:
        number += 1
        living.desk.restore(asked)
        with fated(number, when) as fate:
            living.asks(daniyar.contact_id)
        died = bool(fate.died_at)
        living.asks(daniyar.contact_id)
        assert len(told(living, daniyar)) == 1 and not living.desk.of("ask#")
    assert number > 3


def test_what_is_longer_ago_does_not_count() -> None:
    now = 10 * ASKED_WITHIN
    old, new = now - ASKED_WITHIN, now - ASKED_WITHIN + 1
    assert not Asked(now, (old, new, now)).too_often
    assert Asked(now, (old, new, now, now)).too_often and Asked(now, (old, new, now, now)).again_at == now + 1
    assert Asked(now, (), new).told and not Asked(now, (), old).told
