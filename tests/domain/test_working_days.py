"""Terms in working days of Kazakhstan."""

import datetime
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.texts import KAZAKHSTAN
from chalicelib.core.working_days import deadline, is_working_day, working_days_between
from chalicelib.profile.model import Deadline

DAY = 24 * 60 * 60 * 1000


def at(text: str) -> int:
    """Epoch ms of a moment in Almaty."""
    return round(datetime.datetime.fromisoformat(text).replace(tzinfo=KAZAKHSTAN).timestamp() * 1000)


def working(term: int) -> Deadline:
    return Deadline(term=term, unit="working", source="test")


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-11-09 12:00", 1, "2026-11-10"),
        ("2026-11-13 12:00", 1, "2026-11-16"),
        ("2026-11-14 12:00", 1, "2026-11-16"),  # a Saturday
        ("2026-11-15 23:59:59.999", 1, "2026-11-16"),
        ("2026-11-16 00:00", 1, "2026-11-17"),
        ("2025-12-31 10:00", 1, "2026-01-05"),  # New Year and the weekend behind it
        ("2025-12-31 10:00", 3, "2026-01-08"),  # Christmas on the 7th
        ("2025-12-22 10:00", 15, "2026-01-15"),
        ("2026-03-19 10:00", 2, "2026-03-26"),  # Nauryz on 21-23 March, of which two days move on
        ("2025-03-20 10:00", 1, "2025-03-26"),
        ("2026-03-06 10:00", 1, "2026-03-10"),  # 8 March on a Sunday
        ("2024-03-07 10:00", 1, "2024-03-11"),  # and on a Friday
        ("2028-02-28 10:00", 1, "2028-02-29"),  # a leap day
        ("2028-02-28 10:00", 2, "2028-03-01"),
        ("2024-05-03 10:00", 1, "2024-05-04"),  # a Saturday that was worked for 8 May
        ("2024-05-06 10:00", 1, "2024-05-10"),
        ("2024-12-31 10:00", 1, "2025-01-05"),  # a Sunday that was worked for 3 January
        ("2026-08-28 10:00", 1, "2026-08-31"),  # no Constitution Day any more on 30 August
        ("2025-08-29 10:00", 1, "2025-09-02"),
        ("2025-06-05 10:00", 1, "2025-06-09"),  # Kurban Ait on a Friday, confirmed
        ("2026-05-26 10:00", 1, "2026-05-27"),  # estimated: the term ends with it, not a day later
        ("2026-05-20 10:00", 15, "2026-06-10"),
        ("2027-12-30 10:00", 2, "2028-01-05"),  # New Year on a weekend: two days move on
        ("2027-03-19 10:00", 1, "2027-03-25"),  # Nauryz behind a weekend
        ("2026-11-09 12:00", 247, "2027-11-09"),
    ],
)
def test_a_term_in_working_days_ends_with_its_last_day(start: str, days: int, last: str) -> None:
    end = deadline(working(days), at(start))
    assert end == at(f"{last} 23:59:59.999")
    assert working_days_between(at(start), end) == days


@pytest.mark.parametrize(
    ("unit", "term", "start", "end"),
    [
        ("hours", 4, "2026-12-31 22:30", "2027-01-01 02:30"),
        ("hours", 0, "2026-11-09 12:00", "2026-11-09 12:00"),
        ("calendar", 10, "2025-12-31 10:00", "2026-01-10 23:59:59.999"),
        ("calendar", 1, "2028-02-28 23:59:59.999", "2028-02-29 23:59:59.999"),
    ],
)
def test_other_units(unit: str, term: int, start: str, end: str) -> None:
    assert deadline(Deadline(term=term, unit=unit, source="test"), at(start)) == at(end)


def test_the_day_is_the_one_in_almaty() -> None:
    """Given 19:00 UTC on a Monday, when it is Tuesday in Almaty, then the term of one day ends on Wednesday."""
    start = round(datetime.datetime(2026, 11, 9, 19, tzinfo=datetime.UTC).timestamp() * 1000)
    assert deadline(working(1), start) == at("2026-11-11 23:59:59.999")
    assert deadline(working(1), start - 1) == at("2026-11-10 23:59:59.999")


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-05-04", True),
        ("2024-05-05", False),
        ("2024-05-08", False),
        ("2025-01-03", False),
        ("2025-01-05", True),
        ("2026-05-11", False),  # Victory Day moved from a Saturday
        ("2025-06-06", False),  # the first day of Kurban Ait, confirmed
        ("2026-05-27", True),  # and estimated: it counts as worked until it is confirmed
        ("2028-05-05", True),
        ("2027-05-10", False),  # Victory Day moved from a Sunday
        ("2026-12-16", False),
    ],
)
def test_single_days(day: str, worked: bool) -> None:
    assert is_working_day(datetime.date.fromisoformat(day)) is worked


MOMENTS = st.integers(at("2024-01-01 00:00"), at("2030-12-31 23:59"))


@given(MOMENTS, st.integers(1, 40))
def test_a_term_lasts_so_many_calendar_days_at_least(start: int, days: int) -> None:
    end = deadline(working(days), start)
    assert end - start >= days * DAY
    assert is_working_day(datetime.datetime.fromtimestamp(end / 1000, KAZAKHSTAN).date())
    assert working_days_between(start, end) == days


@given(MOMENTS, MOMENTS, st.integers(1, 20), st.integers(1, 20))
def test_a_later_start_and_a_longer_term_end_no_sooner(one: int, other: int, short: int, more: int) -> None:
    first, second = sorted((one, other))
    assert deadline(working(short), first) <= deadline(working(short), second)
    assert deadline(working(short), first) < deadline(working(short + more), first)


def test_nothing_is_counted_backwards() -> None:
    assert working_days_between(at("2026-11-10 12:00"), at("2026-11-09 12:00")) == 0
    assert working_days_between(at("2026-11-09 00:00"), at("2026-11-09 23:59")) == 0


def test_importing_the_module_does_not_load_the_package_of_holidays() -> None:
    code = "import sys, chalicelib.core.working_days; print('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
