"""What a search costs and finds among 1,000, 10,000 and 100,000 contacts.

The index rows of all of them are made as the indexer makes them; those of the words that are asked for lie in tables of
the embedded AWS, with contacts, tickets and keys of everybody who is found. Units are counted by AWS's rule from the
items that were read: the embedded AWS counts otherwise.
"""

import json
import os
import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import Any
from unittest.mock import patch

from bench.names import Person, people
from bench.units import item_size, read_units

SIZES = (1_000, 10_000, 100_000)
SAMPLE = 200
NOW = 1_795_000_000_000
ACCOUNT = "200000000000001"
_ROW = 230
"""Bytes of a row that was counted and not read."""


def measure(sizes: Iterable[int] = SIZES) -> list[dict[str, Any]]:
    """Measure desks of each size on fresh tables of the embedded AWS."""
    from infra.definitions import load
    from local.aws import ministack as aws

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "aws.log"
        with aws.MiniStack(aws.free_port(), log=log) as running, patch.dict(
            os.environ, {**aws.CREDENTIALS, "AWS_DEFAULT_REGION": aws.REGION, "AWS_ENDPOINT_URL": running.endpoint}
        ):  # fmt: skip
            client = aws.client("dynamodb", running.endpoint)
            found = []
            for size in sizes:
                tables = aws.create_tables(running.endpoint, load("tables"), f"search{size}")
                found += measure_at(client, tables, size)
            return found


def measure_at(client: Any, tables: Mapping[str, str], size: int, sample: int = SAMPLE) -> list[dict[str, Any]]:
    """Measure a desk of `size` contacts on these empty tables, by `sample` people."""
    desk = _Desk(client, tables, people(size))
    chance = random.Random(size)
    named = [one for one in desk.people if " " in one.name]
    chosen = chance.sample(named, min(sample, len(named)))
    names = [(one, " ".join(chance.sample(one.name.split(), 2))) for one in chosen]
    some = chosen[: sample // 4]
    half = [(one, " ".join(word[:4] for word in typed.split())) for one, typed in names[: sample // 4]]
    last_digits = [(one, f"{one.name.split()[0]} {one.phone[-4:]}") for one in some]
    frequent = [(None, word) for word in ("Айгерім", "Нұрлан", "Асель")]
    questions: dict[str, list[tuple[Person | None, str]]] = {
        "name": [*names], "half_name": [*half], "phone": [(one, f"+{one.phone}") for one in some],
        "name_and_digits": [*last_digits], "word": [*frequent],
    }  # fmt: skip
    desk.fill([typed for asked in questions.values() for _, typed in asked], chosen)
    return [_figure(f"search_{kind}_{size}", [desk.ask(*one) for one in asked]) for kind, asked in questions.items()]


def _figure(name: str, answers: "list[_Answer]") -> dict[str, Any]:
    wanted = [one for one in answers if one.first is not None]
    figure = {
        "id": name,
        "value": round(mean(one.units for one in answers), 1),
        "unit": "RU",
        "reach": 20,
        "most": max(one.units for one in answers),
        "index": round(mean(one.of_index for one in answers), 1),
        "calls": round(mean(one.calls for one in answers), 1),
        "people": round(mean(one.people for one in answers), 1),
        "cause": "each person who is shown costs 2.5 units: contact, conversation, ticket and key",
    }
    if wanted:
        figure["found"] = round(mean(one.found for one in wanted), 3)
        figure["found_at_once"] = round(mean(bool(one.first) for one in wanted), 3)
    return figure


class _Answer:
    """What one search cost, on its first page, and whether the person was on it, or on a later one."""

    def __init__(self) -> None:
        self.units = self.of_index = 0.0
        self.calls = self.people = 0
        self.first: bool | None = None
        self.found = False


class _Desk:
    """People on tables of their own."""

    def __init__(self, client: Any, tables: Mapping[str, str], everybody: list[Person]) -> None:
        from chalicelib.dynamo import rows
        from chalicelib.dynamo.models import DeskRow, IndexRow, KeyRow
        from chalicelib.vault.encryption import Vault, fingerprint, new_pair
        from chalicelib.vault.pseudonyms import AddressKey, TextKey

        self.client, self.tables, self.people = client, tables, everybody
        self._keys = new_pair()
        self._vault = Vault({fingerprint(self._keys.public): self._keys.private})
        self.address_key, self.text_key = AddressKey(b"k" * 32), TextKey(b"t" * 32)
        self._read: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = []
        rows.bind(tables)
        clients = [model._get_connection().connection.client for model in (DeskRow, IndexRow, KeyRow)]
        self._events = [one.meta.events for one in {id(one): one for one in clients}.values()]

    # -- what is there

    def fill(self, questions: Iterable[str], chosen: Iterable[Person]) -> None:
        """Write every row of the words that these searches ask for, and the tickets of everybody whom they find."""
        from chalicelib.contacts.text_search import TextSearch

        search, asked = TextSearch(self.text_key), set[str]()
        for typed in questions:
            with self._reading() as read:
                search.find_contacts(typed)
            counted = {_partition(one) for _, one, _ in read if one.get("Select") == "COUNT"}
            asked |= {_partition(one) for _, one, _ in read} - counted
        self._put("index", self._rows(asked))
        wanted = {one.id for one in chosen}
        for typed in questions:
            wanted.update(search.find_contacts(typed).contacts)
        for one in self.people:
            if one.id in wanted:
                self._ticket(one)

    def _rows(self, asked: set[str]) -> Iterator[dict[str, Any]]:
        from chalicelib.contacts.search_words import contact_words, is_pair
        from chalicelib.contacts.text_search import digest
        from chalicelib.dynamo.schema import TEXT

        for one in self.people:
            names = {word: self.text_key.word(word) for word in contact_words(one.name, "", {"phone": one.phone})}
            digests = b"".join(sorted(digest(name) for word, name in names.items() if not is_pair(word)))
            for name in names.values():
                if (partition := TEXT.partition(name)) in asked:
                    yield {"pk": partition, "sk": one.id, "contact_id": one.id, "digests": digests}

    def _ticket(self, one: Person) -> None:
        """Write contact, conversation, ticket, key and alias of a person, as large as intake makes them."""
        from chalicelib.core.addresses import Address
        from chalicelib.dynamo.schema import ALIAS, CONTACT, HEAD, KEY, TICKET
        from chalicelib.vault import encryption

        key = encryption.new_contact_key(self._keys.public, one.id)
        who = json.dumps({"name": one.name, "address": one.phone}).encode()
        sealed = encryption.seal(key.public, encryption.ticket_attribute(one.id, "who"), who)
        text = json.dumps({"text": "Сәлеметсіз бе, тапсырысым қайда?"}).encode()
        last = encryption.seal(key.public, encryption.ticket_attribute(one.id, "last"), text)
        ids = {"contact_id": one.id, "conversation_id": one.id, "ticket_id": one.id}
        where = {"channel": "whatsapp", "account": ACCOUNT, "public_key": key.public, **ids}
        ticket = {**where, "who": sealed, "last": last, "state": "open", "number": one.phone, "activity": NOW}
        self._put("desk", [
            {**CONTACT.key(one.id)._asdict(), **where, "state": "active", "profile": b"p" * 130, "phone": b"n" * 90},
            {**HEAD.key(one.id)._asdict(), **where},
            {**TICKET.key(one.id)._asdict(), **ticket},
        ])  # fmt: skip
        secret = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        self._put("keys", [{"pk": KEY.partition(one.id), **secret}])
        name = self.address_key.address("whatsapp", ACCOUNT, Address("phone", one.phone))
        self._put("index", [{**ALIAS.key(name)._asdict(), **ids, "public_key": key.public}])

    def _put(self, table: str, items: Iterable[dict[str, Any]]) -> None:
        from chalicelib.dynamo.builder import attribute_values

        puts = [
            {"PutRequest": {"Item": attribute_values({k: v for k, v in item.items() if k != "table"})}}
            for item in items
        ]
        for start in range(0, len(puts), 25):
            self.client.batch_write_item(RequestItems={self.tables[table]: puts[start : start + 25]})

    # -- what is asked

    def ask(self, person: Person | None, typed: str) -> _Answer:
        """Search as a page does; when the person is not on the first page, go on."""
        answer, found, cursor = _Answer(), False, ""
        while True:
            with self._reading() as read:
                page = self._search(typed, cursor)
            found = person is not None and any(one.contact_id == person.id for one in page.items)
            if not cursor:
                answer.units = sum(_units(*one) for one in read)
                answer.of_index = sum(_units(*one) for one in read if one[1].get("TableName") == self.tables["index"])
                answer.calls, answer.people = len(read), len(page.items)
                answer.first = found if person else None
            cursor = page.cursor
            if found or not person or not cursor:
                answer.found = found
                return answer

    def _search(self, typed: str, cursor: str) -> Any:
        from chalicelib.contacts.search import Search
        from chalicelib.contacts.text_search import TextSearch
        from chalicelib.tickets.queries import TicketQueries
        from chalicelib.vault.decryptor import BatchDecryptor

        tickets = TicketQueries(BatchDecryptor(lambda: self._vault), NOW)
        find = TextSearch(self.text_key).find_contacts
        return Search(tickets, self.address_key, {"whatsapp": (ACCOUNT,)}, find)(typed, cursor)

    @contextmanager
    def _reading(self) -> Iterator[list[tuple[str, Mapping[str, Any], Mapping[str, Any]]]]:
        """Yield the list of calls that are made meanwhile: operation, parameters, answer."""
        self._read = []
        listeners = {"before-parameter-build": _remember, "after-call": self._heard}
        for events in self._events:
            for name, listener in listeners.items():
                events.register(name, listener)
        try:
            yield self._read
        finally:
            for events in self._events:
                for name, listener in listeners.items():
                    events.unregister(name, listener)

    def _heard(self, parsed: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: Any) -> None:
        self._read.append((model.name, context["asked"], parsed))


def _remember(params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["asked"] = params


def _partition(params: Mapping[str, Any]) -> str:
    return next(str(one["S"]) for one in params["ExpressionAttributeValues"].values() if "#" in one["S"])


def _units(operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """Return the read units of a call; those of a query for all its rows together."""
    strong = bool(params.get("ConsistentRead"))
    if operation == "Query":
        size = sum(map(item_size, answer["Items"])) if "Items" in answer else answer["Count"] * _ROW
        return read_units(size, strong)
    if operation == "GetItem":
        return read_units(item_size(answer.get("Item", {})), strong)
    units = 0.0
    for table, asked in params["RequestItems"].items():
        items, strong = answer["Responses"].get(table, []), bool(asked.get("ConsistentRead"))
        units += sum(read_units(item_size(item), strong) for item in items)
        units += read_units(0, strong) * (len(asked["Keys"]) - len(items))
    return units
