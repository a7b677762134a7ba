"""Runs the phones alone: `python -m local.phones`. Settings: PHONES_PORT (8001) and DESK_URL (port 8000)."""

import asyncio
import os
import time
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local.phones import ProviderSecrets, create_app


class OwnClock:
    """The clock of phones that run without a desk on this machine."""

    def __init__(self) -> None:
        self.offset = 0

    def now(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: int, /, steps: int = 1, wait: float = 0) -> None:
        self.offset += seconds


class NoAws:
    """Refuses faults of AWS, because no embedded AWS runs here."""

    def add(self, fault: dict[str, Any], /) -> None:
        raise ValueError(f"The phones run alone: there is no {fault['channel']} that could fail.")

    def clear(self) -> None:
        return

    def all(self) -> list[dict[str, Any]]:
        return []


def main() -> None:
    """Serve the phones until the process is ended."""
    port = int(os.environ.get("PHONES_PORT", "8001"))
    desk_url = os.environ.get("DESK_URL", "http://127.0.0.1:8000")
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    app = create_app(desk_url, ProviderSecrets(), NoAws(), OwnClock())
    print(f"Phones: http://127.0.0.1:{port}, webhooks go to {desk_url}")
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main()
