"""Every call that a client of botocore makes in this process, told to whoever listens.

The fixture `quick_clients` makes the clients and lets each of them be heard: botocore's own events tell of a call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Call:
    """A call as the code made it: `service` as AWS calls it ("DynamoDB"), and the parameters, which may be added to."""

    service: str
    operation: str
    params: dict[str, Any]


class Listener(Protocol):
    """Is told before a call is made, and when its answer is there, a refusal too. What it raises ends the call."""

    def asked(self, call: Call) -> None: ...

    def answered(self, call: Call, answer: dict[str, Any], status: int) -> None: ...


class Counted:
    """How many calls there were."""

    calls = 0

    def asked(self, call: Call) -> None:
        self.calls += 1

    def answered(self, call: Call, answer: dict[str, Any], status: int) -> None:
        pass


_LISTENERS: list[Listener] = []


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Tell a listener of every call in this block."""
    _LISTENERS.append(listener)
    try:
        yield
    finally:
        _LISTENERS.remove(listener)


def connect(client: Any) -> None:
    """Let a client be heard."""
    client.meta.events.register("before-parameter-build", _asked)
    client.meta.events.register("after-call", _answered)


def _asked(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    if _LISTENERS:
        call = context["heard"] = Call(model.service_model.service_id, model.name, params)
        for one in tuple(_LISTENERS):
            one.asked(call)


def _answered(parsed: dict[str, Any], context: dict[str, Any], http_response: Any, **_: Any) -> None:
    if "heard" in context:
        for one in tuple(_LISTENERS):
            one.answered(context["heard"], parsed, http_response.status_code)
