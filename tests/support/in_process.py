"""DynamoDB in the process of the tests: botocore asks the handlers of the embedded AWS instead of a socket.

Whoever makes a client for `ENDPOINT` gets what MiniStack's DynamoDB answers, of tables that live in this process alone:
the same handlers, conditions, transactions, limits, pages, streams and errors, without two ends of HTTP. What lies
between socket and handler is not there: nobody is asked for permissions, so another key than that of root is refused.
Roles, faults, child processes and Lambda need the embedded AWS itself.
"""

import re
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from importlib import import_module
from types import ModuleType
from typing import Any
from uuid import uuid4

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from ministack.core.responses import error_response_json, request_scope

from local.aws.ministack import CREDENTIALS, REGION

ENDPOINT = "http://dynamodb.in-this-process.invalid"
SERVICES = {"dynamodb": "dynamodb", "dynamodbstreams": "dynamodb_streams"}
"""Of botocore → the module of MiniStack."""
_ACCOUNT = "000000000000"
_SIGNED_FOR = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")
_SWITCH_SECONDS = 0.0001
_one_at_a_time = threading.Lock()
Answer = tuple[int, dict[str, str], bytes | str]


def connect(client: Any) -> None:
    """Let a client of botocore that was made for `ENDPOINT` ask here."""
    model = client.meta.service_model
    module = import_module(f"ministack.services.{SERVICES[model.service_name]}")
    # The first who answers ends the round; pynamodb puts a listener of its own before, which answers nothing.
    client.meta.events.register_last(f"before-send.{model.service_id.hyphenize()}", _answer_of(module))


def forget(tables: Iterable[str]) -> None:
    """Drop tables that nobody asks for any more, with their streams: the collector of garbage would visit every row."""
    from ministack.services import dynamodb

    with _one_at_a_time, request_scope(_ACCOUNT, REGION):
        for table in tables:
            dynamodb._tables.pop(table, None)
            dynamodb._stream_records.pop(table, None)


def _answer_of(module: ModuleType) -> Callable[..., AWSResponse | None]:
    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        if not request.url.startswith(ENDPOINT):
            return None
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        signed_for = _SIGNED_FOR.search(headers["authorization"])
        assert signed_for and signed_for[1] == CREDENTIALS["AWS_ACCESS_KEY_ID"], "only root has tables in this process"
        with _one_at_a_time:  # as on the loop of the embedded AWS
            asked = module.handle_request(request.method, "/", headers, request.body, {})
            status, given, body = _run(signed_for[2], asked)
        if threading.current_thread() is not threading.main_thread():
            time.sleep(_SWITCH_SECONDS)  # as a socket would: others come to their turn between any two calls
        given = given | {"x-amzn-requestid": str(uuid4())}
        return AWSResponse(request.url, status, given, _Body(body.encode() if isinstance(body, str) else body))

    return answer


class _Body:
    """What botocore reads an answer's bytes from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> tuple[bytes]:
        return (self._content,)


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
    raise AssertionError("a handler of DynamoDB waits")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
