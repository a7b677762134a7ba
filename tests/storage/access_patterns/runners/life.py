"""What a request asks from the first word to its decision."""

from dataclasses import replace

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.working_days import day_of
from chalicelib.privacy.requests.asked import MOST_ASKED
from chalicelib.privacy.resume_workflow import AnswerWaitingRun, ResumeWorkflow
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import living
from tests.support.delivery.desk import BOLAT
from tests.support.erasure.asking import ask_and_cancel
from tests.support.retention.desk import RetentionDesk


def asking(desk: RetentionDesk, action: str, *, open_one: bool = True) -> Action:
    """What the worker does with one ask of Daniyar, but for waking his request."""
    made = living(desk)
    person = made.daniyar()
    request_id = made.suppressed(person).id if open_one else ""
    made.ask(person, action, request_id if action != "withdraw" else "")
    made.desk.now += 1
    return lambda: replace(made.asks, resume=lambda _: None)(person.contact_id)


def parking(desk: RetentionDesk, wait: str, **steps: int) -> Action:
    """A task of Daniyar's request that begins to wait."""
    made = living(desk)
    request = made.mark(made.suppressed(made.daniyar()).id, steps)
    made.desk.now += 1
    return lambda: made.park(request, "token", request.execution, wait)


@asks("AP210", "AP211", "AP212", "AP405", "AP213", "AP210")
def _(desk: RetentionDesk) -> Action:
    return asking(desk, "withdraw", open_one=False)


@asks("AP210", "AP211", "AP160", "AP212", "AP405", "AP310", "AP210")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    person = made.daniyar()
    first = made.mark(made.suppressed(person).id, {"cancelled": desk.now})
    made.finish(first.id)
    made.ask(person, "withdraw")
    made.desk.now += 1
    return lambda: replace(made.asks, resume=lambda _: None)(person.contact_id)


@asks("AP210", "AP211", "AP160", "AP160", "AP215", "AP210")
def _(desk: RetentionDesk) -> Action:
    return asking(desk, "withdraw")


@asks("AP210", "AP211", "AP212", "AP405", "AP405", "AP212", "AP406", "AP210")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    person = made.daniyar()
    ask_and_cancel(made, person, MOST_ASKED)
    for pointer in made.pointers():
        made.delete(person, pointer["sk"])
    made.ask(person, "withdraw")
    return lambda: made.asks(person.contact_id)


@asks("AP210", "AP211", "AP212", "AP405", "AP625", "AP210")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    person = made.daniyar()
    made.ask(person, "maybe", kinds=["deletion"])
    return lambda: made.asks(person.contact_id)


@asks("AP210", "AP160", "AP216", "AP210")
def _(desk: RetentionDesk) -> Action:
    return asking(desk, "confirm")


@asks("AP210", "AP211", "AP217", "AP210")
def _(desk: RetentionDesk) -> Action:
    return asking(desk, "cancel", open_one=False)


@asks("AP211", "AP212", "AP214")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    person, today = made.daniyar(), day_of(desk.now)
    more = {"received_on": today, "created_by": BOLAT, "evidence": "Өтініш"}
    return lambda: made.open_request(person.contact_id, "deletion", "staff", **more)


@asks("AP212", "AP602", "AP2049", "AP2050", "AP603")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    person = made.daniyar()
    return lambda: made.opt_out(person.contact_id, 0, "staff", created_by=BOLAT, evidence="Өтініш")


@asks("AP160", "AP212", "AP218")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    return lambda: made.deciding.propose(request.id, "erase", BOLAT, check="in_person", reason="passport seen")


@asks("AP160", "AP218")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.deciding.propose(request.id, "erase", BOLAT, check="in_person")
    return lambda: made.deciding.agree(request.id, "another")


@asks("AP160", "AP220")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.deciding.propose(request.id, "erase", BOLAT, check="in_person")
    return lambda: made.deciding.take_back(request.id)


@asks("AP160", "AP160", "AP63", "AP219")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.deciding.propose(request.id, "refuse", BOLAT, ground="obligation", reason="The invoice is not paid yet.")
    made.desk.now += 1
    return lambda: made.deciding.agree(request.id, "another")


@asks("AP160", "AP220")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    opened = made.open_request(made.daniyar().contact_id, "withdrawal", "bot")
    return lambda: made.wake(opened.request_id)


@asks("AP160", "AP220", "AP160")
def _(desk: RetentionDesk) -> Action:
    return parking(desk, "identity")


@asks("AP160", "AP221", "AP160")
def _(desk: RetentionDesk) -> Action:
    return parking(desk, "decision")


@asks("AP160", "AP621", "AP160", "AP620")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.desk.now = request.default_at
    return lambda: made.park(request, "token", request.execution, "decision")


@asks("AP160", "AP160", "AP63", "AP222", "AP160", "AP620")
def _(desk: RetentionDesk) -> Action:
    return parking(desk, "telling", verified=desk.now)


@asks("AP620", "AP220", "AP160", "AP220")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.mark(made.suppressed(made.daniyar()).id, {"verified": desk.now})
    made.park(request, "", "", "telling")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResumeWorkflow, "__call__", lambda self, request_id: None)
        waits = made.arrives(request.id)
    return lambda: AnswerWaitingRun(made.store, made.runs, made.told, made.clock)(waits)  # type: ignore[arg-type]


@asks("AP160", "AP58", "AP160", "AP63", "AP622")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.mark(made.suppressed(made.daniyar()).id, {"verified": desk.now})
    made.park(request, "", "", "telling")
    made.desk.now += 1
    return lambda: made.announce_again(request.id)


@asks("AP160", "AP223")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.mark(request.id, {"cancelled": desk.now})
    made.desk.now += 1
    return lambda: made.finish(request.id)


@asks("AP302", "AP220")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    request = made.suppressed(made.daniyar())
    made.mark(request.id, {"verified": desk.now, "told": desk.now})
    made.park(request, "", "", "grace")
    made.desk.now += DAY
    waits = made.read(request.id)
    return lambda: AnswerWaitingRun(made.store, made.runs, made.told, made.clock)(waits)


@asks("AP304", "AP303", "AP305")
def _(desk: RetentionDesk) -> Action:
    holding = living(desk).holding
    return lambda: [holding.set(BOLAT, desk.now), holding.read(), holding.release()]


@asks("AP224")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    made.opened(made.daniyar())
    return lambda: list(made.store.open_ones(100))


@asks("AP713")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    made.opened(made.daniyar())
    return lambda: list(made.store.open_ones(100, desk.now))
