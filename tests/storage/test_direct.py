"""Intake's two calls go past the SDK's layers and are what the SDK would have made of them."""

import itertools
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from chalicelib.dynamo.clients import direct_client
from chalicelib.dynamo.direct import DirectClient
from tests.support import in_process
from tests.support.forgetting import forget_clients

ITEM = {
    "pk": {"S": "p"},
    "sk": {"S": "Амина"},
    "sealed": {"B": b"\x00\xff" * 40},
    "B": {"S": "an attribute of this name"},
    "more": {"L": [{"N": "1"}, {"BOOL": True}, {"M": {"B": {"B": b"\x01"}}}]},
}
KEY = {name: ITEM[name] for name in ("pk", "sk")}
_NUMBERS = itertools.count()
"""Clients with the same settings are shared in one process, with those who listen to them; here each is alone."""
SIGNED = "http://signed.in-this-process.invalid"
"""Here calls are signed before the tables of this process answer them."""
Answer = Callable[[Any], AWSResponse | None]


class Sdk:
    """A client of the SDK and one that is direct, by the same settings; `sent` are the requests of both."""

    def __init__(self, endpoint: str) -> None:
        session = botocore.session.get_session()
        retries = {"mode": "standard", "total_max_attempts": 3}
        config = Config(retries=retries, user_agent=f"ours/{next(_NUMBERS)}", connect_timeout=1, read_timeout=2)
        self.client = session.create_client("dynamodb", endpoint_url=endpoint, config=config)
        if endpoint == SIGNED:
            in_process.connect(self.client, signed=True)
        self.waits: list[int] = []
        self.direct = DirectClient(self.client, session.get_credentials(), True, self.waits.append)
        self.sent: list[Any] = []
        self.answers: list[Answer] = []
        self.client.meta.events.register_first("before-send.dynamodb", self._before)

    def _before(self, request: Any, **_: Any) -> AWSResponse | None:
        self.sent.append(request)
        return self.answers.pop(0)(request) if self.answers else None


def says(status: int, code: str = "", **more: Any) -> Answer:
    """Answer as DynamoDB does."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more} if code else {}

    return lambda request: AWSResponse(request.url, status, {}, in_process.Body(json.dumps(body).encode()))


@pytest.fixture
def sdk(tables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Sdk:
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # the SDK's own waits
    here = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    return Sdk(SIGNED if here == in_process.ENDPOINT else here)


@pytest.fixture
def put(tables: Mapping[str, str]) -> dict[str, Any]:
    """A transaction that puts a row where there is none."""
    body = {"TableName": tables["desk"], "Item": ITEM, "ConditionExpression": "attribute_not_exists(pk)"}
    return {"TransactItems": [{"Put": body}]}


# -- the same as the SDK


@pytest.mark.dynamodb
def test_what_is_written_and_read_is_what_the_sdk_writes_and_reads(
    sdk: Sdk, put: dict[str, Any], tables: Mapping[str, str]
) -> None:
    asked = {"TableName": tables["desk"], "Key": KEY, "ConsistentRead": True}
    assert sdk.direct.get_item(**asked).get("Item") is None
    sdk.direct.transact_write_items(**put)
    found = sdk.direct.get_item(**asked)["Item"]
    assert found == sdk.client.get_item(**asked)["Item"] == ITEM


def test_the_requests_are_those_of_the_sdk(sdk: Sdk, put: dict[str, Any], tables: Mapping[str, str]) -> None:
    asked = {"TableName": tables["desk"], "Key": KEY, "ConsistentRead": True}
    put = put | {"ClientRequestToken": "0" * 36}
    for client in (sdk.direct, sdk.client):
        client.get_item(**asked)
        client.transact_write_items(**put)
    assert len(sdk.sent) == 4
    for ours, theirs in zip(sdk.sent[:2], sdk.sent[2:], strict=True):
        assert (ours.method, ours.url) == (theirs.method, theirs.url)
        assert json.loads(ours.body) == json.loads(theirs.body)
        for name in ("X-Amz-Target", "Content-Type"):
            assert text(ours.headers[name]) == text(theirs.headers[name]), name
        assert text(theirs.headers["User-Agent"]).startswith(text(ours.headers["User-Agent"]))
        signed = [text(one.headers["Authorization"]).partition(", Signature=")[0] for one in (ours, theirs)]
        assert signed[0] == signed[1], "key, day, region, service and names of signed headers"


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def test_a_token_of_a_role_is_signed(sdk: Sdk, put: dict[str, Any]) -> None:
    from botocore.credentials import Credentials

    sdk.answers = [says(200)]
    DirectClient(sdk.client, Credentials("test", "test", "of a role"), True).transact_write_items(**put)
    (sent,) = sdk.sent
    assert text(sent.headers["X-Amz-Security-Token"]) == "of a role"
    assert "x-amz-security-token" in text(sent.headers["Authorization"])


# -- refusals


@pytest.mark.dynamodb
def test_a_refused_transaction_says_why_and_is_asked_for_once(sdk: Sdk, put: dict[str, Any]) -> None:
    sdk.direct.transact_write_items(**put)
    sdk.sent.clear()
    told = []
    for client in (sdk.direct, sdk.client):
        with pytest.raises(ClientError) as refused:
            client.transact_write_items(**put)
        response = refused.value.response
        told.append((response["Error"]["Code"], [one["Code"] for one in response["CancellationReasons"]]))
    assert told[0] == told[1] == ("TransactionCanceledException", ["ConditionalCheckFailed"])
    assert len(sdk.sent) == 2 and not sdk.waits


def test_what_the_sdk_does_not_repeat_raises_what_the_sdk_raises(sdk: Sdk, put: dict[str, Any]) -> None:
    sdk.answers = [says(400, "AccessDeniedException")] * 2
    with pytest.raises(ClientError) as refused:
        sdk.direct.transact_write_items(**put)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert len(sdk.sent) == 2, "once here, once by the SDK"


# -- troubles


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalServerError"),
        (503, ""),
        (400, "ProvisionedThroughputExceededException"),
        (400, "ThrottlingException"),
        (400, "TransactionInProgressException"),
        (400, "ExpiredTokenException"),
    ],
)
def test_trouble_is_the_sdks_and_a_transaction_keeps_its_token(
    sdk: Sdk, put: dict[str, Any], status: int, code: str
) -> None:
    sdk.answers = [says(status, code)]
    sdk.direct.transact_write_items(**put)
    tokens = {json.loads(one.body)["ClientRequestToken"] for one in sdk.sent}
    assert (len(sdk.sent), len(tokens), sdk.waits) == (2, 1, [0])


def test_the_sdk_tries_as_often_as_ever_and_then_gives_up(sdk: Sdk, put: dict[str, Any]) -> None:
    sdk.answers = [says(500, "InternalServerError")] * 9
    with pytest.raises(ClientError):
        sdk.direct.transact_write_items(**put)
    assert len(sdk.sent) == 1 + 3


def test_an_answer_that_is_no_json_is_asked_for_anew(sdk: Sdk, tables: Mapping[str, str]) -> None:
    sdk.answers = [lambda request: AWSResponse(request.url, 200, {}, in_process.Body(b"<html>"))]
    assert "Item" not in sdk.direct.get_item(TableName=tables["desk"], Key=KEY)
    assert len(sdk.sent) == 2


@contextmanager
def resetting() -> Iterator[tuple[str, list[bytes]]]:
    """A server that closes each connection when it has read a request; yields its address and what it read."""
    read: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    read.append(connection.recv(65_536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", read
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_connection_that_breaks_is_the_sdks(sdk: Sdk) -> None:
    with resetting() as (address, read):
        broken = Sdk(address)
        with pytest.raises(BotoCoreError):
            broken.direct.get_item(TableName="desk", Key=KEY)
    assert len(broken.sent) == len(read) == 1 + 3
    assert broken.waits == [0]


def test_without_credentials_the_sdk_says_so(sdk: Sdk, put: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    forget_clients()
    try:
        with pytest.raises(NoCredentialsError):
            direct_client().transact_write_items(**put)
    finally:
        forget_clients()


# -- who listens


def test_who_listens_to_the_client_hears_each_call_once(sdk: Sdk, put: dict[str, Any]) -> None:
    heard: list[str] = []
    events = sdk.client.meta.events
    events.register("before-parameter-build.dynamodb", lambda model, **_: heard.append(f"asked {model.name}"))
    events.register("after-call.dynamodb", lambda model, **_: heard.append(f"answered {model.name}"))
    sdk.direct.transact_write_items(**put)
    with pytest.raises(ClientError):
        sdk.direct.transact_write_items(**put)
    assert heard == ["asked TransactWriteItems", "answered TransactWriteItems"] * 2
