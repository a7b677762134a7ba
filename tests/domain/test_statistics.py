"""What may be kept as numbers when tickets have ended: nothing from which a person could be told."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.working_days import day_start
from chalicelib.retention.statistics import (
    ANY,
    LATE,
    LEAST,
    MOST_MONTHS,
    MOST_TAGS,
    Cell,
    cell_of,
    ended_months,
    publishable,
)

CELLS = st.builds(
    Cell,
    st.sampled_from(["whatsapp", "telegram", "email"]),
    st.sampled_from(["kk", "ru", ""]),
    st.sampled_from(["hour", "day", "longer"]),
    st.sampled_from(["", "a", "a, b", ANY]),
)


def covers(coarse: Cell, cell: Cell) -> bool:
    return all(one in (ANY, other) for one, other in zip(coarse, cell, strict=True))


@given(counted=st.dictionaries(CELLS, st.integers(1, 12), max_size=40))
def test_every_number_is_of_five_at_least_and_nobody_is_in_two(counted: dict[Cell, int]) -> None:
    """Each number is of five people at least, so is every difference and sum of numbers, as nobody is in two of them;
    and fewer than five are left out, of whom no total tells."""
    kept = publishable(counted)
    assert all(people >= LEAST for people in kept.values())
    assert 0 <= sum(counted.values()) - sum(kept.values()) < LEAST
    for coarse, people in kept.items():
        assert people <= sum(n for cell, n in counted.items() if covers(coarse, cell))


@given(counted=st.dictionaries(CELLS, st.integers(LEAST, 12), max_size=40))
def test_what_is_of_five_already_is_told_as_it_is(counted: dict[Cell, int]) -> None:
    assert publishable(counted) == counted


@given(counted=st.dictionaries(CELLS, st.integers(1, 12), max_size=40))
def test_what_may_be_kept_may_be_kept_again(counted: dict[Cell, int]) -> None:
    kept = publishable(counted)
    assert Counter(publishable(kept)) == Counter(kept)


def test_the_last_field_is_told_in_coarser_words_first() -> None:
    common = ("whatsapp", "ru", "day")
    counted = {
        Cell(*common, "касса"): 6,
        Cell(*common, "а"): 2,
        Cell(*common, "б"): 3,
        Cell("email", "kk", "hour", ""): 4,
    }
    assert publishable(counted) == {Cell(*common, "касса"): 6, Cell(*common): 5}


@pytest.mark.parametrize(
    ("took", "said"),
    [(0, "hour"), (HOUR - 1, "hour"), (HOUR, "day"), (DAY, "week"), (7 * DAY, "month"), (30 * DAY, "longer")],
)
def test_a_duration_has_a_class(took: int, said: str) -> None:
    row = {"channel": "telegram", "created_at": 5, "closed_at": 5 + took, "tags": ["б", "а"]}
    assert cell_of(row) == Cell("telegram", "", said, "а,б")
    assert cell_of({**row, "solved_at": 5}).took == "hour"
    assert cell_of({**row, "tags": ["а" * MOST_TAGS, "б"]}).tags == ANY


@pytest.mark.parametrize(
    ("kept", "now", "newest"),
    [
        (KeptFor(90), "2027-03-07", "2026-10"),
        (KeptFor(90), "2027-03-08", "2026-11"),
        (KeptFor(3, "months"), "2027-03-08", "2026-11"),
    ],
)
def test_a_month_has_ended_when_the_last_of_its_tickets_has(kept: KeptFor, now: str, newest: str) -> None:
    months = list(ended_months(kept, day_start(now)))
    assert months[0] == newest and len(months) == MOST_MONTHS and months == sorted(months, reverse=True)
    assert len(set(months)) == MOST_MONTHS and LATE == 7 * DAY
