"""The queues: bells that carry our own ids and nothing else."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_id

LONGEST_DELAY = 900
"""Seconds that a queue holds a message back at most."""
BATCH = 10


@dataclass(frozen=True)
class WakeUp:
    """One message of a queue. `group` and `unique` are for a FIFO queue: what it orders by and knows repeats
    by."""

    body: Mapping[str, str]
    group: str = ""
    unique: str = ""


class Queues:
    """Sends to queues by their URLs. All methods raise Unavailable."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send_later(self, url: str, body: Mapping[str, str], wait: int) -> None:
        """Put a message into a standard queue that nobody sees before `wait` ms have passed, 15 minutes at
        most."""
        seconds = min(LONGEST_DELAY, math.ceil(max(0, wait) / 1000))
        try:
            self._client.send_message(QueueUrl=url, MessageBody=json.dumps(body), DelaySeconds=seconds)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The queue did not take the message; try again.") from error

    def enqueue_all(self, url: str, conversation_ids: Sequence[str]) -> int:
        """Ring the doorbells of these conversations; return how many rang."""
        wake_ups = [WakeUp({"conversation_id": one}, one, new_id()) for one in conversation_ids]
        return len(wake_ups) - len(self.send(url, wake_ups))

    def send(self, url: str, wake_ups: Sequence[WakeUp]) -> set[int]:
        """Send bells, ten at a time; return the positions of those that the queue did not take."""
        failed: set[int] = set()
        for start in range(0, len(wake_ups), BATCH):
            entries = [_entry(place, wake_ups[place]) for place in range(start, min(start + BATCH, len(wake_ups)))]
            try:
                answer = self._client.send_message_batch(QueueUrl=url, Entries=entries)
            except (ClientError, BotoCoreError):
                failed |= {int(entry["Id"]) for entry in entries}
                continue
            failed |= {int(one["Id"]) for one in answer.get("Failed", ())}
        return failed


def _entry(place: int, wake_up: WakeUp) -> dict[str, str]:
    entry = {"Id": str(place), "MessageBody": json.dumps(wake_up.body)}
    if wake_up.group:
        entry |= {"MessageGroupId": wake_up.group, "MessageDeduplicationId": wake_up.unique}
    return entry
