"""The function `privacy`: it handles what people ask about their data, and starts and resumes the workflow of
requests."""

from typing import Any

from chalicelib.entrypoints.batches import each
from chalicelib.wiring import requests as wiring_requests


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Handle a batch of the queue `privacy`; return which messages failed."""
    return each(event, "privacy", _work)


def _work(body: dict[str, str]) -> None:
    if "contact_id" in body:
        wiring_requests.privacy_asks()(body["contact_id"])
    else:
        wiring_requests.resume_workflow()(body["request_id"])
