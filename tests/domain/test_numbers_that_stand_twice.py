"""Numbers and lists that must stand in two places, because one of them is a text, a template or a stored word."""

from chalicelib.core.clock import BACKUP_DAYS, DAY, HOUR
from chalicelib.privacy.requests import waiting_times
from chalicelib.privacy.texts import answers
from chalicelib.profile.forms import REFUSALS
from chalicelib.staff.login_throttle import ATTEMPTS_COUNT_FOR
from chalicelib.staff.model import SESSION_LASTS
from chalicelib.web.dashboard.access import sign_in_problems
from chalicelib.web.dashboard.request_presenter.labels import REFUSAL_GROUNDS
from infra.definitions import load
from infra.queues import DEAD_LETTER_DAYS
from tests.support.project import PROJECT


def test_backups_are_waited_for_as_long_as_a_table_can_be_restored_or_a_dead_letter_lives() -> None:
    tables = [one["Properties"] for one in load("tables")["Resources"].values()]
    kept = [one["PointInTimeRecoverySpecification"] for one in tables if "PointInTimeRecoverySpecification" in one]
    windows = [one["RecoveryPeriodInDays"] for one in kept]
    assert windows
    assert max(*windows, DEAD_LETTER_DAYS) == BACKUP_DAYS
    assert waiting_times.backups_gone_at(1000) == 1000 + BACKUP_DAYS * DAY + HOUR


def test_every_ground_of_refusal_has_its_words_for_staff_and_for_the_person() -> None:
    assert set(REFUSALS) == REFUSAL_GROUNDS.keys() == answers.REFUSAL_GROUNDS.keys()


def test_texts_name_the_minutes_for_which_failed_sign_ins_count() -> None:
    assert ATTEMPTS_COUNT_FOR == 15 * 60_000
    for module in (sign_in_problems,):
        assert "15 minutes" in (PROJECT / module.__name__.replace(".", "/")).with_suffix(".py").read_text("utf-8")


def test_a_session_lasts_as_long_as_cognito_lets_it() -> None:
    resources = load("security")["Resources"].values()
    (client,) = [one["Properties"] for one in resources if one["Type"] == "AWS::Cognito::UserPoolClient"]
    assert client["TokenValidityUnits"]["RefreshToken"] == "hours"
    assert client["RefreshTokenValidity"] * HOUR == SESSION_LASTS


def test_pages_and_alarms_name_the_hours_in_which_a_person_confirms_and_is_told() -> None:
    assert waiting_times.CONFIRM_WITHIN == waiting_times.TOLD_WITHIN == 48 * HOUR
    for place in (
        "chalicelib/web/templates/privacy-new.html",
        "chalicelib/web/templates/privacy-case.html",
        "infra/erasure_alarms.py",
    ):
        assert "48 h" in (PROJECT / place).read_text(encoding="utf-8"), place
