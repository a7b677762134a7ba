"""The definition of the workflow that destroys a person's data: what must hold in every state, read from the file."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN, Wait, outcome
from infra import alarms, erasure_grants
from infra.definitions import HERE
from infra.merge import read_config
from local.aws.template import PROJECT, built_template

Json = dict[str, Any]
DEFINITION: Json = json.loads((HERE / "erasure.asl.json").read_text(encoding="utf-8"))
STATES: dict[str, Json] = DEFINITION["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
WAITS = {
    "VerifyIdentity": Wait.IDENTITY,
    "Decide": Wait.DECISION,
    "Tell": Wait.TELLING,
    "CoolingOff": Wait.COOLING_OFF,
    "Settle": Wait.DRAIN,
    "AwaitDelivery": Wait.DELIVERY,
    "AwaitDeliveryOfAnswer": Wait.DELIVERY,
    "WaitBackups": Wait.BACKUPS,
}
TOKEN = "$$.Task.Token"


def function(state: Json) -> str:
    """The logical id of the function that a task calls."""
    named = re.fullmatch(r"\$\{(\w+)Arn\}", state["Parameters"]["FunctionName"])
    assert named
    return named.group(1)


def nexts(state: Json) -> set[str]:
    """The states that may follow."""
    found = {state[word] for word in ("Next", "Default") if word in state}
    return found | {one["Next"] for word in ("Choices", "Catch") for one in state.get(word, ())}


def reached(start: str, without: frozenset[str] = frozenset()) -> set[str]:
    """Every state that may follow `start`, itself included, by ways that pass none of `without`."""
    found, new = set[str](), {start} - without
    while new:
        found |= new
        new = {after for name in new for after in nexts(STATES[name])} - found - without
    return found


def paths(node: Any) -> Iterator[tuple[str, Any]]:
    """What a payload takes from the run: names that end in ".$", with their paths."""
    for name, value in node.items():
        if isinstance(value, dict):
            yield from paths(value)
        else:
            yield name, value


def test_every_state_is_reached_and_none_is_named_that_is_not_there() -> None:
    assert reached(DEFINITION["StartAt"]) == STATES.keys()


def test_every_function_of_the_workflow_is_called_and_no_other() -> None:
    called = {function(state) for state in TASKS.values()}
    assert called == {one.logical_id for one in erasure_grants.TASKS}
    machine = built_template()["Resources"]["ErasureMachine"]["Properties"]
    assert json.loads(machine["DefinitionString"]) == DEFINITION
    assert machine["DefinitionSubstitutions"] == {f"{one}Arn": {"Fn::GetAtt": [one, "Arn"]} for one in called}
    role = built_template()["Resources"]["ErasureMachineRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    (invoke,) = [one for one in role["Statement"] if one["Action"] == ["lambda:InvokeFunction"]]
    assert {one["Fn::GetAtt"][0] for one in invoke["Resource"]} == called


@pytest.mark.parametrize("name", TASKS)
def test_a_task_ends_in_time_tries_again_apart_from_others_and_calls_a_person_when_it_cannot(name: str) -> None:
    state = TASKS[name]
    hard, soft = state["Retry"]
    assert set(hard["ErrorEquals"]) >= {"TaskFailed"} and hard["MaxAttempts"] == 0, "a defect is not tried again"
    assert ("States.Timeout" in hard["ErrorEquals"]) is (name in WAITS), "a wait that timed out is not waited again"
    assert soft["ErrorEquals"] == ["States.ALL"] and soft["JitterStrategy"] == "FULL"
    assert soft["MaxAttempts"] >= 5 and soft["BackoffRate"] > 1 and soft["MaxDelaySeconds"] <= 300
    if name == "Escalate":
        assert "Catch" not in state, "when nobody can be called the run fails by itself, and its own alarm rings"
    else:
        assert state["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Escalate"}]
    sized = read_config(PROJECT)["stages"]["package"]["lambda_functions"]
    given = {one.logical_id: sized[one.name]["lambda_timeout"] for one in erasure_grants.TASKS}
    assert state["TimeoutSeconds"] > given[function(state)], "the function's own end comes first, with its error"


def test_a_failure_is_never_a_success() -> None:
    ends = {name for name, state in STATES.items() if state["Type"] in ("Succeed", "Fail")}
    assert ends == {"Complete", "Ended", "Kept", "Failed"}
    assert STATES["Failed"]["Type"] == "Fail"
    assert reached("Escalate") == {"Escalate", "Failed"}
    assert reached("Unforeseen") == {"Unforeseen", "Escalate", "Failed"}


def test_success_comes_through_the_last_task_of_each_way_alone() -> None:
    start = DEFINITION["StartAt"]
    assert "Complete" not in reached(start, frozenset({"FinalCertificate"}))
    assert "Kept" not in reached(start, frozenset({"FinalCertificate"})), "the rest is gone, in backups too"
    assert "Ended" not in reached(start, frozenset({"CloseBoxOfAnswer", "OptOutNotify"}))
    assert {name for name, state in STATES.items() if "Complete" in nexts(state)} == {"FinallyGone"}
    assert {"Variable": "$.found.outcome", "StringEquals": "final", "Next": "Complete"} in STATES["FinallyGone"][
        "Choices"
    ]
    assert {name for name, state in STATES.items() if "Ended" in nexts(state)} == {
        "CloseBoxOfAnswer", "OptOutNotify",
    }  # fmt: skip
    assert reached("OptOutCertificate") == {"OptOutCertificate", "OptOutNotify", "Ended", "Escalate", "Failed"}
    assert reached("FreezeInventory").isdisjoint({"Finish", "Ended"}), "what began to be destroyed is not called off"
    assert nexts(STATES["Fenced"]) == {"FreezeInventory", "FreezePart", "CoolingOff", "Unforeseen"}, (
        "a fence that is held closes nothing"
    )


IN_ORDER = (
    "SoftSuppress", "VerifyIdentity", "Tell", "CoolingOff", "HardSuppress", "FreezeInventory", "DestroyKey",
    "EraseStores", "Settle", "SweepAgain", "VerifyAbsence", "Certificate", "Notify", "AwaitDelivery", "CloseBox",
    "WaitBackups", "FinalCertificate", "Complete",
)  # fmt: skip


def test_no_step_is_passed_by() -> None:
    """Without any one of them the end is not reached; and each comes after the one before."""
    start = DEFINITION["StartAt"]
    for place, name in enumerate(IN_ORDER):
        same = {"FreezePart"} if name == "FreezeInventory" else set()  # the same task, before a part is kept
        without = reached(start, frozenset({name, *same}))
        decided = {"Tell"} if name == "VerifyIdentity" else set()  # there is the colleague's way, too
        assert without.isdisjoint({*IN_ORDER[place:]} - decided) or name == "VerifyIdentity", name
    assert nexts(STATES["Decided"]) == {"Tell", "Finish", "Decide", "Unforeseen"}


def test_a_part_is_kept_before_the_key_goes_and_its_end_is_proved_like_the_rest() -> None:
    assert nexts(STATES["FreezePart"]) == {"KeepPart", "Escalate"}
    assert function(STATES["FreezePart"]) == function(STATES["FreezeInventory"])
    assert nexts(STATES["PartKept"]) == {"KeepPart", "DestroyKey", "Unforeseen"}
    assert nexts(STATES["FinallyGone"]) == {"Complete", "WaitBackups", "Kept", "DestroyPartKey", "Unforeseen"}
    for passed_by in ("ErasePart", "VerifyAbsence", "WaitBackups", "FinalCertificate"):
        assert "Complete" not in reached("DestroyPartKey", frozenset({passed_by})), passed_by


DESTROYING = (
    "HardSuppress", "FreezeInventory", "DestroyKey", "EraseStores", "SweepAgain", "FreezePart", "KeepPart",
    "DestroyPartKey",
)  # fmt: skip


@pytest.mark.parametrize("passed_by", ["Tell", "Told", "CoolingOff", "CooledOff"])
def test_nothing_is_destroyed_before_the_person_was_told_and_had_time_to_think_again(passed_by: str) -> None:
    """Whatever way a run takes, also the colleagues' and the one around a limit that has passed."""
    assert reached(DEFINITION["StartAt"], frozenset({passed_by})).isdisjoint(DESTROYING)
    branches = {
        name: {one["StringEquals"]: one["Next"] for one in STATES[name]["Choices"]} for name in ("Told", "CooledOff")
    }
    stopped = {"cancelled": "Finish", "refused": "Finish"}
    assert branches == {"Told": {"told": "CoolingOff", **stopped}, "CooledOff": {"due": "HardSuppress", **stopped}}
    assert {name for name, state in STATES.items() if "CoolingOff" in nexts(state)} == {"Told", "Fenced"}


def test_a_limit_that_passes_leads_back_to_the_decision_and_destroys_nothing() -> None:
    (overdue,) = [one for one in STATES["Decided"]["Choices"] if one["StringEquals"] == "overdue"]
    assert overdue["Next"] == "Decide"


@pytest.mark.parametrize("name", TASKS)
def test_only_ids_words_and_tokens_pass_through_step_functions(name: str) -> None:
    state = TASKS[name]
    payload = state["Parameters"]["Payload"]
    allowed = {"request_id.$": "$.request_id", "token.$": TOKEN, "execution.$": "$$.Execution.Name"}
    if name == "Escalate":
        allowed |= {"error.$": "$.error.Error", "cause.$": "$.error.Cause"}
    if function(state) == "EraseStores":
        allowed |= {"pass": {"SweepAgain": "sweep", "ErasePart": "part"}.get(name, "erase")}
    if name == "DestroyPartKey":
        allowed |= {"pass": "part"}
    taken = dict(paths(payload))
    assert taken.items() <= allowed.items(), "nothing else, and least of all the whole input"
    assert taken["request_id.$"] == "$.request_id"
    assert "InputPath" not in state and "OutputPath" not in state
    if state["ResultPath"] is None:
        return  # nothing of the answer is kept
    if name in WAITS:
        assert state["ResultPath"] == "$.wait"
    else:
        assert state["ResultSelector"] in ({"more.$": "$.Payload.more"}, {"outcome.$": "$.Payload.outcome"})
        assert state["ResultPath"] == "$.found"


def test_execution_data_is_not_logged_and_not_traced() -> None:
    machine = built_template()["Resources"]["ErasureMachine"]["Properties"]
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["StateMachineType"] == "STANDARD" and "TracingConfiguration" not in machine


def test_waits_are_tokens_and_nothing_else_has_one() -> None:
    tokens = {name for name, state in TASKS.items() if state["Resource"].endswith(":lambda:invoke.waitForTaskToken")}
    assert tokens == WAITS.keys()
    assert {name for name, state in TASKS.items() if TOKEN in json.dumps(state)} == tokens
    assert {state["Resource"] for name, state in TASKS.items() if name not in tokens} == {
        "arn:aws:states:::lambda:invoke"
    }
    assert "Wait" not in {state["Type"] for state in STATES.values()}, "the desk's clock moves, a machine's does not"


def test_a_wait_may_last_as_long_as_it_should() -> None:
    day = 86_400
    # At least a day more than the longest: 48 h to confirm, 23 h for the answer to arrive.
    for name in ("VerifyIdentity", "AwaitDelivery", "AwaitDeliveryOfAnswer"):
        assert STATES[name]["TimeoutSeconds"] >= 3 * day > DELIVER_WITHIN / 1000
    # 15 working days from receipt, with every holiday in between; who is hard to reach is told by letter; the time to
    # think again may be held as long; backups are looked at daily from the 15th day on.
    for name in ("Decide", "Tell", "CoolingOff", "WaitBackups"):
        assert STATES[name]["TimeoutSeconds"] >= 40 * day
    way = sum(state["TimeoutSeconds"] for name, state in TASKS.items() if name in WAITS and name != "WaitBackups")
    assert DEFINITION["TimeoutSeconds"] >= 90 * day > 15 * day + way / 4


def request(wait: Wait, *steps: Step) -> Request:
    return Request(
        id="a", kind="withdrawal", state="", source="bot", contact_id="", conversation_id="", channel="", account="",
        language="", received_at=0, deadline_at=0, alarm_at=0, due_at=10, waits=str(wait),
        steps=dict.fromkeys(map(str, steps), 1),
    )  # fmt: skip


@pytest.mark.parametrize("name", WAITS)
def test_every_word_that_ends_a_wait_has_a_branch_and_every_branch_has_a_word(name: str) -> None:
    wait = WAITS[name]
    ways = [(), *((step,) for step in Step)]
    words = {outcome(request(wait, *steps), now) for steps in ways for now in (5, 15)} - {""}
    after = STATES[STATES[name]["Next"]]
    if after["Type"] != "Choice":
        assert words == {"due"}, "where all words lead the same way there is one word"
        return
    assert after["Default"] == "Unforeseen"
    assert {one["Variable"] for one in after["Choices"]} == {"$.wait.outcome"}
    assert {one["StringEquals"] for one in after["Choices"]} == words


ANSWERS = {"Suppressed": "pause_outreach", "Fenced": "block_writes", "Erased": "erase_stores", "Swept": "erase_stores",
           "AbsenceVerified": "verify_absence", "FinallyGone": "completion_certificate",
           "PartKept": "keep_part", "PartErased": "erase_stores"}  # fmt: skip


def test_every_answer_of_a_task_has_a_branch() -> None:
    choices = {name for name, state in STATES.items() if state["Type"] == "Choice"}
    waited = {STATES[name]["Next"] for name in WAITS} & choices
    assert choices == waited | ANSWERS.keys()
    for name, module in ANSWERS.items():
        code = (PROJECT / "chalicelib" / "erasure" / "tasks" / f"{module}.py").read_text(encoding="utf-8")
        branches = {one.get("StringEquals", one.get("BooleanEquals")) for one in STATES[name]["Choices"]}
        if module in ("erase_stores", "keep_part"):
            assert branches == {True, False} and 'return {"more": ' in code
        else:
            assert branches == set(re.findall(r'return \{"outcome": "(\w+)"\}', code)), name
        assert STATES[name]["Default"] == "Unforeseen"


# -- alarms


def runbook(name: str) -> str:
    return (PROJECT / "docs" / "runbooks" / f"{name}.md").read_text(encoding="utf-8")


def test_every_bad_end_of_a_run_and_every_late_request_wakes_somebody() -> None:
    ours = {one.metric: one for one in alarms.alarms() if one.runbook.startswith("erasure-")}
    assert {name for name, one in ours.items() if one.namespace == alarms.NAMESPACE} == {
        "ErasureEscalated", "ErasurePastTarget", "ErasureNearDeadline", "ErasureUntold", "ErasureBreach",
    }  # fmt: skip
    assert {name for name, one in ours.items() if one.namespace == "AWS/States"} == {
        "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted",
    }  # fmt: skip
    for name, alarm in ours.items():
        assert (alarm.above, alarm.page) == (0, True), "once is enough"
        if alarm.namespace == "AWS/States":
            assert alarm.dimensions == {"StateMachineArn": {"Ref": "ErasureMachine"}}, name
    # The sweeper counts all late requests anew each minute: a sum over a period would count one several times.
    late = ("ErasurePastTarget", "ErasureNearDeadline", "ErasureUntold", "ErasureBreach")
    assert {ours[name].statistic for name in late} == {"Maximum"}
    assert STATES["Failed"]["Cause"].endswith("See docs/runbooks/erasure-escalated.md.")
    for name in {one.runbook for one in ours.values()}:
        assert "<stack>-erasure" in runbook(name) or "Privacy" in runbook(name)


def test_a_refused_message_alarms_nobody_and_a_failed_task_alarms_once() -> None:
    """`Fenced` is counted for who looks; a repeated webhook of an erased person is what the fence is for."""
    assert not [one for one in alarms.alarms() if one.metric == "Fenced"]
    code = [path.read_text(encoding="utf-8") for path in Path(PROJECT / "chalicelib").rglob("*.py")]
    assert any('count("Fenced"' in text for text in code)
    watched = {str(one.dimensions.get("FunctionName", "")) for one in alarms.alarms() if one.metric == "Errors"}
    assert not [task.name for task in erasure_grants.TASKS if str({"Ref": task.logical_id}) in watched]
    assert str({"Ref": "Privacy"}) in watched


def test_words_of_failure_in_the_runbook_are_those_that_a_person_meets() -> None:
    named = set(re.findall(r"`(\w+)`", runbook("erasure-escalated")))
    given = {STATES["Unforeseen"]["Result"]["Error"]}
    code = (PROJECT / "chalicelib" / "erasure" / "tasks" / "verify_absence.py").read_text(encoding="utf-8")
    assert 'TaskFailed("still_found")' in code
    assert {*given, "still_found"} <= named
