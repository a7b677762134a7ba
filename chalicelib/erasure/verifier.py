"""Verifies that nothing of a person is left. It trusts nothing of the eraser: it computes every name again from what
was sealed before the destruction, reads everything itself, and cannot change a row of a person.

When a read fails there is no proof: Unavailable is raised, and the verification is repeated.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.addresses import Address
from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo import keys
from chalicelib.dynamo.attributes import AttributeValues, plain_item
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write
from chalicelib.erasure.counts import StoreListing, listings_of
from chalicelib.erasure.inventory import IDENTITIES, identities_context
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import request_of
from chalicelib.vault.encryption import Vault, unseal
from chalicelib.vault.model import ContactKey
from chalicelib.vault.pseudonyms import AddressKey, TextKey

_BATCH = 100
"""Items of one BatchGetItem. Source: Amazon DynamoDB's API reference."""
_SORT_KEYS = {"ticket": "ticket", "number": "number", "alias": "alias", "link": "link", "parked": "parked"}
"""Sort key of each class whose partition holds one row."""
RowKey = tuple[str, str, str]
"""Key of a row: logical table, partition key, sort key ("" in `keys`)."""


@dataclass(frozen=True)
class Inventory:
    """What was listed before the destruction: partition keys, the sealed identities, and how much each store held."""

    listed: tuple[str, ...]
    sealed: bytes
    stores: Mapping[str, StoreListing] = field(default_factory=dict)


@dataclass(frozen=True)
class Identities:
    """The names under which the person could be found: pseudonyms of their addresses and words, and the partition keys
    that were listed. `key_left`: the person's key was still there when the mailbox's key was read."""

    addresses: tuple[str, ...]
    words: tuple[str, ...]
    listed: tuple[str, ...]
    key_left: bool


class Verifier:
    """Asks every store by every identity. All methods raise Unavailable."""

    def __init__(
        self,
        client: Any,
        tables: Mapping[str, str],
        address_key: AddressKey,
        text_key: TextKey,
        wait: Callable[[int], None] = sleep_with_jitter,
    ) -> None:
        self._client = client
        self._tables = tables
        self._logical = {real: logical for logical, real in tables.items()}
        self._address_key = address_key
        self._text_key = text_key
        self._wait = wait
        self._run = Transactions(client, wait)

    # -- the names of the person

    def read(self, request_id: str) -> tuple[Request | None, Inventory]:
        """Return the request with its inventory, by one strongly consistent query; None without a request."""
        request, listed, sealed, items = None, list[str](), b"", list[dict[str, Any]]()
        for item in self._partition("desk", keys.request_pk(request_id)):
            if item["sk"] == "request":
                request = request_of(item)
                continue
            items.append(item)
            listed += item.get("names", ())
            sealed = item["identities"] if item["store"] == IDENTITIES else sealed
        return request, Inventory(tuple(listed), sealed, listings_of(items))

    def identities(self, request: Request, inventory: Inventory, vault: Vault) -> Identities:
        """Open the inventory with the key of the reply mailbox, and compute every name again. Raises CannotOpen.

        One call reads both keys: the mailbox's, which must exist, and the person's, which must not.
        """
        assert request.box is not None
        box, theirs = ("keys", request.box.contact_id, ""), ("keys", request.contact_id, "")
        found = self._get([box, theirs])
        private = self._private(request.box.contact_id, found.get(box, {}), vault)
        said = json.loads(unseal(private, identities_context(request.id), inventory.sealed))
        names = [
            self._address_key.address(request.channel, request.account, Address(one["kind"], one["value"]))
            for one in said["addresses"]
        ]
        words = [f"text#{self._text_key.word(word)}" for word in said["words"]]
        return Identities(tuple(names), tuple(words), inventory.listed, theirs in found)

    def _private(self, box_contact: str, item: Mapping[str, Any], vault: Vault) -> bytes:
        if not item:
            raise Unavailable("The key of the request's box is not there; nothing can be proved.")
        return vault.open_contact_key(
            ContactKey(box_contact, item["public_key"], item["sealed_private"], item["vault_id"])
        )

    # -- asking

    def found(self, request: Request, known: Identities) -> dict[str, int]:
        """Return what is still there of the person, by store; empty when nothing is."""
        contact_id, conversation_id = request.contact_id, request.conversation_id
        counts = {
            "keys": int(known.key_left),
            "desk.contact": sum(1 for _ in self._partition("desk", keys.contact_pk(contact_id))),
            "desk.conversation": sum(1 for _ in self._partition("desk", keys.conversation_pk(conversation_id))),
        }
        listed = [_row_key(name) for name in known.listed if not name.startswith("text#")]
        links = [name.partition("#")[2] for name in known.listed if name.startswith("link#")]
        asked: list[RowKey] = [
            *listed,
            *(("index", f"parked#{name}", "parked") for name in links),
            *(("index", f"alias#{name}", "alias") for name in known.addresses),
            *(("index", name, contact_id) for name in known.words),
            *(("index", name, contact_id) for name in known.listed if name.startswith("text#")),
            ("index", f"words#{contact_id}", "words"),
        ]
        tickets = {name.partition("#")[2] for name in known.listed if name.startswith("ticket#")}
        for (table, pk, _), item in self._get(asked).items():
            if pk.startswith("alias#") and item.get("contact_id") != contact_id:
                continue  # the address has another owner by now
            if pk.startswith("number#") and item.get("ticket_id") not in tickets:
                continue  # the number was given to another ticket
            store = f"{table}.{pk.partition('#')[0]}"
            counts[store] = counts.get(store, 0) + 1
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
            rows_of = self._partition("desk", keys.request_pk(before))
            older = next((request_of(item) for item in rows_of if item["sk"] == "request"), None)
            still += older is not None and not older.done(Step.MAILBOX_DESTROYED)
            before = older.after if older else ""
        return still

    def _partition(self, table: str, pk: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a partition, strongly consistent."""
        request: dict[str, Any] = {
            "TableName": self._tables[table],
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": True,
        }
        while True:
            page = self._call("query", request)
            yield from map(plain_item, page["Items"])
            if not page.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _get(self, keys: Iterable[RowKey]) -> dict[RowKey, dict[str, Any]]:
        """Return existing rows by their keys, strongly consistent."""
        wanted = list(dict.fromkeys(keys))
        found: dict[RowKey, dict[str, Any]] = {}
        for start in range(0, len(wanted), _BATCH):
            for table, item in self._batch(wanted[start : start + _BATCH]):
                row = plain_item(item)
                found[table, row["pk"], row.get("sk", "")] = row
        return found

    def _batch(self, keys: Sequence[RowKey]) -> Iterator[tuple[str, AttributeValues]]:
        left: dict[str, Any] = {}
        for table, pk, sk in keys:
            asked = left.setdefault(self._tables[table], {"Keys": [], "ConsistentRead": True})
            asked["Keys"].append({"pk": {"S": pk}} | ({"sk": {"S": sk}} if sk else {}))
        for attempt in range(TRIES):
            answer = self._call("batch_get_item", {"RequestItems": left})
            for real, items in answer.get("Responses", {}).items():
                yield from ((self._logical[real], item) for item in items)
            left = answer.get("UnprocessedKeys") or {}
            if not left:
                return
            self._wait(attempt)
        raise Unavailable("DynamoDB leaves rows unread again and again; try later.")

    def _call(self, operation: str, request: Mapping[str, Any]) -> AttributeValues:
        try:
            answer: AttributeValues = getattr(self._client, operation)(**request)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("A store did not answer, so nothing is proved; try again.") from error
        return answer

    # -- the result

    def prove(self, request: Request, known: Identities, mark: Write) -> None:
        """Open the suppression entries and write the step of the proof (`mark`): all or nothing, and nothing when the
        step is done already.

        From then on the person may write again as somebody new. What was sent before the destruction stays refused for
        as long as a provider may repeat it. Every entry that the request closed is opened, and an address without an
        entry gets an open one. Entries of another request stay as they are.
        """
        destroyed = request.at(Step.KEY_DESTROYED)
        values = {
            ":no": {"BOOL": False},
            ":at": {"N": str(destroyed)},
            ":until": {"N": str((destroyed + GUARD_DAYS * DAY) // SECOND)},
            ":request": {"S": request.id},
        }
        names = dict.fromkeys([*request.fences, *known.addresses])

        def build(refused: frozenset[str]) -> list[Write] | None:
            if mark.role in refused:
                return None
            return [*(self._open(name, values) for name in names if name not in refused), mark]

        self._run.run_until_written(build)

    def _open(self, name: str, values: AttributeValues) -> Write:
        update = {
            "TableName": self._tables["index"],
            "Key": {"pk": {"S": keys.suppression_pk(name)}, "sk": {"S": "fence"}},
            "UpdateExpression": "SET closed = :no, #at = :at, expires_at = :until, request_id = :request REMOVE #box",
            "ConditionExpression": "attribute_not_exists(pk) OR request_id = :request",
            "ExpressionAttributeNames": {"#at": "at", "#box": "box"},
            "ExpressionAttributeValues": values,
        }
        return Write(name, {"Update": update})


def _row_key(name: str) -> RowKey:
    kind = name.partition("#")[0]
    return ("desk" if kind in ("ticket", "number") else "index"), name, _SORT_KEYS[kind]
