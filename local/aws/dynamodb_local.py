"""Amazon's DynamoDB Local as a child process, in memory: the storage tests can run against it.

Maven fetches it once, from the repository in its settings, into .local/dynamodb.
"""

import fcntl
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.ministack import CannotStart, client

VERSION = "2.6.1"
HOME = Path(__file__).resolve().parent.parent.parent / ".local" / "dynamodb"
START_SECONDS = 60.0

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>dynamodb</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>{VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def installed() -> Path:
    """Return the folder of jars, fetched on first use by one process while others wait. Raises CannotStart."""
    folder = HOME / VERSION
    if (folder / "complete").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    (folder / "pom.xml").write_text(_POM, encoding="utf-8")
    command = [
        "mvn",
        "--batch-mode",
        "--quiet",
        "dependency:copy-dependencies",
        f"-DoutputDirectory={folder}",
    ]
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    except FileNotFoundError as error:
        raise CannotStart("Maven is missing; on Debian: apt-get install maven") from error
    if run.returncode:
        raise CannotStart(f"Maven could not fetch DynamoDB Local {VERSION}:\n{(run.stdout + run.stderr)[-1500:]}")
    (folder / "complete").touch()


class DynamoDBLocal:
    """One DynamoDB Local process on 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        folder = installed()
        command = [
            *(
                "java",
                "-Xmx512m",
                "-DDDBLOCAL_TELEMETRY=0",
                f"-Djava.library.path={folder}",
                "-cp",
                f"{folder}/*",
            ),
            *(
                "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
                "-inMemory",
                "-port",
                str(self.port),
            ),
            "-disableTelemetry",
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                client("dynamodb", self.endpoint).list_tables()
                return self
            except (BotoCoreError, ClientError):
                time.sleep(0.2)
        self.stop()
        raise CannotStart(f"DynamoDB Local did not start on port {self.port}; is Java 17 or newer there?")

    def stop(self) -> None:
        """Stop the process."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
