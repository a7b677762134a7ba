"""The end of a kept part: not before its day, in the order key, rows, proof, wherever a task dies; and who may read it
until then."""

from dataclasses import replace

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.working_days import day_of, day_start
from chalicelib.dynamo.schema import KEPT
from chalicelib.erasure.read_part import may_read
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from tests.support.erasure import keeping
from tests.support.erasure.absence import verify
from tests.support.erasure.asking import code
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroyed import one as one
from tests.support.erasure.destroying import run_task, run_until
from tests.support.erasure.living import DANA, ERLAN, Living
from tests.support.erasure.person import Person
from tests.support.faults import Died, Dying

Case = tuple[ErasureDesk, Person, Request]


@pytest.fixture
def kept(one: Case) -> tuple[ErasureDesk, Request]:
    """A request whose person is destroyed, but for a part that is kept for a hundred days; backups are gone."""
    desk, _, request = one
    request = keeping.decided(desk, request, day_of(desk.now + 100 * DAY))
    run_until(desk, request, "freeze_inventory")
    keeping.keep(desk, request)
    run_until(desk, request, "sweep", after="freeze_inventory")
    assert verify(desk, request) == {"outcome": "absent"}
    change = {f"steps.{Step.REST_GONE}": desk.now, "state": str(RequestState.KEEPING)}
    desk.requests.run(desk.requests.change(request.id, change))
    return desk, desk.request(request)


def day_over(desk: ErasureDesk, request: Request) -> None:
    desk.now = day_start(request.retained[0]["until"]) + DAY


def test_nothing_ends_before_the_day_is_over(kept: tuple[ErasureDesk, Request]) -> None:
    desk, request = kept
    day_over(desk, request)
    desk.now -= 1
    with pytest.raises(TaskFailed, match="too_early"):
        run_task(desk, "destroy_key", request, which="part")
    with pytest.raises(TaskFailed, match="key_not_destroyed"):
        run_task(desk, "part", request)
    assert verify(desk, request) == {"outcome": "absent"} and not desk.request(request).done(Step.PART_ABSENT)
    assert keeping.rows(desk, request)


def test_wherever_the_end_dies_the_next_run_ends_it(kept: tuple[ErasureDesk, Request]) -> None:
    desk, request = kept
    day_over(desk, request)
    start, now = desk.snapshot(), None

    def ends(dynamodb: object = None) -> None:
        run_task(desk, "destroy_key", request, dynamodb, which="part")
        run_task(desk, "part", request, dynamodb)
        verify(desk, request, dynamodb)

    counted = Dying(desk.dynamodb)
    ends(counted)
    assert counted.writes >= 4
    for number in range(1, counted.writes + 1):
        for when in ("before", "after"):
            desk.restore(start, now)
            with pytest.raises(Died):
                ends(Dying(desk.dynamodb, number, when))
            ends()
            now = desk.snapshot()
            done = desk.request(request)
            assert done.done(Step.PART_ABSENT) and done.state == "waiting_for_backups"
            assert not keeping.rows(desk, request) and (request.id, "") not in now["keys"]
            assert [key for key in now["ledger"] if key[0] == f"tombstone#{request.id}"], "for restored backups"


def test_a_row_that_is_left_is_found_and_the_next_run_deletes_it(kept: tuple[ErasureDesk, Request]) -> None:
    desk, request = kept
    day_over(desk, request)
    run_task(desk, "destroy_key", request, which="part")
    run_task(desk, "part", request)
    row = {"content": b"x", "store": "desk.contact", "categories": ["phone"]}
    desk.gateway().write(desk.gateway().put("row", KEPT.key(request.id, "late"), row))
    with pytest.raises(TaskFailed, match="still_found"):
        verify(desk, request)
    run_task(desk, "destroy_key", request, which="part")
    run_task(desk, "part", request)
    verify(desk, request)
    assert desk.request(request).done(Step.PART_ABSENT)


# -- who may read it


def test_two_officers_read_it_for_an_hour_and_nobody_else(kept: tuple[ErasureDesk, Request]) -> None:
    desk, request = kept
    deciding = Living(desk).deciding
    assert code(lambda: keeping.reading(desk)(request, DANA, desk.now)) == "not_opened"
    deciding.propose(request.id, "open", DANA)
    assert not may_read(desk.request(request), DANA, desk.now), "one alone opens nothing"
    assert code(lambda: deciding.agree(request.id, DANA)) == "same_person"
    deciding.agree(request.id, ERLAN)
    opened, now = desk.request(request), desk.now
    assert opened.proposal is None and opened.state == "keeping"
    for officer in (DANA, ERLAN):
        assert keeping.reading(desk)(opened, officer, now + HOUR - 1).messages
        assert code(lambda by=officer: keeping.reading(desk)(opened, by, now + HOUR)) == "not_opened"  # type: ignore[misc]
    assert code(lambda: keeping.reading(desk)(opened, "5f0c1c1e-0000-4000-8000-00000000000f", now)) == "not_opened"
    day_over(desk, request)
    run_task(desk, "destroy_key", request, which="part")
    assert not desk.request(request).part_opened
    assert code(lambda: deciding.propose(request.id, "open", DANA)) == "nothing_kept"


def test_nobody_reads_it_or_opens_it_after_its_day_although_no_run_has_come(kept: tuple[ErasureDesk, Request]) -> None:
    desk, request = kept
    deciding = Living(desk).deciding
    day_over(desk, request)
    desk.now -= 1
    deciding.propose(request.id, "open", DANA)
    deciding.agree(request.id, ERLAN)
    opened = desk.request(request)
    assert keeping.reading(desk)(opened, DANA, desk.now).messages
    deciding.propose(request.id, "open", DANA)
    desk.now += 1
    assert code(lambda: keeping.reading(desk)(opened, DANA, desk.now)) == "not_opened"
    assert code(lambda: deciding.agree(request.id, ERLAN)) == "nothing_kept"
    assert code(lambda: deciding.propose(request.id, "open", ERLAN)) == "nothing_kept"


def test_where_nothing_is_kept_nothing_is_opened(one: Case) -> None:
    desk, _, request = one
    assert code(lambda: Living(desk).deciding.propose(request.id, "open", DANA)) == "nothing_kept"


# -- what may be decided


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"categories": ()}, "categories"),
        ({"categories": ("attachments",)}, "categories"),
        ({"categories": ("phone", "email")}, "categories"),
        ({"until": "2099-01-01"}, "until"),
        ({}, ""),
    ],
)
def test_the_desk_keeps_chosen_categories_of_the_ground(
    living: Living, daniyar: Person, given: dict[str, object], problem: str
) -> None:
    request = living.mark(living.suppressed(daniyar).id, state="deciding")
    deciding = replace(living.deciding, profile=keeping.KEEPS_HERE)
    asked = {"ground": "claims", "until": day_of(living.desk.now + DAY), "categories": ("phone",), **given}
    assert code(lambda: deciding.propose(request.id, "retain", DANA, **asked)) == problem  # type: ignore[arg-type]
    if not problem:
        deciding.agree(request.id, ERLAN)
        (entry,) = living.read(request.id).retained
        assert (entry["where"], list(entry["categories"]), list(entry["by"])) == ("desk", ["phone"], [DANA, ERLAN])
        assert code(lambda: deciding.propose(request.id, "retain", DANA, **asked)) == "already_decided"  # type: ignore[arg-type]
