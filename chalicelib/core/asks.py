"""Asks: what a person wants done about their data, said in words or by pressing one of our buttons. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from chalicelib.core.clock import SECOND

AskAction = Literal["withdraw", "confirm", "cancel", "maybe", "no"]
"""What an ask does. `withdraw` opens a request of any kind: the stored word dates from a release that knew withdrawals
only. `confirm` and `cancel` answer about an open request. `maybe` makes the desk ask what the person meant; `no` is
their answer that they meant none of it."""


BUTTONS: dict[str, AskAction] = {"erase.confirm": "confirm", "erase.cancel": "cancel"}
"""Prefix of a button's payload, before the request's id, and the action that pressing it means."""


ASK_PAYLOAD, NO_PAYLOAD = "ask", "ask.no"
"""Payloads of the buttons under our question what a message meant: `ask.<kind>.<ms of the message>` for yes, `ask.no`
for no."""


CHOICE_PAYLOAD = "pick"
"""What the payload of a choice begins with that staff gave the customer (outbox/content.py): `pick.<random>.<place>`.
It asks nothing about data."""


ASK_WAITS = 5 * 60 * SECOND
"""Milliseconds after which another wake-up message is sent for an ask: normally it is handled within seconds."""


_ID = frozenset("0123456789abcdefghjkmnpqrstvwxyz")


_DIGITS = frozenset("0123456789")
_WORD, _LONGEST_KIND = frozenset("abcdefghijklmnopqrstuvwxyz_"), 30


class Ask(NamedTuple):
    """One ask. `request_id` comes from the pressed button; it is empty for words, which mean the person's open request.

    `kinds` holds the one kind of request wanted (`withdraw`) or the possible ones, likeliest first (`maybe`).
    `meant_at` (ms) is the time of the message that a button under our question is about, else 0.
    """

    action: AskAction
    request_id: str = ""
    kinds: tuple[str, ...] = ()
    meant_at: int = 0

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed."""
        return bool(self.request_id or self.meant_at) or self.action == "no"


def is_choice(details: Mapping[str, object]) -> bool:
    """Return whether a pressed button is a choice that staff gave: then it says something, as a text does.

    `details` are those of the message.
    """
    payload = details.get("data")
    return isinstance(payload, str) and payload.startswith(f"{CHOICE_PAYLOAD}.")


def choice_of(payload: object) -> tuple[str, int]:
    """Return what the payloads of a message's choices begin with and the place, from 1, of this choice among them;
    ("", 0) for any other payload."""
    start, _, place = payload.rpartition(".") if isinstance(payload, str) else ("", "", "")
    is_ours = start.startswith(f"{CHOICE_PAYLOAD}.") and len(place) <= 3 and _DIGITS.issuperset(place)
    return (start, int(place)) if is_ours and place else ("", 0)


def is_payload(text: str) -> bool:
    """Return whether a text is a payload of ours, which says nothing to a person."""
    return bool(choice_of(text)[0]) or read_button(text) is not None


def pressed_request(details: Mapping[str, object]) -> str:
    """Return the action of a pressed button (`confirm`, `cancel`, `withdraw` or `no`), or "" for any other message.

    `details` are those of the message.
    """
    ask = read_button(details.get("data")) or read_button(details.get("payload"))
    return ask.action if ask else ""


def read_button(payload: object) -> Ask | None:
    """Return what a payload of ours asks; None for any other one. Which kinds of request there are is not known
    here."""
    if not isinstance(payload, str):
        return None
    if payload == NO_PAYLOAD:
        return Ask("no")
    what, _, which = payload.rpartition(".")
    if action := BUTTONS.get(what):
        return Ask(action, which) if len(which) == 20 and _ID.issuperset(which) else None
    of_question, _, kind = what.partition(".")
    if of_question != ASK_PAYLOAD or not kind or len(kind) > _LONGEST_KIND or not _WORD.issuperset(kind):
        return None
    dated = len(which) == 13 and _DIGITS.issuperset(which) and which[0] != "0"
    return Ask("withdraw", kinds=(kind,), meant_at=int(which)) if dated else None
