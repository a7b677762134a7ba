"""Lists what there is of a person before anything is destroyed: in which stores, how much, and under which keys.

Names are partition keys of our own (random ids and pseudonyms). With them a run after a crash, and the verifier, know
where to look although the rows that led there are deleted. The person's addresses and words in the clear are sealed to
the key of the reply mailbox, which is destroyed after the proof.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.clock import SECOND
from chalicelib.dynamo import keys
from chalicelib.dynamo.bulk import Bulk, Key
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.erasure.counts import StoreListing, listings_of, pack_marks, row_mark, unexpired
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore, request_of
from chalicelib.vault.encryption import EncryptionContext

CONTACT, CONVERSATION, TICKETS = "desk.contact", "desk.conversation", "desk.tickets"
ALIASES, LINKS, WORDS, KEYS = "index.aliases", "index.links", "index.words", "keys"
STORES = (CONTACT, CONVERSATION, TICKETS, ALIASES, LINKS, WORDS, KEYS)
"""Where data of a person can lie. Each is counted in the request's `counts` and in the certificate."""
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

    def __init__(
        self,
        client: Any,
        tables: Mapping[str, str],
        requests: RequestStore,
        wait: Callable[[int], None] = sleep_with_jitter,
    ) -> None:
        self._bulk = Bulk(client, tables, wait)
        self._run = Transactions(client, wait)
        self._requests = requests
        self._desk = tables["desk"]
        self._writes = Writes(tables)

    # -- looking

    def look(self, request: Request, now: int) -> PersonRows:
        """Return what there is in every store, by strongly consistent reads. `now` in ms."""
        contact_id = request.contact_id
        rows_of_contact = [row for page, _ in self._contact_pages(contact_id) for row in page]
        contact = next((row for row in rows_of_contact if row["sk"] == "contact"), {})
        consents = sorted((row for row in rows_of_contact if row["sk"].startswith("consent#")), key=_sk, reverse=True)
        messages, ticket_ids, links, names = set[bytes](), set[str](), list[str](), list[str]()
        for page, _ in self._bulk.pages(
            keys.conversation_pk(request.conversation_id),
            "sk,contact_id,ticket_id,links,linked_until,aliases,former,expires_at",
        ):
            for row in page:
                messages |= {row_mark(row["sk"])} if row["sk"] == "head" or unexpired(row, now) else set()
                ticket_ids |= {row["ticket_id"]} if row.get("ticket_id") else set()
                links += row.get("links", ()) if links_live(row, now) else ()
                names += (*row.get("aliases", ()), *row.get("former", ())) if row["sk"] == "head" else ()
        first = [("index", f"alias#{name}", "alias") for name in names]
        first += [("index", f"words#{contact_id}", "words"), ("keys", contact_id, ""), *_of_box(request)]
        found, tickets = self._tickets(ticket_ids, first, contact_id)
        words = found.get(("index", f"words#{contact_id}", "words"), {})
        texts = tuple(f"text#{name}" for name in words.get("words", ()))
        owned = {pk: row for (_, pk, sk), row in found.items() if sk == "alias" and row.get("contact_id") == contact_id}
        key = found.get(("keys", contact_id, ""), {})
        of_contact = frozenset(row_mark(row["sk"]) for row in rows_of_contact if unexpired(row, now))
        stores = {
            CONTACT: StoreListing(len(of_contact), marks=of_contact),
            CONVERSATION: StoreListing(len(messages), marks=frozenset(messages)),
            TICKETS: StoreListing(sum(unexpired(row, now) for row in tickets.values()), tuple(tickets)),
            ALIASES: StoreListing(sum(unexpired(row, now) for row in owned.values()), tuple(owned)),
            LINKS: StoreListing(len(links), tuple(f"link#{name}" for name in links)),
            WORDS: StoreListing(self._written(contact_id, words, texts) + bool(words), texts),
            KEYS: StoreListing(int(bool(key))),
        }
        box, box_key = (found.get(one, {}) for one in _of_box(request))
        return PersonRows(contact, key, consents, stores, box, box_key)

    def _contact_pages(self, contact_id: str) -> Iterator[tuple[list[dict[str, Any]], bool]]:
        names = (
            f"sk,contact_id,public_key,profile,{','.join(ADDRESS_KINDS)},policy_version,policy_hash,language,channel,at"
        )
        return self._bulk.pages(keys.contact_pk(contact_id), f"{names},expires_at,suppressed_at")

    def _written(self, contact_id: str, words: Mapping[str, Any], texts: Sequence[str]) -> int:
        """Return how many of the listed words have rows. An indexer that was writing the list when the write barrier
        closed may have written some rows or none: then they are read."""
        if not texts or words.get("rule", 1):
            return len(texts)
        return len(self._bulk.get(("index", pk, contact_id) for pk in texts))

    def _tickets(
        self, ticket_ids: set[str], first: list[Key], contact_id: str
    ) -> tuple[dict[Key, dict[str, Any]], dict[str, dict[str, Any]]]:
        """Return the rows of `first`, read together with the tickets, and the partition keys of the tickets and of
        their numbers, each with its ticket, whose expiry date is the number's, too.

        A ticket is found by any row that names it, or as the predecessor of another ticket.
        """
        found = self._bulk.get([*first, *map(_ticket, sorted(ticket_ids))])
        names: dict[str, dict[str, Any]] = {}
        asked, fresh = set(ticket_ids), dict(found)
        while fresh:
            mine = [row for (_, pk, _), row in fresh.items() if pk.startswith("ticket#")]
            mine = [row for row in mine if row.get("contact_id") == contact_id]
            for row in mine:
                names[row["pk"]] = row
                if row.get("number"):
                    names[keys.number_pk(row["number"])] = row
            before = {row["previous_ticket_id"] for row in mine if row.get("previous_ticket_id")} - asked
            asked |= before
            fresh = self._bulk.get(map(_ticket, sorted(before))) if before else {}
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
            consents=[_proof(one, request) for one in person.consents[:MOST_CONSENTS]] or None,
            consents_total=len(person.consents) or None,
            suppressed_at=person.contact.get("suppressed_at"),
            key_fingerprint=fingerprint or None,
        )
        size = sum(_size(put) for put in puts)
        while len(puts) > _MOST_ROWS or size > _MOST_BYTES:
            put = puts.pop()
            size -= _size(put)
            self._bulk.call("put_item", **put.item["Put"])

        def build(refused: frozenset[str]) -> list[Write] | None:
            if marked.role in refused:
                return None
            return [*puts, *(one for one in also if one.role not in refused), marked]

        return self._run.run_until_written(build)

    def _rows(self, request: Request, stores: Mapping[str, StoreListing], sealed: bytes) -> Iterator[Write]:
        """Yield the writes of the inventory's rows. They have no expiry date: they are needed until the proof, however
        long it takes, and are deleted with the mailbox."""
        pk = keys.request_pk(request.id)
        for name, store in stores.items():
            marks = pack_marks(store.marks or (), _MARKS)
            for part, (names, some) in enumerate(zip_longest(_parts(store.names), marks)):
                row = {"store": name, "found": store.found, "names": names or [], "marks": [some] if some else [],
                       "request_id": request.id}  # fmt: skip
                yield self._writes.put("inventory", "desk", pk, f"inventory#{name}#{part:03d}", row, fresh=False)
        row = {"store": IDENTITIES, "found": 0, "identities": sealed, "request_id": request.id}
        yield self._writes.put("inventory", "desk", pk, f"inventory#{IDENTITIES}#000", row, fresh=False)

    def read(self, request_id: str) -> tuple[Request | None, dict[str, StoreListing]]:
        """Return the request and its inventory, by one strongly consistent query; None without a request."""
        items = list(self._request_rows(request_id))
        request = next((request_of(item) for item in items if item["sk"] == "request"), None)
        return request, listings_of(item for item in items if item["sk"] != "request")

    def came_late(self, request_id: str, store: str, marks: Iterable[bytes]) -> None:
        """Add marks of rows that the inventory does not know to the set of late ones, before these rows are deleted."""
        names = ("late", "store", "request_id")
        late = {"SS": sorted(one.hex() for one in marks)}
        self._bulk.call(
            "update_item",
            TableName=self._desk,
            Key={"pk": {"S": keys.request_pk(request_id)}, "sk": {"S": f"inventory#{store}#late"}},
            UpdateExpression="ADD #late :late SET #store = :store, #request_id = :request",
            ExpressionAttributeNames={f"#{name}": name for name in names},
            ExpressionAttributeValues={":late": late, ":store": {"S": store}, ":request": {"S": request_id}},
        )

    def _request_rows(self, request_id: str) -> Iterator[dict[str, Any]]:
        names = (*Request.__dataclass_fields__, "sk", "request_id", "store", "found", "names", "marks", "late")
        wanted = ",".join(name for name in names if name != "id")
        for page, _ in self._bulk.pages(keys.request_pk(request_id), wanted):
            yield from page


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
    return ("desk", keys.contact_pk(request.box.contact_id), "contact"), ("keys", request.box.contact_id, "")


def _ticket(ticket_id: str) -> Key:
    return "desk", keys.ticket_pk(ticket_id), "ticket"


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


def _proof(consent: Mapping[str, Any], request: Request) -> dict[str, Any]:
    """Return the proof that a consent was given, and when it ended (ms): no address, no text, no message.

    A consent ended with the receipt of the request. One that was given after that (by the very message that withdraws,
    or after the day on a paper) ended when the request was opened, but not before it was given.
    """
    given = int(consent.get("at", 0))
    ended = request.received_at if given <= request.received_at else max(given, request.opened_at)
    words = {"version": "policy_version", "hash": "policy_hash", "language": "language", "channel": "channel"}
    said = {name: str(consent.get(attribute, "")) for name, attribute in words.items()}
    return {**said, "given": given, "ended": ended}
