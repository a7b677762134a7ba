"""Twenty people are erased on the running desk while two hundred others write, and some of the twenty, too.

One walk of the clock, from everybody's first message to the final certificates; what each test looks at was seen on
the way.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.erasure.tasks.drain_writers import DRAIN_FOR
from tests.chaos.crowd import Crowd
from tests.chaos.moving import MINUTE, WORDS, walk
from tests.chaos.report import REPORT
from tests.support.e2e.erasing import DAY, GRACE, Customer, Item, Office, Rows, readable, settled
from tests.support.e2e.playing import Api, Play
from tests.support.e2e.stored import everything

PART = "twenty leave"
LEAVING, OTHERS = 20, 200
WAVES = 3
"""Of texts of the others, each while the workflows run."""
AGAIN = 60
"""Old webhooks in each wave that come once more."""
FENCED = 6
"""People of the twenty who write while they are erased, so many texts each."""
WEATHER = (
    {"channel": "dynamodb", "match": "TransactWriteItems .*-intake$", "error": "TransactionConflict", "times": 20},
    {"channel": "dynamodb", "match": "TransactWriteItems .*-intake$", "error": "InternalServerError", "times": 20},
    {"channel": "lambda:intake", "n": 2, "when": "before", "times": 3},
    {"channel": "lambda:intake", "n": 2, "when": "after", "times": 3},
    {"channel": "lambda:relay", "n": 1, "when": "before", "times": 1},
)
"""Faults of each wave: what makes providers repeat, and a bell that is lost."""
GREETING = {"kk": "Сәлеметсіз бе, тапсырысым қайда?", "ru": "Здравствуйте, где мой заказ?", "en": "Where is my order?"}


@dataclass
class Leaving:
    """Who is in it, and what was seen when."""

    play: Play
    rng: random.Random
    seen: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office = Office(self.play)
        self.crowd = Crowd.of(self.play, self.rng, OTHERS)
        self.people = [self._customer(number) for number in range(LEAVING)]

    def _customer(self, number: int) -> Customer:
        channel, language = ("whatsapp", "telegram")[number % 2], ("kk", "ru", "en")[number % 3]
        digits = self.rng.randrange(10**7)
        key = f"7705{digits:07d}" if channel == "whatsapp" else str(5_800_000_000 + digits * 20 + number)
        return Customer(self.play, channel, f"Данияр Қоңыраугүл {number:02}", language, key)

    def played(self) -> "Leaving":
        """Play it to the end."""
        with REPORT.timed(PART, "first messages"):
            self.everybody_writes()
        with REPORT.timed(PART, "asking"):
            self.they_ask()
        with REPORT.timed(PART, "erasing while others write"):
            self.meanwhile(GRACE + 10 * MINUTE, self.they_write_late)
            self.meanwhile(DRAIN_FOR // SECOND + 5 * MINUTE, self.they_write_late)
            self.office.reach("destroying", *self.people, waits="told")
            self.meanwhile(DAY)
            self.seen["destroyed"] = self.office.reach("waiting_for_backups", *self.people)
        with REPORT.timed(PART, "searching"):
            self.search("after")
        with REPORT.timed(PART, "two weeks"):
            walk(self.play, 15 * DAY, steps=4)
            self.seen["complete"] = self.office.reach("complete", *self.people)
            self.search("end")
        with REPORT.timed(PART, "reading all"):
            self.read()
        return self

    def everybody_writes(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            crowd = pool.submit(self.crowd.write, 1, 0)
            for one in self.people:
                one.write(f"{GREETING[one.language]} {one.name} 5051")
            crowd.result()
        walk(self.play, MINUTE)
        api = self.play.sign_in()
        for one in self.people:
            one.known(api)
            one.write(f"Тағы бір сұрақ, {one.name}")
            reply, note = f"Тексеріп жатырмыз, {one.name}", f"{one.name} қайта қоңырау шалуды сұрады"
            ticket = one.ticket(api)["id"]
            assert api.reply(ticket, reply).ok and api.call("POST", f"tickets/{ticket}/comments", {"text": note}).ok
            one.wrote += [reply, note]
        for one in self.people:
            one.hears(one.wrote[-2])

    def they_ask(self) -> None:
        for one in self.people:
            one.ask(WORDS[one.language])
        for one in self.people:
            one.press("confirm")
        self.office.reach("grace", *self.people, waits="grace")
        walk(self.play, MINUTE)
        self.rows["before"] = settled(self.play)

    def meanwhile(self, seconds: int, *more: Callable[[], None]) -> None:
        """Move the clock while the others write; both are done when this returns."""
        for fault in WEATHER:
            self.play.phones("/faults", fault)
        with ThreadPoolExecutor(1 + len(more)) as pool:
            writing = [pool.submit(self.crowd.write, 1, AGAIN), *(pool.submit(one) for one in more)]
            walk(self.play, seconds)
            for one in writing:
                one.result()
        self.play.phones("/faults", method="DELETE")
        walk(self.play, 1)

    def they_write_late(self) -> None:
        """Some of the twenty write on and on; the phones repeat what the desk does not take at once."""
        for number in range(FENCED):
            for one in self.people[:FENCED]:
                text = f"{one.name} кешіккен хат {len(self.late)} {number}"
                me = {"phone": one.key} if one.channel == "whatsapp" else {"user_id": one.key}
                self.play.phones(f"/phones/{one.channel}/messages", {**me, "name": one.name, "text": text})
                self.late.append(text)

    def search(self, when: str) -> None:
        self.rows[when] = settled(self.play)
        secrets = [part for one in self.people for part in (one.certificate()[1],)]
        canaries = [canary for one in self.people for canary in one.canaries()]
        found = list(everything(self.play.desk.client))
        self.seen[f"readable {when}"] = readable(found, {*canaries, *self.late, *secrets})
        self.seen["refused"] = sum(b'"Fenced"' in data for place, data in found if place.endswith("-intake"))
        REPORT.note(PART, searched={"places": len({place for place, _ in found}),
                                    "MB": round(sum(len(data) for _, data in found) / 1e6, 1),
                                    "canaries": len({*canaries, *self.late, *secrets})})  # fmt: skip

    def read(self) -> None:
        """Read every ticket as an operator does."""
        api = self.play.sign_in()
        tickets = list(api.tickets())
        with ThreadPoolExecutor(4) as pool:
            self.seen["tickets"] = list(pool.map(lambda one: _read(api, one["id"]), tickets))
        REPORT.note(
            PART,
            people=f"{LEAVING} erased, {OTHERS} writing",
            webhooks={"new": sum(len(one.wrote) for one in self.crowd.people), "repeated": self.crowd.repeated,
                      "tried again": self.crowd.retried, "late of the erased": len(self.late),
                      "of those refused": self.seen["refused"]},
            rows={when: len(rows) for when, rows in self.rows.items()},
        )  # fmt: skip


def _read(api: Api, ticket_id: str) -> Item:
    return Api(api.url, api.token).get(f"tickets/{ticket_id}")  # type: ignore[no-any-return]
