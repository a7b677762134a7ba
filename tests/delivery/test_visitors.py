"""Answers to people of whom nothing is stored: sent once, and gone."""

from typing import Any

import pytest

from chalicelib.channels.base import SendError
from chalicelib.channels.parts import Started
from chalicelib.core.clock import DAY, HOUR, MINUTE
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import attribute_values
from chalicelib.entrypoints.stream_router import _wake_up
from chalicelib.outbox.model import CLAIM
from chalicelib.outbox.reading import OutboxReading, overdue
from chalicelib.outbox.visitors.answer_visitor import AnswerVisitor
from chalicelib.outbox.visitors.visitor_store import VisitorStore
from chalicelib.profile.load import load_profile
from tests.support.delivery.desk import DeliveryDesk
from tests.support.intake.changes import started, update
from tests.support.intake.rows import change
from tests.support.people import AMINA, AMINA_PHONE, DANIYAR_CHAT, TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, wamid


def answering(desk: DeliveryDesk, **more: Any) -> AnswerVisitor:
    parts: dict[str, Any] = {
        "store": VisitorStore(desk.gateway()),
        "channels": OutboxReading(),
        "providers": desk.providers(),
        "vault": lambda: desk.vault,
        "allows": load_profile("spoint").allows,
        "enqueue": lambda visitor_id, wait: desk.rings.append((visitor_id, wait)),
        "clock": lambda: desk.now,
    }
    return AnswerVisitor(**parts | more)


def waiting(desk: DeliveryDesk) -> str:
    """Daniyar has pressed Start; return the id of his answer."""
    desk.changer()(started(desk))
    return visitor_id(desk)


def visitor_id(desk: DeliveryDesk) -> str:
    (row,) = desk.of("visitor")
    return str(row["pk"].partition("#")[2])


def test_an_answer_is_sent_once_and_leaves_nothing_of_the_person(desk: DeliveryDesk) -> None:
    name = waiting(desk)
    assert answering(desk)(name) is True and answering(desk)(name) is False
    (sent,) = desk.provider.sent
    assert sent.to == DANIYAR_CHAT and "Здравствуйте" in sent.text
    (row,) = desk.of("visitor")
    assert row.keys() <= {"pk", "sk", "channel", "account", "vault_id", "queued_at", "attempts", "expires_at",
                          "gone_at", "list", "place"}  # fmt: skip
    desk.changer()(started(desk))
    assert answering(desk)(name) is False and len(desk.provider.sent) == 1


def test_a_status_of_an_answer_is_kept_nowhere(desk: DeliveryDesk) -> None:
    desk.changer()(Started("whatsapp", WHATSAPP_ACCOUNT, AMINA, wamid(), desk.seconds))
    answering(desk)(visitor_id(desk))
    (sent,) = desk.provider.sent
    before = desk.items(), desk.items("index")
    assert sent.to == AMINA_PHONE and sent.reference
    assert desk.statuses().apply(update("delivered", sent.reference), desk.now) is False
    assert (desk.items(), desk.items("index")) == before


def test_two_senders_send_one(desk: DeliveryDesk) -> None:
    name = waiting(desk)
    store = VisitorStore(desk.gateway())
    entry = store.find(name)
    assert entry is not None and store.claim(entry, "other", desk.now)
    assert answering(desk)(name) is False and not store.claim(entry, "third", desk.now)
    desk.now += CLAIM + 1
    assert answering(desk)(name) is True, "the other one has died"


def test_passing_trouble_is_tried_again_and_a_refusal_ends_it(desk: DeliveryDesk) -> None:
    name = waiting(desk)
    desk.provider.faults = [desk.provider.telegram_error(429, "Too Many Requests", retry_after=7)]
    assert answering(desk)(name) is False
    ((again, wait),) = desk.rings
    assert again == name and wait >= 7_000
    assert answering(desk)(name) is False and desk.provider.calls == 1, "it is not due"
    desk.now += wait
    desk.provider.faults = [desk.provider.telegram_error(403, "Forbidden: bot was blocked by the user")]
    assert answering(desk)(name) is False
    assert "content" not in desk.of("visitor")[0] and len(desk.rings) == 1


@pytest.mark.parametrize("why", ["too old", "not allowed", "another key"])
def test_what_is_not_sent_any_more_goes_as_well(desk: DeliveryDesk, why: str) -> None:
    name = waiting(desk)
    more: dict[str, Any] = {}
    if why == "too old":
        desk.now += HOUR + 1
    elif why == "not allowed":
        more = {"allows": lambda purpose, channel: False}
    else:
        change(desk, f"visitor#{name}", "visitor", "vault_id", "0" * 16)
    assert answering(desk, **more)(name) is False
    assert "content" not in desk.of("visitor")[0] and desk.provider.calls == 0


def test_a_stopped_channel_keeps_it_waiting(desk: DeliveryDesk) -> None:
    name = waiting(desk)
    row = {"pk": f"channel#{TELEGRAM_ACCOUNT}", "sk": "channel", "account": TELEGRAM_ACCOUNT, "stopped_at": desk.now}
    desk.put_all([("desk", attribute_values(row))])
    assert answering(desk)(name) is False
    assert "content" in desk.of("visitor")[0] and desk.provider.calls == 0


def test_a_sender_that_dies_after_its_call_sends_once_more(desk: DeliveryDesk) -> None:
    name = waiting(desk)

    class Dies(VisitorStore):
        def end(self, entry: object) -> None:
            raise Unavailable("The storage did not answer.")

    with pytest.raises(Unavailable):
        answering(desk, store=Dies(desk.gateway()))(name)
    desk.now += CLAIM + 1
    assert answering(desk)(name) is True
    assert len(desk.provider.sent) == 2


def test_it_is_woken_by_the_stream_and_found_when_that_is_lost(desk: DeliveryDesk) -> None:
    name = waiting(desk)
    (row,) = desk.of("visitor")
    record = {"eventName": "INSERT", "eventID": "1", "dynamodb": {"NewImage": attribute_values(row)}}
    found = _wake_up(record)
    assert found is not None and (found[0], found[1].body) == ("doorbell", {"visitor_id": name})
    assert _wake_up(record | {"eventName": "MODIFY"}) is None
    assert [one[:2] for one in overdue(desk.now + MINUTE)] == [(f"visitor#{name}", TELEGRAM_ACCOUNT)]
    answering(desk)(name)
    assert list(overdue(desk.now + DAY)) == []


def test_an_error_says_nothing_of_the_person(desk: DeliveryDesk, capsys: pytest.CaptureFixture[str]) -> None:
    name = waiting(desk)

    class Refuses:
        def send(self, channel: str, message: object) -> None:
            raise SendError("no", code="bad_request", permanent=True)

    answering(desk, providers=Refuses())(name)
    assert DANIYAR_CHAT not in "".join(capsys.readouterr())
