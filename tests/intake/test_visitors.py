"""Who opens the chat is greeted, and nothing of them is stored but the answer, sealed, until it is sent."""

import pytest

from chalicelib.channels.parts import Started
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import HOUR
from chalicelib.messages.ingest import Outcome
from tests.support.faults import Counting
from tests.support.intake.changes import started, welcomed_before
from tests.support.intake.desk import Desk
from tests.support.intake.fences import Between, close_fence, everything
from tests.support.intake.visitors import content
from tests.support.people import (
    AMINA_PHONE,
    DANIYAR,
    DANIYAR_CHAT,
    WHATSAPP_ACCOUNT,
    from_daniyar,
    wamid,
)


def test_who_starts_leaves_one_sealed_row_and_no_trace_in_the_clear(desk: Desk) -> None:
    start = started(desk)
    assert desk.changer()(start) is desk.changer()(start) is Outcome.STORED
    (row,) = desk.of("visitor")
    assert desk.items() == [row] and desk.items("index") == desk.items("keys") == []
    for trace in (DANIYAR_CHAT, DANIYAR.name, DANIYAR.username, start.payload):
        assert trace.encode() not in desk.everything()
    assert row["expires_at"] == desk.seconds + 86_400 and row["due"] == "due#0"
    found = content(desk)
    assert (found["kind"], found["address"], found["language"]) == ("chat", DANIYAR_CHAT, "ru")
    assert "Здравствуйте" in str(found["text"])


@pytest.mark.parametrize(("code", "word"), [("kk", "Сәлеметсіз"), ("en", "Hello")])
def test_the_greeting_is_in_the_language_of_the_application(desk: Desk, code: str, word: str) -> None:
    desk.changer()(started(desk)._replace(author=DANIYAR._replace(language_code=code)))
    assert word in str(content(desk)["text"])


def test_of_phone_and_business_scoped_id_the_phone_is_answered(desk: Desk) -> None:
    author = Author((Address("user", "KZ.1"), Address("phone", AMINA_PHONE)))
    desk.changer()(Started("whatsapp", WHATSAPP_ACCOUNT, author, wamid(), desk.seconds))
    assert (content(desk)["kind"], content(desk)["address"]) == ("phone", AMINA_PHONE)


def test_the_first_words_after_a_start_are_those_of_somebody_new(desk: Desk) -> None:
    desk.changer()(started(desk))
    desk.now += 60_000
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=2))
    assert len(desk.of("ticket")) == len(desk.of("contact")) == len(desk.of("consent#")) == 1
    assert [item["policy"] for item in desk.messages("out")] == [True]


@pytest.mark.parametrize("known", ["writes", "of the release before"])
def test_a_start_of_somebody_known_changes_nothing(desk: Desk, known: str) -> None:
    if known == "writes":
        desk.receive(from_daniyar("Сәлеметсіз бе", sent_at=desk.seconds, message_id=1))
    else:
        welcomed_before(desk)
    before = everything(desk)
    desk.now += HOUR
    desk.changer()(started(desk, 2))
    after = everything(desk)
    (added,) = after.keys() - before.keys()
    assert added.startswith("desk visitor#") and {name: after[name] for name in before} == before
    assert content(desk)["language"] == desk.of("contact")[0]["language"]


def test_who_is_being_destroyed_gets_the_fixed_answer_and_no_greeting(desk: Desk) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    client = Between(desk.dynamodb, lambda: close_fence(desk))
    assert desk.changer(client)(started(desk, 9)) is Outcome.FENCED
    assert desk.of("visitor") == []


def test_a_start_of_somebody_new_costs_one_look_and_one_transaction(desk: Desk) -> None:

    counting = Counting(desk.dynamodb)
    desk.changer(counting)(started(desk))
    assert counting.calls == ["get_item", "transact_write_items"]
