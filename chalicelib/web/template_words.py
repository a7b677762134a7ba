"""What the ticket page shows of templates: their places and words, what was typed, and a version of the part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from chalicelib.core.ids import new_id
from chalicelib.core.texts import LANGUAGE_NAMES, desk_msg
from chalicelib.provider_templates.model import PLACE, Place
from chalicelib.web.offered_templates import NONE_THERE, WHY_NOT, Offer, Offered

_LABELS: Mapping[str, str] = {
    "header": desk_msg("Heading: {key}"),
    "body": desk_msg("Text: {key}"),
    "button": desk_msg("End of the button's address: {key}"),
}
_CODE = desk_msg("Code to copy")
ICONS = {"url": "next", "phone": "next", "code": "note"}


@dataclass(frozen=True)
class TypedTemplate:
    """A template that was not sent: its key, the values by place, why, and the place that is wrong, "" for none.
    `found`: it still stands in the list."""

    key: str
    values: Mapping[str, str]
    problem: str
    place: str = ""
    found: bool = True


class Piece(NamedTuple):
    """A piece of a text: a place with its `key`, or what stands between places."""

    text: str
    key: str = ""


@dataclass(frozen=True)
class PickerWords:
    """Says things about templates in one language. `typed` is what was typed and not sent."""

    say: Callable[[str], str]
    typed: TypedTemplate | None = None

    def place(self, place: Place) -> str:
        """Return the label of a field."""
        label = _CODE if place.key == "code" else _LABELS[place.part]
        return self.say(label).format(key=place.key)

    def why_not(self, one: Offered) -> str:
        """Return why a template may not be sent."""
        return self.say(WHY_NOT[one.why]).format(part=one.content.unbuilt)

    def nothing(self, offered: Offer) -> str:
        """Return why there is nothing to choose from, or why it may be out of date."""
        return self.say(NONE_THERE[offered.problem]).format(code=offered.code)

    def language(self, code: str) -> str:
        """Return the name of a language in itself; its code when we have none."""
        return LANGUAGE_NAMES.get(code.partition("_")[0], code)

    def filled(self, key: str) -> TypedTemplate | None:
        """Return what was typed for this template."""
        return self.typed if self.typed and self.typed.key == key else None

    @staticmethod
    def pieces(text: str) -> list[Piece]:
        """Cut a text at its places."""
        found, end = [], 0
        for one in PLACE.finditer(text):
            found += [Piece(text[end : one.start()]), Piece(one[0], one[1])]
            end = one.end()
        return [*found, Piece(text[end:])]

    @staticmethod
    def fresh() -> str:
        """Return an id under which a template is sent once."""
        return new_id()


def as_typed(typed: TypedTemplate | None, offered: Offer | None) -> TypedTemplate | None:
    """Return what was typed, and whether its template can still be chosen."""
    items = offered.items if offered else ()
    return typed and replace(typed, found=any(one.template.key == typed.key and not one.why for one in items))


def version_of(offered: Offer | None, typed: TypedTemplate | None) -> str:
    """Return what stands for the content of the part, whose forms have new ids each time it is rendered."""
    shown = offered and [(one.template, one.why) for one in offered.items]
    return f"{shown}{offered and offered.problem}{typed and typed.problem}"
