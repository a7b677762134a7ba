"""The function `templates`, called by a schedule every hour: it fetches the templates that providers have approved."""

from typing import Any

from chalicelib.wiring import templates as wiring_templates


def handle(_event: dict[str, Any] | None = None) -> dict[str, int]:
    """Fetch them once; return how many there are. Raises Unavailable."""
    return {"templates": wiring_templates.fetch_templates()()}
