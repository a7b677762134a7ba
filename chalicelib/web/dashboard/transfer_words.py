"""What the page of a ticket says of the customer's consent to the transfer abroad: what holds, and each answer with its
time and way."""

from typing import NamedTuple

from chalicelib.core.texts import desk_msg
from chalicelib.core.transfer import BY_MESSAGE, GIVEN, REFUSED, agreed
from chalicelib.tickets.records import Contact

_STATES = {
    GIVEN: desk_msg("agreed"),
    REFUSED: desk_msg("not agreed: only answers to open questions leave"),
}
_UNASKED = desk_msg("not asked: only answers to open questions leave")
_BY_WRITING = desk_msg("agreed by writing to us")
ANSWERS = {GIVEN: desk_msg("agreed"), REFUSED: desk_msg("not agreed")}
WAYS = {"press": desk_msg("by a button"), "word": desk_msg("in words"), "paper": desk_msg("on paper")}
"""How an answer was given, by `answered_by` of its record."""


class GivenAnswer(NamedTuple):
    """One answer: when it was given (ms), what it was, and how."""

    at: int
    answer: str
    way: str


class TransferShown(NamedTuple):
    """What holds, as a text, whether the customer agrees, and the answers, oldest first."""

    state: str
    agreed: bool
    answers: tuple[GivenAnswer, ...]


def transfer_shown(rule: str, answer: str, contact: Contact | None) -> TransferShown | None:
    """Return what is shown; None where nobody abroad carries the channel (`rule` is ""), or there is no customer."""
    if not rule or contact is None:
        return None
    unanswered = _BY_WRITING if rule == BY_MESSAGE else _UNASKED
    given = tuple(
        GivenAnswer(one.at, ANSWERS[one.abroad], WAYS.get(one.answered_by, WAYS["word"]))
        for one in contact.consents
        if one.abroad in ANSWERS
    )
    return TransferShown(_STATES.get(answer, unanswered), agreed(rule, answer), given)
