"""The embedded AWS: MiniStack as one child process on 127.0.0.1, with IAM enforced.

It speaks the protocols of AWS, so all functions here work with any other endpoint, too.
"""

import contextlib
import fcntl
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.definitions import TABLES, Json

REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # root of the embedded AWS
START_SECONDS = 30.0
STOP_SECONDS = 5.0
LOWEST_PORT, BELOW_EPHEMERAL = 10_000, 32_000
"""Bounds of the ports that are claimed. Linux gives 32768 and above to outgoing connections, macOS 49152."""


class CannotStart(Exception):
    """The embedded AWS could not be started; the message is one line for a person."""


_CLAIMED: list[int] = []
"""The open files whose locks hold the ports that this process claimed."""


def free_port() -> int:
    """Claim a TCP port of 127.0.0.1 on which nothing listens, for as long as this process lives.

    The kernel gives ports above BELOW_EPHEMERAL to outgoing connections at any moment, so none of those is chosen; a
    lock on a file named after the port keeps other processes of this project from choosing the same one meanwhile.
    Raises CannotStart when no port is free.
    """
    claims = Path(tempfile.gettempdir()) / f"spoint-ports-{os.getuid()}"
    claims.mkdir(exist_ok=True)
    ports = range(LOWEST_PORT, BELOW_EPHEMERAL)
    first = random.SystemRandom().randrange(len(ports))
    for port in chain(ports[first:], ports[:first]):
        claim = os.open(claims / str(port), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            os.close(claim)
            continue
        _CLAIMED.append(claim)
        return port
    raise CannotStart("No TCP port of this machine is free.")


def is_taken(port: int) -> bool:
    """Tell whether something listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def client(service: str, endpoint: str) -> Any:
    """Return a boto3 client of `service` at `endpoint` with the root credentials of the local run."""
    make: Any = boto3.client  # one overload for each service is known, none for a name in a variable
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=60),
    )


class MiniStack:
    """One MiniStack process. `stop` also ends every Lambda process that it started."""

    def __init__(self, port: int, *, log: Path | None = None, env: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self._log = log
        self._env = dict(env or {})
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """Return the environment of the process, which its Lambda processes inherit."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "COVERAGE"))
        }
        return kept | {
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "MINISTACK_REGION": REGION,
            "MINISTACK_HOST": "127.0.0.1",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "AUTH": "true",
            # Nothing here uses these listeners, and their fixed ports would collide between two runs.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # Docker is not needed, and one on this machine must not be used.
            "DOCKER_HOST": "tcp://127.0.0.1:9",
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self._env,
        }

    def start(self) -> Self:
        """Start the process and wait until it answers. Raises CannotStart."""
        if is_taken(self.port):
            raise CannotStart(f"Port {self.port} is in use. Stop what listens there or choose another with AWS_PORT=…")
        if "STATE_DIR" in self._env:
            _fit_kept_state(Path(self._env["STATE_DIR"]), self.endpoint)
        output = self._log.open("ab") if self._log else subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            if not isinstance(output, int):
                output.close()
        self._wait_until_ready()
        return self

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2):  # noqa: S310  # nosec B310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.stop()
        where = f"; see {self._log}" if self._log else ""
        raise CannotStart(f"The embedded AWS did not start on port {self.port}{where}")

    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the process and everything in its process group."""
        process, self._process = self._process, None
        if process is None:
            return
        if "PERSIST_STATE" in self._env:
            # Interrupt, not terminate: MiniStack's handler of SIGTERM exits without saving its state.
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _fit_kept_state(state: Path, endpoint: str) -> None:
    """Adapt the state that an earlier run kept, before MiniStack loads it.

    MiniStack stores how far readers of streams have read, but not the records: after a restart the readers would skip
    as many changes as they had read before. It also stores addresses of queues with the port of the earlier run.
    """
    kept = {file: file.read_text(encoding="utf-8") for file in state.glob("*.json")}
    lambdas, queues = state / "lambda.json", state / "sqs.json"
    if lambdas not in kept or queues not in kept:
        return
    functions = json.loads(kept[lambdas])
    functions["payload"]["dynamodb_stream_positions"]["data"] = {}
    kept[lambdas] = json.dumps(functions)
    former = re.search(r"http://127\.0\.0\.1:\d+(?=/\d+/desk-)", kept[queues])
    for file, text in kept.items():
        file.write_text(text.replace(former[0], endpoint) if former else text, encoding="utf-8")


def create_tables(endpoint: str, template: Json, prefix: str) -> dict[str, str]:
    """Make only the four tables of `template`, named `<prefix>-desk` and so on; return real names by logical names.

    Tests of storage get the definitions of the deployment without waiting for a whole stack.
    """
    dynamodb = client("dynamodb", endpoint)
    names = {}
    for logical, resource_id in TABLES.items():
        properties = template["Resources"][resource_id]["Properties"]
        names[logical] = f"{prefix}-{logical}"
        wanted = {
            key: properties[key]
            for key in ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
            if key in properties
        }
        if "StreamSpecification" in properties:
            wanted["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
        dynamodb.create_table(TableName=names[logical], **wanted)
    return names


def apply_table_settings(endpoint: str, template: Json, names: Mapping[str, str]) -> None:
    """Set TTL and backups of the tables from the template; MiniStack's CloudFormation ignores them."""
    dynamodb = client("dynamodb", endpoint)
    for logical, resource_id in TABLES.items():
        properties = template["Resources"][resource_id]["Properties"]
        if "TimeToLiveSpecification" in properties:
            _set_ttl(dynamodb, names[logical], properties["TimeToLiveSpecification"])
        if "PointInTimeRecoverySpecification" in properties:
            dynamodb.update_continuous_backups(
                TableName=names[logical],
                PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"],
            )


def _set_ttl(dynamodb: Any, table: str, wanted: Json) -> None:
    try:
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)
    except ClientError as error:
        # Setting the same TTL again is an error of this API; with a kept run that happens at every start.
        if error.response["Error"]["Code"] != "ValidationException":
            raise
