"""The phones over real HTTP, with a small desk that takes their webhooks."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.aws.ministack import free_port
from local.phones import Pace, ProviderSecrets, create_app
from local.phones.__main__ import OwnClock

QUICK = Pace(sent=0.01, delivered=0.01, read=0.01, retries=(0.02, 0.04, 0.08), answer_within=5)
SECRETS = ProviderSecrets()


def until(condition: Callable[[], Any], within: float = 10) -> Any:
    """The first truthy value of `condition`; fails when it does not come in time."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
    return found


class Server:
    """An ASGI app on a free port of this machine, in a thread of its own."""

    def __init__(self, app: Any) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._app = app
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        config = Config()
        config.bind, config.graceful_timeout, config.errorlog = [f"127.0.0.1:{self.port}"], 0.2, None
        await serve(self._app, config, shutdown_trigger=self._stop.wait)

    def __enter__(self) -> "Server":
        self._thread.start()
        until(self._answers)
        return self

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        except OSError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


@dataclass
class Webhook:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    content: bytes
    status: int

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Desk:
    """A desk that only listens. `answers` are the statuses of the next webhooks, then 200."""

    url: str = ""
    got: list[Webhook] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        status = self.answers.pop(0) if self.answers else 200
        content = await request.body()
        self.got.append(Webhook(request.url.path, dict(request.headers), content, status))
        return Response(status_code=status)

    def statuses(self) -> list[dict[str, Any]]:
        """Every WhatsApp status that arrived, in order."""
        values = [hook.json["entry"][0]["changes"][0]["value"] for hook in self.got if "whatsapp" in hook.path]
        return [status for value in values for status in value.get("statuses", [])]

    def states(self) -> list[str]:
        return [status["status"] for status in self.statuses()]


@dataclass
class Aws:
    """Keeps the faults that the phones hand on."""

    faults: list[dict[str, Any]] = field(default_factory=list)

    def add(self, fault: dict[str, Any], /) -> None:
        if fault["channel"] == "kms":
            raise ValueError("kms cannot fail here.")
        self.faults.append(fault)

    def clear(self) -> None:
        self.faults.clear()

    def all(self) -> list[dict[str, Any]]:
        return self.faults


@dataclass
class Phones:
    """The running phones and what surrounds them."""

    url: str
    desk: Desk
    clock: OwnClock
    aws: Aws
    http: httpx.Client

    def post(self, path: str, **fields: Any) -> Any:
        """POST JSON, expect success, give the answer."""
        answer = self.http.post(path, json=fields)
        assert answer.is_success, answer.text
        return answer.json()

    def send(self, text: str = "Сәлем", to: str = "77000000107", **more: Any) -> httpx.Response:
        """A reply of the desk on WhatsApp."""
        body = {
            "messaging_product": "whatsapp",
            "recipient": to,
            "type": "text",
            "text": {"body": text},
        } | more
        return self.graph(f"{SECRETS.phone_number_id}/messages", body)

    def graph(self, path: str, body: dict[str, Any], token: str = SECRETS.access_token) -> httpx.Response:
        return self.http.post(f"/v23.0/{path}", json=body, headers={"Authorization": f"Bearer {token}"})

    def bot(self, method: str, bot: int = 0, **fields: Any) -> httpx.Response:
        """A call of one of the desk's bots."""
        return self.http.post(f"/bot{SECRETS.bots[bot].token}/{method}", json=fields)

    def sent(self, channel: str = "") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.http.get("/sent", params={"channel": channel}).json()["items"]
        return items

    def messages(self, name: str) -> list[dict[str, Any]]:
        """What the first chat of the person of this name shows."""
        chats = self.http.get("/phones/conversations").json()["items"]
        found: list[dict[str, Any]] = next((chat["messages"] for chat in chats if chat["person"]["name"] == name), [])
        return list(found)


@pytest.fixture
def phones() -> Iterator[Phones]:
    desk, clock, aws = Desk(), OwnClock(), Aws()
    routes = [Route("/webhooks/{channel}", desk.take, methods=["POST"])]
    with Server(Starlette(routes=routes)) as listening:
        desk.url = listening.url
        with (
            Server(create_app(desk.url, SECRETS, aws, clock, pace=QUICK)) as server,
            httpx.Client(base_url=server.url, timeout=10, trust_env=False) as http,
        ):
            yield Phones(server.url, desk, clock, aws, http)
