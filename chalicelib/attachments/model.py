"""Rules of files: what becomes of one that a customer sends, what a file is by its bytes, when it is tried again.
Pure."""

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.core.clock import DAY, HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from pure_magic_rs import MagicDb

WAITING, READY, GONE, TOO_BIG, DAMAGED, ENDED = "waiting", "ready", "gone", "too_big", "damaged", "ended"
HELD, CHECKING, BLOCKED = "held", "checking", "blocked"
"""What became of a message's file (its `file_state`): it is to be fetched, or would be if not so many fetches of its
account had failed (HELD); where files are scanned for malware, it lies in the bucket and nobody knows yet (CHECKING),
or it is not handed out (BLOCKED); it lies in the bucket; its provider does not
have it any more; it is larger than the provider hands out or we take; it never arrived as the provider described it;
the message's retention is over and the file goes first."""
FETCHED_AGAIN = frozenset({GONE, DAMAGED, ""})
"""States from which staff may have a file fetched again; "": a release that fetched no files stored the message."""
MOST_BYTES = 100 * 1024 * 1024
"""Largest file that is kept: the largest that WhatsApp carries."""
KEPT_FOR = 7 * DAY
"""How long (ms) a provider keeps a file that a webhook named. Source: Meta's "Media"."""
LEASE = 5 * MINUTE
"""How long (ms) one attempt has a file to itself: longer than the function may run."""


def wait(attempts: int) -> int:
    """Return how long (ms) to wait after so many failed attempts: one minute, then twice as long each time, six hours
    at most."""
    return int(min(6 * HOUR, MINUTE * 2 ** min(attempts, 12)))


CLEAN = "NO_THREATS_FOUND"
"""The verdict of a scan with which a file is handed out. Any other says that it holds malware, or could not be
scanned. Source: GuardDuty, "Monitoring S3 object scans with tags"."""
LOOK_AGAIN = 15 * SECOND
"""How long (ms) to wait for a verdict before the next look."""


class FileType(NamedTuple):
    """A type that a browser shows or plays and cannot run: MIME type, ending of a name, and how it is shown."""

    type: str
    ending: str
    shown: str


_SHOWN = (
    FileType("image/jpeg", "jpg", "image"),
    FileType("image/png", "png", "image"),
    FileType("image/gif", "gif", "image"),
    FileType("image/webp", "webp", "image"),
    FileType("video/mp4", "mp4", "video"),
    FileType("video/3gpp", "3gp", "video"),
    FileType("video/webm", "webm", "video"),
    FileType("audio/mp4", "m4a", "audio"),
    FileType("audio/ogg", "ogg", "audio"),
    FileType("audio/mpeg", "mp3", "audio"),
    FileType("audio/aac", "aac", "audio"),
    FileType("audio/wave", "wav", "audio"),
)
"""All that a browser is shown. HTML, SVG, XML, PDF and every other type are only downloaded, whatever their sender
calls them."""
BY_TYPE = {one.type: one for one in _SHOWN}
_ALSO_CALLED = {
    "audio/mp4": "video/mp4",  # the library's name for a brand of MP4 with a picture
    "video/x-m4v": "video/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/x-hx-aac-adts": "audio/aac",
    "audio/x-wav": "audio/wave",
}
"""Names of the library's for types that browsers know by another name."""
HEAD = 2048
"""Bytes of the beginning by which a type is known."""
BYTES = "application/octet-stream"
"""The type of everything that is only downloaded."""


@cache
def _database() -> "MagicDb":
    """Load the signatures, which takes 40 ms: only who looks at bytes pays for them."""
    from pure_magic_rs import MagicDb

    return MagicDb()


def type_of(head: bytes) -> str:
    """Return the MIME type of a file by its first bytes; BYTES when nobody knows it."""
    if head.startswith(b"ID3"):  # a tag before the sound of an MP3, often longer than what is looked at
        return "audio/mpeg"
    try:
        found = str(_database().best_magic_buffer(head[:HEAD]).mime_type).lower()
    except ValueError:
        return BYTES
    return _ALSO_CALLED.get(found, found)


def sniff(head: bytes) -> str:
    """Return the MIME type of a file by its first bytes, if it is one that may be shown; else BYTES."""
    found = type_of(head)
    return found if found in BY_TYPE else BYTES


_SAME = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "audio/wav": "audio/wave",
    "audio/x-wav": "audio/wave",
    "video/3gp": "video/3gpp",
}
"""Other names of types, as browsers and people write them."""
_MEDIA = ("image", "audio", "video")
_AMR = "audio/amr"
"""Sound that providers carry and no browser plays."""


def plain_type(told: str) -> str:
    """Return a MIME type as it is told, without parameters and by its usual name; BYTES for none."""
    name = told.partition(";")[0].strip().lower()
    return _SAME.get(name, name) or BYTES


def true_type(told: str, head: bytes) -> str:
    """Return the type of a file that staff brings, which is `told`, by its first bytes. Pictures, sound and video must
    be what they are called, and nothing else may be one of them in disguise: else it is BYTES."""
    seen, family = _AMR if head.startswith(b"#!AMR") else sniff(head), told.partition("/")[0]
    if told in (BYTES, seen):
        return seen
    if told == type_of(head):
        return told
    if seen == BYTES:
        return BYTES if family in _MEDIA else told
    if family in ("audio", "video") and seen.startswith("video/"):
        return told if told.partition("/")[2] == seen.partition("/")[2] else BYTES  # one container, sound alone
    return seen if seen.startswith(f"{family}/") else BYTES


_ENDING = re.compile(r"\.([A-Za-z0-9]{1,5})$")


def neutral_name(kind: str, name: str, file_type: str) -> str:
    """Return the name under which a file is downloaded. It stands in an address, so it tells nothing but the kind and
    the ending."""
    known, ending = BY_TYPE.get(file_type), _ENDING.search(name)
    return f"{kind}.{known.ending if known else ending[1].lower() if ending else 'bin'}"
