"""What a person can ask about their data, in words or by a button of ours. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from chalicelib.core.clock import SECOND

AskAction = Literal["withdraw", "confirm", "cancel", "maybe", "no"]
"""What an ask does. `withdraw` opens a request of the kind it names; it is the word that rows of the release before
bear, which knew withdrawals only. `maybe` has the person asked; `no` is their answer that they meant nothing."""


AskKind = Literal["withdrawal", "deletion", "stop_processing", "opt_out"]


ASK_KINDS: tuple[AskKind, ...] = ("withdrawal", "deletion", "stop_processing", "opt_out")


BUTTONS: dict[str, AskAction] = {"erase.confirm": "confirm", "erase.cancel": "cancel"}
"""What stands before the request's id in the payload of our buttons."""


ASK_PAYLOAD, NO_PAYLOAD = "ask", "ask.no"
"""Payloads of the buttons under our question what a message meant: `ask.<kind>.<ms of the message>`, and no."""


ASK_WAITS = 5 * 60 * SECOND
"""An ask is dealt with within seconds; one that lies there longer is rung for again."""


_ID = frozenset("0123456789abcdefghjkmnpqrstvwxyz")


_DIGITS = frozenset("0123456789")


class Ask(NamedTuple):
    """What a person asked. `request_id` is what the pressed button says; empty for words, which mean the person's
    open request. `kinds` are those of the request that is wanted, one of `withdraw`, or that may be, the likelier
    first, of `maybe`. `meant_at` (ms) is the time of the message that a press under our question is about."""

    action: AskAction
    request_id: str = ""
    kinds: tuple[AskKind, ...] = ()
    meant_at: int = 0

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed."""
        return bool(self.request_id or self.meant_at) or self.action == "no"


def pressed_request(details: Mapping[str, object]) -> str:
    """Return what a pressed button answered about the person's data, `confirm`, `cancel`, `withdraw` or `no`, or "" for
    other messages. `details` are those of the message."""
    ask = _pressed(details.get("data")) or _pressed(details.get("payload"))
    return ask.action if ask else ""


def _pressed(payload: object) -> Ask | None:
    if not isinstance(payload, str):
        return None
    if payload == NO_PAYLOAD:
        return Ask("no")
    what, _, which = payload.rpartition(".")
    if action := BUTTONS.get(what):
        return Ask(action, which) if len(which) == 20 and _ID.issuperset(which) else None
    of_question, _, kind = what.partition(".")
    if of_question != ASK_PAYLOAD or kind not in ASK_KINDS:
        return None
    dated = len(which) == 13 and _DIGITS.issuperset(which) and which[0] != "0"
    return Ask("withdraw", kinds=(kind,), meant_at=int(which)) if dated else None
