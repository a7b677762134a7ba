"""What a sweep costs, in read and write units by AWS's rule.

The embedded AWS counts too little for queries and nothing for batches, so that units are counted from the answers: a
strong read of 4 kB is one unit, an eventual one half, and what finds nothing costs as much as the smallest.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

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


def _units(items: Iterable[Any]) -> int:
    size = sum(len(json.dumps(item, default=lambda value: value.hex())) for item in items)
    return max(1, ceil(size / 4096))
