"""Every task of the erasure dies before and after each of its writes, on the running desk; the machine itself goes on.

Forty people go the whole way: nobody confirms within two days, so Decide has its turn, then they press the button
after all. Others change their minds, and so meet Finish and what follows it. A few of the forty fail for good once, and
so meet Escalate. Bystanders bear the same names.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.crash_points import BESIDE, MOST_WRITES, Point, left, plan, points, states
from tests.chaos.moving import MINUTE, NO_NEWS, WORDS, walk
from tests.chaos.report import REPORT
from tests.support.e2e.erasing import DAY, GRACE, HOUR, Customer, Item, Office, Rows, readable, settled
from tests.support.e2e.playing import Play, eventually
from tests.support.e2e.stored import everything

PART = "crash points"
GOING = 2 * MOST_WRITES
OPTING = 2 * 3
"""People who want no more news: what follows has two tasks of one write each."""
SORRY = 2 * 11
"""People who cancel: the box of their answers has fewer rows than those of the others."""
ESCALATED = 2 * 2
"""People whose run fails for good once: Escalate has one write."""
BYSTANDERS = 4
ASKING_ALONE = 2 * 5
"""People who die before their request is known by an id."""
FIRST = ("(ask)", "SoftSuppress", "VerifyIdentity")
OPTED_OUT = ("OptOutCertificate", "OptOutNotify")
CANCELLED = ("Finish", "AwaitDeliveryOfAnswer", "CloseBoxOfAnswer")
FAILS_AT, TRIES = "FreezeInventory", 9
"""Where some fail for good, and how often the machine tries: once, and eight times again."""
HIDDEN = "5"
"""Seconds for which a bell of a worker that died stays hidden, and not the minutes of the deployment: queues go by real
time."""
WATCHED = 11 * MINUTE
"""The watch looks after a run every ten minutes."""


@dataclass
class Crashes:
    """Who is in it, where their runs die, and what was seen when."""

    play: Play
    rng: random.Random
    seen: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    tried: dict[str, Point] = field(default_factory=dict)
    """By the id of the planned death."""
    met: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office, self.states = Office(self.play), {**states(), **BESIDE}
        self.going = [self._customer("Тасжарған", number) for number in range(GOING)]
        self.sorry = [self._customer("Кешіргүл", number) for number in range(SORRY)]
        self.opting = [self._customer("Жаңалықсыз", number) for number in range(OPTING)]
        self.bystanders = [self._customer("Тасжарған", number, other=1) for number in range(BYSTANDERS)]
        self.asking = [*self.going, *self.sorry]
        self.dynamodb = self.play.desk.client("dynamodb")
        (self.table,) = [name for name in self.dynamodb.list_tables()["TableNames"] if name.endswith("-desk")]

    def _customer(self, name: str, number: int, other: int = 0) -> Customer:
        channel, language = ("whatsapp", "telegram")[(number + other) % 2], ("kk", "ru", "en")[number % 3]
        digits = self.rng.randrange(10**7)
        key = f"7706{digits:07d}" if channel == "whatsapp" else str(5_700_000_000 + digits)
        return Customer(self.play, channel, f"Амина {name} {number:02}", language, key)

    def played(self) -> "Crashes":
        """Play it to the end."""
        with REPORT.timed(PART, "first messages"):
            self.bells_come_again_soon()
            self.everybody_writes()
        with REPORT.timed(PART, "no more news"):
            self.they_want_no_news()
        with REPORT.timed(PART, "asking"):
            self.they_ask()
        self.plan_the_others()
        with REPORT.timed(PART, "until the fence"):
            self.until_the_fence()
        with REPORT.timed(PART, "destruction"):
            self.destruction()
        with REPORT.timed(PART, "searching"):
            self.search()
        with REPORT.timed(PART, "two weeks"):
            self.two_weeks_pass()
        self.count()
        return self

    def bells_come_again_soon(self) -> None:
        sqs = self.play.desk.client("sqs")
        (url,) = [url for url in sqs.list_queues()["QueueUrls"] if url.endswith("-privacy")]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": HIDDEN})

    def everybody_writes(self) -> None:
        everybody = [*self.asking, *self.opting, *self.bystanders]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda one: one.write(f"Сәлеметсіз бе, {one.name} 5051"), everybody))
        walk(self.play, MINUTE)
        api = self.play.sign_in()

        def answered(one: Customer) -> None:
            ticket, reply = one.ticket(api), f"Тексеріп жатырмыз, {one.name}"
            one.contact_id = ticket["contact"]["id"]
            assert api.reply(ticket["id"], reply).ok
            one.wrote.append(reply)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(answered, everybody))
        for one in everybody:
            one.hears(one.wrote[-1])
        self.rows["first"] = settled(self.play)

    def they_want_no_news(self) -> None:
        """One after the other, because their requests have no id before: whoever's task comes first dies."""
        for number, one in enumerate(self.opting):
            planned = {
                plan(self.play, self.states[name].fault(points(name, OPTING)[number], "")): points(name, OPTING)[number]
                for name in OPTED_OUT
            }
            self.tried |= planned
            one.ask(NO_NEWS[one.language])
            self.office.reach("answered", one)
            self.settle_accounts(planned)

    def they_ask(self) -> None:
        """Those who die on the way one after the other: before the request is there, nobody knows its id."""
        for number, one in enumerate(self.asking[:ASKING_ALONE]):
            self.asks(one, number)
        for one in self.asking[ASKING_ALONE:]:
            one.ask(WORDS[one.language])
        eventually(lambda: all(self.waits(one) for one in self.asking[ASKING_ALONE:]))

    def asks(self, one: Customer, number: int) -> None:
        planned = {}
        for name in FIRST:
            point = points(name, ASKING_ALONE)[number]
            who = one.contact_id if name in BESIDE else ""
            planned[plan(self.play, self.states[name].fault(point, who))] = point
        self.tried |= planned
        *_, verify = planned
        one.ask(WORDS[one.language])
        eventually(lambda: self.waits(one) or verify not in left(self.play))
        if self.waits(one):  # the write after which the run may die is done; there may be nobody who dies of it
            eventually_or_not(lambda: verify not in left(self.play))
        self.settle_accounts(planned)

    def waits(self, one: Customer) -> bool:
        """Whether the person's request waits for their answer."""

        def row(pk: str) -> Item:
            key = {"pk": {"S": pk}, "sk": {"S": "request"}}
            found: Item = self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
            return found

        pointer = row(f"contact#{one.contact_id}")
        return bool(pointer) and "token" in row(f"request#{pointer['request_id']['S']}")

    def settle_accounts(self, planned: dict[str, Point]) -> None:
        """Keep which of the planned deaths were died, and forget the others."""
        alive = left(self.play)
        self.met += [point for fault, point in planned.items() if fault not in alive]
        self.play.phones("/faults", method="DELETE")

    def plan_the_others(self) -> None:
        self.seen["requests"] = requests = self.office.of(*self.asking)
        ids = [one["id"] for one in requests]
        alone = {*FIRST, *OPTED_OUT, *CANCELLED, "Escalate", "(confirm)", "(cancel)"}
        groups = {name: ids[:GOING] for name in self.states if name not in alone}
        failing = ids[GOING - ESCALATED : GOING]
        groups |= dict.fromkeys(CANCELLED, ids[GOING:]) | {"Escalate": failing}
        groups |= {"(confirm)": [one.contact_id for one in self.going]}
        assert {*groups, *FIRST, *OPTED_OUT, "(cancel)"} == self.states.keys()
        for name, people in groups.items():
            self.plan_for(name, people)
        for request_id in failing:
            plan(self.play, self.states[FAILS_AT].fault(Point(FAILS_AT, 1, "before"), request_id, TRIES))

    def plan_for(self, name: str, people: list[str]) -> None:
        """The k-th of them dies at the k-th point of a state."""
        for point, one in zip(points(name, len(people)), people, strict=True):
            self.tried[plan(self.play, self.states[name].fault(point, one))] = point

    def go_on(self) -> None:
        """What AWS does at once when a waiting task dies takes the local run twenty seconds and the watch: the first
        move ends the runs that hang, the second begins the next ones."""
        for _ in range(2):
            walk(self.play, WATCHED)

    def until_the_fence(self) -> None:
        self.go_on()
        self.office.reach("verifying", *self.asking, waits="identity")
        walk(self.play, 49 * HOUR)
        self.go_on()
        self.office.reach("deciding", *self.asking, waits="decision")
        for one in self.asking:
            one.press("confirm")
        eventually(lambda: all("verified" in _steps(one) for one in self.office.of(*self.asking)))
        self.go_on()  # to be told
        self.go_on()  # to cool off
        self.office.reach("grace", *self.asking, waits="grace")
        self.plan_for("(cancel)", [one.contact_id for one in self.sorry])
        for one in self.sorry:
            one.press("cancel")
        walk(self.play, MINUTE)
        self.go_on()
        self.rows["before"] = settled(self.play)

    def destruction(self) -> None:
        walk(self.play, GRACE)
        self.seen["escalated"] = self.office.reach("escalated", *self.going[-ESCALATED:])
        self.go_on()
        walk(self.play, 2 * HOUR)
        self.go_on()
        self.go_on()
        self.office.reach("destroying", *self.going, waits="told")
        walk(self.play, DAY)
        self.go_on()
        self.seen["destroyed"] = self.office.reach("waiting_for_backups", *self.going, waits="backups")
        self.seen["cancelled"] = self.office.reach("cancelled", *self.sorry)
        self.rows["after"] = settled(self.play)

    def search(self) -> None:
        canaries = {canary for one in self.going for canary in one.canaries()}
        canaries |= {one.certificate()[1] for one in self.going}
        found = list(everything(self.play.desk.client))
        self.seen["readable"] = readable(found, canaries)
        REPORT.note(PART, searched={"MB": round(sum(len(data) for _, data in found) / 1e6, 1),
                                    "canaries": len(canaries)})  # fmt: skip

    def two_weeks_pass(self) -> None:
        walk(self.play, 15 * DAY, steps=2)
        self.seen["complete"] = self.office.reach("complete", *self.going)

    def count(self) -> None:
        alive = left(self.play)
        counted = {*FIRST, *OPTED_OUT}
        self.met += [one for fault, one in self.tried.items() if fault not in alive and one.state not in counted]
        self.seen["left"] = alive - self.tried.keys()
        runs = [one["run"] for one in self.seen["complete"]]
        people = {"erased": GOING, "no news": OPTING, "cancelled": SORRY, "failed for good once": ESCALATED}
        REPORT.note(PART, people=people,
                    crashes=len(self.met), failed_tries=ESCALATED * TRIES, runs=sum(runs))  # fmt: skip


def _steps(request: Item) -> set[str]:
    return {step["name"] for step in request["steps"]}


def eventually_or_not(look: Any) -> None:
    """Wait until something is so, two seconds at most: it need not become so."""
    try:
        eventually(look, seconds=2)
    except AssertionError:
        return
