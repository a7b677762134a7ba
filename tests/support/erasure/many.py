"""Many people are destroyed, up to their certificates, by threads, while others write and everybody else is at work."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.certificates.ledger import Ledger, Signer
from chalicelib.certificates.model import ISSUED, Entry
from chalicelib.channels.parts import InboundMessage
from chalicelib.core.addresses import Address, Author
from chalicelib.core.errors import DeskError
from chalicelib.dynamo.schema import SECTIONS
from chalicelib.erasure.tasks.issue_certificate import IssueCertificate
from chalicelib.messages.ingest import Outcome
from chalicelib.outbox.content import ReplyContent
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.profile.load import load_profile
from chalicelib.tickets.comment import CommentOnTicket
from tests.support.aws import Aws
from tests.support.delivery.desk import BOLAT
from tests.support.e2e.erasing import Rows, belonging, ids_of
from tests.support.erasure.absence import verify
from tests.support.erasure.desk import OPERATOR, DeskReading, ErasureDesk, TicketWrites
from tests.support.erasure.destroyed import SEED, places
from tests.support.erasure.destroying import TASKS, run_task
from tests.support.erasure.linear import History, Linear
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person
from tests.support.people import from_amina, wamid

OTHERS, KNOWN = 200, 50
"""People who write meanwhile, and how many of those had written before."""
FIRST_OF_THE_LEAVING = 9000
ERASERS, WRITERS = 4, 4
"""Threads."""


def message(desk: ErasureDesk, number: int, text: str, name: str = "") -> InboundMessage:
    """A message of somebody who is known by their number."""
    phone = f"7700{number:07d}"
    author = Author((Address("phone", phone),), name=name or f"Амина {number}")
    return from_amina(text, sent_at=desk.seconds, author=author, provider_id=wamid(phone))


@dataclass
class Many:
    """`leaving` people go. `before` and `after` are all rows, `counted` what each certificate should say."""

    desk: ErasureDesk
    signer: Signer
    leaving: int
    rng: random.Random
    people: list[Person] = field(default_factory=list)
    tickets: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    written: list[Outcome] = field(default_factory=list)
    before: Rows = field(default_factory=dict)
    after: Rows = field(default_factory=dict)

    def played(self) -> "Many":
        """All of it."""
        self._arrive()
        desk = self.desk
        for number in range(KNOWN):
            assert desk.receive(message(desk, number, "бұрынғы хат")) is Outcome.STORED
        desk.later(60)
        self.requests = [desk.request_for(person) for person in self.people]
        by_id = {one.contact_id: one.id for one in self.requests}
        by_id |= {one.conversation_id: one.id for one in self.requests}
        self.history = History(desk.tables, by_id)
        self.history.begin(desk.snapshot())
        self.before = self.every_row()
        desk.dynamodb = Linear(desk.dynamodb, self.history)
        self.ledger = Ledger(desk.gateway())
        self._race()
        self.after = self.every_row()
        return self

    def _arrive(self) -> None:
        """Each of them has a ticket with an answer that is out, a comment, an answer that waits, and can be found."""
        desk = self.desk
        for number in range(self.leaving):
            desk.receive(message(desk, FIRST_OF_THE_LEAVING + number, "жойылатын хат"))
        self.people = [
            Person(desk, item["channel"], item["contact_id"], item["conversation_id"]) for item in desk.of("contact")
        ]
        self.tickets = {item["contact_id"]: item["ticket_id"] for item in desk.of("ticket")}
        desk.later(1)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda one: self._work(one, self.tickets[one.contact_id]), self.people))

    def _work(self, person: Person, ticket_id: str) -> None:
        desk = self.desk
        desk.sender()(person.conversation_id)
        desk.replier()(ticket_id, ReplyContent(f"жауап {ticket_id}"), f"page-{ticket_id}", BOLAT)
        desk.sender()(person.conversation_id)
        reading, changes = DeskReading(desk.decryptor(), desk.now), TicketWrites(desk.gateway())
        CommentOnTicket(reading, changes, lambda: desk.now)(ticket_id, "ішкі пікір", OPERATOR)
        desk.replier()(ticket_id, ReplyContent(f"кезекте тұрған жауап {ticket_id}"), f"wait-{ticket_id}", BOLAT)
        desk.index_contact(person.contact_id)

    # -- at the same time

    def _race(self) -> None:
        desk = self.desk
        others = [lambda number=number: self._writes(number) for number in range(OTHERS)]
        meanwhile = [act for number, person in enumerate(self.people) for act in self._around(number, person)]
        self.rng.shuffle(meanwhile)
        leaving = list(self.requests)
        self.rng.shuffle(leaving)
        with ThreadPoolExecutor(ERASERS) as erasers, ThreadPoolExecutor(WRITERS) as writers:
            gone = [erasers.submit(self._erase, request) for request in leaving]
            beside = [writers.submit(one) for one in _mixed(others, meanwhile)]
            for one in (*gone, *beside):
                one.result()
        assert len(self.written) == OTHERS, desk

    def _writes(self, number: int) -> None:
        self.written.append(self.desk.receive(message(self.desk, number, f"жаңа хат {number}")))

    def _around(self, number: int, person: Person) -> list[Callable[[], None]]:
        """What else happens around somebody who goes: each may come before the fence, in it, or after all."""
        desk = self.desk

        def quietly(act: Callable[[], Any]) -> Callable[[], None]:
            def run() -> None:
                with suppress(DeskError):
                    act()

            return run

        ticket_id = self.tickets[person.contact_id]
        renamed = message(desk, FIRST_OF_THE_LEAVING + number, "кеш хат", name=f"Данияр {number}")
        late = ReplyContent(f"тағы бір жауап {ticket_id}")
        return [
            quietly(lambda: desk.receive(renamed)),
            quietly(lambda: desk.index_contact(person.contact_id)),
            quietly(lambda: desk.index_contact(person.contact_id)),
            quietly(lambda: desk.sender()(person.conversation_id)),
            quietly(lambda: desk.sender()(person.conversation_id)),
            quietly(lambda: desk.replier()(ticket_id, late, f"late-{ticket_id}", BOLAT)),
            quietly(lambda: desk.dater()(person.conversation_id, ticket_id)),
            quietly(lambda: Living(desk).asks(person.contact_id)),
        ]

    def _erase(self, request: Request) -> None:
        desk = self.desk
        issue = IssueCertificate(desk.requests, self.ledger, self.signer, load_profile("spoint"), lambda: desk.now)
        with self.history.erasing():
            for name in TASKS:
                while run_task(desk, name, request).get("more"):
                    pass
            for _ in range(4):
                if verify(desk, request) == {"outcome": "absent"}:
                    break
                for name in ("erase", "settle", "sweep"):
                    run_task(desk, name, request)
            issue(request.id)

    # -- what there is

    def every_row(self) -> Rows:
        return {(table, *key): item for table, items in self.desk.snapshot().items() for key, item in items.items()}

    def entries(self) -> list[Entry]:
        found = [self.ledger.entry(request.certificate_id, ISSUED) for request in self.requests]
        return [entry for entry in found if entry is not None]

    def ids(self) -> set[str]:
        """All ids by which rows of those who go were known."""
        return {one for person in self.people for one in ids_of(self.before, person.contact_id)}

    def assert_others_are_as_they_were(self) -> None:
        """Bit for bit, but for the heads and tickets that a new message of their own changes; each new text once."""
        new = [
            item for place, item in self.after.items() if place not in self.before
            and item.get("direction") == {"S": "in"}
        ]  # fmt: skip
        assert len(new) == len({item["pk"]["S"] for item in new}) == OTHERS
        gone = belonging(self.before, self.ids()).keys()
        changed = {p for p, item in self.before.items() if p not in gone and self.after.get(p) != item}
        kinds = Counter(sk for *_, sk in changed)
        assert set(kinds) <= {"head", "ticket"} and len(changed) <= 2 * KNOWN


def _mixed(first: list[Callable[[], None]], second: list[Callable[[], None]]) -> list[Callable[[], None]]:
    """Both in turns, each in its order."""
    left, mixed = [list(reversed(first)), list(reversed(second))], list[Callable[[], None]]()
    while left[0] or left[1]:
        for some in left:
            if some:
                mixed.append(some.pop())
    return mixed


@pytest.fixture
def signer(aws: Aws) -> Signer:
    key = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    return Signer(aws.client("kms"), key)


def assert_all_went(many: Many) -> None:
    """Every certificate is signed, chained, and says what there was; nothing is left; nobody else was touched."""
    assert many.written == [Outcome.STORED] * OTHERS
    entries = many.entries()
    assert len(entries) == many.leaving and all(many.signer.verifies(entry) for entry in entries)
    chain = sorted((entry.body["number"], entry.body["previous_hash"], entry.hash) for entry in entries)
    assert [number for number, *_ in chain] == list(range(1, many.leaving + 1))
    assert all(later[1] == earlier[2] for earlier, later in pairwise(chain))
    assert many.history.taken == [], "nobody but the eraser takes anything away"
    said = {entry.body["request_id"]: entry.body["stores"] for entry in entries}
    for request in map(many.desk.request, many.requests):
        assert request.done(Step.CERTIFIED)
        there = places(many.history.counted[request.id], request)
        assert said[request.id] == {
            store: {"found": there[store], "destroyed": there[store], "retained": 0} for store in SECTIONS
        }, SEED
    assert {pk.partition("#")[0] for _, pk, _ in belonging(many.after, many.ids())} == {"request", "tombstone"}
    many.assert_others_are_as_they_were()
