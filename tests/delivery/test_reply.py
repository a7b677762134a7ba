"""A colleague's reply is stored once, in its place, and only where it may go."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.content import ReplyContent
from chalicelib.tickets.model import RANK
from chalicelib.vault import encryption
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.faults import Conflicting
from tests.support.intake.rows import change
from tests.support.people import from_amina, from_daniyar


def test_a_reply_is_queued_with_its_text_sealed_and_the_ticket_waits_for_the_customer(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()

    ref = desk.reply(ticket, "Сәлем! Қалай көмектесейін?")

    message, now = desk.message(ref), desk.ticket(ticket)
    assert (message["direction"], message["status"], message["rank"]) == ("out", "queued", RANK["queued"])
    assert (message["author"], message["purpose"], message["ticket_id"]) == (
        BOLAT,
        "support",
        ticket["ticket_id"],
    )
    assert desk.open(message, "content", encryption.message_content(ref)) == {"text": "Сәлем! Қалай көмектесейін?"}
    assert (now["state"], now["queue"], now["last_direction"], now["unread"]) == (
        "pending",
        "pending#0",
        "out",
        1,
    )
    place = encryption.ticket_attribute(ticket["ticket_id"], "last")
    assert desk.open(now, "last", place)["text"].startswith("Сәлем!")
    assert [row["sk"] for row in desk.of("outbox#")] == [f"outbox#{ref.tail}"]
    assert desk.head()["last_at"] == ref.at == message["sent_at"]


def test_the_same_client_id_gives_the_same_reply_and_stores_nothing_new(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    first = desk.reply(ticket, "Рақмет", "page-1")
    before = desk.items()

    again = desk.replier()(ticket["ticket_id"], ReplyContent("Рақмет"), "page-1", BOLAT)

    assert (again.id, again.status) == (str(first), "queued")
    assert desk.items() == before


@pytest.mark.parametrize("other", ["Б", "А ", "а", "А\n", "АА"])
def test_a_client_id_that_was_used_for_another_text_stores_nothing_and_says_so(desk: DeliveryDesk, other: str) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "А", "page-1")
    before = desk.items()

    with pytest.raises(Conflict) as refused:
        desk.replier()(ticket["ticket_id"], ReplyContent(other), "page-1", BOLAT)

    assert refused.value.code == "client_id_used"
    assert desk.items() == before


def test_a_client_id_of_the_ticket_before_is_no_reply_on_the_next_one(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Сәлем", "page-1")
    change(desk, ticket["pk"], "ticket", "state", "closed")
    desk.later(60)
    desk.receive(from_amina("Тағы сұрақ", sent_at=desk.seconds))
    (newer,) = (one for one in desk.of_pk("ticket#") if one["ticket_id"] != ticket["ticket_id"])
    before = desk.items()

    with pytest.raises(Conflict) as refused:
        desk.replier()(newer["ticket_id"], ReplyContent("Сәлем"), "page-1", BOLAT)

    assert refused.value.code == "client_id_used"
    assert desk.items() == before


def test_two_texts_at_once_under_one_client_id_store_one_and_refuse_the_other(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    start = threading.Barrier(6)

    def post(n: int) -> str:
        start.wait()
        try:
            return desk.replier()(ticket["ticket_id"], ReplyContent(f"Мәтін {n % 2}"), "page-1", BOLAT).text
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, range(6)))

    (stored,) = desk.messages("out")[-1:]
    ref = MessageRef.of_tail(ticket["conversation_id"], stored["sk"].removeprefix("message#"))
    text = desk.open(stored, "content", encryption.message_content(ref))["text"]
    assert len(desk.of("outbox#")) == 1
    assert sorted(answers) == sorted([text] * 3 + ["client_id_used"] * 3)


def test_a_reply_whose_content_cannot_be_compared_is_doubted_and_not_repeated(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "А", "page-1")
    change(desk, f"conversation#{ticket['conversation_id']}", f"message#{ref.tail}", "content", b"\x01" + b"x" * 80)

    with pytest.raises(Conflict) as refused:
        desk.replier()(ticket["ticket_id"], ReplyContent("А"), "page-1", BOLAT)

    assert refused.value.code == "client_id_used"


def test_a_reply_that_an_earlier_release_stored_is_recognised_by_its_plain_hash(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "А", "page-1")
    assert [row["sk"] for row in desk.of("client#")] == [f"client#{hashlib.sha256(b'page-1').hexdigest()}"]


def test_the_same_client_id_from_many_pages_at_once_stores_one_reply(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    start = threading.Barrier(6)

    def post(_: int) -> str:
        start.wait()
        return desk.replier()(ticket["ticket_id"], ReplyContent("Бір рет"), "page-1", BOLAT).id

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(post, range(6)))

    assert len(ids) == 1
    assert len(desk.of("outbox#")) == 1


def test_replies_at_once_take_different_numbers_even_under_conflicts(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    replier = desk.replier(Conflicting(desk.dynamodb, 4), wait=lambda attempt: None)

    with ThreadPoolExecutor(4) as pool:
        ids = list(
            pool.map(lambda n: replier(ticket["ticket_id"], ReplyContent(f"{n}"), f"page-{n}", BOLAT).id, range(4))
        )

    times = sorted(ref.at for ref in map(MessageRef.parse, ids) if ref)
    assert len(set(times)) == 4
    assert desk.head()["last_at"] == times[-1]


def test_a_reply_comes_after_all_that_was_said_even_if_our_clock_is_behind(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ahead = desk.seconds + 500
    desk.receive(from_amina("Сағат алда", sent_at=ahead))

    assert desk.reply(ticket, "Жауап").at > ahead * 1000


def test_window_closed_a_second_ago_refuses_the_reply_and_writes_nothing(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    before = desk.items()
    desk.now = desk.head()["last_inbound_at"] + DAY

    with pytest.raises(Conflict) as refused:
        desk.replier()(ticket["ticket_id"], ReplyContent("Кеш"), "page-1", BOLAT)

    assert refused.value.code == "window_closed"
    assert desk.items() == before


def test_the_window_does_not_bind_telegram(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    desk.later(3 * 24 * 3600)
    assert desk.message(desk.reply(ticket, "Ответ через три дня"))["status"] == "queued"


def test_a_window_that_closes_between_reading_and_storing_refuses_the_reply(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    replier = desk.replier()
    head = desk.head()
    moments = iter([head["last_inbound_at"] + DAY - 1, head["last_inbound_at"] + DAY])
    other = desk.replier(Conflicting(desk.dynamodb, 1), clock=lambda: next(moments))

    with pytest.raises(Conflict) as refused:
        other(ticket["ticket_id"], ReplyContent("Дәл шегінде"), "page-1", BOLAT)

    assert refused.value.code == "window_closed"
    assert replier is not None
    assert not desk.of("outbox#")


@pytest.mark.parametrize(
    ("where", "name", "value", "code"),
    [
        ("ticket", "state", "closed", "closed"),
        ("head", "blocked", True, "blocked"),
        ("contact", "state", "erasing", "erasing"),
        ("contact", "epoch", 2, "erased"),
    ],
)
def test_where_nothing_may_go_the_reply_is_refused_and_says_why(
    desk: DeliveryDesk, where: str, name: str, value: object, code: str
) -> None:
    ticket = desk.open_ticket()
    keys = {
        "ticket": (ticket["pk"], "ticket"),
        "head": (f"conversation#{ticket['conversation_id']}", "head"),
        "contact": (f"contact#{ticket['contact_id']}", "contact"),
    }
    change(desk, *keys[where], name, value)

    with pytest.raises(Conflict) as refused:
        desk.replier()(ticket["ticket_id"], ReplyContent("Жауап"), "page-1", BOLAT)

    assert refused.value.code == code
    assert not desk.of("outbox#")


@pytest.mark.parametrize(
    ("text", "client_id", "code"),
    [
        ("", "page-1", "empty"),
        (" \n\t", "page-1", "empty"),
        ("\u200b\u2060\ufeff\u00ad", "page-1", "empty"),
        ("\u3164\u2800 \ufe0f", "page-1", "empty"),
        ("а" * 16_001, "page-1", "too_long"),
        ("😀" * 8_001, "page-1", "too_long"),
        ("half \ud83d", "page-1", "bad_text"),
        ("Сәлем", "", "client_id"),
        ("Сәлем", "x" * 201, "client_id"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(desk: DeliveryDesk, text: str, client_id: str, code: str) -> None:
    ticket = desk.open_ticket()
    before = desk.items()
    with pytest.raises(BadInput) as refused:
        desk.replier()(ticket["ticket_id"], ReplyContent(text), client_id, BOLAT)
    assert refused.value.code == code
    assert desk.items() == before


def test_there_is_no_reply_on_a_ticket_that_is_not_there_or_has_expired(desk: DeliveryDesk) -> None:
    with pytest.raises(NotFound):
        desk.replier()("0" * 20, ReplyContent("Жауап"), "page-1", BOLAT)
    ticket = desk.open_ticket()
    change(desk, ticket["pk"], "ticket", "expires_at", desk.seconds)
    with pytest.raises(NotFound):
        desk.replier()(ticket["ticket_id"], ReplyContent("Жауап"), "page-1", BOLAT)


def test_a_solved_ticket_stays_solved_after_a_closing_word(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    change(desk, ticket["pk"], "ticket", "state", "solved")
    desk.reply(ticket, "Пожалуйста!")
    assert desk.ticket(ticket)["state"] == "solved"


def test_a_conversation_that_never_rests_ends_in_a_clear_conflict(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    with pytest.raises(DeskError) as refused:
        desk.replier(Conflicting(desk.dynamodb, 99))(ticket["ticket_id"], ReplyContent("Жауап"), "page-1", BOLAT)
    assert refused.value.code == "busy"


def test_a_failed_reply_is_sent_again_at_the_end_under_a_new_id(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    desk.provider.faults = [desk.provider.telegram_error(400, "Bad Request: chat not found")]
    failed = desk.reply(ticket, "Первый")
    desk.sender()(ticket["conversation_id"])
    later = desk.reply(ticket, "Второй")
    assert desk.ticket(ticket).get("undelivered") is None

    again = desk.replier().retry_failed(str(failed), "retry-1", BOLAT)
    assert desk.replier().retry_failed(str(failed), "retry-1", BOLAT).id == again.id
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == ["Второй", "Первый"]
    assert again.id > str(later)
    assert desk.message(failed)["status"] == "failed"
    with pytest.raises(Conflict) as refused:
        desk.replier().retry_failed(again.id, "retry-2", BOLAT)
    assert refused.value.code == "not_failed"


@pytest.mark.parametrize("form", ["retry-{at}-{blind}", "retry-{ref}", "retry|{ref}", "retry-1"])
def test_no_client_id_of_a_caller_stands_in_the_way_of_sending_again(desk: DeliveryDesk, form: str) -> None:
    ticket = desk.open_telegram_ticket()
    desk.provider.faults = [desk.provider.telegram_error(400, "Bad Request: chat not found")]
    failed = desk.reply(ticket, "Первый")
    desk.sender()(ticket["conversation_id"])
    taken = form.format(at=failed.at, blind=failed.pseudonym, ref=failed)
    desk.reply(ticket, "Первый", taken)
    desk.sender()(ticket["conversation_id"])

    desk.replier().retry_failed(str(failed), taken, BOLAT)
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == ["Первый", "Первый"]


def test_only_a_message_of_ours_can_be_sent_again(desk: DeliveryDesk) -> None:
    ticket = desk.open_telegram_ticket()
    desk.receive(from_daniyar("Ещё", sent_at=desk.seconds, message_id=8))
    item = desk.messages("in")[-1]
    theirs = MessageRef.of_tail(ticket["conversation_id"], item["sk"].removeprefix("message#"))
    with pytest.raises(NotFound):
        desk.replier().retry_failed(str(theirs), "retry-1", BOLAT)
    with pytest.raises(BadInput):
        desk.replier().retry_failed("wamid.x", "retry-1", BOLAT)
