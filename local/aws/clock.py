"""The desk's clock: real time plus an offset in a file that every Lambda process reads.

The embedded AWS keeps real time. So whoever moves the clock also does what AWS would have done meanwhile:
it runs the schedule, and rings again what waits in a queue for a time that has now passed.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.ministack import REGION, client
from local.aws.runs import Runs
from local.aws.stack import Stack, function_name

STEP = 3600
"""Longest step in seconds; what falls due within one is done at its end."""
MOST_STEPS = 60
"""Steps of one move, unless whoever moves it wants fewer."""
QUIET_SECONDS = 90.0
"""How long advance() waits for the desk to finish, unless whoever moves the clock says otherwise; longer than a queue
hides a message whose reader died."""
_SETTLED = 0.2
_SETTLED_AT_END = 1.3
"""The stream is polled every second when nothing happens; only then is an empty queue a quiet desk."""


_SCHEDULED = json.dumps(
    {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "1970-01-01T00:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": {},
    }
).encode()
"""A schedule's event as EventBridge sends it; nobody reads the time in it."""


@dataclass(frozen=True)
class _Message:
    id: str
    body: str
    sent_at: float
    visible_at: float
    received: int


class DeskClock:
    """Reads and moves the clock of one run."""

    def __init__(self, file: Path, endpoint: str, stack: Stack) -> None:
        self._file = file
        self._endpoint = endpoint
        self._stack = stack
        self._lambda = client("lambda", endpoint)
        self._runs = Runs(endpoint, stack)
        self._sqs = client("sqs", endpoint)
        self._moves: list[tuple[float, int]] = []
        self._rung: set[str] = set()

    def offset(self) -> int:
        """Return how far the desk's clock is ahead, in seconds."""
        return int(self._file.read_text() or 0) if self._file.exists() else 0

    def now(self) -> float:
        """Return the desk's time in epoch seconds."""
        return time.time() + self.offset()

    def advance(self, seconds: int, /, steps: int = MOST_STEPS, wait: float = QUIET_SECONDS) -> None:
        """Move the clock forward in at most so many steps, let what is due finish at each, and return when all is
        quiet; for that wait so many seconds of real time at each step.

        Raises TimeoutError when the desk does not become quiet; the clock has moved then, up to this step.
        """
        step = max(min(STEP, seconds), -(-seconds // steps))
        left = seconds
        while left > 0:
            self._move(min(step, left))
            left -= step
            self._run_schedule()
            self._wait_until_quiet(_SETTLED if left > 0 else _SETTLED_AT_END, wait)

    def _move(self, seconds: int) -> None:
        self._moves.append((time.time(), seconds))
        written = self._file.with_suffix(".new")
        written.write_text(str(self.offset() + seconds))
        written.replace(self._file)

    def _run_schedule(self) -> None:
        while True:
            try:
                answer = self._lambda.invoke(FunctionName=function_name("sweeper"), Payload=_SCHEDULED)
                break
            except self._lambda.exceptions.TooManyRequestsException:
                # It runs already, by its own schedule, perhaps with the time from before the move.
                time.sleep(0.1)
        if "FunctionError" in answer:
            raise TimeoutError(f"the sweeper failed: {answer['Payload'].read().decode()[:300]}")

    def _wait_until_quiet(self, settled: float, wait: float) -> None:
        deadline = time.monotonic() + wait
        quiet_since: float | None = None
        while (began := time.monotonic()) < deadline:
            if next(self._busy(), None):
                quiet_since = None
            elif quiet_since is None:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= settled:
                return
            # Looking costs the embedded AWS as much as working does: with many runs it takes half of the time at most.
            time.sleep(max(0.05, time.monotonic() - began))
        raise TimeoutError(f"after {wait:.0f} s work goes on in {', '.join(self._busy()) or 'nothing'}")

    def _busy(self) -> Iterator[str]:
        """Queues and runs in which work goes on. Every message that is due has been rung again before the first one."""
        busy = []
        for name, url in self._stack.queues.items():
            messages = self._messages(url)
            now = time.time()  # read afterwards: what has just come does not wait
            for message in messages:
                waits = message.visible_at > now and not message.received
                if not waits or (self._due_at(message) <= self.now() and self._ring_again(url, message)):
                    busy.append(name)
        yield from busy
        yield from self._runs.busy()

    def _due_at(self, message: _Message) -> float:
        """When a delayed message becomes visible, by the desk's clock, which its sender read."""
        later = sum(seconds for moved_at, seconds in self._moves if moved_at >= message.sent_at)
        return message.visible_at + self.offset() - later

    def _ring_again(self, url: str, message: _Message) -> bool:
        # A copy without delay. The delayed one rings later and finds nothing to do: it carries no work.
        if message.id in self._rung:
            return False
        self._rung.add(message.id)
        self._sqs.send_message(QueueUrl=url, MessageBody=message.body, DelaySeconds=0)
        return True

    def _messages(self, url: str) -> list[_Message]:
        address = f"{self._endpoint}/_ministack/sqs/messages?QueueUrl={url}"
        with urllib.request.urlopen(address, timeout=30) as got:  # noqa: S310  # nosec B310 - our own process
            found: list[_Message] = []
            _collect(json.load(got), found.append)
        return found


def _collect(node: Any, keep: Callable[[_Message], None]) -> None:
    """Find the messages in MiniStack's answer, which groups them by account, region and queue."""
    if isinstance(node, list):
        for one in node:
            _collect(one, keep)
    elif isinstance(node, dict) and "MessageId" in node:
        keep(
            _Message(
                str(node["MessageId"]),
                str(node["Body"]),
                float(node["SentTimestamp"]),
                float(node["VisibleAt"]),
                int(node.get("ReceiveCount") or 0),
            )
        )
    elif isinstance(node, dict):
        for one in node.values():
            _collect(one, keep)
