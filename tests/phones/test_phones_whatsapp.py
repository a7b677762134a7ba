"""The stand-in for the WhatsApp Cloud API answers and confirms as Meta does."""

import base64
import hmac
from hashlib import sha256
from typing import Any

import pytest

from local.providers.whatsapp.rules import WINDOW
from tests.support.phones.phones import SECRETS, Phones, until

DAY_AND_A_SECOND = WINDOW + 1


def amina_writes(phones: Phones, text: str = "Сәлеметсіз бе") -> dict[str, Any]:
    return phones.post("/phones/whatsapp/messages", phone="+7 700 000 01 07", name="Амина", text=text)


def test_a_customers_message_reaches_the_desk_signed_and_in_metas_envelope(phones: Phones) -> None:
    answer = amina_writes(phones)

    hook = phones.desk.got[0]
    expected = hmac.new(SECRETS.app_secret.encode(), hook.content, sha256).hexdigest()
    assert hook.headers["x-hub-signature-256"] == f"sha256={expected}"
    assert hook.content.isascii(), "Meta escapes what is not ASCII"
    entry = hook.json["entry"][0]
    value = entry["changes"][0]["value"]
    assert hook.path == "/webhooks/whatsapp"
    assert hook.json["object"] == "whatsapp_business_account"
    assert entry["changes"][0]["field"] == "messages"
    assert value["metadata"]["phone_number_id"] == SECRETS.phone_number_id
    assert value["contacts"] == [{"profile": {"name": "Амина"}, "wa_id": "77000000107"}]
    message = value["messages"][0]
    assert message["text"] == {"body": "Сәлеметсіз бе"}
    assert message["from"] == "77000000107"
    assert message["id"] == answer["message_id"]
    assert b"77000000107" in base64.b64decode(message["id"].removeprefix("wamid."))
    assert answer["webhook"] == {
        "channel": "whatsapp", "what": "text", "status": 200, "attempts": 1, "state": "sent",
    }  # fmt: skip


def test_a_person_with_only_a_business_scoped_id_has_no_number_in_the_webhook(phones: Phones) -> None:
    phones.post("/phones/whatsapp/messages", user_id="KZ.5550001", username="@aigerim", name="Айгерим", text="Hi")

    value = phones.desk.got[0].json["entry"][0]["changes"][0]["value"]
    assert value["contacts"] == [{"profile": {"name": "Айгерим", "username": "aigerim"}, "user_id": "KZ.5550001"}]
    assert "from" not in value["messages"][0]
    assert value["messages"][0]["from_user_id"] == "KZ.5550001"

    answer = phones.send(to="KZ.5550001")

    assert answer.json()["contacts"] == [{"input": "KZ.5550001", "user_id": "KZ.5550001"}]
    assert until(phones.desk.statuses)[0]["recipient_user_id"] == "KZ.5550001"


def test_a_raw_message_is_laid_over_metas_own_fields(phones: Phones) -> None:
    raw = {"type": "order", "order": {"catalog_id": "1"}, "timestamp": "1790000000", "id": "wamid.given"}
    phones.post("/phones/whatsapp/messages", phone="77000000107", message=raw)

    message = phones.desk.got[0].json["entry"][0]["changes"][0]["value"]["messages"][0]
    assert message == raw | {"from": "77000000107"}


@pytest.mark.parametrize("field", ["to", "recipient"])
def test_a_reply_is_taken_shown_and_confirmed_in_order_with_our_reference(phones: Phones, field: str) -> None:
    amina_writes(phones)
    body = {
        "messaging_product": "whatsapp",
        field: "77000000107",
        "type": "text",
        "text": {"body": "Қабылданды"},
    }
    answer = phones.graph(f"{SECRETS.phone_number_id}/messages", body | {"biz_opaque_callback_data": "c.1.a"})

    assert answer.status_code == 200
    assert answer.json()["contacts"] == [{"input": "77000000107", "wa_id": "77000000107"}]
    wamid = answer.json()["messages"][0]["id"]
    until(lambda: len(phones.desk.statuses()) == 3)
    assert phones.desk.states() == ["sent", "delivered", "read"]
    assert {status["id"] for status in phones.desk.statuses()} == {wamid}
    assert {status["biz_opaque_callback_data"] for status in phones.desk.statuses()} == {"c.1.a"}
    assert {status["recipient_id"] for status in phones.desk.statuses()} == {"77000000107"}
    shown = phones.messages("Амина")[-1]
    assert (shown["from"], shown["text"], shown["state"]) == ("desk", "Қабылданды", "read")


def test_phones_stop_confirming_when_the_switch_is_off(phones: Phones) -> None:
    phones.post("/confirmations", enabled=False)
    phones.send("first")
    until(lambda: phones.desk.states() == ["sent"])
    phones.post("/confirmations", enabled=True)
    phones.send("second")

    until(lambda: len(phones.desk.states()) == 4)
    assert phones.desk.states() == ["sent", "sent", "delivered", "read"]


def test_outside_the_window_free_text_fails_with_131047_and_a_template_goes_out(phones: Phones) -> None:
    amina_writes(phones)
    phones.post("/clock", advance_seconds=DAY_AND_A_SECOND)

    assert phones.send("too late").status_code == 200
    failed = until(phones.desk.statuses)[0]
    assert failed["status"] == "failed"
    assert failed["errors"][0]["code"] == 131047

    template = {"name": "message_waits", "language": {"code": "kk"}}
    assert phones.send(type="template", template=template).status_code == 200
    until(lambda: "read" in phones.desk.states())

    amina_writes(phones, "again")
    phones.send("in time")
    until(lambda: phones.desk.states().count("read") == 2)


def test_somebody_who_never_wrote_through_the_phones_gets_the_message(phones: Phones) -> None:
    phones.send(to="77000000999")

    until(lambda: "read" in phones.desk.states())


def asked(text: str, *buttons: tuple[str, str]) -> dict[str, Any]:
    """A message with reply buttons: id and title of each."""
    replies = [{"type": "reply", "reply": {"id": key, "title": title}} for key, title in buttons]
    return {"type": "button", "body": {"text": text}, "action": {"buttons": replies}}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"messaging_product": "sms"}, 400, 100),
        ({"recipient": ""}, 400, 100),
        ({"recipient": "not a number"}, 400, 131009),
        ({"type": "telegram"}, 400, 100),
        ({"text": {"body": ""}}, 400, 100),
        ({"text": {"body": "x" * 4097}}, 400, 100),
        ({"text": {"body": "😀" * 2049}}, 400, 100),
        ({"text": {"body": "\u200b\u2060"}}, 400, 131008),
        ({"text": {"body": " \u3164\n"}}, 400, 131008),
        ({"type": "image", "image": {"link": "http://x/a.png", "caption": "x" * 1025}}, 400, 100),
        ({"type": "audio", "audio": {"link": "http://x/a.ogg", "caption": "x"}}, 400, 100),
        ({"type": "interactive", "interactive": asked("x", ("a", "\u200b"))}, 400, 131008),
        ({"type": "interactive", "interactive": asked("x", ("a", "b")) | {"footer": {"text": "x" * 61}}}, 400, 100),
        ({"type": "image"}, 400, 131008),
        ({"type": "image", "image": {"id": "1", "link": "http://x"}}, 400, 100),
        ({"type": "image", "image": {"id": "404"}}, 400, 131009),
        ({"type": "template", "template": {"name": "a"}}, 400, 100),
        ({"type": "contacts", "contacts": [{}]}, 400, 131009),
        ({"type": "location", "location": {}}, 400, 131008),
        ({"type": "interactive", "interactive": {"type": "list", "action": {"button": "a", "sections": [1]},
          "body": {"text": "a"}}}, 400, 100),
        ({"type": "interactive", "interactive": asked("x" * 1025, ("a", "Иә"))}, 400, 100),
        ({"type": "interactive", "interactive": asked("x", ("a", "x" * 21))}, 400, 100),
        ({"type": "interactive", "interactive": asked("x", ("a" * 257, "Иә"))}, 400, 100),
        ({"type": "interactive", "interactive": asked("x")}, 400, 131009),
        ({"type": "interactive", "interactive": asked("x", *((f"{n}", f"{n}") for n in range(4)))}, 400, 131009),
        ({"type": "interactive", "interactive": asked("x", ("a", "Иә"), ("a", "Жоқ"))}, 400, 131009),
        ({"type": "interactive", "interactive": asked("x", ("a", "Иә"), ("b", "Иә"))}, 400, 131009),
        ({"biz_opaque_callback_data": "x" * 513}, 400, 100),
    ],
)  # fmt: skip
def test_what_meta_would_refuse_is_refused_and_not_shown(
    phones: Phones, change: dict[str, Any], status: int, code: int
) -> None:
    reply = {"messaging_product": "whatsapp", "recipient": "77000000107", "type": "text", "text": {"body": "x"}}
    answer = phones.graph(f"{SECRETS.phone_number_id}/messages", reply | change)

    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (code, "OAuthException")
    assert error["fbtrace_id"]
    assert phones.messages("Амина") == []
    assert len(phones.sent("whatsapp")) == 1


def test_a_wrong_token_is_190_and_a_foreign_number_is_no_object(phones: Phones) -> None:
    body = {"messaging_product": "whatsapp", "to": "77000000107", "text": {"body": "x"}}

    wrong = phones.graph(f"{SECRETS.phone_number_id}/messages", body, token="stolen")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, 190)
    foreign = phones.graph("999/messages", body)
    assert (foreign.status_code, foreign.json()["error"]["error_subcode"]) == (400, 33)


def test_buttons_come_back_as_the_reply_that_meta_sends(phones: Phones) -> None:
    amina_writes(phones)
    keys = [{"type": "reply", "reply": {"id": "good:7", "title": "Жақсы"}}]
    interactive = {"type": "button", "body": {"text": "Бағалаңыз"}, "action": {"buttons": keys}}
    wamid = phones.send(type="interactive", interactive=interactive).json()["messages"][0]["id"]

    phones.post("/phones/whatsapp/press", phone="77000000107", message_id=wamid, key="good:7")

    pressed = [
        message
        for hook in phones.desk.got
        for message in hook.json["entry"][0]["changes"][0]["value"].get("messages", [])
    ][-1]
    assert pressed["type"] == "interactive"
    assert pressed["interactive"] == {
        "type": "button_reply", "button_reply": {"id": "good:7", "title": "Жақсы"},
    }  # fmt: skip
    assert pressed["context"]["id"] == wamid
    refused = phones.http.post("/phones/whatsapp/press", json={"phone": "77000000107", "message_id": wamid, "key": "x"})
    assert refused.status_code == 404


def test_a_file_of_a_customer_can_be_looked_up_and_had_with_the_token_for_five_minutes(
    phones: Phones,
) -> None:
    data = b"\x89PNG\r\n\x1a\n--boundary\r\n\x00\xff"
    form = {"phone": "77000000107", "text": "Жапсырма"}
    phones.http.post("/phones/whatsapp/messages", data=form, files={"file": ("a.png", data, "image/png")},
                     headers={"Accept": "application/json"})  # fmt: skip
    image = phones.desk.got[0].json["entry"][0]["changes"][0]["value"]["messages"][0]["image"]
    assert image["caption"] == "Жапсырма"
    assert base64.b64decode(image["sha256"]) == sha256(data).digest()

    bearer = {"Authorization": f"Bearer {SECRETS.access_token}"}
    found = phones.http.get(f"/v23.0/{image['id']}", headers=bearer).json()
    assert (found["mime_type"], found["file_size"]) == ("image/png", len(data))
    assert found["sha256"] == sha256(data).hexdigest()
    assert phones.http.get(found["url"], headers=bearer).content == data
    assert phones.http.get(found["url"]).status_code == 401
    assert phones.http.get(found["url"][:-4] + "0000", headers=bearer).status_code == 404
    phones.post("/clock", advance_seconds=301)
    assert phones.http.get(found["url"], headers=bearer).status_code == 404
    assert phones.http.get("/v23.0/404", headers=bearer).json()["error"]["code"] == 100


def test_the_desk_uploads_a_file_and_sends_it_by_id(phones: Phones) -> None:
    bearer = {"Authorization": f"Bearer {SECRETS.access_token}"}
    upload = phones.http.post(
        f"/v23.0/{SECRETS.phone_number_id}/media",
        data={"messaging_product": "whatsapp", "type": "application/pdf"},
        files={"file": ("Шот.pdf", b"%PDF-1.7", "application/pdf")},
        headers=bearer,
    )
    media_id = upload.json()["id"]
    phones.send(type="document", document={"id": media_id, "filename": "Шот.pdf"})

    assert phones.sent()[0]["payload"]["file"] == {
        "name": "Шот.pdf", "type": "application/pdf", "size": 8, "sha256": sha256(b"%PDF-1.7").hexdigest(),
    }  # fmt: skip
    assert phones.messages("Амина")[0]["file"]["name"] == "Шот.pdf"


def test_a_read_mark_of_the_desk_shows_on_the_phone(phones: Phones) -> None:
    wamid = amina_writes(phones)["message_id"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}

    assert phones.graph(f"{SECRETS.phone_number_id}/messages", body).json() == {"success": True}
    assert phones.messages("Амина")[0]["state"] == "read"


def test_a_webhook_that_the_desk_refuses_comes_again_with_growing_waits_until_it_is_taken(
    phones: Phones,
) -> None:
    phones.desk.answers = [500, 503]
    assert amina_writes(phones)["webhook"]["state"] == "retrying"

    until(lambda: phones.messages("Амина")[0]["state"] == "sent")
    assert [hook.status for hook in phones.desk.got] == [500, 503, 200]
    assert len({hook.content for hook in phones.desk.got}) == 1


def test_in_the_end_the_stand_in_gives_up_and_says_so(phones: Phones) -> None:
    phones.desk.answers = [500] * 10
    amina_writes(phones)

    until(lambda: phones.messages("Амина")[0]["state"] == "given up")
    assert len(phones.desk.got) == 4
    assert phones.messages("Амина")[0]["reason"] == "500, try 4"


@pytest.mark.parametrize(
    ("name", "media_type", "size", "code"),
    [("a.heic", "image/heic", 9, 100), ("a.gif", "image/gif", 9, 100), ("a.zip", "application/zip", 9, 100),
     ("a.jpg", "image/jpeg", 5 * 1024 * 1024 + 1, 131053)],
)  # fmt: skip
def test_a_file_that_whatsapp_does_not_carry_is_refused_when_it_is_uploaded(
    phones: Phones, name: str, media_type: str, size: int, code: int
) -> None:
    answer = phones.http.post(
        f"/v23.0/{SECRETS.phone_number_id}/media",
        data={"messaging_product": "whatsapp", "type": media_type},
        files={"file": (name, b"x" * size, media_type)},
        headers={"Authorization": f"Bearer {SECRETS.access_token}"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_file_in_a_message_of_another_kind_is_accepted_and_fails_with_131053(phones: Phones) -> None:
    upload = phones.http.post(
        f"/v23.0/{SECRETS.phone_number_id}/media",
        data={"messaging_product": "whatsapp", "type": "application/pdf"},
        files={"file": ("a.pdf", b"%PDF-1.7", "application/pdf")},
        headers={"Authorization": f"Bearer {SECRETS.access_token}"},
    )
    assert phones.send(type="image", image={"id": upload.json()["id"]}).status_code == 200
    assert until(phones.desk.statuses)[0]["errors"][0]["code"] == 131053


def test_strangers_are_refused_when_that_is_switched_on(phones: Phones) -> None:
    assert phones.http.get("/strangers").json() == {"strangers": "taken"}
    phones.post("/strangers", strangers="refused")
    assert phones.http.post("/strangers", json={"strangers": "maybe"}).status_code == 400

    assert phones.send(to="77000000999").status_code == 200
    assert until(phones.desk.statuses)[0]["errors"][0]["code"] == 131026
    phones.send(to="77000000107")
    assert until(lambda: phones.desk.statuses()[1:])[0]["errors"][0]["code"] == 131047
    amina_writes(phones)
    phones.send(to="77000000107")
    until(lambda: "read" in phones.desk.states())


def test_a_status_of_choice_is_played_with_a_code_and_words_and_no_other_follows(phones: Phones) -> None:
    amina_writes(phones)
    phones.post("/confirmations", enabled=False)
    pieces = [
        phones.send(text, biz_opaque_callback_data=f"c.1.a.{number}").json()["messages"][0]["id"]
        for number, text in enumerate(("first piece", "second piece"), 1)
    ]
    until(lambda: phones.desk.states() == ["sent", "sent"])
    phones.post("/confirmations", enabled=True)

    phones.post("/phones/whatsapp/statuses", message_id=pieces[1], status="failed", code=130472)
    words = {"title": "Something new", "details": "Nobody knows this code."}
    phones.post("/phones/whatsapp/statuses", message_id=pieces[0], status="failed", code="131999", **words)
    phones.post("/phones/whatsapp/statuses", message_id=pieces[0], status="delivered", referred=False)

    second, first, later = phones.desk.statuses()[2:]
    assert (second["id"], second["biz_opaque_callback_data"]) == (pieces[1], "c.1.a.2")
    assert "experiment" in second["errors"][0]["title"]
    assert (first["errors"][0]["code"], first["errors"][0]["title"]) == (131999, "Something new")
    assert first["errors"][0]["error_data"] == {"details": "Nobody knows this code."}
    assert (later["status"], "errors" in later, "biz_opaque_callback_data" in later) == ("delivered", False, False)
    assert [one["state"] for one in phones.messages("Амина")[1:]] == ["delivered", "failed"]


@pytest.mark.parametrize(
    ("change", "status"),
    [({"message_id": "wamid.no"}, 404), ({"status": "eaten"}, 400), ({"code": "many"}, 400), ({"code": ""}, 400)],
)
def test_a_status_that_cannot_be_is_refused(phones: Phones, change: dict[str, Any], status: int) -> None:
    wamid = phones.send("x").json()["messages"][0]["id"]
    fields = {"message_id": wamid, "status": "failed", "code": "131026"} | change
    assert phones.http.post("/phones/whatsapp/statuses", json=fields).status_code == status
