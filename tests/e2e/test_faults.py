"""Storage that fails, providers that fail, workers that die: nothing is lost, and what may double is marked."""

import base64
import secrets

import pytest

from tests.support.e2e.playing import Play, eventually, new_phone


def test_a_failing_storage_answers_5xx_and_the_retry_completes_the_message(play: Play) -> None:
    phone = new_phone()
    body = play.text(phone, "Сақталсын")
    play.phones("/faults", {"channel": "dynamodb", "match": "TransactWriteItems", "status": 500, "times": 20})
    assert play.whatsapp(body).status_code >= 500
    play.phones("/faults", method="DELETE")
    assert play.whatsapp(body).status_code == 200

    messages = play.sign_in().ticket_of(phone)["messages"]
    assert [m["text"] for m in messages if m["direction"] == "in"] == ["Сақталсын"]


def test_injected_conflicts_are_tried_anew(play: Play) -> None:
    phone = new_phone()
    play.phones(
        "/faults",
        {"channel": "dynamodb", "match": "TransactWriteItems", "error": "TransactionConflict", "times": 3},
    )
    assert play.whatsapp(play.text(phone, "Қақтығыс")).status_code == 200
    assert play.sign_in().ticket_of(phone)["unread"] == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_an_intake_killed_at_any_call_loses_nothing(play: Play, n: int, when: str) -> None:
    phone = new_phone()
    body = play.text(phone, "Өлмейтін хабар")
    play.phones("/faults", {"channel": "lambda:intake", "n": n, "when": when, "times": 1})
    play.whatsapp(body)
    play.phones("/faults", method="DELETE")
    assert play.whatsapp(body).status_code == 200

    ticket = play.sign_in().ticket_of(phone)
    assert [m["text"] for m in ticket["messages"] if m["direction"] == "in"] == ["Өлмейтін хабар"]
    assert ticket["unread"] == 1


CALLS_OF_A_REPLY = 9
"""The sender makes this many service calls for one reply, or fewer."""


@pytest.mark.timeout(240)
def test_a_sender_killed_at_any_call_delivers_every_reply(play: Play) -> None:
    """As many conversations as points of death, each point met by whichever sender comes to it first. All die first,
    then one move of the clock brings them back."""
    deaths = [(n, when) for n in range(1, CALLS_OF_A_REPLY + 1) for when in ("before", "after")]
    api, tickets = play.sign_in(), {new_phone(): "" for _ in deaths}
    for phone in tickets:
        play.whatsapp(play.text(phone, "Сұрақ"))
    for phone in tickets:
        tickets[phone] = api.ticket_of(phone)["id"]
        eventually(lambda phone=phone: play.texts("whatsapp", phone))

    def handled() -> bool:
        died = len(deaths) - len(play.phones("/faults")["items"])
        return died + sum("Тірілгенде" in play.texts("whatsapp", phone) for phone in tickets) >= len(tickets)

    for n, when in deaths:
        play.phones("/faults", {"channel": "lambda:sender", "n": n, "when": when, "times": 1})
    for ticket_id in tickets.values():
        for text in ("Өлгенше", "Тірілгенде"):
            assert api.reply(ticket_id, text).ok
    eventually(handled, seconds=100)
    play.phones("/faults", method="DELETE")
    play.phones("/clock", {"advance_seconds": 130})

    api = play.sign_in()
    for phone, ticket_id in tickets.items():
        eventually(lambda phone=phone: "Тірілгенде" in play.texts("whatsapp", phone))
        texts = play.texts("whatsapp", phone)[1:]
        assert list(dict.fromkeys(texts)) == ["Өлгенше", "Тірілгенде"]
        messages = {m["text"]: m for m in api.get(f"tickets/{ticket_id}")["messages"]}
        for text in ("Өлгенше", "Тірілгенде"):
            assert texts.count(text) == 1 or messages[text]["uncertain"]


def test_what_a_dead_reader_leaves_in_its_queue_comes_back_by_the_desks_clock(play: Play) -> None:
    """Its queue hides it for three minutes, which nobody waits for: 20 seconds are all that the move may take."""
    person = {"user_id": str(500_000_000 + secrets.randbelow(10**8)), "name": "Данияр", "language_code": "ru"}
    play.phones("/faults", {"channel": "lambda:fetcher", "n": 1, "when": "before", "times": 1})
    file = {"name": "a.txt", "type": "text/plain", "data": base64.b64encode(b"Salem").decode()}
    play.phones("/phones/telegram/messages", {**person, "text": "Мынау", "file": file})
    eventually(lambda: not play.phones("/faults")["items"])
    play.phones("/clock", {"advance_seconds": 180, "wait": 20})
    api = play.sign_in()
    (ticket,) = api.get(f"tickets?q={person['user_id']}")["items"]
    (told,) = api.get(f"tickets/{ticket['id']}")["messages"][0]["attachments"]
    assert told["state"] == "ready"


def test_a_relay_killed_at_its_call_rings_again(play: Play) -> None:
    phone = new_phone()
    play.phones("/faults", {"channel": "lambda:relay", "n": 1, "when": "before", "times": 1})
    play.whatsapp(play.text(phone, "Сұрақ"))
    play.phones("/clock", {"advance_seconds": 130})
    assert len(eventually(lambda: play.texts("whatsapp", phone))) == 1


@pytest.mark.parametrize(("error", "code"), [(131026, "131026"), (131049, "131049")])
def test_a_permanent_failure_is_shown_with_its_code_and_the_next_goes_on(play: Play, error: int, code: str) -> None:
    phone = new_phone()
    play.whatsapp(play.text(phone, "Сұрақ"))
    api = play.sign_in()
    ticket = api.ticket_of(phone)
    eventually(lambda: play.texts("whatsapp", phone))
    play.phones("/faults", {"channel": "whatsapp", "error": error, "times": 1})
    api.reply(ticket["id"], "Жетпейді")
    api.reply(ticket["id"], "Жетеді")

    eventually(lambda: api.delivery(ticket["id"], "Жетеді") in ("sent", "delivered", "read"))
    assert api.delivery(ticket["id"], "Жетпейді") == "failed"
    failed = next(m for m in api.get(f"tickets/{ticket['id']}")["messages"] if m["text"] == "Жетпейді")
    assert code in str(failed)


def test_a_stopped_channel_loses_nothing_and_goes_on_after_the_token_is_right(play: Play) -> None:
    phone = new_phone()
    play.whatsapp(play.text(phone, "Сұрақ"))
    api = play.sign_in()
    ticket = api.ticket_of(phone)
    eventually(lambda: play.texts("whatsapp", phone))
    play.phones("/faults", {"channel": "whatsapp", "error": 190, "times": 1000})
    for n in range(3):
        api.reply(ticket["id"], f"Жауап {n}")
    eventually(lambda: [one for one in play.sent("whatsapp", phone) if one["status"] != 200])
    play.phones("/faults", method="DELETE")
    play.phones("/clock", {"advance_seconds": 600})

    eventually(lambda: len(play.texts("whatsapp", phone)) == 4)
    assert play.texts("whatsapp", phone)[1:] == ["Жауап 0", "Жауап 1", "Жауап 2"]


def test_a_piece_that_fails_later_fails_the_reply_and_brings_its_ticket_back(play: Play) -> None:
    phone = new_phone()
    play.whatsapp(play.text(phone, "Сұрақ"))
    api = play.sign_in()
    ticket_id = api.ticket_of(phone)["id"]
    eventually(lambda: play.texts("whatsapp", phone))
    text = " ".join(f"сөз{n:04d}" for n in range(700))
    last = {"channel": "whatsapp", "error": 130472, "accept": True, "match": "сөз0699"}
    play.phones("/faults", last)
    api.reply(ticket_id, text)

    ticket = eventually(lambda: (one := api.get(f"tickets/{ticket_id}"))["undelivered"] and one)
    assert ticket["state"] == "open"
    assert ticket["undelivered"]["failure"]["reason"] == "experiment"
    assert "experiment" in ticket["undelivered"]["failure"]["said"]
    assert api.delivery(ticket_id, text) == "failed"
    pieces = play.sent("whatsapp", phone)[-2:]
    references = [one["payload"]["biz_opaque_callback_data"] for one in pieces]
    assert [one.rpartition(".")[2] for one in references] == ["1", "2"]

    delivered = {"message_id": pieces[1]["answer"], "status": "delivered", "referred": False}
    play.phones("/phones/whatsapp/statuses", delivered)
    eventually(lambda: api.get(f"tickets/{ticket_id}")["undelivered"] is None)


def test_a_status_about_the_account_stops_the_channel_until_a_message_goes_through(play: Play) -> None:
    phone = new_phone()
    play.whatsapp(play.text(phone, "Сұрақ"))
    api = play.sign_in()
    ticket_id = api.ticket_of(phone)["id"]
    eventually(lambda: play.texts("whatsapp", phone))
    play.phones("/faults", {"channel": "whatsapp", "error": 131042, "accept": True, "match": "Төленбеген"})
    api.reply(ticket_id, "Төленбеген")
    ticket = eventually(lambda: (one := api.get(f"tickets/{ticket_id}"))["undelivered"] and one)
    assert ticket["undelivered"]["failure"]["reason"] == "payment"

    api.reply(ticket_id, "Кейінірек")
    play.phones("/clock", {"advance_seconds": 130})
    eventually(lambda: "Кейінірек" in play.texts("whatsapp", phone))
    key = {"pk": {"S": "channel#100000000000001"}, "sk": {"S": "channel"}}
    dynamodb = play.desk.client("dynamodb")
    (table,) = [name for name in dynamodb.list_tables()["TableNames"] if name.endswith("-desk")]
    row = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    assert "code" not in row and "stopped_at" not in row
