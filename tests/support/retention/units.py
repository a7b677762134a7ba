"""What a sweep costs, in read and write units by AWS's rule.

The embedded AWS counts too little for queries and nothing for batches, so that units are counted from the answers: a
strong read of 4 kB is one unit, an eventual one half, and what finds nothing costs as much as the smallest.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

from chalicelib.core.clock import DAY, SECOND
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import lists
from chalicelib.tickets.model import State, queue_of
from tests.support.calls import Call, heard_by


@dataclass
class Units:
    """Calls and units of one run. Of writes only their number is counted."""

    calls: int = 0
    read_units: float = 0
    write_units: int = 0

    def asked(self, call: Call) -> None:
        if call.service == "DynamoDB" and call.operation in ("Query", "Scan"):
            call.params["ReturnConsumedCapacity"] = "TOTAL"

    def answered(self, call: Call, answer: dict[str, Any], status: int) -> None:
        if call.service != "DynamoDB":
            return
        self.calls += 1
        strong = 1.0 if call.params.get("ConsistentRead") else 0.5
        if call.operation == "GetItem":
            self.read_units += strong * _units([answer.get("Item", {})])
        elif call.operation == "Query":
            self.read_units += strong * _units(answer["Items"])
        elif call.operation == "Scan":
            self.read_units += max(strong * _units(answer["Items"]), answer["ConsumedCapacity"]["CapacityUnits"])
        elif call.operation == "BatchGetItem":
            for table, rows in answer["Responses"].items():
                half = 1.0 if call.params["RequestItems"][table].get("ConsistentRead") else 0.5
                self.read_units += sum(half * _units([row]) for row in rows)
        else:
            self.write_units += 1


def quiet_minute(sweep: Callable[[], object]) -> Units:
    """What one sweep costs."""
    units = Units()
    with heard_by(units):
        sweep()
    return units


def lay_out_closed(dynamodb: Any, table: str, tickets: int, now: int) -> None:
    """Put closed tickets whose date is a day after `now` (ms), each with the head of its conversation, straight into a
    table `desk`."""
    puts, date = [], now // SECOND + DAY // SECOND
    for number in range(tickets):
        name = f"t{number:019d}"
        ticket = {"pk": f"ticket#{name}", "sk": "ticket", "ticket_id": name, "state": State.CLOSED.value,
                  "queue": queue_of(State.CLOSED), "activity": now, "conversation_id": name, "contact_id": name,
                  "dated": date, "number": f"{number:06d}", **lists.dates(f"ticket#{name}", date)}  # fmt: skip
        head = {"pk": f"conversation#{name}", "sk": "head", "conversation_id": name, "contact_id": name,
                "ticket_id": name, "epoch": 1, "aliases": [], "expires_at": date,
                **lists.expires(f"conversation#{name}", date).attributes()}  # fmt: skip
        puts += [{"PutRequest": {"Item": attribute_values(item)}} for item in (ticket, head)]
    for start in range(0, len(puts), 25):
        dynamodb.batch_write_item(RequestItems={table: puts[start : start + 25]})


def _units(items: Iterable[Any]) -> int:
    size = sum(len(json.dumps(item, default=lambda value: value.hex())) for item in items)
    return max(1, ceil(size / 4096))
