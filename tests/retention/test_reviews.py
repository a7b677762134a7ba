"""Classes of retention that last until consent is withdrawn: their review comes up, is made, counts when overdue."""

import datetime

import pytest

from chalicelib.core.clock import DAY, HOUR, SECOND
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.texts import KAZAKHSTAN
from chalicelib.profile.build import parse_profile
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.retention.reviews import COMES_UP, Reviews, ReviewStore
from tests.support.project import PROJECT
from tests.support.retention.desk import RetentionDesk

DANA, ERLAN = "5f0c1c1e-0000-4000-8000-000000000011", "5f0c1c1e-0000-4000-8000-000000000012"
YEAR = 365 * DAY
PUBLISHED = datetime.datetime(2026, 11, 30, tzinfo=KAZAKHSTAN)
FIRST = round(PUBLISHED.timestamp()) * SECOND + YEAR
"""When the first review is due."""
pytestmark = pytest.mark.dynamodb


@pytest.fixture(scope="module")
def profile() -> Profile:
    """sPoint's, if the language that a person chose were kept until they withdraw."""
    source = PROJECT / "chalicelib" / "profile" / "operators" / "spoint.toml"
    text = source.read_text(encoding="utf-8")
    row = text.index('id = "language"')
    end = text.index('retention = "contact"', row)
    return parse_profile(text[:end] + 'retention = "mailing"' + text[end + 21 :], source="spoint.toml")


def reviews(desk: RetentionDesk, profile: Profile) -> Reviews:
    return Reviews(profile, ReviewStore(desk.gateway()), lambda: desk.now)


def test_only_what_is_held_without_a_term_is_reviewed(profile: Profile) -> None:
    assert load_profile("wadjet").reviewed == () and load_profile("spoint").reviewed == ("mailing",)
    assert profile.reviewed == ("mailing",)


def test_it_is_due_a_year_after_publication_and_then_a_year_after_each_review(
    desk: RetentionDesk, profile: Profile
) -> None:
    made = reviews(desk, profile)
    desk.now = FIRST - COMES_UP - 1
    (first,) = made.all()
    assert (first.due_at, first.reviewed_by) == (FIRST, "") and not first.comes_up(desk.now)
    with pytest.raises(Conflict) as refused:
        made.renew("mailing", DANA)
    assert refused.value.code == "not_due"

    desk.now += 1
    assert made.all()[0].comes_up(desk.now) and made.overdue() == 0
    desk.now = FIRST
    assert made.overdue() == 1
    desk.now += 3 * HOUR
    made.renew("mailing", DANA)
    (second,) = made.all()
    assert (second.due_at, second.reviewed_at, second.reviewed_by) == (desk.now + YEAR, desk.now, DANA)
    assert made.overdue() == 0
    with pytest.raises(Conflict):
        made.renew("mailing", ERLAN)

    desk.now += YEAR - DAY
    made.renew("mailing", ERLAN)
    assert made.all()[0].reviewed_by == ERLAN
    kept = [(row["by"], row["at"]) for row in desk.of_pk("review#")]
    assert [by for by, _ in sorted(kept, key=lambda one: one[1])] == [DANA, ERLAN], "who reviewed stays"


def test_nobody_reviews_what_is_not_reviewed(desk: RetentionDesk, profile: Profile) -> None:
    for name in ("ticket", "outside", "x"):
        with pytest.raises(NotFound):
            reviews(desk, profile).renew(name, DANA)


def test_the_sweeper_counts_an_overdue_review_once_an_hour(
    desk: RetentionDesk, profile: Profile, metrics: list[str]
) -> None:
    desk.now = FIRST // HOUR * HOUR
    sweep = desk.sweeper(overdue_reviews=reviews(desk, profile).overdue)
    for _ in range(120):
        sweep._each_hour()
        desk.now += 60 * SECOND
    assert metrics.count("ReviewsOverdue") == 2
