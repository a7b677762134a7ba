"""Somebody with a conversation of 5,000 messages and their files is erased on the running desk while others write.

The others' webhooks are timed before and during the erasure. Everything is one walk of the clock (module fixture
`long`); what each test looks at was seen on the way.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.core.clock import SECOND
from chalicelib.erasure.tasks.drain_writers import DRAIN_FOR
from tests.chaos.crowd import Crowd, deliver
from tests.chaos.moving import MINUTE, WORDS, walk
from tests.chaos.report import REPORT
from tests.chaos.traffic import SHARE
from tests.support.e2e.erasing import (
    DAY,
    FINAL,
    GENUINE,
    GRACE,
    Customer,
    Office,
    belonging,
    boxes_of,
    check,
    ids_of,
    readable,
    settled,
)
from tests.support.e2e.playing import Play, eventually, new_phone, whatsapp_text
from tests.support.e2e.stored import everything

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]
PART = "long conversation"
MESSAGES, FILES = max(100, round(5000 * SHARE)), max(5, round(250 * SHARE))
IN_A_BODY = 50
"""Messages that one webhook brings."""
OTHERS, TEXTS = 200, max(1, round(5 * SHARE))
"""People who write meanwhile, and how many texts each of them: 1,000 in all, and as many before."""
SLOWEST = 1.0
"""Seconds. Meta wants fewer than one webhook in a hundred to take longer."""


class Timed(Crowd):
    """The crowd with a watch: how long each webhook took, in seconds."""

    took: list[float]

    def _one(self, one: Any, body: dict[str, Any] | None) -> tuple[int, bool]:
        began = time.monotonic()
        done = super()._one(one, body)
        self.took.append(time.monotonic() - began)
        return done


@dataclass
class Long:
    """Who is in it, and what was seen when."""

    play: Play
    rng: random.Random
    seen: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.office = Office(self.play)
        self.crowd = Timed.of(self.play, self.rng, OTHERS)
        self.crowd.took = []
        self.person = Customer(self.play, "whatsapp", "Данияр Қоңыраугүл", "kk", new_phone())
        self.word = f"құпия-{self.rng.randrange(10**9):09d}"
        """In each of their texts."""

    def played(self) -> "Long":
        """Play it to the end."""
        with REPORT.timed(PART, "the conversation"):
            self.they_write()
        with REPORT.timed(PART, "others before"):
            self.crowd.write(1, 0)
            self.crowd.took.clear()
            self.crowd.write(TEXTS, 0)
        self.seen["before"] = self.within()
        self.person.ask(WORDS["kk"])
        self.person.press("confirm")
        self.office.reach("grace", self.person, waits="grace")
        walk(self.play, MINUTE)
        self.seen["rows before"] = settled(self.play)
        self.seen["objects before"] = self.objects()
        with REPORT.timed(PART, "erasing while others write"):
            self.meanwhile(GRACE + 10 * MINUTE, TEXTS // 4)
            self.meanwhile(DRAIN_FOR // SECOND + 5 * MINUTE, TEXTS - TEXTS // 4 * 2)
            self.office.reach("destroying", self.person, waits="told")
            self.meanwhile(DAY, TEXTS // 4)
            self.seen["destroyed"] = self.office.reach("waiting_for_backups", self.person)
        self.seen["during"] = self.within()
        with REPORT.timed(PART, "two weeks"):
            walk(self.play, 15 * DAY, steps=4)
            self.office.reach("complete", self.person)
        self.look()
        return self

    def they_write(self) -> None:
        """The whole conversation, many messages a webhook, then its files by the phone."""
        self.person.write(f"Сәлеметсіз бе, {self.word}")
        at = self.play.now() - MESSAGES
        for first in range(0, MESSAGES - FILES, IN_A_BODY):
            bodies = [
                whatsapp_text(self.person.key, f"{self.word}, хат {number}", at + number, name=self.person.name)
                for number in range(first, min(first + IN_A_BODY, MESSAGES - FILES))
            ]
            values = [body["entry"][0]["changes"][0]["value"] for body in bodies]
            values[0]["messages"] = [value["messages"][0] for value in values]
            deliver(self.play, "whatsapp", bodies[0])
        who = {"phone": self.person.key, "name": self.person.name}
        for number in range(FILES):
            more = {"kind": "picture", "text": f"{self.word}, сурет {number}"}
            self.play.phones("/phones/whatsapp/messages", {**who, **more})
        api = self.play.sign_in()
        self.person.known(api)
        eventually(lambda: len(self.objects()) == FILES, seconds=300)

    def objects(self) -> list[str]:
        """Keys of the files of this person in all buckets."""
        s3 = self.play.desk.client("s3")
        names = [one["Name"] for one in s3.list_buckets()["Buckets"]]
        pages = [page for name in names for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name)]
        found = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return [key for key in found if self.person.contact_id and self.person.contact_id in key]

    def meanwhile(self, seconds: int, texts: int) -> None:
        """Move the clock while each of the others writes so many texts; both are done when this returns."""
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(self.crowd.write, texts, 0)
            walk(self.play, seconds)
            writing.result()

    def within(self) -> float:
        """Return within which time (s) 95 of 100 webhooks since the last look were taken."""
        took = sorted(self.crowd.took)
        self.crowd.took.clear()
        return took[int(len(took) * 0.95)]

    def look(self) -> None:
        """Read what is left of the person, and what the others wrote, as an operator does."""
        self.seen["rows"], self.seen["objects"] = settled(self.play), self.objects()
        canaries = [self.person.key, self.person.name, self.word]
        self.seen["readable"] = readable(everything(self.play.desk.client), canaries)
        api = self.play.sign_in()
        self.seen["texts"] = Counter(
            message["text"]
            for ticket in api.tickets()
            for message in api.get(f"tickets/{ticket['id']}")["messages"]
            if message["direction"] == "in"
        )
        REPORT.note(
            PART,
            conversation={"messages": MESSAGES, "with a file": FILES},
            webhooks={"before": OTHERS * TEXTS, "during": OTHERS * TEXTS, "tried again": self.crowd.retried},
            seconds_for_95_of_100={name: round(self.seen[name], 3) for name in ("before", "during")},
            counts=json.loads(json.dumps(self.seen["destroyed"][0]["counts"])),
        )


@pytest.fixture(scope="module")
def long(play: Play) -> Iterator[Long]:
    """All of it, once."""
    with REPORT.timed(PART, "all"):
        yield Long(play, random.Random(REPORT.seed)).played()


def test_nothing_of_the_person_is_left_and_the_certificate_is_final(long: Long) -> None:
    said = check(long.play, long.person.certificate(), "kk")
    assert GENUINE["kk"] in said and FINAL["kk"] in said
    assert len(long.seen["objects before"]) == FILES and long.seen["objects"] == []
    assert long.seen["readable"] == set()
    before, after = long.seen["rows before"], long.seen["rows"]
    old = ids_of(before, long.person.contact_id)
    assert len(belonging(before, old)) > MESSAGES
    left = Counter(place[1].partition("#")[0] for place in belonging(after, old))
    assert left == {"request": 1, "tombstone": 1}
    assert not belonging(after, boxes_of(before, {long.person.contact_id}))


def test_all_that_was_found_was_destroyed(long: Long) -> None:
    (request,) = long.seen["destroyed"]
    for store, counts in request["counts"].items():
        assert counts["found"] == counts["destroyed"] and not counts["retained"], store


def test_of_what_the_others_wrote_meanwhile_nothing_is_lost_or_doubled(long: Long) -> None:
    wrote = [text for one in long.crowd.people for text in one.wrote]
    assert len(wrote) == OTHERS * (1 + 2 * TEXTS)
    assert {text: long.seen["texts"][text] for text in wrote} == dict.fromkeys(wrote, 1)


def test_the_others_waited_no_longer_than_before(long: Long) -> None:
    """Here the whole of AWS is one process beside the callers, so within noise means: a few times as long at most."""
    assert long.seen["during"] <= max(SLOWEST, 3 * long.seen["before"])
