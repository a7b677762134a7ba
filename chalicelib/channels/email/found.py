"""What is found on the walk over a mail, and how its lines of text are compared."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.channels.email.lines import Line

if TYPE_CHECKING:
    from chalicelib.channels.email.entities import Entity
    from chalicelib.channels.email.mail import MailFile

_WORD = re.compile(r"\w+")
_WRITTEN_OTHERWISE = re.compile(r"\[[^\]\n]{0,300}\]|<?\b(?:https?://|mailto:|tel:|cid:|www\.)[^\s<>]{1,2000}>?")


class Found:
    """What was found in a mail: lines of text, files, notes (mail.py), reports of servers, headers of the mails that
    are in it, whether a whole mail is, and the emoji of a reaction."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.files: list[MailFile] = []
        self.notes: list[str] = []
        self.reports: list[str] = []
        self.originals: list[Entity] = []
        self.passes_on = False
        self.reaction = ""


def quoted(lines: Sequence[Line]) -> list[Line]:
    """Return lines as somebody else's words."""
    return [one._replace(quoted=True) for one in lines]


def aside(lines: Sequence[Line]) -> list[Line]:
    """Return lines as words that no mail program shows."""
    return [one._replace(aside=True) for one in lines]


def said(lines: Sequence[Line], *, bare: bool = False) -> set[str]:
    """Return the words of lines. `bare`: without links and words for pictures, which each form writes in its own
    way."""
    text = "\n".join(one.text for one in lines).casefold()
    return set(_WORD.findall(_WRITTEN_OTHERWISE.sub(" ", text) if bare else text))
