"""Destroying reply mailboxes and inventories."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo import keys
from chalicelib.dynamo.client_calls import call_client
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.values import AttributeValues, plain_item
from chalicelib.dynamo.writes import Write
from chalicelib.suppression.model import ReplyMailbox


class MailboxRemoval:
    """Destroys them step by step. All methods raise Unavailable, and may run again at any time."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables
        self._run = Transactions(client, sleep_with_jitter)

    def destroy_key(self, mailbox: ReplyMailbox) -> None:
        """Destroy the mailbox's key: from here on nothing in it opens, in no copy."""
        self._delete("keys", mailbox.contact_id, "")

    def delete_rows(self, mailbox: ReplyMailbox) -> None:
        """Delete everything in the mailbox.

        The head goes first: without it no answer is written any more, and no sender claims one. The other rows are
        read and deleted until none is left, because a sender that is still at work may write in between.
        """
        pk = keys.conversation_pk(mailbox.conversation_id)
        self._delete("desk", pk, "head")
        for attempt in range(TRIES):
            found = list(self._of(pk))
            if not found:
                break
            gone = [self._row(pk, item) for item in found]
            if not all(gone):
                sleep_with_jitter(attempt)
        else:
            raise Unavailable("The box is being written to; try again.")
        self._delete("desk", keys.contact_pk(mailbox.contact_id), "contact")

    def delete_inventory(self, request_id: str) -> None:
        """Delete the inventory, which holds the person's addresses, sealed to the mailbox."""
        pk = keys.request_pk(request_id)
        for item in self._of(pk, "inventory#"):
            self._delete("desk", pk, item["sk"])

    def _row(self, pk: str, item: Mapping[str, Any]) -> bool:
        """Delete a row; a message only unchanged since it was read, together with the links from the provider's ids to
        it. False when it has changed or a sender is writing it."""
        name = item.get("provider_hash", "")
        if not name:
            condition = {"ConditionExpression": "attribute_not_exists(provider_hash)"}
            return self._run.once([self._deletion("desk", pk, item["sk"], condition)]) is None
        as_read = {
            "ConditionExpression": "provider_hash = :name",
            "ExpressionAttributeValues": {":name": {"S": name}},
        }
        writes = [self._deletion("desk", pk, item["sk"], as_read)]
        for one in {name, *item.get("links", ())}:  # one for each piece and each try
            writes += [self._deletion("index", f"{kind}#{one}", kind) for kind in ("link", "parked")]
        return self._run.once(writes) is None

    def _deletion(self, table: str, pk: str, sk: str, condition: Mapping[str, Any] | None = None) -> Write:
        key = {"pk": {"S": pk}} | ({"sk": {"S": sk}} if sk else {})
        return Write("row", {"Delete": {"TableName": self._tables[table], "Key": key, **(condition or {})}})

    def _delete(self, table: str, pk: str, sk: str) -> None:
        self._call("delete_item", self._deletion(table, pk, sk).item["Delete"])

    def _of(self, pk: str, beginning: str = "") -> Iterable[dict[str, Any]]:
        body: AttributeValues = {
            "TableName": self._tables["desk"],
            "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :beginning)" if beginning else ""),
            "ExpressionAttributeValues": {":pk": {"S": pk}} | ({":beginning": {"S": beginning}} if beginning else {}),
            "ProjectionExpression": "sk, provider_hash, links",
            "ConsistentRead": True,
        }
        while True:
            answer = self._call("query", body)
            yield from (plain_item(item) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            body["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _call(self, operation: str, body: AttributeValues) -> AttributeValues:
        return call_client(self._client, operation, body)
