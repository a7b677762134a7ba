"""Ready things to send other than text, for the page's menu."""

from typing import Any

WHATSAPP_SAMPLES: dict[str, dict[str, Any]] = {
    "location": {
        "type": "location",
        "location": {
            "latitude": 43.238949,
            "longitude": 76.889709,
            "name": "Астана алаңы",
            "address": "Алматы",
        },
    },
    "contact": {
        "type": "contacts",
        "contacts": [
            {
                "name": {"formatted_name": "Ержан Серік", "first_name": "Ержан"},
                "phones": [{"phone": "+7 700 000 03 33", "wa_id": "77000000333", "type": "CELL"}],
            }
        ],
    },
    "unsupported": {
        "type": "unsupported",
        "errors": [
            {
                "code": 131051,
                "title": "Message type unknown",
                "message": "Message type unknown",
                "error_data": {"details": "Message type is currently not supported."},
            }
        ],
    },
}
TELEGRAM_SAMPLES: dict[str, dict[str, Any]] = {
    "location": {"location": {"latitude": 43.238949, "longitude": 76.889709}},
    "contact": {"contact": {"phone_number": "+77000000333", "first_name": "Ержан"}},
    "poll": {
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
}
