"""What customers send on WhatsApp, as signed webhooks of Meta, and what staff see of it on the running desk."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support.e2e.customers import WhatsAppCustomer, body, fetched, seconds
from tests.support.e2e.playing import SECONDS, Play, eventually, signed
from tests.support.people import wamid

NOT_HANDED_OVER = [{"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}]
ITEM = {"product_retailer_id": "s-1", "quantity": 2}
PLACE = {"latitude": 43.238949, "longitude": 76.889709, "name": "Астана алаңы"}


@pytest.fixture
def amina(play: Play) -> WhatsAppCustomer:
    return WhatsAppCustomer(play)


def test_meta_gets_its_challenge_for_the_right_token_alone(play: Play) -> None:
    def asked(mode: str, token: str) -> requests.Response:
        parameters = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": "1158201444"}
        return requests.get(f"{play.desk.url}/webhooks/whatsapp", parameters, timeout=SECONDS)

    right = asked("subscribe", "local-whatsapp-verify-token")
    assert (right.status_code, right.text) == (200, "1158201444")
    for mode, token in (("subscribe", "wrong"), ("subscribe", ""), ("unsubscribe", "local-whatsapp-verify-token")):
        refused = asked(mode, token)
        assert refused.status_code == 403 and "1158201444" not in refused.text


@pytest.mark.parametrize("escaped", [False, True])
def test_a_signature_holds_for_the_bytes_as_they_were_sent(play: Play, amina: WhatsAppCustomer, escaped: bool) -> None:
    given = body(amina.value(amina.message(text={"body": "Сәлем"})))
    sent, other = (json.dumps(given, ensure_ascii=one).encode() for one in (escaped, not escaped))
    assert play.whatsapp(sent, signed(other)).status_code == 401
    assert amina.tickets() == []
    assert play.whatsapp(sent).status_code == 200
    assert amina.texts() == ["Сәлем"]


def test_a_first_greeting_is_one_contact_and_one_ticket_at_the_providers_time(
    play: Play, amina: WhatsAppCustomer
) -> None:
    at = play.now() - 90
    amina.writes("Сәлеметсіз бе", timestamp=str(at))
    ticket = amina.ticket()
    assert (ticket["state"], ticket["channel"]) == ("open", "whatsapp")
    (message,) = amina.said()
    assert (message["text"], seconds(message["sent_at"])) == ("Сәлеметсіз бе", at)
    contact = play.sign_in().get(f"contacts/{ticket['contact']['id']}")
    assert contact["addresses"] == [{"kind": "phone", "value": amina.phone}]
    (notice,) = eventually(lambda: play.texts("whatsapp", amina.phone))
    assert "қабылданды" in notice and ticket["number"] in notice


def test_two_entries_are_read_whole_beside_a_malformed_message(play: Play, amina: WhatsAppCustomer) -> None:
    other = WhatsAppCustomer(play)
    play.phones("/confirmations", {"enabled": False})
    amina.writes("Бірінші")
    api, ticket_id = play.sign_in(), amina.ticket()["id"]
    eventually(lambda: play.texts("whatsapp", amina.phone))
    for text in ("Жауап 1", "Жауап 2"):
        assert api.reply(ticket_id, text).ok
        eventually(lambda text=text: api.delivery(ticket_id, text) == "sent")
    ours = [one["answer"] for one in play.sent("whatsapp", amina.phone)[-2:]]
    first, second = (amina.status(one, state) for one, state in zip(ours, ("delivered", "read"), strict=True))

    written = amina.message(text={"body": "Екінші"})
    malformed = amina.message(text=["?"], timestamp=written["timestamp"])
    given = body(amina.value(written, malformed), other.value(statuses=(second,)))
    given["entry"][0]["changes"].append({"field": "messages", "value": amina.value(statuses=(first,))})
    greeting = other.value(other.message(text={"body": "Здравствуйте"}))
    given["entry"][1]["changes"].append({"field": "messages", "value": greeting})
    assert play.whatsapp(given).status_code == 200

    assert [(one["kind"], one["text"]) for one in amina.said()] == [
        ("text", "Бірінші"), ("text", "Екінші"), ("unsupported", ""),
    ]  # fmt: skip
    assert other.texts() == ["Здравствуйте"]
    assert [api.delivery(ticket_id, text) for text in ("Жауап 1", "Жауап 2")] == ["delivered", "read"]


def test_picture_and_recording_of_somebody_new_at_once_are_two_messages_of_one_ticket(
    play: Play, amina: WhatsAppCustomer
) -> None:
    def send(kind: str) -> None:
        play.phones("/phones/whatsapp/messages", {"phone": amina.phone, "name": "Амина", "kind": kind})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, ["picture", "voice"]))
    assert {one["state"] for one in fetched(amina, 2)} == {"ready"}
    assert sorted(one["kind"] for one in amina.said()) == ["image", "voice"]


def test_a_caption_is_seen_at_once_and_its_file_after_two_failed_look_ups(play: Play, amina: WhatsAppCustomer) -> None:
    play.phones("/faults", {"channel": "whatsapp", "status": 503, "times": 2, "match": "media"})
    who = {"phone": amina.phone, "name": "Амина"}
    play.phones("/phones/whatsapp/messages", {**who, "kind": "picture", "text": "Шотым осы"})
    assert amina.texts() == ["Шотым осы"]
    assert [one["state"] for one in amina.files()] == ["waiting"]
    for tries, pause in ((1, 60), (0, 120)):
        eventually(lambda tries=tries: sum(one["times"] for one in play.phones("/faults")["items"]) == tries)
        assert [one["state"] for one in amina.files()] == ["waiting"]
        play.phones("/clock", {"advance_seconds": pause + 1})
    assert [one["state"] for one in fetched(amina)] == ["ready"]
    assert amina.texts() == ["Шотым осы"]


def test_of_a_file_that_meta_does_not_have_any_more_the_page_says_so(amina: WhatsAppCustomer) -> None:
    file = {"id": "1580013886400000", "mime_type": "image/jpeg", "sha256": "4654+8g=", "caption": "Ескі сурет"}
    amina.sends("image", image=file)
    assert [one["state"] for one in fetched(amina)] == ["expired"]
    page = amina.page()
    assert "The provider does not have this file any more" in page and "Ескі сурет" in page


def test_what_the_desk_cannot_show_is_a_placeholder_with_its_type_and_the_next_text_works(
    amina: WhatsAppCustomer,
) -> None:
    amina.sends("unsupported", unsupported={"type": "video_note"}, errors=NOT_HANDED_OVER)
    amina.sends("hologram", hologram={"depth": 3})
    amina.writes("Көрдіңіз бе?")
    assert [one["kind"] for one in amina.said()] == ["unsupported", "unsupported", "text"]
    page = amina.page()
    for type_ in ("unsupported:video_note", "hologram"):
        assert f"Unsupported message ({type_})" in page
    assert amina.texts()[-1] == "Көрдіңіз бе?"


def test_a_reaction_is_shown_and_unread_until_it_is_taken_back(amina: WhatsAppCustomer) -> None:
    mine = amina.writes("Рақмет")
    amina.ticket()
    for taken in ({"emoji": ""}, {}):
        amina.sends("reaction", reaction={"message_id": mine, "emoji": "👍"})
        assert amina.tickets()[0]["unread"] == 1
        assert [one["reactions"] for one in amina.said()] == [["👍"]]
        amina.sends("reaction", reaction={"message_id": mine, **taken})
        assert [one["reactions"] for one in amina.said()] == [[]]
    amina.sends("reaction", reaction={"message_id": wamid(amina.phone), "emoji": "🙏"})
    assert "Reaction to an unknown message 🙏" in amina.page()


CHOSEN: list[tuple[str, dict[str, Any], str, str]] = [
    ("button", {"button": {"text": "Иә", "payload": "yes"}}, "button", "Иә"),
    ("interactive", {"type": "button_reply", "button_reply": {"id": "b1", "title": "Бүгін"}}, "button", "Бүгін"),
    (
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "l1", "title": "Жеткізу", "description": "Қашан?"}},
        "list",
        "Жеткізу\nҚашан?",
    ),
    (
        "interactive",
        {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"бөлме": "7"}'}},
        "form",
        "бөлме: 7",
    ),
    ("order", {"order": {"text": "Тез", "product_items": [ITEM]}}, "order", "Тез\n2 × s-1"),
]


def test_presses_forms_and_orders_are_words_that_a_person_can_read(amina: WhatsAppCustomer) -> None:
    amina.writes("Сәлем")
    for kind, content, _, _ in CHOSEN:
        amina.sends(kind, **({"interactive": content} if kind == "interactive" else content))
    shown = [(one["kind"], one["text"]) for one in amina.said()[1:]]
    assert sorted(shown) == sorted((kind, text) for _, _, kind, text in CHOSEN)


def test_quotes_of_known_and_unknown_messages_and_forwarding_are_shown(amina: WhatsAppCustomer) -> None:
    first = amina.writes("Бағасы қанша?", ago=30)
    amina.writes("Осыны айтамын", ago=20, context={"id": first, "from": amina.phone})
    amina.writes("Мынаны ше?", ago=10, context={"id": wamid(amina.phone), "from": amina.phone})
    amina.writes("Жіберілген", context={"forwarded": True})
    asked, known, unknown, forwarded = amina.said()
    assert known["quote"]["id"] == asked["id"] and known["quote"]["text"] == "Бағасы қанша?"
    assert unknown["text"] == "Мынаны ше?" and unknown["quote"]["id"] is None
    assert forwarded["quote"] is None
    page = amina.page()
    assert page.count("Forwarded") == 1 and "A message that is not on this ticket" in page


def test_a_place_leads_to_a_map_and_each_card_is_shown(amina: WhatsAppCustomer) -> None:
    cards = [{"name": {"formatted_name": "Ержан"}, "phones": [{"phone": "+7 700 000 03 33"}]}]
    cards.append({"name": {"formatted_name": "Сәуле"}})
    amina.sends("location", location=PLACE, ago=10)
    amina.sends("contacts", contacts=cards)
    place, shown = amina.said()
    assert place["text"].startswith("Астана алаңы")
    assert shown["text"] == "Ержан: +7 700 000 03 33\nСәуле"
    assert 'href="geo:43.238949,76.889709"' in amina.page()


def test_somebody_without_a_number_is_found_by_their_name_and_keeps_their_contact_when_it_comes(play: Play) -> None:
    name = f"aigerim.{secrets.token_hex(4)}"
    aigerim = WhatsAppCustomer(play, user_id=f"KZ.{secrets.randbelow(10**18):020d}", username=name)
    aigerim.writes("Сәлем", ago=10)
    before = eventually(aigerim.tickets)[0]
    aigerim.phone = WhatsAppCustomer(play).phone
    aigerim.writes("Нөмірім осы")
    ticket = aigerim.ticket()
    assert (ticket["id"], aigerim.texts()) == (before["id"], ["Сәлем", "Нөмірім осы"])
    contact = play.sign_in().get(f"contacts/{ticket['contact']['id']}")
    assert {one["value"] for one in contact["addresses"]} >= {aigerim.user_id, aigerim.phone}
    assert [one["id"] for one in play.sign_in().get(f"tickets?q=%2B{aigerim.phone}")["items"]] == [ticket["id"]]


def test_a_message_ten_times_at_once_and_again_a_day_later_is_one(play: Play, amina: WhatsAppCustomer) -> None:
    """It moves the clock, so it stands last."""
    given = body(amina.value(amina.message(text={"body": "Бір рет"})))
    with ThreadPoolExecutor(10) as pool:
        answers = {answer.status_code for answer in pool.map(play.whatsapp, [given] * 10)}
    while answers != {200}:  # what lost its race too often is asked for again, as Meta does
        assert answers <= {200, 503}
        answers = {play.whatsapp(given).status_code}
    assert amina.tickets()[0]["unread"] == 1
    eventually(lambda: play.texts("whatsapp", amina.phone))
    play.phones("/clock", {"advance_seconds": 25 * 3600, "steps": 2})
    assert play.whatsapp(given).status_code == 200
    assert amina.tickets()[0]["unread"] == 1
    assert amina.texts() == ["Бір рет"]
    assert len(play.texts("whatsapp", amina.phone)) == 1
