"""Who has withdrawn consent gets answers to what they ask, and nothing else, whoever wrote it and whenever."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.parts import StatusUpdate
from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.errors import Conflict
from chalicelib.core.ids import new_id
from chalicelib.dynamo.builder import attribute_value
from chalicelib.dynamo.schema import CONTACT, HEAD
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import CLAIM, Claimed
from chalicelib.retention.stamp_expiry_store import StampExpiryStore
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.people import WHATSAPP_ACCOUNT, from_amina
from tests.support.storage.declared import undeclared

EXACT = "delete my data"


def set_(desk: DeliveryDesk, pk: str, sk: str, **values: Any) -> None:
    """Change an item as others of the desk would; None removes."""
    for name, value in values.items():
        expression = "REMOVE #name" if value is None else "SET #name = :value"
        desk.dynamodb.update_item(
            TableName=desk.tables["desk"],
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression=expression,
            ExpressionAttributeNames={"#name": name},
            **({} if value is None else {"ExpressionAttributeValues": {":value": attribute_value(value)}}),
        )


def withdraw(desk: DeliveryDesk, ticket: Mapping[str, Any], at: int | None = 1) -> None:
    """As SoftSuppress does it; `at` None lets everything out again."""
    set_(desk, CONTACT.partition(ticket["contact_id"]), "contact", suppressed_at=at and desk.now)


def answer(desk: DeliveryDesk, ticket: Mapping[str, Any], text: str, client_id: str = "") -> str:
    """Reply and let it go out: "" when it was taken, else why not."""
    try:
        desk.reply(ticket, text, client_id or new_id())
    except Conflict as error:
        return error.code
    desk.sender()(ticket["conversation_id"])
    return ""


def say(desk: DeliveryDesk, text: str, **more: Any) -> None:
    desk.later(1)
    desk.receive(from_amina(text, sent_at=desk.seconds, **more))


def test_one_answer_leaves_for_an_open_question_and_nothing_after_it(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    withdraw(desk, ticket)

    assert answer(desk, ticket, "Ответ") == ""
    before = desk.items()
    assert answer(desk, ticket, "Кстати, у нас акция") == "suppressed"

    assert desk.provider.texts == ["Ответ"]
    assert desk.items() == before
    assert not undeclared("desk", before)


def test_without_an_open_question_nothing_is_taken_until_the_person_writes(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    answer(desk, ticket, "Ответ")
    withdraw(desk, ticket)

    assert answer(desk, ticket, "Акция") == "suppressed"
    say(desk, EXACT)
    assert answer(desk, ticket, "Акция") == "suppressed"
    say(desk, "А когда вернут деньги?")
    assert answer(desk, ticket, "Завтра") == ""
    assert answer(desk, ticket, "И ещё акция") == "suppressed"

    assert desk.provider.texts == ["Ответ", "Завтра"]


def test_what_was_queued_before_the_withdrawal_fails_visibly_and_is_not_sent_again(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    answer(desk, ticket, "Ответ")
    ref = desk.reply(ticket, "Акция")
    withdraw(desk, ticket)

    desk.sender()(ticket["conversation_id"])

    message, now = desk.message(ref), desk.ticket(ticket)
    assert (message["status"], message["failure"]["reason"]) == ("failed", "suppressed")
    assert (now["state"], now["undelivered"], now["question_at"]) == ("open", ref.tail, 0)
    with pytest.raises(Conflict) as refused:
        desk.replier().retry_failed(str(ref), "retry-1", BOLAT)
    assert refused.value.code == "suppressed"
    assert desk.provider.texts == ["Ответ"]
    assert not desk.of("outbox#")


def test_an_answer_that_was_queued_before_the_withdrawal_leaves(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Ответ")
    withdraw(desk, ticket)
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts == ["Ответ"]


def test_a_withdrawal_between_the_senders_look_and_its_claim_stops_the_message(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    answer(desk, ticket, "Ответ")
    desk.reply(ticket, "Акция")
    outbox = desk.outbox()
    (waiting,) = outbox.entries(ticket["conversation_id"])
    job = outbox.job(waiting, desk.now)
    withdraw(desk, ticket)

    assert outbox.claim(job, new_id(), desk.now) is Claimed.CHANGED
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == ["Ответ"]


def test_an_answer_that_failed_leaves_its_question_open_and_may_be_sent_again(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Ответ")
    withdraw(desk, ticket)
    desk.provider.faults = [desk.provider.meta_error(131026)]
    desk.sender()(ticket["conversation_id"])
    assert desk.ticket(ticket)["question_at"] == desk.message(ref)["answers"] > 0

    desk.replier().retry_failed(str(ref), "retry-1", BOLAT)
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == ["Ответ"]
    assert desk.ticket(ticket)["question_at"] == 0
    assert answer(desk, ticket, "Акция") == "suppressed"


def test_who_has_answered_in_other_words_does_not_send_the_failed_answer_again(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Ответ")
    withdraw(desk, ticket)
    desk.provider.faults = [desk.provider.meta_error(131026)]
    desk.sender()(ticket["conversation_id"])
    assert answer(desk, ticket, "Ответ другими словами") == ""

    with pytest.raises(Conflict) as refused:
        desk.replier().retry_failed(str(ref), "retry-1", BOLAT)

    assert refused.value.code == "suppressed"
    assert desk.provider.texts == ["Ответ другими словами"]


def test_of_many_colleagues_who_answer_one_question_at_once_one_does(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    withdraw(desk, ticket)

    def reply(number: int) -> str:
        try:
            return desk.replier(wait=sleep_with_jitter)(
                ticket["ticket_id"], ReplyContent(f"Ответ {number}"), f"page-{number}", BOLAT
            ).status
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(reply, range(8)))

    assert answers == {"queued": 1, "suppressed": 7}
    assert len(desk.of("outbox#")) == 1


def test_a_reply_that_leaves_with_the_withdrawal_leaves_only_as_an_answer(desk: DeliveryDesk) -> None:
    """At every moment of the reply's way, the withdrawal comes at that moment."""
    ticket = desk.open_ticket()
    for asked in (True, False):
        for moment in ("before the reply", "before the sender", "between its look and its claim"):
            withdraw(desk, ticket, None)
            if asked:
                say(desk, "Вопрос")
            elif desk.ticket(ticket)["question_at"]:
                answer(desk, ticket, f"Ответ {new_id()}")
            text, outbox = f"{asked} {moment}", desk.outbox()
            if moment == "before the reply":
                withdraw(desk, ticket)
                refused = answer(desk, ticket, text)
                assert refused == ("" if asked else "suppressed")
            else:
                desk.reply(ticket, text)
                (waiting,) = outbox.entries(ticket["conversation_id"])
                job = outbox.job(waiting, desk.now)
                withdraw(desk, ticket)
                if moment == "between its look and its claim":
                    claimed = outbox.claim(job, new_id(), desk.now)
                    assert claimed is (Claimed.OURS if asked else Claimed.CHANGED)
                    desk.later(CLAIM / 1000 + 1)
                desk.sender()(ticket["conversation_id"])
            assert (text in desk.provider.texts) == asked


def test_an_answer_whose_failure_is_reported_later_leaves_its_question_open(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Ответ")
    withdraw(desk, ticket)
    desk.sender()(ticket["conversation_id"])
    (sent,) = desk.provider.sent
    update = StatusUpdate(
        "whatsapp", WHATSAPP_ACCOUNT, sent.provider_id, "failed", desk.seconds, sent.reference, "131026", "No."
    )
    desk.statuses().apply(update, desk.now)

    retention = StampExpiryStore(desk.gateway())
    pk = ticket["conversation_id"]
    retention.show_failure(pk, f"message#{ref.tail}", ticket["ticket_id"], desk.now, lambda channel, code: False)

    assert desk.ticket(ticket)["question_at"] == desk.message(ref)["answers"] > 0
    assert answer(desk, ticket, "Ответ другими словами") == ""


def test_a_ticket_of_the_release_before_is_asked_who_wrote_last(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    withdraw(desk, ticket)
    set_(desk, ticket["pk"], "ticket", question_at=None)
    assert answer(desk, ticket, "Ответ") == ""
    set_(desk, ticket["pk"], "ticket", question_at=None)
    assert answer(desk, ticket, "Акция") == "suppressed"
    say(desk, "👍", kind="reaction", target="wamid.x")
    assert answer(desk, ticket, "Акция") == "suppressed"
    say(desk, EXACT)
    assert answer(desk, ticket, "Акция") == "suppressed"


def test_a_place_of_the_release_before_counts_as_unasked(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Ответ")
    set_(desk, HEAD.partition(ref.conversation_id), f"outbox#{ref.tail}", answers=None)
    withdraw(desk, ticket)
    desk.sender()(ticket["conversation_id"])
    assert desk.message(ref)["failure"]["reason"] == "suppressed"


@pytest.mark.parametrize("purpose", ["news", "offers", "survey"])
def test_an_opt_out_ends_what_nobody_asked_for_and_support_goes_on(desk: DeliveryDesk, purpose: str) -> None:
    ticket = desk.open_ticket()
    set_(desk, CONTACT.partition(ticket["contact_id"]), "contact", opted_out_at=desk.now, opted_out_by=new_id())
    answer(desk, ticket, "Ответ")
    assert answer(desk, ticket, "И ещё одно") == ""
    ref = desk.reply(ticket, "Новости")
    set_(desk, HEAD.partition(ref.conversation_id), f"outbox#{ref.tail}", purpose=purpose)

    desk.sender(allows=lambda purpose, channel: True)(ticket["conversation_id"])

    assert desk.message(ref)["failure"]["reason"] == "opted_out"
    assert desk.provider.texts == ["Ответ", "И ещё одно"]


def test_an_opt_out_between_the_senders_look_and_its_claim_stops_the_news(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Новости")
    set_(desk, HEAD.partition(ref.conversation_id), f"outbox#{ref.tail}", purpose="news")
    outbox = desk.outbox()
    (waiting,) = outbox.entries(ticket["conversation_id"])
    job = outbox.job(waiting, desk.now)
    set_(desk, CONTACT.partition(ticket["contact_id"]), "contact", opted_out_at=desk.now)
    assert outbox.claim(job, new_id(), desk.now) is Claimed.CHANGED


ACTS = ("question", "exact", "reaction", "reply", "send", "withdraw", "release")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ACTS), min_size=4, max_size=14))
def test_in_any_order_only_answers_leave_while_consent_is_withdrawn(desk: DeliveryDesk, acts: list[str]) -> None:
    (ticket, *_) = desk.of_pk("ticket#") or [desk.open_ticket()]
    withdraw(desk, ticket, None)
    answer(desk, ticket, f"Начало {new_id()}")
    desk.provider.sent.clear()
    question, withdrawn, unasked, asked = False, False, set[str](), list[str]()
    for place, act in enumerate(acts):
        if act == "question":
            say(desk, f"Вопрос {place}")
            question = True
        elif act == "exact":
            say(desk, EXACT)
        elif act == "reaction":
            say(desk, "👍", kind="reaction", target="wamid.x")
        elif act in ("withdraw", "release"):
            withdrawn = act == "withdraw"
            withdraw(desk, ticket, 1 if withdrawn else None)
        elif act == "send":
            known = len(desk.provider.sent)
            desk.sender()(ticket["conversation_id"])
            assert not (withdrawn and unasked & set(desk.provider.texts[known:]))
        else:
            text = f"Ответ {place} {new_id()}"
            try:
                desk.reply(ticket, text, new_id())
            except Conflict as error:
                assert (error.code, withdrawn, question) == ("suppressed", True, False)
                continue
            assert question or not withdrawn
            asked.append(text) if question else unasked.add(text)
            question = False
    desk.sender()(ticket["conversation_id"])
    assert set(asked) <= set(desk.provider.texts)
