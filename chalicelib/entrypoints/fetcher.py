"""The function `fetcher`: a wake-up message names a message whose file is to be fetched, and it fetches it."""

from typing import Any

from chalicelib.core.ids import MessageRef
from chalicelib.entrypoints.batches import each
from chalicelib.wiring import files as wiring_files


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """Fetch the files that a batch of the queue `fetching` names; return which messages failed."""
    fetch = wiring_files.fetch_file()
    return each(event, "fetching", lambda body: fetch(MessageRef.of_tail(body["conversation_id"], body["tail"])))
