"""Reads what became of messages in the reply mailbox of a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.schema import MESSAGE
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.pieces import shown


@dataclass(frozen=True)
class MessageStatus:
    """One message: when it was written (ms), its status and, when it failed, the failure as the message stores it."""

    at: int
    status: str
    failure: Mapping[str, Any] = field(default_factory=dict)


class MessageStatuses:
    """Reads statuses of messages by their references."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def __call__(self, references: Sequence[str]) -> list[MessageStatus]:
        """Return the statuses in the order of the references; messages that are gone are left out. Raises
        Unavailable."""
        found = []
        for ref in filter(None, map(MessageRef.parse, references)):
            item = self._tables.get(MESSAGE.key(*ref))
            if item:
                status, failure = shown(item)
                found.append(MessageStatus(ref.at, status, failure))
        return found
