"""The faults that the page offers for the next call."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A label, and the fault as `POST /faults` takes it; None clears all planned faults."""

    label: str
    fault: dict[str, Any] | None


PRESETS = {
    "none": Preset("succeeds", None),
    "whatsapp-131047": Preset(
        "WhatsApp 131047, window closed", {"channel": "whatsapp", "error": 131047, "accept": True}
    ),
    "whatsapp-131026": Preset(
        "WhatsApp 131026, undeliverable", {"channel": "whatsapp", "error": 131026, "accept": True}
    ),
    "whatsapp-130472": Preset(
        "WhatsApp 130472, Meta's experiment", {"channel": "whatsapp", "error": 130472, "accept": True}
    ),
    "whatsapp-131042": Preset(
        "WhatsApp 131042, payment, as a status", {"channel": "whatsapp", "error": 131042, "accept": True}
    ),
    "whatsapp-190": Preset("WhatsApp 190, token expired", {"channel": "whatsapp", "error": 190}),
    "whatsapp-131056": Preset("WhatsApp 131056, too fast", {"channel": "whatsapp", "error": 131056}),
    "whatsapp-131016": Preset("WhatsApp 131016, service down", {"channel": "whatsapp", "error": 131016}),
    "whatsapp-late": Preset("WhatsApp times out after acceptance", {"channel": "whatsapp", "timeout": 60}),
    "telegram-429": Preset("Telegram 429, retry after 7 s", {"channel": "telegram", "retry_after": 7}),
    "telegram-403": Preset("Telegram 403, bot blocked", {"channel": "telegram", "status": 403}),
    "telegram-500": Preset("Telegram 500, server error", {"channel": "telegram", "status": 500}),
    "telegram-late": Preset("Telegram times out after acceptance", {"channel": "telegram", "timeout": 60}),
}
