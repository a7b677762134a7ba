"""Reads and writes the row of a request, which every task of the workflow reads first and writes last.

The roles of the tasks allow single actions only, so that it goes through the plain client.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo.builder import Refusal, Write
from chalicelib.dynamo.schema import REQUEST, lists
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.kinds.registry import is_handled
from chalicelib.privacy.requests.model import Proposal, Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.suppression.barrier import complete
from chalicelib.suppression.model import ReplyMailbox

OPEN_KEY = "wake#0"
"""Key of open requests in the sparse index `unsent`, ordered by when they are due; the suffix is the shard."""
OPEN_QUEUE, OVER_QUEUE = "requests-open#0", "requests-over#0"
"""Keys of requests in the index `queue`. Open requests are ordered by their limit: the law's, and after the destruction
the end of the backups. The others are ordered by when they were over."""
_NOTHING: Mapping[str, Any] = {}
_FIELDS = frozenset(Request.__dataclass_fields__) - {"id", "box", "proposal"}


class RequestStore:
    """Reads and changes requests. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def get(self, request_id: str) -> Request | None:
        """The request by a strongly consistent read, or None."""
        item = self.item(request_id)
        return request_of(item) if item else None

    def item(self, request_id: str) -> dict[str, Any]:
        """The whole row, sealed values included; empty when there is none."""
        return self.tables.get(REQUEST.key(request_id))

    def open_ones(self, most: int, due_at: int | None = None) -> Iterator[Request]:
        """Yield the requests that are not over, or those of them that are due at `due_at` (ms), the longest due at the
        front; `most` of them. Those of a kind that this release does not handle are left to the one that wrote them.
        The index may be a moment behind."""
        start: Mapping[str, Any] = {}
        while most > 0:
            page = self.tables.page(OPEN_KEY, index="unsent", until=due_at, limit=most, start=start)
            # A row elsewhere under this key is no request: other functions may write in other partitions.
            requests = (request_of(row) for row in page.rows if _is_request(row))
            yield from (one for one in requests if is_handled(one.kind))
            most, start = most - len(page.rows), page.next
            if not start:
                return

    def name_behind_barrier(self, contact_ids: frozenset[str], now: int) -> None:
        """Name contacts whose write barrier an older release has closed (suppression/barrier.py). `now` in ms."""
        complete(self.tables, contact_ids, now)

    def change(
        self,
        request_id: str,
        new: Mapping[str, Any],
        *,
        unless: str | Sequence[str] = (),
        after: Sequence[str] = (),
        while_open: bool = False,
        as_read: Mapping[str, Any] = _NOTHING,
        states: Sequence[str] = (),
        except_state: str = "",
    ) -> Write:
        """Return the write that sets attributes of a request; None removes one. "steps.<name>" sets one step.

        It is refused when a step of `unless` is done, or one of `after` is not; with `while_open` when the request is
        over; when an attribute of `as_read` has another value by now (an empty one may be absent, too; "steps.<name>"
        and "proposal.<name>" name parts); and when the state is none of `states`, or is `except_state`.
        """
        changes, gone, values = [], [], dict[str, Any]()
        for place, (name, value) in enumerate(new.items()):
            if value is None:
                gone.append(_path(name))
            else:
                changes.append(f"{_path(name)} = :v{place}")
                values[f"v{place}"] = value
        expression = ("SET " + ", ".join(changes) if changes else "") + (" REMOVE " + ", ".join(gone) if gone else "")
        conditions = ["attribute_exists(pk)", *(["attribute_exists(#due)"] if while_open else [])]
        undone = (unless,) if isinstance(unless, str) and unless else unless
        conditions += [f"attribute_not_exists(#steps.#{step})" for step in undone]
        conditions += [f"attribute_exists(#steps.#{step})" for step in after]
        for place, (name, value) in enumerate(as_read.items()):
            same = f"{_path(name)} = :r{place}"
            conditions.append(same if value else f"(attribute_not_exists({_path(name)}) OR {same})")
            values[f"r{place}"] = value
        if states:
            conditions.append(f"#state IN ({', '.join(f':s{place}' for place, _ in enumerate(states))})")
            values |= {f"s{place}": str(state) for place, state in enumerate(states)}
        if except_state:
            conditions.append("#state <> :except")
            values["except"] = str(except_state)
        condition = " AND ".join(conditions)
        return self.tables.update("request", REQUEST.key(request_id), expression.strip(), condition, values)

    def finish(self, request: Request, step: str, now: int, **new: Any) -> Write:
        """Return the write that marks a step as done and sets `new`; it is refused when the step is done already."""
        return self.change(request.id, {f"steps.{step}": now, **new}, unless=step)

    def run(self, *writes: Write) -> Refusal | None:
        """Run these writes in one transaction; a single one by itself. Return None when done, else which were
        refused."""
        if len(writes) == 1 and "Update" in writes[0].item:
            return None if self.tables.write(writes[0]) else Refusal(frozenset({writes[0].role}))
        return self.tables.transact(writes)

    def run_until_written(self, build: Callable[[frozenset[str]], Sequence[Write] | None]) -> bool:
        """Build and run a transaction until it is written; see Tables.transact_until_written."""
        return self.tables.transact_until_written(build)


def _is_request(row: Mapping[str, Any]) -> bool:
    """Whether a row lies where requests do. A contact's pointer to one has the same sort key."""
    return row["sk"] == REQUEST.sk and str(row["pk"]).startswith(REQUEST.partition(""))


def _path(name: str) -> str:
    """Return an attribute, or a part of one, as expressions name it."""
    return ".".join(f"#{part}" for part in name.split("."))


def closing_attributes(request_id: str, now: int, kept: KeptFor, until: int = 0) -> dict[str, Any]:
    """Return the attributes that close a request: it moves to the queue of those that are over, gets its expiry date
    and is monitored no more (None removes an attribute).

    `now` in ms; `kept` is the profile's term for an answered request. `until` (ms) is the expiry when it is known
    already.
    """
    date = (until or kept.after(now)) // SECOND
    found = lists.dates(REQUEST.partition(request_id), date)
    return (
        found
        | {"over_at": now, "queue": OVER_QUEUE, "activity": now}
        | dict.fromkeys(("due", "due_at", "token", "waits"))
    )


def request_of(item: Mapping[str, Any]) -> Request:
    """Return the request that a row holds."""
    box, proposal = item.get("box"), item.get("proposal")
    fields = {name: value for name, value in item.items() if name in _FIELDS}
    if Step.TOLD in fields.get("steps", ()) and not item.get("told_by"):
        fields["steps"] = _renamed(fields["steps"])
    return Request(
        id=item["request_id"],
        box=ReplyMailbox(box["contact_id"], box["conversation_id"], box["public_key"]) if box else None,
        proposal=_proposal_of(proposal) if proposal else None,
        **fields,
    )


def _proposal_of(stored: Mapping[str, Any]) -> Proposal:
    return Proposal(**{**stored, "categories": tuple(stored.get("categories", ()))})


def _renamed(steps: Mapping[str, int]) -> dict[str, int]:
    """Return the steps of a row that the release before wrote: its `told` is our `notified`, the last answer."""
    return {str(Step.NOTIFIED) if name == Step.TOLD else name: at for name, at in steps.items()}
