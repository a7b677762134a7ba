"""Fences as intake reads them, and the one fixed answer. Loaded when a fence is met: not on a cold start."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.domain.fences import Fence
from chalicelib.domain.messages import InboundMessage, Started
from chalicelib.domain.people import Outcome
from chalicelib.domain.privacy import Box
from chalicelib.domain.references import MessageRef
from chalicelib.storage import rows
from chalicelib.storage.attributes import item_from_wire
from chalicelib.storage.request_box import RequestBox
from chalicelib.storage.wire_calls import WireCalls
from chalicelib.storage.writes import Write, Writes, blind_of_notice

BOX_EPOCH = 1
"""A request's box is made in one epoch and destroyed in it."""
ERASING = "erasing"
"""Kind of the fixed answer."""


class Fences:
    """Intake's view of fences. All methods raise Unavailable."""

    def __init__(
        self,
        calls: WireCalls,
        tables: Mapping[str, str],
        transact: Callable[[list[Write]], Outcome],
    ) -> None:
        self._calls = calls
        self._tables = tables
        self._writes = Writes(tables)
        self._box = RequestBox(tables)
        self._transact = transact

    def of(self, names: Iterable[str]) -> list[Fence]:
        """The fences of addresses, by their blind names: one strongly consistent read each."""
        found = (self._item(name) for name in dict.fromkeys(names))
        return [_fence(item) for item in found if item]

    def _item(self, name: str) -> dict[str, Any]:
        key = {"pk": {"S": rows.fence_pk(name)}, "sk": {"S": "fence"}}
        answer = self._calls.call("get_item", TableName=self._tables["index"], Key=key, ConsistentRead=True)
        return item_from_wire(answer.get("Item", {}))

    def answer(self, fence: Fence, part: InboundMessage | Started, text: str, now: int) -> bool:
        """Put the fixed answer into the request's box, once whoever else does it at the same time; nothing when the box
        is gone. Returns False when another transaction was in the way.

        The key of the mark says what the answer is about and no time, and it has no date, so that there is one however
        long the fence is closed. It goes with the box.
        """
        if fence.box is None:
            return True
        box, blind = fence.box, blind_of_notice(ERASING, fence.request_id)
        mark = {"message_ref": str(MessageRef(box.conversation_id, now, blind))}
        pk, request_id = rows.conversation_pk(box.conversation_id), fence.request_id
        writes = [
            self._writes.update("head", "desk", pk, "head", "", "epoch = :epoch", {"epoch": BOX_EPOCH}),
            self._writes.put("message", "desk", pk, f"client#{blind}", mark),
            *self._box.message(box, part.channel, part.account, request_id, ERASING, text, (), now),
        ]
        return self._transact(writes) is not Outcome.CONFLICT


def _fence(item: Mapping[str, Any]) -> Fence:
    box = item.get("box")
    return Fence(
        at=item["at"],
        closed=bool(item.get("closed")),
        request_id=item.get("request_id", ""),
        language=item.get("language", ""),
        box=Box(box["contact_id"], box["conversation_id"], box["public_key"]) if box else None,
    )
