"""Reads rows through pynamodb's models (models.py), for the dashboard and the workers behind the stream."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from pynamodb.exceptions import DoesNotExist, PynamoDBException, QueryError

from chalicelib.core.clock import MINUTE, swept_lately
from chalicelib.core.errors import NoIndex, Unavailable
from chalicelib.dynamo.models import DeskRow, IndexRow, KeyRow
from chalicelib.dynamo.schema import SWEEP, Key


def bind(tables: Mapping[str, str]) -> None:
    """Tell the models the real names of the tables. Called by wiring once per process, and by tests."""
    for model, table in ((DeskRow, "desk"), (KeyRow, "keys"), (IndexRow, "index")):
        model.Meta.table_name = tables[table]
        model._connection = None
    _ready.clear()


_ready: list[int] = []
"""When (ms) the index was last found to be complete."""


def lists_ready(now: int) -> bool:
    """Whether every row stands in the index `lists` as it ought to at `now` (ms): the first full pass of a release that
    writes it is through, and its sweeper has not been away. Once it is so it is asked again in a minute. Raises
    Unavailable."""
    if not any(now - MINUTE < asked_at <= now for asked_at in _ready):
        row = get_row(SWEEP.key("lists"))
        ready = row is not None and row.ready_at and swept_lately(int(row.swept_at or 0), now)
        _ready[:] = [now] if ready else []
    return bool(_ready)


def alive(row: DeskRow | IndexRow, now: int) -> bool:
    """Whether a row has not expired at `now` (ms). Every read checks this, because TTL deletes only days later."""
    until: float | None = row.expires_at
    return until is None or int(until) * 1000 > now


def get_row(key: Key) -> DeskRow | None:
    """Return an item of `desk`, strongly consistent; None when there is none. Raises Unavailable."""
    with translated_errors(), suppress(DeskRow.DoesNotExist):
        return DeskRow.get(key.pk, key.sk, consistent_read=True)
    return None


def get_rows(keys: Iterable[Key], *, strong: bool = True) -> list[DeskRow]:
    """Return the items of `desk` that exist, in no order: one call per hundred. Without `strong` they cost half and may
    be a moment late. Raises Unavailable."""
    wanted = [(key.pk, key.sk) for key in dict.fromkeys(keys)]
    with translated_errors():
        return list(DeskRow.batch_get(wanted, consistent_read=strong)) if wanted else []


def condition_held(write: Callable[[], object]) -> bool:
    """Make a conditional write of a model; return whether its condition held. Raises Unavailable."""
    try:
        write()
    except PynamoDBException as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise _unavailable(error) from error
    return True


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise NoIndex when the storage has not built an index, Unavailable for every other error of it, whatever its
    code. DoesNotExist passes through."""
    try:
        yield
    except DoesNotExist:
        raise
    except PynamoDBException as error:
        raise _unavailable(error) from error


def _unavailable(error: PynamoDBException) -> Unavailable:
    if error.cause_response_code == "ValidationException" and isinstance(error, QueryError):
        return NoIndex("The index cannot be read yet; try again in a minute.")
    return Unavailable("The storage did not answer; try again in a minute.")
