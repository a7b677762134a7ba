"""Samples of messages other than text, for the page's menu and for programs.

EVENTS are the kinds that nobody writes, such as a changed number; the phone shows them as a line.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """`label` stands in the page's menu; `content` holds the provider's fields, which replace those of a message."""

    label: str
    content: dict[str, Any]


_NOT_HANDED_OVER = [
    {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
]
WHATSAPP_SAMPLES: dict[str, Sample] = {
    "location": Sample(
        "Location",
        {
            "type": "location",
            "location": {"latitude": 43.238949, "longitude": 76.889709, "name": "Астана алаңы", "address": "Алматы"},
        },
    ),
    "contact": Sample(
        "Contact card",
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Ержан Серік", "first_name": "Ержан"},
                    "phones": [{"phone": "+7 700 000 03 33", "wa_id": "77000000333", "type": "CELL"}],
                }
            ],
        },
    ),
    "unsupported": Sample("Unsupported type", {"type": "unsupported", "errors": _NOT_HANDED_OVER}),
    "edit": Sample(
        "Edits a message, Meta hands nothing over",
        {"type": "unsupported", "unsupported": {"type": "edit"}, "errors": _NOT_HANDED_OVER},
    ),
    "pin": Sample(
        "Pins a message", {"type": "unsupported", "unsupported": {"type": "pin"}, "errors": _NOT_HANDED_OVER}
    ),
    "ad": Sample(
        "Message from an advertisement",
        {
            "type": "text",
            "text": {"body": "Есть в наличии?"},
            "referral": {
                "source_url": "https://fb.me/demo",
                "source_type": "ad",
                "source_id": "120210000000000001",
                "headline": "Розы к празднику",
                "body": "Доставка за два часа",
                "media_type": "image",
                "image_url": "https://scontent.example/roses.jpg",
                "ctwa_clid": "demo-click",
            },
        },
    ),
    "untimed": Sample(
        "Message without a time", {"type": "text", "text": {"body": "Когда это было?"}, "timestamp": None}
    ),
    "welcome": Sample("Opens the chat, writes nothing", {"type": "request_welcome"}),
    "number": Sample(
        "Changes the number, new one not named",
        {"type": "system", "system": {"body": "A user changed their number.", "type": "user_changed_number"}},
    ),
    "group": Sample(
        "Message in a group", {"type": "text", "text": {"body": "Всем привет"}, "group_id": "120363000000000001"}
    ),
}
TELEGRAM_SAMPLES: dict[str, Sample] = {
    "location": Sample("Location", {"location": {"latitude": 43.238949, "longitude": 76.889709}}),
    "contact": Sample("Contact card", {"contact": {"phone_number": "+77000000333", "first_name": "Ержан"}}),
    "poll": Sample(
        "Poll",
        {
            "poll": {
                "id": "5300000000000000001",
                "question": "Когда доставить?",
                "options": [{"text": "Сегодня", "voter_count": 0}, {"text": "Завтра", "voter_count": 0}],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
            }
        },
    ),
    "live": Sample(
        "Live location",
        {"location": {"latitude": 43.238949, "longitude": 76.889709, "live_period": 900, "horizontal_accuracy": 12.0}},
    ),
    "via_bot": Sample(
        "Message that another bot wrote",
        {"text": "Да, удалить", "via_bot": {"id": 200000001, "is_bot": True, "first_name": "Gif", "username": "gif"}},
    ),
    "timer": Sample(
        "Sets messages to disappear", {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}
    ),
}
EVENTS = ("start", "request_welcome", "system", "timer", "pinned")
