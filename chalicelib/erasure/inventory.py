"""Lists what there is of a person before anything is destroyed: in which stores, how much, and under which keys.

Names are partition keys of our own (random ids and pseudonyms). With them a run after a crash, and the verifier, know
where to look although the rows that led there are deleted. The person's addresses and words in the clear are sealed to
the key of the reply mailbox, which is destroyed after the proof.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from chalicelib.attachments.bucket import Bucket
from chalicelib.channels import registry
from chalicelib.core.clock import SECOND
from chalicelib.core.purposes import of_processing
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import (
    ALIAS,
    CONSENT,
    CONTACT,
    FETCH,
    HEAD,
    INVENTORY,
    KEY,
    LINK,
    NUMBER,
    REQUEST,
    SECTIONS,
    TEXT,
    TICKET,
    WORDS,
    Key,
)
from chalicelib.dynamo.tables import Tables
from chalicelib.erasure.counts import StoreListing, listings_of, pack_marks, row_mark, unexpired
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore, request_of
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault.encryption import EncryptionContext

CONTACT_ROWS, CONVERSATION_ROWS, TICKET_ROWS, ALIAS_ROWS, LINK_ROWS, WORD_ROWS, KEY_ROWS, FILES = SECTIONS
IDENTITIES = "identities"
"""The inventory's sealed row: {"addresses": [{"kind", "value"}], "words": [normalised words]}."""
MOST_CONSENTS = 50
"""Newest consents whose proof is kept; a person gives one for each version of the policy."""
_CHUNK = 180_000
_MARKS = 15_000
"""Bytes of names, and number of marks, in one row; DynamoDB takes 400 kB."""
_MOST_ROWS, _MOST_BYTES = 90, 3_500_000
"""What one transaction takes beside the request: DynamoDB's limits are 100 items and 4 MB."""


@dataclass(frozen=True)
class PersonRows:
    """Rows of a person as they are stored (empty when gone), what there is in each store, and contact and key of the
    reply mailbox (`box`). `consents` are the rows of their consents, the newest first."""

    contact: Mapping[str, Any]
    key: Mapping[str, Any]
    consents: Sequence[Mapping[str, Any]]
    stores: Mapping[str, StoreListing]
    box: Mapping[str, Any]
    box_key: Mapping[str, Any]


def identities_context(request_id: str) -> EncryptionContext:
    """Return the encryption context of the identities of an inventory."""
    return EncryptionContext("desk", "inventory", request_id, IDENTITIES)


class Inventories:
    """Looks up what there is of a person, and writes and reads inventories. All methods raise Unavailable."""

    def __init__(self, tables: Tables, requests: RequestStore, bucket: Bucket) -> None:
        self._tables = tables
        self._requests = requests
        self._bucket = bucket

    # -- looking

    def look(self, request: Request, now: int) -> PersonRows:
        """Return what there is in every store, by strongly consistent reads. `now` in ms."""
        contact_id = request.contact_id
        rows_of_contact = self._rows_of_contact(contact_id)
        contact = next((row for row in rows_of_contact if row["sk"] == "contact"), {})
        consents = sorted(
            (row for row in rows_of_contact if row["sk"].startswith(CONSENT.prefix)), key=_sk, reverse=True
        )
        messages, ticket_ids, links, names = set[bytes](), set[str](), list[str](), list[str]()
        for page in self._tables.pages(
            HEAD.partition(request.conversation_id),
            only="sk,contact_id,ticket_id,links,linked_until,aliases,former,expires_at",
        ):
            for row in page.rows:
                messages |= {row_mark(row["sk"])} if row["sk"] == "head" or unexpired(row, now) else set()
                ticket_ids |= {row["ticket_id"]} if row.get("ticket_id") else set()
                links += row.get("links", ()) if links_live(row, now) else ()
                names += (*row.get("aliases", ()), *row.get("former", ())) if row["sk"] == "head" else ()
        word_list, own_key = WORDS.key(contact_id), KEY.key(contact_id)
        first = [*(ALIAS.key(name) for name in names), word_list, own_key, *_of_box(request)]
        found, tickets = self._tickets(ticket_ids, first, contact_id)
        words, key = found.get(word_list, {}), found.get(own_key, {})
        texts = tuple(TEXT.partition(name) for name in words.get("words", ()))
        aliases = {one.pk: row for one, row in found.items() if one.sk == ALIAS.sk}
        owned = {pk: row for pk, row in aliases.items() if row.get("contact_id") == contact_id}
        of_contact = frozenset(row_mark(row["sk"]) for row in rows_of_contact if unexpired(row, now))
        files = frozenset(map(row_mark, self._files(request)))
        stores = {
            CONTACT_ROWS: StoreListing(len(of_contact), marks=of_contact),
            CONVERSATION_ROWS: StoreListing(len(messages), marks=frozenset(messages)),
            TICKET_ROWS: StoreListing(sum(unexpired(row, now) for row in tickets.values()), tuple(tickets)),
            ALIAS_ROWS: StoreListing(sum(unexpired(row, now) for row in owned.values()), tuple(owned)),
            LINK_ROWS: StoreListing(len(links), tuple(map(LINK.partition, links))),
            WORD_ROWS: StoreListing(self._written(contact_id, words, texts) + bool(words), texts),
            KEY_ROWS: StoreListing(int(bool(key))),
            FILES: StoreListing(len(files), marks=files),
        }
        box, box_key = (found.get(one, {}) for one in _of_box(request))
        return PersonRows(contact, key, consents, stores, box, box_key)

    def _files(self, request: Request) -> set[str]:
        """Return the names of the person's files, and the sort keys of those that are to be fetched."""
        return {*files_to_fetch(self._tables, request.conversation_id), *self._bucket.names(request.contact_id)}

    def _rows_of_contact(self, contact_id: str) -> list[dict[str, Any]]:
        names = ",".join(("sk,contact_id,public_key,profile", *registry.ADDRESS_KINDS, "policy_version,policy_hash"))
        only = f"{names},language,channel,at,purpose,abroad,answer,expires_at,suppressed_at"
        pages = self._tables.pages(CONTACT.partition(contact_id), only=only)
        return [row for page in pages for row in page.rows]

    def _written(self, contact_id: str, words: Mapping[str, Any], texts: Sequence[str]) -> int:
        """Return how many of the listed words have rows. An indexer that was writing the list when the write barrier
        closed may have written some rows or none: then they are read."""
        if not texts or words.get("rule", 1):
            return len(texts)
        return len(self._tables.get_many(Key("index", pk, contact_id) for pk in texts))

    def _tickets(
        self, ticket_ids: set[str], first: list[Key], contact_id: str
    ) -> tuple[dict[Key, dict[str, Any]], dict[str, dict[str, Any]]]:
        """Return the rows of `first`, read together with the tickets, and the partition keys of the tickets and of
        their numbers, each with its ticket, whose expiry date is the number's, too.

        A ticket is found by any row that names it, or as the predecessor of another ticket.
        """
        found = self._tables.get_many([*first, *map(TICKET.key, sorted(ticket_ids))])
        names: dict[str, dict[str, Any]] = {}
        asked, fresh = set(ticket_ids), dict(found)
        while fresh:
            mine = [row for key, row in fresh.items() if key.sk == TICKET.sk]
            mine = [row for row in mine if row.get("contact_id") == contact_id]
            for row in mine:
                names[row["pk"]] = row
                if row.get("number"):
                    names[NUMBER.partition(row["number"])] = row
            before = {row["previous_ticket_id"] for row in mine if row.get("previous_ticket_id")} - asked
            asked |= before
            fresh = self._tables.get_many(map(TICKET.key, sorted(before)))
        return found, names

    # -- writing and reading

    def write(
        self,
        request: Request,
        person: PersonRows,
        sealed: bytes,
        fingerprint: str,
        now: int,
        also: Sequence[Write] = (),
    ) -> bool:
        """Write the inventory and its step, all or nothing, with the writes `also` except those that are refused.
        Return False when it was written before."""
        puts = list(self._rows(request, person.stores, sealed))
        newest = next(iter(person.consents), {})
        proved = _first_to_last(person.consents) if "consents" in kind_of(request.kind).evidence else ()
        version, policy_hash = newest.get("policy_version"), newest.get("policy_hash")
        counts = {name: {"found": one.found, "destroyed": 0, "retained": 0} for name, one in person.stores.items()}
        marked = self._requests.finish(
            request,
            Step.INVENTORIED,
            now,
            inventory_hash=listing_hash(request, person.stores),
            counts=counts,
            policy_version=version or None,
            policy_hash=policy_hash or None,
            consents=[_proof(one, request) for one in proved[:MOST_CONSENTS]] or None,
            consents_total=len(proved) or None,
            suppressed_at=person.contact.get("suppressed_at"),
            key_fingerprint=fingerprint or None,
        )
        size = sum(_size(put) for put in puts)
        while len(puts) > _MOST_ROWS or size > _MOST_BYTES:
            put = puts.pop()
            size -= _size(put)
            self._tables.write(put)

        def build(refused: frozenset[str]) -> list[Write] | None:
            if marked.role in refused:
                return None
            return [*puts, *(one for one in also if one.role not in refused), marked]

        return self._tables.transact_until_written(build)

    def _rows(self, request: Request, stores: Mapping[str, StoreListing], sealed: bytes) -> Iterator[Write]:
        """Yield the writes of the inventory's rows. They have no expiry date: they are needed until the proof, however
        long it takes, and are deleted with the mailbox."""
        for name, store in stores.items():
            marks = pack_marks(store.marks or (), _MARKS)
            for part, (names, some) in enumerate(zip_longest(_parts(store.names), marks)):
                row = {"store": name, "found": store.found, "names": names or [], "marks": [some] if some else [],
                       "request_id": request.id}  # fmt: skip
                yield self._tables.put("inventory", INVENTORY.key(request.id, name, part), row, "")
        row = {"store": IDENTITIES, "found": 0, "identities": sealed, "request_id": request.id}
        yield self._tables.put("inventory", INVENTORY.key(request.id, IDENTITIES, 0), row, "")

    def read(self, request_id: str) -> tuple[Request | None, dict[str, StoreListing]]:
        """Return the request and its inventory, by one strongly consistent query; None without a request."""
        items = list(self._request_rows(request_id))
        request = next((request_of(item) for item in items if item["sk"] == "request"), None)
        return request, listings_of(item for item in items if item["sk"] != "request")

    def came_late(self, request_id: str, store: str, marks: Iterable[bytes]) -> None:
        """Add marks of rows that the inventory does not know to the set of late ones, before these rows are deleted."""
        key = Key("desk", INVENTORY.partition(request_id), f"{INVENTORY.prefix}{store}#late")
        values = {"late": frozenset(one.hex() for one in marks), "store": store, "request": request_id}
        expression = "ADD #late :late SET #store = :store, #request_id = :request"
        self._tables.write(self._tables.update("inventory", key, expression, values=values))

    def _request_rows(self, request_id: str) -> Iterator[dict[str, Any]]:
        names = (*Request.__dataclass_fields__, "sk", "request_id", "store", "found", "names", "marks", "late")
        wanted = ",".join(name for name in names if name != "id")
        for page in self._tables.pages(REQUEST.partition(request_id), only=wanted):
            yield from page.rows


def files_to_fetch(tables: Tables, conversation_id: str) -> list[str]:
    """Return the sort keys of files that are to be fetched. Raises Unavailable."""
    return [row["sk"] for page in tables.pages(FETCH.partition(conversation_id), only="sk") for row in page.rows]


def links_live(row: Mapping[str, Any], now: int) -> bool:
    """Whether the links of a message have not expired at `now` (ms); the message stores their own expiry date."""
    return int(row.get("linked_until", 0)) * SECOND > now


def listing_hash(request: Request, stores: Mapping[str, StoreListing]) -> str:
    """Return the SHA-256 of the canonical listing, hexadecimal. It covers names and counts of ours, but no address and
    no hash that could be computed from an address without our keys."""
    listing = [[name, stores[name].found, sorted(stores[name].names)] for name in sorted(stores)]
    text = json.dumps([request.contact_id, request.conversation_id, listing], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _of_box(request: Request) -> tuple[Key, Key]:
    assert request.box is not None
    return CONTACT.key(request.box.contact_id), KEY.key(request.box.contact_id)


def _parts(names: Iterable[str]) -> list[list[str]]:
    """Split names into rows; at least one, so that a store without names is listed, too."""
    parts: list[list[str]] = [[]]
    size = 0
    for name in names:
        if size > _CHUNK:
            parts.append([])
            size = 0
        parts[-1].append(name)
        size += len(name) + 3
    return parts


def _size(put: Write) -> int:
    item = put.item["Put"]["Item"]
    names, marks = item.get("names", {"L": []})["L"], item.get("marks", {"L": []})["L"]
    return 500 + sum(len(name["S"]) + 3 for name in (*names, *marks))


def _sk(row: Mapping[str, Any]) -> str:
    return str(row["sk"])


def _first_to_last(consents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the consents by what they prove: those to the processing before those about a part of it alone, the
    transfer abroad or mailings, of which a person may give as many as they like."""
    return sorted(consents, key=lambda one: not of_processing(one.get("purpose", "")))


def _proof(consent: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Return the proof that a consent was given, with the answer about the transfer abroad, or about mailings, where
    one was (`mailing`: purpose and answer), and when it ended (ms): no address, no text, no message.

    A consent ended with the receipt of the request. One that was given after that (by the very message that withdraws,
    or after the day on a paper) ended when the request was opened, but not before it was given.
    """
    given = int(consent.get("at", 0))
    ended = request.received_at if given <= request.received_at else max(given, request.opened_at)
    words = {"version": "policy_version", "hash": "policy_hash", "language": "language", "channel": "channel"}
    said = {name: str(consent.get(attribute, "")) for name, attribute in words.items()}
    abroad = {"abroad": str(consent["abroad"])} if consent.get("abroad") else {}
    answer = consent.get("answer")
    mailing = {"mailing": f"{consent['purpose']}.{answer}"} if answer else {}
    return {**said, "given": given, "ended": ended, **abroad, **mailing}
