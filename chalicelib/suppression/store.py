"""The suppression list: the addresses of people whose data is being destroyed, or was a few days ago."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.attributes import item_from_wire
from chalicelib.dynamo.client_calls import WireCalls
from chalicelib.suppression.model import Box, Fence


class SuppressionList:
    """Reads entries of the list. All methods raise Unavailable."""

    def __init__(self, calls: WireCalls, tables: Mapping[str, str]) -> None:
        self._calls = calls
        self._tables = tables

    def of(self, names: Iterable[str]) -> list[Fence]:
        """The fences of addresses, by their blind names: one strongly consistent read each."""
        found = (self._item(name) for name in dict.fromkeys(names))
        return [_fence(item) for item in found if item]

    def _item(self, name: str) -> dict[str, Any]:
        key = {"pk": {"S": rows.fence_pk(name)}, "sk": {"S": "fence"}}
        answer = self._calls.call("get_item", TableName=self._tables["index"], Key=key, ConsistentRead=True)
        return item_from_wire(answer.get("Item", {}))


def _fence(item: Mapping[str, Any]) -> Fence:
    box = item.get("box")
    return Fence(
        at=item["at"],
        closed=bool(item.get("closed")),
        request_id=item.get("request_id", ""),
        language=item.get("language", ""),
        box=Box(box["contact_id"], box["conversation_id"], box["public_key"]) if box else None,
    )
