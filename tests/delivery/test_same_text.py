"""One text to many people: it is counted within an hour, and the reply that is one too many waits for a supervisor."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import HOUR, MINUTE
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.entrypoints.stream_router import _wake_up
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import WITHHELD_FOR, Failure
from chalicelib.outbox.reading import overdue
from chalicelib.outbox.same_text import MOST_PEOPLE
from chalicelib.outbox.withheld.decide import Decision
from chalicelib.outbox.withheld.store import waiting
from chalicelib.tickets.model import WITHHELD
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.people import from_amina

SALE = "Акция! Скидка 30 % до пятницы"
SAULE = "5f0c1c1e-0000-4000-8000-000000000002"
MADINA = "5f0c1c1e-0000-4000-8000-000000000003"
pytestmark = pytest.mark.dynamodb


def people(desk: DeliveryDesk, number: int) -> list[dict[str, Any]]:
    """So many people's tickets in the order of their phones, with an open question each and their notices sent; their
    rows are made once."""
    assert not desk.items()
    return desk.once(f"{number} people", lambda: _writing(desk, number))


def _writing(desk: DeliveryDesk, number: int) -> list[dict[str, Any]]:
    for one in range(number):
        author = Author((Address("phone", phone(one)),), name=f"Тұтынушы {one}")
        desk.receive(from_amina("Сұрақ", sent_at=desk.seconds, author=author))
        desk.now += 1
    desk.now += 1_000
    tickets = sorted(desk.of_pk("ticket#"), key=lambda one: int(one["created_at"]))
    for ticket in tickets:
        desk.sender()(ticket["conversation_id"])
    desk.provider.sent.clear()
    return tickets


def phone(number: int) -> str:
    return f"7701000{number:04d}"


def sale(desk: DeliveryDesk, ticket: dict[str, Any], text: str = SALE, by: str = BOLAT, client_id: str = "") -> str:
    """A reply with the text; returns its status."""
    return _stored(desk, ticket, text, by, client_id)[1]


def _stored(
    desk: DeliveryDesk, ticket: dict[str, Any], text: str = SALE, by: str = BOLAT, client_id: str = ""
) -> tuple[MessageRef, str]:
    desk.now += 10
    name = client_id or f"page-{random.random()}"
    made = desk.replier()(ticket["ticket_id"], ReplyContent(text), name, by)
    ref = MessageRef.parse(made.id)
    assert ref is not None
    return ref, made.status


def withheld(desk: DeliveryDesk) -> tuple[dict[str, Any], MessageRef]:
    """The ticket of a person who would be one too many, and the reply that waits; their rows are made once."""
    return desk.once("withheld", lambda: _one_too_many(desk))


def _one_too_many(desk: DeliveryDesk) -> tuple[dict[str, Any], MessageRef]:
    *others, last = people(desk, MOST_PEOPLE + 1)
    assert {sale(desk, one) for one in others} == {"queued"}
    ref, status = _stored(desk, last)
    assert status == WITHHELD
    return last, ref


def _rows(desk: DeliveryDesk) -> list[dict[str, Any]]:
    return desk.items("index", keep=lambda row: row["sk"] == "same_text")


def sent_to(desk: DeliveryDesk, ticket: dict[str, Any]) -> int:
    desk.provider.sent.clear()
    return desk.sender()(ticket["conversation_id"])


def test_the_one_too_many_waits_and_changes_nothing_of_its_ticket(desk: DeliveryDesk) -> None:
    *others, last = people(desk, MOST_PEOPLE + 1)
    before = desk.ticket(last)
    assert {sale(desk, one) for one in others} == {"queued"}
    assert sent_to(desk, others[-1]) == 1
    ref, status = _stored(desk, last)
    assert status == desk.message(ref)["status"] == WITHHELD
    assert desk.ticket(last) == before, "the question stays open"
    assert sent_to(desk, last) == 0 and desk.message(ref)["status"] == WITHHELD
    assert waiting(desk.now) == [(ref, desk.now + WITHHELD_FOR)]
    assert sale(desk, last, "Ваш терминал заменят завтра") == "queued", "other texts go on"
    assert sent_to(desk, last) == 1


def test_spelling_and_colleagues_make_no_difference_and_other_words_do(desk: DeliveryDesk) -> None:
    *others, last = people(desk, MOST_PEOPLE + 1)
    for place, one in enumerate(others):
        sale(desk, one, ("акция — скидка 30% до ПЯТНИЦЫ!!!", "«Акция»: скидка 30 % до пятницы 🎉")[place % 2], SAULE)
    assert sale(desk, last, "Акция! Скидка 40 % до пятницы") == "queued"
    assert sale(desk, last) == WITHHELD


def test_who_gets_it_again_counts_once_and_an_hour_later_nobody_does(desk: DeliveryDesk) -> None:
    *others, last = people(desk, MOST_PEOPLE + 1)
    for one in others[:-1]:
        sale(desk, one)
    assert {sale(desk, others[0]) for _ in range(5)} == {"queued"}
    desk.now += 50 * MINUTE
    assert sale(desk, others[-1]) == "queued"
    assert sale(desk, last) == WITHHELD
    desk.now += 11 * MINUTE
    assert sale(desk, last) == "queued", "only who got it within the hour counts"
    assert len(_rows(desk)[0]["people"]) == 2


def test_pictures_and_signs_without_words_are_not_counted(desk: DeliveryDesk) -> None:
    for one in people(desk, 2):
        sale(desk, one, "👍")
    assert not _rows(desk)


def test_the_row_holds_nothing_of_text_or_person(desk: DeliveryDesk) -> None:
    (ticket,) = people(desk, 1)
    sale(desk, ticket)
    (row,) = _rows(desk)
    assert "кц" not in str(row) and ticket["contact_id"] not in str(row)
    assert row["expires_at"] == (desk.now + HOUR) // 1000


def test_a_repeated_request_returns_the_reply_that_waits(desk: DeliveryDesk) -> None:
    ticket, _ = withheld(desk)
    first = _stored(desk, ticket, client_id="page-1")
    assert first == _stored(desk, ticket, client_id="page-1")


def test_forty_at_once_are_never_more_than_allowed(desk: DeliveryDesk) -> None:
    tickets = people(desk, 2 * MOST_PEOPLE)
    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(
                lambda one: desk.replier()(one["ticket_id"], ReplyContent(SALE), f"c-{one['number']}", BOLAT).status,
                tickets,
            )
        )
    assert found.count("queued") == MOST_PEOPLE and found.count(WITHHELD) == MOST_PEOPLE


def test_a_supervisor_lets_it_leave_and_the_text_is_free_for_an_hour(desk: DeliveryDesk) -> None:
    ticket, ref = withheld(desk)
    assert desk.supervisor()(ref, "approve", MADINA) == ticket["ticket_id"]
    message, after = desk.message(ref), desk.ticket(ticket)
    assert (message["status"], message["decided_by"]) == ("queued", MADINA)
    assert after["state"] == "pending" and after["question_at"] == 0
    assert sent_to(desk, ticket) == 1 and desk.message(ref)["status"] == "sent"
    assert sale(desk, ticket) == "queued"
    desk.now += HOUR + MINUTE
    assert sale(desk, ticket) == "queued", "and nobody counts after it"


def _record(desk: DeliveryDesk, ref: MessageRef, name: str = "MODIFY") -> dict[str, Any]:
    """What the stream tells of a reply's outbox entry."""
    key = {"pk": {"S": f"conversation#{ref.conversation_id}"}, "sk": {"S": f"outbox#{ref.tail}"}}
    image = desk.dynamodb.get_item(TableName=desk.tables["desk"], Key=key)["Item"]
    return {"eventName": name, "eventID": "1", "dynamodb": {"NewImage": image, "Keys": key}}


@pytest.mark.parametrize("decision", ["approve", "return"])
def test_a_decision_wakes_the_sender_and_waiting_does_not(desk: DeliveryDesk, decision: Decision) -> None:
    ticket, ref = withheld(desk)
    assert _wake_up(_record(desk, ref, "INSERT")) is None
    desk.supervisor()(ref, decision, MADINA)
    woken = _wake_up(_record(desk, ref))
    assert woken and (woken[0], woken[1].body) == ("doorbell", {"conversation_id": ticket["conversation_id"]})
    if decision == "approve":
        store = desk.outbox()
        (entry,) = [one for one in store.entries(ticket["conversation_id"]) if one.ref == ref]
        store.claim(store.job(entry, desk.now), "a", desk.now)
        assert _wake_up(_record(desk, ref)) is None, "a sender is at work on it"


def test_deciding_twice_is_the_same_and_another_decision_is_refused(desk: DeliveryDesk) -> None:
    ticket, ref = withheld(desk)
    for _ in range(2):
        desk.supervisor()(ref, "approve", MADINA)
    assert len(desk.of("outbox#")) == MOST_PEOPLE + 1
    for decision, by in (("return", MADINA), ("approve", SAULE), ("return", SAULE)):
        with pytest.raises(Conflict) as refused:
            desk.supervisor()(ref, decision, by)  # type: ignore[arg-type]
        assert refused.value.code == "decided"
    assert sent_to(desk, ticket) == 1
    desk.supervisor()(ref, "approve", MADINA)
    assert sent_to(desk, ticket) == 0


def test_two_supervisors_at_once_decide_once(desk: DeliveryDesk) -> None:
    _, ref = withheld(desk)

    def decide(given: tuple[str, str]) -> str:
        try:
            desk.supervisor()(ref, given[0], given[1])  # type: ignore[arg-type]
        except Conflict as error:
            return error.code
        return given[0]

    with ThreadPoolExecutor(2) as threads:
        found = sorted(threads.map(decide, (("approve", MADINA), ("return", SAULE))))
    assert found in (["decided", "approve"], ["decided", "return"])


def test_the_author_does_not_decide(desk: DeliveryDesk) -> None:
    _, ref = withheld(desk)
    with pytest.raises(Conflict) as refused:
        desk.supervisor()(ref, "approve", BOLAT)
    assert refused.value.code == "same_person"
    assert desk.message(ref)["status"] == WITHHELD


def test_a_returned_reply_keeps_its_words_and_says_why(desk: DeliveryDesk) -> None:
    ticket, ref = withheld(desk)
    desk.supervisor()(ref, "return", MADINA)
    assert sent_to(desk, ticket) == 0 and not desk.provider.sent
    message, after = desk.message(ref), desk.ticket(ticket)
    assert (message["status"], message["failure"]["code"]) == ("failed", "text_returned")
    assert message["content"] and message["decision"] == "return"
    assert after["undelivered"] == ref.tail and after["question_at"] == ticket["question_at"]


def test_after_four_hours_it_goes_back_to_its_author(desk: DeliveryDesk) -> None:
    ticket, ref = withheld(desk)
    desk.now += WITHHELD_FOR - 1
    woken = lambda: [one for one, _, _ in overdue(desk.now)]  # noqa: E731
    assert ticket["conversation_id"] not in woken() and sent_to(desk, ticket) == 0
    desk.now += 1
    assert not waiting(desk.now)
    desk.now += 1
    assert ticket["conversation_id"] in woken(), "the sweeper wakes the sender"
    with pytest.raises(Conflict) as refused:
        desk.supervisor()(ref, "approve", MADINA)
    assert refused.value.code == "decided"
    sent_to(desk, ticket)
    assert desk.message(ref)["failure"]["code"] == "not_approved" and desk.ticket(ticket)["state"] == "open"
    assert ticket["conversation_id"] not in woken()
    again = desk.replier().retry_failed(str(ref), "retry-1", BOLAT)
    assert again.status == "queued" and again.text == SALE


def test_a_clock_that_is_ahead_returns_no_reply_that_was_approved(desk: DeliveryDesk) -> None:
    ticket, ref = withheld(desk)
    store, ahead = desk.outbox(), desk.now + WITHHELD_FOR + MINUTE
    (read,) = [one for one in store.entries(ticket["conversation_id"], ahead) if one.ref == ref]
    job = store.job(read, ahead)
    desk.supervisor()(ref, "approve", MADINA)
    assert not store.failed(job, Failure("not_approved", "not_approved"), ahead)
    assert desk.message(ref)["status"] == "queued" and sent_to(desk, ticket) == 1


def test_what_was_said_since_keeps_its_question(desk: DeliveryDesk) -> None:
    ticket, ref = withheld(desk)
    author = Author((Address("phone", phone(MOST_PEOPLE)),))
    desk.later(60)
    desk.receive(from_amina("Тағы сұрақ", sent_at=desk.seconds, author=author))
    asked = desk.ticket(ticket)["question_at"]
    desk.now += 1_000
    desk.supervisor()(ref, "approve", MADINA)
    assert desk.ticket(ticket)["question_at"] == asked and desk.ticket(ticket)["state"] == "open"
    assert sent_to(desk, ticket) == 1


def test_a_withdrawal_meanwhile_stops_what_answers_nothing(desk: DeliveryDesk) -> None:
    ticket, _ = withheld(desk)
    assert sale(desk, ticket, "Жауап") == "queued"
    ref, status = _stored(desk, ticket)
    assert status == WITHHELD and not desk.ticket(ticket)["question_at"]
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": f"contact#{ticket['contact_id']}"}, "sk": {"S": "contact"}},
        UpdateExpression="SET suppressed_at = :now",
        ExpressionAttributeValues={":now": {"N": str(desk.now)}},
    )
    with pytest.raises(Conflict) as refused:
        desk.supervisor()(ref, "approve", MADINA)
    assert refused.value.code == "suppressed"
    assert desk.message(ref)["status"] == WITHHELD


def test_its_author_deletes_it_and_nobody_edits_it(desk: DeliveryDesk) -> None:
    ticket, ref = withheld(desk)
    with pytest.raises(Conflict) as refused:
        desk.amends().edit(ticket["ticket_id"], ref, "Басқа", BOLAT)
    assert refused.value.code == WITHHELD
    assert desk.amends().delete(ticket["ticket_id"], ref, BOLAT) == "done"
    with pytest.raises(NotFound):
        desk.supervisor()(ref, "approve", MADINA)
    assert sent_to(desk, ticket) == 0 and not waiting(desk.now)
    assert "content" not in desk.message(ref) and desk.ticket(ticket)["question_at"] == ticket["question_at"]


def test_an_edit_is_no_way_around(desk: DeliveryDesk) -> None:
    ticket, _ = withheld(desk)
    ref, _ = _stored(desk, ticket, "Ваш терминал заменят завтра")
    with pytest.raises(Conflict) as refused:
        desk.amends().edit(ticket["ticket_id"], ref, SALE, BOLAT)
    assert refused.value.code == "same_text"


def test_edits_are_counted_as_replies_are(desk: DeliveryDesk) -> None:
    *others, last = people(desk, MOST_PEOPLE + 1)
    for place, one in enumerate(others):
        ref, _ = _stored(desk, one, f"Жауап {place}")
        assert desk.amends().edit(one["ticket_id"], ref, SALE, BOLAT) == "done"
    assert sale(desk, last) == WITHHELD
