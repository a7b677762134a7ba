"""The box of a request: what the person is asked and told, each once, and nothing of it is left at the end."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.channels.parts import ReachChanged
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.texts import KAZAKHSTAN, show_date
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import CONTACT, HEAD
from chalicelib.entrypoints import stream_router as relay
from chalicelib.erasure.tasks import await_delivery, wait_backups
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.mailbox.writes import MailboxWrites, last_answer
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.vocabulary import Identity, RequestState, Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN
from chalicelib.privacy.sealed_on_requests import secret_hash
from chalicelib.privacy.texts import answers, questions
from chalicelib.tickets.queries import TicketQueries as DeskReading
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.dashboard.request_presenter.request_words import RequestWords
from tests.support.erasure.boxes import ADDRESS, CHANNELS, PROFILE, Boxes, crash_everywhere
from tests.support.erasure.boxes import boxes as boxes
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person
from tests.support.people import AMINA_PHONE, DANIYAR, DANIYAR_CHAT, TELEGRAM_ACCOUNT, from_daniyar
from tests.support.storage.declared import undeclared

HOUR = 60 * 60 * SECOND


# -- the question


@CHANNELS
def test_the_person_is_asked_on_their_channel_with_two_buttons(boxes: Boxes, channel: str) -> None:
    person = boxes.person(channel)
    request_id = boxes.request(person, language="ru")

    assert boxes.suppress()(request_id) == {"outcome": "suppressed"}
    boxes.send()

    (sent,) = boxes.desk.provider.sent
    assert sent.to == (AMINA_PHONE if channel == "whatsapp" else DANIYAR_CHAT)
    assert sent.text == questions.challenge(PROFILE, "ru", kind_of("deletion"), 48, bound=True)
    assert sent.buttons == (
        (f"erase.confirm.{request_id}", "Да, удалить"),
        (f"erase.cancel.{request_id}", "Нет, оставить"),
    )
    request = boxes.read(request_id)
    assert (request.state, request.at(Step.OUTREACH_PAUSED)) == (RequestState.VERIFYING, person.row["suppressed_at"])
    assert len(request.secret_hash) == 64


@CHANNELS
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_person_is_asked_once_wherever_the_task_dies(boxes: Boxes, channel: str, when: str) -> None:
    request_id = boxes.request(boxes.person(channel))

    died = crash_everywhere(boxes.desk, when, boxes.suppress, request_id)
    boxes.send()

    assert died
    assert len(boxes.desk.provider.sent) == 1
    assert len([item for item in boxes.desk.of_pk("contact#") if item["sk"] == "contact"]) == 2


def test_of_two_tasks_at_once_one_asks(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    ours, rival = boxes.desk.requests, boxes.suppress()

    class Behind:
        """A store whose owner is overtaken between reading and writing."""

        def __getattr__(self, name: str) -> Any:
            return getattr(ours, name)

        def run_until_written(self, build: Callable[[frozenset[str]], Any]) -> bool:
            def overtaken(refused: frozenset[str]) -> Any:
                writes = build(refused)
                if not refused:
                    rival(request_id)
                return writes

            return ours.run_until_written(overtaken)

    assert boxes.suppress(store=Behind())(request_id) == {"outcome": "suppressed"}
    boxes.send()
    assert len(boxes.desk.provider.sent) == 1
    assert len(boxes.desk.items("keys")) == 2


def test_who_has_answered_already_is_not_asked_but_can_be_told(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.mark(request_id, Step.CANCELLED)

    boxes.suppress()(request_id)

    assert boxes.read(request_id).box is not None
    assert not boxes.desk.of("outbox#")


def test_without_a_contact_nothing_is_begun(boxes: Boxes) -> None:
    person = boxes.person("whatsapp")
    request_id = boxes.request(person)
    boxes.desk.dynamodb.delete_item(TableName=boxes.desk.tables["keys"], Key={"pk": {"S": person.contact_id}})

    with pytest.raises(NotFound):
        boxes.suppress()(request_id)
    assert boxes.read(request_id).steps == {}


@pytest.mark.parametrize("gone", ["contact", "head", "key", "they are being erased"])
@pytest.mark.parametrize(
    ("step", "state"), [(Step.CANCELLED, RequestState.CANCELLED), (Step.REFUSED, RequestState.REFUSED)]
)
def test_a_stopped_request_without_a_contact_comes_to_its_end_without_a_box(
    boxes: Boxes, step: Step, state: RequestState, gone: str
) -> None:
    """Given a contact that is gone, when somebody has stopped the request, before or after that was noticed, then it is
    over, and nobody waits for an answer that nobody gets."""
    person = boxes.person("whatsapp")
    request_id = boxes.request(person, due_at=boxes.desk.now)
    lose(boxes.desk, person, gone)
    with pytest.raises(NotFound):
        boxes.suppress()(request_id)
    boxes.mark(request_id, step)

    assert boxes.suppress()(request_id) == {"outcome": "suppressed"} == boxes.suppress()(request_id)
    request = boxes.read(request_id)
    assert (request.box, request.done(Step.OUTREACH_PAUSED), request.secret_hash) == (None, True, "")
    living = Living(boxes.desk)
    assert living.finish(request_id) == {}
    assert await_delivery.due(boxes.read(request_id)) == boxes.desk.now
    boxes.close()(request_id)
    assert boxes.read(request_id).state == state
    assert not boxes.desk.of("outbox#")


def lose(desk: ErasureDesk, person: Person, what: str) -> None:
    where = {
        "contact": ("desk", CONTACT.partition(person.contact_id), "contact"),
        "head": ("desk", person.conversation_pk, "head"),
        "key": ("keys", person.contact_id, ""),
    }
    if what in where:
        table, pk, sk = where[what]
        desk.dynamodb.delete_item(TableName=desk.tables[table], Key=attribute_values({"pk": pk, "sk": sk}))
    else:
        Living(desk).set_contact(person, state="erasing")


@CHANNELS
def test_the_rows_of_a_box_are_declared_and_show_nothing_of_the_person(boxes: Boxes, channel: str) -> None:
    person = boxes.person(channel)
    request_id = boxes.certified(person)
    boxes.notify()(request_id)
    boxes.send()

    assert [line for table in boxes.desk.tables for line in undeclared(table, boxes.desk.items(table))] == []
    stored = boxes.desk.everything()
    for clear in (AMINA_PHONE, DANIYAR_CHAT, "Сәтбаева", "Оспанов", *(one.done for one in registry.KINDS)):
        assert clear.encode() not in stored


def test_a_box_is_found_by_nobody_and_its_messages_are_dated_by_nobody(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.suppress()(request_id)
    boxes.desk.deliver()
    box = boxes.read(request_id).box
    assert box is not None

    boxes.desk.index_contact(box.contact_id)
    mine = boxes.desk.of_pk(f"conversation#{box.conversation_id}")
    wake_ups = [relay._wake_up(as_record(item)) for item in mine if item["sk"].startswith("message#")]

    assert [item for item in boxes.desk.items("index") if box.contact_id in f"{item['pk']} {item['sk']}"] == []
    assert wake_ups == [None]
    assert len(boxes.desk.of("ticket")) == 1
    assert all("ticket_id" not in item for item in mine)
    assert DeskReading(boxes.desk.decryptor(), boxes.desk.now).contact(box.contact_id) is None, "nor by its id"
    opening = ContactRequestRows(boxes.desk.gateway())
    assert opening.subject(box.contact_id) is None, "nor is a request about it"


def as_record(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventName": "INSERT",
        "eventID": "1",
        "dynamodb": {"NewImage": attribute_values(item), "SequenceNumber": "1"},
    }


def test_a_box_is_there_for_as_long_as_its_request_is_open(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.suppress()(request_id)
    boxes.send()
    request = boxes.read(request_id)
    there = {key for key in boxes.traces(request) if key[1].partition("#")[0] not in ("link", "parked")}

    for _ in range(4):
        boxes.desk.now += 100 * DAY
        boxes.desk.sweep()

    everything = dict(boxes.desk.every_item())
    assert {key[1].partition("#")[0] for key in there} == {"contact", "conversation", request.box.contact_id, "request"}
    assert there <= everything.keys()
    dated = [key for key in there if {"expires_at", "gone_at"} & everything[key].keys()]
    assert dated == [], "neither the sweeper nor DynamoDB itself ever finds them"


# -- while the request is open


def test_a_suppressed_person_gets_an_answer_and_no_news(boxes: Boxes) -> None:
    person = boxes.person("telegram")
    boxes.suppress()(boxes.request(person))
    boxes.desk.deliver()
    boxes.desk.provider.sent.clear()
    boxes.desk.reply(person.tickets[0], "Ответ оператора")
    boxes.desk.deliver()
    boxes.desk.receive(from_daniyar("Спасибо", sent_at=boxes.desk.seconds, message_id=8))
    news = boxes.desk.reply(person.tickets[0], "Новости компании")
    place = {"pk": HEAD.partition(news.conversation_id), "sk": f"outbox#{news.tail}"}
    boxes.desk.dynamodb.update_item(
        TableName=boxes.desk.tables["desk"], Key=attribute_values(place), UpdateExpression="SET purpose = :news",
        ExpressionAttributeValues={":news": {"S": "news"}},
    )  # fmt: skip

    boxes.desk.sender(allows=lambda purpose, channel: True)(person.conversation_id)

    assert boxes.desk.provider.texts == ["Ответ оператора"]
    failure = boxes.desk.message(news)["failure"]
    assert (failure["code"], failure["reason"]) == ("suppressed", "suppressed")


def test_an_answer_goes_out_for_a_day_after_the_person_pressed(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.suppress()(request_id)
    boxes.send()
    boxes.desk.now += 23 * HOUR
    request = boxes.mark(request_id, Step.VERIFIED, identity=Identity.SECOND_PRESS.value)
    boxes.desk.now += 4 * HOUR
    text = answers.cancelled(PROFILE, "kk")

    assert (
        boxes.desk.requests.run(*MailboxWrites(boxes.desk.gateway()).answer(request, "told", text, (), boxes.desk.now))
        is None
    )
    boxes.send()

    assert boxes.desk.provider.texts[-1] == text


def test_after_a_day_without_a_word_of_the_person_nothing_goes_out_on_whatsapp(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.suppress()(request_id)
    boxes.desk.now += DAY + 1
    boxes.send()
    assert boxes.desk.provider.sent == []


def test_who_has_blocked_the_bot_and_presses_again_gets_answers(boxes: Boxes) -> None:
    person = boxes.person("telegram")
    boxes.desk.changer()(ReachChanged("telegram", TELEGRAM_ACCOUNT, DANIYAR, True, boxes.desk.seconds + 1))
    request_id = boxes.request(person)
    boxes.suppress()(request_id)
    boxes.send()
    assert boxes.desk.provider.sent == []
    request = boxes.mark(request_id, Step.VERIFIED, identity=Identity.SECOND_PRESS.value)

    boxes.desk.requests.run(
        *MailboxWrites(boxes.desk.gateway()).answer(request, "grace", "Спасибо", (), boxes.desk.now)
    )
    boxes.send()

    assert boxes.desk.provider.texts == ["Спасибо"]


# -- telling, before and after


def secret_in(text: str) -> str:
    """The secret that a text gives, as a person types it."""
    found = re.search(r"(?:[0-9a-z]{4}-){4}[0-9a-z]{4}", text)
    return found[0].upper() if found else ""


@CHANNELS
def test_the_person_is_told_before_with_a_secret_that_fits_the_certificate(boxes: Boxes, channel: str) -> None:
    """Given a person who has confirmed, then what tells them that the destruction begins has all that they need to
    check it, and the button that stops it: nothing can be lost with a late answer."""
    living = Living(boxes.desk)
    request = living.suppressed(boxes.person(channel))
    boxes.send()
    boxes.desk.provider.sent.clear()
    living.mark(request.id, {"verified": boxes.desk.now}, identity=Identity.SECOND_PRESS.value)

    assert living.park(request, "", "", "telling") == "" == living.park(request, "", "", "telling")
    boxes.send()

    (sent,) = boxes.desk.provider.sent
    assert secret_hash(request.certificate_id, secret_in(sent.text)) == request.secret_hash
    assert request.certificate_id in sent.text and "/certificates" in sent.text
    assert sent.buttons == ((f"erase.cancel.{request.id}", sent.buttons[0][1]),)


@CHANNELS
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("told_by", ["delivered", ""])
def test_the_person_hears_once_that_it_is_done(boxes: Boxes, channel: str, when: str, told_by: str) -> None:
    """With the secret only when it is the first time that they get it: the release before told nobody earlier."""
    request_id = boxes.certified(boxes.person(channel))
    if not told_by:
        boxes.desk.requests.run(boxes.desk.requests.change(request_id, {"told_by": None, "steps.told": None}))

    died = crash_everywhere(boxes.desk, when, boxes.notify, request_id)
    boxes.send()

    assert died
    (sent,) = boxes.desk.provider.sent
    request = boxes.read(request_id)
    secret = secret_in(sent.text)
    assert bool(secret) is not bool(told_by)
    assert not secret or secret_hash(request.certificate_id, secret) == request.secret_hash
    assert request.certificate_id in sent.text and ADDRESS in sent.text
    assert request.done(Step.NOTIFIED)


@CHANNELS
@pytest.mark.parametrize(
    ("status", "proved"),
    [
        ("queued", {}), ("sent", {"telegram": "accepted"}), ("failed", {}),
        ("delivered", {"telegram": "delivered", "whatsapp": "delivered"}),
        ("read", {"telegram": "delivered", "whatsapp": "delivered"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["erased", "refused", "cancelled"])
def test_what_became_of_the_last_answer_is_written_down_before_its_box_goes(
    boxes: Boxes, channel: str, status: str, proved: dict[str, str], how: str
) -> None:
    """Given an answer of each kind, then the request says whether it arrived, and nothing that did not is said to
    have."""
    living, person = Living(boxes.desk), boxes.person(channel)
    if how == "erased":
        request_id = boxes.certified(person)
        boxes.notify()(request_id)
    else:
        request_id = living.suppressed(person).id
        if how == "refused":
            living.decide(request_id, "refuse")
        else:
            living.says(person, "cancel", request_id)
        boxes.desk.now += 1
        living.finish(request_id)
    request = boxes.read(request_id)
    answer = MessageRef.parse(last_answer(request))
    assert answer is not None
    place = {"pk": HEAD.partition(answer.conversation_id), "sk": f"message#{answer.tail}"}
    boxes.desk.dynamodb.update_item(
        TableName=boxes.desk.tables["desk"], Key=attribute_values(place), UpdateExpression="SET #status = :status",
        ConditionExpression="attribute_exists(pk)", ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": status}},
    )  # fmt: skip

    boxes.close()(request_id)

    assert boxes.read(request_id).answered == proved.get(channel, "not_arrived")
    assert boxes.traces(request) == []


@pytest.mark.parametrize("late", [0, 3 * DAY])
def test_the_end_of_the_backups_counts_from_the_closing_of_the_box(boxes: Boxes, late: int) -> None:
    """Given an answer in time, or one that a stop of three days held up, then what the person is told, what the list
    says and what the workflow waits for is two weeks after the box, which is closed last."""
    request_id = boxes.certified(boxes.person("telegram"))
    boxes.desk.now += late
    boxes.notify()(request_id)
    boxes.send()
    closes_at = max(await_delivery.due(boxes.read(request_id)), boxes.desk.now)
    until = closes_at + 14 * DAY + HOUR
    (sent,) = boxes.desk.provider.sent
    request = boxes.read(request_id)
    assert sent.text.count(show_date("kk", datetime.fromtimestamp(until / SECOND, KAZAKHSTAN).date())) == 1

    def shown() -> int:
        words = Words("en", lambda text: text, boxes.desk.now, "", {})
        return RequestWords(words, PROFILE.deadlines).final_at(boxes.read(request_id))

    assert shown() == request.at(Step.ABSENT) + DELIVER_WITHIN + 14 * DAY + HOUR
    boxes.desk.now = closes_at
    boxes.close()(request_id)
    request = boxes.read(request_id)
    assert wait_backups.due(request) == until
    assert boxes.desk.requests.item(request_id)["activity"] == closes_at + 14 * DAY
    assert shown() == until


def test_nobody_is_told_before_there_is_a_certificate(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.suppress()(request_id)
    with pytest.raises(Conflict):
        boxes.notify()(request_id)
