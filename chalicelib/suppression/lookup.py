"""Reads the suppression list: addresses of people whose data is being destroyed, or was a few days ago."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.dynamo.schema import SUPPRESSION
from chalicelib.dynamo.tables import Tables
from chalicelib.suppression.model import ReplyMailbox, SuppressionEntry


class SuppressionList:
    """Reads entries of the list. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def of(self, pseudonyms: Iterable[str]) -> list[SuppressionEntry]:
        """Return the entries of addresses by their pseudonyms: one strongly consistent read each."""
        rows = (self._tables.get(SUPPRESSION.key(one)) for one in dict.fromkeys(pseudonyms))
        return [_entry(row) for row in rows if row]


def _entry(item: Mapping[str, Any]) -> SuppressionEntry:
    mailbox = item.get("box")
    return SuppressionEntry(
        at=item["at"],
        closed=bool(item.get("closed")),
        request_id=item.get("request_id", ""),
        language=item.get("language", ""),
        mailbox=_mailbox(mailbox) if mailbox else None,
    )


def _mailbox(item: Mapping[str, Any]) -> ReplyMailbox:
    return ReplyMailbox(item["contact_id"], item["conversation_id"], item["public_key"])
