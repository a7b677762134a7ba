"""Settle: between the two passes of erasing, until every writer that began before the first has ended."""

from chalicelib.erasure.waiting import after
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import DRAIN_FOR


def due(request: Request) -> int:
    """When the last late writer has ended (ms)."""
    return after(request, Step.ERASED) + DRAIN_FOR
