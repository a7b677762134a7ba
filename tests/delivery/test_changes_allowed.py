"""When reactions, edits and deletions of staff are made at all: one emoji, something new, somebody who may be written
to."""

import json
from typing import Any

import pytest

from tests.support.delivery.both import KINDS, telegram_ticket, ticket_of
from tests.support.delivery.changes import mark, question, refused, sent_reply, shown
from tests.support.delivery.desk import BOLAT, DeliveryDesk

# -- one emoji


def test_whatsapp_takes_any_one_emoji_and_telegram_its_own_list_however_it_is_spelled(desk: DeliveryDesk) -> None:
    ticket, asked = desk.open_ticket(), question(desk)
    for emoji in ("1️⃣", "🇰🇿", "👩🏽‍🚒"):
        desk.now += 10
        assert desk.amends().react(ticket["ticket_id"], asked, emoji, BOLAT) == "queued"
    desk.sender()(ticket["conversation_id"])
    assert shown(desk, asked).own_reaction == "👩🏽‍🚒"


def test_a_heart_of_telegram_is_the_one_of_its_list(desk: DeliveryDesk) -> None:
    ticket, asked = telegram_ticket(desk), question(desk)
    assert desk.amends().react(ticket["ticket_id"], asked, "❤️", BOLAT) == "queued"
    desk.sender()(ticket["conversation_id"])
    assert json.loads(desk.provider.changes[0]["reaction"]) == [{"type": "emoji", "emoji": "❤"}]


# -- what is so already


def nothing_changes(desk: DeliveryDesk, what: str, *given: Any) -> None:
    before = desk.items()
    assert getattr(desk.amends(), what)(*given, BOLAT) == "unchanged"
    assert desk.items() == before


def test_an_edit_to_the_same_text_changes_nothing_and_calls_nobody(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ticket_id, ref = ticket["ticket_id"], sent_reply(desk, ticket)
    nothing_changes(desk, "edit", ticket_id, ref, "Жауап")
    desk.amends().edit(ticket_id, ref, "Жауап 2", BOLAT)
    nothing_changes(desk, "edit", ticket_id, ref, "Жауап 2")
    desk.sender()(ticket["conversation_id"])
    nothing_changes(desk, "edit", ticket_id, ref, "Жауап 2")
    assert len(desk.provider.changes) == 1
    assert desk.amends().edit(ticket_id, ref, "Жауап", BOLAT) == "queued", "back to the first text"


def test_an_edit_that_failed_may_be_made_again(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ticket_id, ref = ticket["ticket_id"], sent_reply(desk, ticket)
    desk.provider.faults = [desk.provider.telegram_error(400, "Bad Request: message can't be edited")]
    desk.amends().edit(ticket_id, ref, "Жауап 2", BOLAT)
    desk.sender()(ticket["conversation_id"])
    nothing_changes(desk, "edit", ticket_id, ref, "Жауап")
    assert desk.amends().edit(ticket_id, ref, "Жауап 2", BOLAT) == "queued"


def test_a_reply_that_waits_with_this_text_stays(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    nothing_changes(desk, "edit", ticket["ticket_id"], desk.reply(ticket, "Жауап"), "Жауап")


@KINDS
def test_the_same_reaction_and_none_where_none_is_change_nothing(desk: DeliveryDesk, kind: str) -> None:
    ticket, asked = ticket_of(desk, kind), question(desk)
    nothing_changes(desk, "react", ticket["ticket_id"], asked, "")
    desk.amends().react(ticket["ticket_id"], asked, "👍", BOLAT)
    nothing_changes(desk, "react", ticket["ticket_id"], asked, "👍")
    desk.sender()(ticket["conversation_id"])
    nothing_changes(desk, "react", ticket["ticket_id"], asked, "👍")
    assert len(desk.provider.changes) == 1


def test_a_deletion_that_is_on_its_way_is_made_once(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket)
    desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
    nothing_changes(desk, "delete", ticket["ticket_id"], ref)


# -- who may be written to


CLOSED = ("ticket", "state", {"S": "closed"})
WITHDRAWN = ("contact", "suppressed_at", {"N": "1"})
DESTROYING = ("contact", "state", {"S": "erasing"})


@pytest.mark.parametrize(("marked", "code"), [(CLOSED, "closed"), (WITHDRAWN, "suppressed")])
def test_nothing_is_changed_on_a_closed_ticket_or_after_a_withdrawal(
    desk: DeliveryDesk, marked: tuple[str, str, dict[str, str]], code: str
) -> None:
    ticket, asked = telegram_ticket(desk), question(desk)
    ref = sent_reply(desk, ticket)
    mark(desk, *marked)
    assert refused(desk, "react", ticket["ticket_id"], asked, "👍") == code
    assert refused(desk, "edit", ticket["ticket_id"], ref, "Басқа") == code


@pytest.mark.parametrize("when", ["before", "behind", "between"])
def test_a_deletion_serves_the_customer_also_after_a_withdrawal(desk: DeliveryDesk, when: str) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket)
    assert desk.ticket(ticket)["question_at"] == 0, "no question is open"
    if when == "before":
        mark(desk, *WITHDRAWN)
    assert desk.amends().delete(ticket["ticket_id"], ref, BOLAT) == "queued"
    if when == "behind":
        mark(desk, *WITHDRAWN)
    outbox = desk.outbox()
    claim = outbox.claim

    def late(*given: Any, **more: Any) -> Any:
        if when == "between":
            mark(desk, *WITHDRAWN)
        return claim(*given, **more)

    outbox.claim = late  # type: ignore[method-assign]
    assert desk.sender(store=outbox)(ticket["conversation_id"]) == 1
    assert [one["method"] for one in desk.provider.changes] == ["deleteMessage"]
    assert shown(desk, ref).deleted


def test_a_reply_that_waits_is_kept_from_leaving_after_a_withdrawal(desk: DeliveryDesk) -> None:
    ticket = desk.open_ticket()
    ref = desk.reply(ticket, "Жауап")
    mark(desk, *WITHDRAWN)
    assert desk.amends().delete(ticket["ticket_id"], ref, BOLAT) == "done"
    assert desk.sender()(ticket["conversation_id"]) == 0 and not desk.provider.sent


def test_nothing_is_deleted_at_the_customer_once_the_destruction_has_begun(desk: DeliveryDesk) -> None:
    ticket = telegram_ticket(desk)
    ref = sent_reply(desk, ticket)
    mark(desk, *WITHDRAWN)
    desk.amends().delete(ticket["ticket_id"], ref, BOLAT)
    mark(desk, *DESTROYING)
    assert refused(desk, "delete", ticket["ticket_id"], ref) == "erasing"
    desk.sender()(ticket["conversation_id"])
    assert desk.provider.changes == []
