"""What waits goes out in order and once; every failure has its place."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.outbox.model import GIVE_UP_AFTER, GIVE_UP_TRIES
from chalicelib.tickets.model import RANK
from tests.support.delivery.desk import DeliveryDesk
from tests.support.delivery.provider import BREAK
from tests.support.faults import Conflicting
from tests.support.people import (
    AMINA_PHONE,
    DANIYAR_CHAT,
    TELEGRAM_ACCOUNT,
    WHATSAPP_ACCOUNT,
    from_amina,
    from_daniyar,
)

KINDS = pytest.mark.parametrize("kind", ["whatsapp", "telegram"])


def ticket_of(desk: DeliveryDesk, kind: str) -> dict[str, Any]:
    return desk.open_ticket() if kind == "whatsapp" else desk.open_telegram_ticket()


def test_the_notice_of_a_new_ticket_goes_out_to_the_number_that_wrote(desk: DeliveryDesk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    (head,) = desk.of("head")

    assert desk.sender()(head["conversation_id"]) == 1

    (sent,) = desk.provider.sent
    assert (sent.to, sent.field) == (AMINA_PHONE, "to")
    (notice,) = desk.messages("out")
    assert notice["status"] == "sent"
    assert sent.reference == f"{head['conversation_id']}.{notice['sk'].removeprefix('message#').replace('#', '.')}"


@KINDS
def test_a_sent_reply_keeps_the_providers_id_sealed_and_is_found_by_its_blind_name(
    desk: DeliveryDesk, kind: str
) -> None:
    ticket = ticket_of(desk, kind)
    ref = desk.reply(ticket, "Жауап")

    desk.sender()(ticket["conversation_id"])

    message, (sent,) = desk.message(ref), desk.provider.sent
    account = WHATSAPP_ACCOUNT if kind == "whatsapp" else TELEGRAM_ACCOUNT
    name = desk.address_key.message(kind, account, sent.provider_id)  # type: ignore[arg-type]
    assert (message["status"], message["rank"], message["provider_hash"]) == ("sent", RANK["sent"], name)
    assert len(message["provider_ids"]) == 1
    assert sent.provider_id.encode() not in message["provider_ids"][0]
    (link,) = desk.items("index", lambda item: item["pk"] == f"link#{name}")
    assert (link["message_ref"], link["expires_at"]) == (str(ref), desk.seconds + 8 * 86_400)
    assert not desk.of("outbox#")
    assert "uncertain" not in message


def test_twenty_replies_under_two_senders_go_out_in_order_and_once(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    texts = [f"Жауап {n:02d}" for n in range(20)]
    for text in texts:
        desk.reply(ticket, text)
    start = threading.Barrier(2)

    def work(_: int) -> None:
        start.wait()
        for _ in range(200):
            desk.sender()(ticket["conversation_id"])
            if not desk.of("outbox#"):
                return

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    assert desk.provider.texts == texts
    assert {one["status"] for one in desk.messages("out")} == {"sent"}
    assert not any("uncertain" in one for one in desk.messages("out"))


def test_replies_that_are_written_while_others_are_sent_go_out_too(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Бір")
    written: list[str] = []

    def write_another(sent: object) -> None:
        if not written:
            written.append(str(desk.reply(ticket, "Екі")))

    desk.provider.accepted = write_another
    assert desk.sender()(ticket["conversation_id"]) == 2
    assert desk.provider.texts == ["Бір", "Екі"]


def test_conflicts_with_other_writers_only_delay(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")

    desk.sender(store=desk.outbox(Conflicting(desk.dynamodb, 5)))(ticket["conversation_id"])

    assert desk.message(ref)["status"] == "sent"
    assert desk.provider.texts == ["Жауап"]


# -- what fails


@pytest.mark.parametrize(
    ("kind", "fault", "code", "reason"),
    [
        ("whatsapp", lambda p: p.meta_error(131026), "131026", "undeliverable"),
        ("whatsapp", lambda p: p.meta_error(131047), "131047", "window_closed"),
        ("whatsapp", lambda p: p.meta_error(132001, 404), "132001", "template"),
        ("whatsapp", lambda p: p.meta_error(100), "100", "invalid"),
        (
            "telegram",
            lambda p: p.telegram_error(400, "Bad Request: chat not found"),
            "chat_not_found",
            "no_chat",
        ),
        (
            "telegram",
            lambda p: p.telegram_error(403, "Forbidden: bot was blocked by the user"),
            "blocked",
            "blocked",
        ),
    ],
)
def test_what_the_provider_refuses_for_good_is_shown_failed_and_the_next_goes_on(
    desk: DeliveryDesk, kind: str, fault: Callable[[Any], Any], code: str, reason: str
) -> None:
    ticket = ticket_of(desk, kind)
    bad = desk.reply(ticket, "Бірінші")
    desk.provider.faults = [fault(desk.provider)]
    desk.sender()(ticket["conversation_id"])

    message = desk.message(bad)
    assert (message["status"], message["rank"]) == ("failed", RANK["failed"])
    assert (message["failure"]["code"], message["failure"]["reason"]) == (code, reason)
    assert desk.ticket(ticket)["undelivered"] == bad.tail
    assert not desk.of("outbox#")
    if reason not in ("blocked", "window_closed"):
        good = desk.reply(ticket, "Екінші")
        desk.sender()(ticket["conversation_id"])
        assert desk.message(good)["status"] == "sent"
        assert desk.provider.calls == 2


def test_a_refusal_in_the_middle_does_not_hold_up_what_comes_after(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    for text in ("Бір", "Екі", "Үш"):
        desk.reply(ticket, text)
    desk.provider.faults = [None, desk.provider.meta_error(131026)]

    assert desk.sender()(ticket["conversation_id"]) == 2
    assert desk.provider.texts == ["Бір", "Үш"]
    assert [one["status"] for one in desk.messages("out")[1:]] == ["sent", "failed", "sent"]


@pytest.mark.parametrize(
    ("kind", "fault", "least"),
    [
        ("whatsapp", lambda p: p.meta_error(130429, 429), 1_000),
        ("whatsapp", lambda p: p.meta_error(131056), 6_000),
        ("whatsapp", lambda p: p.meta_error(131000, 500), 0),
        ("whatsapp", lambda p: p.meta_error(131016, 503, Retry_After="30"), 30_000),
        (
            "telegram",
            lambda p: p.telegram_error(429, "Too Many Requests: retry after 7", retry_after=7),
            7_000,
        ),
        ("telegram", lambda p: p.telegram_error(500, "Internal Server Error"), 0),
    ],
)
def test_what_may_work_later_waits_as_long_as_it_is_asked_to_and_keeps_the_order(
    desk: DeliveryDesk, kind: str, fault: Callable[[Any], Any], least: int
) -> None:
    ticket = ticket_of(desk, kind)
    first, second = desk.reply(ticket, "Бірінші"), desk.reply(ticket, "Екінші")
    desk.provider.faults = [fault(desk.provider)]
    began = desk.now

    desk.sender()(ticket["conversation_id"])

    ((conversation_id, wait),) = desk.rings
    assert conversation_id == ticket["conversation_id"]
    assert wait >= least
    assert [desk.message(ref)["status"] for ref in (first, second)] == ["queued", "queued"]
    if least:
        desk.now = began + least - 1
        desk.sender()(ticket["conversation_id"])
        assert desk.provider.texts == []
    desk.now = began + wait
    assert desk.sender()(ticket["conversation_id"]) == 2
    assert desk.provider.texts == ["Бірінші", "Екінші"]
    assert "uncertain" not in desk.message(first)


def test_a_bell_that_is_a_little_early_is_rung_again_and_an_earlier_one_is_not(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    desk.provider.faults = [desk.provider.meta_error(131056)]
    desk.sender()(ticket["conversation_id"])
    ((_, wait),) = desk.rings

    desk.now += wait - 700
    desk.sender()(ticket["conversation_id"])
    assert desk.rings[1:] == [(ticket["conversation_id"], 700)]
    desk.now -= 4_000
    desk.sender()(ticket["conversation_id"])
    assert len(desk.rings) == 2
    assert desk.provider.texts == []


def test_waits_grow_with_full_jitter_and_have_a_limit(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    desk.reply(ticket, "Ответ")
    limits: list[float] = []

    def draw(limit: float) -> float:
        limits.append(limit)
        return limit / 2

    for _ in range(12):
        desk.provider.faults = [desk.provider.telegram_error(500, "Internal Server Error")]
        desk.sender(draw=draw)(ticket["conversation_id"])
        desk.now += desk.rings[-1][1]

    assert limits[:3] == [2_000, 4_000, 8_000]
    assert limits[-1] == max(limits) == 900_000


def test_after_a_day_of_tries_a_message_is_given_up_and_the_next_goes_out(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, "Ответ")
    for _ in range(GIVE_UP_TRIES):
        desk.provider.faults = [desk.provider.telegram_error(502, "Bad Gateway")]
        desk.sender()(ticket["conversation_id"])
        assert desk.message(ref)["status"] == "queued"
        desk.later(950)
    desk.now += GIVE_UP_AFTER
    desk.provider.faults = [desk.provider.telegram_error(502, "Bad Gateway")]
    next_one = desk.reply(ticket, "Следующий")

    desk.sender()(ticket["conversation_id"])

    assert desk.message(ref)["status"] == "failed"
    assert desk.message(ref)["failure"]["reason"] == "gave_up"
    assert desk.message(next_one)["status"] == "sent"


# -- long texts


@KINDS
def test_a_long_text_goes_out_in_pieces_and_goes_on_after_the_recorded_ones(desk: DeliveryDesk, kind: str) -> None:
    ticket = ticket_of(desk, kind)
    text = " ".join(f"сөз{n:04d}" for n in range(1_300))
    ref = desk.reply(ticket, text)
    error = desk.provider.meta_error(131000, 500)
    if kind == "telegram":
        error = desk.provider.telegram_error(500, "Internal Server Error")
    desk.provider.faults = [None, error]
    desk.sender()(ticket["conversation_id"])
    assert [row["pieces"] for row in desk.of("outbox#")] == [1]

    desk.later(1000)
    desk.sender()(ticket["conversation_id"])

    assert "".join(desk.provider.texts) == text
    assert len(desk.provider.texts) == 3
    message = desk.message(ref)
    assert (message["status"], len(message["provider_ids"])) == ("sent", 3)
    assert message["provider_hash"] == desk.address_key.message(
        ticket["channel"], ticket["account"], desk.provider.sent[0].provider_id
    )
    assert "uncertain" not in message


@KINDS
def test_a_long_text_out_of_time_goes_on_after_the_recorded_pieces_and_counts_no_try(
    desk: DeliveryDesk, kind: str
) -> None:
    ticket = ticket_of(desk, kind)
    text = " ".join(f"сөз{n:04d}" for n in range(1_300))
    ref = desk.reply(ticket, text)
    for pieces in (1, 2):
        calls = iter(range(1_000))
        assert desk.sender(stopwatch=lambda calls=calls: next(calls) * 5.0)(ticket["conversation_id"]) == 0
        (place,) = desk.of("outbox#")
        assert (place["pieces"], place["attempts"], place["due_at"]) == (pieces, 0, desk.now)
        assert "attempt_id" not in place and not place["doubtful"]
        assert desk.message(ref)["status"] == "queued"
        assert desk.rings.pop() == (ticket["conversation_id"], 0)

    assert desk.sender()(ticket["conversation_id"]) == 1

    assert "".join(desk.provider.texts) == text
    message = desk.message(ref)
    assert (message["status"], len(message["provider_ids"])) == ("sent", 3)
    assert "uncertain" not in message


def test_a_doubt_about_a_piece_ends_with_its_record(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    ref = desk.reply(ticket, " ".join(f"сөз{n:04d}" for n in range(1_300)))
    desk.provider.faults = [BREAK]
    desk.sender()(ticket["conversation_id"])
    assert desk.of("outbox#")[0]["doubtful"]
    desk.later(3)
    calls = iter(range(1_000))
    desk.sender(stopwatch=lambda: next(calls) * 5.0)(ticket["conversation_id"])
    (place,) = desk.of("outbox#")
    assert (place["pieces"], place["doubtful"], place["attempts"]) == (1, False, 1)
    desk.sender()(ticket["conversation_id"])
    assert (desk.message(ref)["status"], len(desk.provider.texts)) == ("sent", 4)


# -- callbacks


def press(desk: DeliveryDesk, number: int) -> None:
    desk.receive(
        from_daniyar(
            "Да",
            sent_at=desk.seconds,
            message_id=number,
            kind="callback",
            details={"callback_id": f"4382bfdwdsb{number}", "data": "yes"},
        )
    )


def test_a_pressed_button_is_answered_out_of_turn_and_only_once(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    desk.reply(ticket, "Ответ")
    desk.provider.faults = [desk.provider.telegram_error(429, "Too Many Requests", retry_after=30)]
    desk.sender()(ticket["conversation_id"])
    press(desk, 9)

    desk.sender()(ticket["conversation_id"])
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.callbacks == ["4382bfdwdsb9"]
    assert desk.provider.texts == []
    assert len(desk.of("outbox#")) == 1


@pytest.mark.parametrize("fault", [BREAK, (400, {"ok": False, "description": "Bad Request: query is too old"}, {})])
def test_a_button_that_cannot_be_answered_holds_up_nothing(desk: DeliveryDesk, fault: Any) -> None:
    ticket = desk.open_telegram_ticket()
    press(desk, 9)
    desk.reply(ticket, "Ответ")
    desk.provider.faults = [fault]

    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == ["Ответ"]
    assert not desk.of("outbox#")
    assert desk.provider.sent[0].to == DANIYAR_CHAT
