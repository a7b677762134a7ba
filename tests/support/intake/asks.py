"""What people ask about their data: words, and buttons as each provider brings them."""

from typing import Any

from chalicelib.channels.parts import Part
from chalicelib.channels.telegram import parse as telegram
from chalicelib.channels.whatsapp import parse as whatsapp
from chalicelib.core.asks import Ask
from chalicelib.privacy.recognition.recognise_words import asks
from chalicelib.profile.load import load_profile
from tests.support.channels import bodies
from tests.support.people import from_amina

MARKINGS = load_profile("spoint").phrases


def said(words: str, **more: Any) -> Ask | None:
    return asks(from_amina(words, sent_at=1_795_000_000, **more), MARKINGS)


def pressed_whatsapp(payload: object, **more: Any) -> Part:
    reply = {"type": "button_reply", "button_reply": {"id": payload, "title": "Yes, delete"}}
    (part,) = whatsapp.parse(
        bodies.body(bodies.change([bodies.message("interactive", interactive=reply, **more)])),
        [bodies.NUMBER],
        bodies.NOW,
    )
    return part


def pressed_telegram(data: object) -> Part:
    message = bodies.private(text="…", reply_markup={"inline_keyboard": [[{"text": "Да", "callback_data": data}]]})
    person = message.pop("from")
    body = bodies.update("callback_query", id="4382bfdwdsb323b2d9", **{"from": person}, message=message, data=data)
    (part,) = telegram.parse(body, bodies.BOT, bodies.NOW)
    return part


def pressed_template(payload: object) -> Part:
    button = {"payload": payload, "text": "Yes, delete"}
    message = bodies.message("button", button=button)
    (part,) = whatsapp.parse(bodies.body(bodies.change([message])), [bodies.NUMBER], bodies.NOW)
    return part
