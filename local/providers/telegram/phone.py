"""Plays customers on Telegram: each of their actions sends an update to the desk, with the bot's secret."""

import secrets as random
from typing import Any

from local.phones.accounts import Bot
from local.phones.bodies import Body
from local.phones.context import PhonesContext
from local.phones.errors import Refused
from local.phones.files import ALBUM, kind_of, own_album, own_file
from local.phones.people import file_of, resolve
from local.phones.postman import Delivery
from local.phones.samples import EVENTS, TELEGRAM_SAMPLES
from local.phones.store import Bubble, Chat, StoredFile
from local.providers.telegram.api import Telegram
from local.providers.telegram.rules import bot_json, chat_json, file_json, markup_of, message_json, user_json

Result = dict[str, Any]
_LIVE = "Live location"


class TelegramPhone:
    """Each method plays one action. It returns the ids that it made and what the desk answered to the update."""

    def __init__(self, context: PhonesContext, provider: Telegram) -> None:
        self.context, self.provider = context, provider

    async def write(self, body: Body) -> Result:
        """Send a message: `text`, a `file` or a `sample`. Fields of `message` replace the provider's fields.

        `kind` says as what a file is sent; without a file, our own one of that kind is.
        """
        raw, text, sample = body.fields.get("message"), body.text("text"), body.text("sample")
        name = body.text("kind")
        kind = kind_of(name, "telegram")
        if raw is not None and not isinstance(raw, dict):
            raise Refused("message must be an object as Telegram sends it.")
        if sample and sample not in TELEGRAM_SAMPLES:
            raise Refused(f"sample must be one of {', '.join(TELEGRAM_SAMPLES)}.")
        if not (text.strip() or raw or sample or kind or body.files.get("file") or body.fields.get("file")):
            raise Refused("There is nothing to send: write a text or choose a file.")
        bot, chat = self._chat(body)
        if chat.blocked:
            raise Refused("This person blocked the bot; unblock it first.", 409, "conflict")
        if name == ALBUM:
            return await self._album(bot, chat, text, body, raw or {})
        file = file_of(self.context.store, body) or own_file(self.context.store, name)
        content, kind = _content(text, file, sample, kind)
        otherwise = "" if file else _LIVE if sample == "live" else f"[{sample or kind}]"
        shown = text or str(content.get("text", "")) or otherwise
        return await self._send(bot, chat, content | (raw or {}), (kind, shown, file), body)

    async def _album(self, bot: Bot, chat: Chat, text: str, body: Body, raw: Result) -> Result:
        """Send our own pictures as an album, with the text under the first."""
        album = str(random.randbelow(9 * 10**16) + 10**16)
        sent: list[Result] = []
        for file in own_album(self.context.store):
            content, kind = _content("" if sent else text, file, "", "")
            sent.append(
                await self._send(
                    bot, chat, content | {"media_group_id": album} | raw, (kind, "" if sent else text, file), body
                )
            )
            chat.bubbles[-1].album = album
        return sent[-1] | {"message_ids": [one["message_id"] for one in sent]}

    async def start(self, body: Body) -> Result:
        """Press Start, with the `payload` of a link if there is one. This also unblocks the bot."""
        bot, chat = self._chat(body)
        was_blocked, chat.blocked = chat.blocked, False
        if was_blocked:
            await self._member(bot, chat, "kicked", "member")
        text = f"/start {body.text('payload')}".strip()
        content, _ = _content(text, None, "", "")
        return await self._send(bot, chat, content, ("start", text, None), body)

    async def command(self, body: Body) -> Result:
        """Choose a command of the bot's list."""
        text = body.text("command")
        if not text.startswith("/"):
            raise Refused("A command begins with a slash.")
        bot, chat = self._chat(body)
        content, _ = _content(text, None, "", "")
        return await self._send(bot, chat, content, ("text", text, None), body)

    async def press(self, body: Body) -> Result:
        """Press the button with callback data `key` (or `data`) of the bot's message `message_id`."""
        bot, chat = self._chat(body, create=False)
        data = body.text("key") or body.text("data")
        bubble = chat.find(body.text("message_id"))
        key = next((k for k in bubble.keys if k.id == data), None) if bubble else None
        if bubble is None or key is None:
            raise Refused("No such button in this chat.", 404, "not_found")
        bubble.pressed = key.label
        query_id = str(random.randbelow(9 * 10**17) + 10**17)
        query = {
            "id": query_id,
            "from": user_json(chat),
            "chat_instance": f"-{chat.person.user_id}7",
            "data": data,
        }
        query |= {"message": message_json(chat, bot, bubble, markup_of(bubble.keys))}
        delivery = await self.provider.send(bot, "callback_query", query)
        return self._result(chat, delivery, callback_query_id=query_id)

    async def edit(self, body: Body) -> Result:
        """Change the text or caption of the person's message `message_id`, by default their last one.

        The same text again makes an edit without a change, as Telegram reports one when it adds a link's preview.
        """
        bot, chat = self._chat(body, create=False)
        bubble = self._own(chat, body)
        if not body.text("text").strip():
            raise Refused("Write the new text first.")
        bubble.text, bubble.edited = body.text("text"), True
        now = int(self.context.clock.now())
        message = self._frame(chat, int(bubble.id), int(bubble.at)) | {"edit_date": now}
        if bubble.file:
            message |= {bubble.kind: file_json(bubble.kind, bubble.file), "caption": bubble.text}
        else:
            message["text"] = bubble.text
        delivery = await self.provider.send(bot, "edited_message", message, bubble)
        return self._result(chat, delivery, message_id=int(bubble.id))

    async def move(self, body: Body) -> Result:
        """Move the person's live location `message_id`, by default their last one, to `latitude` and `longitude`, by
        default some hundred metres north-east."""
        bot, chat = self._chat(body, create=False)
        bubble = self._own(chat, body, "live")
        places = [_degrees(body, name, own) for name, own in zip(("latitude", "longitude"), bubble.place, strict=True)]
        bubble.place, bubble.text = (places[0], places[1]), f"{_LIVE} {places[0]}, {places[1]}"
        now = int(self.context.clock.now())
        live = TELEGRAM_SAMPLES["live"].content["location"]
        message = self._frame(chat, int(bubble.id), int(bubble.at)) | {
            "edit_date": now,
            "location": live | {"latitude": bubble.place[0], "longitude": bubble.place[1], "heading": 45},
        }
        delivery = await self.provider.send(bot, "edited_message", message, bubble)
        return self._result(chat, delivery, message_id=int(bubble.id))

    async def pin(self, body: Body) -> Result:
        """Pin message `message_id` of the chat, by default the last one."""
        bot, chat = self._chat(body, create=False)
        shown = [bubble for bubble in chat.bubbles if bubble.kind not in EVENTS]
        bubble = chat.find(body.text("message_id")) if body.text("message_id") else shown[-1] if shown else None
        if bubble is None:
            raise Refused("No such message in this chat.", 404, "not_found")
        content = {"pinned_message": message_json(chat, bot, bubble)}
        return await self._send(bot, chat, content, ("pinned", "[pinned]", None), body)

    async def react(self, body: Body) -> Result:
        """React to message `message_id` with `emoji`; without it, take the reaction back."""
        bot, chat = self._chat(body, create=False)
        bubble = chat.find(body.text("message_id"))
        if bubble is None:
            raise Refused("No such message in this chat.", 404, "not_found")
        old, bubble.reaction = bubble.reaction, body.text("emoji")
        shapes = [[{"type": "emoji", "emoji": emoji}] if emoji else [] for emoji in (old, bubble.reaction)]
        reaction = {
            "chat": chat_json(chat), "message_id": int(bubble.id), "user": user_json(chat),
            "date": int(self.context.clock.now()), "old_reaction": shapes[0], "new_reaction": shapes[1],
        }  # fmt: skip
        return self._result(chat, await self.provider.send(bot, "message_reaction", reaction))

    async def block(self, body: Body) -> Result:
        """Block the bot."""
        bot, chat = self._chat(body)
        chat.blocked = True
        return self._result(chat, await self._member(bot, chat, "member", "kicked"))

    async def unblock(self, body: Body) -> Result:
        """Unblock the bot."""
        bot, chat = self._chat(body)
        chat.blocked = False
        return self._result(chat, await self._member(bot, chat, "kicked", "member"))

    async def update(self, body: Body) -> Result:
        """Send any other update with `kind` and `content` as Telegram has them; the update id is added."""
        content = body.fields.get("content")
        if not isinstance(content, dict) or not body.text("kind"):
            raise Refused("kind must be text and content an object, as Telegram sends them.")
        delivery = await self.provider.send(self._bot(body), body.text("kind"), content)
        return {"webhook": delivery.brief()}

    # ---- helpers ----

    def _bot(self, body: Body) -> Bot:
        account = body.text("bot") or self.context.secrets.bots[0].account
        bot = self.context.secrets.bot(account)
        if bot is None:
            known = ", ".join(bot.account for bot in self.context.secrets.bots)
            raise Refused(f"bot must be one of {known}.")
        return bot

    def _chat(self, body: Body, *, create: bool = True) -> tuple[Bot, Chat]:
        bot = self._bot(body)
        person = resolve(self.context.store, "telegram", body, create=create)
        return bot, self.context.store.chat("telegram", bot.account, person)

    def _own(self, chat: Chat, body: Body, kind: str = "") -> Bubble:
        """Return the person's message `message_id`, by default their last one (of `kind`). Raises Refused."""
        own = [b for b in chat.bubbles if b.author == "person" and (b.kind == kind if kind else b.kind not in EVENTS)]
        wanted = body.text("message_id")
        bubble = next((b for b in reversed(own) if not wanted or b.id == wanted), None)
        if bubble is None:
            raise Refused("No such message of this person.", 404, "not_found")
        return bubble

    def _frame(self, chat: Chat, message_id: int, at: int, language: str = "") -> dict[str, Any]:
        return {
            "message_id": message_id,
            "from": user_json(chat, language),
            "chat": chat_json(chat),
            "date": at,
        }

    async def _send(
        self,
        bot: Bot,
        chat: Chat,
        content: dict[str, Any],
        shown: tuple[str, str, StoredFile | None],
        body: Body,
    ) -> Result:
        kind, words, file = shown
        now = self.context.clock.now()
        quote, given_id = body.text("quote"), content.get("message_id", chat.last_id + 1)
        target = chat.find(quote) if quote else None
        if quote and target is None:
            raise Refused("No such message to quote in this chat.", 404, "not_found")
        if isinstance(given_id, bool) or not isinstance(given_id, int) or given_id < 1:
            raise Refused("message.message_id must be a whole number from 1.")
        chat.last_id = max(chat.last_id, given_id)
        message = self._frame(chat, given_id, int(now), body.text("language_code")) | content
        if target:
            message["reply_to_message"] = message_json(chat, bot, target)
        bubble = Bubble(str(given_id), "person", kind, words, now, state="sending", file=file)
        bubble.quote = quote
        chat.last_inbound = now
        chat.bubbles.append(bubble)
        self.context.store.changed()
        delivery = await self.provider.send(bot, "message", message, bubble)
        return self._result(chat, delivery, message_id=int(bubble.id))

    async def _member(self, bot: Bot, chat: Chat, old: str, new: str) -> Delivery:
        def member(status: str) -> dict[str, Any]:
            return {"user": bot_json(bot), "status": status} | ({"until_date": 0} if status == "kicked" else {})

        change = {
            "chat": chat_json(chat), "from": user_json(chat), "date": int(self.context.clock.now()),
            "old_chat_member": member(old), "new_chat_member": member(new),
        }  # fmt: skip
        self.context.store.changed()
        return await self.provider.send(bot, "my_chat_member", change)

    def _result(self, chat: Chat, delivery: Delivery, **ids: Any) -> Result:
        self.context.store.changed()
        return {
            "person": chat.person.id,
            "chat_id": int(chat.person.user_id),
            **ids,
            "webhook": delivery.brief(),
        }


def _degrees(body: Body, name: str, now: float) -> float:
    """Return a coordinate of the body, by default one a little further than `now`. Raises Refused."""
    given = body.fields.get(name)
    if given is None:
        return round(now + 0.001, 6)
    if isinstance(given, bool) or not isinstance(given, int | float) or not -180 <= given <= 180:
        raise Refused(f"{name} must be a number of degrees.")
    return float(given)


def _content(text: str, file: StoredFile | None, sample: str, kind: str) -> tuple[dict[str, Any], str]:
    """Return the content of a message and its kind, which for a file is `kind` or follows from its type."""
    if sample:
        return dict(TELEGRAM_SAMPLES[sample].content), sample
    if file:
        family = file.type.partition("/")[0]
        by_type = {"image": "photo", "video": "video", "audio": "audio"}.get(family, "document")
        kind = kind or ("voice" if "ogg" in file.type else by_type)
        caption = {"caption": text} if text and kind not in ("sticker", "video_note") else {}
        also = {"document": file_json("document", file)} if kind == "animation" else {}
        return {kind: file_json(kind, file)} | also | caption, kind
    if not text:
        return {}, "message"
    command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    entities = [{"type": "bot_command", "offset": 0, "length": len(command)}] if command else []
    return {"text": text} | ({"entities": entities} if entities else {}), "text"
