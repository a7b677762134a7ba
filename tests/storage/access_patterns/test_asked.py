"""Every row of docs/access-patterns.md is asked of real tables, and nothing is asked that the document does not list.

A runner prepares a desk and returns what to do; while that is done every call is recorded and compared with the rows
that the runner names, one row per call, in order.
"""

import pytest

from tests.storage.access_patterns.patterns import ROWS, lines
from tests.storage.access_patterns.runners import RUNNERS
from tests.storage.access_patterns.speaking import speaking
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.recorded import Asked, Recorder


def differences(ids: tuple[str, ...], calls: list[Asked], *, priced: bool = True) -> list[str]:
    """What differs between rows and calls, in words; prices only where the engine counts as AWS documents."""
    found = [f"called {call}" for call in calls[len(ids) :]] + [f"not called: {one}" for one in ids[len(calls) :]]
    for one, call in zip(ids, calls, strict=False):
        row = ROWS[one]
        if not row.fits(call):
            found.append(f"{one} is documented as {row} but called {call}")
        elif priced and call.units and not row.costs(call.units):
            found.append(f"{one} is documented as {row.cost} but cost {call.units:g}")
    return found


@pytest.fixture(scope="module")
def seen() -> dict[str, list[Asked]]:
    """Every call of every runner, by the row that it was compared with; filled by the tests of rows."""
    return {}


@pytest.mark.dynamodb
@pytest.mark.parametrize("ids", RUNNERS, ids=lambda ids: ids[-1])
def test_a_pattern_asks_as_its_row_says(
    desk: RetentionDesk,
    recorder: Recorder,
    ids: tuple[str, ...],
    seen: dict[str, list[Asked]],
    request: pytest.FixtureRequest,
) -> None:
    # DynamoDB Local adds the items of a transaction up before it counts, which AWS does not.
    priced = not request.config.getoption("--dynamodb-local")
    action = RUNNERS[ids](desk)
    with recorder.listening() as calls:
        action()

    for one, call in zip(ids, calls, strict=False):
        seen.setdefault(one, []).append(call)
    assert differences(ids, calls, priced=priced) == []


def test_every_row_has_a_runner_and_every_runner_a_row() -> None:
    assert {one for ids in RUNNERS for one in ids} == ROWS.keys()
    assert len(list(lines("| AP"))) == len(ROWS), "an id stands twice"


@pytest.mark.dynamodb
def test_no_function_of_storage_speaks_to_a_table_without_a_row(seen: dict[str, list[Asked]]) -> None:
    if seen.keys() != ROWS.keys():
        pytest.skip("needs the calls of every row: run the whole file")
    heard = {name for calls in seen.values() for call in calls for name in call.functions}
    gateway = {name for name in speaking() if name.startswith("Tables.")}  # heard under the names of its callers
    assert speaking() - heard - gateway == set()
