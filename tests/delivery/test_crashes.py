"""A sender may die between any two steps. What then: nothing is lost, and one named case may double and says
so."""

from itertools import count
from typing import Any

import pytest

from chalicelib.channels.parts import StatusUpdate
from chalicelib.outbox.model import CLAIM
from chalicelib.tickets.pieces import shown
from tests.support.delivery.desk import DeliveryDesk
from tests.support.delivery.dying import Fate, deliver_dying
from tests.support.delivery.provider import BREAK
from tests.support.faults import Died
from tests.support.people import WHATSAPP_ACCOUNT


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["whatsapp", "telegram"])
def test_wherever_a_sender_dies_the_next_one_finishes_its_work(desk: DeliveryDesk, kind: str, when: str) -> None:
    ticket = desk.open_ticket() if kind == "whatsapp" else desk.open_telegram_ticket()
    conversation_id, doubled = ticket["conversation_id"], set()
    for number in count(1):
        desk.provider.sent.clear()
        refs = [desk.reply(ticket, f"{number}: {word}", f"{number}-{word}") for word in ("first", "second")]
        fate = Fate(number, when)

        deliver_dying(desk, conversation_id, fate)
        desk.now += CLAIM
        desk.sender()(conversation_id)

        assert not desk.of("outbox#")
        texts = desk.provider.texts
        assert list(dict.fromkeys(texts)) == [f"{number}: first", f"{number}: second"], fate.died_at
        for ref, word in zip(refs, ("first", "second"), strict=True):
            message, times = desk.message(ref), texts.count(f"{number}: {word}")
            assert message["status"] == "sent"
            assert times == 1 or (times == 2 and message["uncertain"]), fate.died_at
            assert len(message["provider_ids"]) == 1
            if times == 2:
                doubled.add((fate.died_at, when))
        if not fate.died_at:  # it has come to the end: every call was the last of some sender
            break
    assert doubled == ({("send", "after")} if when == "after" else {("sent", "before")})


def test_a_status_that_carries_our_reference_proves_an_acceptance_of_which_we_never_heard(
    desk: DeliveryDesk,
) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    deliver_dying(desk, ticket["conversation_id"], fate := DyingAt("sent"))
    assert fate.died_at == "sent"
    (sent,) = desk.provider.sent
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, sent.provider_id, "delivered", desk.seconds, sent.reference)
    desk.statuses().apply(update, desk.now)

    desk.now += CLAIM - 1
    desk.sender()(ticket["conversation_id"])
    assert desk.of("outbox#")
    desk.now += 1
    desk.sender()(ticket["conversation_id"])

    message = desk.message(ref)
    assert desk.provider.texts == ["Жауап"]
    assert (message["status"], "uncertain" in message, desk.of("outbox#")) == ("delivered", False, [])


class DyingAt(Fate):
    """Dies before the first call of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(0, "before")
        self.name = name

    def step(self, name: str, when: str) -> None:
        if name == self.name and not self.died_at:
            self.died_at = name
            raise Died


@pytest.mark.parametrize(("kind", "waits"), [("whatsapp", CLAIM), ("telegram", 0)])
def test_a_broken_connection_is_such_a_case_whatsapp_waits_for_a_status_telegram_does_not(
    desk: DeliveryDesk, metrics: list[str], kind: str, waits: int
) -> None:
    ticket = desk.open_ticket() if kind == "whatsapp" else desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Бір")
    desk.provider.faults = [BREAK]

    desk.sender()(ticket["conversation_id"])

    ((_, wait),) = desk.rings
    assert wait >= waits
    assert desk.message(ref)["status"] == "sending"
    assert "DeliveryUncertain" not in metrics
    desk.now += wait
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts == ["Бір", "Бір"]
    assert (desk.message(ref)["status"], desk.message(ref)["uncertain"]) == ("sent", True)
    assert metrics.count("DeliveryUncertain") == 1


def test_a_doubt_lasts_through_a_try_that_is_refused(desk: DeliveryDesk, metrics: list[str]) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Бір")
    desk.provider.faults = [BREAK, desk.provider.meta_error(131056)]
    for _ in range(2):
        desk.sender()(ticket["conversation_id"])
        (place,) = desk.of("outbox#")
        assert place["doubtful"]
        desk.now += desk.rings[-1][1]

    desk.sender()(ticket["conversation_id"])

    assert (desk.provider.texts, desk.of("outbox#")) == (["Бір", "Бір"], [])
    assert metrics.count("DeliveryUncertain") == 2  # at each try that may be the second


def test_a_broken_connection_and_then_a_status_costs_no_second_call(desk: DeliveryDesk, metrics: list[str]) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Бір")
    desk.provider.faults = [BREAK]
    desk.sender()(ticket["conversation_id"])
    (sent,) = desk.provider.sent
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, sent.provider_id, "failed", desk.seconds, str(ref), "131026")
    desk.statuses().apply(update, desk.now)

    desk.now += desk.rings[0][1]
    desk.sender()(ticket["conversation_id"])

    message = desk.message(ref)
    assert (message["status"], message["failure"]["code"]) == ("failed", "131026")
    assert (desk.provider.texts, desk.of("outbox#"), metrics.count("DeliveryUncertain")) == (["Бір"], [], 0)


def test_a_sender_that_slept_through_its_claim_still_records_what_it_sent(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Медленно")

    def other_sender_meanwhile(sent: object) -> None:
        desk.provider.accepted = lambda sent: None
        desk.now += CLAIM
        desk.provider.lock.release()
        desk.sender(providers=Elsewhere())(ticket["conversation_id"])
        desk.provider.lock.acquire()

    desk.provider.accepted = other_sender_meanwhile
    desk.sender()(ticket["conversation_id"])

    message = desk.message(ref)
    assert (message["status"], message["uncertain"], desk.of("outbox#")) == ("sent", True, [])
    assert len(message["provider_ids"]) == 2
    assert len(desk.items("index", lambda item: item.get("message_ref") == str(ref))) == 2


class Elsewhere:
    """A provider's other machine, which accepts at once."""

    def send(self, channel: str, message: Any) -> Any:
        from chalicelib.channels.base import SendResult

        return SendResult("500000042:77", 1_795_000_000)


def test_a_crash_in_the_middle_of_a_long_text_doubles_the_unrecorded_piece_at_most(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    text = " ".join(f"слово{n:04d}" for n in range(1_100))
    ref = desk.reply(ticket, text)
    fate = Fate(7, "after")  # waiting, stopped, job, claim, send, sent_piece, and the send of the second piece

    deliver_dying(desk, ticket["conversation_id"], fate)
    assert (fate.died_at, len(desk.provider.texts)) == ("send", 2)
    desk.now += CLAIM
    desk.sender()(ticket["conversation_id"])

    texts = desk.provider.texts
    assert texts[0] + texts[2] + texts[3] == text
    assert texts[1] == texts[2]
    assert desk.message(ref)["uncertain"] is True


@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_a_sender_of_a_long_text_dies_each_piece_is_recorded_and_one_is_doubled_at_most(
    desk: DeliveryDesk, when: str
) -> None:
    ticket = desk.open_ticket()
    for number in count(1):
        desk.provider.sent.clear()
        ref = desk.reply(ticket, " ".join(f"сөз{n:04d}" for n in range(900)), f"page-{number}")
        fate = Fate(number, when)

        deliver_dying(desk, ticket["conversation_id"], fate)
        desk.now += CLAIM
        desk.sender()(ticket["conversation_id"])

        message, texts = desk.message(ref), desk.provider.texts
        assert not desk.of("outbox#")
        assert shown(message) == ("sent", {}), fate.died_at
        states = message["piece_states"]
        assert [states[piece]["status"] for piece in sorted(states)] == ["sent", "sent"]
        assert len(dict.fromkeys(texts)) == 2 and list(dict.fromkeys(texts)) == sorted(dict.fromkeys(texts))
        assert len(texts) == 2 or (len(texts) == 3 and message["uncertain"]), fate.died_at
        if not fate.died_at:
            break
