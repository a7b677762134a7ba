"""Counts the people who wrote and have not consented yet. Nothing else is told of them to staff."""

from chalicelib.dynamo.schema import HOLDING
from chalicelib.dynamo.tables import Tables

COUNTED = 100
"""People who are counted at most."""


class HeldConversations:
    """Counts them. Raises Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def count(self) -> int:
        """Return how many questions about consent are open, COUNTED at most."""
        return self._tables.count(HOLDING, index="unsent", limit=COUNTED)
