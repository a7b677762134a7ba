"""A reply that leaves in several pieces: what is shown of it in any order of statuses, and what is sent again."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.channels.parts import StatusUpdate
from chalicelib.channels.registry import channel
from chalicelib.channels.render import pieces_of
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.schema import HEAD
from chalicelib.outbox.model import CLAIM
from chalicelib.tickets.model import RANK
from chalicelib.tickets.pieces import not_arrived, outstanding, piece_state, shown
from tests.support.delivery.desk import BOLAT, DeliveryDesk
from tests.support.delivery.dying import Fate, deliver_dying
from tests.support.delivery.provider import BREAK, Sent
from tests.support.people import WHATSAPP_ACCOUNT, wamid

STATUSES = ("sent", "delivered", "read", "failed")
Event = tuple[int, str]
"""A piece by its number, and what the provider reports of it."""


def text_of(pieces: int) -> str:
    """A text that leaves in so many pieces."""
    text = " ".join(f"сөз{n:04d}" for n in range(500 * pieces - 100))
    assert len(pieces_of(text, channel("whatsapp"))) == pieces
    return text


def test_a_channel_that_carries_no_texts_has_no_piece_of_one() -> None:
    assert pieces_of("Сәлем", channel("gone")) == pieces_of("Сәлем", channel("fax"), buttons=True) == ()


def expected(pieces: int, events: list[Event]) -> tuple[str, int]:
    """The model: each piece is as far as its best word says, and the whole is its worst piece. With the first piece
    that failed, or 0."""
    ranks = dict.fromkeys(range(1, pieces + 1), RANK["sent"])
    for number, status in events:
        ranks[number] = max(ranks[number], RANK[status])
    failed = next((number for number in sorted(ranks) if ranks[number] == RANK["failed"]), 0)
    worst = next(status for status, rank in RANK.items() if rank == min(ranks.values()))
    return ("failed" if failed else worst), failed


def apply(desk: DeliveryDesk, sent: Sent, number: int, status: Any, *, referred: bool = True) -> None:
    code = f"13102{number}" if status == "failed" else ""
    reference = sent.reference if referred else ""
    update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, sent.provider_id, status, desk.seconds, reference, code, "No.")
    desk.statuses().apply(update, desk.now)


def look(desk: DeliveryDesk, ref: MessageRef) -> tuple[str, Any]:
    return shown(desk.message(ref))


CASES = st.integers(1, 4).flatmap(
    lambda pieces: st.tuples(
        st.just(pieces),
        st.lists(st.tuples(st.integers(1, pieces), st.sampled_from(STATUSES)), max_size=10),
        st.lists(st.integers(0, 4), min_size=10, max_size=10),
        st.booleans(),
    )
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=CASES)
def test_every_order_of_statuses_around_every_record_shows_the_worst_piece(
    desk: DeliveryDesk, case: tuple[int, list[Event], list[int], bool]
) -> None:
    pieces, events, early, referred = case
    (ticket, *_) = desk.of_pk("ticket#") or [desk.open_ticket()]
    ref = desk.reply(ticket, text_of(pieces), client_id=f"c-{desk.now}")
    desk.provider.sent.clear()
    late: list[Event] = []

    def accepted(sent: Sent) -> None:
        """Some statuses come before the record of their own piece."""
        number = len(desk.provider.sent)
        for (piece, status), when in zip(events, early, strict=False):
            if piece == number and when == 0:
                apply(desk, sent, number, status, referred=referred)

    desk.provider.accepted = accepted
    desk.sender()(ticket["conversation_id"])
    late = [event for event, when in zip(events, early, strict=False) if when]
    for piece, status in late:
        apply(desk, desk.provider.sent[piece - 1], piece, status, referred=referred)

    status, failure = look(desk, ref)
    right, failed = expected(pieces, events)
    assert status == right
    assert failure.get("code", "") == (f"13102{failed}" if failed else "")
    assert failure.get("text", "") == ("No." if failed else "")
    assert (len(desk.provider.sent), desk.of("outbox#")) == (pieces, [])
    message = desk.message(ref)
    assert len(message["provider_ids"]) == len(message["links"]) == pieces
    assert ("piece_states" in message) == (pieces > 1)


@given(
    st.integers(2, 4).flatmap(
        lambda pieces: st.tuples(
            st.just(pieces), st.dictionaries(st.integers(1, pieces), st.sampled_from(STATUSES), max_size=pieces)
        )
    ),
    st.sampled_from(["queued", "sending", "sent", "failed"]),
)
def test_the_shown_state_is_a_failure_exactly_when_something_is_left_to_send_again(
    case: tuple[int, dict[int, str]], status: str
) -> None:
    pieces, known = case
    if status == "sent":
        known = {number: known.get(number, "sent") for number in range(1, pieces + 1)}
    states = {str(number): piece_state(one, {"code": "131026"}) for number, one in known.items()}
    row = {"status": status, "failure": {"code": "1"}, "piece_count": pieces, "piece_states": states}
    if status in ("sent", "failed"):
        assert (shown(row)[0] == "failed") == bool(not_arrived(row))


@pytest.mark.parametrize("order", list(itertools.permutations([(1, "delivered"), (2, "failed")])))
@pytest.mark.parametrize("referred", [True, False])
def test_a_second_piece_that_failed_fails_the_reply_and_it_alone_is_sent_again(
    desk: DeliveryDesk, order: tuple[Event, ...], referred: bool
) -> None:
    ticket, text = desk.open_ticket(), text_of(2)
    ref = desk.reply(ticket, text)
    desk.sender()(ticket["conversation_id"])
    first, second = desk.provider.sent
    assert [one.reference for one in (first, second)] == [f"{ref}.1", f"{ref}.2"]
    for number, status in order:
        apply(desk, desk.provider.sent[number - 1], number, status, referred=referred)

    status, failure = look(desk, ref)
    assert (status, failure["code"], failure["text"]) == ("failed", "131022", "No.")
    again = MessageRef.parse(desk.replier().retry_failed(str(ref), "again", BOLAT).id)
    assert again is not None
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == [first.text, second.text, second.text]
    assert desk.provider.sent[-1].reference == str(again)
    assert desk.message(ref)["resent_as"] == again.tail
    assert not outstanding(desk.message(ref))


def test_a_middle_piece_and_those_that_never_went_out_are_sent_again_and_none_that_is_on_its_way(
    desk: DeliveryDesk,
) -> None:
    ticket, text = desk.open_ticket(), text_of(4)
    ref = desk.reply(ticket, text)
    desk.provider.faults = [None, None, desk.provider.meta_error(131026)]
    desk.sender()(ticket["conversation_id"])
    parts = pieces_of(text, channel("whatsapp"))
    assert desk.provider.texts == list(parts[:2])
    assert look(desk, ref)[0] == "failed"
    assert set(desk.message(ref)["piece_states"]) == {"1", "2", "3"}

    apply(desk, desk.provider.sent[0], 1, "failed")
    apply(desk, desk.provider.sent[1], 2, "delivered")
    assert look(desk, ref) == ("failed", desk.message(ref)["piece_states"]["1"]["failure"])
    desk.replier().retry_failed(str(ref), "again", BOLAT)
    desk.sender()(ticket["conversation_id"])

    assert "".join(desk.provider.texts[2:]) == parts[0] + parts[2] + parts[3]


def test_a_piece_that_fails_after_another_was_sent_again_is_outstanding_once_more(desk: DeliveryDesk) -> None:
    ticket, text = desk.open_ticket(), text_of(3)
    ref = desk.reply(ticket, text)
    desk.sender()(ticket["conversation_id"])
    sent, parts = list(desk.provider.sent), pieces_of(text, channel("whatsapp"))
    apply(desk, sent[0], 1, "failed")
    first = desk.replier().retry_failed(str(ref), "again", BOLAT).id
    assert desk.replier().retry_failed(str(ref), "again", BOLAT).id == first
    assert not outstanding(desk.message(ref))
    apply(desk, sent[2], 3, "failed")
    assert outstanding(desk.message(ref))
    second = desk.replier().retry_failed(str(ref), "again", BOLAT).id
    assert second != first and desk.replier().retry_failed(str(ref), "other", BOLAT).id == second
    apply(desk, sent[0], 1, "delivered")

    desk.sender()(ticket["conversation_id"])
    assert desk.provider.texts[3:] == [parts[0], parts[2]]
    assert (outstanding(desk.message(ref)), look(desk, ref)[0]) == (False, "failed")


def test_sending_again_while_the_rest_is_still_to_go_takes_the_failed_piece_alone(desk: DeliveryDesk) -> None:
    ticket, text = desk.open_ticket(), text_of(3)
    ref = desk.reply(ticket, text)
    desk.provider.faults = [None, desk.provider.meta_error(131056)]
    desk.sender()(ticket["conversation_id"])
    apply(desk, desk.provider.sent[0], 1, "failed")
    desk.replier().retry_failed(str(ref), "again", BOLAT)
    desk.now += desk.rings[-1][1]
    desk.sender()(ticket["conversation_id"])

    parts = pieces_of(text, channel("whatsapp"))
    assert desk.provider.texts == [parts[0], parts[1], parts[2], parts[0]]
    assert not outstanding(desk.message(ref))


def test_a_piece_that_fails_while_another_is_being_sent_again_is_not_taken_for_sent(desk: DeliveryDesk) -> None:
    ticket, text = desk.open_ticket(), text_of(2)
    ref = desk.reply(ticket, text)
    desk.sender()(ticket["conversation_id"])
    sent, replier = list(desk.provider.sent), desk.replier()
    apply(desk, sent[0], 1, "failed")
    store = replier.store.store

    def fails_meanwhile(reply: Any) -> bool:
        replier.store.store = store  # type: ignore[method-assign]
        apply(desk, sent[1], 2, "failed")
        return store(reply)

    replier.store.store = fails_meanwhile  # type: ignore[method-assign]
    replier.retry_failed(str(ref), "again", BOLAT)
    desk.sender()(ticket["conversation_id"])
    assert "".join(desk.provider.texts[2:]) == text
    assert not outstanding(desk.message(ref))


def test_a_status_that_carries_a_pieces_reference_proves_that_piece_alone(desk: DeliveryDesk) -> None:
    ticket, text = desk.open_ticket(), text_of(3)
    ref = desk.reply(ticket, text)
    deliver_dying(desk, ticket["conversation_id"], fate := Fate(7, "after"))
    assert (fate.died_at, len(desk.provider.texts)) == ("send", 2)
    apply(desk, desk.provider.sent[1], 2, "delivered")
    desk.now += CLAIM

    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == list(pieces_of(text, channel("whatsapp")))
    message = desk.message(ref)
    assert (message["status"], "uncertain" in message, look(desk, ref)[0]) == ("sent", False, "sent")
    assert [message["piece_states"][number]["status"] for number in "123"] == ["sent", "delivered", "sent"]


def test_a_doubt_about_a_piece_ends_with_a_status_that_proves_it(desk: DeliveryDesk) -> None:
    ticket, text = desk.open_ticket(), text_of(3)
    ref = desk.reply(ticket, text)
    desk.provider.faults = [BREAK]
    desk.sender()(ticket["conversation_id"])
    assert desk.of("outbox#")[0]["doubtful"]
    apply(desk, desk.provider.sent[0], 1, "delivered")
    desk.now += desk.rings[-1][1]
    seen = list[tuple[int, bool]]()

    def look_at_the_place(_: object) -> None:
        seen.extend((place["pieces"], place["doubtful"]) for place in desk.of("outbox#"))

    desk.provider.accepted = look_at_the_place
    desk.sender()(ticket["conversation_id"])

    assert seen == [(1, False), (2, False)]
    assert desk.provider.texts == list(pieces_of(text, channel("whatsapp")))
    assert (desk.message(ref)["status"], "uncertain" in desk.message(ref)) == ("sent", False)


def test_when_statuses_prove_every_piece_nothing_is_called_and_the_message_is_sent(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, text_of(2))
    deliver_dying(desk, ticket["conversation_id"], Fate(7, "after"))
    apply(desk, desk.provider.sent[1], 2, "read")
    desk.now += CLAIM
    desk.sender()(ticket["conversation_id"])
    apply(desk, desk.provider.sent[0], 1, "delivered")

    assert (look(desk, ref)[0], desk.of("outbox#"), desk.provider.calls) == ("delivered", [], 2)


def test_a_doubt_that_no_status_resolves_is_still_marked(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, text_of(2))
    desk.provider.faults = [None, BREAK]
    desk.sender()(ticket["conversation_id"])
    desk.now += desk.rings[-1][1]
    desk.sender()(ticket["conversation_id"])
    assert (desk.message(ref)["uncertain"], len(desk.provider.texts)) == (True, 3)


# -- what the release before has stored


def test_a_long_reply_that_the_release_before_was_sending_goes_on_as_it_began(desk: DeliveryDesk) -> None:
    ticket, text = desk.open_ticket(), text_of(3)
    ref = desk.reply(ticket, text)
    DeskRow(HEAD.partition(ref.conversation_id), f"outbox#{ref.tail}").update(actions=[DeskRow.pieces.set(1)])
    desk.sender()(ticket["conversation_id"])

    assert desk.provider.texts == list(pieces_of(text, channel("whatsapp"))[1:])
    assert {one.reference for one in desk.provider.sent} == {str(ref)}
    apply(desk, desk.provider.sent[-1], 3, "delivered")
    message = desk.message(ref)
    assert (message["status"], "piece_states" in message) == ("delivered", False)


def test_a_long_reply_that_failed_in_the_release_before_is_sent_again_as_a_whole(desk: DeliveryDesk) -> None:
    ticket, text = desk.open_ticket(), text_of(2)
    ref = desk.reply(ticket, text)
    desk.sender()(ticket["conversation_id"])
    failure = {"code": "131026", "at": desk.seconds}
    DeskRow(HEAD.partition(ref.conversation_id), f"message#{ref.tail}").update(
        actions=[
            DeskRow.status.set("failed"), DeskRow.rank.set(3), DeskRow.failure.set(failure),
            DeskRow.piece_count.remove(), DeskRow.piece_states.remove(),
        ]
    )  # fmt: skip
    desk.replier().retry_failed(str(ref), "again", BOLAT)
    desk.provider.sent.clear()
    desk.sender()(ticket["conversation_id"])
    assert "".join(desk.provider.texts) == text


def test_a_status_of_an_unknown_piece_or_of_a_message_that_is_gone_changes_nothing(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Қысқа")
    desk.sender()(ticket["conversation_id"])
    before = desk.items()
    for reference in (f"{ref}.1", f"{MessageRef('0' * 20, desk.now, '0' * 32)}.2"):
        update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), "read", desk.seconds, reference)
        desk.statuses().apply(update, desk.now)
    assert desk.items() == before
