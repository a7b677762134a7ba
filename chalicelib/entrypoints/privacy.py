"""Requests about data: what people asked for in messages is dealt with, and requests are woken."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import requests as wiring_requests


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Work through a batch of the queue `privacy`; return what must come again."""
    return each(event, "privacy", _work)


def _work(body: dict[str, str]) -> None:
    if "contact_id" in body:
        wiring_requests.privacy_asks()(body["contact_id"])
    else:
        wiring_requests.resume_workflow()(body["request_id"])
