"""Plays customers on WhatsApp: each of their actions sends a signed webhook to the desk."""

from typing import Any

from local.phones.bodies import Body
from local.phones.context import PhonesContext
from local.phones.errors import Refused
from local.phones.files import ALBUM, kind_of, own_album, own_file
from local.phones.people import file_of, resolve
from local.phones.postman import Delivery
from local.phones.samples import EVENTS, WHATSAPP_SAMPLES
from local.phones.store import Bubble, Chat, Person, StoredFile
from local.providers.pictures import is_animated
from local.providers.whatsapp.api import WhatsApp
from local.providers.whatsapp.media import WEBHOOK_LIVES, webhook_file
from local.providers.whatsapp.render import inbound_text
from local.providers.whatsapp.rules import new_wamid

Result = dict[str, Any]
_STATUSES = ("sent", "delivered", "read", "failed")


class WhatsAppPhone:
    """Each method plays one action. It returns the ids that it made and what the desk answered to the webhook."""

    def __init__(self, context: PhonesContext, provider: WhatsApp) -> None:
        self.context, self.provider = context, provider

    async def write(self, body: Body) -> Result:
        """Send a message: `text`, a `file` or a `sample`. Fields of `message` replace the provider's fields.

        `kind` says as what a file is sent; without a file, our own one of that kind is.
        """
        raw, name = body.fields.get("message"), body.text("kind")
        kind = kind_of(name, "whatsapp")
        sample = body.text("sample")
        if raw is not None and not isinstance(raw, dict):
            raise Refused("message must be an object as WhatsApp sends it.")
        if sample and sample not in WHATSAPP_SAMPLES:
            raise Refused(f"sample must be one of {', '.join(WHATSAPP_SAMPLES)}.")
        text = body.text("text")
        if not (text.strip() or raw or sample or kind or body.files.get("file") or body.fields.get("file")):
            raise Refused("There is nothing to send: write a text or choose a file.")
        until = self.context.clock.now() + WEBHOOK_LIVES
        if name == ALBUM:
            return await self._album(body, text, until, raw or {})
        file = file_of(self.context.store, body, until) or own_file(self.context.store, name, until)
        chat = self._chat(resolve(self.context.store, "whatsapp", body))
        message = self._base(chat.person)
        if quote := body.text("quote"):
            message["context"] = {"from": self.context.secrets.display_phone_number, "id": quote}
        if sample:
            message |= WHATSAPP_SAMPLES[sample].content
        elif file:
            message |= _file_part(file, text, kind)
        elif text:
            message |= {"type": "text", "text": {"body": text}}
        return await self._send(chat, message | (raw or {}), file)

    async def _album(self, body: Body, text: str, until: float, raw: dict[str, Any]) -> Result:
        """Send our own pictures one after the other, as WhatsApp does, with the text under the first."""
        chat = self._chat(resolve(self.context.store, "whatsapp", body))
        sent: list[Result] = []
        for file in own_album(self.context.store, until):
            message = self._base(chat.person) | _file_part(file, "" if sent else text, "image") | raw
            sent.append(await self._send(chat, message, file))
        return sent[-1] | {"message_ids": [one["message_id"] for one in sent]}

    async def press(self, body: Body) -> Result:
        """Press the button or list row `key` of the desk's message `message_id`."""
        chat = self._chat(resolve(self.context.store, "whatsapp", body, create=False))
        bubble = chat.find(body.text("message_id"))
        key = next((k for k in bubble.keys if k.id == body.text("key")), None) if bubble else None
        if bubble is None or key is None:
            raise Refused("No such button in this chat.", 404, "not_found")
        bubble.pressed = key.label
        message = self._base(chat.person)
        message["context"] = {"from": self.context.secrets.display_phone_number, "id": bubble.id}
        if key.kind == "button":
            message |= {"type": "button", "button": {"payload": key.id, "text": key.label}}
        else:
            reply = {"id": key.id, "title": key.label}
            message |= {"type": "interactive", "interactive": {"type": key.kind, key.kind: reply}}
        return await self._send(chat, message, None)

    async def react(self, body: Body) -> Result:
        """React to message `message_id` with `emoji`; without it, take the reaction back."""
        chat = self._chat(resolve(self.context.store, "whatsapp", body, create=False))
        bubble = chat.find(body.text("message_id"))
        if bubble is None:
            raise Refused("No such message in this chat.", 404, "not_found")
        bubble.reaction = body.text("emoji")
        reaction = {"message_id": bubble.id} | ({"emoji": bubble.reaction} if bubble.reaction else {})
        message = self._base(chat.person) | {"type": "reaction", "reaction": reaction}
        delivery = await self.provider.send("messages", self._value(chat.person, message), "reaction")
        return self._result(chat.person, message, delivery)

    async def status(self, body: Body) -> Result:
        """Send a `status` of the desk's message, or part of a message, `message_id`. No other status follows by itself.

        A failure has a `code`; `title` and `details` replace Meta's words. `referred` false leaves out the desk's
        reference.
        """
        found = next(
            (
                (chat, bubble)
                for chat in self.context.store.all_chats()
                if chat.channel == "whatsapp" and (bubble := chat.find(body.text("message_id")))
            ),
            None,
        )
        if found is None or found[1].author != "desk":
            raise Refused("No such message of the desk.", 404, "not_found")
        status, code = body.text("status", "failed"), body.text("code")
        if status not in _STATUSES:
            raise Refused(f"status must be one of {', '.join(_STATUSES)}.")
        if status == "failed" and not (code.isascii() and code.isdecimal() and len(code) < 10):
            raise Refused("code must be a number of Meta, such as 131026.")
        chat, bubble = found
        bubble.state, bubble.played = status, True
        bubble.reason = code if status == "failed" else ""
        self.context.store.changed()
        words = body.text("title"), body.text("details")
        referred = body.fields.get("referred", True) not in (False, "false")
        failure = int(code) if status == "failed" else 0
        delivery = await self.provider.send_status(chat, bubble, failure, words, reference=referred)
        return self._result(chat.person, {"id": bubble.id}, delivery)

    async def change(self, body: Body) -> Result:
        """Send any other webhook with `field` and `value` as Meta has them; `metadata` of messages is added."""
        value = body.fields.get("value")
        if not isinstance(value, dict):
            raise Refused("value must be an object as WhatsApp sends it.")
        delivery = await self.provider.send(body.text("field", "messages"), value, body.text("field", "messages"))
        return {"webhook": delivery.brief()}

    def _chat(self, person: Person) -> Chat:
        return self.context.store.chat("whatsapp", self.context.secrets.phone_number_id, person)

    def _base(self, person: Person) -> dict[str, Any]:
        known = {"from": person.phone} if person.phone else {}
        known |= {"from_user_id": person.user_id} if person.user_id else {}
        wamid = new_wamid(person.phone or person.user_id, outgoing=False)
        return known | {"id": wamid, "timestamp": str(int(self.context.clock.now()))}

    def _value(self, person: Person, message: dict[str, Any]) -> dict[str, Any]:
        profile = {"name": person.name} | ({"username": person.username} if person.username else {})
        contact: dict[str, Any] = {"profile": profile}
        contact |= {"wa_id": person.phone} if person.phone else {}
        contact |= {"user_id": person.user_id} if person.user_id else {}
        return {"contacts": [contact], "messages": [message]}

    async def _send(self, chat: Chat, message: dict[str, Any], file: StoredFile | None) -> Result:
        at = _epoch(message.get("timestamp"), self.context.clock.now())
        kind, words = str(message.get("type")), inbound_text(message)
        # As at Meta, the window counts from the time of the customer's message, and only messages to the desk open it.
        if kind not in EVENTS and not message.get("group_id"):
            chat.last_inbound = max(chat.last_inbound, at)
        bubble = Bubble(str(message["id"]), "person", kind, words, at, state="sending", file=file)
        context = message.get("context")
        bubble.quote = str(context.get("id", "")) if isinstance(context, dict) else ""
        chat.bubbles.append(bubble)
        self.context.store.changed()
        delivery = await self.provider.send("messages", self._value(chat.person, message), kind, bubble)
        return self._result(chat.person, message, delivery)

    def _result(self, person: Person, message: dict[str, Any], delivery: Delivery) -> Result:
        self.context.store.changed()
        return {"person": person.id, "message_id": message["id"], "webhook": delivery.brief()}


def _file_part(file: StoredFile, caption: str, kind: str) -> dict[str, Any]:
    family = file.type.partition("/")[0]
    kind = kind or {"image": "image", "video": "video", "audio": "audio"}.get(family, "document")
    part = webhook_file(file)
    part |= {"caption": caption} if caption and kind not in ("audio", "sticker") else {}
    part |= {"animated": is_animated(file.data)} if kind == "sticker" else {}
    part |= {"filename": file.name} if kind == "document" else {}
    part |= {"voice": "ogg" in file.type} if kind == "audio" else {}
    return {"type": kind, kind: part}


def _epoch(timestamp: object, otherwise: float) -> float:
    return float(timestamp) if isinstance(timestamp, str) and timestamp.isdecimal() else otherwise
