"""Reads what headers of a mail say: words, parameters, ids and times. Nothing here raises, whatever a header holds."""

import binascii
import hashlib
import re
from email.message import Message
from email.utils import mktime_tz, parsedate_tz

from chalicelib.channels.email.charsets import decode
from chalicelib.channels.email.entities import Entity, base64
from chalicelib.channels.reading import BAD_DATA, EARLIEST, NAME_LIMIT
from chalicelib.core.normal import display_name

MOST_REFERENCES = 100
"""Ids of a thread that are read: its first one and the newest."""
OLDEST = 7 * 86_400
"""Seconds that a mail may have been under way: servers give up after five days. A mail that says it is older has a
wrong clock."""
_MOST_PARAMETERS = 4 * 1024
"""Bytes of a header with parameters: the library's time grows with their square."""
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_ID = re.compile(r"<([^<>]{1,2000})>")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,90}")


def words(value: bytes) -> str:
    """Return a header as text: raw characters of any set, and encoded words (RFC 2047), also those that are cut within
    a character."""
    text = decode(value)[0]
    if "=?" not in text:
        return text
    shown: list[str] = []
    pending, charset, at = b"", "", 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        if between.strip() or not pending:
            shown.append(decode(pending, charset)[0] + between)
            pending = b""
        elif word[1].lower() != charset:
            shown.append(decode(pending, charset)[0])
            pending = b""
        pending, charset, at = pending + _bytes(word), word[1].lower(), word.end()
    shown.append(decode(pending, charset.partition("*")[0])[0] + text[at:])
    return "".join(shown)


def _bytes(word: re.Match[str]) -> bytes:
    data = word[3].encode("utf-8")
    return base64(data)[0] if word[2] in "bB" else binascii.a2b_qp(data, header=True)


def line(value: bytes, most: int = NAME_LIMIT) -> str:
    """Return a header for display on one line, without bidi controls and invisible characters; "…" ends one that is
    cut."""
    text = display_name(words(value)[: 4 * most])
    return text if len(text) <= most else text[: most - 1] + "…"


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """Return the value of a header before its parameters, in small letters, and the parameters, decoded (RFC 2231, also
    2047, which is wrong there and usual)."""
    message = Message()
    try:
        message["content-type"] = decode(value[:_MOST_PARAMETERS])[0].replace("\r", " ").replace("\n", " ")
        found = message.get_params() or []
    except BAD_DATA:
        return "", {}
    read: dict[str, str] = {}
    for name, given in found[1:]:
        read.setdefault(name.lower(), _parameter(given))
    return found[0][0].strip().lower(), read


def _parameter(given: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(given, str):
        return words(given.encode("utf-8", "replace"))
    charset, _, value = given
    try:
        return decode(value.encode("latin-1"), charset or "")[0]
    except UnicodeError:
        return value


def content_type(part: Entity, default: str) -> tuple[str, dict[str, str]]:
    """Return the declared type of a part and its parameters; application/octet-stream for one that is no type."""
    value = part.first("content-type")
    if not value:
        return default, {}
    declared, found = parameters(value)
    return declared if _TYPE.fullmatch(declared) else "application/octet-stream", found


def ids(value: bytes) -> tuple[str, ...]:
    """Return the ids of mails in a header, without angle brackets, each once."""
    text = decode(value)[0]
    found = [_id(one) for one in _ID.findall(text)] or ([_id(text)] if "@" in text and len(text.split()) == 1 else [])
    return tuple(dict.fromkeys(one for one in found if one))


def _id(text: str) -> str:
    plain = "".join(one for one in text if one.isprintable() and not one.isspace())
    return plain if len(plain) <= NAME_LIMIT else made_id(plain.encode("utf-8", "replace"))


def made_id(data: bytes) -> str:
    """Return an id made of bytes: of a mail without one, or of an id that is too long to keep."""
    return "made." + hashlib.sha256(data).hexdigest()[:32]


def references(value: bytes) -> tuple[str, ...]:
    """Return the ids of a thread, the oldest first, MOST_REFERENCES at most."""
    found = ids(value)
    return found if len(found) <= MOST_REFERENCES else (found[0], *found[1 - MOST_REFERENCES :])


def sent_at(mail: Entity, now: int) -> tuple[int, bool]:
    """Return when a mail was sent (s), and whether that is our own time because it tells none that can be believed.

    The newest Received header is our provider's. Date is the sender's word: it is believed up to that time, and not
    when it is older than a mail can be under way. So the same mail always has the same time.
    """
    arrived = _moment(mail.first("received").rpartition(b";")[2], now)
    told = _moment(mail.first("date"), arrived or now)
    if told is not None and told > (arrived or now) - OLDEST:
        return told, False
    if arrived is not None:
        return arrived, False
    return (now, True) if told is None else (told, False)


def _moment(value: bytes, latest: int) -> int | None:
    try:
        parsed = parsedate_tz(decode(value[:200])[0])
        at = int(mktime_tz(parsed)) if parsed else 0
    except BAD_DATA:
        return None
    return at if EARLIEST <= at <= latest else None
