"""KeepPart: before the person's key is destroyed, seals anew what two officers have decided that the desk keeps.

Only the categories of the decision are opened and sealed to a key of the request. The person's own rows stay as they
are and are destroyed with all others; what is kept leads back to nobody by a name of ours.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import count, log
from chalicelib.dynamo.schema import CONTACT, HEAD, MESSAGE
from chalicelib.erasure import kept_content
from chalicelib.erasure.counts import row_mark, unexpired
from chalicelib.erasure.inventory import CONTACT_ROWS, CONVERSATION_ROWS, TICKET_ROWS, Inventories
from chalicelib.erasure.kept_part import KeptParts, KeptRow
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import kept_part
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen, Vault, fingerprint, new_contact_key, open_json, seal_json, unseal

if TYPE_CHECKING:
    from chalicelib.privacy.requests.store import RequestStore

BUDGET = 240.0
"""Seconds for one run; the function's time-out is 300. The next run does the rest."""
_AT_ONCE = 50
_OF_CONTACT = ",".join(("sk", "profile", *ADDRESS_KINDS, "expires_at"))
_OF_MESSAGE = ",".join(("sk", "content", "guard", "expires_at", *kept_content.OF_MESSAGES))
Found = tuple[str, str, Mapping[str, Any]]
"""Name, store and content of a row that is kept."""


@dataclass(frozen=True)
class KeepPart:
    """Keeps the part of a request whose inventory is written. It may run again at any time: what is there stays."""

    requests: "RequestStore"
    inventories: Inventories
    store: KeptParts
    vault: Callable[[], Vault]
    vault_public: bytes
    clock: Callable[[], int]
    stopwatch: Callable[[], float] = field(default=time.monotonic)
    budget: float = BUDGET

    def __call__(self, request_id: str) -> dict[str, bool]:
        """Seal what is kept; return whether there is more to do. Nothing happens where nothing is kept, or all is.

        Raises Unavailable, and TaskFailed: not_inventoried, or key_gone when the person's key is destroyed already.
        """
        until = self.stopwatch() + self.budget
        request, stores = self.inventories.read(request_id)
        if request is None or not request.done(Step.INVENTORIED):
            raise TaskFailed("not_inventoried")
        part = kept_part(request)
        if part is None or request.done(Step.PART_KEPT):
            return {"more": False}
        theirs = self.store.key_of(request.contact_id)
        if theirs is None:
            raise TaskFailed("key_gone")
        private = self.vault().open_contact_key(theirs)
        public = self.store.key(new_contact_key(self.vault_public, request.id))
        there, chunk, categories = self.store.names(request.id), list[KeptRow](), list(part["categories"])
        tickets = stores[TICKET_ROWS].names if TICKET_ROWS in stores else ()
        for number, (name, store, content) in enumerate(self._found(request, tickets, private, categories)):
            if name in there:
                continue
            place = encryption.kept_content(request.id, name)
            chunk.append(KeptRow(name, store, seal_json(public, place, {**content, "place": number + 1})))
            if len(chunk) == _AT_ONCE:
                self.store.write(request.id, chunk, categories)
                chunk = []
                if self.stopwatch() > until:
                    return {"more": True}
        self.store.write(request.id, chunk, categories)
        self._done(request, part, public)
        return {"more": False}

    def _done(self, request: Request, part: Mapping[str, Any], public: bytes) -> None:
        left = self.store.left(request.id)
        if left.key != fingerprint(public):
            raise TaskFailed("part_key_gone")
        whole = {**part, "rows": dict(left.rows), "key": left.key}
        retained = [whole if one is part else one for one in request.retained]
        self.requests.run(self.requests.finish(request, Step.PART_KEPT, self.clock(), retained=retained))

    def _found(
        self, request: Request, tickets: Sequence[str], private: bytes, categories: Sequence[str]
    ) -> Iterator[Found]:
        """Yield what is kept of each row that had not expired when the inventory was made. Two runs give the same rows
        the same names, which tell nothing of the rows they were made of."""
        contact_id, since = request.contact_id, request.at(Step.INVENTORIED)
        for row in self.store.rows_of(CONTACT.partition(contact_id), _OF_CONTACT):
            if row["sk"] == CONTACT.sk:
                opened = {name: self._text(private, contact_id, name, row) for name in ("profile", *ADDRESS_KINDS)}
                if kept := kept_content.of_contact(request.channel, opened, categories):
                    yield "contact", CONTACT_ROWS, kept
        for row in self.store.tickets(tickets, contact_id):
            if unexpired(row, since) and (kept := kept_content.of_ticket(row, categories)):
                yield f"ticket.{_mark(row['pk'])}", TICKET_ROWS, kept
        for row in self.store.rows_of(HEAD.partition(request.conversation_id), _OF_MESSAGE):
            if not row["sk"].startswith(MESSAGE.prefix) or row.get("guard") or not unexpired(row, since):
                continue
            content = self._content(private, request.conversation_id, row)
            if kept := kept_content.of_message(row, content, categories):
                yield f"message.{_mark(row['sk'])}", CONVERSATION_ROWS, kept

    def _text(self, private: bytes, contact_id: str, name: str, row: Mapping[str, Any]) -> str:
        """Return an attribute of the contact in the clear; "" for one that is not there, or does not open."""
        try:
            place = encryption.contact_attribute(contact_id, name)
            return unseal(private, place, row[name]).decode() if row.get(name) else ""
        except CannotOpen as error:
            return str(_told(error))

    def _content(self, private: bytes, conversation_id: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
        ref = MessageRef.of_tail(conversation_id, row["sk"].removeprefix(MESSAGE.prefix))
        try:
            return open_json(private, encryption.message_content(ref), row["content"]) if row.get("content") else {}
        except CannotOpen as error:
            _told(error)
            return {}


def _mark(name: str) -> str:
    return row_mark(name).hex()


def _told(error: CannotOpen) -> str:
    """Log that a damaged value is not kept: it must not keep the rest from being destroyed."""
    log("cannot_open", level=logging.ERROR, code=error.code)
    count("CannotOpen")
    return ""
