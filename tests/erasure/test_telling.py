"""The person is told before anything that cannot be undone: what proves it, what does not, and who may help."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from chalicelib.channels.parts import StatusUpdate
from chalicelib.core.clock import DAY, HOUR
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.texts import KAZAKHSTAN
from chalicelib.core.working_days import day_of, day_start
from chalicelib.dynamo.builder import attribute_value, attribute_values
from chalicelib.dynamo.queues import WakeUp
from chalicelib.dynamo.schema import HEAD
from chalicelib.entrypoints import stream_router as relay
from chalicelib.privacy import monitor_requests as watch_requests
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import tellable
from chalicelib.privacy.requests.vocabulary import (
    RequestState,
    Step,
    Told,
    proof_of_telling,
)
from chalicelib.privacy.telling.announce_again import MOST_ANNOUNCEMENTS
from chalicelib.privacy.telling.statuses import MessageStatuses
from chalicelib.tickets.pieces import piece_state
from tests.support.erasure.asking import watch
from tests.support.erasure.destroying import run_task
from tests.support.erasure.living import DANA, ERLAN, Living, outcomes
from tests.support.erasure.person import Person
from tests.support.people import from_amina, from_daniyar
from tests.support.storage.declared import undeclared

GRACE = 4 * HOUR


def somebody(living: Living, channel: str) -> Person:
    """Amina on WhatsApp, who has just written, or Daniyar on Telegram."""
    if channel == "telegram":
        return living.desk.person(from_daniyar(sent_at=living.desk.seconds, message_id=7))
    return living.desk.person(from_amina(sent_at=living.desk.seconds))


def telling(living: Living, person: Person) -> Request:
    """The person's request, about which colleagues are sure, with its first announcement on its way."""
    request = living.suppressed(person)
    living.desk.deliver()
    living.decide(request.id, "erase")
    assert living.park(request, "", "", "telling") == ""
    living.desk.deliver()
    living.desk.provider.sent.clear()
    return living.read(request.id)


@pytest.fixture
def amina(living: Living) -> Person:
    return somebody(living, "whatsapp")


@pytest.fixture
def request_(living: Living, daniyar: Person) -> Request:
    """Daniyar's request on Telegram, whose announcement is not out yet."""

    def build() -> Request:
        request = living.suppressed(daniyar)
        return living.mark(request.id, {"verified": living.desk.now}, identity="staff")

    request = living.read(living.once("daniyar is to be told", build))
    assert living.park(request, "", "", "telling") == ""
    return living.read(request.id)


def set_message(living: Living, reference: str, **values: Any) -> None:
    """Set attributes of an announcement, as sender and statuses do."""
    ref = MessageRef.parse(reference)
    assert ref is not None
    living.desk.dynamodb.update_item(
        TableName=living.desk.tables["desk"],
        Key=attribute_values({"pk": HEAD.partition(ref.conversation_id), "sk": f"message#{ref.tail}"}),
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={f":{name}": attribute_value(value) for name, value in values.items()},
    )


def announced(living: Living, request: Request) -> list[Any]:
    """What became of each announcement."""
    return MessageStatuses(living.desk.gateway())(living.read(request.id).announcements)


# -- nobody is destroyed without a word


def test_who_cannot_be_reached_waits_for_weeks_and_nothing_of_them_is_fenced(
    living: Living, amina: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given WhatsApp and a person who has been silent for two days, then the announcement fails, the request waits,
    and neither time nor a run that comes to the fence by another way destroys anything; the law's clock is heard."""
    seen: dict[str, float] = {}
    monkeypatch.setattr(watch_requests, "count", lambda name, value=1: seen.update({name: value}))
    request = living.suppressed(amina)
    living.desk.now += 2 * DAY
    living.decide(request.id, "erase")
    assert living.park(request, "", "", "telling") == ""
    living.desk.deliver()
    (one,) = announced(living, request)
    assert (one.status, one.failure["code"]) == ("failed", "window_closed")
    before = amina.row, amina.head, living.desk.items("index")

    for _ in range(30):
        living.desk.now += DAY
        assert watch(living) == 1
        assert run_task(living.desk, "hard_suppress", request) == {"outcome": "held"}

    row = living.read(request.id)
    assert (row.state, row.done(Step.TOLD), row.done(Step.WRITES_BLOCKED), row.told_by) == ("telling", False, False, "")
    assert outcomes(living) == [] and tellable(row)
    assert (amina.row, amina.head, living.desk.items("index")) == before
    assert (seen["ErasurePastTarget"], seen["ErasureNearDeadline"], seen["ErasureUntold"]) == (1, 1, 1)
    assert seen["ErasureBreach"] == 1, "the processing stopped in time, and the person has had no answer"
    living.mark(request.id, {"graced": living.desk.now}, state="grace")  # whatever a run of the release before marked
    assert run_task(living.desk, "hard_suppress", request) == {"outcome": "held"}
    assert amina.row["state"] == "active"


# -- what proves it


STATUSES = ("queued", "sending", "sent", "delivered", "read", "failed")
PROOFS = {
    ("whatsapp", "delivered"): Told.DELIVERED, ("whatsapp", "read"): Told.DELIVERED,
    ("telegram", "sent"): Told.ACCEPTED, ("telegram", "delivered"): Told.DELIVERED,
    ("telegram", "read"): Told.DELIVERED,
}  # fmt: skip


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
@pytest.mark.parametrize("status", STATUSES)
def test_what_proves_that_the_person_was_told(living: Living, channel: str, status: str) -> None:
    request = living.suppressed(somebody(living, channel))
    living.mark(request.id, {"verified": living.desk.now})
    assert living.park(request, "", "", "telling") == ""
    living.desk.now += 7
    row = living.arrives(request.id, status)
    proof = PROOFS.get((channel, status))
    assert (row.told_by, row.at(Step.TOLD)) == ((str(proof), living.desk.now) if proof else ("", 0))
    assert outcomes(living) == (["told"] if proof else [])
    assert proof_of_telling(channel, status) == proof


def test_no_other_channel_and_no_other_word_proves_anything() -> None:
    assert not any(proof_of_telling(channel, "delivered") for channel in ("mail", "fax", "", "WhatsApp"))
    assert not any(proof_of_telling("whatsapp", status) for status in ("", "DELIVERED", "accepted", "told"))


@pytest.mark.parametrize(
    ("channel", "status", "states", "told"),
    [
        ("whatsapp", "sent", {"1": "delivered", "2": "failed"}, ""),
        ("whatsapp", "sent", {"1": "failed", "2": "delivered"}, ""),
        ("whatsapp", "sent", {"1": "read", "2": "sent"}, ""),
        ("whatsapp", "sent", {"1": "delivered"}, ""),
        ("whatsapp", "queued", {"1": "delivered"}, ""),
        ("whatsapp", "sent", {"1": "delivered", "2": "read"}, "delivered"),
        ("telegram", "queued", {"1": "sent"}, ""),
        ("telegram", "failed", {"1": "sent"}, ""),
        ("telegram", "sent", {"1": "sent", "2": "failed"}, ""),
        ("telegram", "sent", {"1": "sent", "2": "sent"}, "accepted"),
    ],
)
def test_a_text_in_pieces_has_arrived_when_all_of_them_have(
    living: Living, channel: str, status: str, states: dict[str, str], told: str
) -> None:
    request = living.suppressed(somebody(living, channel))
    living.mark(request.id, {"verified": living.desk.now})
    living.park(request, "", "", "telling")
    (reference,) = living.read(request.id).announcements
    pieces = {number: piece_state(one, {"code": "131026"}) for number, one in states.items()}
    set_message(living, reference, piece_count=2, piece_states=pieces)
    assert living.arrives(request.id, status).told_by == told


@pytest.mark.parametrize(("channel", "report"), [("telegram", ""), ("whatsapp", "delivered"), ("whatsapp", "read")])
def test_the_way_of_a_proof_from_the_provider_to_the_end_of_the_grace(
    living: Living, channel: str, report: str
) -> None:
    """Given the real sender, and what the provider reports afterwards, then the stream's record rings for the
    request, and the time to think again begins."""
    person = somebody(living, channel)
    request = living.suppressed(person)
    living.desk.deliver()
    living.says(person, "confirm", request.id)
    assert living.park(request, "", "", "telling") == ""
    living.desk.provider.sent.clear()
    living.desk.deliver()
    (sent,) = living.desk.provider.sent
    living.wake(request.id)
    assert living.read(request.id).done(Step.TOLD) is (channel == "telegram")
    if report:
        update = StatusUpdate(
            "whatsapp", request.account, sent.provider_id, report, living.desk.seconds, sent.reference
        )  # type: ignore[arg-type]
        living.desk.statuses().apply(update, living.desk.now)
    (item,) = [one for one in living.desk.of("message#") if one.get("request_id")]
    assert undeclared("desk", [item]) == []
    record = {"eventID": "1", "dynamodb": {"NewImage": attribute_values(item), "SequenceNumber": "1"}}
    assert relay._wake_up({**record, "eventName": "MODIFY"}) == ("privacy", WakeUp({"request_id": request.id}))
    assert relay._wake_up({**record, "eventName": "INSERT"}) is None, "what is not out yet proves nothing"
    living.wake(request.id)
    row = living.read(request.id)
    assert row.told_by == ("accepted" if channel == "telegram" else "delivered")
    assert living.park(row, "", "", "grace") == ""
    assert living.read(request.id).due_at == row.at(Step.TOLD) + GRACE


def test_a_proof_whose_bell_was_lost_is_found_by_the_watch(living: Living, request_: Request) -> None:
    set_message(living, request_.announcements[0], status="sent")
    living.desk.now = request_.due_at
    assert watch(living) == 1
    assert outcomes(living) == ["told"] and living.read(request_.id).told_by == "accepted"


def test_a_proof_that_comes_before_the_run_waits_is_not_lost(living: Living, request_: Request) -> None:
    """Given a run that died while it announced, then the next one finds the proof when it comes to wait."""
    living.runs.die(request_.execution)
    set_message(living, request_.announcements[0], status="sent")
    living.desk.now += 10 * 60_000
    living.wake._ensure_run(request_, living.desk.now)
    assert living.park(request_, "", "", "telling") == "told"
    assert living.park(request_, "", "", "grace") == ""
    assert len(living.read(request_.id).announcements) == 1


# -- a letter


WEDNESDAY = 1_795_000_000_000
"""18 November 2026, 16:06 in Kazakhstan."""


def moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, KAZAKHSTAN):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("posted", [-1, 0, 2, 5, 6, 365])
def test_a_letter_was_posted_from_the_day_of_identity_to_today(living: Living, request_: Request, posted: int) -> None:
    first = request_.at(Step.VERIFIED)
    living.desk.now = first + 5 * DAY
    day = day_of(first + posted * DAY)
    if 0 <= posted <= 5:
        living.decide(request_.id, "letter", "", posted_on=day)
        assert living.read(request_.id).posted_on == day
        return
    with pytest.raises(BadInput) as error:
        living.decide(request_.id, "letter", "", posted_on=day)
    assert error.value.code == "posted_on" and living.read(request_.id) == request_


@pytest.mark.parametrize("written", ["", "19.11.2026", "2026-11-1", "2026-11-19T00:00", "２０２６-11-19", "yesterday"])
def test_a_day_of_posting_that_is_none_is_refused(living: Living, request_: Request, written: str) -> None:
    living.desk.now += 3 * DAY
    with pytest.raises(BadInput) as error:
        living.decide(request_.id, "letter", "", posted_on=written)
    assert error.value.code == "posted_on" and living.read(request_.id).proposal is None


@pytest.mark.parametrize(
    ("posted", "agreed", "ends"),
    [
        # Thursday the 19th and five working days are Thursday the 26th, whose end is the midnight before the 27th.
        ("2026-11-19", 2, "2026-11-27 03:59"),
        ("2026-11-20", 2, "2026-11-28 03:59"),
        # Agreed to when it has long arrived: the time to think again is theirs all the same.
        ("2026-11-19", 20, "2026-12-08 20:06"),
    ],
)
def test_after_a_letter_the_grace_ends_when_it_has_had_time_to_arrive(
    living: Living, daniyar: Person, request_: Request, posted: str, agreed: int, ends: str
) -> None:
    living.mark(request_.id, {"verified": WEDNESDAY})
    living.desk.now = WEDNESDAY + agreed * DAY
    living.deciding.propose(request_.id, "letter", DANA, posted_on=posted)
    assert not living.read(request_.id).done(Step.TOLD)
    with pytest.raises(Conflict) as error:
        living.deciding.agree(request_.id, DANA)
    assert error.value.code == "same_person" and not living.read(request_.id).done(Step.TOLD)

    living.deciding.agree(request_.id, ERLAN)
    living.wake(request_.id)

    row = living.read(request_.id)
    assert (row.told_by, row.at(Step.TOLD), row.letter_by) == ("letter", living.desk.now, [DANA, ERLAN])
    assert outcomes(living) == ["told"]
    assert living.park(row, "", "", "grace") == ""
    row = living.read(request_.id)
    assert moment(row.due_at) == ends and row.due_at >= day_start(posted) + 5 * DAY + GRACE
    living.desk.now = row.due_at - 1
    living.wake(row.id)
    assert outcomes(living) == ["told"]
    living.says(daniyar, "cancel")
    assert outcomes(living) == ["told", "cancelled"]


@pytest.mark.parametrize("steps", ["", "verified told", "verified cancelled", "verified told graced fenced"])
def test_a_letter_is_for_who_is_verified_and_not_told(living: Living, request_: Request, steps: str) -> None:
    done = dict.fromkeys(steps.split(), 1)
    living.mark(request_.id, done, **({} if "verified" in done else {"steps.verified": None}))
    with pytest.raises(Conflict):
        living.decide(request_.id, "letter", "", posted_on=day_of(living.desk.now))


# -- once more


@pytest.mark.parametrize("rivals", [2, 6])
def test_what_many_announce_again_at_once_is_written_once_each(living: Living, request_: Request, rivals: int) -> None:
    living.desk.now += HOUR
    with ThreadPoolExecutor(rivals) as pool:
        list(pool.map(lambda _: again(living, request_), range(rivals)))
    row = living.read(request_.id)
    assert 2 <= len(row.announcements) == len(set(row.announcements)) <= MOST_ANNOUNCEMENTS
    assert len(living.box_texts(row)) == 1 + len(row.announcements)


def again(living: Living, request: Request) -> str:
    try:
        living.announce_again(request.id)
    except Conflict as error:
        return error.code
    return "sent"


def test_who_is_overtaken_while_announcing_again_announces_nothing(
    living: Living, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a rival who is faster between reading and writing, then there is one more announcement and no two."""
    store = type(living.store)
    run_, overtaken = store.run_until_written, list[bool]()

    def overtake(self: Any, build: Callable[[frozenset[str]], Any]) -> bool:
        def built(refused: frozenset[str]) -> Any:
            writes = build(refused)
            if not overtaken:
                overtaken.append(True)
                living.desk.now += 1
                living.announce_again(request_.id)
            return writes

        return run_(self, built)

    living.desk.now += HOUR
    monkeypatch.setattr(store, "run_until_written", overtake)
    assert again(living, request_) == "sent"
    row = living.read(request_.id)
    assert (len(row.announcements), len(living.box_texts(row))) == (2, 3)


def test_it_is_announced_five_times_at_most_and_never_to_who_was_told(living: Living, request_: Request) -> None:
    said = []
    for _ in range(MOST_ANNOUNCEMENTS):
        living.desk.now += 1
        said.append(again(living, request_))
    assert said == ["sent"] * (MOST_ANNOUNCEMENTS - 1) + ["often_enough"]
    row = living.read(request_.id)
    assert len(row.announcements) == MOST_ANNOUNCEMENTS == len(living.box_texts(row)) - 1
    assert row.at(Step.ANNOUNCED) == request_.at(Step.ANNOUNCED), "when it was announced first"
    living.mark(row.id, {"told": living.desk.now})
    assert again(living, row) == "told_already"
    with pytest.raises(NotFound):
        living.announce_again("0" * 20)


@pytest.mark.parametrize("steps", ["cancelled", "refused", "graced", "fenced"])
def test_nothing_is_announced_again_to_who_is_on_another_way(living: Living, request_: Request, steps: str) -> None:
    living.mark(request_.id, {steps: 1})
    assert again(living, request_) == "told_already"
    assert len(living.read(request_.id).announcements) == 1


@pytest.mark.parametrize("which", [0, 1])
def test_the_first_or_the_second_announcement_may_be_the_one_that_arrives(
    living: Living, amina: Person, which: int
) -> None:
    request = telling(living, amina)
    living.desk.now += HOUR
    living.announce_again(request.id)
    row = living.read(request.id)
    set_message(living, row.announcements[1 - which], status="failed")
    living.wake(row.id)
    assert outcomes(living) == []
    set_message(living, row.announcements[which], status="delivered")
    living.wake(row.id)
    assert outcomes(living) == ["told"] and living.read(row.id).told_by == "delivered"


def test_who_has_written_meanwhile_is_reached_by_the_second_one(living: Living, amina: Person) -> None:
    """Given an announcement that failed because the window was closed, when the person writes about anything, then it
    goes out when a colleague sends it again, with the same number and secret and a later hour."""
    request = living.suppressed(amina)
    living.desk.now += 2 * DAY
    living.decide(request.id, "erase")
    living.park(request, "", "", "telling")
    living.desk.deliver()
    living.desk.receive(from_amina("Қайырлы таң", sent_at=living.desk.seconds))
    living.desk.provider.sent.clear()
    living.announce_again(request.id)
    living.desk.deliver()
    assert [one.status for one in announced(living, request)] == ["failed", "sent"]
    first, second = living.box_texts(living.read(request.id))[1:]
    assert second in living.desk.provider.texts and request.certificate_id in second
    assert first.splitlines()[1:] == second.splitlines()[1:]
    assert living.arrives(request.id).told_by == "delivered" and outcomes(living) == ["told"]


# -- stopping it


@pytest.mark.parametrize("how", ["cancelled", "refused"])
@pytest.mark.parametrize("first", ["the run waits", "the run comes later"])
def test_who_stops_the_request_while_the_person_is_told_ends_it_with_an_answer(
    living: Living, daniyar: Person, request_: Request, how: str, first: str
) -> None:
    if first != "the run waits":
        living.mark(request_.id, token=None, waits=None, due_at=living.desk.now)
    living.desk.now += DAY
    if how == "cancelled":
        living.says(daniyar, "cancel", request_.id)
    else:
        living.decide(request_.id, "refuse")
    if first != "the run waits":
        assert living.park(request_, "", "", "telling") == how
    assert outcomes(living) == [how]
    set_message(living, request_.announcements[0], status="sent")
    living.wake(request_.id)
    assert not living.read(request_.id).done(Step.TOLD), "what arrives afterwards begins nothing"
    living.desk.now += 1
    living.finish(request_.id)
    row = living.read(request_.id)
    assert row.done(Step.CLOSED_WITHOUT_ERASURE) and "suppressed_at" not in daniyar.row
    assert len(living.box_texts(row)) == 3  # the question, the announcement, and this
    with pytest.raises(Exception, match="cancelled|refused"):
        run_task(living.desk, "hard_suppress", living.mark(row.id, {"told": 1, "graced": 1}))
    assert daniyar.row["state"] == "active"


def test_of_two_proofs_and_a_cancel_at_the_same_moment_one_ends_the_waiting(
    living: Living, daniyar: Person, request_: Request, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the run hears one word, once; the proof is written down once; and who has cancelled is never destroyed."""
    caplog.set_level(logging.INFO)
    living.desk.now += 1
    living.announce_again(request_.id)
    then = living.desk.snapshot()
    for number in range(6):
        living.desk.restore(then)
        living.runs.answered.clear()
        caplog.clear()
        token = living.runs.token(request_.execution)
        assert living.park(request_, token, "", "telling") == ""
        for one in living.read(request_.id).announcements:
            set_message(living, one, status="sent")
        living.ask(daniyar, "cancel", request_.id)
        tasks: list[Callable[[], Any]] = [
            lambda: living.wake(request_.id), lambda: living.asks(daniyar.contact_id),
            lambda: living.wake(request_.id),
        ]  # fmt: skip
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda task: task(), tasks[number % 3 :] + tasks[: number % 3]))
        living.wake(request_.id)
        row = living.read(request_.id)
        assert row.done(Step.CANCELLED) and not living.desk.of("ask#")
        (word,) = outcomes(living)
        assert word == "cancelled" or row.done(Step.TOLD)
        assert caplog.text.count("person_told") == row.done(Step.TOLD) == bool(row.told_by)
        if word == "told":
            assert living.park(row, "", "", "grace") == "cancelled"


def test_of_a_proof_and_a_letter_the_first_is_kept(living: Living, request_: Request) -> None:
    living.deciding.propose(request_.id, "letter", DANA, posted_on=day_of(living.desk.now))
    told = living.arrives(request_.id)
    with pytest.raises(Conflict):
        living.deciding.agree(request_.id, ERLAN)
    row = living.read(request_.id)
    assert (row.told_by, row.at(Step.TOLD), row.posted_on) == ("accepted", told.at(Step.TOLD), "")
    assert row.state == RequestState.TELLING and outcomes(living) == ["told"]
