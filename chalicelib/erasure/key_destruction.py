"""Destroys a contact's key, the point of no return, and writes the tombstone for restored backups, in one
transaction."""

from collections.abc import Mapping
from typing import Any

from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import KEY, TOMBSTONE
from chalicelib.dynamo.tables import Tables
from chalicelib.erasure.write_barrier import renew_entry
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.privacy.requests.vocabulary import RequestState, Step


class KeyDestruction:
    """The reads and writes of DestroyKey. All methods raise Unavailable."""

    def __init__(self, tables: Tables, requests: RequestStore) -> None:
        self._tables = tables
        self._requests = requests

    def destroy(self, request: Request, counts: Mapping[str, Any], now: int) -> bool:
        """Delete the key, write the tombstone, set the suppression entries to `now` (ms) and write the step. Return
        False when that was done already."""

        def build(refused: frozenset[str]) -> list[Write] | None:
            if "request" in refused:
                return None
            writes = [
                self._requests.finish(request, Step.KEY_DESTROYED, now, counts=counts),
                self._tables.delete("key", KEY.key(request.contact_id)),
            ]
            if "tombstone" not in refused:  # one of an earlier destruction of the same contact stays as it is
                writes.append(self._tombstone(request, now))
            return [*writes, *(renew_entry(self._tables, name, request, now) for name in request.fences)]

        return self._tables.transact_until_written(build)

    def destroy_part(self, request: Request, now: int) -> bool:
        """Delete the key of the part that was kept, write its tombstone and the step. Return False when that was done
        already."""

        def build(refused: frozenset[str]) -> list[Write] | None:
            if "request" in refused:
                return None
            state = RequestState.WAITING_FOR_BACKUPS.value
            writes = [
                self._requests.finish(request, Step.PART_KEY_DESTROYED, now, state=state, part_opened=None),
                self._tables.delete("key", KEY.key(request.id)),
            ]
            return writes if "tombstone" in refused else [*writes, self._tombstone(request, now, request.id)]

        return self._tables.transact_until_written(build)

    def _tombstone(self, request: Request, now: int, key_id: str = "") -> Write:
        attributes = {
            "contact_id": key_id or request.contact_id,
            "request_id": request.id,
            "conversation_id": request.conversation_id,
            "at": now,
            "inventory_hash": request.inventory_hash,
        }
        return self._tables.put("tombstone", TOMBSTONE.key(attributes["contact_id"]), attributes)

    def left(self, request: Request, key_id: str = "") -> bool:
        """Whether the person's key, or another one, is still there, by a strongly consistent read.

        Without it nothing of the person opens: everything that decrypts, such as BuildInventory with the addresses,
        reads this key first.
        """
        key = KEY.key(key_id or request.contact_id)
        return key in self._tables.get_many([key])
