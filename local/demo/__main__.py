"""`make demo`: fills a running desk with conversations, through the stand-in phones and the API, as people would."""

import os
import random
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from local.aws.ministack import CannotStart
from local.demo.desk import DemoStopped, Phones
from local.demo.news import News
from local.demo.play import Player
from local.demo.stories import TICKS, stories, timetable
from local.ports import RunSettings

SEED = 7
HOURS = 8
MOST_HOURS = 16
"""With more hours, the first customers of the day would soon be outside WhatsApp's window of 24 hours."""


@dataclass(frozen=True)
class DemoSettings:
    """`size`: most conversations, None for all. `hours`: how far the desk's clock moves during the demo."""

    url: str
    phones_url: str
    seed: int = SEED
    size: int | None = None
    hours: int = HOURS

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "DemoSettings":
        """Read PORT and PHONES_PORT as `make run` does, and SEED, SIZE and HOURS. Raises CannotStart."""
        run = RunSettings.of(environment)
        return cls(
            run.url,
            run.phones_url,
            _whole(environment, "SEED", SEED, 0, 2**32),
            _whole(environment, "SIZE", 0, 0, 10_000) or None,
            _whole(environment, "HOURS", HOURS, 0, MOST_HOURS),
        )


def _whole(environment: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    given = environment.get(name) or str(usual)
    if not given.isdecimal() or not least <= int(given) <= most:
        raise CannotStart(f"{name}={given} does not fit. Give a number from {least} to {most}.")
    return int(given)


def check_running(chosen: DemoSettings) -> None:
    """Raise DemoStopped when no desk answers at these addresses."""
    for name, url in (("PORT", chosen.url), ("PHONES_PORT", chosen.phones_url)):
        try:
            answers = httpx.get(f"{url}/healthz", timeout=15, trust_env=False).status_code == 200
        except httpx.HTTPError:
            answers = False
        if not answers:
            raise DemoStopped(
                f"No desk runs at {url}. Start one with make run in another terminal, or name its port with {name}=…"
            )


def fill(chosen: DemoSettings) -> None:
    """Play the whole demo and say how far it is. Raises DemoStopped."""
    check_running(chosen)
    rng = random.Random(chosen.seed)
    told = stories(chosen.size)
    people = len({story.who for story in told})
    walks = f"the desk's clock walks about {chosen.hours} h forward" if chosen.hours else "the clock stays"
    print(f"Demo, seed {chosen.seed}: {len(told)} tickets of {people} customers; {walks}.", flush=True)
    phones = Phones(chosen.phones_url)
    player = Player(phones, chosen.url, rng)
    player.unblock()
    started, done = time.monotonic(), 0
    for part, bursts in enumerate(timetable(told, rng), 1):
        seconds = 0
        if chosen.hours:
            # With parts of equal length, all staff would answer at the same minutes of each hour.
            seconds = int(chosen.hours * 3600 / TICKS * rng.uniform(0.7, 1.3))
            phones.post("/clock", {"advance_seconds": seconds})
        # Played in the order of their times, so that the desk lists the tickets in that order.
        backs = sorted((rng.uniform(0, seconds * 0.9) for _ in bursts), reverse=True)
        for burst, back in zip(bursts, backs, strict=True):
            player.play(burst, back)
            done += burst.ends
        print(
            f"  {part:2} of {TICKS}: {done:3} tickets done, {player.messages:4} messages, {player.replies:4} replies",
            flush=True,
        )
    if News(phones, chosen.url).play():
        print("  A customer has subscribed to news by mail, and a mailing is on its way.", flush=True)
    print(f"Filled in {time.monotonic() - started:.0f} s. Look at {chosen.url}/dashboard/", flush=True)


def main() -> int:
    """Fill the desk; returns the exit status."""
    try:
        fill(DemoSettings.of(os.environ))
        return 0
    except KeyboardInterrupt:
        print("\nStopped; what was played stays.", file=sys.stderr)
        return 130
    except (CannotStart, DemoStopped) as error:
        print(error, file=sys.stderr)
        return 1
    except httpx.HTTPError as error:
        print(f"The desk stopped answering ({type(error).__name__}); what was played stays.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
