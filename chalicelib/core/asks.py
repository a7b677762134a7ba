"""Asks: what a person wants done about their data, said in words or by pressing one of our buttons. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from chalicelib.core.clock import SECOND
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.transfer import GIVEN, REFUSED

AskAction = Literal["withdraw", "confirm", "cancel", "maybe", "no", "menu", "consent"]
"""What an ask does. `withdraw` opens a request of any kind: the stored word dates from a release that knew withdrawals
only. `confirm` and `cancel` answer about an open request. `maybe` makes the desk ask what the person meant; `no` is
their answer that they meant none of it. `menu` is answered from the customer's menu (privacy/menu). `consent` answers
the question whether they consent."""


BUTTONS: dict[str, AskAction] = {"erase.confirm": "confirm", "erase.cancel": "cancel"}
"""Prefix of a button's payload, before the request's id, and the action that pressing it means."""


ASK_PAYLOAD, NO_PAYLOAD = "ask", "ask.no"
"""Payloads of the buttons under our question what a message meant: `ask.<kind>.<ms of the message>` for yes, `ask.no`
for no."""


MENU = "menu"
"""Payload of the button that shows the customer's menu, and what those of its items begin with: `menu.<item>`."""
PERSON = "person"
UPDATE = "update"
"""The operator's published phrase for a correction: the item "correct" of the menu, said with words to staff."""
ABROAD = "abroad"
"""The item about the transfer abroad."""
SAID = "said_"
"""Stands before the answer, where an item was answered in words."""
ITEMS = ("status", "language", "data", "correct", ABROAD, PERSON, "close")
"""Items of the menu, in its order, beside the kinds of request that it offers: `menu.<kind>`. A language is chosen by
`menu.language.<language>`, an answer about the transfer abroad by `menu.abroad.<answer>` (core/transfer.py)."""
_CHOICES = {"language": LANGUAGES, ABROAD: (GIVEN, REFUSED)}


CONSENT_YES, CONSENT_NO = "consent.yes", "consent.no"
"""Payloads of the buttons under the question whether the person consents."""
CONSENT_ABROAD = "consent.yes.abroad"
"""Payload of the button that consents, and to the transfer abroad, too, for which the same question asks apart."""
CONSENT_POLICY = "consent.policy."
"""What the payload of the button begins with that accepts a new version of the policy; the version follows."""
SAID_YES, SAID_ABROAD = "consent.said_yes", "consent.said_yes.abroad"
"""The yes, and the yes to both, said in a word."""


CHOICE_PAYLOAD = "pick"
"""What the payload of a choice begins with that staff gave the customer (outbox/content.py): `pick.<random>.<place>`.
It asks nothing about data."""


ASK_WAITS = 5 * 60 * SECOND
"""Milliseconds after which another wake-up message is sent for an ask: normally it is handled within seconds."""


_ID = frozenset("0123456789abcdefghjkmnpqrstvwxyz")


_DIGITS = frozenset("0123456789")
_LONGEST_VERSION = 10
_WORD, _LONGEST_KIND = frozenset("abcdefghijklmnopqrstuvwxyz_"), 30


class Ask(NamedTuple):
    """One ask. `request_id` comes from the pressed button; it is empty for words, which mean the person's open request.

    `kinds` holds the one kind of request wanted (`withdraw`) or the possible ones, likeliest first (`maybe`).
    `meant_at` (ms) is the time of the message that a button under our question is about, else 0. `item` is what was
    chosen from the menu, MENU for the menu itself; or a payload of a consent, SAID_YES or SAID_ABROAD.
    `at_once`: it takes effect without a confirmation, and nothing yet proves who asks.
    """

    action: AskAction
    request_id: str = ""
    kinds: tuple[str, ...] = ()
    meant_at: int = 0
    item: str = ""
    at_once: bool = False

    @property
    def pressed(self) -> bool:
        """Whether a button was pressed that only answers a question of ours."""
        return bool(self.request_id or self.meant_at) or self.action == "no"

    @property
    def aside(self) -> bool:
        """Whether it is answered by the desk alone, beside the conversation with staff: the menu, but for what says
        something to staff, and an answer whether the person consents."""
        return bool(self.item) and self.item not in (PERSON, UPDATE)


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
    return "." in text and (bool(choice_of(text)[0]) or read_button(text) is not None)


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
    if payload in (CONSENT_YES, CONSENT_ABROAD, CONSENT_NO):
        return Ask("consent", item=payload)
    version = payload.removeprefix(CONSENT_POLICY)
    if version != payload:
        right = 0 < len(version) <= _LONGEST_VERSION and (_DIGITS | {"."}).issuperset(version)
        return Ask("consent", item=payload) if right else None
    if payload == MENU or payload.startswith(f"{MENU}."):
        return _chosen(payload.partition(".")[2])
    what, _, which = payload.rpartition(".")
    if action := BUTTONS.get(what):
        return Ask(action, which) if len(which) == 20 and _ID.issuperset(which) else None
    of_question, _, kind = what.partition(".")
    if of_question != ASK_PAYLOAD or not kind or len(kind) > _LONGEST_KIND or not _WORD.issuperset(kind):
        return None
    dated = len(which) == 13 and _DIGITS.issuperset(which) and which[0] != "0"
    return Ask("withdraw", kinds=(kind,), meant_at=int(which)) if dated else None


def _chosen(item: str) -> Ask | None:
    """Return what an item of the menu asks; a word that is no item of our own may be a kind of request."""
    if not item:
        return Ask("menu", item=MENU)
    name, dot, choice = item.partition(".")
    if name in ITEMS and (not dot or choice in _CHOICES.get(name, ())):
        return Ask("menu", item=item)
    kind = len(item) <= _LONGEST_KIND and _WORD.issuperset(item)
    return Ask("withdraw", kinds=(item,), item=item) if kind else None
