"""The whole local run in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from local.aws import ministack as embedded
from tests.support.project import PROJECT


@dataclass(frozen=True)
class RunningDesk:
    """The whole local run. `client` makes boto3 clients with root credentials; `stop` ends it early."""

    url: str
    phones_url: str
    aws_url: str
    smtp_port: int
    log: Path
    client: Callable[[str], Any]
    stop: Callable[[], None]


@contextmanager
def start_desk(log: Path, *, project: Path = PROJECT, **variables: str) -> Iterator[RunningDesk]:
    """Start `make run` of a project as a person would, with these variables beside free ports; wait until it is
    ready."""
    port, aws_port, phones_port, smtp_port = (embedded.free_port() for _ in range(4))
    url, phones_url, aws_url = (f"http://127.0.0.1:{one}" for one in (port, phones_port, aws_port))
    numbers = {"PORT": port, "AWS_PORT": aws_port, "PHONES_PORT": phones_port, "SMTP_PORT": smtp_port}
    ports = {name: str(number) for name, number in numbers.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.run"],
            cwd=project,
            env=kept | ports | variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def stop() -> None:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)

    try:
        deadline = time.monotonic() + 90
        while "Ready in" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        make = partial(embedded.client, endpoint=aws_url)
        yield RunningDesk(url, phones_url, aws_url, smtp_port, log, make, stop)
    finally:
        stop()
