"""Delivers webhooks to the desk as Meta and Telegram do: with growing pauses between attempts, until it answers 2xx."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from local.phones.accounts import Pace
from local.phones.store import Bubble, Store

log = logging.getLogger("local.phones")
_REMEMBERED = 200


@dataclass
class Delivery:
    """The delivery of one webhook. `status` is that of the desk's last answer, 0 without one; `state` as in Bubble."""

    channel: str
    what: str
    at: float
    bubble: Bubble | None = None
    status: int = 0
    attempts: int = 0
    state: str = "sending"

    def brief(self) -> dict[str, Any]:
        return {
            "channel": self.channel, "what": self.what, "status": self.status, "attempts": self.attempts,
            "state": self.state,
        }  # fmt: skip


class Postman:
    """Posts webhooks to the desk and remembers the results. `open` comes before use, `close` at the end."""

    def __init__(self, store: Store, pace: Pace) -> None:
        self.store = store
        self.pace = pace
        self.deliveries: deque[Delivery] = deque(maxlen=_REMEMBERED)
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        # The desk is on this machine, so a proxy that the environment names must not be used.
        self._client = httpx.AsyncClient(timeout=self.pace.answer_within, trust_env=False)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client:
            await self._client.aclose()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the background until it ends or `close` is called."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def post(self, delivery: Delivery, url: str, content: bytes, headers: Mapping[str, str]) -> Delivery:
        """Try to deliver once and return; when that fails, further attempts follow in the background."""
        self.deliveries.append(delivery)
        if not await self._try(delivery, url, content, headers):
            self.start(self._again(delivery, url, content, headers))
        return delivery

    async def _again(self, delivery: Delivery, url: str, content: bytes, headers: Mapping[str, str]) -> None:
        for wait in self.pace.retries:
            await asyncio.sleep(wait)
            if await self._try(delivery, url, content, headers):
                return
        self._note(delivery, "given up")
        log.warning("%s webhook given up after %d tries", delivery.channel, delivery.attempts)

    async def _try(self, delivery: Delivery, url: str, content: bytes, headers: Mapping[str, str]) -> bool:
        assert self._client is not None, "the postman is not open"
        delivery.attempts += 1
        try:
            answer = await self._client.post(
                url, content=content, headers={"Content-Type": "application/json", **headers}
            )
            delivery.status = answer.status_code
        except httpx.HTTPError:
            delivery.status = 0
        taken = 200 <= delivery.status < 300
        self._note(delivery, "sent" if taken else "retrying")
        return taken

    def _note(self, delivery: Delivery, state: str) -> None:
        delivery.state = state
        if delivery.bubble and delivery.bubble.state in ("sending", "sent", "retrying"):
            delivery.bubble.state = state
            answer = delivery.status or "no answer"
            delivery.bubble.reason = "" if state == "sent" else f"{answer}, try {delivery.attempts}"
        self.store.changed()
