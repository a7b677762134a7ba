"""What the checks need of a provider: bodies as it sends them, and answers as it gives them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

from chalicelib.channels.parts import DeliveryStatus
from tests.support.channels.provider import Answer, Call

NOW = 1_764_000_000
"""The desk's clock (s) in these tests."""
TEXT = "Сәлем <b>_*&~`[x](y)"
"""What the person writes and what is sent to them: nothing of it may be taken for markup."""


class Kit(Protocol):
    """One provider. Bodies come from one person to one account of ours; `address` reaches that person."""

    account: str
    inbound: Mapping[str, str]
    token: str
    address: tuple[str, str]
    refusals: Mapping[str, Answer]
    """An answer for each kind of refusal: permanent, stopped, too_fast."""

    def given(self, address: str) -> dict[str, str]:
        """The settings by which the provider is called at this address, and others that have no default."""
        ...

    def sign(self, body: bytes) -> dict[str, str]:
        """The headers with which the provider sends this body."""
        ...

    def challenge(self) -> tuple[dict[str, str], str]:
        """A query that verifies our address, and the answer to it."""
        ...

    def text(self, serial: int = 1) -> bytes:
        """The person writes TEXT."""
        ...

    def file(self) -> bytes:
        """The person sends a file that is called "receipt.pdf"."""
        ...

    def press(self) -> bytes:
        """The person presses the button with the id "yes.1"."""
        ...

    def status(self, status: DeliveryStatus, reference: str) -> bytes:
        """A report on a message of ours."""
        ...

    def blocking(self, *, blocked: bool) -> bytes:
        """The person blocks or unblocks us."""
        ...

    def accept(self, call: Call) -> Any:
        """The answer to a call that the provider takes; {} for one that is more than it takes."""
        ...

    def said(self, call: Call) -> tuple[str, tuple[str, ...]]:
        """Text and ids of buttons of a call that sends, or the name of its file or template; ("", ()) for another
        call."""
        ...


def kit_of(channel: str) -> Kit:
    """The kit of a channel."""
    made: Kit = import_module(f"tests.channels.conformance.kits.{channel}").KIT
    return made
