"""Makes the names of attachments safe to show and to store, and names what came without a name."""

import mimetypes

from chalicelib.core.normal import display_name

_MOST = 120
"""Characters of a name."""
_TYPES = mimetypes.MimeTypes()
"""Python's own list, without those of the machine."""
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_ENDINGS = {"message/rfc822": ".eml", "text/calendar": ".ics", "application/octet-stream": ".bin", "text/plain": ".txt"}
BYTES = "application/octet-stream"


def safe_name(given: str, declared: str) -> str:
    """Return a name for a file: the last part of a path, on one line, without characters that disguise it or that file
    systems refuse, and with its ending when it must be cut. One without a name is called after its type."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    name = display_name(last.replace("\x00", "")).translate(_FORBIDDEN).strip(" .")
    if not name:
        return f"file{_ENDINGS.get(declared) or _TYPES.guess_extension(declared) or '.bin'}"
    if len(name) <= _MOST:
        return name
    stem, dot, ending = name.rpartition(".")
    short = f"{dot}{ending}" if stem and len(ending) < 12 else ""
    return name[: _MOST - 1 - len(short)].rstrip() + "…" + short
