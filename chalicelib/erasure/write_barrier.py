"""Closing the fence around a person: from one transaction on nothing that was read before it can be written, and nobody
but the eraser takes anything away.

What waits in the outbox is the eraser's from that transaction on: it is counted like everything else. A sender that had
claimed a place may still record what it has sent, with a link to the message, which must stay there to name it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.clock import DAY
from chalicelib.core.errors import Conflict, Unavailable
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.bulk import MOST_WRITES, Bulk
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.outbox.model import HELD_BY_ERASER
from chalicelib.privacy.erasure_pause import ROLE as HOLD
from chalicelib.privacy.erasure_pause import Held, unheld
from chalicelib.privacy.model import Request, RequestState, Step
from chalicelib.privacy.store import RequestStore

_MOST_FORMER = 40
"""Former addresses that one transaction can fence. Their rows live 8 days, so nobody has more."""
_TAKES_OVER = "SET #attempt_id = :fence, #claim_until = :until REMOVE #due, #due_at"


class Fencing:
    """What HardSuppress does with the tables. All methods raise Unavailable."""

    def __init__(
        self,
        client: Any,
        tables: Mapping[str, str],
        requests: RequestStore,
        wait: Callable[[int], None] = sleep_with_jitter,
    ) -> None:
        self._client = client
        self._tables = tables
        self._bulk = Bulk(client, tables, wait)
        self._run = Transactions(client, wait)
        self._writes = Writes(tables)
        self._requests = requests
        self._wait = wait

    def close(self, request: Request, now: int) -> int | None:
        """Raise both epochs, fence every address, take over the outbox and mark the step: all or nothing. `now` in ms.

        Of a very full outbox the oldest places are taken over, for nobody claims another, and the others afterwards.

        Return the epoch of the conversation before, 0 when there is none. None when the request does not allow it any
        more: it is fenced already, cancelled or refused. Raises Held.
        """
        epochs, rest = [0], list[str]()

        def build(refused: frozenset[str]) -> list[Write] | None:
            if HOLD in refused:
                raise Held("Destructions are held.")
            if "request" in refused:
                return None
            places = list(self._places(request))
            contact, head = self._person(request)
            epochs.append(int(head.get("epoch", 0)))
            names = [*head.get("aliases", ()), *head.get("former", ())[-_MOST_FORMER:]]
            if head.get("former") or "alias" in refused:
                names = self._owned(names, request.contact_id)
            writes = [self._marked(request, names, now), unheld(self._writes)]
            if contact:
                writes.append(self._contact(contact))
            if head:
                writes.append(self._head(head))
            for name in names:
                writes += [self._alias(name, request.contact_id), self._fence(name, request, now)]
            room = MOST_WRITES - len(writes)
            rest[:] = places[room:]
            return [*writes, *(self._place(request, sk, now) for sk in places[:room])]

        closed = self._run.until_done(build)
        for sk in rest if closed else ():
            self._run.single(self._place(request, sk, now))
        return epochs[-1] if closed else None

    def epoch(self, request: Request) -> int:
        """The epoch of a conversation before its fence was closed; 0 when there is none."""
        _, head = self._person(request)
        return int(head["epoch"]) - 1 if head else 0

    def _person(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        """Contact and head; empty when they are gone. Raises Conflict when the conversation is somebody else's."""
        keys = (
            ("desk", rows.contact_pk(request.contact_id), "contact"),
            ("desk", rows.conversation_pk(request.conversation_id), "head"),
        )
        found = self._bulk.get(keys)
        head = found.get(keys[1], {})
        # A contact names its conversation in a row that intake may write; whoever is erased, it is with their own.
        if head and head["contact_id"] != request.contact_id:
            raise Conflict("The conversation of this request is another person's.", code="not_theirs")
        return found.get(keys[0], {}), head

    def _owned(self, names: list[str], contact_id: str) -> list[str]:
        """Those addresses that are still the person's: a former one may have a new owner, or have expired."""
        found = self._bulk.get(("index", f"alias#{name}", "alias") for name in names)
        owners = {pk: item.get("contact_id") for (_, pk, _), item in found.items()}
        return [name for name in dict.fromkeys(names) if owners.get(f"alias#{name}") == contact_id]

    def _marked(self, request: Request, names: list[str], now: int) -> Write:
        """The names stand on the request, so that whoever sets or opens the fences finds each, whatever becomes of the
        aliases meanwhile."""
        state = {f"steps.{Step.FENCED}": now, "state": RequestState.DESTROYING.value, "fences": names}
        stopped = "attribute_not_exists(#steps.#cancelled) AND attribute_not_exists(#steps.#refused)"
        only = f"{stopped} AND attribute_exists(#steps.#{Step.TOLD})"
        return self._requests.change(request.id, state, unless=Step.FENCED, only=only)

    def _contact(self, contact: Mapping[str, Any]) -> Write:
        values = {"erasing": "erasing", "one": 1, "epoch": contact["epoch"]}
        expression = "SET #state = :erasing, #epoch = #epoch + :one"
        return self._writes.update("contact", "desk", contact["pk"], "contact", expression, "#epoch = :epoch", values)

    def _head(self, head: Mapping[str, Any]) -> Write:
        """Addresses and messages are those that were read: whoever adds one writes it on the head, too."""
        values: dict[str, Any] = {"one": 1, "epoch": head["epoch"]}
        condition = "#epoch = :epoch"
        for name in ("aliases", "former", "last_at", "last_inbound_at"):
            if name in head:
                condition += f" AND #{name} = :{name}"
                values[name] = head[name]
            else:
                condition += f" AND attribute_not_exists(#{name})"
        expression = "SET #epoch = #epoch + :one"
        return self._writes.update("head", "desk", head["pk"], "head", expression, condition, values)

    def _alias(self, name: str, contact_id: str) -> Write:
        values = {"yes": True, "contact": contact_id}
        pk, condition = f"alias#{name}", "#contact_id = :contact"
        return self._writes.update("alias", "index", pk, "alias", "SET #fenced = :yes", condition, values)

    def _fence(self, name: str, request: Request, now: int) -> Write:
        return self._writes.put("fence", "index", rows.fence_pk(name), "fence", fence(request, now), fresh=False)

    def take_over(self, request: Request, now: int) -> None:
        """Take over what is left of the outbox of a fenced person: the run that closed the fence may have died."""
        for sk in list(self._places(request)):
            self._run.single(self._place(request, sk, now))

    def _places(self, request: Request) -> Iterator[str]:
        """Sort keys of the places in the outbox that are not taken over, oldest first."""
        pk = rows.conversation_pk(request.conversation_id)
        for page, _ in self._bulk.pages(pk, "sk,attempt_id", prefix="outbox#"):
            yield from (place["sk"] for place in page if place.get("attempt_id") != HELD_BY_ERASER)

    def _place(self, request: Request, sk: str, now: int) -> Write:
        values = {"fence": HELD_BY_ERASER, "until": now + 30 * DAY}
        pk, there = rows.conversation_pk(request.conversation_id), "attribute_exists(pk)"
        return self._writes.update("outbox", "desk", pk, sk, _TAKES_OVER, there, values)

    def holds(self, request: Request, epoch: int) -> bool:
        """Whether the fence holds: a write as intake makes it, with the epoch before the fence, must be refused."""
        pk, values = rows.conversation_pk(request.conversation_id), {"epoch": epoch}
        probe = self._writes.update("head", "desk", pk, "head", "", "#epoch = :epoch", values)
        for attempt in range(TRIES):
            refusal = self._run.once([probe])
            if refusal is None or refusal.roles:
                return refusal is not None
            self._wait(attempt)
        raise Unavailable("The conversation is too busy to be probed now; try again.")


def fence(request: Request, at: int) -> dict[str, Any]:
    """The attributes of a fence of this request, from `at` (ms) on.

    It is closed and has no date: it stays until the proof of absence opens it, however long the destruction takes.
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


def fence_again(writes: Writes, name: str, request: Request, at: int) -> Write:
    """Set a fence to another time; one that is gone is there again."""
    values = fence(request, at)
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values) + " REMOVE #expires_at"
    write = writes.update("fence", "index", rows.fence_pk(name), "fence", expression, "attribute_exists(pk)", values)
    del write.item["Update"]["ConditionExpression"]
    return write
