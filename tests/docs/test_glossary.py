"""The glossary's table of tasks is the one of the state machine."""

import re

from infra import erasure_grants
from infra.definitions import load
from tests.support.project import PROJECT

ROW = re.compile(r"^\| ([A-Z]\w+)[^|]*\| `(\w+)` \| ([\w, ]+) \|$", re.MULTILINE)
ROWS = ROW.findall((PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8"))


def test_every_task_of_the_machine_is_listed_with_its_function() -> None:
    called = {
        name: re.sub(r"(?<!^)(?=[A-Z])", "_", state["Parameters"]["FunctionName"][2:-4]).lower()
        for name, state in load("erasure.asl")["States"].items()
        if state["Type"] == "Task"
    }
    assert {state: function for _, function, states in ROWS for state in states.split(", ")} == called


def test_every_function_of_the_workflow_is_listed() -> None:
    assert {function for _, function, _ in ROWS} == {task.name for task in erasure_grants.TASKS}


def test_every_task_is_a_file_of_its_room() -> None:
    files = {re.sub("_", "", file.stem) for file in (PROJECT / "chalicelib" / "erasure" / "tasks").glob("*.py")}
    assert {task.lower() for task, _, _ in ROWS} <= files
