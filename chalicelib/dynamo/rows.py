"""Reads one row of the table `desk`."""

from contextlib import suppress

from chalicelib.dynamo.model_calls import translated_errors
from chalicelib.dynamo.models import DeskRow


def get_row(pk: str, sk: str) -> DeskRow | None:
    """Return an item of `desk`, strongly consistent; None when there is none. Raises Unavailable."""
    with translated_errors(), suppress(DeskRow.DoesNotExist):
        return DeskRow.get(pk, sk, consistent_read=True)
    return None
