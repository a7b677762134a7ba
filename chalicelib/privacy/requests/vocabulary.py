"""The words of a request: sources, states, steps, and how identity and telling are proved. Pure.

Values are stored. Where a name of ours differs from its value, the value is older and stays as it is.
"""

from enum import StrEnum

from chalicelib.channels import registry

BOUND_SOURCES = ("bot", "message")
"""Sources that show that the request came from the account bound to the contact: the person's own words or press in
the chat (`bot`), or a message of theirs that staff recognised as a request (`message`). Outreach stays paused for such
a request until it is decided."""
SOURCES = (*BOUND_SOURCES, "staff")


class RequestState(StrEnum):
    """States, as the API shows them."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    DECIDING = "deciding"
    TELLING = "telling"
    COOLING_OFF = "grace"
    DESTROYING = "destroying"
    WAITING_FOR_BACKUPS = "waiting_for_backups"
    KEEPING = "keeping"
    COMPLETE = "complete"
    ANSWERED = "answered"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    ESCALATED = "escalated"


OVER = frozenset({RequestState.COMPLETE, RequestState.ANSWERED, RequestState.REFUSED, RequestState.CANCELLED})
"""States in which nothing more is done for a request."""
STOPPABLE = frozenset(
    {
        RequestState.RECEIVED,
        RequestState.VERIFYING,
        RequestState.DECIDING,
        RequestState.TELLING,
        RequestState.COOLING_OFF,
    }
)
"""States in which the person may still cancel: all until cooling off ends."""


class Step(StrEnum):
    """What the workflow does, in its order; each is a key of the request's `steps`, whose value is when it was done."""

    OPTED_OUT = "opted_out"
    OUTREACH_PAUSED = "suppressed"
    DEFAULTED = "defaulted"
    DEFAULT_ARRIVED = "default_arrived"
    VERIFIED = "verified"
    ANNOUNCED = "announced"
    TOLD = "told"
    COOLED_OFF = "graced"
    WRITES_BLOCKED = "fenced"
    INVENTORIED = "inventoried"
    PART_KEPT = "part_kept"
    KEY_DESTROYED = "key_destroyed"
    ERASED = "erased"
    WRITERS_DRAINED = "settled"
    ERASED_AGAIN = "swept"
    ABSENT = "absent"
    CERTIFIED = "certified"
    NOTIFIED = "notified"
    MAILBOX_DESTROYED = "box_closed"
    BACKUPS_CHECKED = "backups_checked"
    BACKUPS_GONE = "backups_gone"
    REST_GONE = "rest_gone"
    PART_KEY_DESTROYED = "part_key_destroyed"
    PART_ERASED = "part_erased"
    PART_ABSENT = "part_absent"
    COMPLETED = "final"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    REASONED = "reasoned"
    CLOSED_WITHOUT_ERASURE = "finished"
    SUPERSEDED = "superseded"


ENDINGS = (Step.CANCELLED, Step.REFUSED, Step.CLOSED_WITHOUT_ERASURE)
"""A request with one of these steps destroys nothing; it only waits to be closed."""
OF_PART = (Step.PART_KEPT, Step.REST_GONE, Step.PART_KEY_DESTROYED, Step.PART_ERASED, Step.PART_ABSENT)
"""Steps of a request of which the desk keeps a part: it is sealed anew; the rest is gone, in backups too; the part's
day is over and its key destroyed; its rows deleted; its absence proved."""
PAST_STOPPING = (*ENDINGS, Step.COOLED_OFF, Step.WRITES_BLOCKED)
"""A request with one of these steps cannot be stopped any more, or is stopped already."""


class Identity(StrEnum):
    """How it was made sure that the person asked: their own second press, or a check by staff."""

    SECOND_PRESS = "second_press"
    STAFF = "staff"


IDENTITY_CHECKS = ("chat_code", "signature", "in_person", "notary")
"""How staff may check identity: a code sent to the bound chat and read back, an electronic signature, a document that
was seen (never copied: art. 7(10)), a notarised application."""


class Told(StrEnum):
    """What proves that the person was told: their application or mail server has the message, the provider accepted it
    (where it gives no receipt), or a letter was posted, as two of the staff state."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    LETTER = "letter"


NOT_ARRIVED = "not_arrived"
"""Stored for an answer in place of a Told when nothing shows that it arrived."""


def proof_of_telling(channel: str, status: str) -> Told | None:
    """Return what a message's status proves on this channel; None when it does not show that the message arrived."""
    by = registry.channel(channel)
    if by.served and status in ("delivered", "read"):
        return Told.DELIVERED
    return Told.ACCEPTED if by.served and status == "sent" and by.statuses.isdisjoint(("delivered", "read")) else None
