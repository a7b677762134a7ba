"""Nobody but the person, now, in their own words or by the button of this request, confirms a destruction."""

import json
from typing import Any

import pytest

from chalicelib.channels.parts import InboundMessage
from chalicelib.channels.telegram import parse as telegram
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.living import Living
from tests.support.people import DANIYAR_CHAT, TELEGRAM_ACCOUNT

OTHER = "500000043"
WORDS = "Да, удалить"


@pytest.fixture
def living(erasing_desk: ErasureDesk) -> Living:
    return Living(erasing_desk)


def person(chat: str) -> dict[str, Any]:
    return {"id": int(chat), "is_bot": False, "first_name": "Данияр", "language_code": "ru"}


def message(at: int, chat: str = DANIYAR_CHAT, number: int = 90, **more: Any) -> dict[str, Any]:
    return {
        "message_id": number, "date": at, "chat": {"id": int(chat), "type": "private"}, "from": person(chat), **more
    }  # fmt: skip


def press(at: int, data: str, chat: str = DANIYAR_CHAT, **more: Any) -> dict[str, Any]:
    asked = message(at, chat, 80, text="?")
    return {"callback_query": {"id": f"4382{at}", "from": person(chat), "message": asked, "data": data, **more}}


def say(living: Living, body: dict[str, Any], number: int) -> None:
    """What Telegram brings, through intake to the worker of requests."""
    raw = json.dumps({"update_id": number, **body}).encode()
    for part in telegram.parse(raw, TELEGRAM_ACCOUNT, living.desk.seconds):
        if isinstance(part, InboundMessage):
            living.desk.receiver()(part)
    for pk in {ask["pk"] for ask in living.desk.of("ask#")}:
        living.asks(pk.removeprefix("contact#"))
    living.desk.now += 1000


def test_no_forged_confirmation_counts_and_a_true_one_does(living: Living) -> None:
    daniyar = living.daniyar()
    request = living.suppressed(daniyar)
    living.verify(request)
    living.desk.now += 5000
    before, at = living.read(request.id), living.desk.seconds
    assert Step.VERIFIED not in before.steps
    group = {"chat": {"id": -5, "type": "group"}}
    hour = 3600
    forms = {
        "somebody else's press": press(at, f"erase.confirm.{request.id}", OTHER),
        "somebody else's words": {"message": message(at, OTHER, text=WORDS)},
        "another request's button": press(at, f"erase.confirm.{'0' * 20}"),
        "a payload of another form": press(at, f"erase.confirm.{request.id} "),
        "a payload in capitals": press(at, f"ERASE.CONFIRM.{request.id}"),
        "words older than the request": {"message": message(at - 24 * hour, text=WORDS)},
        "forwarded words": {"message": message(at, text=WORDS, forward_origin={"type": "user", "date": at - 9})},
        "an edit": {"edited_message": message(at, number=7, text=WORDS, edit_date=at)},
        "a caption": {"message": message(at, caption=WORDS, photo=[{"file_id": "1", "file_unique_id": "1", "width": 1,
                                                                     "height": 1}])},
        "words in a group": {"message": message(at, text=WORDS) | group},
        "words by a bot": {"message": message(at, text=WORDS, via_bot={"id": 1, "is_bot": True, "first_name": "b"})},
        "a longer sentence": {"message": message(at, text=f"{WORDS} не надо, я передумал")},
        "words in a quotation": {"message": message(at, text="?", quote={"text": WORDS, "position": 0})},
    }  # fmt: skip
    counted = []
    for number, (name, body) in enumerate(forms.items()):
        if "message" in body and "message_id" in body["message"]:
            body["message"]["message_id"] = 200 + number
        say(living, body, 1000 + number)
        if Step.VERIFIED in living.read(request.id).steps:
            counted.append(name)
            break
    assert counted == []
    say(living, press(living.desk.seconds, f"erase.confirm.{request.id}"), 2000)
    assert Step.VERIFIED in living.read(request.id).steps
