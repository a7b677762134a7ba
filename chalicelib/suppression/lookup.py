"""Reads the suppression list: addresses of people whose data is being destroyed, or was a few days ago."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.dynamo import keys
from chalicelib.dynamo.client_calls import ClientCalls
from chalicelib.dynamo.values import plain_item
from chalicelib.suppression.model import ReplyMailbox, SuppressionEntry


class SuppressionList:
    """Reads entries of the list. All methods raise Unavailable."""

    def __init__(self, calls: ClientCalls, tables: Mapping[str, str]) -> None:
        self._calls = calls
        self._tables = tables

    def of(self, pseudonyms: Iterable[str]) -> list[SuppressionEntry]:
        """Return the entries of addresses by their pseudonyms: one strongly consistent read each."""
        found = (self._item(one) for one in dict.fromkeys(pseudonyms))
        return [_entry(item) for item in found if item]

    def _item(self, pseudonym: str) -> dict[str, Any]:
        key = {"pk": {"S": keys.suppression_pk(pseudonym)}, "sk": {"S": "fence"}}
        answer = self._calls.call("get_item", TableName=self._tables["index"], Key=key, ConsistentRead=True)
        return plain_item(answer.get("Item", {}))


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
