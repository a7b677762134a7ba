"""What the phones need from the rest of the local run: the desk's clock and faults of the embedded AWS."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Clock(Protocol):
    """The desk's clock. A module with these two functions will do; `steps` and `wait` are given when somebody asks
    for them."""

    def now(self) -> float:
        """The desk's time in epoch seconds."""

    def advance(self, seconds: int, /, steps: int = ..., wait: float = ...) -> object:
        """Move the clock forward, in at most so many steps; return when everything that fell due has been done, or
        raise TimeoutError when that takes longer than `wait` seconds at one of them."""


class AwsFaults(Protocol):
    """Faults of DynamoDB, S3, SQS, KMS and of single Lambda functions. A module with these functions will do.

    `add` gets the fault as `POST /faults` took it (see fault_book.py), every field checked and present. It
    may raise ValueError for a fault that it cannot play, and changes nothing then.
    """

    def add(self, fault: dict[str, Any], /) -> object: ...

    def clear(self) -> object: ...

    def all(self) -> Sequence[Mapping[str, Any]]: ...
