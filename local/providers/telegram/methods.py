"""The methods of the Telegram Bot API that a help desk uses."""

import re
import secrets as random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.phones.accounts import Bot
from local.phones.measure import blank
from local.phones.ports import Clock
from local.phones.postman import Delivery
from local.phones.store import Bubble, Chat, Store, StoredFile
from local.providers.telegram.rules import (
    CAPTION_LIMIT,
    DELETED_WITHIN,
    FILE_FIELDS,
    GET_FILE_LIMIT,
    REACTIONS,
    TEXT_LIMIT,
    VOICE_LIMIT,
    TelegramError,
    bad,
    bot_json,
    check_album,
    check_file,
    keys_of,
    message_json,
    plain_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND, MOST_COMMANDS = re.compile("[a-z0-9_]{1,32}"), 100
"""What a command may be named, and how many there may be. Source: the Bot API's BotCommand and setMyCommands."""
LINK_LIVES = 3600
"""Seconds for which a path of getFile is valid. Source: the Bot API's getFile."""
Payload = dict[str, Any]
Files = dict[str, StoredFile]


@dataclass
class Webhook:
    """The webhook of a bot. Until the desk sets another one, updates go to the desk's usual address."""

    url: str
    secret: str
    allowed: tuple[str, ...] = ()
    last_update: int = 0


class BotMethods:
    """Runs methods by their names, in any case, as Telegram does."""

    def __init__(self, store: Store, clock: Clock, webhooks: dict[str, Webhook], deliveries: deque[Delivery]) -> None:
        self.store, self.clock, self.webhooks, self.deliveries = store, clock, webhooks, deliveries
        self._methods: dict[str, Callable[[Bot, Payload, Files], Any]] = {
            "getme": self._me,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "sendmessage": self._send_text,
            "sendlocation": self._send_other,
            "sendcontact": self._send_other,
            "sendmediagroup": self._send_album,
            "sendchataction": self._nothing_to_show,
            "setmycommands": self._set_commands,
            "getmycommands": self._get_commands,
            "deletemycommands": self._delete_commands,
            "leavechat": self._leave,
            "answercallbackquery": self._answer_query,
            "editmessagereplymarkup": self._edit,
            "editmessagetext": self._edit,
            "deletemessage": self._delete,
            "setmessagereaction": self._react,
            "getfile": self._get_file,
        }

    def run(self, bot: Bot, method: str, payload: Payload, files: Files) -> Any:
        """Run a method and return its result. Raises TelegramError, with 404 for an unknown method."""
        name = method.lower()
        if name in FILE_FIELDS:
            return self._send_file(bot, payload, files, FILE_FIELDS[name])
        if name not in self._methods:
            raise TelegramError(404, f"Not Found: method {method[:64]} is not known to this stand-in")
        return self._methods[name](bot, payload, files)

    # ---- sending ----

    def _chat(self, bot: Bot, payload: Payload) -> Chat:
        """Return the chat to send to. Raises TelegramError.

        The desk may know people that the phones do not: they are added, unless strangers are refused.
        """
        chat_id = payload.get("chat_id")
        if chat_id in (None, ""):
            raise bad("chat_id is empty")
        if not isinstance(chat_id, int) or isinstance(chat_id, bool) or chat_id <= 0:
            raise bad("chat not found")
        person = self.store.find("telegram", user_id=str(chat_id))
        if person is None and self.store.strangers == "refused":
            raise bad("chat not found")
        person = person or self.store.add_person("telegram", f"User {chat_id}", user_id=str(chat_id))
        chat = self.store.chat("telegram", bot.account, person)
        if chat.blocked:
            raise TelegramError(403, "Forbidden: bot was blocked by the user")
        if self.store.strangers == "refused" and not any(one.author == "person" for one in chat.bubbles):
            raise TelegramError(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def _put(self, bot: Bot, chat: Chat, payload: Payload, bubble: Bubble) -> Payload:
        bubble.keys = keys_of(payload.get("reply_markup"))
        quote = payload.get("reply_parameters")
        bubble.quote = str(quote.get("message_id", "")) if isinstance(quote, dict) else ""
        bubble.quote = bubble.quote or str(payload.get("reply_to_message_id", ""))
        # The id is taken last, so that a refused message leaves no gap.
        bubble.id = str(chat.next_id())
        chat.bubbles.append(bubble)
        return message_json(chat, bot, bubble, payload.get("reply_markup"))

    def _send_text(self, bot: Bot, payload: Payload, _: Files) -> Payload:
        chat = self._chat(bot, payload)
        text = plain_text(payload.get("text"), payload.get("parse_mode"), TEXT_LIMIT, "message")
        if blank(text):
            raise bad("message text is empty")
        return self._put(bot, chat, payload, Bubble("", "desk", "text", text, self.clock.now()))

    def _send_file(self, bot: Bot, payload: Payload, files: Files, kind: str) -> Payload:
        chat = self._chat(bot, payload)
        return self._put(bot, chat, payload, self._file_bubble(payload, files, kind, payload.get(kind)))

    def _file_bubble(self, payload: Payload, files: Files, kind: str, given: object) -> Bubble:
        """Return the message with a file that the call holds, or names by `attach://` or the id of one known.

        Raises TelegramError.
        """
        caption = plain_text(payload.get("caption"), payload.get("parse_mode"), CAPTION_LIMIT, "message caption")
        named = str(given or "")
        attached = files.get(named.removeprefix("attach://")) if named.startswith("attach://") else files.get(kind)
        file = attached or self.store.files.get(named)
        if file is None and not given:
            raise bad(f"there is no {kind} in the request")
        if file is None:
            raise bad("wrong file identifier/HTTP URL specified")
        check_file(kind, file)
        if kind == "voice" and file.size > VOICE_LIMIT:
            kind = "document"
        return Bubble("", "desk", kind, caption, self.clock.now(), file=file)

    def _send_album(self, bot: Bot, payload: Payload, files: Files) -> list[Payload]:
        """Send all messages of an album or none."""
        chat, media = self._chat(bot, payload), payload.get("media")
        items = media if isinstance(media, list) else []
        if not all(isinstance(item, dict) for item in items):
            raise bad("can't parse the request")
        check_album([str(item.get("type")) for item in items])
        bubbles = [self._file_bubble(item, files, str(item["type"]), item.get("media")) for item in items]
        album = str(random.randbelow(9 * 10**16) + 10**16)
        for bubble in bubbles:
            bubble.album = album
        return [self._put(bot, chat, payload, bubble) for bubble in bubbles]

    def _send_other(self, bot: Bot, payload: Payload, _: Files) -> Payload:
        chat = self._chat(bot, payload)
        words = [payload.get(name) for name in ("latitude", "longitude", "first_name", "phone_number")]
        text = " ".join(str(word) for word in words if word is not None)
        return self._put(bot, chat, payload, Bubble("", "desk", "place or card", text, self.clock.now()))

    # ---- changing ----

    def _bubble(self, bot: Bot, payload: Payload, what: str) -> tuple[Chat, Bubble]:
        chat = self._chat(bot, payload)
        bubble = chat.find(str(payload.get("message_id")))
        if bubble is None or bubble.deleted:
            raise bad(f"message to {what} not found")
        return chat, bubble

    def _edit(self, bot: Bot, payload: Payload, _: Files) -> Payload:
        chat, bubble = self._bubble(bot, payload, "edit")
        if bubble.author != "desk":
            raise bad("message can't be edited")
        text = bubble.text
        if "text" in payload:
            text = plain_text(payload["text"], payload.get("parse_mode"), TEXT_LIMIT, "message")
            if blank(text):
                raise bad("message text is empty")
        keys = keys_of(payload.get("reply_markup"))
        if (text, keys) == (bubble.text, bubble.keys):
            raise bad("message is not modified: specified new message content and reply markup are exactly the same")
        bubble.edited = bubble.edited or text != bubble.text
        bubble.text, bubble.keys = text, keys
        return message_json(chat, bot, bubble, payload.get("reply_markup"))

    def _delete(self, bot: Bot, payload: Payload, _: Files) -> bool:
        _chat, bubble = self._bubble(bot, payload, "delete")
        if self.clock.now() - bubble.at >= DELETED_WITHIN:
            raise bad("message can't be deleted for everyone")
        bubble.deleted = True
        return True

    def _react(self, bot: Bot, payload: Payload, _: Files) -> bool:
        _chat, bubble = self._bubble(bot, payload, "react")
        reactions = [str(one.get("emoji", "")) for one in payload.get("reaction") or []]
        if len(reactions) > 1:
            raise bad("REACTIONS_TOO_MANY")
        if not REACTIONS.issuperset(reactions):
            raise bad("REACTION_INVALID")
        bubble.reaction = "".join(reactions)
        return True

    # ---- the rest ----

    def _nothing_to_show(self, bot: Bot, payload: Payload, _: Files) -> bool:
        if "chat_id" in payload:
            self._chat(bot, payload)
        return True

    def _me(self, bot: Bot, payload: Payload, _: Files) -> Payload:
        return bot_json(bot) | {"can_join_groups": False, "can_read_all_group_messages": False}

    def _leave(self, bot: Bot, payload: Payload, _: Files) -> bool:
        # Groups have negative ids. The phones have no groups, so leaving one always succeeds.
        return True

    def _answer_query(self, bot: Bot, payload: Payload, _: Files) -> bool:
        if not payload.get("callback_query_id"):
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return True

    def _get_file(self, bot: Bot, payload: Payload, _: Files) -> Payload:
        file = self.store.files.get(str(payload.get("file_id", "")).removesuffix("s"))
        if file is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if file.size > GET_FILE_LIMIT:
            raise bad("file is too big")
        ending = file.name.rpartition(".")[2] if "." in file.name else "bin"
        path = f"documents/{file.id}.{ending}"
        self.store.links[file.id] = self.clock.now() + LINK_LIVES
        return {
            "file_id": file.id,
            "file_unique_id": f"u{file.id}",
            "file_size": file.size,
            "file_path": path,
        }

    def _set_commands(self, bot: Bot, payload: Payload, _: Files) -> bool:
        listed, language = payload.get("commands"), str(payload.get("language_code") or "")
        if not isinstance(listed, list) or len(listed) > MOST_COMMANDS:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for one in listed:
            name, says = str(one.get("command", "")), str(one.get("description", ""))
            if not COMMAND.fullmatch(name):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(says) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        if language and not (len(language) == 2 and language.isalpha()):
            raise bad("language_code is invalid")
        self.store.commands[bot.account, language] = [(one["command"], one["description"]) for one in listed]
        return True

    def _get_commands(self, bot: Bot, payload: Payload, _: Files) -> list[Payload]:
        listed = self.store.commands.get((bot.account, str(payload.get("language_code") or "")), [])
        return [{"command": name, "description": says} for name, says in listed]

    def _delete_commands(self, bot: Bot, payload: Payload, _: Files) -> bool:
        self.store.commands.pop((bot.account, str(payload.get("language_code") or "")), None)
        return True

    def _set_webhook(self, bot: Bot, payload: Payload, _: Files) -> bool:
        hook = self.webhooks[bot.account]
        hook.url, hook.secret = str(payload.get("url") or ""), str(payload.get("secret_token") or "")
        if isinstance(allowed := payload.get("allowed_updates"), list):
            hook.allowed = tuple(str(kind) for kind in allowed)
        return True

    def _delete_webhook(self, bot: Bot, payload: Payload, _: Files) -> bool:
        self.webhooks[bot.account].url = ""
        return True

    def _webhook_info(self, bot: Bot, payload: Payload, _: Files) -> Payload:
        hook = self.webhooks[bot.account]
        waiting = sum(d.channel == "telegram" and d.state == "retrying" for d in self.deliveries)
        known = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": waiting}
        return known | ({"allowed_updates": list(hook.allowed)} if hook.allowed else {})
