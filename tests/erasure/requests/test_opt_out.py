"""News and offers end when the person says so, at once and for good; support goes on, and nothing is destroyed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import FINAL, ISSUED
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.working_days import day_of, deadline
from chalicelib.erasure.task import TaskFailed
from chalicelib.erasure.tasks.issue_certificate import IssueCertificate
from chalicelib.privacy.kinds.opt_out import OPT_OUT
from chalicelib.privacy.requests.lateness import missed, near_deadline, past_target
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import next_step
from chalicelib.privacy.requests.store import OVER_QUEUE
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.sealed_on_requests import secret_hash
from chalicelib.privacy.texts import answers
from chalicelib.vault import encryption
from tests.support.erasure.boxes import ADDRESS, KEPT_DAYS, Boxes, crash_everywhere
from tests.support.erasure.living import DANA, Living
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person
from tests.support.people import from_amina
from tests.support.storage.declared import undeclared
from tests.support.web.asking import Signing


@dataclass
class Outs:
    """Opt-outs on a desk, taken through their workflow by hand."""

    living: Living

    @property
    def boxes(self) -> Boxes:
        return Boxes(self.living.desk)

    def certify(self, request_id: str) -> None:
        ledger = Ledger(self.living.desk.gateway())
        IssueCertificate(self.living.store, ledger, Signing(), PROFILE, self.living.clock)(request_id)  # type: ignore[arg-type]

    def run(self, request_id: str) -> Request:
        """As the state machine does."""
        assert self.living.soft_suppress(request_id) == {"outcome": "opted_out"}
        self.certify(request_id)
        assert self.boxes.notify()(request_id) == {}
        return self.living.read(request_id)

    def entry(self, request: Request, kind: str = ISSUED) -> dict[str, Any] | None:
        found = Ledger(self.living.desk.gateway()).entry(request.certificate_id, kind)
        return found.body if found else None


@pytest.fixture
def outs(living: Living) -> Outs:
    return Outs(living)


def opted_out(outs: Outs, person: Person, **more: Any) -> Request:
    opened = outs.living.opt_out(person.contact_id, 0, "bot", **more)
    assert opened.new
    return outs.living.read(opened.request_id)


# -- the request


def test_it_is_in_force_with_its_row_and_stands_in_nobodys_way(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    asked_at = living.desk.now - HOUR
    opened = living.opt_out(daniyar.contact_id, asked_at, "message", language="kk", created_by=DANA, evidence="хат")
    request, row = living.read(opened.request_id), daniyar.row
    assert (row["opted_out_at"], row["opted_out_by"]) == (living.desk.now, request.id)
    assert "suppressed_at" not in row and not living.pointers()
    assert (request.kind, request.state, request.source) == ("opt_out", "received", "message")
    assert (request.language, request.created_by) == ("kk", DANA)
    assert (request.received_at, request.at(Step.OPTED_OUT)) == (asked_at, living.desk.now)
    assert request.deadline_at == deadline(PROFILE.deadlines["stop_processing"], asked_at)
    assert request.policy_version == living.desk.of("consent#")[0]["policy_version"]
    item = living.store.item(request.id)
    assert not undeclared("desk", [item, row])
    place = encryption.request_attribute(request.id, "secret")
    secret = living.unsealed(daniyar, place, item["secret"])
    assert request.secret_hash == secret_hash(request.certificate_id, secret)
    assert living.unsealed(daniyar, encryption.request_attribute(request.id, "evidence"), item["evidence"]) == "хат"
    assert living.open_request(daniyar.contact_id, "withdrawal", "bot").new


def test_a_second_one_returns_the_first_even_when_that_is_over(outs: Outs, daniyar: Person) -> None:
    request = opted_out(outs, daniyar)
    again = outs.living.opt_out(daniyar.contact_id, 0, "staff", created_by=DANA)
    assert (again.request_id, again.new) == (request.id, False)
    outs.run(request.id)
    later = outs.living.open_request(
        daniyar.contact_id, "opt_out", "staff", received_on=day_of(outs.living.desk.now), created_by=DANA
    )
    assert (later.request_id, later.new) == (request.id, False)
    assert len(outs.living.requests()) == 1


def test_fifty_at_once_open_one(outs: Outs, daniyar: Person) -> None:
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: outs.living.opt_out(daniyar.contact_id, 0, "bot"), range(50)))
    assert len({one.request_id for one in found}) == 1 and sum(one.new for one in found) == 1
    assert len(outs.living.requests()) == 1


def test_what_else_is_written_is_written_with_a_new_one_only(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    living.ask(daniyar, "withdraw")
    (ask,) = living.opening.asks(daniyar.contact_id)
    assert living.opt_out(daniyar.contact_id, 0, "bot", also=(living.opening.delete_ask(ask),)).new
    assert not living.opening.asks(daniyar.contact_id)


def test_an_ask_that_was_dealt_with_meanwhile_opens_none(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    living.ask(daniyar, "withdraw")
    (ask,) = living.opening.asks(daniyar.contact_id)
    living.store.run(
        living.opening.delete_ask(ask), living.opening.require_active(living.opening.subject(daniyar.contact_id))
    )  # type: ignore[arg-type]
    opened = living.opt_out(daniyar.contact_id, 0, "bot", also=(living.opening.delete_ask(ask),))
    assert (opened.request_id, opened.new) == ("", False)
    assert not living.requests() and "opted_out_at" not in daniyar.row


def test_nobody_is_opted_out_who_is_not_there(outs: Outs, daniyar: Person) -> None:
    with pytest.raises(NotFound):
        outs.living.opt_out(new_id(), 0, "bot")
    with pytest.raises(BadInput):
        outs.living.opt_out(daniyar.contact_id, 0, "fax")
    outs.living.set_contact(daniyar, state="erasing")
    with pytest.raises(NotFound):
        outs.living.opt_out(daniyar.contact_id, 0, "bot")
    assert not outs.living.requests()


# -- its way


def test_it_ends_with_a_certificate_and_an_answer_in_the_persons_own_conversation(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    living.desk.deliver()
    living.desk.provider.sent.clear()
    request = opted_out(outs, daniyar, language="ru")
    secret = living.unsealed(
        daniyar, encryption.request_attribute(request.id, "secret"), living.store.item(request.id)["secret"]
    )
    living.desk.now += 60_000
    request, over_at = outs.run(request.id), living.desk.now
    living.desk.deliver()

    assert living.desk.provider.texts == [
        answers.answered(PROFILE, "ru", OPT_OUT, request.certificate_id, secret, ADDRESS)
    ]
    assert (request.state, request.over_at) == (RequestState.ANSWERED, over_at)
    assert next_step(request) == ""
    item = living.store.item(request.id)
    assert "secret" not in item and "due" not in item and "due_at" not in item
    assert (item["queue"], item["expires_at"]) == (OVER_QUEUE, (over_at + KEPT_DAYS * DAY) // 1000)
    said = outs.entry(request)
    assert said is not None and outs.entry(request, FINAL) is None
    assert (said["kind"], said["basis"]) == ("opt_out", "94-V art. 24(1)(5)")
    assert said["times"].keys() == {"received", "done", "issued"} and said["policy"]["version"] == "1"
    assert not {"stores", "retained", "left", "identity"} & said.keys()
    assert daniyar.contact_id not in str(said)
    assert {one["pk"] for one in living.desk.items("keys")} >= {daniyar.contact_id}


@pytest.mark.parametrize("when", ["before", "after"])
def test_it_is_answered_once_wherever_the_task_dies(outs: Outs, daniyar: Person, when: str) -> None:
    outs.living.desk.deliver()
    outs.living.desk.provider.sent.clear()
    request = opted_out(outs, daniyar)
    outs.certify(request.id)
    assert crash_everywhere(outs.living.desk, when, outs.boxes.notify, request.id)
    outs.living.desk.deliver()
    assert len(outs.living.desk.provider.sent) == 1
    assert outs.living.read(request.id).state == RequestState.ANSWERED


@pytest.mark.parametrize("gone", ["erasing", "contact", "key"])
def test_when_the_person_is_gone_it_ends_without_an_answer(outs: Outs, daniyar: Person, gone: str) -> None:
    living = outs.living
    living.desk.deliver()
    living.desk.provider.sent.clear()
    request = opted_out(outs, daniyar)
    outs.certify(request.id)
    if gone == "erasing":
        living.set_contact(daniyar, state="erasing")
    elif gone == "contact":
        living.delete(daniyar, "contact")
    else:
        living.desk.dynamodb.delete_item(TableName=living.desk.tables["keys"], Key={"pk": {"S": daniyar.contact_id}})
    outs.boxes.notify()(request.id)
    request = living.read(request.id)
    assert request.state == RequestState.ANSWERED and not request.done(Step.NOTIFIED)
    assert outs.boxes.notify()(request.id) == {}
    living.desk.deliver()
    assert not living.desk.provider.sent


def test_no_answer_lands_behind_a_fence_that_closes_at_that_moment(outs: Outs, daniyar: Person) -> None:
    request = opted_out(outs, daniyar)
    outs.certify(request.id)
    writes = outs.boxes.answer()(outs.living.read(request.id), outs.living.desk.now, frozenset())
    outs.living.set_contact(daniyar, state="erasing")
    assert writes is not None
    refusal = outs.living.store.run(*writes)
    assert refusal is not None and refusal.roles == {"subject"}
    again = outs.boxes.answer()(outs.living.read(request.id), outs.living.desk.now, refusal.roles)
    assert again is not None and outs.living.store.run(*again) is None
    assert outs.living.read(request.id).state == RequestState.ANSWERED


def test_no_certificate_before_it_is_in_force_and_no_answer_before_the_certificate(outs: Outs, daniyar: Person) -> None:
    request = opted_out(outs, daniyar)
    with pytest.raises(Conflict):
        outs.boxes.notify()(request.id)
    outs.living.store.run(outs.living.store.change(request.id, {f"steps.{Step.OPTED_OUT}": None}))
    with pytest.raises(TaskFailed):
        outs.certify(request.id)


def test_its_runs_begin_die_and_go_on_and_colleagues_can_only_have_it_go_on(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    request = opted_out(outs, daniyar)
    living.wake(request.id)
    assert list(living.runs.given) == [f"{request.id}-1"]
    for decision in ("erase", "refuse"):
        with pytest.raises(Conflict) as told:
            living.decide(request.id, decision)
        assert told.value.code == "already_decided"
    living.escalate(request.id, "Unknown", f"{request.id}-1")
    living.runs.die(f"{request.id}-1")
    escalated = living.read(request.id)
    assert (escalated.state, escalated.failed_step) == (RequestState.ESCALATED, "certified")
    living.deciding.go_on(request.id, DANA)
    living.wake(request.id)
    assert living.read(request.id).state == RequestState.RECEIVED
    assert f"{request.id}-2" in living.runs.given
    outs.run(request.id)
    living.wake(request.id)
    assert len(living.runs.given) == 2


def test_the_clocks_of_a_destruction_do_not_run_for_it(outs: Outs, daniyar: Person) -> None:
    request = opted_out(outs, daniyar)
    late = request.deadline_at + DAY
    assert not near_deadline(request, late) and not past_target(request, late) and not missed(request, late)


# -- beside a withdrawal


def test_an_opt_out_survives_a_refusal(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    request = living.suppressed(daniyar)
    assert (daniyar.row["opted_out_by"], daniyar.row["opted_out_at"]) == (request.id, living.desk.now)
    living.mark(request.id, {Step.REFUSED: living.desk.now})
    living.finish(request.id)
    assert daniyar.row["opted_out_by"] == request.id and "suppressed_at" not in daniyar.row


def test_cancelling_takes_back_what_the_request_did_and_nothing_else(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    request = living.suppressed(daniyar)
    living.says(daniyar, "cancel")
    living.finish(request.id)
    assert not {"suppressed_at", "opted_out_at", "opted_out_by"} & daniyar.row.keys()

    own = opted_out(outs, daniyar)
    living.mark(request.id, {Step.MAILBOX_DESTROYED: 1}, state="cancelled")
    living.delete(daniyar, "request")
    second = living.suppressed(daniyar)
    assert daniyar.row["opted_out_by"] == own.id
    living.says(daniyar, "cancel")
    living.finish(second.id)
    assert "suppressed_at" not in daniyar.row and daniyar.row["opted_out_by"] == own.id


def test_who_says_it_by_itself_while_a_withdrawal_runs_keeps_it_when_that_is_cancelled(
    outs: Outs, daniyar: Person
) -> None:
    living = outs.living
    request = living.suppressed(daniyar)
    since = daniyar.row["opted_out_at"]
    living.desk.now += HOUR
    own = opted_out(outs, daniyar)
    assert (daniyar.row["opted_out_by"], daniyar.row["opted_out_at"]) == (own.id, since)
    living.says(daniyar, "cancel")
    living.finish(request.id)
    assert daniyar.row["opted_out_by"] == own.id and "suppressed_at" not in daniyar.row


def test_who_cancels_asks_again_and_cancels_gets_news_again(outs: Outs, daniyar: Person) -> None:
    living = outs.living
    first = living.suppressed(daniyar)
    living.says(daniyar, "cancel")
    living.desk.now += 1000
    second = living.suppressed(daniyar)
    living.finish(first.id)
    assert second.after == first.id and daniyar.row["opted_out_by"] == second.id
    living.says(daniyar, "cancel")
    living.finish(second.id)
    assert "opted_out_by" not in daniyar.row


NUMBERS = iter(range(10_000_000))
ACTS = ("withdraw", "cancel", "refuse", "opt_out", "finish")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(ACTS), min_size=3, max_size=9))
def test_in_any_order_news_come_back_only_when_all_that_stopped_them_is_cancelled(
    living: Living, acts: list[str]
) -> None:
    outs = Outs(living)
    living.desk.now += DAY + HOUR
    somebody = Author((Address("phone", f"7701{next(NUMBERS):07d}"),), name="Амина")
    person = living.desk.person(from_amina(sent_at=living.desk.seconds, author=somebody))
    stops: set[str] = set()
    current: Request | None = None
    for act in acts:
        living.desk.now += 1000
        if act == "withdraw":
            opened = living.open_request(person.contact_id, "withdrawal", "staff", received_on=day_of(living.desk.now))
            living.soft_suppress(opened.request_id)
            if opened.new:
                current = living.read(opened.request_id)
                stops.add(current.id)
        elif act == "opt_out":
            outs.living.opt_out(person.contact_id, 0, "bot")
            stops.add("own")
        elif current is not None and act in ("cancel", "refuse"):
            step = Step.CANCELLED if act == "cancel" else Step.REFUSED
            fresh = living.read(current.id)
            if not (fresh.done(Step.CANCELLED) or fresh.done(Step.REFUSED)):
                living.mark(current.id, {step: living.desk.now})
                if act == "cancel":
                    stops.discard(current.id)
        elif current is not None and act == "finish":
            fresh = living.read(current.id)
            if fresh.done(Step.CANCELLED) or fresh.done(Step.REFUSED):
                living.finish(current.id)
    if current is not None:
        fresh = living.read(current.id)
        if fresh.done(Step.CANCELLED) or fresh.done(Step.REFUSED):
            living.finish(current.id)
    assert ("opted_out_at" in person.row) == bool(stops)
