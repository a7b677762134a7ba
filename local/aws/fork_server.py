"""Forks the Lambda processes of the local run from one process that has the libraries loaded.

A Lambda process takes half a second of processor time before it runs our code: for Python, boto3 and its models of AWS.
A burst of webhooks starts several processes, a workflow some twenty. The fork server loads all that once.

The embedded AWS needs no change. The process that it starts (local/hooks/desk_fork.py) asks this server for a forked
process, passes environment, folder and standard streams, waits for its end and exits with its status. When it is
killed, the forked process is killed too.

Of the deployed code (CODE_FOLDER) everything is loaded but the two applications, app.py and the one of intake, which
are made for the environment of their process. No module keeps anything of the environment in which it is loaded.
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
    *("aws_lambda_powertools", "boto3", "botocore.client", "botocore.httpsession", "chalice", "httpcore", "httpx"),
    *("cryptography.hazmat.primitives.asymmetric.x25519", "cryptography.hazmat.primitives.ciphers.aead"),
    *("cryptography.hazmat.backends.openssl.backend", "holidays.countries", "jinja2", "phonenumbers"),
    *("pynamodb.models", "requests", "telegram"),
)
"""With the parts that some of them load when they are first asked, of which the countries' holidays take longest."""
ADDRESS = "FORK_SERVER_ADDRESS"
"""The environment variable that holds the address of the server's socket."""
SERVICES = ("cognito-idp", "dynamodb", "kms", "lambda", "s3", "secretsmanager", "sqs", "stepfunctions")
"""Services whose models are loaded beforehand, which botocore would read from disk in every process."""
INTAKE = "chalicelib.web.intake_function"
"""Makes its application, with what it needs of the environment, when it is imported: a cold start does so once."""
COMMANDS = "chalicelib.ops"
"""No function runs what an engineer runs by hand."""
_MODELS = ("service-2", "endpoint-rule-set-1")
_SHARED = ("endpoints", "partitions", "sdk-default-configuration", "_retry")
_LONGEST_ASK = 5.0
"""Seconds for a request to arrive; it comes from a process on this machine."""


class ForkServer:
    """The server as a child process, from `start` to `stop`. Lambda processes get its `address`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="spoint-forks-"))
        self.address = str(self._folder / "s")  # paths of sockets have about 100 characters at most
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str], log: Path) -> None:
        """Start the server and return at once: a Lambda process that finds no server runs by itself."""
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
        """Stop the server and every forked process."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class _ForkLoop:
    """The loop of the server. It uses no threads, because a fork copies only the thread that forks."""

    def __init__(self, address: str) -> None:
        self._asking: dict[int, socket.socket] = {}
        """By the id of a forked process: the connection of the process that waits for its end."""
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
        """Serve until the parent process closes our standard input."""
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
                elif key.fileobj in self._asking.values():  # the process that waited was killed
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
                _become_lambda(json.loads(line), pipes)
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


def _become_lambda(asked: Mapping[str, Any], pipes: Sequence[int]) -> NoReturn:
    """Run, in the forked process, what the asking process was started for. `pipes` become its standard streams."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for place, pipe in enumerate(pipes):
            os.dup2(pipe, place)
        os.closerange(3, 1024)
        os.environ.clear()
        os.environ.update(asked["environment"])
        del os.environ[ADDRESS]  # the forked process must not ask again
        os.chdir(asked["folder"])
        script = asked["script"]
        sys.argv = [script]
        sys.path[0] = os.path.dirname(script)
        importlib.reload(importlib.import_module("sitecustomize"))  # in the server it had no environment to act on
        runpy.run_path(script, run_name="__main__")
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - prints what nobody caught, as Python does
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def load_code(folder: str) -> None:
    """Load the modules of the deployed code, and leave the path as it was."""
    sys.path.insert(0, folder)
    for file in sorted(Path(folder).glob("chalicelib/**/*.py")):
        name = ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        if name != INTAKE and not name.startswith(COMMANDS):
            with suppress(ModuleNotFoundError):  # what is done at build alone lacks a part of it in a deployment
                importlib.import_module(name)
    sys.path.remove(folder)


def _load() -> None:
    """Load the libraries that most functions use, the models that botocore reads from disk, and the deployed code."""
    for name in LIBRARIES:
        importlib.import_module(name)
    loader = loaders.create_loader()
    for service in SERVICES:
        for model in _MODELS:
            loader.load_service_model(service, model)
    for name in _SHARED:
        loader.load_data(name)
    session.create_loader = lambda search_path_string=None: loader
    if "CODE_FOLDER" in os.environ:
        load_code(os.environ["CODE_FOLDER"])
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _load()
    _ForkLoop(sys.argv[1]).serve()
