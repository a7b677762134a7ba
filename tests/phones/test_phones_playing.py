"""What else a customer can do on the phones, and how it looks to the desk and to them."""

from typing import Any

import pytest

from tests.support.phones.phones import Phones

CHAT = 500000042
AMINA = {"phone": "77000000107"}
DANIYAR = {"user_id": str(CHAT)}


def last_message(phones: Phones) -> dict[str, Any]:
    """The newest message in the newest WhatsApp webhook that holds one."""
    values = [hook.json["entry"][0]["changes"][0]["value"] for hook in phones.desk.got]
    found: dict[str, Any] = [value for value in values if "messages" in value][-1]["messages"][-1]
    return found


def wamid_of(answer: Any) -> str:
    return str(answer.json()["messages"][0]["id"])


def test_a_row_of_a_list_comes_back_as_a_list_reply(phones: Phones) -> None:
    rows = [{"id": "kk", "title": "Қаз"}, {"id": "ru", "title": "Рус"}]
    action = {"button": "Тіл", "sections": [{"title": "Тіл", "rows": rows}]}
    wamid = wamid_of(
        phones.send(type="interactive", interactive={"type": "list", "body": {"text": "Тіл?"}, "action": action})
    )

    phones.post("/phones/whatsapp/press", **AMINA, message_id=wamid, key="ru")

    assert last_message(phones)["interactive"] == {
        "type": "list_reply", "list_reply": {"id": "ru", "title": "Рус"},
    }  # fmt: skip
    assert [(m["text"], m["pressed"]) for m in phones.messages("Амина")] == [("Тіл?", "Рус"), ("Рус", "")]


def test_a_button_of_a_template_comes_back_as_a_button(phones: Phones) -> None:
    values = [{"type": "text", "text": one} for one in ("Амина", "481-207", "дайын")]
    parameter = {"type": "payload", "payload": "stop"}
    components = [
        {"type": "body", "parameters": values},
        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [parameter]},
    ]
    template = {"name": "answer_ready", "language": {"code": "kk"}, "components": components}
    wamid = wamid_of(phones.send(type="template", template=template))

    phones.post("/phones/whatsapp/press", **AMINA, message_id=wamid, key="stop")

    said = "Сәлеметсіз бе, Амина! 481-207 өтінішіңізге жауап бар: дайын. Жалғастыру үшін бізге жазыңыз."
    assert phones.messages("Амина")[0]["text"] == said
    assert last_message(phones)["button"] == {"payload": "stop", "text": "Жалғастыру"}


def test_a_reaction_on_whatsapp_comes_and_is_taken_back(phones: Phones) -> None:
    wamid = wamid_of(phones.send())

    phones.post("/phones/whatsapp/reactions", **AMINA, message_id=wamid, emoji="👍")
    assert last_message(phones)["reaction"] == {"message_id": wamid, "emoji": "👍"}
    assert phones.messages("Амина")[0]["reaction"] == "👍"
    phones.post("/phones/whatsapp/reactions", **AMINA, message_id=wamid)
    assert last_message(phones)["reaction"] == {"message_id": wamid}
    unknown = phones.http.post("/phones/whatsapp/reactions", json={**AMINA, "message_id": "wamid.no"})
    assert unknown.status_code == 404


def test_the_desks_own_reaction_shows_on_the_phone(phones: Phones) -> None:
    wamid = phones.post("/phones/whatsapp/messages", **AMINA, text="Рақмет")["message_id"]

    phones.send(type="reaction", reaction={"message_id": wamid, "emoji": "❤"})

    assert [(m["text"], m["reaction"]) for m in phones.messages("Амина")] == [("Рақмет", "❤")]


@pytest.mark.parametrize(
    ("sample", "kind", "text"),
    [
        ("location", "location", "Астана алаңы"),
        ("contact", "contacts", "Ержан Серік"),
        ("unsupported", "unsupported", "[unsupported]"),
        ("edit", "unsupported", "[unsupported]"),
        ("pin", "unsupported", "[unsupported]"),
    ],
)
def test_ready_things_to_send_on_whatsapp(phones: Phones, sample: str, kind: str, text: str) -> None:
    phones.post("/phones/whatsapp/messages", **AMINA, sample=sample)

    assert last_message(phones)["type"] == kind
    assert phones.messages("Амина")[0]["text"] == text


@pytest.mark.parametrize(
    ("sample", "field", "value", "shown", "window"),
    [
        ("ad", "text", {"body": "Есть в наличии?"}, "Есть в наличии?", True),
        ("untimed", "timestamp", None, "Когда это было?", True),
        ("welcome", "type", "request_welcome", "[request_welcome]", False),
        ("number", "type", "system", "A user changed their number.", False),
        ("group", "group_id", "120363000000000001", "Всем привет", False),
    ],
)
def test_what_else_comes_from_whatsapp(
    phones: Phones, sample: str, field: str, value: Any, shown: str, window: bool
) -> None:
    phones.post("/phones/whatsapp/messages", **AMINA, sample=sample)

    assert last_message(phones)[field] == value
    chat = phones.http.get("/phones/conversations").json()["items"][0]
    assert chat["messages"][0]["text"] == shown
    assert chat.get("window_open", False) is window


@pytest.mark.parametrize(
    ("sample", "field", "value"),
    [
        ("poll", "poll", None),
        ("via_bot", "via_bot", {"id": 200000001, "is_bot": True, "first_name": "Gif", "username": "gif"}),
        ("timer", "message_auto_delete_timer_changed", {"message_auto_delete_time": 86400}),
        ("live", "location", None),
    ],
)
def test_what_else_comes_from_telegram(phones: Phones, sample: str, field: str, value: Any) -> None:
    phones.post("/phones/telegram/messages", **DANIYAR, sample=sample)

    message = phones.desk.got[-1].json["message"]
    assert field in message
    assert value in (None, message[field])


def test_a_live_location_moves_in_place(phones: Phones) -> None:
    nothing = phones.http.post("/phones/telegram/move", json=DANIYAR)
    assert nothing.status_code == 404
    sent = phones.post("/phones/telegram/messages", **DANIYAR, sample="live")["message_id"]

    phones.post("/phones/telegram/move", **DANIYAR)
    phones.post("/phones/telegram/move", **DANIYAR, latitude=43.3, longitude=76.9)

    first, *moves = (hook.json for hook in phones.desk.got)
    assert first["message"]["location"]["live_period"] == 900
    assert [move["edited_message"]["message_id"] for move in moves] == [sent, sent]
    places = [move["edited_message"]["location"] for move in moves]
    assert [(place["latitude"], place["longitude"]) for place in places] == [(43.239949, 76.890709), (43.3, 76.9)]
    assert [message["text"] for message in phones.messages("Данияр")] == ["Live location 43.3, 76.9"]
    assert phones.http.post("/phones/telegram/move", json={**DANIYAR, "latitude": "43"}).status_code == 400


def test_a_message_is_pinned(phones: Phones) -> None:
    assert phones.http.post("/phones/telegram/pin", json=DANIYAR).status_code == 404
    sent = phones.post("/phones/telegram/messages", **DANIYAR, text="Адрес: Абая 1")["message_id"]

    pin = phones.post("/phones/telegram/pin", **DANIYAR)["message_id"]

    message = phones.desk.got[-1].json["message"]
    assert pin == sent + 1
    assert (message["message_id"], message["pinned_message"]["text"]) == (pin, "Адрес: Абая 1")


def test_a_quote_names_the_message_and_shows_on_the_phone(phones: Phones) -> None:
    wamid = wamid_of(phones.send("Сұрақ"))
    phones.post("/phones/whatsapp/messages", **AMINA, text="Жауап", quote=wamid)

    assert last_message(phones)["context"]["id"] == wamid
    assert phones.messages("Амина")[1]["quote"] == wamid


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("image/png", "image"),
        ("audio/ogg; codecs=opus", "audio"),
        ("video/mp4", "video"),
        ("text/csv", "document"),
    ],
)
def test_a_file_goes_out_under_the_kind_of_its_type(phones: Phones, media_type: str, kind: str) -> None:
    file = {"name": "a", "type": media_type, "data": "QQ=="}
    phones.post("/phones/whatsapp/messages", **AMINA, file=file)

    message = last_message(phones)
    assert message["type"] == kind
    assert message[kind]["mime_type"] == media_type
    assert message["audio"]["voice"] if kind == "audio" else True


def test_any_other_change_is_signed_and_sent_as_given(phones: Phones) -> None:
    value = {"event": "PAUSED", "message_template_name": "update"}
    phones.post("/phones/whatsapp/changes", field="message_template_status_update", value=value)

    change = phones.desk.got[0].json["entry"][0]["changes"][0]
    assert change == {"field": "message_template_status_update", "value": value}


def test_any_other_update_of_a_bot_is_sent_as_given(phones: Phones) -> None:
    phones.post("/phones/telegram/updates", bot="100000002", kind="poll", content={"id": "1"})

    update = phones.desk.got[0].json
    assert update["poll"] == {"id": "1"}
    assert update["update_id"] > 0


def test_a_raw_telegram_message_keeps_its_number_and_the_next_one_follows(phones: Phones) -> None:
    raw = {"message_id": 41, "media_group_id": "7", "dice": {"emoji": "🎲", "value": 6}}
    assert phones.post("/phones/telegram/messages", **DANIYAR, message=raw)["message_id"] == 41
    assert phones.post("/phones/telegram/messages", **DANIYAR, text="x", quote="41")["message_id"] == 42

    first, second = (hook.json["message"] for hook in phones.desk.got)
    assert (first["media_group_id"], first["dice"]["value"]) == ("7", 6)
    assert second["reply_to_message"]["message_id"] == 41
    wrong = phones.http.post("/phones/telegram/messages", json={**DANIYAR, "message": {"message_id": "x"}})
    assert wrong.status_code == 400


def test_a_bot_edits_reacts_and_deletes(phones: Phones) -> None:
    number = phones.bot("sendMessage", chat_id=CHAT, text="Принято").json()["result"]["message_id"]
    at = {"chat_id": CHAT, "message_id": number}

    assert phones.bot("editMessageText", **at, text="Решено").json()["result"]["text"] == "Решено"
    assert phones.bot("setMessageReaction", **at, reaction=[{"type": "emoji", "emoji": "👌"}]).is_success
    assert phones.bot("deleteMessage", **at).is_success

    shown = phones.messages("Данияр")[0]
    assert (shown["text"], shown["edited"], shown["reaction"], shown["deleted"]) == (
        "Решено",
        True,
        "👌",
        True,
    )


def test_a_new_person_is_added_once(phones: Phones) -> None:
    new = {"channel": "whatsapp", "name": "Ержан", "phone": "+7 700 000 02 02", "language": "kk"}
    added = phones.http.post("/phones/people", json=new)

    assert added.status_code == 201
    assert added.json()["phone"] == "77000000202"
    assert phones.http.post("/phones/people", json=new).status_code == 409
    page = phones.http.get("/", params={"wa": added.json()["id"]}).text
    assert "+7 700 000 02 02" in page
    assert "Message from Ержан" in page


def test_pictures_are_shown_in_place_and_all_else_is_handed_over(phones: Phones) -> None:
    for name, media_type in (("a.png", "image/png"), ("a.html", "text/html")):
        phones.post("/phones/whatsapp/messages", **AMINA, file={"name": name, "type": media_type, "data": "QQ=="})
    picture, page = (message["file"]["id"] for message in phones.messages("Амина"))

    assert phones.http.get(f"/phones/files/{picture}").headers["content-type"] == "image/png"
    handed = phones.http.get(f"/phones/files/{page}").headers
    assert (handed["content-disposition"], handed["content-type"]) == (
        "attachment",
        "application/octet-stream",
    )
    assert phones.http.get("/phones/files/1").status_code == 404
