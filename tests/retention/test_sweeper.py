"""The sweeper rings again, closes what is idle, and deletes on time."""

import math
from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.errors import Unavailable
from chalicelib.core.observability import count
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.queues import Queues
from chalicelib.dynamo.schema import ASKING
from chalicelib.outbox.model import PROBE_EVERY
from chalicelib.privacy import monitor_requests as watch_asks
from chalicelib.privacy.monitor_requests import WAKE_UP_LIVES, MonitorAsks, MonitorRequests
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.retention.sweep import OVERDUE_AFTER, RARELY, RARELY_AFTER, Overdue
from chalicelib.wiring.retention import wake_up
from tests.support.intake.rows import change
from tests.support.people import WHATSAPP_ACCOUNT, from_amina
from tests.support.retention.desk import IDLE_DAYS, KEPT_DAYS, SOLVED_DAYS, Bells, RetentionDesk
from tests.support.retention.ending import asked

# -- ringing


def test_a_reply_whose_bell_was_lost_is_rung_for_after_a_minute(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    desk.reply(ticket, "Жауап")
    desk.later(59)
    desk.sweep()
    assert desk.rung == []
    desk.later(1)

    assert desk.sweep()["ring"] == 1

    assert desk.rung == [ticket["conversation_id"]]
    desk.sender()(desk.rung[0])
    assert desk.provider.texts == ["Жауап"]
    desk.later(61)
    assert desk.sweep()["ring"] == 0


def test_a_reply_that_waits_for_its_next_try_is_left_alone_until_then(desk: RetentionDesk) -> None:
    ticket = desk.open_telegram_ticket()
    desk.reply(ticket, "Ответ")
    desk.provider.faults = [desk.provider.telegram_error(429, "Too Many Requests", retry_after=3_000)]
    desk.sender()(ticket["conversation_id"])
    desk.later(2_900)
    assert desk.sweep()["ring"] == 0
    desk.later(200)
    assert desk.sweep()["ring"] == 1


def test_one_conversation_tries_a_stopped_channel_and_then_all_are_rung(desk: RetentionDesk) -> None:
    first = desk.open_telegram_ticket()
    desk.receive(from_amina(sent_at=desk.seconds))
    (amina,) = [head for head in desk.of("head") if head["channel"] == "whatsapp"]
    for number in range(3):
        desk.reply(first, f"Ответ {number}")
    desk.provider.token = "token-2"
    desk.sender()(first["conversation_id"])
    desk.sender()(amina["conversation_id"])
    assert {row["code"] for row in desk.of_pk("channel#")} == {"token", "190"}
    desk.vaulted.token = "token-2"
    desk.now += PROBE_EVERY + 61_000

    desk.sweep()
    assert sorted(desk.rung) == sorted([first["conversation_id"], amina["conversation_id"]])
    for conversation_id in desk.rung:
        desk.sender()(conversation_id)
    assert desk.provider.texts[:3] == ["Ответ 0", "Ответ 1", "Ответ 2"]
    assert not desk.of("outbox#")


def waiting_places(desk: RetentionDesk, count: int, account: str, prefix: str, due_at: int) -> None:
    """Places in the outboxes of so many conversations, a millisecond apart."""
    for number in range(count):
        item = {
            "pk": f"conversation#{prefix}{number}",
            "sk": f"outbox#{due_at + number:013d}#{'0' * 32}",
            "conversation_id": f"{prefix}{number}",
            "action": "send",
            "due": "due#0",
            "due_at": due_at + number,
            "queued_at": due_at + number,
            "attempts": 0,
            "channel": "whatsapp",
            "account": account,
        }
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(item))


def test_what_cannot_go_out_now_does_not_hold_up_the_bells_of_others(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.retention import sweep

    measured: dict[str, float] = {}
    monkeypatch.setattr(sweep, "count", lambda name, value=1, **more: measured.update({name: value}))
    monkeypatch.setattr(sweep, "MOST_ENQUEUED", 3)
    long_ago = desk.now - 600_000
    waiting_places(desk, 8, "100000000000009", "stopped", long_ago)
    DeskRow("channel#100000000000009", "channel", stopped_at=long_ago).save()
    waiting_places(desk, 5, WHATSAPP_ACCOUNT, "waiting", long_ago + 1_000)

    assert desk.sweep()["ring"] == 4
    assert desk.rung == ["stopped7", "waiting0", "waiting1", "waiting2"]
    desk.rung.clear()
    assert desk.sweep()["ring"] == 2
    assert desk.rung == ["waiting3", "waiting4"]
    assert measured["OldestOutboundSeconds"] == 600
    desk.rung.clear()
    desk.sweep()
    assert desk.rung == ["stopped7", "waiting0", "waiting1", "waiting2"]


def test_what_waits_for_long_is_rung_for_once_in_five_minutes(desk: RetentionDesk, wake_ups: Bells) -> None:
    def enqueue(overdue: list[Overdue]) -> int:
        return len(overdue) - len(Queues(wake_ups.sqs).send(wake_ups.urls["doorbell"], list(map(wake_up, overdue))))

    desk.now += RARELY - desk.now % RARELY
    waiting_places(desk, 2, WHATSAPP_ACCOUNT, "long", desk.now - RARELY_AFTER - 2)
    waiting_places(desk, 1, WHATSAPP_ACCOUNT, "new", desk.now - OVERDUE_AFTER)
    waiting_places(desk, 1, "100000000000009", "stopped", desk.now - DAY)
    DeskRow("channel#100000000000009", "channel", stopped_at=desk.now - DAY).save()
    rung: list[list[str]] = []
    for _ in range(6):
        desk.sweeper(enqueue=enqueue)()
        rung.append(sorted(one["conversation_id"] for one in wake_ups.drain("doorbell")))
        desk.later(60)

    each_minute = ["new0", "stopped0"]
    assert rung == [["long0", "long1", *each_minute], *[each_minute] * 4, ["long0", "long1", *each_minute]]


def test_a_ring_out_of_time_goes_on_where_it_was(desk: RetentionDesk) -> None:
    waiting_places(desk, 6, WHATSAPP_ACCOUNT, "waiting", desk.now - 600_000)
    for _ in range(4):
        calls = iter(range(1_000))
        desk.sweeper(stopwatch=lambda calls=calls: next(calls) * 4.0)()
    assert set(desk.rung) == {f"waiting{number}" for number in range(6)}


def test_the_age_of_the_oldest_waiting_message_is_measured(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.retention import sweep

    measured: dict[str, float] = {}
    monkeypatch.setattr(sweep, "count", lambda name, value=1, **more: measured.update({name: value}))
    desk.sweep()
    assert measured["OldestOutboundSeconds"] == 0
    desk.reply(desk.open_ticket(), "Жауап")
    desk.later(95)
    desk.sweep()
    assert measured["OldestOutboundSeconds"] == 95


def test_a_part_that_fails_stops_no_other_and_the_sweep_does_not_count_as_done(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.retention import sweep

    said: list[str] = []
    monkeypatch.setattr(sweep, "log", lambda event, **fields: said.append(event))
    desk.sweep()
    assert said == ["sweep_done"]
    ticket = desk.open_ticket()
    desk.now += (IDLE_DAYS + 1) * DAY

    class Silent:
        def __getattr__(self, name: str) -> Any:
            raise Unavailable("The storage did not answer.")

    with pytest.raises(Unavailable):
        desk.sweeper(store=Silent())()
    assert desk.ticket(ticket)["state"] == "closed"
    assert said.count("sweep_done") == 1 and "sweep_failed" in said


def test_a_minute_in_which_nothing_is_due_publishes_no_metric(
    desk: RetentionDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.sweep()
    capsys.readouterr()
    MonitorRequests(RequestStore(desk.gateway()), len, lambda: False, lambda: desk.now)(math.inf)
    desk.sweep()
    assert "CloudWatchMetrics" not in capsys.readouterr().out
    count("OldestAskSeconds", 299, unit="Seconds")
    assert "CloudWatchMetrics" in capsys.readouterr().out


# -- what people asked about their data


@pytest.fixture
def age(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    measured: dict[str, float] = {}
    monkeypatch.setattr(watch_asks, "count", lambda name, value=1, **more: measured.update({name: value}))
    return measured


def test_an_ask_whose_bell_was_lost_is_rung_for_after_five_minutes(desk: RetentionDesk, age: dict[str, float]) -> None:
    ask = asked(desk)
    desk.later(299)
    assert desk.sweep()["asks"] == 0 and age == {"OldestAskSeconds": 299}
    desk.later(1)

    assert desk.sweep()["asks"] == 1

    assert desk.rung_asks == [ask["contact_id"]] and age == {"OldestAskSeconds": 300}
    desk.later(60)
    assert desk.sweep()["asks"] == 0, "that bell is on its way"
    desk.later(WAKE_UP_LIVES // 1000)
    assert desk.sweep()["asks"] == 1 and age["OldestAskSeconds"] == 360 + WAKE_UP_LIVES // 1000


def test_what_was_asked_is_never_swept_however_long_nobody_deals_with_it(desk: RetentionDesk) -> None:
    ask = asked(desk)
    assert not {"expires_at", "gone_at"} & ask.keys(), "neither we nor DynamoDB may delete it by a date"
    desk.now += 400 * DAY

    desk.sweep()

    (left,) = desk.of("ask#")
    assert left == {**ask, "due_at": desk.now + WAKE_UP_LIVES} and desk.rung_asks == [ask["contact_id"]]


def test_an_ask_that_was_dealt_with_is_rung_for_no_more_and_does_not_come_back(desk: RetentionDesk) -> None:
    """Given a worker that deals with the ask while the sweeper rings for it, then the sweeper writes no new one."""
    ask = asked(desk)
    desk.later(600)

    def dealt_with(contact_id: str) -> bool:
        DeskRow(ask["pk"], ask["sk"]).delete()
        return desk.ring_asks(contact_id)

    store = desk.sweeper().store
    assert MonitorAsks(store, dealt_with, lambda: desk.now)(float("inf")) == 1
    assert not desk.of("ask#")
    desk.now += DAY
    assert desk.sweep()["asks"] == 0 and desk.rung_asks == [ask["contact_id"]]


def test_a_bell_that_the_queue_did_not_take_is_rung_again_by_the_next_sweep(desk: RetentionDesk) -> None:
    asked(desk)
    desk.later(600)
    assert MonitorAsks(desk.sweeper().store, lambda contact_id: False, lambda: desk.now)(float("inf")) == 0
    assert desk.sweep()["asks"] == 1


def test_asks_that_nobody_can_deal_with_do_not_hold_up_others(
    desk: RetentionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_asks, "MOST", 2)
    for number, beginning in enumerate(("contact#", "contact#", "conversation#")):
        item = {"pk": f"{beginning}stuck{number}", "sk": "ask#strange", "due": ASKING, "due_at": desk.now + number}
        item["at"] = "yesterday"
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(item))
    ask = asked(desk)
    desk.later(600)
    for _ in range(3):
        desk.sweep()
    assert sorted(desk.rung_asks) == sorted(["stuck0", "stuck1", "stuck2", ask["contact_id"]])


def test_numbers_that_our_code_does_not_write_stop_no_sweep(desk: RetentionDesk) -> None:
    strange = {"pk": {"S": "contact#strange"}, "sk": {"S": "ask#strange"}, "due": {"S": ASKING}}
    strange |= {"at": {"N": "1.5"}, "due_at": {"N": f"{desk.now}.5"}}
    old = {"pk": {"S": "link#strange"}, "sk": {"S": "link"}, "expires_at": {"N": "1"}, "weight": {"N": "-0.5"}}
    for table, item in (("desk", strange), ("index", old)):
        desk.dynamodb.put_item(TableName=desk.tables[table], Item=item)
    desk.later(600)
    desk.sweep()
    assert desk.read_all() == 1
    assert desk.rung_asks == ["strange"]


# -- closing


@pytest.mark.parametrize("state", ["open", "pending", "snoozed"])
def test_a_ticket_that_nobody_touched_for_the_profiles_days_closes_by_itself(desk: RetentionDesk, state: str) -> None:
    ticket = desk.open_ticket()
    change(desk, ticket["pk"], "ticket", "state", state)
    change(desk, ticket["pk"], "ticket", "queue", f"{state}#0")
    desk.now = desk.ticket(ticket)["activity"] + IDLE_DAYS * DAY
    assert desk.sweep()["close"] == 0
    desk.now += 1

    assert desk.sweep()["close"] == 1

    closed = desk.ticket(ticket)
    assert (closed["state"], closed["queue"], closed["closed_at"]) == ("closed", "closed#0", desk.now)
    assert closed["expires_at"] == desk.seconds + KEPT_DAYS * 86_400
    (line,) = desk.messages("event")
    assert (line["kind"], line["params"], line["ticket_id"]) == (
        "closed_idle",
        {"days": IDLE_DAYS},
        ticket["ticket_id"],
    )
    assert desk.sweep()["close"] == 0


def test_a_solved_ticket_closes_sooner(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    for name, value in (("state", "solved"), ("queue", "solved#0"), ("solved_at", desk.now)):
        change(desk, ticket["pk"], "ticket", name, value)
    desk.now += SOLVED_DAYS * DAY + 1
    assert desk.sweep()["close"] == 1
    assert [line["kind"] for line in desk.messages("event")] == ["closed"]


def test_a_message_that_arrives_while_a_ticket_is_being_closed_keeps_it_open(desk: RetentionDesk) -> None:
    ticket = desk.open_ticket()
    desk.now += (IDLE_DAYS + 1) * DAY
    sweeper = desk.sweeper()
    close = sweeper.auto_close.close

    def close_after_a_message(*args: Any) -> bool:
        desk.receive(from_amina("Тағы бір сұрақ", sent_at=desk.seconds))
        return close(*args)

    sweeper.auto_close.close = close_after_a_message  # type: ignore[method-assign]
    assert sweeper()["close"] == 0
    assert desk.ticket(ticket)["state"] == "open"
