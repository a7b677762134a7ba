"""Every function, every page and route and every command of ops runs from the deployment package alone.

`make test-package` runs this: the local run with PACKAGE gives Lambda processes the unzipped package and nothing of the
virtual environment.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests

import app
from chalicelib.web.http.routes_and_roles import API, PAGES
from infra.definitions import load
from infra.functions import FUNCTIONS
from local.aws.ministack import CREDENTIALS, REGION, create_tables
from local.aws.stack import function_name
from tests.support.e2e.playing import Play, eventually, new_phone
from tests.support.running import RunningDesk

PACKAGE = os.environ.get("PACKAGE", "")
pytestmark = [
    pytest.mark.skipif(not PACKAGE, reason="needs a package: make test-package"),
    pytest.mark.timeout(240),
]
MISSING = re.compile(
    "ModuleNotFoundError|ImportError|UnknownServiceError|DataNotFoundError|FileNotFoundError|UnknownRegionError"
)
"""Errors by which Python and botocore say that something is not in the package."""
BODY = json.dumps(dict.fromkeys(("conversation_id", "contact_id", "request_id", "ticket_id"), "a" * 20))
MESSAGE = {"messageId": "1", "body": BODY, "eventSource": "aws:sqs"}
RECORD = {
    "eventID": "1",
    "eventName": "INSERT",
    "eventSource": "aws:dynamodb",
    "dynamodb": {"Keys": {"pk": {"S": "c"}, "sk": {"S": "s"}}, "NewImage": {"pk": {"S": "c"}, "sk": {"S": "s"}}},
}
WORKFLOW = {"request_id": "a" * 20, "token": "t", "execution": "e", "error": {"Error": "E", "Cause": "{}"}}


def event_of(name: str) -> dict[str, Any]:
    """An event of the function's trigger about rows that do not exist."""
    (entry,) = [one for one in app.ENTRIES if one.name == name]
    if entry.trigger in (app.QUEUE, app.QUEUE_BY_TEN):
        return {"Records": [MESSAGE]}
    if entry.trigger is app.STREAM:
        return {"Records": [RECORD]}
    return {"time": "2026-11-29T00:00:00Z"} if entry.trigger is app.EVERY_MINUTE else WORKFLOW


def logged(desk: RunningDesk) -> dict[str, str]:
    """What each function has logged, by its log group."""
    logs = desk.client("logs")
    groups = [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
    return {one: "".join(e["message"] for e in logs.filter_log_events(logGroupName=one)["events"]) for one in groups}


@pytest.mark.parametrize("name", [entry.name for entry in app.ENTRIES])
def test_every_function_makes_its_clients_and_reads(desk: RunningDesk, name: str) -> None:
    answer = desk.client("lambda").invoke(FunctionName=function_name(name), Payload=json.dumps(event_of(name)))
    said = answer["Payload"].read().decode()
    assert not MISSING.search(said), said


def test_every_page_and_every_route_that_reads_answers(play: Play) -> None:
    phone, own = new_phone(), play.sign_in("supervisor@desk.local")
    assert play.whatsapp(play.text(phone, "Здравствуйте, где мой заказ?")).ok
    ticket = own.ticket_of(phone)
    home = requests.get(f"{play.desk.url}/dashboard", headers={"Cookie": f"desk={own.token}"}, timeout=60)
    assert home.status_code == 200 and "<html" in home.text, home.text
    for route in (*PAGES, *API):
        if route.method != "GET":
            continue
        path = re.sub("{.*?}", str(ticket["id"]), route.path)
        who = {"Cookie": f"desk={own.token}", "Authorization": f"Bearer {own.token}"}
        answer = requests.get(f"{play.desk.url}{path}", headers=who, timeout=60)
        assert answer.status_code < 500, (path, answer.text)
    privacy = play.sign_in("privacy@desk.local")
    for route in API:
        if route.method == "GET":
            path = re.sub("{.*?}", str(ticket["id"]), route.path).removeprefix("/api/v1/")
            assert privacy.call("GET", path).status_code < 500, path
    for route in (one for one in API if one.method != "GET" and "log" not in one.path and "/me" not in one.path):
        path = re.sub("{.*?}", "a" * 20, route.path).removeprefix("/api/v1/")
        assert own.call(route.method, path, {}).status_code < 500, path
    assert own.reply(ticket["id"], "Уже в пути.").ok
    eventually(lambda: "Уже в пути." in play.texts("whatsapp", phone))


def test_nothing_was_missing_anywhere(play: Play) -> None:
    said = logged(play.desk)
    assert len(said) >= len(FUNCTIONS)
    for group, text in said.items():
        assert not MISSING.search(text), group


def test_every_command_of_ops(desk: RunningDesk, tmp_path: Path) -> None:
    with zipfile.ZipFile(PACKAGE) as package:
        package.extractall(tmp_path)
    manager, name = desk.client("secretsmanager"), f"ops-{secrets.token_hex(4)}"
    manager.create_secret(Name=f"{name}/vault", SecretString="{}")
    manager.create_secret(Name=f"{name}/text-key", SecretString=json.dumps({"text_key": "A" * 43}))
    tables = create_tables(desk.aws_url, load("tables"), name)
    environment = {f"TABLE_{logical.upper()}": real for logical, real in tables.items()} | {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": desk.aws_url,
        "SECRET_VAULT": f"{name}/vault",
        "SECRET_TEXT_KEY": f"{name}/text-key",
        "VAULT_KEY_ARN": desk.client("kms").create_key()["KeyMetadata"]["Arn"],
    }
    run = "runpy.run_module('chalicelib.ops', run_name='__main__')"
    start = f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); {run}"
    bolat = ["--sub", "s" * 36, "--email", "bolat@desk.local", "--name", "Болат", "--role", "operator"]
    for command in (["vault-create"], ["vault-rotate"], ["vault-reseal"], ["vault-end"], ["staff-put", *bolat]):
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start, *command], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    (row,) = desk.client("dynamodb").scan(TableName=tables["desk"])["Items"]
    assert row["email"]["S"] == "bolat@desk.local"
