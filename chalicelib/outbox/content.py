"""What a message of ours holds, how it lies sealed on its row, and the parts that a channel makes messages of."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from chalicelib.channels.base import ChoicePart, FilePart, OutboundPart, TemplatePart, TextPart
from chalicelib.channels.parts import Button
from chalicelib.channels.reading import as_dict, as_list
from chalicelib.core.asks import CHOICE_PAYLOAD


def choices_of(titles: Iterable[str], client_id: str) -> tuple[Button, ...]:
    """Return choices under a reply. Their ids name nobody, and are the same when the reply is repeated under the same
    client's id."""
    unique = hashlib.sha256(f"choices|{client_id}".encode()).hexdigest()[:20]
    return tuple(Button(f"{CHOICE_PAYLOAD}.{unique}.{place}", title) for place, title in enumerate(titles, 1))


class SentFile(NamedTuple):
    """A file of ours: its name in the bucket behind the contact's prefix, its name for people, MIME type, bytes and
    kind (channels/contract.FileLimit)."""

    object: str
    name: str
    type: str
    size: int
    kind: str


class SentTemplate(NamedTuple):
    """A template that the provider has approved, by its name there and language, with the values of its places."""

    name: str
    language: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplyContent:
    """What somebody of the staff sends. `quote` is the reference of the message that is answered. Everything is
    personal data."""

    text: str = field(default="", repr=False)
    quote: str = ""
    choices: tuple[Button, ...] = field(default=(), repr=False)
    files: tuple[SentFile, ...] = field(default=(), repr=False)
    template: SentTemplate | None = field(default=None, repr=False)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Return what is stored as `content`. Other shapes are skipped, because intake can seal anything."""
        choices = (as_dict(one) for one in as_list(content.get("buttons")))
        files = (as_dict(one) for one in as_list(content.get("files")))
        template = as_dict(content.get("template"))
        return cls(
            text=str(content.get("text", "")),
            quote=str(content.get("quote", "")),
            choices=tuple(Button(str(one.get("id", "")), str(one.get("title", ""))) for one in choices),
            files=tuple(_file(one) for one in files),
            template=_template(template) if template else None,
        )

    def stored(self) -> dict[str, Any]:
        """Return it as JSON; what is empty is left out, but for the text."""
        rest = {
            "quote": self.quote,
            "buttons": [one._asdict() for one in self.choices],
            "files": [one._asdict() for one in self.files],
            "template": self.template._asdict() if self.template else None,
        }
        return {"text": self.text} | {name: value for name, value in rest.items() if value}

    def parts(self) -> tuple[OutboundPart, ...]:
        """Return its parts in the order in which they are shown: a template is all that its message has."""
        if self.template:
            return (TemplatePart(*self.template),)
        text: tuple[OutboundPart, ...] = (TextPart(self.text),) if self.text or not self.files else ()
        choice = (ChoicePart(self.choices),) if self.choices else ()
        return (*text, *choice, *(FilePart(one.name, one.type, one.size, one.kind) for one in self.files))


def _file(given: Mapping[str, Any]) -> SentFile:
    words = (str(given.get(name, "")) for name in ("object", "name", "type", "kind"))
    name_there, name, file_type, kind = words
    size = given.get("size")
    return SentFile(name_there, name, file_type, size if isinstance(size, int) else 0, kind)


def _template(given: Mapping[str, Any]) -> SentTemplate:
    values = tuple(str(one) for one in as_list(given.get("values")))
    return SentTemplate(str(given.get("name", "")), str(given.get("language", "")), values)
