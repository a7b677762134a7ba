"""The box of a request: what the person is asked and told, each once, and nothing of it is left at the end."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from chalicelib.channels.parts import ReachChanged, StatusUpdate
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.texts import KAZAKHSTAN, show_date
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import CONTACT, HEAD, REQUEST
from chalicelib.entrypoints import stream_router as relay
from chalicelib.erasure.tasks import await_delivery, wait_backups
from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.mailbox.writes import MAILBOX, MailboxWrites, last_answer
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.vocabulary import Identity, RequestState, Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN
from chalicelib.privacy.sealed_on_requests import secret_hash
from chalicelib.privacy.texts import answers, questions
from chalicelib.tickets.queries import TicketQueries as DeskReading
from chalicelib.vault.decryptor import SingleDecryptor
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.dashboard.request_presenter.request_words import RequestWords
from tests.erasure.boxes import ADDRESS, KEPT_DAYS, PROFILE, Boxes, KnownBoxes
from tests.erasure.conftest import Erasing, Person
from tests.erasure.living import Living
from tests.people import AMINA_PHONE, DANIYAR, DANIYAR_CHAT, TELEGRAM_ACCOUNT, from_daniyar
from tests.storage.declared import undeclared

HOUR = 60 * 60 * SECOND
CHANNELS = pytest.mark.parametrize("channel", ["whatsapp", "telegram"])


@pytest.fixture
def boxes(desk: Erasing) -> Boxes:
    return KnownBoxes(desk)


class Died(BaseException):
    """The process is gone: nothing catches this."""


class Mortal:
    """A client that dies before or after its n-th write."""

    def __init__(self, client: Any, number: int, when: str) -> None:
        self._client, self._number, self._when, self.count = client, number, when, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in ("transact_write_items", "update_item", "put_item", "delete_item"):
            return found

        def call(**request: Any) -> Any:
            self.count += 1
            if self.count == self._number and self._when == "before":
                raise Died
            answer = found(**request)
            if self.count == self._number:
                raise Died
            return answer

        return call


def crash_everywhere(desk: Erasing, when: str, make: Callable[[Any], Callable[[str], Any]], request_id: str) -> bool:
    """Run a task that dies at its first write, then one that dies at its second … until one lives through; then once
    more. Return whether any has died."""
    for number in range(1, 60):
        try:
            make(Mortal(desk.dynamodb, number, when))(request_id)
        except Died:
            continue
        assert make(desk.dynamodb)(request_id) in ({}, {"outcome": "suppressed"})
        return number > 1
    raise AssertionError("it never came to its end")


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


def lose(desk: Erasing, person: Person, what: str) -> None:
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

    assert shown() == request.at(Step.ABSENT) + DELIVER_WITHIN + 14 * DAY
    boxes.desk.now = closes_at
    boxes.close()(request_id)
    request = boxes.read(request_id)
    assert wait_backups.due(request) == until
    assert boxes.desk.requests.item(request_id)["activity"] == closes_at + 14 * DAY
    assert shown() == closes_at + 14 * DAY


def test_nobody_is_told_before_there_is_a_certificate(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.suppress()(request_id)
    with pytest.raises(Conflict):
        boxes.notify()(request_id)


# -- the end


@CHANNELS
@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_closing_dies_nothing_of_the_box_is_left(boxes: Boxes, channel: str, when: str) -> None:
    person = boxes.person(channel)
    request_id = boxes.certified(person)
    boxes.notify()(request_id)
    boxes.send()
    request = boxes.read(request_id)
    boxes.desk.dynamodb.put_item(
        TableName=boxes.desk.tables["desk"],
        Item=attribute_values({"pk": REQUEST.partition(request_id), "sk": "inventory#desk.contact#0", "found": 1}),
    )
    assert {key[1].partition("#")[0] for key in boxes.traces(request)} >= {"contact", "conversation", "link"}

    died = crash_everywhere(boxes.desk, when, boxes.close, request_id)

    assert died
    assert boxes.traces(request) == []
    assert boxes.desk.of("inventory#") == []
    closed = boxes.read(request_id)
    assert (closed.state, closed.box) == (RequestState.WAITING_FOR_BACKUPS, None)
    assert closed.secret_hash and "secret" not in boxes.desk.requests.item(request_id)
    assert person.row and person.tickets


def test_a_key_is_destroyed_before_anything_else_so_that_what_is_left_opens_nowhere(boxes: Boxes) -> None:
    request_id = boxes.certified(boxes.person("whatsapp"))
    boxes.notify()(request_id)
    box = boxes.read(request_id).box
    assert box is not None

    with pytest.raises(Died):  # the first write says what became of the answer
        boxes.close(Mortal(boxes.desk.dynamodb, 2, "after"))(request_id)
    boxes.desk.deliver()

    left = [item for item in boxes.desk.of("message#") if item["contact_id"] == box.contact_id]
    assert left and boxes.desk.provider.sent == []
    assert SingleDecryptor(lambda: boxes.desk.vault).text(box.contact_id, place_of(left[0]), left[0]["content"]) is None


def test_an_answer_that_arrives_after_the_closing_has_died_is_said_to_have(boxes: Boxes) -> None:
    request_id = boxes.certified(boxes.person("telegram"))
    boxes.notify()(request_id)
    with pytest.raises(Died):
        boxes.close(Mortal(boxes.desk.dynamodb, 1, "after"))(request_id)
    assert boxes.read(request_id).answered == "not_arrived"
    boxes.send()

    for number in (3, 4, 5, 60):  # once more, while its rows go
        with suppress(Died):
            boxes.close(Mortal(boxes.desk.dynamodb, number, "after"))(request_id)

    assert boxes.read(request_id).done(Step.MAILBOX_DESTROYED) and boxes.read(request_id).answered == "accepted"


def place_of(item: dict[str, Any]) -> Any:
    from chalicelib.vault.encryption import message_content

    conversation_id = item["pk"].removeprefix("conversation#")
    return message_content(MessageRef.of_tail(conversation_id, item["sk"].removeprefix("message#")))


@CHANNELS
def test_a_sender_that_is_at_work_while_the_box_is_closed_leaves_nothing(boxes: Boxes, channel: str) -> None:
    request_id = boxes.certified(boxes.person(channel))
    boxes.notify()(request_id)
    request = boxes.read(request_id)
    assert request.box is not None

    def closed_meanwhile(sent: object) -> None:
        boxes.close()(request_id)

    boxes.desk.provider.accepted = closed_meanwhile
    boxes.desk.sender()(request.box.conversation_id)

    assert boxes.traces(request) == []


@pytest.mark.parametrize("step", ["job", "claim"])
def test_a_sender_that_comes_too_late_sends_nothing(boxes: Boxes, step: str) -> None:
    request_id = boxes.certified(boxes.person("telegram"))
    boxes.notify()(request_id)
    request, outbox = boxes.read(request_id), boxes.desk.outbox()
    assert request.box is not None

    class Late:
        def __getattr__(self, name: str) -> Any:
            if name == step:
                boxes.close()(request_id)
            return getattr(outbox, name)

    boxes.desk.sender(store=Late())(request.box.conversation_id)
    boxes.desk.sender()(request.box.conversation_id)

    assert boxes.desk.provider.sent == []
    assert boxes.traces(request) == []


def test_a_sender_that_hears_of_a_blocked_bot_too_late_makes_no_new_head(boxes: Boxes) -> None:
    request_id = boxes.certified(boxes.person("telegram"))
    boxes.notify()(request_id)
    request, outbox = boxes.read(request_id), boxes.desk.outbox()
    assert request.box is not None
    head = (HEAD.partition(request.box.conversation_id), "head")
    boxes.desk.provider.faults = [boxes.desk.provider.telegram_error(403, "Forbidden: bot was blocked by the user")]

    class Late:
        def __getattr__(self, name: str) -> Any:
            if name == "failed":
                key = attribute_values(dict(zip(("pk", "sk"), head, strict=True)))
                boxes.desk.dynamodb.delete_item(TableName=boxes.desk.tables["desk"], Key=key)
            return getattr(outbox, name)

    boxes.desk.sender(store=Late())(request.box.conversation_id)

    assert boxes.desk.items(keep=lambda item: (item["pk"], item["sk"]) == head) == []
    boxes.close()(request_id)
    assert boxes.traces(request) == []


def test_a_status_that_comes_after_the_end_brings_nothing_back(boxes: Boxes) -> None:
    request_id = boxes.certified(boxes.person("whatsapp"))
    boxes.notify()(request_id)
    boxes.send()
    request, (sent,) = boxes.read(request_id), boxes.desk.provider.sent
    boxes.close()(request_id)

    account = request.account
    boxes.desk.statuses().apply(
        StatusUpdate("whatsapp", account, sent.provider_id, "delivered", boxes.desk.seconds, sent.reference),
        boxes.desk.now,
    )
    assert boxes.traces(request) == []


class Answering:
    """A client before whose every call somebody puts another answer into the box."""

    def __init__(self, client: Any, answer: Callable[[int], object]) -> None:
        self._client, self._answer, self.count = client, answer, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)

        def call(**request: Any) -> Any:
            self.count += 1
            self._answer(self.count)
            return found(**request)

        return call


def test_answers_that_come_while_the_box_is_closed_go_with_it(boxes: Boxes) -> None:
    """Whoever read the request before may answer at any moment: each answer is refused, or found and deleted."""
    request_id = boxes.certified(boxes.person("telegram"))
    boxes.notify()(request_id)
    request, box = boxes.read(request_id), MailboxWrites(boxes.desk.gateway())
    taken: list[bool] = []

    def answer(number: int) -> None:
        writes = box.answer(request, "already_open", "Қайта", (), boxes.desk.now + number)
        taken.append(boxes.desk.requests.run(*writes) is None)

    boxes.close(Answering(boxes.desk.dynamodb, answer))(request_id)

    assert taken[0] and not taken[-1]
    assert boxes.traces(request) == []


def test_no_answer_is_put_into_a_box_whose_rows_are_looked_for(boxes: Boxes) -> None:
    """The head is the first row to go, so that nobody is promised an answer which is deleted before it leaves."""
    request_id = boxes.certified(boxes.person("telegram"))
    boxes.notify()(request_id)
    request, box = boxes.read(request_id), MailboxWrites(boxes.desk.gateway())
    assert request.box is not None
    partition, taken = HEAD.partition(request.box.conversation_id), list[bool]()

    class Looking:
        def __getattr__(self, name: str) -> Any:
            return getattr(boxes.desk.dynamodb, name)

        def query(self, **given: Any) -> Any:
            if partition in str(given):
                writes = box.answer(request, "already_open", "Қайта", (), boxes.desk.now + len(taken))
                taken.append(boxes.desk.requests.run(*writes) is None)
            return boxes.desk.dynamodb.query(**given)

    boxes.close(Looking())(request_id)

    assert taken and not any(taken)


def test_no_answer_is_put_into_a_box_that_was_closed_meanwhile(boxes: Boxes) -> None:
    request_id = boxes.certified(boxes.person("whatsapp"))
    boxes.notify()(request_id)
    request = boxes.read(request_id)
    boxes.close()(request_id)
    box = MailboxWrites(boxes.desk.gateway())

    refusal = boxes.desk.requests.run(*box.answer(request, "already_open", "Қайта", (), boxes.desk.now))

    assert refusal is not None and refusal.roles == {MAILBOX}
    assert boxes.traces(request) == []
    assert box.answer(boxes.read(request_id), "already_open", "Қайта", (), boxes.desk.now) == []


def test_a_box_is_not_closed_before_its_person_was_answered(boxes: Boxes) -> None:
    request_id = boxes.request(boxes.person("whatsapp"))
    boxes.suppress()(request_id)
    with pytest.raises(Conflict):
        boxes.close()(request_id)
    boxes.send()
    assert len(boxes.desk.provider.sent) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("step", "state"), [(Step.CANCELLED, RequestState.CANCELLED), (Step.REFUSED, RequestState.REFUSED)]
)
def test_with_its_box_a_request_that_came_to_nothing_is_over(
    boxes: Boxes, step: Step, state: RequestState, when: str
) -> None:
    person = boxes.person("whatsapp")
    request_id = boxes.request(person, token="task-token", waits="told", evidence=b"\x01" + b"e" * 60)
    boxes.suppress()(request_id)
    boxes.send()
    request = boxes.mark(request_id, step, Step.CLOSED_WITHOUT_ERASURE)

    assert crash_everywhere(boxes.desk, when, boxes.close, request_id)

    assert boxes.traces(request) == []
    item, over = boxes.desk.requests.item(request_id), boxes.read(request_id)
    assert (over.state, over.over_at, over.box) == (state, boxes.desk.now, None)
    assert item["expires_at"] == (boxes.desk.now + KEPT_DAYS * DAY) // SECOND < item["gone_at"]
    assert not {"due", "due_at", "token", "waits", "secret", "secret_hash", "certificate_id"} & set(item)
    assert item["evidence"]
    assert [one for one in boxes.desk.of("request") if one["pk"].startswith("contact#")] == []
    assert person.row and person.tickets and person.contact_id in {one["pk"] for one in boxes.desk.items("keys")}


def test_a_later_request_of_the_same_person_keeps_its_pointer(boxes: Boxes) -> None:
    person = boxes.person("whatsapp")
    first = boxes.request(person)
    boxes.suppress()(first)
    boxes.send()
    boxes.mark(first, Step.CANCELLED, Step.CLOSED_WITHOUT_ERASURE)
    second = boxes.request(person)

    boxes.close()(first)

    (pointer,) = [one for one in boxes.desk.of("request") if one["pk"].startswith("contact#")]
    assert (pointer["request_id"], boxes.read(first).state) == (second, RequestState.CANCELLED)
