"""Terms of retention: days, months and years of Kazakhstan's calendar."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.kept_for import WHILE_IT_LASTS, AgreementEnd, KeptFor
from chalicelib.core.texts import KAZAKHSTAN

TIMES_END = 4_102_444_800_000
TIMES = st.integers(0, TIMES_END)


def at(written: str) -> int:
    """The instant (ms) of a time in Kazakhstan."""
    return int(datetime.datetime.fromisoformat(written).replace(tzinfo=KAZAKHSTAN).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("begun", "kept", "over"),
    [
        ("2026-11-30 12:00", KeptFor(90), "2027-02-28 12:00"),
        ("2028-02-29 09:30", KeptFor(3, "years"), "2031-02-28 09:30"),
        ("2028-02-29 09:30", KeptFor(4, "years"), "2032-02-29 09:30"),
        ("2026-11-30 23:59", KeptFor(3, "months"), "2027-02-28 23:59"),
        ("2026-10-31 00:00", KeptFor(1, "months"), "2026-11-30 00:00"),
        ("2026-12-31 00:01", KeptFor(14, "months"), "2028-02-29 00:01"),
        ("2026-12-31 23:30", KeptFor(1, "years"), "2027-12-31 23:30"),
    ],
)
def test_a_term_ends_on_the_same_day_or_the_months_last(begun: str, kept: KeptFor, over: str) -> None:
    assert kept.after(at(begun)) == at(over)
    assert kept.after(at(begun) + 7) == at(over) + 7


@given(at=TIMES, term=st.integers(1, 60), unit=st.sampled_from(["days", "months", "years"]))
def test_a_longer_term_ends_later_and_a_later_beginning_no_earlier(at: int, term: int, unit: str) -> None:
    kept = KeptFor(term, unit)
    assert at < kept.after(at) < KeptFor(term + 1, unit).after(at)
    assert kept.after(at) <= kept.after(at + DAY)


THREE_YEARS = KeptFor(3, "years", agreement=True)


@pytest.mark.parametrize(
    ("closed", "ended", "said", "until"),
    [
        ("2026-11-30 12:00", "2028-02-29 23:59", "2028-03-01 10:00", "2031-02-28 23:59"),
        ("2028-06-01 12:00", "2028-02-29 23:59", "2028-03-01 10:00", "2031-02-28 23:59"),
        ("2031-05-01 12:00", "2028-02-29 23:59", "2028-03-01 10:00", "2031-05-01 12:00"),
        ("2026-11-30 12:00", "2028-02-29 23:59", "2031-02-27 10:00", "2031-03-02 10:00"),
    ],
)
def test_a_term_of_an_agreement_counts_from_its_end(closed: str, ended: str, said: str, until: str) -> None:
    """Of a ticket that was closed when the term was over it ends at once; and never sooner than the day can be
    corrected."""
    assert THREE_YEARS.date(at(closed), AgreementEnd(at(ended), at(said))) == at(until) // SECOND
    assert KeptFor(3, "years").date(at(closed), AgreementEnd(at(ended), at(said))) == (
        KeptFor(3, "years").after(at(closed)) // SECOND
    )


@given(closed=TIMES)
def test_while_the_agreement_lasts_no_date_comes(closed: int) -> None:
    assert THREE_YEARS.date(closed) == WHILE_IT_LASTS > TIMES_END // SECOND
