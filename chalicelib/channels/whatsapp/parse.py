"""Parses WhatsApp webhook bodies into parts: every entry, change, message and status, in the order of the body.

Source: Meta's "messages webhook reference". A part that is not understood does not affect the others: it becomes an
"unsupported" message when it names its author, else an UnparsedPart. A system message or an opened chat is no message.
Nothing of a number that is not ours, nor of a group, is kept. It imports no library, because it is part of intake's
cold start.
"""

import time
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

from chalicelib.channels.details import NotRead, as_stored
from chalicelib.channels.parts import (
    ChatEvent,
    ChatEventKind,
    DeliveryStatus,
    IgnoredPart,
    InboundMessage,
    NumberChanged,
    Part,
    Started,
    StatusUpdate,
    UnparsedPart,
)
from chalicelib.channels.reading import (
    BAD_DATA,
    Content,
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
from chalicelib.channels.whatsapp.kinds import READERS, beside
from chalicelib.channels.whatsapp.people import People, changed_addresses
from chalicelib.core.addresses import Address, Author

_STATUSES: dict[object, DeliveryStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice message that was listened to
    "failed": "failed",
}
_MOVED = ("user_changed_number", "customer_changed_number", "user_changed_user_id")
_NO_MATTER = ("user_identity_changed", "customer_identity_changed", "user_preference_changed")
"""System messages that staff need not see: a new security code, a choice about marketing."""
_NOT_HANDED_OVER = ("131051", "131060")
"""Errors in place of a message that a person wrote and that Meta could not deliver to us."""
_REFERS = frozenset({"reaction", "edit", "revoke", "poll_update", "keep_in_chat"})
"""Types of what changes, marks or votes on an earlier message. Meta hands over few of them: of the others it sends an
"unsupported" message whose `unsupported.type` is the type. Source: Meta, "Unsupported messages webhook reference"."""
_PRESSES = frozenset({"button", "interactive"})
"""Types of a press under a message of ours."""
_PINNED = "unsupported:pin"
_BESIDE = ("text", "context", "referral")
"""Fields that are read elsewhere, or that say nothing of this person's own."""


def parse(body: bytes, accounts: Collection[str], now: int | None = None) -> list[Part]:
    """Return the parts of one authentic webhook body; never an empty list.

    `accounts` are our phone number ids; `now` is our clock in epoch seconds, against which a provider's time
    is judged. Raises BadInput if `body` is no JSON object, and nothing else.
    """
    root = load_object(body)
    if "object" in root and root["object"] != "whatsapp_business_account":
        return [IgnoredPart("whatsapp", f"object:{word(root['object'])}")]
    if not isinstance(root.get("entry"), list):
        return [UnparsedPart("whatsapp", "", "envelope", raw_of(root))]
    reading = _Reading(root, accounts, int(time.time()) if now is None else now)
    return list(reading.parts()) or [IgnoredPart("whatsapp", "empty")]


class _Reading:
    """The reading of one body."""

    def __init__(self, root: dict[str, Any], accounts: Collection[str], now: int) -> None:
        self._entries, self._accounts, self._now = root["entry"], accounts, now
        self._position = 0

    def parts(self) -> Iterator[Part]:
        for entry in self._entries:
            changes = as_dict(entry).get("changes")
            if isinstance(changes, list):
                for change in changes:
                    yield from self._change(change, as_dict(entry))
            else:
                yield UnparsedPart("whatsapp", "", "entry", raw_of(entry))

    def _change(self, change: object, entry: dict[str, Any]) -> Iterator[Part]:
        whole = as_dict(change)
        field, value = whole.get("field"), whole.get("value")
        if field not in ("messages", "user_id_update") and isinstance(field, str):
            yield self._of_account(field, value, entry)
            return
        account = ident(as_dict(as_dict(value).get("metadata")).get("phone_number_id"))
        if not isinstance(value, dict) or not isinstance(field, str) or not account:
            yield UnparsedPart("whatsapp", "", "change", raw_of(change))
        elif account not in self._accounts:
            yield IgnoredPart("whatsapp", "foreign_number")
        elif field == "user_id_update":
            yield from self._id_updates(value, account)
        else:
            yield from self._value(value, account)

    def _of_account(self, field: str, value: object, entry: dict[str, Any]) -> Part:
        """Read what Meta tells of the business account: a change of a template; anything else is counted."""
        from chalicelib.channels.whatsapp import template_events

        known = template_events.read(entry, field, value, self._now) if field in template_events.FIELDS else None
        return known or IgnoredPart("whatsapp", f"field:{word(field)}")

    def _value(self, value: dict[str, Any], account: str) -> Iterator[Part]:
        people = People(value)
        for name in ("messages", "statuses", "errors"):
            if name in value and not isinstance(value[name], list):
                yield UnparsedPart("whatsapp", account, name, raw_of(value[name]))
        messages, statuses = as_list(value.get("messages")), as_list(value.get("statuses"))
        for message in messages:
            self._position += 1
            yield from self._message(message, account, people)
        for status in statuses:
            yield self._status(status, account)
        if messages or statuses:
            return
        for error in as_list(value.get("errors")):
            person = people.author_of({})
            if person and _code(error) in _NOT_HANDED_OVER:
                self._position += 1
                yield self._unsupported({"errors": [error]}, account, person, "errors")
            else:
                yield IgnoredPart("whatsapp", f"error:{_code(error) or 'other'}")

    def _message(self, message: object, account: str, people: People) -> Iterator[Part]:
        given = as_dict(message)
        author = people.author_of(given)
        if ident(given.get("group_id")):
            yield IgnoredPart("whatsapp", "group")
        elif given.get("type") == "system":
            yield from self._system(given, account, author)
        elif author is None:
            yield UnparsedPart("whatsapp", account, _type(given), raw_of(message))
        elif given.get("type") == "request_welcome":
            provider_id, at = ident(given.get("id")) or made_id(given, author.addresses[0].value), self._time(given)
            yield Started("whatsapp", account, author, provider_id, at or self._stand_in_time)
        elif _type(given) == _PINNED:
            yield self._event(given, account, author, "pinned")
        else:
            try:
                content = READERS[given["type"]](given)
            except BAD_DATA:
                yield self._unsupported(message, account, author, _type(given))
            else:
                yield self._build(given, account, author, content)

    def _unsupported(self, message: object, account: str, author: Author, raw_type: str) -> InboundMessage:
        given = as_dict(message)
        error = as_dict(next(iter(as_list(given.get("errors"))), None))
        words = (words_of(value) for name, value in given.items() if name not in _BESIDE)
        said, cut = body_text(lines(words_of(given), *words))
        content = Content(
            "unsupported", said, (NotRead(_code(error), _reason(error)), cut), pressed=raw_type in _PRESSES
        )
        refers = raw_type.rpartition(":")[2] in _REFERS
        return self._build(given, account, author, content, raw=raw_of(message), raw_type=raw_type, refers=refers)

    def _build(
        self, message: dict[str, Any], account: str, author: Author, content: Content, **more: Any
    ) -> InboundMessage:
        context, sent_at = as_dict(message.get("context")), self._time(message)
        return InboundMessage(
            channel="whatsapp",
            account=account,
            author=author,
            provider_id=ident(message.get("id")) or made_id(message, author.addresses[0].value),
            sent_at=self._latest or self._now if sent_at is None else sent_at,
            kind=content.kind,
            text=content.text,
            order=self._position,
            details=as_stored(*content.details, beside(message, undated=sent_at is None)),
            quote=ident(context.get("id")),
            target=content.target,
            forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
            undated=sent_at is None,
            pressed=content.pressed,
            **more,
        )

    def _time(self, part: dict[str, Any]) -> int | None:
        return moment(part.get("timestamp"), self._now)

    def _system(self, message: dict[str, Any], account: str, author: Author | None) -> Iterator[Part]:
        """Read what Meta tells about a person. Only ids in fields of their own change an address; the sentence beside
        them is not read, because it contains the name that a person chose."""
        kind = as_dict(message.get("system")).get("type")
        changes = list(changed_addresses(message)) if kind in _MOVED else []
        if kind in _NO_MATTER:
            yield IgnoredPart("whatsapp", f"system:{kind}")
        elif not changes and author is None:
            yield UnparsedPart("whatsapp", account, f"system:{word(kind)}", raw_of(message))
        elif not changes and author:
            yield self._event(message, account, author, "number_unnamed" if kind in _MOVED else "system_unknown")
        for old, new in changes:
            provider_id, at = self._named(message)
            yield NumberChanged("whatsapp", account, f"{provider_id}#{new.kind}", old, new, at)

    def _event(self, message: dict[str, Any], account: str, author: Author, kind: ChatEventKind) -> ChatEvent:
        provider_id, at = self._named(message)
        return ChatEvent("whatsapp", account, author, provider_id, kind, at)

    def _named(self, message: dict[str, Any]) -> tuple[str, int]:
        """Return id and time of what is no message."""
        return ident(message.get("id")) or made_id(message), self._time(message) or self._stand_in_time

    def _id_updates(self, value: dict[str, Any], account: str) -> Iterator[Part]:
        for update in as_list(value.get("user_id_update")):
            ids = as_dict(as_dict(update).get("user_id"))
            old, new = ident(ids.get("previous")), ident(ids.get("current"))
            if not old or not new:
                yield IgnoredPart("whatsapp", "user_id_update")  # it names a person: nothing of it is kept
                continue
            at = self._time(as_dict(update)) or self._stand_in_time
            provider_id = made_id(update)
            yield NumberChanged("whatsapp", account, provider_id, Address("user", old), Address("user", new), at)

    def _status(self, status: object, account: str) -> Part:
        given = as_dict(status)
        state, provider_id = given.get("status"), ident(given.get("id"))
        known = _STATUSES.get(state) if isinstance(state, str) else None
        if known is None or not provider_id:
            return IgnoredPart("whatsapp", f"status:{word(state)}")  # it names a person: nothing of it is kept
        # Meta has sent "delivered" beside an error; only a failure has a reason.
        error = next(iter(as_list(given.get("errors"))), None) if known == "failed" else None
        return StatusUpdate(
            channel="whatsapp",
            account=account,
            provider_id=provider_id,
            status=known,
            at=self._time(given) or self._stand_in_time,
            reference=text(given.get("biz_opaque_callback_data"), 512),
            code=_code(error),
            reason=_reason(error),
        )

    @cached_property
    def _latest(self) -> int:
        """The latest time in the body; 0 if there is none."""
        times: list[int | None] = []
        for entry in self._entries:
            for change in as_list(as_dict(entry).get("changes")):
                value = as_dict(as_dict(change).get("value"))
                parts = as_list(value.get("messages")) + as_list(value.get("statuses"))
                times.extend(self._time(as_dict(part)) for part in parts)
        return max((each for each in times if each is not None), default=0)

    @property
    def _stand_in_time(self) -> int:
        """The time for a part that has none: the latest of the parts beside it, else the full hour."""
        return self._latest or hour_of(self._now)


def _type(message: dict[str, Any]) -> str:
    inner = as_dict(message.get("unsupported")).get("type")
    return word(message.get("type")) + (f":{word(inner)}" if isinstance(inner, str) else "")


def _code(error: object) -> str:
    code = ident(as_dict(error).get("code"))
    return code if code.isdecimal() and len(code) <= 9 else ""


def _reason(error: object) -> str:
    """Meta's own words about an error, the most detailed that are there."""
    given = as_dict(error)
    details = text(as_dict(given.get("error_data")).get("details"), 300)
    return details or text(given.get("message"), 300) or text(given.get("title"), 300)
