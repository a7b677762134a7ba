"""The row of a request about data: the one place that every task of the workflow reads first and writes last.

It speaks to the DynamoDB client directly, as the tasks do whose roles name single actions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.clock import DAY, SECOND, gone_at
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.attributes import plain_item
from chalicelib.dynamo.client_calls import get_item, reach
from chalicelib.dynamo.transactions import Refusal, Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Proposal, Request
from chalicelib.suppression.model import ReplyMailbox

WAKE = "wake#0"
"""Key of open requests in the sparse index `unsent`; the suffix is the shard: one today."""
OPEN_QUEUE, OVER_QUEUE = "requests-open#0", "requests-over#0"
"""Keys of requests in the index `queue`. The open ones are ordered by their limit: the law's, and once everything is
destroyed the end of the backups; the others by when they were over."""
_FIELDS = frozenset(Request.__dataclass_fields__) - {"id", "box", "proposal"}


class RequestStore:
    """Reads and changes requests. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables
        self._run = Transactions(client, sleep_with_jitter)
        self.writes = Writes(tables)

    def get(self, request_id: str) -> Request | None:
        """The request by a strongly consistent read, or None."""
        item = self.item(request_id)
        return request_of(item) if item else None

    def item(self, request_id: str) -> dict[str, Any]:
        """The whole row, sealed values included; empty when there is none."""
        return get_item(self._client, self._tables["desk"], rows.request_pk(request_id), "request")

    def open_ones(self, most: int) -> Iterator[Request]:
        """Requests that are not over, the one that is due first at the front, as the index shows them (a moment
        late); `most` of them."""
        query: dict[str, Any] = {
            "TableName": self._tables["desk"],
            "IndexName": "unsent",
            "KeyConditionExpression": "due = :due",
            "ExpressionAttributeValues": {":due": {"S": WAKE}},
        }
        while most > 0:
            page = reach(self._client, "query", {**query, "Limit": most})
            # Whoever may write in other partitions makes no request by it.
            found = (item for item in page["Items"] if item["pk"]["S"].startswith("request#"))
            yield from (request_of(plain_item(item)) for item in found)
            most -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def change(
        self, request_id: str, new: Mapping[str, Any], *, unless: str | Sequence[str] = (), only: str = ""
    ) -> Write:
        """The write that sets attributes of a request; None removes one. "steps.<name>" sets one step.

        `unless` names steps that must not be done yet, `only` is a further condition on `#state` and others,
        whose values are given in `new` under names that begin with "if_".
        """
        given = {name: value for name, value in new.items() if name.startswith("if_")}
        changes, gone, values = [], [], dict(given)
        for place, (name, value) in enumerate((n, v) for n, v in new.items() if n not in given):
            path = ".".join(f"#{part}" for part in name.split("."))
            if value is None:
                gone.append(path)
            else:
                changes.append(f"{path} = :v{place}")
                values[f"v{place}"] = value
        expression = ("SET " + ", ".join(changes) if changes else "") + (" REMOVE " + ", ".join(gone) if gone else "")
        condition = "attribute_exists(pk)"
        for step in (unless,) if isinstance(unless, str) and unless else unless:
            condition += f" AND attribute_not_exists(#steps.#{step})"
        if only:
            condition += f" AND ({only})"
        pk = rows.request_pk(request_id)
        return self.writes.update("request", "desk", pk, "request", expression.strip(), condition, values)

    def finish(self, request: Request, step: str, now: int, **new: Any) -> Write:
        """The write that marks a step as done, once, with other attributes."""
        return self.change(request.id, {f"steps.{step}": now, **new}, unless=step)

    def run(self, *writes: Write) -> Refusal | None:
        """Make these writes in one transaction, or one of them alone. None: done; else which were refused."""
        if len(writes) == 1 and "Update" in writes[0].item:
            return None if self._run.single(writes[0]) else Refusal(frozenset({writes[0].role}))
        return self._run.once(writes)

    def until_done(self, build: Callable[[frozenset[str]], Sequence[Write] | None]) -> bool:
        """Build and run a transaction until it is written: see Transactions.until_done."""
        return self._run.until_done(build)


def over(now: int, kept_days: int, until: int = 0) -> dict[str, Any]:
    """What a request that is over gets and loses: it is listed among those, kept as a proof, and nobody wakes it.

    `now` in ms; `kept_days` are the operator's profile's for an answered request. `until` (ms) is its date when that is
    known already.
    """
    date = (until or now + kept_days * DAY) // SECOND
    dates = {"over_at": now, "expires_at": date, "gone_at": gone_at(date), "queue": OVER_QUEUE, "activity": now}
    return dates | dict.fromkeys(("due", "due_at", "token", "waits"))


def request_of(item: Mapping[str, Any]) -> Request:
    """Make a request from its row."""
    box, proposal = item.get("box"), item.get("proposal")
    fields = {name: value for name, value in item.items() if name in _FIELDS}
    if Step.TOLD in fields.get("steps", ()) and not item.get("told_by"):
        fields["steps"] = _renamed(fields["steps"])
    return Request(
        id=item["request_id"],
        box=ReplyMailbox(box["contact_id"], box["conversation_id"], box["public_key"]) if box else None,
        proposal=Proposal(**proposal) if proposal else None,
        **fields,
    )


def _renamed(steps: Mapping[str, int]) -> dict[str, int]:
    """The steps of a request that the release before has written: its `told` is our `notified`, the last answer."""
    return {str(Step.NOTIFIED) if name == Step.TOLD else name: at for name, at in steps.items()}
