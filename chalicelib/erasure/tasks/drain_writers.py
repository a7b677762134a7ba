"""Settle: between the two passes of erasing, until every writer that began before the first has ended."""

from chalicelib.erasure.waiting import after
from chalicelib.privacy.model import SETTLE_WAITS, Request, Step


def due(request: Request) -> int:
    """When the last late writer has ended (ms)."""
    return after(request, Step.ERASED) + SETTLE_WAITS
