"""A ticket knows since when a question of the customer's is open: what they say opens it, and nothing else does."""

from typing import Any

import pytest

from chalicelib.privacy.kinds import registry
from chalicelib.privacy.recognition.answer_phrases import ANSWERS, spelled
from tests.support.intake.desk import Desk
from tests.support.intake.rows import change_ticket
from tests.support.people import from_amina, from_daniyar
from tests.support.storage.declared import undeclared

REQUESTS = {one.id: one.phrases for one in registry.KINDS}
EXACT = [(what, next(spelled(lines))) for what, lines in (REQUESTS | ANSWERS).items()]


def ticket(desk: Desk) -> dict[str, Any]:
    (found,) = desk.of_pk("ticket#")
    return found


def test_a_message_opens_a_question_and_a_later_one_keeps_it_open(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    first = ticket(desk)["question_at"]
    desk.now += 5_000
    desk.receive(from_amina("Алло?", sent_at=desk.seconds))
    assert (first, ticket(desk)["question_at"]) == (desk.now - 5_000, desk.now)
    assert not undeclared("desk", desk.items())


@pytest.mark.parametrize("kind", ["image", "voice", "location", "unsupported", "sticker"])
def test_whatever_is_said_opens_one(desk: Desk, kind: str) -> None:
    desk.receive(from_amina("", sent_at=desk.seconds, kind=kind))
    assert ticket(desk)["question_at"] == desk.now


@pytest.mark.parametrize(("action", "phrase"), EXACT)
def test_the_exact_words_of_a_request_are_answered_by_the_request(desk: Desk, action: str, phrase: str) -> None:
    desk.receive(from_amina(phrase, sent_at=desk.seconds))
    assert ticket(desk)["question_at"] == 0
    desk.now += 5_000
    desk.receive(from_amina("Тауар қайда?", sent_at=desk.seconds))
    asked = desk.now
    desk.now += 5_000
    desk.receive(from_amina(phrase, sent_at=desk.seconds))
    assert ticket(desk)["question_at"] == asked


@pytest.mark.parametrize(
    ("kind", "text"), [("reaction", "👍"), ("edit", "Басқаша"), ("revoke", ""), ("callback", "Баға")]
)
def test_what_refers_to_something_neither_opens_a_question_nor_closes_it(desk: Desk, kind: str, text: str) -> None:
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=7))
    for known in (ticket(desk)["question_at"], 0):
        change_ticket(desk, question_at=known)
        desk.now += 5_000
        desk.receive(from_daniyar(text, sent_at=desk.seconds, message_id=desk.seconds, kind=kind, target="7"))
        assert ticket(desk)["question_at"] == known


def test_the_exact_words_on_a_ticket_of_the_release_before_are_no_question(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    key = {"pk": {"S": ticket(desk)["pk"]}, "sk": {"S": "ticket"}}
    desk.dynamodb.update_item(TableName=desk.tables["desk"], Key=key, UpdateExpression="REMOVE question_at")
    desk.now += 5_000
    desk.receive(from_amina("delete my data", sent_at=desk.seconds))
    assert ticket(desk)["question_at"] == 0


def test_a_late_message_that_nobody_has_seen_is_a_question(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    change_ticket(desk, question_at=0)
    desk.now += 5_000
    desk.receive(from_amina("Ертерек жазғам", sent_at=desk.seconds - 600))
    assert ticket(desk)["question_at"] == desk.now
