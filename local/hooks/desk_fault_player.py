"""Plays planned faults between the SDKs and the network, in Lambda processes of the local run. See sitecustomize.py."""

import functools
import importlib.abc
import importlib.machinery
import json
import os
import random
import re
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from desk_faults import Fault, FaultFile
from desk_left import Left
from desk_moved_time import desk_now, moved_backups

AWS_CHANNELS = frozenset({"dynamodb", "s3", "sqs", "kms"})
SERVER_ERRORS = frozenset({"InternalServerError", "InternalError", "InternalFailure", "ServiceUnavailable"})
READS = re.compile("Get|BatchGet|TransactGet|Query|Scan|Describe|List|Decrypt|Sign|GET |HEAD ")
"""Matches the names of operations that only read. Any other call counts as a write, those of providers too."""
EXIT_STATUS = 70
"""Exit status of a process that a planned fault ended (EX_SOFTWARE)."""


class Player:
    """Plays the planned faults of one process."""

    def __init__(self, function: str, file: FaultFile) -> None:
        self.function = function
        self.file = file
        self.left = Left(file.path.with_name("left.jsonl"))
        self._calls: dict[str, int] = {}
        self._calls_here: dict[str, int] = {}
        """The calls of the current invocation, for faults that choose an invocation by `match`."""
        self._event = ""

    def begin(self, event: object) -> None:
        """Begin an invocation with this event."""
        self._event = json.dumps(event, ensure_ascii=False, default=str)
        self._calls_here.clear()

    def before(self, operation: str = "") -> list[Fault]:
        """Count one service call; exit if a fault is planned before it. Return the faults that `after` must check."""
        concerned = []
        for fault in self.file.all():
            if not self._concerns(fault, operation) or not _by_chance(fault):
                continue
            if fault.get("share"):
                if fault.get("when") != "after":
                    self._die(fault)
                concerned.append(fault)
                continue
            calls = self._counter(fault)
            nth = calls.get(fault["id"], 0) + 1
            if not fault.get("writes"):
                calls[fault["id"]] = nth
            if nth == (fault.get("n") or 1) and fault.get("when") != "after":
                self._die(fault)
            concerned.append(fault)
        return concerned

    def after(self, concerned: list[Fault], status: int) -> None:
        """Exit if a fault is planned after the call that was answered with `status`. A refused write does not count."""
        for fault in concerned:
            if fault.get("share"):
                self._die(fault)
                continue
            calls = self._counter(fault)
            done = calls.get(fault["id"], 0)
            if fault.get("writes"):
                if status >= 400:
                    continue
                done = calls[fault["id"]] = done + 1
            if done == (fault.get("n") or 1) and fault.get("when") == "after":
                self._die(fault)

    def aws_fault(self, channel: str, operation: str) -> Fault | None:
        """Return the planned fault of this call, used up by one; None without one. `match` is tried on operation and
        function."""
        for fault in self.file.all():
            matches = not fault.get("match") or re.search(fault["match"], f"{operation} {self.function}")
            if fault["channel"] == channel and matches and _by_chance(fault) and self.file.spend(fault["id"]):
                return fault
        return None

    def _concerns(self, fault: Fault, operation: str) -> bool:
        channel, _, name = fault["channel"].partition(":")
        if channel != "lambda" or not self._is(name) or (fault.get("writes") and READS.match(operation)):
            return False
        return not fault.get("match") or bool(re.search(fault["match"], self._event))

    def _counter(self, fault: Fault) -> dict[str, int]:
        return self._calls_here if fault.get("match") else self._calls

    def _is(self, name: str) -> bool:
        wanted = name.replace("_", "-")
        return self.function == wanted or self.function.endswith(f"-{wanted}")

    def _die(self, fault: Fault) -> None:
        if self.file.spend(fault["id"]):
            self.left.all()
            os._exit(EXIT_STATUS)


def _by_chance(fault: Fault) -> bool:
    return random.random() < (fault.get("share") or 1)


def install(function: str, path: str) -> None:
    """Wrap the HTTP libraries with a player: loaded ones now, others when they are imported."""
    player = Player(function, FaultFile(Path(path)))
    wanted: dict[str, Callable[[ModuleType], None]] = {
        "botocore.httpsession": lambda module: _wrap_botocore(module, player),
        "requests.adapters": lambda module: _wrap(module.HTTPAdapter, "send", player),
        "httpx._transports.default": lambda module: _wrap_httpx(module, player),
        "chalice.app": lambda module: _wrap_chalice(module, player),
    }
    for name in wanted.keys() & sys.modules.keys():
        wanted.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, _AfterImport(wanted))


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls a function with a module right after that module was imported."""

    def __init__(self, wanted: dict[str, Callable[[ModuleType], None]]) -> None:
        self._wanted = wanted

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        then = self._wanted.pop(name, None)
        if then is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        run: Callable[[ModuleType], None] = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            then(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _wrap(owner: Any, name: str, player: Player) -> None:
    real = getattr(owner, name)

    @functools.wraps(real)
    def send(self: Any, *args: Any, **kwargs: Any) -> Any:
        due = player.before()
        answer = real(self, *args, **kwargs)
        player.after(due, answer.status_code)
        return answer

    setattr(owner, name, send)


def _wrap_httpx(module: ModuleType, player: Player) -> None:
    _wrap(module.HTTPTransport, "handle_request", player)
    owner: Any = module.AsyncHTTPTransport
    real: Callable[..., Awaitable[Any]] = owner.handle_async_request

    @functools.wraps(real)
    async def send(self: Any, *args: Any, **kwargs: Any) -> Any:
        due = player.before()
        answer = await real(self, *args, **kwargs)
        player.after(due, answer.status_code)
        return answer

    owner.handle_async_request = send


def _wrap_chalice(module: ModuleType, player: Player) -> None:
    """Wrap the two classes through which events reach our code. No fault needs the events of the API."""
    for owner in (module.LambdaFunction, module.EventSourceHandler):
        _wrap_handler(owner, player)


def _wrap_handler(owner: Any, player: Player) -> None:
    real = owner.__call__

    @functools.wraps(real)
    def call(self: Any, event: Any, context: Any) -> Any:
        player.begin(event)
        player.left.begin(event)
        try:
            answer = real(self, event, context)
        except BaseException:
            player.left.all()
            raise
        player.left.end(answer)
        return answer

    owner.__call__ = call


def _wrap_botocore(module: ModuleType, player: Player) -> None:
    owner: Any = module.URLLib3Session
    real = owner.send

    @functools.wraps(real)
    def send(self: Any, request: Any) -> Any:
        channel, operation = call_of(request)
        due = player.before(operation)
        fault = player.aws_fault(channel, operation) if channel in AWS_CHANNELS else None
        if fault is None:
            answer = real(self, request)
            if (channel, operation) == ("dynamodb", "DescribeContinuousBackups"):
                answer = _moved(answer, request)
        else:
            if fault.get("accept"):
                real(self, request)
            answer = _failure(fault, request, channel)
        player.after(due, answer.status_code)
        return answer

    owner.send = send


def call_of(request: Any) -> tuple[str, str]:
    """Return a signed request's service and operation: ("dynamodb", "PutItem"), ("s3", "PUT /bucket/key")."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", _header(request, "Authorization"))
    target = _header(request, "X-Amz-Target")
    path = re.sub(r"^https?://[^/]+", "", request.url)
    return scope.group(1) if scope else "", target.rpartition(".")[2] or f"{request.method} {path}"


def _header(request: Any, name: str) -> str:
    value = request.headers.get(name, "")
    return value.decode() if isinstance(value, bytes) else str(value)


def _failure(fault: Fault, request: Any, channel: str) -> Any:
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders
    from botocore.exceptions import ReadTimeoutError

    if fault.get("timeout"):
        time.sleep(min(float(fault["timeout"]), 60))
        raise ReadTimeoutError(endpoint_url=request.url)
    error = str(fault.get("error") or "InternalServerError")
    status = fault.get("status") or (500 if error in SERVER_ERRORS else 400)
    if channel == "s3":
        text = f"<?xml version='1.0'?><Error><Code>{error}</Code><Message>planned fault</Message></Error>"
        return AWSResponse(request.url, status, HTTPHeaders(), _Raw(text.encode()))
    given = fault.get("body")
    body = given if isinstance(given, dict) else error_body(error, request.body)
    headers = HTTPHeaders()
    headers["Content-Type"] = "application/x-amz-json-1.0"
    headers["x-amzn-RequestId"] = "planned-fault"
    return AWSResponse(request.url, status, headers, _Raw(json.dumps(body).encode()))


def _moved(answer: Any, request: Any) -> Any:
    """Return the answer of DescribeContinuousBackups as if AWS's clock had moved with the desk's."""
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders

    table = str(json.loads(request.body or b"{}").get("TableName", ""))
    body = moved_backups(answer.content, table, desk_now())
    headers = HTTPHeaders()  # the old checksum header would not fit the new body
    headers["Content-Type"] = answer.headers.get("Content-Type", "application/x-amz-json-1.0")
    return AWSResponse(request.url, answer.status_code, headers, _Raw(body))


def error_body(error: str, sent: object) -> dict[str, Any]:
    """Return the JSON of an AWS error; a transaction in conflict is cancelled with one reason per item."""
    if error != "TransactionConflict":
        return {"__type": error, "message": "planned fault"}
    items = json.loads(sent if isinstance(sent, str | bytes) else b"{}").get("TransactItems", [{}])
    conflict = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    return {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled, please refer cancellation reasons [TransactionConflict]",
        "CancellationReasons": [conflict, *({"Code": "None"} for _ in items[1:])],
    }


class _Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self._content]

    def read(self, *_: Any, **__: Any) -> bytes:
        content, self._content = self._content, b""
        return content
