"""Lines of a mail's text, each with what it is: the person's own words, a quotation, a signature; and the lines of
plain text (RFC 3676)."""

import re
from typing import NamedTuple

_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
"""Controls, and what turns the direction of other people's words around."""
_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")


class Line(NamedTuple):
    """One line. `quoted`: somebody else's words, or what introduces them; `aside`: a signature, or words that stand
    where mail programs show none. Neither is what the person wrote here."""

    text: str
    quoted: bool = False
    aside: bool = False


def clean(text: str) -> str:
    """Return a text of several lines without characters that are not shown or that disguise others."""
    return _UNSHOWN.sub("", _ENDS.sub("\n", text).replace("\u00a0", " "))


def plain_lines(text: str, *, flowed: bool = False, joined: bool = False) -> list[Line]:
    """Return the lines of plain text. `flowed`: a line that ends in a blank goes on in the next one of the same quote,
    and `joined` says that the blank itself is not part of the text (format=flowed, delsp=yes)."""
    found: list[Line] = []
    soft = False
    for given in clean(text).split("\n"):
        quoted = given.startswith(">") and not given.startswith(">From ")
        shown = given[1:] if given.startswith((">From ", " ")) and (flowed or given[0] == ">") and not quoted else given
        if soft and found and found[-1].quoted == quoted:
            before = found[-1].text[:-1] if joined else found[-1].text
            found[-1] = found[-1]._replace(text=before + (shown.lstrip("> ") if quoted else shown))
        else:
            found.append(Line(shown, quoted))
        soft = flowed and given.endswith(" ") and given != "-- "
    return found
