"""What a certificate counts is what there was, whoever acts between any two calls of the destroying tasks.

Between any two calls of a task, which dies at some of them, others act on the same tables: writers that read the person
before the fence and write now, the indexer, the sender, the dater, the sweeper, the worker of requests, statuses. What
was there when the fence closed, and what they add to it, must be counted once each, and nobody but the eraser may take
anything away. SEED repeats a run; a failure names it.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.channels.parts import StatusUpdate
from chalicelib.core.errors import DeskError
from chalicelib.dynamo.builder import plain_item
from chalicelib.dynamo.schema import SECTIONS
from chalicelib.erasure.counts import unexpired
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from tests.support.erasure.absence import verify
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroyed import SEED, finish, places
from tests.support.erasure.destroying import run_task, run_until
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person, cast
from tests.support.erasure.writers import HIM, WRITERS
from tests.support.faults import WRITES, Died, Late
from tests.support.intake.desk import Snapshot
from tests.support.people import WHATSAPP_ACCOUNT, from_amina, wamid

OF_WHATSAPP = frozenset({"message", "renamed", "new_ticket", "moved_phone", "number_change", "block", "status"})
"""Writers whose events come from the person's WhatsApp."""
RESTING = ("close_idle", "new_ticket")
"""Writers of which one at most may be held up: they change what others have read."""
Keys = set[tuple[str, str, str]]


@dataclass
class Race:
    """One person, one request, and everybody else. `there` are the keys of all rows of theirs that there were from the
    fence on, `counted` how many of each store."""

    desk: ErasureDesk
    person: Person
    request: Request
    rng: random.Random
    late: list[Late] = field(default_factory=list)
    there: Keys = field(default_factory=set)
    seen: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)
    calls: int = 0
    fenced: bool = False
    deaths: int = 3

    def hold_up(self) -> None:
        """Some writers read the person and are held up before their write."""
        names = [name for name in WRITERS if self.person.channel == "whatsapp" or name not in OF_WHATSAPP]
        chosen = self.rng.sample([name for name in names if name not in RESTING], 6)
        for name in ("sent", *chosen):
            writer, number = WRITERS[name]
            late = Late(self.desk.dynamodb, number)
            with suppress(Died, DeskError, ValueError, AssertionError):
                writer(self.desk, self.person, late)
            if late.kept is not None:
                self.late.append(late)
                self.acts.append(f"held up: {name}")

    def __getattr__(self, name: str) -> Any:
        """As the DynamoDB client of the tasks."""
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self.desk.dynamodb, name)

        def call(**request: Any) -> Any:
            self.calls += 1
            if self.rng.random() < 0.7:
                self.act()
            fatal = name in WRITES and self.deaths and self.rng.random() < 0.12
            if fatal and self.rng.random() < 0.5:
                self.deaths -= 1
                raise Died
            try:
                return found(**request)
            finally:
                self.look()
                if fatal:
                    self.deaths -= 1
                    raise Died

        return call

    def look(self) -> None:
        """Note when the fence closes what there is of the person."""
        if not self.fenced and self.desk.request(self.request).done(Step.WRITES_BLOCKED):
            self.fenced = True
            then = self.desk.snapshot()
            self._count(self.person.keys(then), then)

    def act(self) -> None:
        """Somebody acts. From the fence on nothing is taken away by it, and what it adds counts."""
        before = self.person.keys() if self.fenced else set()
        name, act = self.rng.choice(list(self._actors()))
        self.acts.append(name)
        self.desk.later(self.rng.choice((0, 0, 1, 3)))
        with suppress(DeskError):
            act()
        if self.fenced:
            then = self.desk.snapshot()
            after = self.person.keys(then)
            assert not self._taken(before - after, after), (SEED, self.acts)
            self._count(after, then)

    def _taken(self, gone: Keys, left: Keys) -> Keys:
        """What was taken away before its term; the list of words of a contact that is gone leads nowhere."""
        alone = ("desk", f"contact#{self.person.contact_id}", "contact") not in left
        lasting = {key for key in gone & self.there if unexpired(self.seen[key], self.desk.now)}
        return {key for key in lasting if not (alone and key[1].startswith("words#"))}

    def _count(self, keys: Keys, then: Snapshot) -> None:
        for table, pk, sk in keys - self.there:
            self.seen[table, pk, sk] = plain_item(then[table][pk, sk])
        self.there |= keys

    def _actors(self) -> Iterator[tuple[str, Callable[[], object]]]:
        desk, person = self.desk, self.person
        yield "indexer", lambda: desk.index_contact(person.contact_id)
        yield "sender", lambda: desk.sender()(person.conversation_id)
        yield "sweeper", desk.sweep
        yield "worker of requests", lambda: Living(desk).asks(person.contact_id)
        yield "message", lambda: desk.receive(from_amina("кеш хат", sent_at=desk.seconds, author=HIM))
        tickets = self.seen or dict.fromkeys(person.keys())
        for key in tickets:
            if key[1].startswith("ticket#"):
                yield "dater", lambda key=key: desk.dater()(person.conversation_id, key[1].partition("#")[2])  # type: ignore[misc]
        if not self.desk.request(self.request).done(Step.KEY_DESTROYED) and person.channel == "whatsapp":
            yield "early status", self._early_status
        for late in self.late:
            yield "late writer", late.make

    def _early_status(self) -> None:
        """A provider tells again of a message whose link there is, by its own id: the status is parked if it is not."""
        update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, wamid(), "delivered", self.desk.seconds)
        self.desk.statuses().apply(update, self.desk.now)

    def run(self) -> None:
        """Destroy the person, with crashes, until the absence is proved."""
        for name in ("hard_suppress", "freeze_inventory", "destroy_key", "erase", "settle", "sweep"):
            self._finish(name)
        for _ in range(9):
            with suppress(Died):
                if verify(self.desk, self.request, self) == {"outcome": "absent"}:
                    return
            for name in ("erase", "settle", "sweep"):
                self._finish(name)

    def _finish(self, name: str) -> None:
        while True:
            try:
                if not run_task(self.desk, name, self.request, self).get("more"):
                    return
            except (Died, DeskError):
                self.acts.append(f"died: {name}")


@pytest.mark.parametrize("done", ["freeze_inventory", "erase"])
def test_an_inventory_that_the_release_before_has_made_is_destroyed_and_counted(desk: ErasureDesk, done: str) -> None:
    """It knows no single rows: found is what it counted, or what was deleted if that was more."""
    (person,) = cast(desk, "telegram_daniyar")
    request = desk.request_for(person)
    run_until(desk, request, done)
    for item in desk.of("inventory#"):
        key = {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}}
        desk.dynamodb.update_item(TableName=desk.tables["desk"], Key=key, UpdateExpression="REMOVE marks")
    found = {store: numbers["found"] for store, numbers in desk.request(request).counts.items()}

    finish(desk, request)
    assert verify(desk, request) == {"outcome": "absent"}

    for store, numbers in desk.request(request).counts.items():
        assert numbers["found"] == numbers["destroyed"] >= found[store], store
    assert person.keys() == set()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("number", range(4))
def test_what_is_counted_is_what_there_was_and_what_came_late(desk: ErasureDesk, number: int) -> None:
    seed = SEED + number
    rng = random.Random(seed)
    channel = "whatsapp" if number % 2 == 0 else "telegram"
    amina, person = cast(desk, "amina", f"{channel}_daniyar")
    race = Race(desk, person, desk.request_for(person), rng)
    race.hold_up()
    keys_of_amina = amina.keys()
    others = {key: item for key, item in desk.every_item() if key in keys_of_amina and unexpired(item, desk.now)}

    race.run()

    done = desk.request(race.request)
    assert done.done(Step.ABSENT), (seed, race.acts)
    there = places(race.seen, done)
    counts = {name: (numbers["found"], numbers["destroyed"]) for name, numbers in done.counts.items()}
    assert counts == {store: (there[store], there[store]) for store in SECTIONS}, (seed, race.acts)
    assert person.keys() == set()
    assert {key: item for key, item in desk.every_item() if key in others} == others
    assert race.calls > 20 and len(race.acts) > 10, "somebody acted"
