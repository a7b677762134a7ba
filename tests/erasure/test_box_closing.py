"""The end of a request's box: wherever closing dies, and whoever writes meanwhile, nothing of it is left."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.channels.parts import StatusUpdate
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import Conflict
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import HEAD, REQUEST
from chalicelib.privacy.mailbox.writes import MAILBOX, MailboxWrites
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.vault.decryptor import SingleDecryptor
from tests.support.erasure.boxes import CHANNELS, KEPT_DAYS, Boxes, crash_everywhere
from tests.support.erasure.boxes import boxes as boxes
from tests.support.faults import Died, Dying

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
        boxes.close(Dying(boxes.desk.dynamodb, 2, "after"))(request_id)
    boxes.desk.deliver()

    left = [item for item in boxes.desk.of("message#") if item["contact_id"] == box.contact_id]
    assert left and boxes.desk.provider.sent == []
    assert SingleDecryptor(lambda: boxes.desk.vault).text(box.contact_id, place_of(left[0]), left[0]["content"]) is None


def test_an_answer_that_arrives_after_the_closing_has_died_is_said_to_have(boxes: Boxes) -> None:
    request_id = boxes.certified(boxes.person("telegram"))
    boxes.notify()(request_id)
    with pytest.raises(Died):
        boxes.close(Dying(boxes.desk.dynamodb, 1, "after"))(request_id)
    assert boxes.read(request_id).answered == "not_arrived"
    boxes.send()

    for number in (3, 4, 5, 60):  # once more, while its rows go
        with suppress(Died):
            boxes.close(Dying(boxes.desk.dynamodb, number, "after"))(request_id)

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
