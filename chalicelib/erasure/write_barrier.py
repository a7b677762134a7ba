"""Closes the write barrier around a person: after one transaction no write that relies on an earlier read succeeds, and
only the eraser deletes anything.

The same transaction names the contact as being behind the barrier (suppression/barrier.py), puts the person's addresses
on the suppression list (rows `fence#…`, attribute `fenced`) and takes over the outbox, whose entries are then counted
and deleted like everything else. A sender that had claimed an entry may still record what it has sent, with a link to
the message; the message must stay to name that link.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Conflict, Unavailable
from chalicelib.dynamo.builder import Builder, Write, setting
from chalicelib.dynamo.schema import ALIAS, CONTACT, HEAD, OUTBOX, SUPPRESSION, Key
from chalicelib.dynamo.tables import MOST_WRITES, Tables
from chalicelib.outbox.model import HELD_BY_ERASER
from chalicelib.privacy.erasure_pause import ROLE as HOLD
from chalicelib.privacy.erasure_pause import ErasuresPaused, check_not_paused
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.suppression.barrier import enter

_MOST_FORMER = 40
"""Former addresses that one transaction can put on the list. Their rows live 8 days, so nobody has more."""
_TAKES_OVER = "SET #attempt_id = :fence, #claim_until = :until REMOVE #due, #due_at"


class WriteBarrier:
    """The reads and writes of BlockWrites. All methods raise Unavailable."""

    def __init__(self, tables: Tables, requests: RequestStore, wait: Callable[[int], None] = sleep_with_jitter) -> None:
        self._tables = tables
        self._requests = requests
        self._wait = wait

    def close(self, request: Request, now: int) -> int | None:
        """Raise both epochs, put every address on the suppression list, take over the outbox and write the step: all or
        nothing. `now` in ms.

        Of a very full outbox the transaction takes over the oldest entries, because senders claim the oldest first; the
        others follow after it.

        Return the conversation's epoch before that, 0 when there is no conversation; None when the request does not
        allow it any more: the barrier is closed already, or the request is cancelled or refused. Raises ErasuresPaused.
        """
        epochs, rest = [0], list[str]()

        def build(refused: frozenset[str]) -> list[Write] | None:
            if HOLD in refused:
                raise ErasuresPaused("Destructions are held.")
            if "request" in refused:
                return None
            entries = list(self._entries(request))
            contact, head = self._person(request)
            epochs.append(int(head.get("epoch", 0)))
            names = [*head.get("aliases", ()), *head.get("former", ())[-_MOST_FORMER:]]
            if head.get("former") or "alias" in refused:
                names = self._owned(names, request.contact_id)
            writes = [self._marked(request, names, now), check_not_paused(self._tables)]
            writes.append(enter(self._tables, [request.contact_id]))
            if contact:
                writes.append(self._contact(request, contact))
            if head:
                writes.append(self._head(request, head))
            for name in names:
                writes += [self._alias(name, request.contact_id), self._suppress(name, request, now)]
            room = MOST_WRITES - len(writes)
            rest[:] = entries[room:]
            return [*writes, *(self._take_over(request, sk, now) for sk in entries[:room])]

        closed = self._tables.transact_until_written(build)
        for sk in rest if closed else ():
            self._tables.write(self._take_over(request, sk, now))
        return epochs[-1] if closed else None

    def epoch(self, request: Request) -> int:
        """Return the epoch of a conversation before its barrier was closed; 0 when there is no conversation."""
        _, head = self._person(request)
        return int(head["epoch"]) - 1 if head else 0

    def _person(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return contact and head of the conversation; empty when they are gone. Raises Conflict when the conversation
        is somebody else's."""
        contact_key, head_key = CONTACT.key(request.contact_id), HEAD.key(request.conversation_id)
        found = self._tables.get_many([contact_key, head_key])
        head = found.get(head_key, {})
        # Intake may write the row that names the conversation, so the head must name the contact, too.
        if head and head["contact_id"] != request.contact_id:
            raise Conflict("The conversation of this request is another person's.", code="not_theirs")
        return found.get(contact_key, {}), head

    def _owned(self, names: list[str], contact_id: str) -> list[str]:
        """Return the addresses that are still the person's: a former one may have a new owner, or have expired."""
        found = self._tables.get_many(map(ALIAS.key, names))
        theirs = {key for key, item in found.items() if item.get("contact_id") == contact_id}
        return [name for name in dict.fromkeys(names) if ALIAS.key(name) in theirs]

    def _marked(self, request: Request, names: list[str], now: int) -> Write:
        """Return the write of the step. It stores the pseudonyms on the request, so that DestroyKey and the verifier
        find every entry of the list even when the aliases are gone."""
        state = {f"steps.{Step.WRITES_BLOCKED}": now, "state": RequestState.DESTROYING.value, "fences": names}
        unless = (Step.WRITES_BLOCKED, Step.CANCELLED, Step.REFUSED)
        return self._requests.change(request.id, state, unless=unless, after=(Step.TOLD,))

    def _contact(self, request: Request, contact: Mapping[str, Any]) -> Write:
        values = {"erasing": "erasing", "one": 1, "epoch": contact["epoch"]}
        expression = "SET #state = :erasing, #epoch = #epoch + :one"
        return self._tables.update("contact", CONTACT.key(request.contact_id), expression, "#epoch = :epoch", values)

    def _head(self, request: Request, head: Mapping[str, Any]) -> Write:
        """Return the write that raises the head's epoch, on condition that no address or message was added since it was
        read: both change attributes of the head."""
        values: dict[str, Any] = {"one": 1, "epoch": head["epoch"]}
        condition = "#epoch = :epoch"
        for name in ("aliases", "former", "last_at", "last_inbound_at"):
            if name in head:
                condition += f" AND #{name} = :{name}"
                values[name] = head[name]
            else:
                condition += f" AND attribute_not_exists(#{name})"
        expression = "SET #epoch = #epoch + :one"
        return self._tables.update("head", HEAD.key(request.conversation_id), expression, condition, values)

    def _alias(self, name: str, contact_id: str) -> Write:
        values = {"yes": True, "contact": contact_id}
        condition = "#contact_id = :contact"
        return self._tables.update("alias", ALIAS.key(name), "SET #fenced = :yes", condition, values)

    def _suppress(self, name: str, request: Request, now: int) -> Write:
        return self._tables.put("fence", SUPPRESSION.key(name), suppression_entry(request, now), "")

    def take_over(self, request: Request, now: int) -> None:
        """Take over the rest of the outbox behind the barrier: the run that closed it may have died before."""
        for sk in list(self._entries(request)):
            self._tables.write(self._take_over(request, sk, now))

    def _entries(self, request: Request) -> Iterator[str]:
        """Yield the sort keys of the outbox entries that are not taken over, oldest first."""
        pk = HEAD.partition(request.conversation_id)
        for page in self._tables.pages(pk, only="sk,attempt_id", prefix=OUTBOX.prefix):
            yield from (entry["sk"] for entry in page.rows if entry.get("attempt_id") != HELD_BY_ERASER)

    def _take_over(self, request: Request, sk: str, now: int) -> Write:
        values = {"fence": HELD_BY_ERASER, "until": now + 30 * DAY}
        key = Key("desk", OUTBOX.partition(request.conversation_id), sk)
        return self._tables.update("outbox", key, _TAKES_OVER, "attribute_exists(pk)", values)

    def holds(self, request: Request, epoch: int) -> bool:
        """Whether the barrier holds: a write like intake's, with the epoch from before, is refused."""
        probe = self._tables.check("head", HEAD.key(request.conversation_id), "#epoch = :epoch", {"epoch": epoch})
        for attempt in range(TRIES):
            refusal = self._tables.transact([probe])
            if refusal is None or refusal.roles:
                return refusal is not None
            self._wait(attempt)
        raise Unavailable("The conversation is too busy to be probed now; try again.")


def suppression_entry(request: Request, at: int) -> dict[str, Any]:
    """Return the attributes of a suppression entry of this request, from `at` (ms) on.

    It is closed and has no expiry date: it stays until the proof of absence opens it, however long the erasure takes.
    """
    assert request.box is not None
    return {
        "at": at,
        "closed": True,
        "request_id": request.id,
        "box": {
            "contact_id": request.box.contact_id,
            "conversation_id": request.box.conversation_id,
            "public_key": request.box.public_key,
            "channel": request.channel,
            "account": request.account,
        },
        "language": request.language,
    }


def renew_entry(tables: Builder, name: str, request: Request, at: int) -> Write:
    """Return the write that sets a suppression entry to another time, and restores one that is gone."""
    values = suppression_entry(request, at)
    return tables.update("fence", SUPPRESSION.key(name), f"{setting(values)} REMOVE #expires_at", values=values)
