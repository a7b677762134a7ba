"""Verifies that nothing of a person is left. It trusts nothing of the eraser: it computes every name again from what
was sealed before the destruction, reads everything itself, and cannot change a row of a person.

When a read fails there is no proof: Unavailable is raised, and the verification is repeated.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.addresses import Address
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import Key
from chalicelib.dynamo.tables import Tables
from chalicelib.erasure.counts import StoreListing, listings_of
from chalicelib.erasure.inventory import IDENTITIES, identities_context
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import kept_part
from chalicelib.privacy.requests.store import request_of
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault.encryption import Vault, fingerprint, unseal
from chalicelib.vault.model import ContactKey
from chalicelib.vault.pseudonyms import AddressKey, TextKey


class Question(NamedTuple):
    """Asks for rows of a person. `of` says which of their names stands for `{}` in the key; "*" as sort key means the
    whole partition, "{contact_id}" the person's own id."""

    table: str
    pk: str
    sk: str
    of: str


QUESTIONS = (
    Question("keys", "{}", "", of="contact_id"),
    Question("desk", "contact#{}", "*", of="contact_id"),
    Question("desk", "conversation#{}", "*", of="conversation_id"),
    Question("desk", "fetch#{}", "*", of="conversation_id"),
    Question("desk", "ticket#{}", "ticket", of="ticket_id"),
    Question("desk", "number#{}", "number", of="number"),
    Question("index", "alias#{}", "alias", of="address"),
    Question("index", "link#{}", "link", of="message"),
    Question("index", "parked#{}", "parked", of="message"),
    Question("index", "text#{}", "{contact_id}", of="word"),
    Question("index", "words#{}", "words", of="contact_id"),
)
"""Everything that is asked. It is written by hand and not made from the schema, so that what one of them forgets the
other one finds: a test fails when they disagree."""
_LISTED = {
    "ticket": "ticket_id",
    "number": "number",
    "alias": "address",
    "link": "message",
    "parked": "message",
    "text": "word",
}
"""What a name of the inventory is, by the first word of its partition key. Early statuses are found by the names of
their links; one that is listed under its own key is looked for all the same."""


@dataclass(frozen=True)
class Inventory:
    """What was listed before the destruction: partition keys, the sealed identities, and how much each store held."""

    listed: tuple[str, ...]
    sealed: bytes
    stores: Mapping[str, StoreListing] = field(default_factory=dict)


@dataclass(frozen=True)
class Identities:
    """The names under which the person could be found, by what they are (Question.of): computed again, and listed.
    `key_left`: a key that opens something of the person was still there when the mailbox's key was read."""

    names: Mapping[str, frozenset[str]]
    addresses: tuple[str, ...]
    key_left: bool


class Verifier:
    """Asks every store by every identity. All methods raise Unavailable."""

    def __init__(
        self, tables: Tables, address_key: AddressKey, text_key: TextKey, s3: Callable[[], Any], bucket: str
    ) -> None:
        self._tables = tables
        self._s3 = s3
        self._bucket = bucket
        self._address_key = address_key
        self._text_key = text_key

    # -- the names of the person

    def read(self, request_id: str) -> tuple[Request | None, Inventory]:
        """Return the request with its inventory, by one strongly consistent query; None without a request."""
        request, listed, sealed, items = None, list[str](), b"", list[dict[str, Any]]()
        for item in self._partition(f"request#{request_id}"):
            if item["sk"] == "request":
                request = request_of(item)
                continue
            items.append(item)
            listed += item.get("names", ())
            sealed = item["identities"] if item["store"] == IDENTITIES else sealed
        return request, Inventory(tuple(listed), sealed, listings_of(items))

    def identities(self, request: Request, inventory: Inventory, vault: Vault) -> Identities:
        """Open the inventory with the key of the reply mailbox, and compute every name again. Raises CannotOpen.

        One call reads the keys: the mailbox's, which must exist, and the person's, which must not; nor must one of a
        part that nobody has decided to keep.
        """
        assert request.box is not None
        box, theirs = (Key("keys", one, "") for one in (request.box.contact_id, request.contact_id))
        undecided = [] if kept_part(request) else [Key("keys", request.id, "")]
        found = self._tables.get_many([box, theirs, *undecided])
        private = self._private(request.box.contact_id, found.get(box, {}), vault)
        said = json.loads(unseal(private, identities_context(request.id), inventory.sealed))
        addresses = tuple(
            self._address_key.address(request.channel, request.account, Address(one["kind"], one["value"]))
            for one in said["addresses"]
        )
        names: dict[str, set[str]] = {what: set() for what in _LISTED.values()}
        for listed in inventory.listed:
            kind, _, name = listed.partition("#")
            names[_LISTED[kind]].add(name)
        names["address"] |= set(addresses)
        names["word"] |= {self._text_key.word(word) for word in said["words"]}
        names |= {"contact_id": {request.contact_id}, "conversation_id": {request.conversation_id}}
        key_left = bool(found.keys() - {box})
        return Identities({what: frozenset(some) for what, some in names.items()}, addresses, key_left)

    def _private(self, box_contact: str, item: Mapping[str, Any], vault: Vault) -> bytes:
        if not item:
            raise Unavailable("The key of the request's box is not there; nothing can be proved.")
        return vault.open_contact_key(
            ContactKey(box_contact, item["public_key"], item["sealed_private"], item["vault_id"])
        )

    # -- asking

    def found(self, request: Request, known: Identities) -> dict[str, int]:
        """Return what is still there of the person, by store; empty when nothing is."""
        counts = {"keys": int(known.key_left)}
        single: list[Key] = []
        for one in QUESTIONS:
            for name in sorted(known.names[one.of]):
                pk = one.pk.format(name)
                if one.sk != "*":
                    single.append(Key(one.table, pk, one.sk.format(contact_id=request.contact_id)))
                else:
                    counts[_store(one.table, pk)] = sum(1 for _ in self._partition(pk))
        for key, row in self._tables.get_many(one for one in single if one.table != "keys").items():
            if key.sk == "alias" and row.get("contact_id") != request.contact_id:
                continue  # the address has another owner by now
            if key.sk == "number" and row.get("ticket_id") not in known.names["ticket_id"]:
                continue  # the number was given to another ticket
            store = _store(key.table, key.pk)
            counts[store] = counts.get(store, 0) + 1
        counts["files"] = self._files(request.contact_id)
        if request.after:
            counts["desk.box"] = self._mailboxes_before(request)
        return {store: count for store, count in counts.items() if count}

    def _mailboxes_before(self, request: Request) -> int:
        """Return how many reply mailboxes of the person's earlier requests still exist: each holds their addresses
        under a key of its own. A request names the earlier one in `after`."""
        still, seen = 0, {request.id}
        before = request.after
        while before and before not in seen:
            seen.add(before)
            rows_of = self._partition(f"request#{before}")
            older = next((request_of(item) for item in rows_of if item["sk"] == "request"), None)
            still += older is not None and not older.done(Step.MAILBOX_DESTROYED)
            before = older.after if older else ""
        return still

    def _files(self, contact_id: str) -> int:
        """Return how many files there still are: every version and marker of every object below the person's prefix,
        and every upload that was begun. More than a page of them are as good a reason to erase again."""
        below = {"Bucket": self._bucket, "Prefix": f"{contact_id}/"}
        try:
            s3 = self._s3()
            objects = s3.list_object_versions(**below)
            uploads = s3.list_multipart_uploads(**below)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The bucket of files did not answer; nothing can be proved.") from error
        found = [*objects.get("Versions", ()), *objects.get("DeleteMarkers", ()), *uploads.get("Uploads", ())]
        return len(found)

    def _partition(self, pk: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a partition of `desk`, strongly consistent."""
        return (row for page in self._tables.pages(pk) for row in page.rows)

    def is_as_decided(self, request: Request, part: Mapping[str, Any]) -> bool:
        """Whether what is kept of the person is what two officers have decided: these categories, as many rows as were
        counted when they were sealed, under a key that is not the person's."""
        key, rows = self._part(request)
        counted = Counter(row["store"] for row in rows)
        named = {category for row in rows for category in row["categories"]}
        expected = {store: number for store, number in part["rows"].items() if number}
        return key == part["key"] and dict(counted) == expected and named <= set(part["categories"])

    def part_left(self, request: Request) -> bool:
        """Whether anything is left of what was kept: its key, or a row."""
        key, rows = self._part(request)
        return bool(key or rows)

    def _part(self, request: Request) -> tuple[str, list[dict[str, Any]]]:
        """Return the fingerprint of the part's key ("" for none) and its rows."""
        place = Key("keys", request.id, "")
        key = self._tables.get_many([place]).get(place, {})
        return fingerprint(key["public_key"]) if key else "", list(self._partition(f"kept#{request.id}"))

    # -- the result

    def prove(self, request: Request, known: Identities, mark: Write) -> None:
        """Open the suppression entries and write the step of the proof (`mark`): all or nothing, and nothing when the
        step is done already.

        From then on the person may write again as somebody new. What was sent before the destruction stays refused for
        as long as a provider may repeat it. Every entry that the request closed is opened, and an address without an
        entry gets an open one. Entries of another request stay as they are.
        """
        destroyed = request.at(Step.KEY_DESTROYED)
        until = (destroyed + GUARD_DAYS * DAY) // SECOND
        values = {"no": False, "at": destroyed, "until": until, "request": request.id}
        names = dict.fromkeys([*request.fences, *known.addresses])

        def build(refused: frozenset[str]) -> list[Write] | None:
            if mark.role in refused:
                return None
            return [*(self._open(name, values) for name in names if name not in refused), mark]

        self._tables.transact_until_written(build)

    def _open(self, name: str, values: Mapping[str, Any]) -> Write:
        return self._tables.update(
            name,
            Key("index", f"fence#{name}", "fence"),
            "SET closed = :no, #at = :at, expires_at = :until, request_id = :request REMOVE #box",
            "attribute_not_exists(pk) OR request_id = :request",
            values,
        )


def _store(table: str, pk: str) -> str:
    return f"{table}.{pk.partition('#')[0]}"
