"""Planned faults, played in a process as Lambda would run it: a fresh one with the hooks on its path."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.aws.ministack import CREDENTIALS, REGION
from local.faults.aws_plan import HOOKS, AwsFaultPlan
from tests.support.aws import Aws, tables_at

PUT = """
import boto3, json, sys
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
said = []
for n in range(%d):
    try:
        client.put_item(TableName=sys.argv[1], Item={"pk": {"S": str(n)}, "sk": {"S": "x"}})
        said.append("ok")
    except ClientError as error:
        said.append(error.response["Error"]["Code"])
    except BotoCoreError as error:
        said.append(type(error).__name__)
    print(json.dumps(said), flush=True)
"""


@pytest.fixture(scope="module")
def dynamodb_endpoint(aws: Aws) -> Iterator[str]:
    """The embedded AWS itself: the processes that fail here are others."""
    with tables_at(aws.endpoint) as endpoint:
        yield endpoint


@pytest.fixture
def faults(tmp_path: Path) -> AwsFaultPlan:
    return AwsFaultPlan(tmp_path / "faults.json")


def play(code: str, table: str, folder: Path, aws: Aws, function: str = "desk-sender") -> tuple[int, list[str]]:
    """Run code as a Lambda process; returns its exit status and the last list that it printed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | CREDENTIALS
    env |= {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "FAULTS_FILE": str(folder / "faults.json"),
        "PYTHONPATH": str(HOOKS),
    }
    run = subprocess.run([sys.executable, "-c", code, table], env=env, capture_output=True, text=True, timeout=60)
    lines = run.stdout.strip().splitlines()
    assert lines or run.returncode, run.stderr
    return run.returncode, json.loads(lines[-1]) if lines else []


def rows(aws: Aws, table: str) -> int:
    count: int = aws.client("dynamodb").scan(TableName=table)["Count"]
    return count


def test_nothing_planned_changes_nothing(aws: Aws, tables: Mapping[str, str], tmp_path: Path) -> None:
    assert play(PUT % 2, tables["desk"], tmp_path, aws) == (0, ["ok", "ok"])


def test_matching_calls_fail_as_often_as_planned(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan
) -> None:
    faults.add({"channel": "dynamodb", "times": 2, "match": "PutItem", "error": "ThrottlingException"})
    faults.add({"channel": "dynamodb", "times": 1, "match": "GetItem", "error": "InternalServerError"})
    assert play(PUT % 3, tables["desk"], tmp_path, aws) == (
        0,
        ["ThrottlingException", "ThrottlingException", "ok"],
    )
    assert [one["match"] for one in faults.all()] == ["GetItem"]
    assert rows(aws, tables["desk"]) == 1


def test_a_failed_call_may_have_been_done(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan
) -> None:
    faults.add({"channel": "dynamodb", "times": 1, "match": "PutItem", "timeout": 0.01, "accept": True})
    assert play(PUT % 1, tables["desk"], tmp_path, aws) == (0, ["ReadTimeoutError"])
    assert rows(aws, tables["desk"]) == 1


@pytest.mark.parametrize(("when", "written"), [("before", 1), ("after", 2)])
def test_a_process_dies_before_or_after_its_second_call(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan, when: str, written: int
) -> None:
    faults.add({"channel": "lambda:sender", "n": 2, "when": when, "times": 1})
    assert play(PUT % 3, tables["desk"], tmp_path, aws) == (70, ["ok"])
    assert rows(aws, tables["desk"]) == written
    assert faults.all() == []
    assert play(PUT % 3, tables["desk"], tmp_path, aws) == (0, ["ok", "ok", "ok"])


def test_a_share_of_the_calls_fails_and_a_process_dies_by_chance(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan
) -> None:
    faults.add({"channel": "dynamodb", "times": 1000, "match": "PutItem", "error": "Throttled", "share": 0.5})
    status, said = play(PUT % 60, tables["desk"], tmp_path, aws)
    assert status == 0 and 10 < said.count("Throttled") < 50 and said.count("ok") == 60 - said.count("Throttled")
    assert faults.all()[0]["times"] == 1000 - said.count("Throttled")
    faults.clear()
    faults.add({"channel": "lambda:sender", "times": 1000, "when": "after", "share": 0.5})
    status, said = play(PUT % 60, tables["desk"], tmp_path, aws)
    assert status == 70 and rows(aws, tables["desk"]) >= len(said) + 1
    assert faults.all()[0]["times"] == 999


TASK = """
import boto3, json, sys
from chalice.app import LambdaFunction
client, said = boto3.client("dynamodb"), []
def work(event, context):
    for n in range(3):
        row = {"pk": {"S": event["request_id"] + str(n)}, "sk": {"S": "x"}}
        client.get_item(TableName=sys.argv[1], Key=row)
        client.put_item(TableName=sys.argv[1], Item=row)
        try:
            client.put_item(TableName=sys.argv[1], Item=row, ConditionExpression="attribute_not_exists(pk)")
        except client.exceptions.ConditionalCheckFailedException:
            pass
for name in ("Amina", "Daniyar"):
    LambdaFunction(work, "work", "app.work")({"request_id": name}, None)
    print(json.dumps(said := [*said, name]), flush=True)
"""


@pytest.mark.parametrize(("when", "written"), [("before", 4), ("after", 5)])
def test_a_process_dies_at_a_write_of_the_invocation_that_is_meant(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan, when: str, written: int
) -> None:
    faults.add({"channel": "lambda:sender", "n": 2, "when": when, "match": '"Daniyar"', "writes": True})
    assert play(TASK, tables["desk"], tmp_path, aws) == (70, ["Amina"])
    assert rows(aws, tables["desk"]) == written
    assert play(TASK, tables["desk"], tmp_path, aws) == (0, ["Amina", "Daniyar"])


def test_another_function_lives_on(aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan) -> None:
    faults.add({"channel": "lambda:api_handler", "n": 1, "times": 1})
    assert play(PUT % 1, tables["desk"], tmp_path, aws)[0] == 0
    assert play(PUT % 1, tables["desk"], tmp_path, aws, function="desk-api-handler")[0] == 70


def test_calls_of_providers_count_too(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan
) -> None:
    faults.add({"channel": "lambda:sender", "n": 3, "when": "before", "times": 1})
    code = f"""
import httpx, requests
httpx.get({aws.endpoint!r} + "/_ministack/health"); print('["httpx"]', flush=True)
requests.get({aws.endpoint!r} + "/_ministack/health"); print('["requests"]', flush=True)
httpx.get({aws.endpoint!r} + "/_ministack/health"); print('["too far"]', flush=True)
"""
    assert play(code, "", tmp_path, aws) == (70, ["requests"])


def test_a_cancelled_transaction_has_a_reason_for_each_item(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan
) -> None:
    faults.add({"channel": "dynamodb", "times": 1, "error": "TransactionConflict", "match": "TransactWriteItems"})
    code = """
import boto3, json, sys
from botocore.exceptions import ClientError
put = {"Put": {"TableName": sys.argv[1], "Item": {"pk": {"S": "1"}, "sk": {"S": "x"}}}}
try:
    boto3.client("dynamodb").transact_write_items(TransactItems=[put, put])
except ClientError as error:
    reasons = [one["Code"] for one in error.response["CancellationReasons"]]
    print(json.dumps([error.response["Error"]["Code"], *reasons]))
"""
    said = play(code, tables["desk"], tmp_path, aws)[1]
    assert said == ["TransactionCanceledException", "TransactionConflict", "None"]


def test_two_processes_share_the_times_of_a_fault(
    aws: Aws, tables: Mapping[str, str], tmp_path: Path, faults: AwsFaultPlan
) -> None:
    faults.add({"channel": "dynamodb", "times": 3, "error": "InternalServerError"})
    said = [play(PUT % 2, tables["desk"], tmp_path, aws)[1] for _ in range(2)]
    assert [one for part in said for one in part] == ["InternalServerError"] * 3 + ["ok"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"channel": "lambda:nobody"}, "no function nobody"),
        ({"channel": "dynamodb", "match": "("}, "regular expression"),
        ({"channel": "whatsapp"}, "not played here"),
    ],
)
def test_what_cannot_be_played_is_refused_and_changes_nothing(
    faults: AwsFaultPlan, fault: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        faults.add(fault)
    assert faults.all() == []


def test_clear_forgets_all(faults: AwsFaultPlan) -> None:
    faults.add({"channel": "kms", "times": 5})
    faults.clear()
    assert faults.all() == []
