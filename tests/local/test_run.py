"""The whole local run, as `make run` starts it."""

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from local import seed
from local.aws.ministack import REGION
from local.aws.stack import NAME
from tests.support.project import PROJECT
from tests.support.running import RunningDesk, start_desk


def whatsapp_text(desk: RunningDesk, text: str, number: str = "77011112233") -> bytes:
    """A text of Amina's as WhatsApp would send it now, by the desk's clock; every call is another message."""
    wamid = "wamid." + base64.b64encode(b"\x08\x1c" + number.encode() + os.urandom(12)).decode()
    message = {
        "from": number,
        "id": wamid,
        "timestamp": str(int(httpx.get(f"{desk.phones_url}/clock").json()["epoch"])),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "77000000000", "phone_number_id": "100000000000001"},
        "contacts": [{"profile": {"name": "Амина"}, "wa_id": number}],
        "messages": [message],
    }
    entry = {"id": "100000000000900", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()


def post_signed(desk: RunningDesk, body: bytes, secret: bytes = b"local-whatsapp-app-secret") -> httpx.Response:
    signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    return httpx.post(f"{desk.url}/webhooks/whatsapp", content=body, headers=headers, timeout=30)


def until(met: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.05)


def as_function(desk: RunningDesk, name: str, service: str) -> object:
    """A client with the rights of one function's role and no others."""
    role = desk.client("lambda").get_function_configuration(FunctionName=f"{NAME}-{name}")["Role"]
    got = desk.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=desk.aws_url,
        region_name=REGION,
        aws_access_key_id=got["AccessKeyId"],
        aws_secret_access_key=got["SecretAccessKey"],
        aws_session_token=got["SessionToken"],
    )


def test_says_what_it_does_and_when_it_is_ready(desk: RunningDesk) -> None:
    said = desk.log.read_text(encoding="utf-8")
    assert "in memory only" in said
    assert desk.url in said and desk.phones_url in said and desk.aws_url in said
    assert f"127.0.0.1:{desk.smtp_port}" in said


def test_healthz_answers_json_once_all_is_ready(desk: RunningDesk) -> None:
    got = httpx.get(f"{desk.url}/healthz")
    assert got.status_code == 200
    assert isinstance(got.json(), dict)


def test_unknown_path_is_404(desk: RunningDesk) -> None:
    assert httpx.get(f"{desk.url}/no/such/page").status_code == 404


def test_body_over_ten_megabytes_is_413(desk: RunningDesk) -> None:
    got = httpx.post(f"{desk.url}/webhooks/whatsapp", content=b"x" * (10 * 1024 * 1024 + 1), timeout=30)
    assert got.status_code == 413


def test_seeded_accounts_sign_in_with_the_local_password(desk: RunningDesk) -> None:
    cognito = desk.client("cognito-idp")
    stack = {
        one["OutputKey"]: one["OutputValue"]
        for one in desk.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]["Outputs"]
    }
    for account in seed.ACCOUNTS:
        got = cognito.admin_initiate_auth(
            UserPoolId=stack["UserPoolId"],
            ClientId=stack["UserPoolClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": account.email, "PASSWORD": seed.PASSWORD},
        )
        assert "AuthenticationResult" in got


def test_only_the_newcomer_has_not_signed_the_undertaking(desk: RunningDesk) -> None:
    rows = desk.client("dynamodb").query(
        TableName=f"{NAME}-desk",
        KeyConditionExpression="pk = :staff",
        ExpressionAttributeValues={":staff": {"S": "staff"}},
    )["Items"]
    unsigned = [row["email"]["S"] for row in rows if "undertaking_at" not in row]
    assert len(rows) == len(seed.ACCOUNTS)
    assert unsigned == ["newcomer@desk.local"]


def test_a_signed_webhook_is_stored_and_an_unsigned_one_is_not(desk: RunningDesk) -> None:
    def messages() -> int:
        items = desk.client("dynamodb").scan(TableName=f"{NAME}-desk")["Items"]
        return sum(item["sk"]["S"].startswith("message#") and item["direction"]["S"] == "in" for item in items)

    before = messages()
    assert post_signed(desk, whatsapp_text(desk, "Сәлеметсіз бе"), secret=b"wrong").status_code in (401, 403)
    assert messages() == before
    assert post_signed(desk, whatsapp_text(desk, "Сәлеметсіз бе")).status_code == 200
    assert messages() == before + 1


def test_a_customer_gets_the_notice_and_the_desk_learns_that_it_was_read(desk: RunningDesk) -> None:
    httpx.delete(f"{desk.phones_url}/sent")
    number = "77015556677"
    assert post_signed(desk, whatsapp_text(desk, "Сәлеметсіз бе", number)).status_code == 200

    def sent() -> list[dict[str, str]]:
        return [one for one in httpx.get(f"{desk.phones_url}/sent").json()["items"] if one["to"] == number]

    def read() -> bool:
        items = desk.client("dynamodb").scan(TableName=f"{NAME}-desk")["Items"]
        return any(item.get("status", {}).get("S") == "read" for item in items)

    until(lambda: len(sent()) == 1)
    until(read)


def test_iam_is_enforced_intake_cannot_read(desk: RunningDesk) -> None:
    dynamodb = as_function(desk, "intake", "dynamodb")
    for table in ("desk", "keys"):
        with pytest.raises(ClientError, match="AccessDenied"):
            dynamodb.scan(TableName=f"{NAME}-{table}")  # type: ignore[attr-defined]
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.get_item(TableName=f"{NAME}-keys", Key={"pk": {"S": "x"}})  # type: ignore[attr-defined]
    with pytest.raises(ClientError, match="AccessDenied"):
        as_function(desk, "intake", "secretsmanager").get_secret_value(SecretId=f"{NAME}/vault")  # type: ignore[attr-defined]


def test_vault_key_opens_for_its_purpose_only(desk: RunningDesk) -> None:
    vault = json.loads(desk.client("secretsmanager").get_secret_value(SecretId=f"{NAME}/vault")["SecretString"])
    wrapped = base64.b64decode(vault["keys"][0]["wrapped"])
    opened = as_function(desk, "sender", "kms").decrypt(  # type: ignore[attr-defined]
        CiphertextBlob=wrapped, EncryptionContext={"purpose": "vault"}
    )
    assert len(opened["Plaintext"]) == 32
    with pytest.raises(ClientError):
        as_function(desk, "intake", "kms").decrypt(  # type: ignore[attr-defined]
            CiphertextBlob=wrapped, EncryptionContext={"purpose": "vault"}
        )


def test_what_cloudformation_drops_is_set(desk: RunningDesk) -> None:
    dynamodb = desk.client("dynamodb")
    for table, attribute in (("desk", "gone_at"), ("index", "expires_at")):
        ttl = dynamodb.describe_time_to_live(TableName=f"{NAME}-{table}")["TimeToLiveDescription"]
        assert (ttl["AttributeName"], ttl["TimeToLiveStatus"]) == (attribute, "ENABLED")
    for table, wanted in {
        "desk": "ENABLED",
        "keys": "ENABLED",
        "ledger": "ENABLED",
        "index": "DISABLED",
    }.items():
        backups = dynamodb.describe_continuous_backups(TableName=f"{NAME}-{table}")["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == wanted


def test_planned_faults_reach_the_functions_and_end(desk: RunningDesk) -> None:
    fault = {
        "channel": "dynamodb",
        "times": 100,
        "match": "TransactWriteItems",
        "error": "InternalServerError",
    }
    assert httpx.post(f"{desk.phones_url}/faults", json=fault).status_code == 200
    try:
        assert post_signed(desk, whatsapp_text(desk, "Алло")).status_code >= 500
    finally:
        httpx.delete(f"{desk.phones_url}/faults")
    assert post_signed(desk, whatsapp_text(desk, "Алло")).status_code == 200


def test_a_killed_process_is_replaced(desk: RunningDesk) -> None:
    fault = {"channel": "lambda:intake", "n": 2, "when": "before"}
    assert httpx.post(f"{desk.phones_url}/faults", json=fault).status_code == 200
    assert post_signed(desk, whatsapp_text(desk, "Есть кто?")).status_code >= 500
    assert httpx.get(f"{desk.phones_url}/faults").json()["items"] == []
    assert post_signed(desk, whatsapp_text(desk, "Есть кто?")).status_code == 200


def test_the_clock_walks_and_returns_when_all_is_quiet(desk: RunningDesk) -> None:
    before = httpx.get(f"{desk.phones_url}/clock").json()["epoch"]
    got = httpx.post(f"{desk.phones_url}/clock", json={"advance_seconds": 2 * 3600}, timeout=120)
    assert got.status_code == 200, got.text
    after = httpx.get(f"{desk.phones_url}/clock").json()["epoch"]
    assert 7200 <= after - before < 7300


@pytest.mark.parametrize("name", ["PORT", "AWS_PORT", "PHONES_PORT", "SMTP_PORT"])
def test_a_port_in_use_is_one_clear_line(name: str) -> None:
    free = {"PORT": "18999", "AWS_PORT": "18998", "PHONES_PORT": "18997", "SMTP_PORT": "18996"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "-m", "local.run"],
            cwd=PROJECT,
            env=os.environ | free | {name: str(port)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert run.returncode == 1
    assert re.search(rf"^Port {port} is in use\. .*{name}=", run.stderr, re.MULTILINE)
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_kept_data_is_there_after_a_restart_which_is_quick_and_work_goes_on(tmp_path: Path) -> None:
    kept, started = f"{tmp_path}/kept", time.monotonic()
    with start_desk(tmp_path / "first.log", PERSIST=kept) as first:
        took = time.monotonic() - started
        assert post_signed(first, whatsapp_text(first, "Сәлем")).status_code == 200
        until(lambda: len(sent_by(first)) == 1)
    started = time.monotonic()
    with start_desk(tmp_path / "second.log", PERSIST=kept) as second:
        assert time.monotonic() - started < 2 * took
        items = second.client("dynamodb").scan(TableName=f"{NAME}-desk")["Items"]
        assert any(item["sk"]["S"].startswith("message#") for item in items)
        assert post_signed(second, whatsapp_text(second, "Тағы да сәлем", "77011112244")).status_code == 200
        until(lambda: len(sent_by(second)) == 1)


def sent_by(desk: RunningDesk) -> list[object]:
    """The calls that this run has made to WhatsApp."""
    items: list[object] = httpx.get(f"{desk.phones_url}/sent?channel=whatsapp").json()["items"]
    return items


@pytest.mark.slow
def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    with start_desk(tmp_path / "run.log", TMPDIR=str(folder)) as running:
        port = running.aws_url.rpartition(":")[2]
        running.stop()
    assert list(folder.iterdir()) == []
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    assert "ministack-lambda-desk" not in found or port not in found
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0
