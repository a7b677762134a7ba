"""One history of all that threads write: every service call is made alone and written down, in the order of the calls.

Threads still meet between any two calls, which is where anything can happen; and at every moment it is known which rows
there are of whom. So it can be said without doubt what was there when a fence closed, what came after it, and who took
what away.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.dynamo.builder import plain_item
from tests.support.faults import WRITES
from tests.support.intake.desk import Snapshot

Key = tuple[str, str, str]


@dataclass
class History:
    """The rows that there are, whose they are, and by request what counts: what was there when its fence closed, and
    what came later. `taken` are rows that somebody else than an eraser took away from who is being erased."""

    tables: Mapping[str, str]
    people: Mapping[str, str]
    """Request id by contact id and conversation id."""
    rows: dict[Key, dict[str, Any]] = field(default_factory=dict)
    owners: dict[Key, str] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    counted: dict[str, dict[Key, dict[str, Any]]] = field(default_factory=dict)
    taken: list[Key] = field(default_factory=list)
    calls: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    _thread: threading.local = field(default_factory=threading.local)

    def begin(self, then: Snapshot) -> None:
        """What there is now."""
        for table, items in then.items():
            for (pk, sk), item in sorted(items.items(), key=lambda one: not one[0][0].startswith("ticket#")):
                self._there((table, pk, sk), plain_item(item))

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """What this thread does in here, an eraser does."""
        self._thread.erases = True
        try:
            yield
        finally:
            self._thread.erases = False

    # -- what calls do

    def note(self, name: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Write down what a write that was taken has changed."""
        logical = {real: table for table, real in self.tables.items()}
        if name == "transact_write_items":
            done = [next(iter(one.items())) for one in request["TransactItems"]]
        elif name == "batch_write_item":
            left = [str(one) for ones in answer.get("UnprocessedItems", {}).values() for one in ones]
            done = [
                (kind.removesuffix("Request"), {"TableName": table, **body})
                for table, ones in request["RequestItems"].items()
                for one in ones
                if str(one) not in left
                for kind, body in one.items()
            ]
        else:
            done = [(name.split("_")[0].capitalize(), request)]
        closed = [
            body["Item"]["request_id"]["S"]
            for kind, body in done
            if kind == "Put" and body["Item"]["pk"]["S"].startswith("fence#")
        ]
        for kind, body in done:
            if kind == "ConditionCheck":
                continue
            item = plain_item(body.get("Item") or body["Key"])
            key = logical[body["TableName"]], str(item["pk"]), str(item.get("sk", ""))
            if kind == "Delete":
                self._gone(key)
            else:
                self._there(key, item)
        for request_id in closed:
            theirs = {key: self.rows[key] for key, owner in self.owners.items() if owner == request_id}
            self.counted.setdefault(request_id, theirs)

    def _there(self, key: Key, item: dict[str, Any]) -> None:
        if key in self.rows:
            return
        owner = self._owner(key, item)
        self.rows[key] = item
        if not owner:
            return
        self.owners[key] = owner
        if key[1].startswith("ticket#"):
            self.tickets[key[1].partition("#")[2]] = owner
        if owner in self.counted:
            self.counted[owner].setdefault(key, item)

    def _gone(self, key: Key) -> None:
        owner = self.owners.pop(key, "")
        if self.rows.pop(key, None) is None or owner not in self.counted or self._erases:
            return
        contact = key[1].partition("#")[2]
        if key[1].startswith("words#") and ("desk", f"contact#{contact}", "contact") not in self.rows:
            return  # the list of words of a contact that is gone leads nowhere
        self.taken.append(key)

    @property
    def _erases(self) -> bool:
        return bool(getattr(self._thread, "erases", False))

    def _owner(self, key: Key, item: Mapping[str, Any]) -> str:
        """The request of whose row it is, "" for anybody else's."""
        table, pk, sk = key
        kind, _, name = pk.partition("#")
        if table == "keys":
            name = pk
        elif kind == "text":
            name = sk
        elif kind == "number":
            return self.tickets.get(str(item.get("ticket_id", "")), "")
        elif kind == "link":
            name = str(item.get("message_ref", "")).partition(".")[0]
        elif kind in ("alias", "ticket"):
            name = str(item.get("contact_id", ""))
        elif kind not in ("contact", "conversation", "words"):
            return ""
        return self.people.get(name, "")


class Linear:
    """A DynamoDB client whose calls are made one at a time and written down."""

    def __init__(self, client: Any, history: History) -> None:
        self._client, self._history = client, history

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in WRITES and name not in ("query", "get_item", "batch_get_item", "transact_get_items"):
            return found

        def call(**request: Any) -> Any:
            with self._history.lock:
                self._history.calls += 1
                answer = found(**request)
                if name in WRITES:
                    self._history.note(name, request, answer)
                return answer

        return call
