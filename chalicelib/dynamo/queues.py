"""Sends wake-up messages to queues. They carry ids of our own and nothing else."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable

LONGEST_DELAY = 900
"""Most seconds for which SQS delays a message."""
BATCH = 10
"""Most messages of one SendMessageBatch."""


@dataclass(frozen=True)
class WakeUp:
    """One wake-up message. `group` and `unique` are the message group id and deduplication id of a FIFO queue."""

    body: Mapping[str, str]
    group: str = ""
    unique: str = ""


class Queues:
    """Sends to queues by their URLs. All methods raise Unavailable."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send_later(self, url: str, body: Mapping[str, str], wait: int) -> None:
        """Send a message to a standard queue, delivered after `wait` ms, 15 minutes at most."""
        seconds = min(LONGEST_DELAY, math.ceil(max(0, wait) / 1000))
        try:
            self._client.send_message(QueueUrl=url, MessageBody=json.dumps(body), DelaySeconds=seconds)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The queue did not take the message; try again.") from error

    def send(self, url: str, wake_ups: Sequence[WakeUp]) -> set[int]:
        """Send wake-up messages in batches; return the positions of those that the queue did not take."""
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
