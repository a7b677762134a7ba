"""Everybody at once: customers whose messages come shuffled and doubled, colleagues who answer, a closing ticket."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from chalice.test import Client

from chalicelib.core.addresses import Author
from chalicelib.core.errors import Conflict
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.content import ReplyContent
from chalicelib.vault.encryption import message_content
from tests.attacks.bodies import body, phone, said
from tests.support.delivery.desk import DeliveryDesk
from tests.support.intake.desk import Desk
from tests.support.intake.webhooks import post
from tests.support.web.desk import Web
from tests.support.web.serving import customer, say

PEOPLE, EACH, TWICE = 10, 8, 2


def test_shuffled_doubled_messages_of_many_people_at_once_are_each_stored_once(front: Client, desk: Desk) -> None:
    said_by = {
        phone(number): [said(desk, phone(number), f"{number}-{turn}") for turn in range(EACH)]
        for number in range(PEOPLE)
    }
    for parts in said_by.values():
        for turn, part in enumerate(parts):
            part["timestamp"] = str(desk.seconds + turn)
    deliveries = [part for parts in said_by.values() for part in parts] * TWICE
    random.Random(7).shuffle(deliveries)
    bodies = [body(deliveries[start : start + 3]) for start in range(0, len(deliveries), 3)]

    def deliver(raw: bytes) -> int:
        for _ in range(20):  # as the provider, which goes on for days
            status = post(front, raw).status_code
            if status == 200:
                return status
        return status

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(deliver, bodies)) == {200: len(bodies)}
    messages = desk.messages()
    assert len(messages) == PEOPLE * EACH
    assert set(Counter(one["contact_id"] for one in messages).values()) == {EACH}
    assert len(desk.of("ticket")) == len(desk.of("head")) == len(desk.items("keys")) == PEOPLE
    assert {ticket["unread"] for ticket in desk.of("ticket")} == {EACH}
    assert {head["last_inbound_at"] for head in desk.of("head")} == {(desk.seconds + EACH - 1) * 1000}
    order = [one["sent_at"] for one in messages if one["contact_id"] == messages[0]["contact_id"]]
    assert order == sorted(order)


def test_fifty_replies_of_four_colleagues_go_out_once_each_and_in_the_order_of_their_numbers(
    delivery_desk: DeliveryDesk,
) -> None:
    desk = delivery_desk
    ticket = desk.open_ticket()
    texts = [f"Жауап {number:02d}" for number in range(50)]

    def answer(number: int) -> None:
        for _ in range(20):
            try:
                desk.replier()(
                    ticket["ticket_id"], ReplyContent(texts[number]), f"page-{number}", f"colleague-{number % 4}"
                )
                return
            except Conflict:
                continue
        raise AssertionError("never taken")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(answer, range(50)))
    rows = [one for one in desk.messages("out") if one["purpose"] == "support"]
    assert len(rows) == 50 and len({one["sent_at"] for one in rows}) == 50
    desk.now = max(one["sent_at"] for one in rows) + 1
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            list(pool.map(lambda _: desk.sender()(ticket["conversation_id"]), range(2)))
            if not desk.of("outbox#"):
                break
    sent = desk.provider.texts
    assert sorted(sent) == texts

    def text_of(row: dict[str, object]) -> str:
        ref = MessageRef.of_tail(ticket["conversation_id"], str(row["sk"])[len("message#") :])
        return str(desk.open(row, "content", message_content(ref))["text"])

    assert sent == [text_of(row) for row in sorted(rows, key=lambda row: row["sk"])]


def test_a_ticket_that_closes_while_somebody_writes_and_somebody_answers_loses_neither(web: Web) -> None:
    """However the three meet: what was written is shown once, and an answer is shown or was refused."""
    for turn in range(6):
        who = customer(f"Тұтынушы {turn}", "whatsapp", f"7701444{turn:04d}")
        say(web, who, "Сәлем")
        ticket_id = web.tickets()[0]["id"]
        path, answers = f"/api/v1/tickets/{ticket_id}", {}

        def close(path: str = path, answers: dict[str, int] = answers) -> None:
            answers["close"] = web.call("PATCH", path, {"state": "closed"}, by="saule").status

        def write(who: Author = who) -> None:
            say(web, who, "Тағы бір сұрақ")

        def reply(path: str = path, answers: dict[str, int] = answers, turn: int = turn) -> None:
            given = {"text": "Жауап", "client_id": f"turn-{turn}"}
            answers["reply"] = web.call("POST", f"{path}/replies", given).status

        web.token("bolat"), web.token("saule")
        jobs = [close, write, reply][turn % 3 :] + [close, write, reply][: turn % 3]
        with ThreadPoolExecutor(3) as pool:
            for job in [pool.submit(job) for job in jobs]:
                job.result()
        assert answers["close"] in (200, 409) and answers["reply"] in (201, 409), answers
        tickets = [
            web.ticket(one["id"]) for state in ("open", "pending", "closed") for one in web.tickets(f"?state={state}")
        ]
        mine = [one for one in tickets if one["contact"]["name"] == who.name]
        texts = Counter(message["text"] for one in mine for message in one["messages"] if message.get("text"))
        assert texts["Сәлем"] == texts["Тағы бір сұрақ"] == 1
        assert texts["Жауап"] == (answers["reply"] == 201)
