"""Stand-in of Meta's WhatsApp Cloud API: takes messages of the desk and confirms them by signed webhooks."""

import asyncio
import hmac
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.faults.plan import Fault
from local.phones.context import PhonesContext
from local.phones.postman import Delivery
from local.phones.store import Bubble, Call, Chat, StoredFile
from local.providers.whatsapp.catalogue import Catalogue
from local.providers.whatsapp.filling import filled
from local.providers.whatsapp.frame import MetaFrame
from local.providers.whatsapp.render import keys_of, text_of
from local.providers.whatsapp.rules import REACTED_WITHIN, WINDOW, check_message, new_wamid, recipient_of, undelivered
from local.providers.whatsapp.words import MetaError, failed_status_errors


class WhatsApp:
    """Plays Meta: the API that the desk calls, and the webhooks to the desk."""

    def __init__(self, context: PhonesContext, frame: MetaFrame) -> None:
        self.frame, self.store, self.clock = frame, context.store, context.clock
        self.postman, self.secrets = context.postman, context.secrets
        self.webhook_url = context.desk_url + "/webhooks/whatsapp"
        self.catalogue = Catalogue()

    async def messages(self, request: Request) -> Response:
        """POST /v{n}/{phone_number_id}/messages."""
        body = await self.frame.body(request)
        to = body.fields.get("to") or body.fields.get("recipient") or ""
        call = self.frame.call(request, "messages", str(to), body.fields)

        async def handle(fault: Fault | None) -> Response:
            return self._take(call, body.fields, fault)

        return await self.frame.answer(request, call, handle)

    def _take(self, call: Call, body: dict[str, Any], fault: Fault | None) -> Response:
        if body.get("messaging_product") != "whatsapp":
            raise MetaError(100, message="(#100) The parameter messaging_product is required.")
        if body.get("status") == "read":
            self._mark_read(str(body.get("message_id")))
            return JSONResponse({"success": True})
        given, phone, user_id = recipient_of(body)
        kind = check_message(body, lambda media_id: self.store.file(media_id, self.clock.now()) is not None)
        template = filled(body[kind], self.catalogue) if kind == "template" else None
        # The desk may know people that the phones do not; Store.strangers says whether such messages are taken.
        person = self.store.find("whatsapp", phone=phone, user_id=user_id)
        unknown = person is None and self.store.strangers == "refused"
        person = person or self.store.add_person("whatsapp", given, phone=phone, user_id=user_id)
        chat = self.store.chat("whatsapp", call.account, person)
        wamid = new_wamid(person.phone or person.user_id, outgoing=True)
        bubble = Bubble(wamid, "desk", kind, text_of(body, kind), self.clock.now(), state="accepted")
        bubble.reference = body.get("biz_opaque_callback_data") or ""
        context = body.get("context")
        bubble.quote = str(context.get("message_id", "")) if isinstance(context, dict) else ""
        bubble.keys = keys_of(body, kind)
        if template:
            bubble.text, bubble.keys = template
        content = body.get(kind)
        bubble.file = self._file(content) if isinstance(content, dict) else None
        failure = int(fault.error) if fault and fault.error is not None else 0
        failure = failure or undelivered(bubble, unknown=unknown, window_closed=self._window_closed(chat))
        if kind == "reaction":
            self._react(chat, body["reaction"], self.clock.now())
        else:
            chat.bubbles.append(bubble)
        self.postman.start(self._confirm(chat, bubble, failure))
        contact = {"input": given} | ({"wa_id": person.phone} if person.phone else {"user_id": person.user_id})
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]})

    def _window_closed(self, chat: Chat) -> bool:
        """Tell whether the reply window is over.

        For a person who never wrote through the phones it counts as open, unless strangers are refused: only the desk
        can know.
        """
        if not chat.last_inbound:
            return self.store.strangers == "refused"
        return self.clock.now() - chat.last_inbound > WINDOW

    @staticmethod
    def _react(chat: Chat, reaction: dict[str, Any], now: float) -> None:
        """Show a reaction to a message that the person sent in the last 30 days. Source: "Reaction messages"."""
        target = chat.find(str(reaction["message_id"]))
        if target is None or target.author != "person" or target.deleted or now - target.at > REACTED_WITHIN:
            raise MetaError(131009, "The message to react to is not known, is not the person's or is too old")
        target.reaction = str(reaction.get("emoji") or "")

    def _file(self, content: dict[str, Any]) -> StoredFile | None:
        """Return the file that a message names, under the name that the message gives it."""
        found, name = self.store.files.get(str(content.get("id"))), content.get("filename")
        return replace(found, name=name) if found and isinstance(name, str) and name else found

    def _mark_read(self, message_id: str) -> None:
        for chat in self.store.all_chats():
            if chat.channel == "whatsapp" and (bubble := chat.find(message_id)):
                bubble.state = "read"
                return
        raise MetaError(131009, "The message id is not known")

    async def _confirm(self, chat: Chat, bubble: Bubble, failure: int) -> None:
        pace, confirming = self.postman.pace, self.store.confirmations
        await asyncio.sleep(pace.sent)
        if bubble.played:
            return
        if failure:
            bubble.state, bubble.reason = "failed", str(failure)
            await self.send_status(chat, bubble, failure)
            return
        bubble.state = "sent"
        await self.send_status(chat, bubble)
        if bubble.kind == "reaction":  # Meta reports no more of one
            return
        for state, wait in (("delivered", pace.delivered), ("read", pace.read)):
            await asyncio.sleep(wait)
            # A message taken while confirmations were off stays unconfirmed, as if its phone were never opened.
            if not (confirming and self._goes_on(bubble)):
                return
            bubble.state = state
            await self.send_status(chat, bubble)

    def _goes_on(self, bubble: Bubble) -> bool:
        return self.store.confirmations and not bubble.played

    # ---- webhooks ----

    async def send_status(
        self, chat: Chat, bubble: Bubble, failure: int = 0, words: tuple[str, str] = ("", ""), *, reference: bool = True
    ) -> Delivery:
        """Send a status of one message as Meta does. `words` replace Meta's title and details of a failure."""
        person = chat.person
        status: dict[str, Any] = {
            "id": bubble.id,
            "status": bubble.state,
            "timestamp": str(int(self.clock.now())),
        }
        status |= {"recipient_id": person.phone} if person.phone else {}
        status |= {"recipient_user_id": person.user_id} if person.user_id else {}
        if bubble.reference and reference:
            status["biz_opaque_callback_data"] = bubble.reference
        if failure:
            status["errors"] = failed_status_errors(failure, *words)
        elif bubble.state in ("sent", "delivered"):
            category = "utility" if bubble.kind == "template" else "service"
            status["pricing"] = {"billable": True, "pricing_model": "PMP", "category": category}
        return await self.send("messages", {"statuses": [status]}, f"status {bubble.state}")

    async def send(self, field: str, value: dict[str, Any], what: str, bubble: Bubble | None = None) -> Delivery:
        """Send a signed webhook with one change. For messages, the fields that each value has are added to `value`."""
        metadata = {
            "display_phone_number": self.secrets.display_phone_number,
            "phone_number_id": self.secrets.phone_number_id,
        }
        if field == "messages":
            value = {"messaging_product": "whatsapp", "metadata": metadata} | value
        at = {} if field == "messages" else {"time": int(self.clock.now())}
        entry = {"id": self.secrets.business_account, **at, "changes": [{"value": value, "field": field}]}
        # Like Meta: non-ASCII characters are escaped, and the signature covers the bytes as sent.
        content = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        mark = hmac.new(self.secrets.app_secret.encode(), content, sha256).hexdigest()
        delivery = Delivery("whatsapp", what, self.clock.now(), bubble)
        return await self.postman.post(delivery, self.webhook_url, content, {"X-Hub-Signature-256": f"sha256={mark}"})
