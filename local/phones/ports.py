"""Interfaces that the phones need from the local run: the desk's clock and the faults of the embedded AWS."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Clock(Protocol):
    """The desk's clock."""

    def now(self) -> float:
        """Return the desk's time in epoch seconds."""

    def advance(self, seconds: int, /, steps: int = ..., wait: float = ...) -> object:
        """Move the clock forward, in at most `steps` steps, and return when all work that fell due is done.

        Raises TimeoutError when that takes longer than `wait` seconds at one step.
        """


class AwsFaults(Protocol):
    """The plan of faults of DynamoDB, S3, SQS, KMS and Lambda functions.

    `add` gets all fields of a checked fault (see local/faults/plan.py). It raises ValueError, and changes
    nothing, for a fault that it cannot play.
    """

    def add(self, fault: dict[str, Any], /) -> object: ...

    def clear(self) -> object: ...

    def all(self) -> Sequence[Mapping[str, Any]]: ...
