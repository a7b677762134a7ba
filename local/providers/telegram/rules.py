"""Telegram's limits for what a bot sends, its errors, and the JSON of its objects. Source: the Bot API reference."""

import json
import re
from html.parser import HTMLParser
from typing import Any

from starlette.responses import JSONResponse

from local.phones.accounts import Bot
from local.phones.bodies import Body
from local.phones.measure import blank, units
from local.phones.store import Bubble, Chat, Key, StoredFile
from local.providers.pictures import frame_of

TEXT_LIMIT, CAPTION_LIMIT, GET_FILE_LIMIT = 4096, 1024, 20 * 1024 * 1024
DELETED_WITHIN = 48 * 3600
"""Seconds in which a bot can delete a message. Source: deleteMessage."""
REACTIONS = frozenset(
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡"
    " 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿"
    " 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡".split()
)
"""The emoji with which a bot can react. Source: ReactionTypeEmoji."""
PHOTO_LIMIT, UPLOAD_LIMIT, MOST_KEYS = 10 * 1024 * 1024, 50 * 1024 * 1024, 100
PHOTO_EDGES, PHOTO_RATIO = 10_000, 20
"""Most pixels of a photo's width and height together, and most of one edge for one of the other."""
VOICE_LIMIT = 1024 * 1024
"""Bytes above which a voice message is sent as a document."""
ALBUM = ("photo", "video", "document", "audio")
"""What an album may hold; documents and audio only among their own kind."""
FILE_FIELDS = {
    "sendphoto": "photo", "senddocument": "document", "sendaudio": "audio", "sendvideo": "video",
    "sendvoice": "voice", "sendanimation": "animation", "sendsticker": "sticker",
    "sendvideonote": "video_note",
}  # fmt: skip
_TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "tg-emoji", "code",
    "pre", "blockquote",
}  # fmt: skip
_INLINE = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay")
"""Fields of an inline button, one of which each button must have."""
_NUMBER = re.compile(r"-?\d{1,18}")


class TelegramError(Exception):
    """Telegram refuses the call; `response` has its JSON shape."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"ok": False, "error_code": status, "description": description}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status)


def bad(description: str) -> TelegramError:
    """Return the error 400 with this description."""
    return TelegramError(400, f"Bad Request: {description}")


def payload_of(body: Body) -> dict[str, Any]:
    """Return the fields of a call with the types of JSON; a form has numbers and objects as text."""
    return {name: _plain(name, value) for name, value in body.fields.items()}


def _plain(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in ("text", "caption"):
        return value
    if name.endswith("_id") and _NUMBER.fullmatch(value):
        return int(value)
    if value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return {"true": True, "false": False}.get(value.lower(), value)


def plain_text(text: object, parse_mode: object, limit: int, what: str) -> str:
    """Return the text without its markup. Raises TelegramError when it is too long or its markup is wrong.

    Only HTML is parsed; a text in another mode is returned as it is. A value that is no text counts as empty.
    """
    if not isinstance(text, str):
        text = ""
    if str(parse_mode).lower() == "html":
        parser = _Html()
        parser.feed(text)
        parser.close()
        if parser.open:
            raise bad(f"can't parse entities: Can't find end tag corresponding to start tag {parser.open[-1]}")
        text = "".join(parser.text)
    if units(text) > limit:
        raise bad(f"{what} is too long")
    return text


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise bad("can't parse entities: Unexpected end tag")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def keys_of(markup: object) -> tuple[Key, ...]:
    """Return the buttons of an inline or reply keyboard, row by row. Raises TelegramError."""
    if markup in (None, "", {}):
        return ()
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    keys: list[Key] = []
    for row in markup.get("inline_keyboard") or markup.get("keyboard") or []:
        for key in row if isinstance(row, list) else []:
            label = key if isinstance(key, str) else str(key.get("text", ""))
            data = "" if isinstance(key, str) else str(key.get("callback_data", ""))
            if blank(label):
                raise bad("inline keyboard button text is empty" if data else "keyboard button text is empty")
            if len(data.encode()) > 64:
                raise bad("BUTTON_DATA_INVALID")
            if "inline_keyboard" in markup and not (isinstance(key, dict) and any(key.get(one) for one in _INLINE)):
                raise bad("Text buttons are unallowed in the inline keyboard")
            keys.append(Key(data, label, "" if isinstance(key, str) else str(key.get("url", ""))))
    if len(keys) > MOST_KEYS:
        raise bad("reply markup is too long")
    return tuple(keys)


def check_file(kind: str, file: StoredFile) -> None:
    """Raise TelegramError for a file that a bot cannot send as this kind. A photo is known by its bytes."""
    if not file.size:
        raise bad("file must be non-empty")
    if file.size > UPLOAD_LIMIT:
        raise TelegramError(413, "Request Entity Too Large")
    if kind != "photo":
        return
    if file.size > PHOTO_LIMIT:
        raise bad(f"file of size {file.size} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes")
    frame = frame_of(file.data)
    if frame is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(frame) > PHOTO_EDGES or max(frame) > PHOTO_RATIO * min(frame):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def check_album(kinds: list[str]) -> None:
    """Raise TelegramError for an album that is too short, too long, or of kinds that do not go together."""
    if not 2 <= len(kinds) <= 10:
        raise bad("wrong number of messages in the album: 2 to 10 are allowed")
    for kind in kinds:
        if kind not in ALBUM:
            raise bad("can't parse InputMedia: type must be one of " + ", ".join(ALBUM))
        if kind in ("document", "audio") and len(set(kinds)) > 1:
            raise bad(f"{kind} can't be mixed with other media types")


def markup_of(keys: tuple[Key, ...]) -> dict[str, Any]:
    """Return the keyboard under a message as Telegram sends it, with one button in each row."""
    rows = [[{"text": key.label} | ({"url": key.url} if key.url else {"callback_data": key.id})] for key in keys]
    return {"inline_keyboard": rows}


def user_json(chat: Chat, language: str = "") -> dict[str, Any]:
    """Return the person as a Telegram user."""
    person = chat.person
    user: dict[str, Any] = {"id": int(person.user_id), "is_bot": False, "first_name": person.name}
    user |= {"username": person.username} if person.username else {}
    return user | ({"language_code": language or person.language} if language or person.language else {})


def chat_json(chat: Chat) -> dict[str, Any]:
    """Return the private chat of the person with a bot."""
    person = chat.person
    found: dict[str, Any] = {"id": int(person.user_id), "first_name": person.name, "type": "private"}
    return found | ({"username": person.username} if person.username else {})


def bot_json(bot: Bot) -> dict[str, Any]:
    """Return the bot as a Telegram user."""
    return {"id": int(bot.account), "is_bot": True, "first_name": bot.name, "username": bot.username}


def file_json(kind: str, file: StoredFile) -> Any:
    """Return a file as a message holds it, in the shape of its kind."""
    known: dict[str, Any] = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size}
    width, height = frame_of(file.data) or (640, 480)
    frame = {"width": width, "height": height}
    if kind == "photo":
        small = known | {
            "file_id": f"{file.id}s",
            "file_unique_id": f"us{file.id}",
            "file_size": file.size // 10 + 1,
        }
        scale = max(2, max(width, height) / 90)
        return [small | {"width": round(width / scale) or 1, "height": round(height / scale) or 1}, known | frame]
    if kind == "sticker":
        return known | frame | {"is_animated": False, "is_video": False, "type": "regular"}
    known |= {"mime_type": file.type}
    if kind in ("document", "audio", "video", "animation"):
        known |= {"file_name": file.name}
    if kind in ("video", "animation"):
        known |= frame
    if kind == "video_note":
        known |= {"length": 240}
    return known if kind == "document" else known | {"duration": 3}


def message_json(chat: Chat, bot: Bot, bubble: Bubble, markup: object = None) -> dict[str, Any]:
    """Return a message of a chat, the bot's or the person's, as Telegram sends it."""
    message: dict[str, Any] = {
        "message_id": int(bubble.id),
        "from": bot_json(bot) if bubble.author == "desk" else user_json(chat),
        "chat": chat_json(chat),
        "date": int(bubble.at),
    }
    if bubble.file:
        message |= {bubble.kind: file_json(bubble.kind, bubble.file)}
        message |= {"caption": bubble.text} if bubble.text else {}
    elif bubble.kind == "text":
        message["text"] = bubble.text
    if bubble.album:
        message["media_group_id"] = bubble.album
    if isinstance(markup, dict) and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    return message
