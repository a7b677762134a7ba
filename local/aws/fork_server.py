"""Starts the Lambda processes of the local run by fork, from one process that has the libraries loaded.

A Lambda process costs half a second of processor time before its first line of ours: Python, boto3, its models of AWS.
A burst of webhooks starts several, a workflow some twenty. Here that is paid once. The embedded AWS notices nothing:
the process that it starts (local/hooks/desk_twin.py) asks this server for a twin, hands it environment, folder and
pipes, waits for its end and ends with its status; when it is killed, so is the twin. Our own code is not loaded
beforehand: each twin imports what was deployed.
"""

import gc
import importlib
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from botocore import loaders, session

LIBRARIES = (
    *("aws_lambda_powertools", "boto3", "botocore.client", "botocore.httpsession", "chalice", "holidays", "httpx"),
    *("cryptography.hazmat.primitives.asymmetric.x25519", "cryptography.hazmat.primitives.ciphers.aead"),
    *("jinja2", "pynamodb.models", "requests", "telegram"),
)
ADDRESS = "TWINS_ADDRESS"
"""The variable by which Lambda processes know the server."""
SERVICES = ("cognito-idp", "dynamodb", "kms", "lambda", "s3", "secretsmanager", "sqs", "stepfunctions")
"""Services whose models botocore would read from disk in every process."""
_MODELS = ("service-2", "endpoint-rule-set-1")
_SHARED = ("endpoints", "partitions", "sdk-default-configuration", "_retry")
_LONGEST_ASK = 5.0
"""Seconds for an ask to arrive: whoever sends it is a process of ours on this machine."""


class ForkServer:
    """The server as a child process, from `start` until `stop`. Its address goes to the Lambda processes."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="spoint-twins-"))
        self.address = str(self._folder / "s")  # of a socket: short
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str], log: Path) -> None:
        """Start it, and wait for nothing: who finds no server starts by itself."""
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.aws.fork_server", self.address],
                cwd=Path(__file__).resolve().parent.parent.parent,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Stop it and every twin."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Twins:
    """The server's loop. It has no threads, so that a fork copies all of it."""

    def __init__(self, address: str) -> None:
        self._asking: dict[int, socket.socket] = {}
        """Who waits for a twin's end, by its process id."""
        self._ended, self._wake = socket.socketpair()
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address)
        self._listener.listen(128)
        self._selector = selectors.DefaultSelector()
        for watched in (self._listener, self._ended, sys.stdin):
            self._selector.register(watched, selectors.EVENT_READ)

    def serve(self) -> None:
        """Serve until whoever started this closes its standard input."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    self._kill(self._asking)
                    return
                if key.fileobj is self._listener:
                    self._start(self._listener.accept()[0])
                elif key.fileobj is self._ended:
                    self._ended.recv(512)
                    self._collect()
                elif key.fileobj in self._asking.values():  # whoever waited was killed, and its twin has not just ended
                    self._selector.unregister(key.fileobj)
                    self._kill([pid for pid, asking in self._asking.items() if asking is key.fileobj])

    def _start(self, asking: socket.socket) -> None:
        asking.settimeout(_LONGEST_ASK)
        pipes: list[int] = []
        try:
            line, pipes, *_ = socket.recv_fds(asking, 65536, 3)
            while not line.endswith(b"\n"):
                more = asking.recv(65536)
                if not more:
                    raise OSError("cut off")
                line += more
            pid = os.fork()
            if pid == 0:
                _become(json.loads(line), pipes)
            self._asking[pid] = asking
            self._selector.register(asking, selectors.EVENT_READ)
        except OSError:
            asking.close()
        finally:
            for pipe in pipes:
                os.close(pipe)

    def _collect(self) -> None:
        while self._asking:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            asking = self._asking.pop(pid)
            with suppress(KeyError):
                self._selector.unregister(asking)
            with suppress(OSError):
                asking.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))
            asking.close()

    @staticmethod
    def _kill(pids: Sequence[int] | Mapping[int, Any]) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _become(asked: Mapping[str, Any], pipes: Sequence[int]) -> NoReturn:
    """Go on as the process that asked."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for place, pipe in enumerate(pipes):
            os.dup2(pipe, place)
        os.closerange(3, 1024)
        os.environ.clear()
        os.environ.update(asked["environment"])
        del os.environ[ADDRESS]  # this one is a twin
        os.chdir(asked["folder"])
        script = asked["script"]
        sys.argv = [script]
        sys.path[0] = os.path.dirname(script)
        importlib.reload(importlib.import_module("sitecustomize"))  # which did nothing in the server
        runpy.run_path(script, run_name="__main__")
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as Python does with what nobody catches
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _load() -> None:
    """Load what most functions load, and what botocore reads from disk."""
    for name in LIBRARIES:
        importlib.import_module(name)
    loader = loaders.create_loader()
    for service in SERVICES:
        for model in _MODELS:
            loader.load_service_model(service, model)
    for name in _SHARED:
        loader.load_data(name)
    session.create_loader = lambda search_path_string=None: loader
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _load()
    _Twins(sys.argv[1]).serve()
