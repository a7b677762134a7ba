"""Reads a provider's JSON without trusting its shape.

A webhook body is authentic but may hold anything: new types, nulls, numbers for texts, half a surrogate pair. Each
helper takes any value and returns a safe one; only Malformed says that a part cannot be used. It imports the standard
library and the records of details only, because intake imports it on every cold start.
"""

import hashlib
import json
import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

from chalicelib.channels.details import Cut, Detail
from chalicelib.core.errors import BadInput

TEXT_LIMIT = 100_000
"""Most bytes of UTF-8 of a message's text; DynamoDB takes 400 kB for the whole row."""
RAW_LIMIT = 100_000
"""Most bytes of a kept raw part."""
NAME_LIMIT = 256
"""Most characters of a name, an id, a file name."""
EARLIEST = 1_000_000_000
LATEST_AHEAD = 7 * 86_400
"""Seconds that a provider's clock may be ahead of ours. A later time is taken as wrong, because it would keep
WhatsApp's 24-hour window open for as long."""

if TYPE_CHECKING:
    from chalicelib.channels.shared import Card

NOT_CUT = Cut()

T = TypeVar("T")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
BAD_DATA = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
"""The exceptions that reading a part of unexpected shape can raise."""


class Malformed(ValueError):
    """The part does not have the shape of its type."""


class Content(NamedTuple):
    """What one message says, without its author; see InboundMessage for the fields."""

    kind: str
    text: str
    details: tuple[Detail, ...] = ()
    target: str = ""
    pressed: bool = False


def load_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`. Raises BadInput if the bytes are no JSON or not an object."""
    try:
        root = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        root = None
    if not isinstance(root, dict):
        raise BadInput("The body is not a JSON object.", code="not_json")
    return root


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's


def as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: object, limit: int = NAME_LIMIT) -> str:
    """Return a text that can be stored: without half surrogate pairs, cut to `limit` characters with "…" as the last;
    "" for a value that is no text."""
    if not isinstance(value, str):
        return ""
    return _whole(value if len(value) <= limit else value[: limit - 1] + "…")


def _whole(value: str) -> str:
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def body_text(value: object) -> tuple[str, Cut]:
    """Return a message's text, cut at TEXT_LIMIT bytes, and whether it was cut."""
    clean = _whole(value[: TEXT_LIMIT + 1]) if isinstance(value, str) else ""
    data = clean.encode("utf-8")
    if len(data) <= TEXT_LIMIT:
        return clean, NOT_CUT
    return data[:TEXT_LIMIT].decode("utf-8", "ignore"), Cut(truncated=True)


def first(values: list[T], most: int) -> tuple[list[T], Cut]:
    """Return the first `most` values, and how many more there are."""
    return values[:most], Cut(more=len(values) - most) if len(values) > most else NOT_CUT


_WORDED = ("title", "text", "body", "caption", "description")


def words_of(part: object) -> str:
    """Return the texts of a part that is not understood, found under usual names in the part and in the lists in it."""
    given = as_dict(part)
    inner = (as_dict(given.get(name)).get("body") for name in _WORDED)
    lists = (each for name, value in given.items() if name != "errors" for each in as_list(value))
    listed = (as_dict(each).get(name) for each in lists for name in _WORDED)
    found = [value for value in (*(given.get(name) for name in _WORDED), *inner, *listed) if isinstance(value, str)]
    return lines(*dict.fromkeys(one for one in found if one.strip()))


def ident(value: object) -> str:
    """Return an id that came as text or as number, as text; empty if it is neither or too long."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        return str(value)
    clean = text(value, NAME_LIMIT + 1).strip()
    return clean if len(clean) <= NAME_LIMIT else ""


def number(value: object) -> int | float | None:
    """Return a finite number of ordinary size, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) and abs(value) < 2**53 else None


def word(value: object) -> str:
    """Return a provider's own word if it looks like one, else "other": safe as a metric's dimension."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "other"


def moment(value: object, now: int) -> int | None:
    """Return epoch seconds from an int, float or digits; None if it is no believable time. Milliseconds and
    microseconds are recognised by their size."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) <= 16 else None
    seconds = number(value)
    if seconds is None:
        return None
    latest = now + LATEST_AHEAD
    return next((at for unit in (1, 1000, 1_000_000) if EARLIEST <= (at := int(seconds / unit)) <= latest), None)


def hour_of(now: int) -> int:
    """Return the time (seconds) for a change that has none: the full hour, so that a webhook that is sent again a
    moment later gets the same time, so the same key, and is recognised."""
    return now - now % 3600


def raw_of(part: object) -> bytes:
    """Return the provider's own JSON of one part, at most RAW_LIMIT bytes of ASCII."""
    try:
        return json.dumps(part, separators=(",", ":")).encode("ascii")[:RAW_LIMIT]
    except BAD_DATA:
        return b""  # nested deeper than the interpreter can follow


def made_id(part: object, *scope: str) -> str:
    """Return an id for a part that came without one; the same part of the same person gets the same id."""
    digest = hashlib.sha256(raw_of(part))
    for each in scope:
        digest.update(b"\0" + each.encode("utf-8", "replace"))
    return "made." + digest.hexdigest()[:32]


def coordinates(value: object) -> tuple[float, float]:
    """Return latitude and longitude in degrees. Raises Malformed if they are none."""
    place = as_dict(value)
    latitude, longitude = number(place.get("latitude")), number(place.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise Malformed("no coordinates")
    return latitude, longitude


def lines(*values: str) -> str:
    return "\n".join(value for value in values if value)


def card_line(card: "Card") -> str:
    """Return a contact card as one line without words of any language: name, company, then addresses; "…" for an empty
    card."""
    who = ", ".join(each for each in (card.name, card.organization) if each)
    reach = ", ".join((*card.phones, *card.emails, *card.urls, *card.addresses))
    return ": ".join(each for each in (who, reach) if each) or "…"
