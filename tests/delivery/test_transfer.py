"""Without a consent to the transfer abroad only answers to what the person asks leave on a channel that companies
abroad carry: refused when a reply is stored, in its transaction, and by the sender (A7, B7.2, C10, E10.2; art. 16)."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.channels.base import Signal
from chalicelib.core.errors import Conflict
from chalicelib.core.ids import MessageRef, new_id
from chalicelib.core.transfer import BY_MESSAGE, EXPLICIT, GIVEN, REFUSED
from chalicelib.dynamo.schema import HEAD
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.reading import OutboxReading
from chalicelib.outbox.signals import PassOnSignal
from chalicelib.vault.decryptor import BatchDecryptor, SingleDecryptor
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.people import from_amina

CASES = pytest.mark.parametrize(
    ("rule", "answer", "leaves"),
    [
        ("", "", True), ("", REFUSED, True),
        (BY_MESSAGE, "", True), (BY_MESSAGE, GIVEN, True), (BY_MESSAGE, REFUSED, False),
        (EXPLICIT, "", False), (EXPLICIT, GIVEN, True), (EXPLICIT, REFUSED, False),
    ],
)  # fmt: skip
Ticket = Mapping[str, Any]


def answers(desk: DeliveryDesk, ticket: Ticket, answer: str) -> None:
    """Let the person's own answer stand on their conversation."""
    key = {"pk": {"S": HEAD.partition(ticket["conversation_id"])}, "sk": {"S": HEAD.sk}}
    change: dict[str, Any] = {"UpdateExpression": "REMOVE abroad"}
    if answer:
        values = {":answer": {"S": answer}}
        change = {"UpdateExpression": "SET abroad = :answer", "ExpressionAttributeValues": values}
    desk.dynamodb.update_item(TableName=desk.tables["desk"], Key=key, **change)


def ruled(rule: str) -> Callable[[str], str]:
    return lambda _channel: rule


def taken_back_now(desk: DeliveryDesk, ticket: Ticket, rule: str = EXPLICIT) -> Callable[[str], str]:
    """The rule, and with the first question for it the person takes the consent back: the rows are read by then."""

    def asked(_channel: str) -> str:
        answers(desk, ticket, REFUSED)
        return rule

    return asked


def replies(desk: DeliveryDesk, ticket: Ticket, text: str, transfer: Callable[[str], str]) -> str:
    """Store a reply; "" when it was taken, else why not."""
    desk.now += 10
    try:
        desk.replier(transfer=transfer)(ticket["ticket_id"], ReplyContent(text), new_id(), BOLAT)
    except Conflict as error:
        return error.code
    return ""


def sends(desk: DeliveryDesk, ticket: Ticket, transfer: Callable[[str], str]) -> None:
    desk.sender(transfer=transfer)(ticket["conversation_id"])


@CASES
def test_an_answer_always_leaves_and_what_answers_nothing_by_the_rule(
    desk: DeliveryDesk, rule: str, answer: str, leaves: bool
) -> None:
    ticket = desk.open_ticket()
    answers(desk, ticket, answer)
    assert replies(desk, ticket, "Жауап", ruled(rule)) == ""
    sends(desk, ticket, ruled(rule))
    before = desk.items()
    assert replies(desk, ticket, "Тағы бір сөз", ruled(rule)) == ("" if leaves else "abroad")
    if not leaves:
        assert desk.items() == before
    sends(desk, ticket, ruled(rule))
    assert desk.provider.texts == ["Жауап", *(["Тағы бір сөз"] if leaves else [])]
    desk.later(1)
    desk.receive(from_amina("Тағы сұрақ", sent_at=desk.seconds))
    assert replies(desk, ticket, "Тағы жауап", ruled(rule)) == ""
    sends(desk, ticket, ruled(rule))
    assert desk.provider.texts[-1] == "Тағы жауап"


def test_a_consent_taken_back_between_reading_and_storing_refuses_the_reply(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    answers(desk, ticket, GIVEN)
    assert replies(desk, ticket, "Жауап", ruled(EXPLICIT)) == ""
    stored = len(desk.messages("out"))
    assert replies(desk, ticket, "Жаңалық", taken_back_now(desk, ticket)) == "abroad"
    assert len(desk.messages("out")) == stored


@pytest.mark.parametrize("rule", [BY_MESSAGE, EXPLICIT])
def test_what_waits_is_refused_by_the_sender_with_its_reason(desk: DeliveryDesk, rule: str) -> None:
    ticket = desk.open_ticket()
    answers(desk, ticket, GIVEN)
    for text in ("Жауап", "Жаңалық"):
        assert replies(desk, ticket, text, ruled(rule)) == ""
    answers(desk, ticket, REFUSED)
    sends(desk, ticket, ruled(rule))
    assert desk.provider.texts == ["Жауап"]
    last = desk.messages("out")[-1]
    assert (last["status"], last["failure"]["reason"]) == ("failed", "abroad")
    assert not desk.of("outbox#")


def test_a_consent_taken_back_between_reading_and_claiming_stops_the_message(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    answers(desk, ticket, GIVEN)
    assert replies(desk, ticket, "Жауап", ruled(EXPLICIT)) == ""
    sends(desk, ticket, ruled(EXPLICIT))
    assert replies(desk, ticket, "Жаңалық", ruled(EXPLICIT)) == ""
    sends(desk, ticket, taken_back_now(desk, ticket))
    assert desk.provider.texts == ["Жауап"]
    assert desk.messages("out")[-1]["failure"]["reason"] == "abroad"


def test_notices_leave_whatever_the_person_has_said(desk: DeliveryDesk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    (ticket,) = desk.of_pk("ticket#")
    answers(desk, ticket, REFUSED)
    sends(desk, ticket, ruled(EXPLICIT))
    assert len(desk.provider.texts) == 1 and not desk.of("outbox#")


def changes(desk: DeliveryDesk, transfer: Callable[[str], str]) -> Any:
    from chalicelib.outbox.change_message import ChangeMessage
    from chalicelib.outbox.change_store import ChangeStore

    opener = lambda: BatchDecryptor(lambda: desk.vault)  # noqa: E731
    store = ChangeStore(desk.gateway(None, lambda attempt: None))
    return ChangeMessage(store, desk.replier(transfer=transfer), opener, lambda: desk.now, lambda attempt: None)


@CASES
def test_reactions_answer_nothing_and_deletions_serve_the_person(
    desk: DeliveryDesk, rule: str, answer: str, leaves: bool
) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Жауап")
    sends(desk, ticket, ruled(rule))
    answers(desk, ticket, answer)
    row = desk.messages("in")[0]
    theirs = MessageRef.of_tail(ticket["conversation_id"], row["sk"].removeprefix("message#"))
    change = changes(desk, ruled(rule))
    if leaves:
        assert change.react(ticket["ticket_id"], theirs, "👍", BOLAT) == "queued"
    else:
        with pytest.raises(Conflict) as refused:
            change.react(ticket["ticket_id"], theirs, "👍", BOLAT)
        assert refused.value.code == "abroad"
    assert change.delete(ticket["ticket_id"], ref, BOLAT) == "queued"


def test_a_consent_taken_back_between_reading_and_reacting_refuses_the_reaction(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    answers(desk, ticket, GIVEN)
    row = desk.messages("in")[0]
    theirs = MessageRef.of_tail(ticket["conversation_id"], row["sk"].removeprefix("message#"))
    with pytest.raises(Conflict) as refused:
        changes(desk, taken_back_now(desk, ticket)).react(ticket["ticket_id"], theirs, "👍", BOLAT)
    assert refused.value.code == "abroad" and not desk.of("outbox#")


@CASES
def test_signs_of_reading_answer_nothing(desk: DeliveryDesk, rule: str, answer: str, leaves: bool) -> None:
    ticket = desk.open_ticket()
    answers(desk, ticket, answer)
    row = desk.messages("in")[-1]
    theirs = MessageRef.of_tail(ticket["conversation_id"], row["sk"].removeprefix("message#"))
    told: list[Signal] = []

    class Providers:
        def signal(self, channel: str, signal: Signal) -> None:
            told.append(signal)

    opener = lambda: SingleDecryptor(lambda: desk.vault)  # noqa: E731
    allows = lambda purpose, channel: True  # noqa: E731
    passing = PassOnSignal(OutboxReading(), Providers(), opener, allows, ruled(rule), lambda: desk.now)
    assert passing(str(theirs), "read") is leaves
    assert len(told) == leaves
