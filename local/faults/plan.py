"""The plan of all faults: how the next calls to providers and AWS services fail. Faults are checked when added.

A fault of WhatsApp or Telegram may have:

- `status` and `body`: the answer; left out, the answer is the provider's usual one
- `error`: a code of Meta, such as 131026
- `retry_after`: seconds
- `timeout`: seconds for which the answer is held back; true means a minute
- `accept`: whether the provider takes the message before the call fails, so that it reaches the customer. With
  `accept` and an `error`, Meta answers 200 and reports a failed status later. A `timeout` alone accepts: the message is
  sent, but the desk gets no answer.
- `match`: a part of the method, path or body; empty matches any call
- `share`: the share of the matching calls that fail, by chance; left out, each does

Without status, error, retry_after and timeout it is a server error.
"""

import json
import random
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from local.phones.errors import Refused
from local.phones.ports import AwsFaults
from local.phones.store import Call

PROVIDERS = ("whatsapp", "telegram", "ses")
CALLED_BY = {"ses": "email"}
"""The channel by which a provider is called, where it has another name."""
AWS = ("dynamodb", "s3", "sqs", "kms")
LONG_TIMEOUT = 60.0
"""Seconds of `"timeout": true`, longer than any client of the desk waits."""
_FIELDS = {
    "channel", "times", "status", "body", "retry_after", "timeout", "match", "accept", "error", "n", "when",
    "writes", "share",
}  # fmt: skip


@dataclass
class Fault:
    """One fault. `times` is how many calls it still concerns."""

    channel: str
    times: int = 1
    status: int | None = None
    body: Any = None
    retry_after: int | None = None
    timeout: float | None = None
    match: str = ""
    accept: bool = False
    error: str | int | None = None
    n: int | None = None
    when: Literal["before", "after"] | None = None
    writes: bool = False
    share: float | None = None

    def brief(self) -> str:
        """Return one line about the fault, for the page."""
        parts = [str(self.status or "")] if self.status else []
        parts += [str(self.error)] if self.error else []
        parts += [f"retry after {self.retry_after} s"] if self.retry_after is not None else []
        parts += [f"held {self.timeout:g} s"] if self.timeout is not None else []
        parts += ["after acceptance"] if self.accept else []
        parts += [f"on “{self.match}”"] if self.match else []
        parts += [f"{self.share:.1%} of them"] if self.share is not None else []
        return f"{self.channel}: {', '.join(parts) or 'fails'}, {self.times}×"


def parse_fault(fields: dict[str, Any]) -> Fault:
    """Check the fields of a fault and return it. Raises Refused, naming the field that is wrong."""
    unknown = set(fields) - _FIELDS
    if unknown:
        raise Refused(f"Unknown field {', '.join(sorted(unknown))}. Known: {', '.join(sorted(_FIELDS))}.")
    channel = fields.get("channel")
    if not isinstance(channel, str) or not (
        channel in PROVIDERS + AWS or (channel.startswith("lambda:") and len(channel) > len("lambda:"))
    ):
        raise Refused(f"channel must be one of {', '.join(PROVIDERS + AWS)} or lambda:<function>.")
    fault = Fault(
        channel,
        times=_number(fields, "times", 1, 1_000_000) or 1,
        status=_number(fields, "status", 200, 599),
        body=fields.get("body"),
        retry_after=_number(fields, "retry_after", 0, 86_400),
        timeout=_seconds(fields),
        match=_text(fields, "match"),
        error=_error(fields),
        n=_number(fields, "n", 1, 1_000_000),
        share=_share(fields),
    )
    when = fields.get("when")
    if when not in (None, "before", "after"):
        raise Refused("when must be before or after.")
    fault.when = when
    writes = fields.get("writes", False)
    if not isinstance(writes, bool):
        raise Refused("writes must be true or false.")
    fault.writes = writes
    if fault.body is not None and not isinstance(fault.body, str | dict | list):
        raise Refused("body must be text, an object or a list.")
    accept = fields.get("accept", fault.timeout is not None and fault.status is None and fault.error is None)
    if not isinstance(accept, bool):
        raise Refused("accept must be true or false.")
    fault.accept = accept
    if channel == "whatsapp" and fault.error is not None and not str(fault.error).isdigit():
        raise Refused("error of whatsapp is a code of Meta, such as 131026.")
    return fault


def _number(fields: dict[str, Any], name: str, low: int, high: int) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refused(f"{name} must be a whole number from {low} to {high}.")
    return value


def _seconds(fields: dict[str, Any]) -> float | None:
    value = fields.get("timeout")
    if value is None or value is False:
        return None
    if value is True:
        return LONG_TIMEOUT
    if not isinstance(value, int | float) or not 0 <= value <= 900:
        raise Refused("timeout must be a number of seconds from 0 to 900, or true.")
    return float(value)


def _share(fields: dict[str, Any]) -> float | None:
    value = fields.get("share")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise Refused("share must be a number over 0, at most 1.")
    if fields.get("n") is not None or fields.get("writes"):
        raise Refused("share cannot be combined with n or writes.")
    return float(value)


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(f"{name} must be text.")
    return value or ""


def _error(fields: dict[str, Any]) -> str | int | None:
    value = fields.get("error")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise Refused("error must be a name or a code.")
    return value


@dataclass
class FaultPlan:
    """The faults that are still to come. Those of AWS and Lambda are passed on to `aws`."""

    aws: AwsFaults
    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Plan a fault. Raises Refused when it cannot be played."""
        if fault.channel in PROVIDERS:
            self.waiting.append(fault)
            return
        try:
            self.aws.add(asdict(fault))
        except ValueError as error:
            raise Refused(str(error)) from error

    def clear(self) -> None:
        """Forget all planned faults."""
        self.waiting.clear()
        self.aws.clear()

    def all(self) -> list[dict[str, Any]]:
        """Return the planned faults as JSON."""
        return [asdict(fault) for fault in self.waiting] + [dict(fault) for fault in self.aws.all()]

    def take(self, call: Call) -> Fault | None:
        """Return the first planned fault that matches the call, used up by one; None without one."""
        hay = f"{call.method} {call.path} {json.dumps(call.payload, ensure_ascii=False)}"
        for fault in self.waiting:
            if (
                CALLED_BY.get(fault.channel, fault.channel) == call.channel
                and fault.match in hay
                and random.random() < (fault.share or 1)
            ):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None
