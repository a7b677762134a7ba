"""What a message of ours holds, how it lies sealed on its row, and the parts that a channel makes messages of."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from chalicelib.channels.base import ChoicePart, FilePart, OutboundPart, PageLink, TemplatePart, TextPart
from chalicelib.channels.parts import Button
from chalicelib.channels.reading import as_dict, as_list
from chalicelib.core.asks import CHOICE_PAYLOAD
from chalicelib.provider_templates import model as templates


def choices_of(titles: Iterable[str], client_id: str) -> tuple[Button, ...]:
    """Return choices under a reply. Their ids name nobody, and are the same when the reply is repeated under the same
    client's id."""
    unique = hashlib.sha256(f"choices|{client_id}".encode()).hexdigest()[:20]
    return tuple(Button(f"{CHOICE_PAYLOAD}.{unique}.{place}", title) for place, title in enumerate(titles, 1))


class SentFile(NamedTuple):
    """A file of ours: its name in the bucket behind the contact's prefix, its name for people, MIME type, bytes, kind
    (channels/contract.FileLimit), and the version of the object that was looked at. What somebody has just brought is
    only named, until it is looked at (attachments/uploads.py)."""

    object: str
    name: str = ""
    type: str = ""
    size: int = 0
    kind: str = ""
    etag: str = ""


class SentTemplate(NamedTuple):
    """A template that the provider has approved, by its name there and language, with the values of its places by their
    ids. `shown` is what the customer sees."""

    name: str
    language: str
    values: tuple[tuple[str, str], ...] = ()
    shown: templates.Content | None = None

    @property
    def key(self) -> str:
        """What names it in its account, in the plain: it holds nothing of a person."""
        return f"{self.name}#{self.language}"


@dataclass(frozen=True)
class ReplyContent:
    """What is sent. `quote` is the reference of the message that is answered, `topic` the subject of one that answers
    none, `link` a page of ours to which it leads. Everything is personal data."""

    text: str = field(default="", repr=False)
    quote: str = ""
    choices: tuple[Button, ...] = field(default=(), repr=False)
    files: tuple[SentFile, ...] = field(default=(), repr=False)
    template: SentTemplate | None = field(default=None, repr=False)
    topic: str = field(default="", repr=False)
    link: PageLink | None = field(default=None, repr=False)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Return what is stored as `content`. Other shapes are skipped, because intake can seal anything."""
        choices = (as_dict(one) for one in as_list(content.get("buttons")))
        files = (as_dict(one) for one in as_list(content.get("files")))
        template, link = as_dict(content.get("template")), as_dict(content.get("link"))
        return cls(
            text=str(content.get("text", "")),
            quote=str(content.get("quote", "")),
            choices=tuple(Button(str(one.get("id", "")), str(one.get("title", ""))) for one in choices),
            files=tuple(_file(one) for one in files),
            template=_template(template) if template else None,
            topic=str(content.get("topic", "")),
            link=_link(link) if link else None,
        )

    @property
    def kind(self) -> str:
        """What a list shows of it: the kind of its first file, when it has no text."""
        return "text" if self.text or not self.files else self.files[0].kind

    def stored(self) -> dict[str, Any]:
        """Return it as JSON; what is empty is left out, but for the text."""
        rest = {
            "quote": self.quote,
            "buttons": [one._asdict() for one in self.choices],
            "files": [one._asdict() for one in self.files],
            "template": self.template and _stored_template(self.template),
            "topic": self.topic,
            "link": self.link and self.link._asdict(),
        }
        return {"text": self.text} | {name: value for name, value in rest.items() if value}

    def asked(self) -> Self:
        """Return what was asked for: of a template without what the desk has made of it."""
        if self.template is None:
            return self
        values = tuple(sorted(self.template.values))
        return replace(self, text="", template=self.template._replace(values=values, shown=None))

    def parts(self) -> tuple[OutboundPart, ...]:
        """Return its parts in the order in which they are shown: a template is all that its message has."""
        if self.template:
            return (TemplatePart(self.template.name, self.template.language, self.template.values),)
        text: tuple[OutboundPart, ...] = (TextPart(self.text),) if self.text or not self.files else ()
        choice = (ChoicePart(self.choices),) if self.choices else ()
        files = (FilePart(one.name, one.type, one.size, one.kind, one.object, one.etag) for one in self.files)
        return (*text, *choice, *files)


def _link(given: Mapping[str, Any]) -> PageLink:
    return PageLink(str(given.get("title", "")), str(given.get("url", "")), ends=bool(given.get("ends")))


def _file(given: Mapping[str, Any]) -> SentFile:
    words = {name: str(given.get(name, "")) for name in ("object", "name", "type", "kind", "etag")}
    size = given.get("size")
    return SentFile(**words, size=size if isinstance(size, int) else 0)


def _template(given: Mapping[str, Any]) -> SentTemplate:
    values = tuple((place, str(one)) for place, one in as_dict(given.get("values")).items())
    shown = templates.as_shown(given["shown"]) if "shown" in given else None
    return SentTemplate(str(given.get("name", "")), str(given.get("language", "")), values, shown)


def _stored_template(one: SentTemplate) -> dict[str, Any]:
    shown = {"shown": one.shown.stored()} if one.shown else {}
    return {"name": one.name, "language": one.language, "values": dict(one.values)} | shown
