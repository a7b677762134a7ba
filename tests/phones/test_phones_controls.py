"""Test controls: what was sent, faults, the clock. Bad input gets a clear error and changes nothing."""

import time
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.support.phones.phones import Phones, until

CHAT = 500000042


def test_sent_lists_every_call_oldest_first_and_by_channel(phones: Phones) -> None:
    phones.send("Сәлем")
    phones.bot("sendMessage", chat_id=CHAT, text="Здравствуйте")
    phones.send("Екінші", to="+7 700 000 01 07")

    items = phones.sent()
    assert [item["channel"] for item in items] == ["whatsapp", "telegram", "whatsapp"]
    assert [item["method"] for item in items] == ["messages", "sendMessage", "messages"]
    assert [item["to"] for item in items] == ["77000000107", str(CHAT), "+7 700 000 01 07"]
    assert items[0]["payload"]["text"] == {"body": "Сәлем"}
    assert items[0]["path"] == "POST /v23.0/100000000000001/messages"
    assert items[0]["at"].endswith("Z")
    assert datetime.fromisoformat(items[0]["at"]).timestamp() == pytest.approx(time.time(), abs=20)
    assert [item["payload"]["text"] for item in phones.sent("telegram")] == ["Здравствуйте"]
    assert phones.sent("ses") == []

    assert phones.http.delete("/sent").is_success
    assert phones.sent() == []
    assert phones.http.get("/sent?channel=fax").status_code == 400


def test_the_next_matching_calls_fail_and_the_one_after_works(phones: Phones) -> None:
    body = {"error": {"code": 131056, "message": "pair rate"}}
    phones.post("/faults", channel="whatsapp", times=2, status=400, body=body, retry_after=7, match="Қымбат")

    assert phones.send("other").is_success
    for _ in range(2):
        failed = phones.send("Қымбат клиент")
        assert (failed.status_code, failed.json(), failed.headers["retry-after"]) == (400, body, "7")
    assert phones.send("Қымбат клиент").is_success
    assert [item["status"] for item in phones.sent()] == [200, 400, 400, 200]
    assert phones.http.get("/faults").json() == {"items": []}
    assert len(phones.messages("Амина")) == 2


def test_telegrams_429_says_when_to_come_back(phones: Phones) -> None:
    phones.post("/faults", channel="telegram", retry_after=7)

    failed = phones.bot("sendMessage", chat_id=CHAT, text="x")
    assert failed.status_code == 429
    assert failed.json()["parameters"] == {"retry_after": 7}
    assert failed.json()["description"] == "Too Many Requests: retry after 7"
    assert phones.bot("sendMessage", chat_id=CHAT, text="x").json()["result"]["message_id"] == 1


def test_a_match_on_the_method_spares_other_methods(phones: Phones) -> None:
    phones.post("/faults", channel="telegram", status=500, match="sendPhoto")

    assert phones.bot("sendMessage", chat_id=CHAT, text="x").is_success
    assert phones.bot("sendPhoto", chat_id=CHAT).status_code == 500


@pytest.mark.parametrize(("error", "status"), [(190, 401), (131056, 400), (131016, 500), (132001, 404), (131031, 403)])
def test_an_error_of_meta_is_answered_in_metas_words(phones: Phones, error: int, status: int) -> None:
    phones.post("/faults", channel="whatsapp", error=error)

    failed = phones.send()
    assert (failed.status_code, failed.json()["error"]["code"]) == (status, error)
    assert phones.messages("Амина") == []


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_a_fault_that_says_nothing_more_is_a_server_error(phones: Phones, channel: str) -> None:
    phones.post("/faults", channel=channel)

    failed = phones.send() if channel == "whatsapp" else phones.bot("sendMessage", chat_id=CHAT, text="x")
    assert failed.status_code == 500


def test_an_accepted_message_can_fail_afterwards(phones: Phones) -> None:
    phones.post("/faults", channel="whatsapp", error=131026, accept=True)

    assert phones.send().status_code == 200
    failed = until(phones.desk.statuses)[0]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131026)
    assert phones.messages("Амина")[0]["state"] == "failed"


def test_a_timeout_holds_the_answer_of_a_message_that_was_accepted(phones: Phones) -> None:
    phones.post("/faults", channel="whatsapp", timeout=30)
    impatient = httpx.Timeout(10, read=0.3)

    with pytest.raises(httpx.ReadTimeout):
        phones.http.post(
            "/v23.0/100000000000001/messages",
            json={"messaging_product": "whatsapp", "to": "77000000107", "text": {"body": "once"}},
            headers={"Authorization": "Bearer local-whatsapp-access-token"},
            timeout=impatient,
        )

    assert [message["text"] for message in phones.messages("Амина")] == ["once"]
    until(lambda: "read" in phones.desk.states())


def test_a_timeout_without_acceptance_reaches_nobody(phones: Phones) -> None:
    phones.post("/faults", channel="telegram", timeout=0.05, accept=False)

    assert phones.bot("sendMessage", chat_id=CHAT, text="x").status_code == 500
    assert phones.messages("Данияр") == []


def test_faults_of_aws_are_handed_on_whole_and_cleared_with_the_rest(phones: Phones) -> None:
    phones.post("/faults", channel="dynamodb", match="TransactWriteItems", error="TransactionConflict", times=3)
    phones.post("/faults", channel="lambda:sender", n=2, when="after")
    phones.post("/faults", channel="whatsapp", status=500)

    assert phones.aws.faults[0]["error"] == "TransactionConflict"
    assert phones.aws.faults[0]["times"] == 3
    assert (phones.aws.faults[1]["n"], phones.aws.faults[1]["when"]) == (2, "after")
    assert len(phones.http.get("/faults").json()["items"]) == 3
    phones.http.delete("/faults")
    assert phones.http.get("/faults").json() == {"items": []}
    assert phones.send().is_success


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({}, "channel"),
        ({"channel": "fax", "status": 500}, "channel"),
        ({"channel": "lambda:"}, "channel"),
        ({"channel": "whatsapp", "status": 99}, "status"),
        ({"channel": "whatsapp", "status": "500"}, "status"),
        ({"channel": "whatsapp", "status": 500, "times": 0}, "times"),
        ({"channel": "whatsapp", "status": 500, "times": True}, "times"),
        ({"channel": "whatsapp", "status": 500, "match": 5}, "match"),
        ({"channel": "whatsapp", "status": 500, "body": 5}, "body"),
        ({"channel": "whatsapp", "timeout": -1}, "timeout"),
        ({"channel": "whatsapp", "timeout": 1, "accept": "yes"}, "accept"),
        ({"channel": "whatsapp", "error": "Window"}, "error"),
        ({"channel": "telegram", "retry_after": "soon"}, "retry_after"),
        ({"channel": "sqs", "when": "later"}, "when"),
        ({"channel": "dynamodb", "share": 0}, "share"),
        ({"channel": "dynamodb", "share": "half"}, "share"),
        ({"channel": "lambda:sender", "share": 0.5, "n": 2}, "share"),
        ({"channel": "whatsapp", "status": 500, "colour": "red"}, "colour"),
        ({"channel": "kms", "status": 500}, "kms cannot fail here"),
    ],
)
def test_a_wrong_fault_is_refused_and_nothing_waits(phones: Phones, fault: dict[str, Any], word: str) -> None:
    answer = phones.http.post("/faults", json=fault)

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_input"
    assert word in answer.json()["message"]
    assert phones.http.get("/faults").json() == {"items": []}


def test_the_clock_goes_forward_by_what_was_asked(phones: Phones) -> None:
    before = phones.http.get("/clock").json()
    after = phones.post("/clock", advance_seconds=86_401)

    assert after["epoch"] - before["epoch"] == pytest.approx(86_401, abs=5)
    assert after["now"] > before["now"]
    phones.send()
    assert phones.sent()[0]["at"] > after["now"][:19]


@pytest.mark.parametrize("seconds", [0, -1, "60", 1.5, True, None, 10**12])
def test_the_clock_refuses_what_is_no_step_forward(phones: Phones, seconds: Any) -> None:
    answer = phones.http.post("/clock", json={"advance_seconds": seconds})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert phones.clock.offset == 0


@pytest.mark.parametrize("limit", [{"steps": 0}, {"steps": 61}, {"wait": 0}, {"wait": 3601}, {"wait": "9"}])
def test_the_clock_refuses_limits_that_are_none(phones: Phones, limit: dict[str, Any]) -> None:
    answer = phones.http.post("/clock", json={"advance_seconds": 60, **limit})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert next(iter(limit)) in answer.json()["message"]
    assert phones.clock.offset == 0


def test_the_clocks_limits_reach_it_and_a_busy_desk_is_said(phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, int] = {}

    def advance(seconds: int, /, **limits: int) -> None:
        given.update(limits)
        raise TimeoutError("work goes on in doorbell")

    monkeypatch.setattr(phones.clock, "advance", advance)
    answer = phones.http.post("/clock", json={"advance_seconds": 60, "steps": 60, "wait": 3600})
    assert given == {"steps": 60, "wait": 3600}
    assert (answer.status_code, answer.json()["code"]) == (504, "not_quiet")
    assert "doorbell" in answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/clock", "{"),
        ("/clock", "[1]"),
        ("/confirmations", '{"enabled": "no"}'),
        ("/phones/whatsapp/messages", '{"text": "x"}'),
        ("/phones/whatsapp/messages", '{"phone": "12", "text": "x"}'),
        ("/phones/whatsapp/messages", '{"phone": "77000000222"}'),
        ("/phones/whatsapp/messages", '{"phone": "77000000222", "message": []}'),
        ("/phones/whatsapp/messages", '{"phone": "77000000222", "file": {"data": "?"}}'),
        ("/phones/telegram/messages", '{"user_id": "@a", "text": "x"}'),
        ("/phones/telegram/messages", '{"user_id": 700000222, "text": "x", "bot": "7"}'),
        ("/phones/telegram/updates", '{"kind": "poll"}'),
        ("/phones/people", '{"channel": "fax", "name": "x"}'),
    ],
)
def test_bad_input_changes_nothing(phones: Phones, path: str, content: str) -> None:
    people = phones.http.get("/phones/people").json()

    answer = phones.http.post(path, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["message"]
    assert phones.http.get("/phones/people").json() == people
    assert phones.desk.got == []


def test_a_form_of_the_page_leads_back_to_it_and_says_what_was_wrong(phones: Phones) -> None:
    form = {"person": "amina", "text": "Сәлем", "back": "/?wa=amina"}
    done = phones.http.post("/phones/whatsapp/messages", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/?wa=amina")
    assert "Сәлем" in phones.http.get("/").text

    wrong = phones.http.post("/phones/whatsapp/messages", data=form | {"text": " ", "back": "//evil.example"})
    assert (wrong.status_code, wrong.headers["location"]) == (303, "/")
    assert "There is nothing to send" in phones.http.get("/").text
    assert "There is nothing to send" not in phones.http.get("/").text


def test_the_page_needs_nothing_inline_and_strangers_cannot_use_its_forms(phones: Phones) -> None:
    phones.send("<script>alert(1)</script>")
    page = phones.http.get("/")

    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<style" not in page.text
    assert " style=" not in page.text
    stranger = phones.http.post("/clock", data={"advance_seconds": "3600"}, headers={"Origin": "http://evil.example"})
    assert stranger.status_code == 403
    assert phones.clock.offset == 0


def test_panels_come_only_when_something_changed(phones: Phones) -> None:
    first = phones.http.get("/phones/panels").json()
    assert "Nothing yet" in first["panels"]["whatsapp_log"]
    again = phones.http.get("/phones/panels", params={"since": first["version"]}).json()
    assert list(again["panels"]) == ["clock"]
    phones.send("Жаңа")
    assert (
        "Жаңа" in phones.http.get("/phones/panels", params={"since": first["version"]}).json()["panels"]["whatsapp_log"]
    )
