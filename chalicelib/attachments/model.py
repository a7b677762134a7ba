"""Rules of files: what becomes of one that a customer sends, what a file is by its bytes, when it is tried again.
Pure."""

import re
from typing import NamedTuple

from chalicelib.core.clock import DAY, HOUR, MINUTE

WAITING, READY, GONE, TOO_BIG, DAMAGED, ENDED = "waiting", "ready", "gone", "too_big", "damaged", "ended"
"""What became of a message's file (its `file_state`): it is to be fetched; it lies in the bucket; its provider does not
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
    at most. Meta blocks a number for half an hour after twenty failed calls in an hour."""
    return int(min(6 * HOUR, MINUTE * 2 ** min(attempts, 12)))


class FileType(NamedTuple):
    """A type that a browser shows or plays and cannot run: MIME type, ending of a name, and how it is shown."""

    type: str
    ending: str
    shown: str


_MP4 = FileType("video/mp4", "mp4", "video")
_KNOWN = (
    (re.compile(rb"\xff\xd8\xff"), FileType("image/jpeg", "jpg", "image")),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), FileType("image/png", "png", "image")),
    (re.compile(rb"GIF8[79]a"), FileType("image/gif", "gif", "image")),
    (re.compile(rb"RIFF....WEBPVP", re.DOTALL), FileType("image/webp", "webp", "image")),
    (re.compile(rb"....ftypM4A ", re.DOTALL), FileType("audio/mp4", "m4a", "audio")),
    (re.compile(rb"....ftyp3g", re.DOTALL), FileType("video/3gpp", "3gp", "video")),
    (re.compile(rb"....ftyp(?:mp4|iso|avc1|M4V|MSNV|dash)", re.DOTALL), _MP4),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,60}webm", re.DOTALL), FileType("video/webm", "webm", "video")),
    (re.compile(rb"OggS\x00"), FileType("audio/ogg", "ogg", "audio")),
    (re.compile(rb"ID3|\xff[\xfb\xf3\xf2]"), FileType("audio/mpeg", "mp3", "audio")),
    (re.compile(rb"\xff[\xf1\xf9]"), FileType("audio/aac", "aac", "audio")),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), FileType("audio/wave", "wav", "audio")),
)
"""Signatures at the beginning of a file. Source: WHATWG, MIME Sniffing, section 6. A list of what is allowed: HTML,
SVG, XML, PDF and every other type are only downloaded, whatever their sender calls them."""
HEAD = 512
"""Bytes of the beginning by which a type is known."""
BYTES = "application/octet-stream"
"""The type of everything that is only downloaded."""
BY_TYPE = {one.type: one for _, one in _KNOWN}


def sniff(head: bytes) -> str:
    """Return the MIME type of a file by its first bytes, of those that may be shown; else BYTES."""
    return next((one.type for signature, one in _KNOWN if signature.match(head)), BYTES)


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
