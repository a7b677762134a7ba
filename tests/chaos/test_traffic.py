"""Five hundred customers, ten thousand messages, three thousand replies, in bad weather: nothing is lost, doubled or
out of order."""

import random
from collections import Counter
from typing import Any

import pytest
import requests

from tests.chaos.report import REPORT
from tests.chaos.traffic import PART, Customer, Traffic
from tests.support.e2e.playing import Play

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]
_LOOKED_AT = 100
"""Files whose bytes are compared."""
Tickets = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def traffic(play: Play) -> Traffic:
    """All of it, once."""
    return Traffic(play, random.Random(REPORT.seed)).played()


@pytest.fixture(scope="module")
def tickets(traffic: Traffic) -> Tickets:
    with REPORT.timed(PART, "reading all"):
        return traffic.tickets()


def of(tickets: Tickets, one: Customer, direction: str) -> list[dict[str, Any]]:
    """The texts of customers, or of colleagues."""
    (ticket,) = tickets[one.key]
    return [m for m in ticket["messages"] if m["direction"] == direction and m["author"] != "desk"]


def test_everybody_has_one_ticket_and_every_message_once_in_the_order_of_the_provider(
    traffic: Traffic, tickets: Tickets
) -> None:
    for one in traffic.people:
        assert len(tickets[one.key]) == 1
        assert [m["text"] for m in of(tickets, one, "in")] == [text for text, _ in one.said], one.key


def test_every_file_of_a_customer_is_there_with_its_bytes(traffic: Traffic, tickets: Tickets) -> None:
    sent = [
        (file, message["attachments"])
        for one in traffic.people
        for (_, file), message in zip(one.said, of(tickets, one, "in"), strict=True)
    ]
    assert {len(shown) for file, shown in sent if file is None} == {0}
    files = [(file, shown) for file, shown in sent if file is not None]
    assert Counter(one["state"] for _, shown in files for one in shown) == {"ready": len(files)}
    headers = {"Authorization": f"Bearer {traffic.play.sign_in().token}"}
    for file, (shown,) in random.Random(REPORT.seed).sample(files, min(_LOOKED_AT, len(files))):
        assert requests.get(shown["url"], headers=headers, timeout=60).content == file.data


def test_every_reply_is_shown_once_and_reached_its_customer_in_order(traffic: Traffic, tickets: Tickets) -> None:
    """It may have reached them twice only where a call had no answer, and then its row says so."""
    phones, doubled = traffic.on_phones(), 0
    uncertain = sum("uncertain" in row for row in traffic.rows())
    for one in traffic.people:
        assert [m["text"] for m in of(tickets, one, "out")] == one.answers
        had = [m["text"] for m in phones[one.key] if m["text"] in set(one.answers)]
        assert list(dict.fromkeys(had)) == one.answers
        doubled += len(had) - len(one.answers)
    REPORT.note(PART, replies_that_may_have_come_twice=uncertain, replies_that_came_twice=doubled)
    assert doubled <= uncertain


def test_every_reply_is_delivered_and_its_file_is_the_one_that_was_sent(traffic: Traffic, tickets: Tickets) -> None:
    phones = traffic.on_phones()
    for one in traffic.people:
        shown = {m["text"]: m for m in phones[one.key]}
        for message in of(tickets, one, "out"):
            wanted = {"whatsapp": {"delivered", "read"}, "telegram": {"sent"}}[one.channel]
            assert message["status"] in wanted, (message["status"], message["failure"])
            for file in message["attachments"]:
                told = shown[message["text"]]["file"]
                assert (told["name"], told["size"]) == (file["name"], len(message["text"].encode()))


def test_no_dead_letter_is_left(traffic: Traffic) -> None:
    assert traffic.dead_letters() == {}
