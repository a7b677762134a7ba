"""Presents people and chats of the phones as JSON."""

from dataclasses import asdict
from typing import Any

from local.phones.answers import rfc3339
from local.phones.context import PhonesContext
from local.phones.store import Bubble, Chat, Person
from local.providers.whatsapp.rules import WINDOW


def person_view(person: Person) -> dict[str, Any]:
    return asdict(person)


def conversations(context: PhonesContext) -> list[dict[str, Any]]:
    """Return all chats, with their messages in the order in which they came to the phone."""
    return [chat_view(chat, context.clock.now()) for chat in context.store.all_chats()]


def chat_view(chat: Chat, now: float) -> dict[str, Any]:
    view: dict[str, Any] = {
        "channel": chat.channel,
        "account": chat.account,
        "person": person_view(chat.person),
        "blocked": chat.blocked,
    }
    if chat.channel == "whatsapp" and chat.last_inbound:
        closes = chat.last_inbound + WINDOW
        view |= {"window_closes_at": rfc3339(closes), "window_open": now <= closes}
    return view | {"messages": [bubble_view(bubble) for bubble in chat.bubbles]}


def bubble_view(bubble: Bubble) -> dict[str, Any]:
    return {
        "id": bubble.id,
        "from": "desk" if bubble.author == "desk" else "person",
        "kind": bubble.kind,
        "text": bubble.text,
        "at": rfc3339(bubble.at),
        "state": bubble.state,
        "reason": bubble.reason,
        "buttons": [{"key": key.id, "label": key.label, "url": key.url} for key in bubble.keys],
        "pressed": bubble.pressed,
        "file": bubble.file.brief() | {"id": bubble.file.id} if bubble.file else None,
        "edited": bubble.edited,
        "deleted": bubble.deleted,
        "reaction": bubble.reaction,
        "quote": bubble.quote,
        "album": bubble.album,
        "subject": bubble.title,
    }
