"""Nothing about a request is forgotten: bells, the watch, and runs on the embedded Step Functions."""

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.core.clock import DAY, HOUR, MINUTE
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.clients import client
from chalicelib.entrypoints import privacy
from chalicelib.entrypoints import stream_router as relay
from chalicelib.privacy import monitor_requests as watch_requests
from chalicelib.privacy.executions import Executions, RunStatus
from chalicelib.privacy.requests.store import OPEN_KEY
from chalicelib.privacy.requests.vocabulary import RequestState
from chalicelib.privacy.requests.waiting_times import MONITOR_AFTER
from chalicelib.privacy.resume_workflow import AnswerWaitingRun, ResumeWorkflow
from chalicelib.wiring import requests as wiring_requests
from tests.support.aws import Aws
from tests.support.erasure.asking import watch
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person
from tests.support.intake.rows import change
from tests.support.people import from_amina
from tests.support.retention.desk import Bells
from tests.support.retention.desk import wake_ups as wake_ups


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    seen: dict[str, float] = {}
    monkeypatch.setattr(watch_requests, "count", lambda name, value=1: seen.update({name: value}))
    return seen


def late(counted: dict[str, float]) -> dict[str, float]:
    return {name: counted[name] for name in ("ErasurePastTarget", "ErasureNearDeadline")}


# -- the watch


def test_a_request_whose_bell_was_lost_begins_ten_minutes_later(living: Living, daniyar: Person) -> None:
    opened = living.open_request(daniyar.contact_id, "withdrawal", "bot")
    living.desk.now += MONITOR_AFTER - 1
    assert watch(living) == 0 and not living.runs.given
    living.desk.now += 1
    assert watch(living) == 1
    request = living.read(opened.request_id)
    assert living.runs.given == {
        f"{request.id}-1": {
            "request_id": request.id, "subject_ref": daniyar.contact_id, "deadline": request.deadline_at,
        }
    }  # fmt: skip
    assert (request.run, request.due_at) == (1, living.desk.now + MONITOR_AFTER)
    assert watch(living) == 0


def test_a_run_that_was_promised_and_not_started_starts_under_its_name(living: Living, daniyar: Person) -> None:
    request = living.opened(daniyar)
    living.runs.given.clear()
    living.runs.running.clear()
    living.desk.now += MONITOR_AFTER
    watch(living)
    assert list(living.runs.given) == [f"{request.id}-1"]
    assert living.read(request.id).run == 1


def test_no_run_is_begun_for_a_kind_that_this_release_does_not_handle(
    living: Living, daniyar: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = living.open_request(daniyar.contact_id, "withdrawal", "bot")
    change(living.desk, f"request#{opened.request_id}", "request", "kind", "oblivion")
    living.wake(opened.request_id)
    assert not living.runs.given and living.read(opened.request_id).run == 0
    assert '"UnknownKind": 1' in capsys.readouterr().out


def test_a_run_that_goes_on_is_left_alone(living: Living, daniyar: Person) -> None:
    request = living.opened(daniyar)
    for _ in range(3):
        living.desk.now += MONITOR_AFTER
        assert watch(living) == 1
    assert list(living.runs.given) == [f"{request.id}-1"]


@pytest.mark.parametrize("sweepers", [2, 8])
def test_a_dead_run_is_followed_once_by_sweepers_at_once(living: Living, daniyar: Person, sweepers: int) -> None:
    request = living.opened(daniyar)
    for run in range(2, 5):
        living.runs.die(f"{request.id}-{run - 1}")
        living.desk.now += MONITOR_AFTER
        with ThreadPoolExecutor(sweepers) as pool:
            list(pool.map(lambda _: watch(living), range(sweepers)))
        assert sorted(living.runs.given) == [f"{request.id}-{one}" for one in range(1, run + 1)]
        assert living.read(request.id).run == run


def test_a_failed_request_goes_on_after_an_hour_where_it_was(living: Living, daniyar: Person) -> None:
    request = living.opened(daniyar)
    living.mark(request.id, {"suppressed": 1, "verified": 1, "graced": 1, "fenced": 1}, state="destroying")
    living.escalate(request.id, "TaskFailed")
    living.runs.die(f"{request.id}-1")
    living.wake(request.id)
    living.desk.now += HOUR - 1
    assert watch(living) == 0
    assert living.read(request.id).state == RequestState.ESCALATED
    living.desk.now += 1
    watch(living)
    row = living.read(request.id)
    assert (row.state, row.run, row.failure, row.escalated_at) == (RequestState.DESTROYING, 2, "", 0)
    assert living.runs.status(row.execution) is RunStatus.RUNS


def test_who_looks_at_a_run_that_has_just_failed_does_not_resume_it(living: Living, daniyar: Person) -> None:
    """Given a look at the row before the failure is written down, when the run has ended, then it rests an hour."""
    before = living.opened(daniyar)
    living.escalate(before.id, "TaskFailed")
    living.runs.die(before.execution)
    living.wake._ensure_run(before, living.desk.now)
    assert living.read(before.id).run == 1


def test_who_looks_at_a_run_that_has_just_ended_well_begins_no_other(living: Living, daniyar: Person) -> None:
    before = living.opened(daniyar)
    living.mark(before.id, {"final": 1}, state=before.state, due=None, due_at=None)
    living.runs.die(before.execution)
    living.wake._ensure_run(before, living.desk.now)
    assert list(living.runs.given) == [before.execution]


def test_a_request_that_is_over_is_not_looked_at(living: Living, daniyar: Person) -> None:
    request = living.opened(daniyar)
    living.mark(request.id, state="complete", due=None, due_at=None)
    living.desk.now += 20 * DAY
    assert watch(living) == 0
    living.wake(request.id)
    assert list(living.runs.given) == [f"{request.id}-1"]


def test_what_is_late_is_counted(living: Living, daniyar: Person, counted: dict[str, float]) -> None:
    """Given Daniyar, verified and past our target, and Amina, who has only asked: both past the alarm's day."""
    theirs = living.opened(daniyar)
    hers = living.opened(living.desk.person(from_amina(sent_at=living.desk.seconds)))
    living.mark(theirs.id, {"verified": 1}, target_at=living.desk.now + DAY)
    watch(living)
    assert late(counted) == {"ErasurePastTarget": 0, "ErasureNearDeadline": 0}
    living.desk.now += DAY + 1
    watch(living)
    assert late(counted) == {"ErasurePastTarget": 1, "ErasureNearDeadline": 0}
    living.desk.now = hers.alarm_at + 1
    watch(living)
    assert late(counted) == {"ErasurePastTarget": 1, "ErasureNearDeadline": 2}
    living.mark(theirs.id, {"absent": 1})
    living.mark(hers.id, {"cancelled": 1})
    watch(living)
    assert late(counted) == {"ErasurePastTarget": 0, "ErasureNearDeadline": 0}
    living.mark(theirs.id, {"backups_checked": living.desk.now})  # and one is still there
    watch(living)
    assert late(counted) == {"ErasurePastTarget": 0, "ErasureNearDeadline": 1}


def test_who_was_not_told_and_what_the_limit_passed_without_is_counted(
    living: Living, daniyar: Person, counted: dict[str, float]
) -> None:
    request = living.suppressed(daniyar)
    living.mark(request.id, {"verified": living.desk.now, "announced": living.desk.now}, state="telling")
    living.desk.now += 48 * 60 * 60_000
    watch(living)
    assert counted["ErasureUntold"] == 0
    living.desk.now += 1
    watch(living)
    assert (counted["ErasureUntold"], counted["ErasureBreach"]) == (1, 0)
    living.desk.now = request.deadline_at + 1
    watch(living)
    assert (counted["ErasureUntold"], counted["ErasureBreach"]) == (1, 1), "stopped in time, and not answered"
    living.mark(request.id, {"told": living.desk.now - DAY})
    watch(living)
    assert (counted["ErasureUntold"], counted["ErasureBreach"]) == (0, 0)


def test_what_is_late_is_counted_every_five_minutes_and_what_is_due_resumed_every_minute(
    living: Living, daniyar: Person, counted: dict[str, float]
) -> None:
    request = living.opened(daniyar)
    living.desk.now = living.desk.now // (5 * MINUTE) * 5 * MINUTE
    living.mark(request.id, due_at=living.desk.now + 7 * MINUTE)
    seen = []
    for _ in range(10):
        counted.clear()
        resumed = watch(living, lambda one: None, counted_every=5)
        seen.append((bool(counted), resumed))
        living.desk.now += MINUTE
    assert [whole for whole, _ in seen] == [True, *[False] * 4] * 2
    assert [resumed for _, resumed in seen] == [*[0] * 7, *[1] * 3]


def test_one_sweep_reads_and_wakes_so_many(living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given 60 requests that are due, when 50 may be read and 20 woken, then those that are due longest are."""
    request = living.opened(daniyar)
    item = living.store.item(request.id)
    from chalicelib.dynamo.builder import attribute_values

    for number in range(60):
        other = {**item, "pk": f"request#{number:020}", "request_id": f"{number:020}", "due_at": 1_000 + number}
        living.desk.dynamodb.put_item(TableName=living.desk.tables["desk"], Item=attribute_values(other))
    monkeypatch.setattr(watch_requests, "MOST", 50)
    monkeypatch.setattr(watch_requests, "MOST_RESUMED", 20)
    assert len(list(living.store.open_ones(50))) == 50
    woken: list[str] = []
    assert watch(living, woken.append) == 20
    assert woken == [f"{number:020}" for number in range(20)]


@pytest.mark.parametrize("sk", ["forged", "request"])
def test_the_watch_reads_nothing_but_open_requests(living: Living, daniyar: Person, sk: str) -> None:
    """Given a place in the outbox, which lies in the same index, or a row that intake forged in a partition of its own,
    also under the sort key of requests, then it is not taken for a request."""
    assert living.desk.of("outbox#")
    assert list(living.store.open_ones(10)) == []
    request = living.opened(daniyar)
    forged = attribute_values(
        {"pk": "contact#" + "0" * 20, "sk": sk, "due": OPEN_KEY, "due_at": 1, "state": "destroying"}
    )
    living.desk.dynamodb.put_item(TableName=living.desk.tables["desk"], Item=forged)
    assert [one.id for one in living.store.open_ones(10)] == [request.id]
    assert living.store.item(request.id)["due"] == OPEN_KEY


# -- bells


@pytest.fixture
def privacy_queue(aws: Aws, wake_ups: Bells) -> str:
    url: str = wake_ups.sqs.create_queue(QueueName=f"{wake_ups.table}-privacy")["QueueUrl"]
    wake_ups.urls["privacy"] = url
    return url


def test_an_ask_and_a_new_request_ring_once(
    living: Living, daniyar: Person, wake_ups: Bells, privacy_queue: str
) -> None:
    living.ask(daniyar, "withdraw")
    living.asks(daniyar.contact_id)  # also deletes the ask
    (row,) = living.requests()
    living.wake(row["request_id"])
    living.mark(row["request_id"], {"suppressed": 1})
    assert wake_ups.relay(wake_ups.records()) == {"batchItemFailures": []}
    assert wake_ups.drain("privacy") == [{"contact_id": daniyar.contact_id}, {"request_id": row["request_id"]}]


def test_the_worker_answers_for_each_message(living: Living, daniyar: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    living.ask(daniyar, "withdraw")
    monkeypatch.setattr(wiring_requests, "privacy_asks", lambda: living.asks)
    monkeypatch.setattr(wiring_requests, "resume_workflow", lambda: living.wake)
    living.runs.before = _busy

    def event(*bodies: dict[str, str]) -> dict[str, Any]:
        return {"Records": [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]}

    assert privacy.handle(event({"contact_id": daniyar.contact_id})) == {"batchItemFailures": []}
    (row,) = living.requests()
    wake_up = {"request_id": row["request_id"]}
    assert privacy.handle(event(wake_up, {"contact_id": daniyar.contact_id})) == {
        "batchItemFailures": [{"itemIdentifier": "0"}]
    }
    living.runs.before = lambda what: None
    assert privacy.handle(event(wake_up)) == {"batchItemFailures": []}
    assert list(living.runs.given) == [f"{row['request_id']}-1"]


def _busy(what: str) -> None:
    raise Unavailable("The workflow did not answer; try again.")


def test_the_relay_s_queues_are_those_of_the_deployment() -> None:
    from chalicelib.wiring import delivery as wiring_delivery

    assert set(wiring_delivery.queue_urls()) == {"doorbell", "dating", "indexing", "privacy", "fetching"}
    assert relay.handle({"Records": []}) == {"batchItemFailures": []}


# -- the embedded Step Functions


@dataclass
class Machine:
    """A machine of two states: it waits, as the workflow's tasks do, and ends. Its tokens come by a queue."""

    states: Any
    sqs: Any
    arn: str
    url: str

    def token(self, execution: str) -> str:
        """The token that this run waits with."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for message in self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=1).get("Messages", ()):
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(message["Body"])
                if body["execution"] == execution:
                    return str(body["token"])
        raise AssertionError("the run does not wait")

    def ended(self, execution: str) -> dict[str, Any]:
        """The run, when it has ended."""
        arn = f"{self.arn.replace('stateMachine', 'execution')}:{execution}"
        deadline = time.monotonic() + 10
        while (found := self.states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return dict(found)


def _role(iam: Any, name: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    policies = [json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (trust, may)]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policies[0])["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policies[1])
    return str(role["Arn"])


@pytest.fixture
def machine(aws: Aws) -> Machine:
    states, sqs, name = aws.client("stepfunctions"), aws.client("sqs"), f"m{secrets.token_hex(6)}"
    url = sqs.create_queue(QueueName=f"{name}-tokens")["QueueUrl"]
    body = {"token.$": "$$.Task.Token", "execution.$": "$$.Execution.Name"}
    definition = {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"QueueUrl": url, "MessageBody": body}, "ResultPath": "$.wait", "TimeoutSeconds": 60,
                "Next": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
    }  # fmt: skip
    role = _role(aws.client("iam"), name)
    arn = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
    client.cache_clear()
    return Machine(states, sqs, arn, url)


def test_a_run_starts_once_waits_and_is_answered_once(machine: Machine) -> None:
    runs = Executions(client("stepfunctions"), machine.arn)
    assert runs.status("a-1") is RunStatus.NEVER
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: runs.start("a-1", '{"request_id": "a"}'), range(4)))
    assert runs.status("a-1") is RunStatus.RUNS
    token = machine.token("a-1")
    assert runs.answer(token, "verified")
    ended = machine.ended("a-1")
    assert json.loads(ended["output"]) == {"request_id": "a", "wait": {"outcome": "verified"}}
    assert not runs.answer(token, "verified")
    assert not runs.answer("made-up", "verified")
    assert runs.status("a-1") is RunStatus.ENDED
    runs.start("a-1", '{"request_id": "a"}')
    assert runs.status("a-1") is RunStatus.ENDED


def test_what_does_not_answer_is_unavailable(machine: Machine) -> None:
    runs = Executions(client("stepfunctions"), machine.arn + "-of-nobody")
    with pytest.raises(Unavailable):
        runs.start("a-1", "{}")

    class Deaf:
        def __getattr__(self, name: str) -> Any:
            from botocore.exceptions import EndpointConnectionError

            def call(**request: Any) -> Any:
                raise EndpointConnectionError(endpoint_url="http://127.0.0.1")

            return call

    deaf = Executions(Deaf(), machine.arn)
    for call in (lambda: deaf.start("a", "{}"), lambda: deaf.status("a"), lambda: deaf.answer("t", "due")):
        with pytest.raises(Unavailable):
            call()


def test_the_way_through_step_functions(living: Living, daniyar: Person, machine: Machine) -> None:
    """From the message to the answered run; and a run that was stopped by hand is followed by the next, once."""
    runs = Executions(client("stepfunctions"), machine.arn)
    living.runs = runs  # type: ignore[assignment]
    request = living.suppressed(daniyar)
    living.verify(request, machine.token(request.execution), request.execution)
    living.says(daniyar, "confirm", request.id)
    output = json.loads(machine.ended(request.execution)["output"])
    assert output["wait"] == {"outcome": "verified"}
    assert set(output) == {"request_id", "subject_ref", "deadline", "wait"}

    living.desk.now += MONITOR_AFTER  # its run has ended, and the request is not over
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: watch(living), range(4)))
    row = living.read(request.id)
    assert row.run == 2 and runs.status(row.execution) is RunStatus.RUNS
    assert runs.status(f"{request.id}-3") is RunStatus.NEVER
    token = machine.token(row.execution)
    machine.states.stop_execution(executionArn=f"{machine.arn.replace('stateMachine', 'execution')}:{row.execution}")
    living.desk.now += MONITOR_AFTER
    watch(living)
    assert runs.status(f"{request.id}-3") is RunStatus.RUNS
    assert living.verify(row, token, row.execution) == "stale"
    wake = ResumeWorkflow(living.store, runs, living.told, living.clock)
    wake(request.id)
    assert living.read(request.id).run == 3
    assert AnswerWaitingRun(living.store, runs, living.told, living.clock)(living.read(request.id)).value == "waits"
