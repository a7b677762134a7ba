"""Reads the customers and conversations of the demo from local/demo/data, and plans when each step happens."""

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
TICKS = 16
"""Number of parts of the demo's working day. Customers and staff answer each other in a later part."""

CUSTOMER = frozenset(
    "says mails fills quotes chooses photo album file voice video circle animation music sticker place card poll"
    " unsupported edits deletes reacts start blocks".split()
)
OPERATOR = frozenset("answers undelivered notes template".split())
ONLY_ON = {
    **dict.fromkeys(("chooses", "deletes", "unsupported", "template"), "whatsapp"),
    **dict.fromkeys(("poll", "start", "blocks", "circle"), "telegram"),
    "mails": "email",
    "fills": "form",
}
"""Steps that only one channel has."""


@dataclass(frozen=True)
class Customer:
    """A customer: on Telegram with `user_id`, on WhatsApp with `phone` (digits) or a business-scoped `user_id`, by
    e-mail with the address `mail`, or by the form."""

    key: str
    channel: str
    name: str
    phone: str = ""
    user_id: str = ""
    username: str = ""
    language_code: str = ""
    mail: str = ""

    def body(self) -> dict[str, str]:
        """Return the fields by which the phones know the customer."""
        known = {
            name: getattr(self, name) for name in ("phone", "user_id", "mail", "name", "username", "language_code")
        }
        return {name: value for name, value in known.items() if value}


@dataclass(frozen=True)
class Step:
    """One action of a customer or a staff member: a word of CUSTOMER or OPERATOR, and its text; of a mail subject and
    text with | between, and behind another | the name of a document."""

    what: str
    text: str = ""

    @property
    def by_customer(self) -> bool:
        return self.what in CUSTOMER


@dataclass(frozen=True)
class Story:
    """One ticket: its steps, the operator (`by`, "" for nobody), and the state in which it is left.

    `hours_ago`: the customer wrote so many hours before the demo, and nobody has looked since.
    """

    who: Customer
    steps: tuple[Step, ...]
    by: str = ""
    priority: str = ""
    tags: tuple[str, ...] = ()
    state: str = ""
    hours_ago: int = 0


@dataclass(frozen=True)
class Burst:
    """Steps of a story that follow each other at once. `ends`: they are the last ones of the story."""

    story: Story
    steps: tuple[Step, ...]
    ends: bool


def stories(size: int | None = None) -> list[Story]:
    """Return the first `size` conversations, or all. Those of one customer keep their order.

    Raises ValueError when the data is wrong.
    """
    people = {key: Customer(key, **fields) for key, fields in _read("people").items()}
    found = [_story(people, one) for path in sorted(DATA.glob("stories_*.toml")) for one in _read(path.stem)["story"]]
    for place, story in enumerate(found):
        if any(later.who == story.who for later in found[place + 1 :]) and story.state != "closed":
            raise ValueError(f"{story.who.key}: a ticket that another one follows must be closed")
    return found[:size]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _story(people: dict[str, Customer], one: dict[str, Any]) -> Story:
    who = people[one.pop("who")]
    steps = tuple(Step(*step) for step in one.pop("steps"))
    for step in steps:
        if step.what not in CUSTOMER | OPERATOR or ONLY_ON.get(step.what, who.channel) != who.channel:
            raise ValueError(f"{who.key}: nobody can do {step.what} on {who.channel}")
    if not steps[0].by_customer:
        raise ValueError(f"{who.key}: a story begins with the customer")
    return Story(who, steps, tags=tuple(one.pop("tags", ())), **one)


def timetable(told: Sequence[Story], rng: random.Random) -> list[list[Burst]]:
    """Return the bursts of each of the TICKS parts of the day. A customer's bursts are in different parts, in order."""
    parts: list[list[Burst]] = [[] for _ in range(TICKS)]
    for who in dict.fromkeys(story.who for story in told):
        bursts = [burst for story in told if story.who == who for burst in _bursts(story)]
        if len(bursts) > TICKS:
            raise ValueError(f"{who.key}: {len(bursts)} exchanges do not fit into a day of {TICKS} parts")
        for part, burst in zip(sorted(rng.sample(range(TICKS), len(bursts))), bursts, strict=True):
            parts[0 if burst.story.hours_ago else part].append(burst)
    for bursts in parts:
        rng.shuffle(bursts)
    parts[0].sort(key=lambda burst: -burst.story.hours_ago)
    return parts


def _bursts(story: Story) -> Iterator[Burst]:
    """Split a story into bursts; one begins whenever the customer writes after the desk."""
    begins = [
        place
        for place, step in enumerate(story.steps)
        if step.by_customer and (place == 0 or not story.steps[place - 1].by_customer)
    ]
    for begin, end in zip(begins, [*begins[1:], len(story.steps)], strict=True):
        yield Burst(story, story.steps[begin:end], end == len(story.steps))
