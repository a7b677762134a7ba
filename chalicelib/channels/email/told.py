"""Reads what SES tells of a mail of ours after it has taken it: it was delivered, it is late, it came back, the person
complained. Pure.

Source: "Examples of event data that Amazon SES publishes to Amazon EventBridge", Amazon SES Developer Guide.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.channels.parts import Blocking, DeliveryStatus, StatusUpdate
from chalicelib.channels.reading import as_dict, as_list, text
from chalicelib.core.ids import MessageRef

TAG = "message"
"""Tag of a mail of ours that holds our reference to the message, with "-" for ".", which a tag may not have."""
_EVENTS: Mapping[str, tuple[str, DeliveryStatus]] = {
    "Delivery": ("delivery", "delivered"),
    "DeliveryDelay": ("deliveryDelay", "delayed"),
    "Bounce": ("bounce", "failed"),
    "Reject": ("reject", "failed"),
    "Rendering Failure": ("failure", "failed"),
    "Complaint": ("complaint", "delivered"),
}
"""By SES's name of an event: where it says more, and what it means. A mail about which somebody complains arrived."""
_WORD = re.compile(r"[A-Za-z]{1,40}")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_LISTED = frozenset({"Suppressed", "OnAccountSuppressionList"})
"""Kinds of bounces of mails that SES has not sent, because the address is on a list of its own."""


def tag_of(reference: str) -> str:
    """Return the tag of a mail for a message reference."""
    return reference.replace(".", "-")


def brief(event: Mapping[str, Any]) -> dict[str, str]:
    """Return our reference, SES's words and the time of an event; {} for one that is not of a mail of ours or not
    known. The words are single ones and codes: no address, no subject, no words of a server."""
    kind, mail = text(event.get("eventType")), as_dict(event.get("mail"))
    reference = text(next(iter(as_list(as_dict(mail.get("tags")).get(TAG))), ""), 100).replace("-", ".")
    if kind not in _EVENTS or MessageRef.parse_piece(reference)[0] is None:
        return {}
    more = as_dict(event.get(_EVENTS[kind][0]))
    person = as_dict(next(iter(as_list(more.get("bouncedRecipients"))), {}))
    said = {
        "told": kind,
        "message": reference,
        "at": str(_seconds(more.get("timestamp")) or _seconds(mail.get("timestamp"))),
        "type": _only(_WORD, more.get("bounceType")),
        "kind": _only(_WORD, more.get("bounceSubType")),
        "code": _only(_STATUS, person.get("status")),
    }
    return {name: value for name, value in said.items() if value}


def status(said: Mapping[str, str], account: str, now: int) -> StatusUpdate | None:
    """Return the status that such a brief means, None when it means none. What came back for good and a complaint
    block. What came back at all is failed even if it had been delivered before."""
    kind = said.get("told", "")
    if kind not in _EVENTS:
        return None
    means, permanent = _EVENTS[kind][1], said.get("type") == "Permanent"
    blocks: Blocking = "complained" if kind == "Complaint" else "came_back" if permanent else ""
    at = min(int(said.get("at", "0")) or now, now)
    code = _code(said) if means == "failed" else ""
    return StatusUpdate(
        "email", account, "", means, at, said.get("message", ""), code, final=means == "failed", blocks=blocks
    )


def _code(said: Mapping[str, str]) -> str:
    """Return the code of a failure: the server's own where there is one, else SES's word. What SES did not send at all
    has a server's code that nobody has given."""
    kind = said.get("kind", "")
    if said["told"] != "Bounce":
        return said["told"].replace(" ", "")
    if kind in _LISTED:
        return kind
    return said.get("code") or (kind if kind not in ("", "General", "Undetermined") else said.get("type") or "bounced")


def _only(form: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def _seconds(value: object) -> int:
    try:
        return int(datetime.fromisoformat(text(value).replace("Z", "+00:00")).timestamp())
    except (ValueError, OverflowError):
        return 0
