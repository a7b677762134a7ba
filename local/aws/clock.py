"""The desk's clock: real time plus an offset in a file that every Lambda process reads.

The embedded AWS keeps real time. So moving the clock also does what AWS would have done in that time: it runs the
scheduled function, sends again at once each delayed message of a queue whose time has come, and shows again what a
queue hides because its reader has failed or died.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from local.aws.ministack import REGION, client
from local.aws.runs import Runs
from local.aws.stack import Stack, function_name

STEP = 3600
"""Longest step in seconds. What falls due within a step is done at its end."""
MOST_STEPS = 60
"""Most steps of one move, by default."""
QUIET_SECONDS = 90.0
"""How long advance() waits at each step for the desk to finish its work, by default."""
_SETTLED = 0.2
"""Seconds without work after which a step is finished."""
_SETTLED_AT_END = 1.3
"""The same for the last step: an idle stream is polled once a second, so work may begin after a second of quiet."""


SCHEDULED = json.dumps(
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
"""An event of a schedule as EventBridge sends it; nothing reads its time."""


@dataclass(frozen=True)
class _Message:
    id: str
    body: str
    sent_at: float
    visible_at: float
    reads: int


class _Left(NamedTuple):
    """A message that its reader has left undone."""

    receipt: str
    given_at: float


class DeskClock:
    """Reads and moves the clock of one run."""

    def __init__(self, file: Path, left: Path, endpoint: str, stack: Stack) -> None:
        """`file` holds the clock's offset, `left` what readers have left undone (local/hooks/desk_left.py)."""
        self._file = file
        self._left_file = left
        self._endpoint = endpoint
        self._stack = stack
        self._lambda = client("lambda", endpoint)
        self._runs = Runs(endpoint, stack)
        self._sqs = client("sqs", endpoint)
        self._moves: list[tuple[float, int]] = []
        self._resent: set[str] = set()
        self._left: dict[tuple[str, int], _Left] = {}
        """What readers have left, by message and how often it has been read; and until where the file was read."""
        self._left_until = 0

    def offset(self) -> int:
        """Return how far the desk's clock is ahead, in seconds."""
        return int(self._file.read_text() or 0) if self._file.exists() else 0

    def now(self) -> float:
        """Return the desk's time in epoch seconds."""
        return time.time() + self.offset()

    def advance(self, seconds: int, /, steps: int = MOST_STEPS, wait: float = QUIET_SECONDS) -> None:
        """Move the clock forward by `seconds`, in at most `steps` steps. After each step all work that is due is done.

        `wait` is how long a step may take, in seconds of real time. Raises TimeoutError when work still goes on then;
        the clock has moved up to that step.
        """
        step = max(min(STEP, seconds), -(-seconds // steps))
        left = seconds
        while left > 0:
            self._move(min(step, left))
            left -= step
            if left <= 0 and seconds >= STEP:
                self._run("templates")
            self._run("sweeper")
            self._wait_until_quiet(_SETTLED if left > 0 else _SETTLED_AT_END, wait)

    def _move(self, seconds: int) -> None:
        self._moves.append((time.time(), seconds))
        written = self._file.with_suffix(".new")
        written.write_text(str(self.offset() + seconds))
        written.replace(self._file)

    def _run(self, name: str) -> None:
        """Run a function of the schedule: the sweeper at each step, what runs every hour once a move."""
        while True:
            try:
                answer = self._lambda.invoke(FunctionName=function_name(name), Payload=SCHEDULED)
                break
            except self._lambda.exceptions.TooManyRequestsException:
                # It runs already by its own schedule, perhaps with the time before the move, so it must run again.
                time.sleep(0.1)
        if "FunctionError" in answer:
            raise TimeoutError(f"{name} failed: {answer['Payload'].read().decode()[:300]}")

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
            # Looking takes the embedded AWS from its work, so it may use a quarter of the time at most.
            time.sleep(max(0.05, 3 * (time.monotonic() - began)))
        raise TimeoutError(f"after {wait:.0f} s work goes on in {', '.join(self._busy()) or 'nothing'}")

    def _busy(self) -> Iterator[str]:
        """Yield the names of queues and workflow runs in which work goes on.

        Before the first name is yielded, every delayed message that is due has been sent again, and every hidden one
        whose reader is gone has been shown again when its time is over.
        """
        busy = []
        for name, url in self._stack.queues.items():
            messages = self._messages(url)
            now = time.time()  # read after the messages, so that one that was just sent does not seem delayed
            self._read_left()
            busy += [name for message in messages if message.visible_at <= now or self._goes_on(url, message)]
        yield from busy
        yield from self._runs.busy()

    def _goes_on(self, url: str, message: _Message) -> bool:
        """Tell whether something happens to a message that is not to be seen: somebody works on it, or its time, by
        the desk's clock, has come."""
        if not message.reads:
            return self._due_at(message, message.sent_at) <= self.now() and self._resend(url, message)
        left = self._left.get((message.id, message.reads))
        if left is None:
            return True
        return self._due_at(message, left.given_at) <= self.now() and self._show(url, left)

    def _due_at(self, message: _Message, since: float) -> float:
        """Return when a delayed or hidden message is due by the desk's clock, from which the delay was reckoned at
        `since`."""
        later = sum(seconds for moved_at, seconds in self._moves if moved_at >= since)
        return message.visible_at + self.offset() - later

    def _read_left(self) -> None:
        if not self._left_file.exists():
            return
        with self._left_file.open("rb") as file:
            file.seek(self._left_until)
            for line in file.readlines():
                one = json.loads(line)
                self._left[one["id"], one["reads"]] = _Left(one["receipt"], one["given_at"])
            self._left_until = file.tell()

    def _show(self, url: str, left: _Left) -> bool:
        # Its real time may be over at this moment: then it has a new receipt, and is seen already.
        with suppress(ClientError):
            self._sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=left.receipt, VisibilityTimeout=0)
        return True

    def _resend(self, url: str, message: _Message) -> bool:
        # The copy has no delay. The original arrives later and does nothing, since a wake-up message carries no work.
        if message.id in self._resent:
            return False
        self._resent.add(message.id)
        self._sqs.send_message(QueueUrl=url, MessageBody=message.body, DelaySeconds=0)
        return True

    def _messages(self, url: str) -> list[_Message]:
        address = f"{self._endpoint}/_ministack/sqs/messages?QueueUrl={url}"
        with urllib.request.urlopen(address, timeout=30) as got:  # noqa: S310  # nosec B310 - our own process
            found: list[_Message] = []
            _collect(json.load(got), found.append)
        return found


def _collect(node: Any, keep: Callable[[_Message], None]) -> None:
    """Call `keep` with each message of MiniStack's answer, which groups them by account, region and queue."""
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
