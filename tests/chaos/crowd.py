"""Two hundred people who have nothing to do with it: they write, as their providers would bring it."""

import json
import random
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.channels.bodies import wamid
from tests.support.e2e.playing import BOT_SECRET, SECONDS, Play, signed, whatsapp_text

THREADS = 6
TRIES = 40
"""Of one webhook; Meta and Telegram go on for days."""
MOST_PAUSE = 3.0
"""Seconds between two tries, at most."""
_ABOVE_THE_BOTS = 1000
"""Telegram numbers both sides of a chat together; the stand-in numbers the bot's side from 1 on."""


@dataclass
class Other:
    """Somebody. `key` is their number on WhatsApp, their id on Telegram."""

    channel: str
    key: str
    name: str
    wrote: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    _one_by_one: threading.Lock = field(default_factory=threading.Lock)

    def says_something(self, at: int) -> dict[str, Any]:
        """The webhook with one more text of theirs, sent at this second."""
        with self._one_by_one:
            serial = len(self.wrote) + 1
            self.wrote.append(f"{self.name}, хат {serial}")
            self.bodies.append(self._webhook(self.wrote[-1], serial, at))
            return self.bodies[-1]

    def _webhook(self, text: str, serial: int, at: int) -> dict[str, Any]:
        if self.channel == "whatsapp":
            return whatsapp_text(self.key, text, at, name=self.name, message_id=wamid(self.key, serial))
        person = {"id": int(self.key), "first_name": self.name}
        message = {
            "message_id": _ABOVE_THE_BOTS + serial,
            "from": {**person, "is_bot": False, "language_code": "kk"},
            "chat": {**person, "type": "private"},
            "date": at,
            "text": text,
        }
        return {"update_id": int(self.key) % 10**7 * 1000 + serial, "message": message}


@dataclass
class Crowd:
    """All of them, and what their providers met."""

    play: Play
    rng: random.Random
    people: list[Other]
    delivered: int = 0
    repeated: int = 0
    retried: int = 0

    @classmethod
    def of(cls, play: Play, rng: random.Random, count: int) -> "Crowd":
        """So many people, every other one on Telegram."""
        numbers = rng.sample(range(10**7), count)
        people = [
            Other("telegram", str(6_100_000_000 + number), f"Сәуле {number}")
            if number_of % 2
            else Other("whatsapp", f"7701{number:07d}", f"Асқар {number}")
            for number_of, number in enumerate(numbers)
        ]
        return cls(play, rng, people)

    def write(self, texts: int, again: int) -> None:
        """Each writes so many texts, in an order of chance; and so many old webhooks come once more, in between."""
        new = [one for one in self.people for _ in range(texts)]
        self.rng.shuffle(new)
        old = [(one, body) for one in self.people for body in one.bodies]
        late = self.rng.sample(old, min(again, len(old)))
        places = self.rng.sample(range(len(new) + len(late)), len(late))
        waiting, fresh = dict(zip(places, late, strict=True)), iter(new)
        jobs = [waiting.get(place) or (next(fresh), None) for place in range(len(new) + len(late))]
        self._bring(jobs)

    def _bring(self, jobs: Iterable[tuple[Other, dict[str, Any] | None]]) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            for tries, repeated in pool.map(lambda job: self._one(*job), jobs):
                self.delivered += 1
                self.repeated += repeated
                self.retried += tries - 1

    def _one(self, one: Other, body: dict[str, Any] | None) -> tuple[int, bool]:
        sent = body or one.says_something(self.play.now())
        return deliver(self.play, one.channel, sent), body is not None


def deliver(play: Play, channel: str, body: dict[str, Any]) -> int:
    """Bring a webhook as a provider does, again until the desk takes it; return how many tries that took."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    headers = signed(raw) if channel == "whatsapp" else {"X-Telegram-Bot-Api-Secret-Token": BOT_SECRET}
    headers = {"Content-Type": "application/json", **headers}
    for tried in range(1, TRIES + 1):
        try:
            status = requests.post(
                f"{play.desk.url}/webhooks/{channel}", data=raw, headers=headers, timeout=SECONDS
            ).status_code
        except requests.RequestException:
            status = 0
        if status == 200:
            return tried
        assert status in {0, 429} or status >= 500, status
        time.sleep(min(0.1 * 2**tried, MOST_PAUSE))
    raise AssertionError(f"a webhook was not taken in {TRIES} tries")
