"""The function `sweeper`, called by a schedule every minute: it finds again what was lost on the way."""

from typing import Any

from chalicelib.wiring import retention as wiring_retention


def handle(_event: dict[str, Any] | None = None) -> dict[str, int]:
    """Sweep once; return how many items each part has handled. Raises Unavailable."""
    return wiring_retention.sweep()()
