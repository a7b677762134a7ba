"""How requests begin, what people and colleagues may do with them, and when."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.working_days import day_of, day_start, deadline
from chalicelib.privacy.mailbox.writes import last_answer
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Identity, RequestState, Step
from chalicelib.vault.encryption import EncryptionContext
from tests.support.erasure.living import DANA, ERLAN, Living
from tests.support.erasure.parts import PROFILE
from tests.support.erasure.person import Person
from tests.support.faults import fated
from tests.support.people import from_amina
from tests.support.storage.declared import undeclared

# -- opening


def test_the_terms_count_from_the_message(living: Living, daniyar: Person) -> None:
    asked_at = living.desk.now
    living.ask(daniyar, "withdraw")
    living.desk.now += 3 * HOUR
    assert living.asks(daniyar.contact_id) == 1
    (row,) = living.requests()
    assert (row["kind"], row["source"], row["state"], row["language"]) == ("withdrawal", "bot", "received", "ru")
    assert row["received_at"] == asked_at
    assert row["deadline_at"] == deadline(PROFILE.deadlines["stop_processing"], asked_at)
    assert row["alarm_at"] == deadline(PROFILE.deadlines["erasure_alarm"], asked_at)
    assert row["alarm_at"] < row["deadline_at"]
    assert row["due_at"] == living.desk.now + 10 * 60_000
    assert not living.desk.of("ask#")
    assert not list(undeclared("desk", [row, *living.pointers()]))


def test_fifty_at_once_open_one_request(living: Living, daniyar: Person) -> None:
    with ThreadPoolExecutor(25) as pool:
        opened = list(pool.map(lambda _: living.open_request(daniyar.contact_id, "withdrawal", "bot"), range(50)))
    assert len({one.request_id for one in opened}) == 1
    assert sum(one.new for one in opened) == 1
    assert len(living.requests()) == len(living.pointers()) == 1


def test_fifty_asks_in_ten_workers_open_one_request_and_are_all_gone(living: Living, daniyar: Person) -> None:
    for _ in range(50):
        living.ask(daniyar, "withdraw")
        living.desk.now += 1
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: living.asks(daniyar.contact_id), range(10)))
    assert len(living.requests()) == 1
    assert not living.desk.of("ask#")


def test_a_second_ask_is_answered_once_and_changes_nothing(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "withdraw")
    (row,) = living.requests()
    living.soft_suppress(row["request_id"])
    before = living.store.item(row["request_id"])
    living.ask(daniyar, "withdraw")
    living.ask(daniyar, "withdraw")
    living.asks(daniyar.contact_id)
    living.asks(daniyar.contact_id)
    assert living.store.item(row["request_id"]) == before
    texts = living.box_texts(living.read(row["request_id"]))
    assert sum("уже в работе" in text for text in texts) == 1


def test_a_colleague_opens_the_same_request_with_sealed_evidence(living: Living, daniyar: Person) -> None:
    opened = living.open_request(
        daniyar.contact_id, "deletion", "staff", received_on=day_of(living.desk.now), created_by=DANA,
        evidence="Өтініш 12-бет, Данияр",
    )  # fmt: skip
    again = living.open_request(daniyar.contact_id, "withdrawal", "bot", evidence="second")
    assert opened.new and not again.new and again.request_id == opened.request_id
    item = living.store.item(opened.request_id)
    assert (item["kind"], item["created_by"]) == ("deletion", DANA)
    assert "Данияр".encode() not in living.desk.everything()
    place = EncryptionContext("desk", "request", opened.request_id, "evidence")
    assert living.unsealed(daniyar, place, item["evidence"]) == "Өтініш 12-бет, Данияр"


@pytest.mark.parametrize(
    ("kind", "source", "more"),
    [("access", "staff", {}), ("withdrawal", "mail", {}), ("withdrawal", "staff", {"evidence": "x" * 4001})],
)  # fmt: skip
def test_bad_input_opens_nothing(living: Living, daniyar: Person, kind: str, source: str, more: Any) -> None:
    with pytest.raises(BadInput) as error:
        living.open_request(daniyar.contact_id, kind, source, received_on=day_of(living.desk.now), **more)
    assert error.value.code != "received_on"
    assert not living.requests()


@pytest.mark.parametrize("days", [1, 0, -1, -11, -365])
def test_what_a_colleague_enters_counts_from_the_day_on_the_paper(living: Living, daniyar: Person, days: int) -> None:
    """Given a paper that lay for days, then every term counts from its day, and the person's words from its entry; a
    day that is to come is refused."""
    now = living.desk.now
    day = day_of(now + days * DAY)
    given = {"kind": "withdrawal", "source": "staff", "received_on": day}
    if days > 0:
        with pytest.raises(BadInput) as error:
            living.open_request(daniyar.contact_id, **given)
        assert error.value.code == "received_on" and not living.requests()
        return
    request = living.opened(daniyar, **given)
    assert (request.received_on, request.opened_at, request.asked_since) == (day, now, now)
    assert request.received_at == (now if days == 0 else day_start(day)) and day_of(request.received_at) == day
    assert request.deadline_at == deadline(PROFILE.deadlines["stop_processing"], request.received_at)
    assert request.alarm_at == deadline(PROFILE.deadlines["erasure_alarm"], request.received_at)
    assert request.alarm_at < request.default_at < request.deadline_at


@pytest.mark.parametrize("written", ["", "01.12.2026", "2026-13-01", "2026-02-30", "yesterday", "0001-01-01"])
def test_a_day_of_receipt_that_is_none_opens_nothing(living: Living, daniyar: Person, written: str) -> None:
    with pytest.raises(BadInput) as error:
        living.open_request(daniyar.contact_id, "withdrawal", "staff", received_on=written)
    assert error.value.code == "received_on" and not living.requests()


def test_nobody_and_somebody_who_is_being_erased_have_no_requests(living: Living, daniyar: Person) -> None:
    with pytest.raises(NotFound):
        living.open_request("0" * 20, "withdrawal", "bot")
    living.set_contact(daniyar, state="erasing")
    for action in ("withdraw", "confirm", "cancel", "anything"):
        living.says(daniyar, action)
    assert not living.requests()
    assert len(living.desk.of("ask#")) == 4, "they are the eraser's, who counts them"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_leaves_an_ask_or_its_effect(living: Living, daniyar: Person, when: str) -> None:
    """Given a death at any call, when the next worker comes, then there is one request with one run, and no ask."""
    number, died, empty = 0, True, living.desk.snapshot()
    while died:
        number += 1
        living.desk.restore(empty)
        living.runs = type(living.runs)()
        living.ask(daniyar, "withdraw")
        with fated(number, when) as fate:
            living.asks(daniyar.contact_id)
        died = bool(fate.died_at)
        living.asks(daniyar.contact_id)
        (row,) = living.requests()
        living.wake(row["request_id"])
        assert (len(living.pointers()), living.desk.of("ask#")) == (1, [])
        assert list(living.runs.given) == [f"{row['request_id']}-1"]
    assert number > 4


# -- what a person may do, by state


TELLING = {"suppressed": 1, "verified": 1, "announced": 1}
GRACE = {**TELLING, "told": 1}
FENCED = {**GRACE, "graced": 1, "fenced": 1}
STATES: dict[str, dict[str, Any]] = {
    "received": {},
    "verifying": {"suppressed": 1},
    "deciding": {"suppressed": 1},
    "telling": TELLING,
    "grace": GRACE,
    "destroying": FENCED,
    "waiting_for_backups": {**FENCED, "absent": 1, "notified": 1, "box_closed": 1},
    "complete": {**FENCED, "absent": 1, "notified": 1, "box_closed": 1, "final": 1},
    "answered": {},
    "refused": {"suppressed": 1, "refused": 1, "finished": 1},
    "cancelled": {"suppressed": 1, "cancelled": 1, "finished": 1},
    "escalated": {"suppressed": 1},
    "escalated, verified": {"suppressed": 1, "verified": 1},
    "escalated, fenced": FENCED,
    "verifying, cancelled": {"suppressed": 1, "cancelled": 1},
    "telling, cancelled": {**TELLING, "cancelled": 1},
    "grace, refused": {**GRACE, "refused": 1},
    "grace, over": {**GRACE, "graced": 1},
}
CONFIRMED = {"verifying", "deciding", "escalated"}
STOPPED = {"received", "verifying", "deciding", "telling", "grace", "escalated", "escalated, verified"}
ESCALATED = {name for name in STATES if name.startswith("escalated")}
BECAUSE = "because of the agreement"


def in_state(living: Living, person: Person, name: str) -> str:
    """A request of Daniyar in one of these states, whose first run has begun; its id."""

    def build() -> Request:
        request = living.opened(person)
        state = name.partition(",")[0]
        over: dict[str, Any] = (
            {"due": None, "due_at": None} if state in ("complete", "answered", "refused", "cancelled") else {}
        )
        due = over or {"due_at": living.desk.now + HOUR}
        living.desk.now += 5
        return living.mark(request.id, STATES[name], state=state, **due)

    return living.once(f"daniyar's request is {name}", build)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize(
    ("action", "step", "allowed"), [("confirm", "verified", CONFIRMED), ("cancel", "cancelled", STOPPED)]
)
@pytest.mark.parametrize("how", ["button", "words"])
def test_a_persons_ask(
    living: Living, daniyar: Person, name: str, action: str, step: str, allowed: set[str], how: str
) -> None:
    request_id = in_state(living, daniyar, name)
    before = living.store.item(request_id)
    now = living.desk.now
    living.says(daniyar, action, request_id if how == "button" else "")
    after = living.store.item(request_id)
    assert not living.desk.of("ask#")
    if name not in allowed:
        assert after == before
        return
    assert after["steps"] == {**before["steps"], step: now}
    if action == "confirm":
        assert (after["identity"], after["target_at"]) == (
            Identity.SECOND_PRESS,
            deadline(PROFILE.deadlines["erasure_target"], now),
        )


@pytest.mark.parametrize("name", STATES)
def test_a_second_withdrawal_changes_nothing(living: Living, daniyar: Person, name: str) -> None:
    request_id = in_state(living, daniyar, name)
    before = living.store.item(request_id)
    now = living.desk.now
    living.says(daniyar, "withdraw")
    stopped = name in ("verifying, cancelled", "telling, cancelled", "grace, refused")
    superseded = {"steps": {**before["steps"], "superseded": now}, "due_at": now} if stopped else {}
    assert living.store.item(request_id) == before | superseded
    over = stopped or name in ("complete", "answered", "refused", "cancelled")
    (pointer,) = living.pointers()
    assert len(living.requests()) == (2 if over else 1) and not living.desk.of("ask#")
    assert (pointer["request_id"] == request_id) is not over


CODES = {
    **dict.fromkeys(("complete", "answered", "refused", "cancelled"), "over"), "received": "not_yet",
    **dict.fromkeys(("destroying", "waiting_for_backups", "escalated, fenced", "grace, over"), "too_late"),
}  # fmt: skip
"""Why a decision is refused; "already_decided" in every other state."""


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize(
    ("decision", "step", "allowed"), [("erase", "verified", CONFIRMED), ("refuse", "refused", STOPPED)]
)
def test_a_colleagues_decision(
    living: Living, daniyar: Person, name: str, decision: str, step: str, allowed: set[str]
) -> None:
    request_id = in_state(living, daniyar, name)
    before, now = living.store.item(request_id), living.desk.now
    if name not in allowed:
        with pytest.raises(Conflict) as error:
            living.decide(request_id, decision, BECAUSE)
        assert error.value.code == CODES.get(name, "already_decided")
        assert living.store.item(request_id) == before
        return
    living.decide(request_id, decision, BECAUSE)
    after = living.store.item(request_id)
    assert (after["decided_by"], after["approved_by"], "proposal" in after) == (DANA, ERLAN, False)
    assert after["steps"][step] == now
    assert after.get("identity", "") == ("staff" if decision == "erase" else "")
    assert after.get("check", "") == ("in_person" if decision == "erase" else "")
    assert after.get("ground", "") == ("obligation" if decision == "refuse" else "")
    # An escalated request goes on at once.
    assert after["run"] == (2 if name in ESCALATED else 1)
    assert after["state"] != "escalated"
    place = EncryptionContext("desk", "request", request_id, "reason")
    assert living.unsealed(daniyar, place, after["reason"]) == BECAUSE


@pytest.mark.parametrize("name", STATES)
def test_a_failed_request_alone_goes_on_when_a_colleague_says_so(living: Living, daniyar: Person, name: str) -> None:
    request_id = in_state(living, daniyar, name)
    before = living.store.item(request_id)
    if name not in ESCALATED:
        with pytest.raises(Conflict):
            living.deciding.go_on(request_id, DANA)
        assert living.store.item(request_id) == before
        return
    living.deciding.go_on(request_id, DANA)
    living.wake(request_id)
    after = living.store.item(request_id)
    assert (after["steps"], after["resumed_by"], after["run"]) == (before["steps"], DANA, 2)
    assert after["state"] != "escalated" and "identity" not in after and "approved_by" not in after


# -- details


def test_a_button_of_another_persons_request_does_nothing(living: Living, daniyar: Person) -> None:
    """Given Amina, who made up a payload with the id of Daniyar's request, then nothing happens to it or to hers."""
    amina = living.desk.person(from_amina(sent_at=living.desk.seconds))
    theirs, hers = living.suppressed(daniyar), living.suppressed(amina)
    living.says(amina, "confirm", theirs.id)
    living.says(amina, "cancel", theirs.id)
    assert living.read(theirs.id) == theirs
    assert living.read(hers.id) == hers
    assert not living.desk.of("ask#")


def test_words_without_an_open_request_do_nothing(living: Living, daniyar: Person) -> None:
    living.says(daniyar, "confirm")
    living.says(daniyar, "cancel")
    living.says(daniyar, "cancel", "0" * 20)
    assert not living.requests() and not living.desk.of("ask#")


def test_confirm_then_cancel_ends_it_and_cancel_then_confirm_too(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    living.verify(request)
    living.ask(daniyar, "confirm")
    living.desk.now += 1
    living.ask(daniyar, "cancel")
    living.asks(daniyar.contact_id)
    assert set(living.read(request.id).steps) == {Step.OUTREACH_PAUSED, Step.VERIFIED, Step.CANCELLED}
    living.says(daniyar, "confirm")
    with pytest.raises(Conflict):
        living.decide(request.id, "erase")


@pytest.mark.parametrize("decision", ["erase", "refuse"])
def test_of_two_colleagues_one_decides(living: Living, daniyar: Person, decision: str) -> None:
    """Given one proposal to which many agree at the same moment, then one of them has, and the person is told once."""
    request = living.suppressed(daniyar)
    more = {"check": "signature"} if decision == "erase" else {"ground": "law"}
    living.deciding.propose(request.id, decision, DANA, reason=BECAUSE, **more)

    def agree(number: int) -> str:
        try:
            living.deciding.agree(request.id, f"{ERLAN}-{number}")
        except Conflict as error:
            return error.code
        return "decided"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(agree, range(8)))
    row = living.read(request.id)
    assert sorted(said) == ["decided", *["no_proposal"] * 7]
    assert row.approved_by == f"{ERLAN}-{said.index('decided')}"
    assert row.done(Step.VERIFIED) is (decision == "erase") and row.done(Step.REFUSED) is (decision == "refuse")
    assert len(living.box_texts(row)) == (1 if decision == "erase" else 2)


def test_two_colleagues_resume_an_escalated_request_once(living: Living, daniyar: Person) -> None:
    request_id = in_state(living, daniyar, "escalated, fenced")
    living.runs.die(f"{request_id}-1")

    def resume(_: int) -> str:
        try:
            living.deciding.go_on(request_id, DANA)
        except Conflict as error:
            return error.code
        living.wake(request_id)
        return "decided"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(resume, range(8)))
    assert sorted(set(said)) == ["decided", "too_late"] and said.count("decided") == 1
    assert sorted(living.runs.given) == [f"{request_id}-1", f"{request_id}-2"]
    assert living.read(request_id).state == RequestState.DESTROYING


@pytest.mark.parametrize(
    ("decision", "reason", "word"),
    [("retain", BECAUSE, "keeps nothing"), ("refuse", "  ", "sentence"), ("refuse", "нет", "sentence"),
     ("keep", BECAUSE, "erase, refuse, letter"), ("refuse", "x y" * 334, "1000")],
)  # fmt: skip
def test_a_decision_that_is_not_one(living: Living, daniyar: Person, decision: str, reason: str, word: str) -> None:
    request = living.suppressed(daniyar)
    with pytest.raises(BadInput, match=word):
        living.decide(request.id, decision, reason)
    with pytest.raises(NotFound):
        living.decide("0" * 20, "erase")
    assert living.read(request.id) == request


def test_a_refusal_tells_the_reason_once(living: Living, daniyar: Person) -> None:
    request = living.suppressed(daniyar)
    living.verify(request)
    living.decide(request.id, "refuse", "Есть неоплаченный счёт № 17")
    living.finish(request.id)
    texts = living.box_texts(request)
    assert sum("Есть неоплаченный счёт № 17" in text for text in texts) == 1
    assert len(texts) == 2  # the question, and this
    assert "неоплаченный".encode() not in living.desk.everything()


def test_a_colleague_refuses_before_there_is_a_box(living: Living, daniyar: Person) -> None:
    """Then the answer goes into the box with its making, and the reason with it."""
    request = living.opened(daniyar)
    living.decide(request.id, "refuse", "Есть неоплаченный счёт")
    living.soft_suppress(request.id)
    assert living.verify(living.read(request.id)) == "refused"
    living.desk.now += 1
    living.finish(request.id)
    (text,) = living.box_texts(living.read(request.id))
    assert "Есть неоплаченный счёт" in text and PROFILE.contact_point in text
    row = living.read(request.id)
    assert row.done(Step.REASONED) and "неоплаченный".encode() not in living.desk.everything()
    ref = MessageRef.parse(last_answer(row))
    assert ref is not None and any(one["sk"] == f"message#{ref.tail}" for one in living.desk.of("message#"))


def test_finished_requests_make_room_for_another(living: Living, daniyar: Person) -> None:
    first = living.suppressed(daniyar)
    living.says(daniyar, "cancel", first.id)
    living.finish(first.id)
    assert "suppressed_at" not in daniyar.row
    living.desk.now += DAY
    second = living.suppressed(daniyar)
    assert second.id != first.id and "suppressed_at" in daniyar.row
    living.finish(first.id)  # once more, by a run that is late
    assert living.pointers()[0]["request_id"] == second.id and "suppressed_at" in daniyar.row
    with pytest.raises(Exception, match="out_of_order"):
        living.finish(second.id)
