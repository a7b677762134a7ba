"""A mailing: what it says, how far it is, and who may do what with it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.core.errors import BadInput
from chalicelib.core.normal import shows_nothing

DRAFT, SENDING, SENT, STOPPED = "draft", "sending", "sent", "stopped"
"""States of a mailing: it is written; it goes to its recipients; it has gone to all; a colleague has stopped it."""
MOST_SUBJECT, MOST_TEXT = 150, 10_000
"""Characters of a subject and of a text."""


class Words(NamedTuple):
    """Subject and text in one language."""

    subject: str
    text: str


class Mailing(NamedTuple):
    """A mailing of a purpose. `texts` are by language; `author` is who changed them last, `version` counts the changes.
    `released_by` let it go, `stopped_by` stopped it. Times in ms, 0 for never."""

    id: str
    purpose: str
    state: str
    texts: Mapping[str, Words]
    author: str
    version: int
    created_at: int
    changed_at: int
    account: str = ""
    released_by: str = ""
    released_at: int = 0
    stopped_by: str = ""
    ended_at: int = 0
    cursor: str = ""
    attempts: int = 0


def written(texts: Mapping[str, Words], languages: tuple[str, ...]) -> dict[str, Words]:
    """Return texts as they are stored, one in each language of the operator. Raises BadInput with the code subject or
    text when one is missing, or too long."""
    found: dict[str, Words] = {}
    for language in languages:
        subject = " ".join(texts[language].subject.split()) if language in texts else ""
        text = texts[language].text.replace("\r\n", "\n").replace("\r", "\n").strip() if language in texts else ""
        if shows_nothing(subject) or len(subject) > MOST_SUBJECT or not subject.isprintable():
            raise BadInput(
                f"A subject of at most {MOST_SUBJECT} characters is wanted in each language.", code="subject"
            )
        if shows_nothing(text) or len(text) > MOST_TEXT:
            raise BadInput(f"Each language needs a text of at most {MOST_TEXT} characters.", code="text")
        found[language] = Words(subject, text)
    return found
