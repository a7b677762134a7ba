"""Notes which messages of a queue a Lambda process of the local run has left undone, because it failed or died.

A queue hides what was given to a reader, and shows it again after a time. The embedded AWS reckons that time by the
real clock; local/aws/clock.py shows a message again by the desk's clock, for which it needs the receipt of its reader.
"""

import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


class Left:
    """The messages of the invocation that runs, and the file of those that were left: an object a line with `id`,
    `reads`, `receipt` and `given_at`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._given: list[dict[str, Any]] = []

    def begin(self, event: object) -> None:
        """Begin an invocation with this event."""
        records = event.get("Records", ()) if isinstance(event, Mapping) else ()
        self._given = [
            {
                "id": one["messageId"],
                "reads": int(one["attributes"]["ApproximateReceiveCount"]),
                "receipt": one["receiptHandle"],
                "given_at": time.time(),
            }
            for one in records
            if one.get("eventSource") == "aws:sqs"
        ]

    def end(self, answer: object) -> None:
        """End the invocation: note what its partial batch response names."""
        failures = answer.get("batchItemFailures", ()) if isinstance(answer, Mapping) else ()
        failed = {one["itemIdentifier"] for one in failures}
        self._note(one for one in self._given if one["id"] in failed)

    def all(self) -> None:
        """End the invocation without an answer: all is left."""
        self._note(self._given)

    def _note(self, left: Iterable[Mapping[str, Any]]) -> None:
        lines = "".join(json.dumps(one) + "\n" for one in left)
        self._given = []
        if lines:  # one write at the end of the file, between which no other process writes
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.write(file, lines.encode())
            os.close(file)
