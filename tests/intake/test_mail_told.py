"""What SES tells of a mail of ours becomes its status, in whichever order and however often it is told; what came back
for good and a complaint block the person until they write again; nothing of a person is in the queue."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import MessageRef
from chalicelib.entrypoints import mail as function
from chalicelib.tickets.model import FOR_GOOD
from tests.channels.conformance.kit import NOW
from tests.support.aws import Aws
from tests.support.channels.mails import NURLAN, came_back, event, mail
from tests.support.intake.desk import Desk
from tests.support.intake.mails import MailDesk, mail_desk

AT = 1_764_000_050
"""When the events are told (s): after Nurlan's mail, before the desk's clock."""
Tell = Callable[..., list[dict[str, str]]]


@pytest.fixture
def post(desk: Desk, aws: Aws) -> MailDesk:
    made = mail_desk(desk, aws)
    made.receive(mail("Шотты қайдан көремін?"))
    return made


@pytest.fixture
def tell(post: MailDesk, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Tells the function of an event, then hands it what its queue got; returns that."""
    monkeypatch.setattr(function.wiring_mail.wiring, "intake", post._intake)

    def told(kind: str, reference: str = "", **more: Any) -> list[dict[str, str]]:
        queued: list[dict[str, str]] = []
        monkeypatch.setattr(function.wiring_mail, "wake_mail", queued.append)
        detail = event(kind, reference or str(notice(post)), at=more.pop("at", AT), **more)
        assert function.handle({"source": "aws.ses", "detail-type": "x", "detail": detail}) == {}
        records = [{"messageId": "1", "body": json.dumps(one)} for one in queued]
        assert function.handle({"Records": records}) == {"batchItemFailures": []}
        return queued

    return told


def notice(post: MailDesk) -> MessageRef:
    (item,) = post.desk.messages("out")
    return MessageRef.of_tail(item["pk"].removeprefix("conversation#"), item["sk"].removeprefix("message#"))


def shown(post: MailDesk) -> tuple[str, str]:
    (item,) = post.desk.messages("out")
    return item["status"], item.get("failure", {}).get("code", "")


def blocked(post: MailDesk) -> str:
    (head,) = post.desk.of("head")
    return str(head.get("blocked_by", "")) if head["blocked"] else ""


def sent(post: MailDesk) -> None:
    """The sender has sent the notice."""
    key = notice(post)
    post.desk.dynamodb.update_item(
        TableName=post.desk.tables["desk"],
        Key={"pk": {"S": f"conversation#{key.conversation_id}"}, "sk": {"S": f"message#{key.tail}"}},
        UpdateExpression="SET #s = :s, #r = :r",
        ExpressionAttributeNames={"#s": "status", "#r": "rank"},
        ExpressionAttributeValues={":s": {"S": "sent"}, ":r": {"N": "2"}},
    )


@pytest.mark.parametrize(
    ("kind", "more", "status", "why"),
    [
        ("Delivery", {}, ("delivered", ""), ""),
        ("Bounce", came_back(status="5.1.1"), ("failed", "5.1.1"), "came_back"),
        ("Bounce", came_back(), ("failed", "Permanent"), "came_back"),
        ("Bounce", came_back("Suppressed", status="5.1.1"), ("failed", "Suppressed"), "came_back"),
        ("Bounce", came_back("MailboxFull", permanent=False), ("failed", "MailboxFull"), ""),
        ("Bounce", came_back(permanent=False, status="4.4.7"), ("failed", "4.4.7"), ""),
        ("Complaint", {}, ("delivered", ""), "complained"),
        ("Reject", {"reason": "Bad content"}, ("failed", "Reject"), ""),
        ("Rendering Failure", {"errorMessage": "x"}, ("failed", "RenderingFailure"), ""),
        ("DeliveryDelay", {"delayType": "MailboxFull"}, ("delayed", ""), ""),
    ],
)  # fmt: skip
def test_each_event_has_its_status_twice_too(
    post: MailDesk, tell: Tell, kind: str, more: dict[str, Any], status: tuple[str, str], why: str
) -> None:
    sent(post)
    for _ in range(2):
        tell(kind, **more)
    assert (shown(post), blocked(post)) == (status, why)


def test_the_queue_gets_our_reference_and_words_and_nothing_of_a_person(post: MailDesk, tell: Tell) -> None:
    queued = tell("Bounce", **came_back("NoEmail", status="5.1.1"))
    assert queued == [
        {"told": "Bounce", "message": str(notice(post)), "at": str(AT), "type": "Permanent", "kind": "NoEmail"}
        | {"code": "5.1.1"}
    ]
    hostile = came_back(f"NoEmail {NURLAN}", status=f"5.1.1 {NURLAN}")
    assert NURLAN not in json.dumps(tell("Bounce", **hostile))


@pytest.mark.parametrize("order", list(itertools.permutations(["Delivery", "DeliveryDelay", "Bounce"])))
def test_a_mail_that_came_back_has_failed_in_every_order(post: MailDesk, tell: Tell, order: tuple[str, ...]) -> None:
    sent(post)
    for kind in order:
        tell(kind, **(came_back(status="5.1.1") if kind == "Bounce" else {}))
    (item,) = post.desk.messages("out")
    assert (shown(post), item["rank"], blocked(post)) == (("failed", "5.1.1"), FOR_GOOD, "came_back")


@pytest.mark.parametrize("order", list(itertools.permutations(["Delivery", "DeliveryDelay", "Complaint"])))
def test_a_late_mail_has_arrived_in_every_order(post: MailDesk, tell: Tell, order: tuple[str, ...]) -> None:
    sent(post)
    for kind in order:
        tell(kind)
    assert (shown(post), blocked(post)) == (("delivered", ""), "complained")


def test_what_is_not_sent_by_our_account_is_not_late(post: MailDesk, tell: Tell) -> None:
    before = shown(post)
    tell("DeliveryDelay")
    assert shown(post) == before


def test_who_writes_again_is_written_to_and_an_older_event_does_not_block_them(post: MailDesk, tell: Tell) -> None:
    tell("Bounce", **came_back())
    assert blocked(post) == "came_back"
    post.receive(mail("Міне, мен", serial=2, at=AT + 10), name="m2")
    assert blocked(post) == ""
    tell("Complaint", at=AT + 5)
    assert blocked(post) == ""
    tell("Complaint", at=AT + 20)
    assert blocked(post) == "complained"


def test_an_answer_that_comes_back_in_the_second_of_its_question_blocks(post: MailDesk, tell: Tell) -> None:
    tell("Bounce", at=NOW, **came_back())
    assert blocked(post) == "came_back"


def test_events_of_somebody_who_is_gone_bring_nothing_back(post: MailDesk, tell: Tell) -> None:
    before = post.desk.items()
    gone = MessageRef("z" * 20, 1_764_000_000_000, "0" * 32)
    for kind, more in (("Delivery", {}), ("Bounce", came_back()), ("Complaint", {}), ("DeliveryDelay", {})):
        tell(kind, str(gone), **more)
    assert post.desk.items() == before and post.desk.items("index", lambda one: one["sk"] == "parked") == []


@pytest.mark.parametrize("reference", ["x", "", "0" * 20, "'); drop"])
def test_what_is_no_mail_of_ours_reaches_no_queue(post: MailDesk, monkeypatch: Any, reference: str) -> None:
    def fail(_body: dict[str, str]) -> None:
        raise AssertionError

    monkeypatch.setattr(function.wiring_mail, "wake_mail", fail)
    for kind in ("Bounce", "Open", ""):
        function.handle({"source": "aws.ses", "detail": event(kind, reference)})
    function.handle({"source": "aws.ses", "detail": {"eventType": "Bounce", "mail": None, "bounce": [1]}})
    function.handle({"source": "aws.ses"})


def test_what_the_queue_does_not_take_is_told_again(post: MailDesk, monkeypatch: Any) -> None:
    def full(_body: dict[str, str]) -> None:
        raise Unavailable("The queue is full.")

    monkeypatch.setattr(function.wiring_mail, "wake_mail", full)
    with pytest.raises(Unavailable):
        function.handle({"source": "aws.ses", "detail": event("Delivery", str(notice(post)))})
