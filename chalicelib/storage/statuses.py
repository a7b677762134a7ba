"""What providers report of our messages: sent, delivered, read, failed. Part of intake; it reads no content."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.messages import StatusUpdate
from chalicelib.domain.references import MessageRef
from chalicelib.domain.tickets import DAY, GUARD_DAYS, RANK, SECOND
from chalicelib.storage import rows
from chalicelib.storage.attributes import item_from_wire
from chalicelib.storage.blind import AddressKey
from chalicelib.storage.wire_calls import WireCalls
from chalicelib.storage.writes import Writes

LOWER = "direction = :out AND #rank < :rank"
"""Condition on a message: it is ours, and its status is lower than the one that is reported."""
UNPARKED = "attribute_not_exists(pk) OR #rank < :rank"
"""Condition on a parked status: nothing is parked, or something lower."""


class Statuses:
    """Writes statuses to the messages they are about."""

    def __init__(self, calls: WireCalls, tables: Mapping[str, str], address_key: AddressKey) -> None:
        self._calls = calls
        self._tables = tables
        self._address_key = address_key
        self._writes = Writes(tables)

    def apply(self, update: StatusUpdate, now: int) -> bool:
        """Raise our message's status in rank order, or park it until the sender knows the provider's id; return
        whether that changed anything.

        `now` is in ms. Raises Unavailable.
        """
        ref, parked = MessageRef.parse(update.reference), False
        if ref is None:
            ref, parked = self._linked(update, now)
        return parked if ref is None else self._raise(ref, update)

    def _linked(self, update: StatusUpdate, now: int) -> tuple[MessageRef | None, bool]:
        """The message that the provider's id is linked to, and whether the status was parked."""
        name = self._address_key.message(update.channel, update.account, update.provider_id)
        parked = {
            "status": update.status,
            "at": update.at,
            "code": update.code,
            "rank": RANK[update.status],
            "expires_at": now // SECOND + GUARD_DAYS * DAY // SECOND,
        }
        found = self._link(name)
        if found is not None:
            return found, False
        write = self._writes.put("parked", "index", f"parked#{name}", "parked", parked, fresh=False)
        put = write.item["Put"]
        put["ConditionExpression"] = UNPARKED
        put["ExpressionAttributeNames"] = {"#rank": "rank"}
        put["ExpressionAttributeValues"] = {":rank": {"N": str(RANK[update.status])}}
        parked_now = self._calls.conditional("put_item", put)
        return self._link(name), parked_now

    def _link(self, name: str) -> MessageRef | None:
        key = {"pk": {"S": f"link#{name}"}, "sk": {"S": "link"}}
        answer = self._calls.call("get_item", TableName=self._tables["index"], Key=key, ConsistentRead=True)
        item = item_from_wire(answer.get("Item", {}))
        return MessageRef.parse(item["message_ref"]) if item else None

    def _raise(self, ref: MessageRef, update: StatusUpdate) -> bool:
        """Write a status over one of lower rank. A message that is gone stays gone. Raises Unavailable."""
        values: dict[str, Any] = {"status": update.status, "rank": RANK[update.status], "out": "out"}
        expression = "SET #status = :status, #rank = :rank"
        if update.status == "failed":
            values["failure"] = {"code": update.code, "at": update.at}
            expression += ", failure = :failure"
        elif update.status in ("delivered", "read"):
            expression += " REMOVE failure"
        pk, sk = rows.conversation_pk(ref.conversation_id), f"message#{ref.tail}"
        body = self._writes.update("status", "desk", pk, sk, expression, LOWER, values).item["Update"]
        return self._calls.conditional("update_item", body)
