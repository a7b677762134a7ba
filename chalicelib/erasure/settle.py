"""Settle: between the two passes of erasing, until every writer that began before the first has ended."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.privacy import SETTLE_WAITS, Request, Step, Wait
from chalicelib.erasure.waiting import after


def handle(event: Mapping[str, Any]) -> dict[str, Any]:
    """Step 9 of the workflow, first half."""
    from chalicelib import wiring_erasure

    return wiring_erasure.waiting().handle("settle", event, Wait.SETTLE, due)


def due(request: Request) -> int:
    """When the last late writer has ended (ms)."""
    return after(request, Step.ERASED) + SETTLE_WAITS
