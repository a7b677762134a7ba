"""Services of AWS in the process of the tests: botocore asks the handlers of the embedded AWS instead of a socket.

Whoever makes a client for `ENDPOINT` gets what MiniStack answers, of tables, secrets and keys that live in this process
alone: the same handlers, conditions, transactions, limits, pages, streams and errors, without two ends of HTTP. What
lies between socket and handler is not there: nobody is asked for permissions, so another key than that of root is
refused. Roles, faults, child processes and Lambda need the embedded AWS itself.
"""

import json
import threading
import time
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any
from uuid import uuid4

from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.parsers import create_parser
from ministack.core.responses import error_response_json, request_scope

from infra.definitions import load
from local.aws.ministack import CREDENTIALS, REGION, create_tables
from tests.support import quick_answers, quick_handlers

ENDPOINT = "http://aws.in-this-process.invalid"
SERVICES = {
    "dynamodb": "dynamodb",
    "dynamodbstreams": "dynamodb_streams",
    "kms": "kms",
    "secretsmanager": "secretsmanager",
}
"""Of botocore → the module of MiniStack."""
_ACCOUNT = "000000000000"
_PATTERN = "pattern-of-tables"
_SWITCH_SECONDS = 0.0001
_one_at_a_time = threading.Lock()
Answer = tuple[int, dict[str, str], bytes | str]


def connect(client: Any, *, signed: bool = False) -> None:
    """Let a client of botocore that was made for `ENDPOINT` ask here. Its calls are answered before they are signed and
    sent; with `signed` as on their way to a socket. Other listeners come first."""
    model = client.meta.service_model
    module = import_module(f"ministack.services.{SERVICES[model.service_name]}")
    client._ruleset_resolver = None  # its rules would be asked at every call, and the endpoint is known
    if model.service_name == "dynamodb":
        quick_handlers.install(module)
    name = model.service_id.hyphenize()
    if signed:
        client.meta.events.register_last(f"before-send.{name}", _answer_to_signed(client, module))
    else:
        client.meta.events.register_last(f"before-call.{name}", _answer_of(client, module))


@cache
def _patterns() -> dict[str, str]:
    """The deployment's tables as MiniStack describes them after CreateTable, as JSON, by logical name."""
    from ministack.services import dynamodb

    made = create_tables(ENDPOINT, load("tables"), _PATTERN)
    with request_scope(_ACCOUNT, REGION):
        known = {logical: dict(dynamodb._tables[name]) for logical, name in made.items()}
    forget(made.values())
    return {
        logical: json.dumps({name: one for name, one in table.items() if name != "items"})
        for logical, table in known.items()
    }


def fresh_tables(prefix: str) -> dict[str, str]:
    """Make the deployment's four tables as CreateTable does, at a tenth of its cost; return names by logical names."""
    from ministack.services import dynamodb

    made = {logical: f"{prefix}-{logical}" for logical in _patterns()}
    with _one_at_a_time, request_scope(_ACCOUNT, REGION):
        for logical, text in _patterns().items():
            table = json.loads(text.replace(f"{_PATTERN}-{logical}", made[logical]))
            dynamodb._tables[made[logical]] = table | {"items": defaultdict(dict), "TableId": str(uuid4())}
    return made


def forget(tables: Iterable[str]) -> None:
    """Drop tables that nobody asks for any more, with their streams: the collector of garbage would visit every row."""
    from ministack.services import dynamodb

    with _one_at_a_time, request_scope(_ACCOUNT, REGION):
        for table in tables:
            dynamodb._tables.pop(table, None)
            dynamodb._stream_records.pop(table, None)


def items(table: str) -> list[dict[str, Any]]:
    """Every item of a table, in the form of botocore, as a scan would tell it: a copy, at a tenth of its cost."""
    from ministack.services import dynamodb

    with _one_at_a_time, request_scope(_ACCOUNT, REGION):
        rows = [item for rows in dynamodb._tables[table]["items"].values() for item in rows.values()]
        return [{name: quick_answers.value(value) for name, value in item.items()} for item in rows]


def put(table: str, given: Iterable[dict[str, Any]]) -> None:
    """Put items that were told once, in the form of botocore, with their records in the stream: without asking whether
    they are right, at a tenth of the cost."""
    from ministack.services import dynamodb

    with _one_at_a_time, request_scope(_ACCOUNT, REGION):
        known = dynamodb._tables[table]
        for one in given:
            item = {name: _stored(value) for name, value in one.items()}
            pk = dynamodb._extract_key_val(item[known["pk_name"]])
            sk = dynamodb._extract_key_val(item[known["sk_name"]]) if known["sk_name"] else "__no_sort__"
            old = dynamodb._set_item(known, pk, sk, item)
            dynamodb._emit_stream_event(table, "INSERT" if old is None else "MODIFY", old, item)


def _stored(value: dict[str, Any]) -> dict[str, Any]:
    """A value of botocore as MiniStack keeps it, the reverse of `quick_answers.value`."""
    ((kind, given),) = value.items()
    if kind == "B":
        return {kind: b64encode(given).decode()}
    if kind == "M":
        return {kind: {name: _stored(one) for name, one in given.items()}}
    if kind == "L":
        return {kind: [_stored(one) for one in given]}
    if kind == "BS":
        return {kind: [b64encode(one).decode() for one in given]}
    return {kind: list(given) if isinstance(given, list) else given}


def _answer_of(client: Any, module: ModuleType) -> Callable[..., tuple[AWSResponse, Any]]:
    parser = create_parser(client.meta.service_model.resolved_protocol)
    region = client.meta.region_name

    def answer(model: Any, params: dict[str, Any], request_signer: Any, **_: Any) -> tuple[AWSResponse, Any]:
        credentials = request_signer._credentials.get_frozen_credentials()
        assert credentials.access_key == CREDENTIALS["AWS_ACCESS_KEY_ID"], "only root is known in this process"
        status, told, content = _asked(module, region, params["headers"], params["body"])
        if status < 300:
            shape, named = model.output_shape, {name.lower(): one for name, one in told.items()}
            parsed = quick_answers.reader(shape)(json.loads(content)) if shape else {}
            parsed["ResponseMetadata"] = {
                "RequestId": told["x-amzn-requestid"],
                "HTTPStatusCode": status,
                "HTTPHeaders": named,
                "RetryAttempts": 0,
            }
            return AWSResponse(params["url"], status, told, None), parsed
        answered = {"body": content, "headers": told, "status_code": status}
        parsed = parser.parse(answered, model.output_shape)
        refusal = model.service_model.shape_for_error_code(parsed["Error"].get("Code"))
        parsed |= parser.parse(answered, refusal) if refusal else {}
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        return AWSResponse(params["url"], status, told, None), parsed

    return answer


def _answer_to_signed(client: Any, module: ModuleType) -> Callable[..., AWSResponse | None]:
    def answer(request: Any, **_: Any) -> AWSResponse | None:
        if not request.url.startswith(client.meta.endpoint_url):  # another listener has answered and turned it away
            return None
        status, told, content = _asked(module, client.meta.region_name, request.headers, request.body)
        return AWSResponse(request.url, status, told, Body(content))

    return answer


class Body:
    """What botocore reads an answer's bytes from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> tuple[bytes]:
        return (self._content,)


def _asked(module: ModuleType, region: str, sent: Mapping[str, Any], body: bytes) -> tuple[int, HeadersDict, bytes]:
    headers = {name.lower(): _text(value) for name, value in sent.items()}
    with _one_at_a_time:  # as on the loop of the embedded AWS
        status, given, answer = _run(region, module.handle_request("POST", "/", headers, body, {}))
    if threading.current_thread() is not threading.main_thread():
        time.sleep(_SWITCH_SECONDS)  # as a socket would: others come to their turn between any two calls
    content = answer.encode() if isinstance(answer, str) else answer
    return status, HeadersDict(given | {"x-amzn-requestid": str(uuid4())}), content


def _run(region: str, asked: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a handler, which never waits for anything, for root in a region."""
    with request_scope(_ACCOUNT, region):
        try:
            asked.send(None)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
        except Exception as error:  # noqa: BLE001 - what the embedded AWS makes of its own mistakes
            failed: Answer = error_response_json("InternalError", str(error), 500)
            return failed
    raise AssertionError("a handler waits")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
