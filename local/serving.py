"""Runs a server of the local run in a thread with an event loop of its own, on a port of 127.0.0.1."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Self

from local.aws.ministack import CannotStart

Serve = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""A coroutine function that serves until the event is set."""

STOP_SECONDS = 5.0


class Serving:
    """One server. `name` is used in the message when it has stopped by itself."""

    def __init__(self, name: str, serve: Serve) -> None:
        self._serve = serve
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._stop = asyncio.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name=name)

    def start(self) -> Self:
        """Start the thread. The server answers a moment later."""
        self._thread.start()
        return self

    def _run(self) -> None:
        try:
            # Leaving the runner cancels the tasks of open connections; otherwise each would print a warning later.
            with self._runner:
                self._runner.run(self._serve(self._stop))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that asks
            self._error = error

    def check(self) -> None:
        """Raise CannotStart when the server has stopped by itself."""
        if self._error is not None or not self._thread.is_alive():
            raise CannotStart(f"{self._thread.name} has stopped: {self._error}")

    def stop(self) -> None:
        """Stop the server; does nothing when it has stopped already."""
        if self._thread.is_alive():
            with suppress(RuntimeError):  # it has just stopped by itself
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(STOP_SECONDS)
