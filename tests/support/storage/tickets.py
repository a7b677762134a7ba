"""Lays tickets into a desk in bulk, straight as items, each of a contact of its own whose key is gone."""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import TAGGED, lists
from chalicelib.tickets.model import State, queue_attributes


def lay_tickets(
    dynamodb: Any,
    table: str,
    state: State,
    numbers: Iterable[int],
    now: int,
    *,
    assignee: str = "",
    tags: tuple[str, ...] = (),
    old: bool = False,
) -> list[str]:
    """Put tickets of these numbers, the highest with the newest activity (`now` and so many ms); return their ids. With
    `old` the rows are as a release before the lists wrote them."""
    rows, ids = list[dict[str, Any]](), list[str]()
    for number in numbers:
        ticket_id, conversation_id = f"{state.value[:2]}{crc32(assignee.encode()):08x}{number:010d}", f"v{number:019d}"
        row = {"pk": f"ticket#{ticket_id}", "sk": "ticket", "ticket_id": ticket_id, "number": f"{number:06d}",
               "state": state.value, "queue": f"{state.value}#0", "activity": now + number, "channel": "whatsapp",
               "conversation_id": conversation_id, "contact_id": f"c{number:019d}", "tags": list(tags),
               "assignee": assignee, "created_at": now - number, "who": b"w" * 200, "last": b"l" * 300}  # fmt: skip
        if not old:
            row |= queue_attributes(state, assignee) | lists.assigned(assignee, now - number).attributes()
            for tag in tags:
                key, place = TAGGED.key(conversation_id, ticket_id, tag), lists.tagged(tag, now - number)
                rows.append({"pk": key.pk, "sk": key.sk, **place.attributes()})
        rows.append(row)
        ids.append(ticket_id)
    puts = [{"PutRequest": {"Item": attribute_values(row)}} for row in rows]
    for start in range(0, len(puts), 25):
        dynamodb.batch_write_item(RequestItems={table: puts[start : start + 25]})
    return ids
