"""The sweeper: once a minute, whatever else was lost on the way is found again."""

from chalicelib.wiring import retention as wiring_retention


def handle() -> dict[str, int]:
    """Sweep once; return what was dealt with. Raises Unavailable."""
    return wiring_retention.sweep()()
