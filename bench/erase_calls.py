"""What it costs to destroy a person: service calls of all destroying tasks, against the rows that the person has.

The person is built on the embedded AWS as the desk leaves a customer of today: messages in and out by turns, each
answer with the guard of its page and a live link, tickets of twelve messages with their numbers. Rows that differ in
nothing but ids are written in bulk; contact, head, key, consent and alias come from the real use case.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

PER_TICKET = 12
SIZES = (100, 1_000, 10_000)
NOW = 1_795_000_000_000
_TASKS = ("hard_suppress", "freeze_inventory", "destroy_key", "erase", "sweep", "verify_absence", "certificate")


class _NoFiles:
    """S3 as far as a bucket without files goes: the figures are those of rows."""

    def __getattr__(self, name: str) -> Any:
        return lambda **request: {}


class _Counting:
    """A client that counts its calls."""

    def __init__(self, client: Any, calls: Counter[str]) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)

        def call(**request: Any) -> Any:
            self._calls[name] += 1
            return found(**request)

        return call


def figures() -> list[dict[str, Any]]:
    """Measure persons of each size on fresh tables of the embedded AWS."""
    from infra.definitions import load
    from local.aws import ministack as aws

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "aws.log"
        with aws.MiniStack(aws.free_port(), log=log) as running:
            client = aws.client("dynamodb", running.endpoint)
            kms = aws.client("kms", running.endpoint)
            made = [aws.create_tables(running.endpoint, load("tables"), f"bench{size}") for size in SIZES]
            return [_figure(size, _Bench(client, kms, tables)) for size, tables in zip(SIZES, made, strict=True)]


def _figure(size: int, bench: "_Bench") -> dict[str, Any]:
    bench.person(size)
    bench.request()
    rows = bench.rows()
    calls: dict[str, int] = {}
    for name in bench.tasks:
        counted: Counter[str] = Counter()
        bench.run(name, counted)
        calls[name] = sum(counted.values())
    left = bench.rows()
    assert left == 0, f"{left} rows are left"
    return {
        "id": f"erase_calls_{size}",
        "value": sum(calls.values()),
        "unit": "service calls",
        "reach": round(rows / 20 + 30, 1),  # a customer of today has no objects
        "destroying": sum(calls.values()) - calls["verify_absence"] - calls["certificate"],
        "rows": rows,
        "calls": calls,
        "cause": "rows of a kind that the tasks delete one by one",
    }


class _Bench:
    """One person on fresh tables."""

    def __init__(self, client: Any, kms: Any, tables: Mapping[str, str]) -> None:
        from chalicelib.vault.encryption import Vault, fingerprint, new_pair
        from chalicelib.vault.pseudonyms import AddressKey

        self.client, self.kms, self.tables, self.tasks = client, kms, tables, _TASKS
        self.signing_key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        self.keys = new_pair()
        self.vault = Vault({fingerprint(self.keys.public): self.keys.private})
        self.address_key = AddressKey(b"k" * 32)
        self.request_id = self.box = ""

    # -- the person

    def person(self, size: int) -> None:
        """A customer with `size` messages, half of them ours."""
        from bench.canned import ACCOUNT
        from bench.webhook import event
        from chalicelib.channels.whatsapp.parse import parse
        from chalicelib.dynamo.tables import Tables
        from chalicelib.messages.receive_message import ReceiveMessage
        from chalicelib.messages.store import IntakeStore
        from chalicelib.profile.load import load_profile
        from chalicelib.profile.policy import PolicyReference
        from chalicelib.wiring.base import answer_visitors, recognise_asks, refuse_suppressed

        store = IntakeStore(Tables(self.client, self.tables), self.address_key, self.keys.public)
        (message,) = parse(event()["body"].encode(), [ACCOUNT])
        profile = load_profile("spoint")
        parts = recognise_asks(profile), refuse_suppressed(store, profile), answer_visitors(profile)
        policy = PolicyReference("1", "0" * 64)
        ReceiveMessage(store, profile, policy, lambda: NOW, *parts)(message)  # type: ignore[arg-type]
        items = [_plain(item) for item in self._scan("desk")]
        self.contact = next(item for item in items if item["sk"] == "contact")
        first = next(item for item in items if item.get("direction") == "in")
        ticket = next(item for item in items if item["sk"] == "ticket")
        self._put("desk", self._copies(size, first, ticket))
        self._put("index", self._links(size))
        author = message.author  # type: ignore[union-attr]
        self._put("index", self._words(author.name, author.addresses[0].value))

    def _copies(self, size: int, first: dict[str, Any], ticket: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The rest of the messages, with guards of replies, tickets and numbers; two messages are there already."""
        out = {"direction": "out", "status": "delivered", "rank": 4, "author": "b" * 36, "purpose": "support"}
        until = NOW // 1000 + 8 * 86_400
        before = ticket["ticket_id"]
        for number in range(2, size):
            at, blind = NOW + number, f"{number:032x}"
            ticket_id = f"t{number // PER_TICKET:019d}"
            if number % PER_TICKET == 0:
                row = ticket | {"pk": f"ticket#{ticket_id}", "ticket_id": ticket_id, "number": f"1{number:07d}"}
                yield row | {"previous_ticket_id": before}
                yield {"pk": f"number#1{number:07d}", "sk": "number", "ticket_id": ticket_id}
                before = ticket_id
            on = ticket_id if number >= PER_TICKET else ticket["ticket_id"]
            row = first | {"sk": f"message#{at:013d}#{blind}", "ticket_id": on, "sent_at": at}
            if number % 2:
                row |= out | {"links": [blind], "linked_until": until, "provider_ids": [first["content"]]}
                guard = {"message_ref": f"x.{at}.{blind}", "expires_at": until}
                yield {"pk": first["pk"], "sk": f"client#{blind}", **guard}
            yield row

    def _links(self, size: int) -> Iterator[dict[str, Any]]:
        reference = f"{self.contact['conversation_id']}."
        until = NOW // 1000 + 8 * 86_400
        for number in range(3, size, 2):
            name = f"{number:032x}"
            row = {"pk": f"link#{name}", "sk": "link", "message_ref": f"{reference}{NOW + number}.{name}"}
            yield row | {"expires_at": until}

    def _words(self, name: str, phone: str) -> Iterator[dict[str, Any]]:
        """What the indexer writes of a contact."""
        from chalicelib.contacts.search_words import contact_words
        from chalicelib.vault.pseudonyms import TextKey

        contact_id, key = self.contact["contact_id"], TextKey(b"t" * 32)
        names = sorted(key.word(word) for word in contact_words(name, "", {"phone": phone}))
        for one in names:
            yield {"pk": f"text#{one}", "sk": contact_id, "contact_id": contact_id}
        row = {"pk": f"words#{contact_id}", "sk": "words", "contact_id": contact_id, "words": names, "version": "1"}
        yield row

    def request(self) -> None:
        """A verified request with its box."""
        from chalicelib.core.ids import new_id
        from chalicelib.privacy.kinds.registry import KINDS
        from chalicelib.vault.encryption import new_contact_key

        self.request_id = new_id()
        names = ("contact_id", "conversation_id", "channel", "account", "language")
        where = {name: self.contact[name] for name in names}
        key = new_contact_key(self.keys.public, new_id())
        self.box = key.contact_id
        box = {"contact_id": self.box, "conversation_id": new_id(), "public_key": key.public}
        times = dict.fromkeys(("received_at", "deadline_at", "alarm_at", "due_at"), NOW)
        request = {"request_id": self.request_id, "kind": KINDS[0].id, "state": "grace", "source": "bot", **where,
                   **times, "run": 1, "steps": {"verified": NOW, "told": NOW}, "told_by": "accepted",
                   "counts": {}, "box": box,
                   "certificate_id": new_id(), "secret_hash": "0" * 64}  # fmt: skip
        sealed = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        self._put("keys", iter([{"pk": self.box, **sealed, "created_at": NOW}]))
        pointer = {"contact_id": where["contact_id"], "request_id": self.request_id, "at": NOW}
        self._put("desk", iter([
            {"pk": f"request#{self.request_id}", "sk": "request", **request},
            {"pk": f"contact#{where['contact_id']}", "sk": "request", **pointer},
        ]))  # fmt: skip

    # -- what is measured

    def run(self, name: str, calls: Counter[str]) -> None:
        """Run one task to its end with a client that counts."""
        task = self._task(name, _Counting(self.client, calls), _Counting(self.kms, calls))
        while dict(task(self.request_id)).get("more"):
            pass

    def _task(self, name: str, client: Any, kms: Any) -> Callable[[str], Mapping[str, Any]]:
        from chalicelib.attachments.bucket import Bucket
        from chalicelib.certificates.ledger import Ledger, Signer
        from chalicelib.dynamo.tables import Tables
        from chalicelib.erasure.eraser import Eraser
        from chalicelib.erasure.inventory import Inventories
        from chalicelib.erasure.kept_part import KeptParts
        from chalicelib.erasure.key_destruction import KeyDestruction
        from chalicelib.erasure.tasks.block_writes import BlockWrites
        from chalicelib.erasure.tasks.build_inventory import BuildInventory
        from chalicelib.erasure.tasks.destroy_key import DestroyKey
        from chalicelib.erasure.tasks.erase_stores import EraseStores
        from chalicelib.erasure.tasks.issue_certificate import IssueCertificate
        from chalicelib.erasure.tasks.verify_absence import VerifyAbsence
        from chalicelib.erasure.verifier import Verifier
        from chalicelib.erasure.write_barrier import WriteBarrier
        from chalicelib.privacy.mailbox.writes import MailboxWrites
        from chalicelib.privacy.requests.store import RequestStore
        from chalicelib.profile.load import load_profile
        from chalicelib.vault.pseudonyms import TextKey

        bucket = Bucket(_NoFiles, "files")
        tables = Tables(client, self.tables)
        store = RequestStore(tables)
        inventories = Inventories(tables, store, bucket)

        def clock() -> int:
            return NOW + 60_000

        if name == "hard_suppress":
            return BlockWrites(store, WriteBarrier(tables, store), clock)
        if name == "freeze_inventory":
            return BuildInventory(store, inventories, MailboxWrites(tables), lambda: self.vault, clock)
        if name == "destroy_key":
            return DestroyKey(inventories, KeyDestruction(tables, store), clock)
        if name == "verify_absence":
            absence = Verifier(tables, self.address_key, TextKey(b"t" * 32), _NoFiles, "files")
            return VerifyAbsence(store, absence, lambda: self.vault, clock)
        if name == "certificate":
            signer = Signer(kms, self.signing_key)
            return IssueCertificate(store, Ledger(Tables(client, self.tables)), signer, load_profile("spoint"), clock)
        if name == "sweep":
            settled = RequestStore(Tables(self.client, self.tables))
            settled.run(settled.change(self.request_id, {"steps.settled": NOW}))
        erase = EraseStores(store, inventories, Eraser(tables, bucket), KeptParts(tables), clock)
        return lambda request_id: erase(request_id, name)

    # -- tables

    def rows(self) -> int:
        """How many rows of the person there are in all tables."""
        skipped = ("request#", "fence#", "tombstone#", "certificate#", "chain", "barrier")
        found = [item["pk"]["S"] for table in self.tables for item in self._scan(table)]
        return sum(pk != self.box and not pk.startswith(skipped) for pk in found)

    def _scan(self, table: str) -> Iterator[dict[str, Any]]:
        for page in self.client.get_paginator("scan").paginate(TableName=self.tables[table]):
            yield from page["Items"]

    def _put(self, table: str, items: Iterator[dict[str, Any]]) -> None:
        from chalicelib.dynamo.builder import attribute_values

        puts = [{"PutRequest": {"Item": attribute_values(item)}} for item in items]
        for start in range(0, len(puts), 25):
            self.client.batch_write_item(RequestItems={self.tables[table]: puts[start : start + 25]})


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    from chalicelib.dynamo.builder import plain_item

    return {name: bytes(value) if hasattr(value, "value") else value for name, value in plain_item(item).items()}


if __name__ == "__main__":
    print(json.dumps(figures(), indent=1))
