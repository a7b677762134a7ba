"""A small provider on 127.0.0.1 that answers what a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.support.forms import read_form


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    payload: dict[str, Any]


Answer = tuple[int, Any, dict[str, str]]


@dataclass
class Provider:
    """`answers` are used one after the other, the last one again and again. None: accept, then stay silent
    until the test ends. "drop": accept, then close the connection."""

    address: str = ""
    answers: list[Answer | str | None] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    default: Callable[[Call], Any] = lambda call: {}
    over: threading.Event = field(default_factory=threading.Event)

    def fail(self, status: int, answer: Any = None, headers: dict[str, str] | None = None) -> None:
        self.answers.append((status, answer, headers or {}))

    def next(self, call: Call) -> Answer | str | None:
        self.calls.append(call)
        if not self.answers:
            return 200, self.default(call), {}
        return self.answers.pop(0)


@pytest.fixture
def provider() -> Iterator[Provider]:
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Type", "").startswith("application/json"):
                payload = json.loads(raw)
            elif self.headers.get("Content-Type", "").startswith("multipart/"):
                payload = read_form(self.headers["Content-Type"], raw)
            else:
                payload = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
            outcome = state.next(Call(self.path, dict(self.headers), payload))
            if outcome is None:
                state.over.wait(30)
            if outcome is None or isinstance(outcome, str):
                self.close_connection = True
                return
            code, answer, headers = outcome
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    state.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def nobody() -> str:
    """An address where nothing listens."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"
