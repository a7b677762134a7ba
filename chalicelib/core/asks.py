"""Asks: what a person wants done about their data, said in words or by pressing one of our buttons. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from chalicelib.core.clock import SECOND

AskAction = Literal["withdraw", "confirm", "cancel", "maybe", "no"]
"""What an ask does. `withdraw` opens a request of any kind: the stored word dates from a release that knew withdrawals
only. `confirm` and `cancel` answer about an open request. `maybe` makes the desk ask what the person meant; `no` is
their answer that they meant none of it."""


AskKind = Literal["withdrawal", "deletion", "stop_processing", "opt_out"]


ASK_KINDS: tuple[AskKind, ...] = ("withdrawal", "deletion", "stop_processing", "opt_out")


BUTTONS: dict[str, AskAction] = {"erase.confirm": "confirm", "erase.cancel": "cancel"}
"""Prefix of a button's payload, before the request's id, and the action that pressing it means."""


ASK_PAYLOAD, NO_PAYLOAD = "ask", "ask.no"
"""Payloads of the buttons under our question what a message meant: `ask.<kind>.<ms of the message>` for yes, `ask.no`
for no."""


ASK_WAITS = 5 * 60 * SECOND
"""Milliseconds after which another wake-up message is sent for an ask: normally it is handled within seconds."""


_ID = frozenset("0123456789abcdefghjkmnpqrstvwxyz")


_DIGITS = frozenset("0123456789")


class Ask(NamedTuple):
    """One ask. `request_id` comes from the pressed button; it is empty for words, which mean the person's open request.

    `kinds` holds the one kind of request wanted (`withdraw`) or the possible ones, likeliest first (`maybe`).
    `meant_at` (ms) is the time of the message that a button under our question is about, else 0.
    """

    action: AskAction
    request_id: str = ""
    kinds: tuple[AskKind, ...] = ()
    meant_at: int = 0

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed."""
        return bool(self.request_id or self.meant_at) or self.action == "no"


def pressed_request(details: Mapping[str, object]) -> str:
    """Return the action of a pressed button (`confirm`, `cancel`, `withdraw` or `no`), or "" for any other message.

    `details` are those of the message.
    """
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
