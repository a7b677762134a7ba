"""Destructions are held: no grace ends and no fence closes, whoever comes first; and everything else goes on."""

import json
import re
import shlex
from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.observability import count as real_count
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import ERASURE_PAUSE
from chalicelib.privacy import decide as decide_request
from chalicelib.privacy import handle_asks as privacy_asks
from chalicelib.privacy import monitor_requests as watch_requests
from chalicelib.privacy.erasure_pause import Pause, PauseErasures
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import Wait
from tests.support.erasure.asking import watch
from tests.support.erasure.destroying import run_task, run_until
from tests.support.erasure.living import DANA, ERLAN, Living, outcomes
from tests.support.erasure.person import Person
from tests.support.project import PROJECT
from tests.support.storage.declared import undeclared

GRACE = 4 * HOUR
RUNBOOK = PROJECT / "docs" / "runbooks" / "many-confirmed.md"


@pytest.fixture
def request_(living: Living, daniyar: Person) -> Request:
    """Daniyar has confirmed, was told, and thinks again."""
    request = living.suppressed(daniyar)
    living.says(daniyar, "confirm", request.id)
    assert living.park(request, "", "", "telling") == ""
    assert living.arrives(request.id).done(Step.TOLD)
    living.runs.answered.clear()
    assert living.park(request, "", "", "grace") == ""
    return living.read(request.id)


def hold(living: Living) -> None:
    living.holding.set(DANA, living.desk.now)


# -- the grace


def test_a_grace_does_not_end_while_held_and_ends_with_the_next_look_after_the_release(
    living: Living, request_: Request
) -> None:
    hold(living)
    living.desk.now += GRACE + DAY
    living.wake(request_.id)
    assert watch(living) == 0 and outcomes(living) == []
    row = living.read(request_.id)
    assert (row.state, row.waits, row.done(Step.COOLED_OFF)) == (RequestState.COOLING_OFF, Wait.COOLING_OFF, False)

    living.holding.release()

    assert watch(living) == 1
    assert outcomes(living) == ["due"] and living.read(request_.id).done(Step.COOLED_OFF)


def test_who_comes_to_a_grace_that_is_over_while_held_waits_in_it(living: Living, request_: Request) -> None:
    """Given a run that followed a dead one when the time was over and destructions are held, then it parks, though
    there is no time left to wait for, and is answered after the release."""
    living.desk.now += GRACE
    hold(living)
    token = living.runs.token(request_.execution)
    assert living.park(request_, token, "", "grace") == ""
    assert living.read(request_.id).token == token and outcomes(living) == []
    living.holding.release()
    living.wake(request_.id)
    assert outcomes(living) == ["due"]


@pytest.mark.parametrize("how", ["cancelled", "refused"])
def test_a_held_request_can_be_cancelled_and_refused(
    living: Living, daniyar: Person, request_: Request, how: str
) -> None:
    hold(living)
    living.desk.now += 3 * DAY
    if how == "cancelled":
        living.says(daniyar, "cancel", request_.id)
    else:
        living.decide(request_.id, "refuse", "this was not asked by the person")
    assert outcomes(living) == [how] and living.read(request_.id).done(how)


# -- the fence


def graced(living: Living, request: Request) -> Request:
    living.desk.now += GRACE
    living.wake(request.id)
    assert outcomes(living) == ["due"]
    return living.read(request.id)


def test_a_hold_between_the_end_of_the_grace_and_the_fence_leads_back_into_the_grace(
    living: Living, daniyar: Person, request_: Request
) -> None:
    request = graced(living, request_)
    hold(living)
    before = daniyar.row, daniyar.head, living.desk.items("index")

    assert run_task(living.desk, "hard_suppress", request) == {"outcome": "held"}

    assert (daniyar.row, daniyar.head, living.desk.items("index")) == before
    row = living.read(request.id)
    assert (row.state, row.done(Step.COOLED_OFF), row.done(Step.WRITES_BLOCKED)) == (
        RequestState.COOLING_OFF,
        False,
        False,
    )
    assert living.park(row, "", "", "grace") == ""
    assert len(living.box_texts(row)) == 2, "the question and one announcement: the person is told nothing twice"
    living.says(daniyar, "cancel", request.id)
    assert outcomes(living) == ["due", "cancelled"]


def test_after_the_release_the_fence_closes(living: Living, daniyar: Person, request_: Request) -> None:
    request = graced(living, request_)
    hold(living)
    run_task(living.desk, "hard_suppress", request)
    living.holding.release()
    assert living.park(request, "", "", "grace") == "due"
    assert run_task(living.desk, "hard_suppress", request) == {"outcome": "fenced"}
    assert daniyar.row["state"] == "erasing"


def test_a_hold_that_is_set_while_the_fence_is_being_closed_is_not_overlooked(
    living: Living, daniyar: Person, request_: Request
) -> None:
    """Given somebody who holds after the task has read everything and before it writes, then nothing is written."""
    request = graced(living, request_)

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(living.desk.dynamodb, name)

        def transact_write_items(self, **given: Any) -> Any:
            hold(living)
            return living.desk.dynamodb.transact_write_items(**given)

    assert run_task(living.desk, "hard_suppress", request, Late()) == {"outcome": "held"}
    assert daniyar.row["state"] == "active" and not living.desk.items("index", lambda item: item["sk"] == "fence")


def test_what_is_past_its_fence_goes_on(living: Living, request_: Request) -> None:
    request = graced(living, request_)
    assert run_task(living.desk, "hard_suppress", request) == {"outcome": "fenced"}
    hold(living)
    assert run_task(living.desk, "hard_suppress", request) == {"outcome": "fenced"}
    run_until(living.desk, request, "sweep")
    assert living.read(request.id).done(Step.ERASED_AGAIN)


# -- the watch


def test_the_law_s_clock_runs_on_while_held(living: Living, request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, float] = {}
    monkeypatch.setattr(watch_requests, "count", lambda name, value=1: seen.update({name: value}))
    hold(living)
    living.desk.now = request_.alarm_at + 1
    watch(living)
    assert (seen["ErasurePastTarget"], seen["ErasureNearDeadline"]) == (1, 1)


def test_held_requests_take_nobody_s_place_in_the_watch(
    living: Living, daniyar: Person, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_requests, "MOST_RESUMED", 1)
    hold(living)
    living.desk.now += GRACE
    other = "0" * 20
    item = {**living.store.item(request_.id), "pk": f"request#{other}", "request_id": other, "waits": "told"}
    wire = attribute_values({**item, "due_at": living.desk.now})
    living.desk.dynamodb.put_item(TableName=living.desk.tables["desk"], Item=wire)
    woken: list[str] = []
    assert watch(living, woken.append) == 1 and woken == [other]


def test_who_has_cancelled_is_woken_while_held(living: Living, daniyar: Person, request_: Request) -> None:
    """Given a cancelled request whose bell was lost, then it is not held with the others."""
    hold(living)
    living.mark(request_.id, {"cancelled": living.desk.now}, due_at=living.desk.now)
    assert watch(living) == 1 and outcomes(living) == ["cancelled"]


# -- setting it


def test_holding_twice_keeps_who_held_first_and_releasing_twice_is_harmless(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "chalicelib.privacy.erasure_pause.audit", lambda event, staff_id: said.append((event, staff_id))
    )
    use, at = PauseErasures(living.holding, living.clock), living.desk.now
    assert use.current() is None
    use.set(DANA)
    living.desk.now += HOUR
    use.set("bolat")
    assert use.current() == Pause(at, DANA)
    assert undeclared("desk", living.desk.of("hold")) == [] and living.desk.of("hold")[0].keys() == {
        "pk", "sk", *ERASURE_PAUSE.plain,
    }  # fmt: skip
    use.release("bolat")
    use.release(DANA)
    assert use.current() is None
    assert said == [("destructions_held", DANA), ("destructions_released", "bolat")]


def commands() -> list[dict[str, Any]]:
    """The runbook's commands, as the arguments that the AWS CLI makes of them."""
    found = []
    for line in re.findall(r"^    aws dynamodb update-item (.*)$", RUNBOOK.read_text(encoding="utf-8"), re.M):
        words = shlex.split(line.replace("$(date +%s)", "1795000600"))
        named = {one.removeprefix("--"): value for one, value in zip(words[::2], words[1::2], strict=True)}
        given = {"".join(part.capitalize() for part in name.split("-")): value for name, value in named.items()}
        found.append({name: json.loads(v) if v.startswith("{") else v for name, v in given.items()})
    return found


def test_the_runbook_s_commands_hold_and_release(living: Living, request_: Request) -> None:
    set_, release = commands()
    assert set_["TableName"] == release["TableName"] == "<desk>"
    living.desk.dynamodb.update_item(**set_ | {"TableName": living.desk.tables["desk"]})
    assert living.holding.read() == Pause(1_795_000_600_000, "")
    request = living.read(request_.id)
    living.desk.now += GRACE
    living.wake(request.id)
    assert outcomes(living) == []
    living.desk.dynamodb.update_item(**release | {"TableName": living.desk.tables["desk"]})
    assert living.holding.read() is None
    living.wake(request.id)
    assert outcomes(living) == ["due"]


# -- how many are confirmed


@pytest.fixture
def confirmed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []

    def count(name: str, value: float = 1, **dimensions: str) -> None:
        real_count(name, value, **dimensions)
        assert (name, value) == ("ErasureConfirmed", 1)
        seen.append(dimensions["identity"])

    for module in (privacy_asks, decide_request):
        monkeypatch.setattr(module, "count", count)
    return seen


def test_each_confirmation_is_counted_once_by_who_confirmed(
    living: Living, daniyar: Person, confirmed: list[str]
) -> None:
    request = living.suppressed(daniyar)
    living.says(daniyar, "confirm", "0" * 20)
    assert confirmed == [], "a press that fits nothing confirms nothing"
    living.says(daniyar, "confirm", request.id)
    living.says(daniyar, "confirm", request.id)
    assert confirmed == ["second_press"]


def test_a_colleague_s_confirmation_is_counted_and_a_refusal_or_going_on_is_not(
    living: Living, daniyar: Person, confirmed: list[str]
) -> None:
    request = living.suppressed(daniyar)
    living.deciding.propose(request.id, "erase", DANA, check="in_person", reason="passport seen")
    assert confirmed == [], "what is proposed confirms nothing"
    living.deciding.agree(request.id, ERLAN)
    assert confirmed == ["staff"]
    living.mark(request.id, state="escalated", due_at=living.desk.now + HOUR)
    living.deciding.go_on(request.id, DANA)
    assert confirmed == ["staff"], "to go on after a failure confirms nothing new"
    living.mark(request.id, state="grace")
    living.decide(request.id, "refuse", "it was not asked for")
    assert confirmed == ["staff"]
