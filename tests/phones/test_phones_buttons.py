"""The desk's own senders speak to the stand-ins: a question with buttons is shown, pressed, and comes back."""

import pytest

from chalicelib.channels.base import ChoicePart, OutboundMessage, TextPart
from chalicelib.channels.parts import InboundMessage
from chalicelib.channels.telegram import parse as telegram_parse
from chalicelib.channels.telegram.send import TelegramSender, close
from chalicelib.channels.whatsapp import parse as whatsapp_parse
from chalicelib.channels.whatsapp.send import WhatsAppSender, new_session
from chalicelib.core.addresses import Address
from chalicelib.privacy.kinds.deletion import DELETION
from chalicelib.privacy.texts.buttons import challenge_buttons
from chalicelib.privacy.texts.questions import challenge
from chalicelib.profile.load import load_profile
from tests.support.phones.phones import SECRETS, Phones

PROFILE = load_profile("spoint")
REQUEST = "0123456789abcdefghjk"
LANGUAGES = pytest.mark.parametrize("language", ["kk", "ru", "en", ""])


def question(account: str, address: Address, language: str) -> OutboundMessage:
    text, buttons = (
        challenge(PROFILE, language, DELETION, 48, bound=True),
        challenge_buttons(PROFILE, language, REQUEST),
    )
    return OutboundMessage(account, address, (TextPart(text), ChoicePart(buttons)))


@LANGUAGES
def test_on_whatsapp(phones: Phones, language: str) -> None:
    phones.post("/phones/whatsapp/messages", phone="77000000107", name="Амина", text="Сәлем")
    message = question(SECRETS.phone_number_id, Address("phone", "77000000107"), language)
    with new_session() as session:
        WhatsAppSender(f"{phones.url}/v23.0", "recipient", session=session).send(message, SECRETS.access_token)
    shown = phones.messages("Амина")[-1]
    assert shown["text"] == message.text
    assert [(one["key"], one["label"]) for one in shown["buttons"]] == list(message.choice.buttons)

    phones.post("/phones/whatsapp/press", phone="77000000107", message_id=shown["id"], key=message.choice.buttons[0].id)

    bodies = [hook.content for hook in phones.desk.got if b"button_reply" in hook.content]
    (part,) = whatsapp_parse.parse(bodies[-1], [SECRETS.phone_number_id])
    assert isinstance(part, InboundMessage)
    assert (part.kind, part.text) == ("button", message.choice.buttons[0].title)
    assert part.details["payload"] == f"erase.confirm.{REQUEST}"


@LANGUAGES
def test_on_telegram(phones: Phones, language: str) -> None:
    phones.post("/phones/telegram/messages", user_id="500000042", name="Данияр", text="Здравствуйте")
    bot = SECRETS.bots[0]
    message = question(bot.account, Address("chat", "500000042"), language)
    try:
        TelegramSender(phones.url).send(message, bot.token)
    finally:
        close()
    shown = phones.messages("Данияр")[-1]
    assert shown["text"] == message.text
    assert [(one["key"], one["label"]) for one in shown["buttons"]] == list(message.choice.buttons)

    phones.post("/phones/telegram/press", user_id="500000042", message_id=shown["id"], key=message.choice.buttons[1].id)

    bodies = [hook.content for hook in phones.desk.got if b"callback_query" in hook.content]
    (part,) = telegram_parse.parse(bodies[-1], bot.account)
    assert isinstance(part, InboundMessage)
    assert (part.kind, part.text) == ("callback", message.choice.buttons[1].title)
    assert part.details["data"] == f"erase.cancel.{REQUEST}"
