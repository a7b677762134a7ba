"""Parses Telegram updates into parts.

Source: the Bot API's `Update`. An update holds one part of one kind. A message that we do not understand becomes
"unsupported". An event that nobody wrote (a pinned message, a timer) is no message. Kinds that we do not ask for,
groups and channels are counted and not kept, because the bot serves people who write to it in private. It imports no
library, because it is part of intake's cold start.
"""

import re
import time
from typing import TYPE_CHECKING, Any

from chalicelib.channels.details import Beside, Edit, Press, Reaction, as_stored
from chalicelib.channels.parts import (
    ChatEvent,
    IgnoredPart,
    InboundMessage,
    NumberChanged,
    Part,
    ReachChanged,
    Started,
    UnparsedPart,
)
from chalicelib.channels.reading import (
    BAD_DATA,
    Content,
    Malformed,
    as_dict,
    as_list,
    body_text,
    hour_of,
    ident,
    lines,
    load_object,
    made_id,
    moment,
    raw_of,
    text,
    word,
    words_of,
)
from chalicelib.channels.telegram.kinds import LINES, SERVICE, read_content, type_of
from chalicelib.core.addresses import Address, Author

if TYPE_CHECKING:
    from collections.abc import Callable

_START = re.compile(r"/start(?:@[a-z0-9_]{1,64})?(?: ([a-z0-9_-]{1,64}))?\s*", re.ASCII | re.IGNORECASE)
_GROUPS = ("group", "supergroup", "channel")
QUOTED = 200
"""Most characters that are kept of a quoted message, to be shown when it is not in our conversation."""
HANDLED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
"""Kinds of updates that come from a private chat with the bot; others are counted."""


def parse(body: bytes, account: str, now: int | None = None) -> list[Part]:
    """Return the parts of one authentic update to the bot `account`; never an empty list.

    `now` is our clock in epoch seconds, against which Telegram's time is judged. Raises BadInput if `body`
    is no JSON object, and nothing else.
    """
    update = load_object(body)
    now = int(time.time()) if now is None else now
    kind = next((name for name in update if name != "update_id"), "")
    reading = _Reading(account, ident(update.get("update_id")) or made_id(update), now)
    return [reading.part(kind, as_dict(update.get(kind)), update)]


class _Reading:
    """The reading of one update."""

    def __init__(self, account: str, update_id: str, now: int) -> None:
        self._account, self._update_id, self._now = account, update_id, now

    def part(self, kind: str, given: dict[str, Any], update: dict[str, Any]) -> Part:
        message = given.get("message") if kind == "callback_query" else given
        chat = as_dict(as_dict(message).get("chat"))
        migrated = ident(given.get("migrate_to_chat_id")) if kind == "message" else ""
        if migrated and ident(chat.get("id")):
            return self._migrated(given, ident(chat.get("id")), migrated)
        if chat.get("type") in _GROUPS:
            return IgnoredPart("telegram", "channel" if chat["type"] == "channel" else "group")
        if kind and kind not in HANDLED:
            return IgnoredPart("telegram", f"update:{word(kind)}")
        person = as_dict(given.get("from") or given.get("user"))
        author = _author(person, chat)
        if author is None:
            return UnparsedPart("telegram", self._account, word(kind), raw_of(update))
        if (service := type_of(given)) in SERVICE and kind in ("message", "edited_message"):
            return self._happened(service, given, author)
        if person and ident(person.get("id")) != author.addresses[0].value:
            return IgnoredPart("telegram", "not_the_customer")  # our bot, or who answers for it
        readers: dict[str, Callable[[dict[str, Any], Author], Part]] = {
            "message": self._message,
            "edited_message": self._edited,
            "callback_query": self._callback,
            "my_chat_member": self._member,
            "message_reaction": self._reaction,
        }
        try:
            return readers[kind](given, author)
        except BAD_DATA:
            return self._unsupported(given, author) if kind == "message" else self._unread(given, author, word(kind))

    def _happened(self, service: str, message: dict[str, Any], author: Author) -> Part:
        """Return a chat event for a service message that staff should know of; others are counted."""
        if service not in LINES:
            return IgnoredPart("telegram", f"service:{word(service)}")
        at = moment(message.get("date"), self._now) or hour_of(self._now)
        provider_id = f"{author.addresses[0].value}:service:{ident(message.get('message_id')) or self._update_id}"
        return ChatEvent("telegram", self._account, author, provider_id, LINES[service], at)

    def _message(self, message: dict[str, Any], author: Author) -> Part:
        said = message.get("text")
        start = _START.fullmatch(said) if isinstance(said, str) else None
        if start:
            provider_id, at = _message_id(message), moment(message.get("date"), self._now) or hour_of(self._now)
            return Started("telegram", self._account, author, provider_id, at, start[1] or "")
        return self._written(author, read_content(message), message)

    def _unsupported(self, message: dict[str, Any], author: Author) -> Part:
        said, cut = body_text(lines(words_of(message), words_of(message.get(type_of(message)))))
        content, raw_type = Content("unsupported", said, (cut,)), word(type_of(message))
        return self._written(author, content, message, raw=raw_of(message), raw_type=raw_type)

    def _unread(self, given: dict[str, Any], author: Author, raw_type: str) -> InboundMessage:
        """Return an edit, a press or a reaction that does not say of what."""
        said, cut = body_text(words_of(given))
        content = Content("unsupported", said, (cut,))
        provider_id = f"{author.addresses[0].value}:update:{self._update_id}"
        raw = {"raw": raw_of(given), "raw_type": raw_type, "refers": True}
        return self._build(author, provider_id, given.get("edit_date") or given.get("date"), content, {}, **raw)

    def _written(self, author: Author, content: Content, message: dict[str, Any], **raw: Any) -> InboundMessage:
        number = message.get("message_id")
        known = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**53
        provider_id = f"{author.addresses[0].value}:{number if known else f'update:{self._update_id}'}"
        return self._build(author, provider_id, message.get("date"), content, message, **raw)

    def _edited(self, message: dict[str, Any], author: Author) -> Part:
        target = _message_id(message)
        try:
            new = read_content(message)
        except BAD_DATA:
            new = Content("unsupported", "")
        content = Content("edit", new.text, (*new.details, Edit(new.kind)), target)
        # Telegram may bring edits out of order; the greater update_id is the newer one.
        if new.kind == "location":  # only a live location can change; one row keeps its newest position
            return self._build(author, f"{target}:live", message.get("date"), content, {}, replaces=True)
        edited_at = message.get("edit_date") or message.get("date")
        return self._build(author, f"{target}:edit:{self._update_id}", edited_at, content, message)

    def _callback(self, query: dict[str, Any], author: Author) -> Part:
        callback_id, message = ident(query.get("id")), as_dict(query.get("message"))
        if not callback_id:
            raise Malformed("callback_query")
        data = text(query.get("data"))
        press = Press(callback_id=callback_id, data=data, game=text(query.get("game_short_name")))
        target = _message_id(message) if "message_id" in message else ""
        content = Content("callback", _label(message, data), (press,), target, pressed=True)
        # A press has no time of its own, and the message with the button may be old or inaccessible (date 0).
        provider_id = f"{author.addresses[0].value}:callback:{callback_id}"
        return self._build(author, provider_id, None, content, {})

    def _reaction(self, reaction: dict[str, Any], author: Author) -> Part:
        target = _message_id(reaction)
        emoji = "".join(_emoji(as_dict(each)) for each in as_list(reaction["new_reaction"])[:20])
        content = Content("reaction", emoji, (Reaction(removed=None if emoji else True),), target)
        provider_id = f"{target}:reaction:{self._update_id}"
        return self._build(author, provider_id, reaction.get("date"), content, {})

    def _member(self, change: dict[str, Any], author: Author) -> Part:
        status = as_dict(change.get("new_chat_member")).get("status")
        if status not in ("kicked", "member"):
            return IgnoredPart("telegram", f"member:{word(status)}")
        at = moment(change.get("date"), self._now) or hour_of(self._now)
        return ReachChanged("telegram", self._account, author, status == "kicked", at)

    def _migrated(self, message: dict[str, Any], old: str, new: str) -> Part:
        at = moment(message.get("date"), self._now) or hour_of(self._now)
        provider_id = f"{old}:{ident(message.get('message_id')) or self._update_id}"
        return NumberChanged("telegram", self._account, provider_id, Address("chat", old), Address("chat", new), at)

    def _build(
        self,
        author: Author,
        provider_id: str,
        date: object,
        content: Content,
        message: dict[str, Any],
        **more: Any,
    ) -> InboundMessage:
        quoted = as_dict(message.get("reply_to_message")).get("message_id")
        chat, sent_at = author.addresses[0].value, moment(date, self._now)
        return InboundMessage(
            channel="telegram",
            account=self._account,
            author=author,
            provider_id=provider_id,
            sent_at=self._now if sent_at is None else sent_at,
            kind=content.kind,
            text=content.text,
            order=self._serial,
            details=as_stored(*content.details, self._beside(message, content, undated=sent_at is None)),
            quote=f"{chat}:{ident(quoted)}" if ident(quoted) else "",
            target=content.target,
            forwarded=bool(message.get("forward_origin") or message.get("forward_date")),
            undated=sent_at is None,
            pressed=content.pressed,
            **more,
        )

    def _beside(self, message: dict[str, Any], content: Content, *, undated: bool) -> Beside:
        answered, bot = as_dict(message.get("reply_to_message")), as_dict(message.get("via_bot"))
        elsewhere = "…" if message.get("external_reply") and not answered else ""  # in another chat, without a quote
        return Beside(
            media_group_id=ident(message.get("media_group_id")),
            quote_text=text(as_dict(message.get("quote")).get("text"), 1024) or elsewhere,
            quoted_text=text(answered.get("text") or answered.get("caption"), QUOTED),
            via_bot=text(bot.get("username")) or text(bot.get("first_name")) or ("…" if bot else ""),
            time_unknown=True if undated and content.kind != "callback" else None,
        )

    @property
    def _serial(self) -> int:
        """The update's number: a greater one is newer, of whatever kind. Presses and reactions have no other
        number."""
        serial = int(self._update_id) if self._update_id.isdecimal() else 0
        return serial if serial < 2**53 else 0


def _author(person: dict[str, Any], chat: dict[str, Any]) -> Author | None:
    """Return the customer of a private chat, from `person` if that is the customer, else from the chat; None if neither
    names them."""
    chat_id = ident(chat.get("id")) if chat.get("type", "private") == "private" else ""
    address = chat_id or ident(person.get("id"))  # in a private chat the two ids are the same
    if not address or (not chat_id and person.get("is_bot") is True):
        return None
    person = person if ident(person.get("id")) == address else chat
    parts = (text(person.get("first_name")), text(person.get("last_name")))
    return Author(
        (Address("chat", address),),
        name=" ".join(filter(None, parts)),
        username=text(person.get("username")),
        language_code=text(person.get("language_code"), 16),
    )


def _message_id(message: dict[str, Any]) -> str:
    """Return "<chat>:<message_id>", because `message_id` is unique in its chat only. Raises Malformed if there is
    none."""
    chat, number = ident(as_dict(message.get("chat")).get("id")), message.get("message_id")
    if not chat or not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**53:
        raise Malformed("message_id")
    return f"{chat}:{number}"


def _emoji(reaction: dict[str, Any]) -> str:
    """Return the reaction as a character: a star for a paid one, "🔹" for a custom emoji, which has no character. An
    empty text would mean that the reaction was removed."""
    if reaction.get("type") == "emoji":
        return text(reaction.get("emoji"), 32)
    return "⭐" if reaction.get("type") == "paid" else "🔹"


def _label(message: dict[str, Any], data: str) -> str:
    """Return the label of the pressed button."""
    rows = as_list(as_dict(message.get("reply_markup")).get("inline_keyboard"))
    buttons = (as_dict(each) for row in rows for each in as_list(row))
    return next((text(each.get("text")) for each in buttons if data and each.get("callback_data") == data), "")
