"""Destroys a contact's key, the point of no return, and writes the tombstone for restored backups, in one
transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.dynamo.bulk import Bulk
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.erasure.write_barrier import renew_entry
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore


class KeyDestruction:
    """The reads and writes of DestroyKey. All methods raise Unavailable."""

    def __init__(
        self,
        client: Any,
        tables: Mapping[str, str],
        requests: RequestStore,
        wait: Callable[[int], None] = sleep_with_jitter,
    ) -> None:
        self._tables = tables
        self._bulk = Bulk(client, tables, wait)
        self._run = Transactions(client, wait)
        self._requests = requests
        self._writes = Writes(tables)

    def destroy(self, request: Request, counts: Mapping[str, Any], now: int) -> bool:
        """Delete the key, write the tombstone, set the suppression entries to `now` (ms) and write the step. Return
        False when that was done already."""

        def build(refused: frozenset[str]) -> list[Write] | None:
            if "request" in refused:
                return None
            writes = [self._requests.finish(request, Step.KEY_DESTROYED, now, counts=counts), self._key(request)]
            if "tombstone" not in refused:  # one of an earlier destruction of the same contact stays as it is
                writes.append(self._tombstone(request, now))
            return [*writes, *(renew_entry(self._writes, name, request, now) for name in request.fences)]

        return self._run.run_until_written(build)

    def _key(self, request: Request) -> Write:
        return Write("key", {"Delete": {"TableName": self._tables["keys"], "Key": {"pk": {"S": request.contact_id}}}})

    def _tombstone(self, request: Request, now: int) -> Write:
        attributes = {
            "contact_id": request.contact_id,
            "request_id": request.id,
            "conversation_id": request.conversation_id,
            "at": now,
            "inventory_hash": request.inventory_hash,
        }
        pk = f"tombstone#{request.contact_id}"
        return self._writes.put("tombstone", "ledger", pk, "tombstone", attributes)

    def left(self, request: Request) -> bool:
        """Whether the key is still there, by a strongly consistent read.

        Without it nothing of the person opens: everything that decrypts, such as BuildInventory with the addresses,
        reads this key first.
        """
        key = ("keys", request.contact_id, "")
        return key in self._bulk.get([key])
