"""Which templates may be sent, which places they have, and what the customer sees when these are filled. Pure.

A place is named by where it stands: `header.1`, `body.2`, `body.first_name`, `button.0.1` (the end of the first
button's address), `button.0.code`. Sources: Meta's "Template components", "Template categories" and its error codes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.channels.reading import as_dict, as_list, text
from chalicelib.channels.templates import ProviderTemplate
from chalicelib.core.errors import BadInput
from chalicelib.core.normal import shows_nothing

PLACE = re.compile(r"\{\{\s*(\w{1,60})\s*\}\}")
"""A place in a text; its group is the provider's name or number of it."""
_NO_VALUE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]| {5,}")
"""What Meta takes in no value: line breaks, tabs, more than four spaces in a row; and what cannot be sent."""
_LIMITS = {"header": 60, "body": 1024, "footer": 60}
"""Characters of a filled part."""
_ADDRESS, _CODE = 2000, 15
"""Characters of a button's filled address, and of its code."""
LONGEST_VALUE = 1024

APPROVED, UTILITY = "APPROVED", "UTILITY"
_STATUSES = {"PAUSED": "paused", "DISABLED": "disabled", "PENDING": "pending", "REJECTED": "rejected"}
_CATEGORIES = {"MARKETING": "marketing", "AUTHENTICATION": "authentication"}


class StoredTemplate(NamedTuple):
    """A template as it was read, and the business account that it is of."""

    business_account: str
    template: ProviderTemplate


class Place(NamedTuple):
    """A place to fill: its `id`, the part that it stands in, the provider's name or number of it, and an example."""

    id: str
    part: str
    key: str
    example: str = ""


class Button(NamedTuple):
    """A button under a template: `kind` is reply, url, phone or code. `target` is where it leads, with places."""

    kind: str
    title: str
    target: str = ""


class Content(NamedTuple):
    """What a template says, with its places; filled, it is what the customer sees. `unbuilt` names a part that the desk
    cannot send."""

    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    unbuilt: str = ""

    @property
    def text(self) -> str:
        """All of its text, without buttons."""
        return "\n\n".join(one for one in (self.header, self.body, self.footer) if one)

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return self._asdict() | {"buttons": [one._asdict() for one in self.buttons]}


def as_shown(stored: object) -> Content:
    """Return what was stored of a filled template. Other shapes are skipped."""
    given = as_dict(stored)
    buttons = (as_dict(one) for one in as_list(given.get("buttons")))
    made = (Button(*(str(one.get(name, "")) for name in Button._fields)) for one in buttons)
    header, body, footer = (str(given.get(name, "")) for name in ("header", "body", "footer"))
    return Content(header, body, footer, tuple(made))


class BadValue(BadInput):
    """A value does not fit its place, whose id is `place`. The code says why: template_value or template_too_long."""

    def __init__(self, message: str, code: str, place: str) -> None:
        super().__init__(message, code=code)
        self.place = place


_BUTTONS = {"QUICK_REPLY": "reply", "URL": "url", "PHONE_NUMBER": "phone", "COPY_CODE": "code"}


def content_of(template: ProviderTemplate) -> Content:
    """Return what a template says. A part of another shape than text is named in `unbuilt`."""
    header = body = footer = unbuilt = ""
    buttons: tuple[Button, ...] = ()
    for one in _components(template):
        kind, shape = text(one.get("type")).upper(), text(one.get("format")).upper() or "TEXT"
        words = text(one.get("text"), 2000)
        if kind == "HEADER" and shape == "TEXT":
            header = words
        elif kind == "BODY":
            body = words
        elif kind == "FOOTER":
            footer = words
        elif kind == "BUTTONS":
            buttons = tuple(map(_button, as_list(one.get("buttons"))))
            unbuilt = unbuilt or ("" if all(button.kind for button in buttons) else "buttons")
        else:
            unbuilt = unbuilt or (f"header {shape.lower()}" if kind == "HEADER" else kind.lower() or "part")
    return Content(header, body, footer, buttons, unbuilt or ("" if body else "body"))


def _components(template: ProviderTemplate) -> list[dict[str, Any]]:
    try:
        return [as_dict(one) for one in as_list(json.loads(template.components))]
    except ValueError:
        return []


def _button(given: object) -> Button:
    one = as_dict(given)
    kind = _BUTTONS.get(text(one.get("type")).upper(), "")
    target = {"url": "url", "phone": "phone_number"}.get(kind)
    shown = text(one.get(target), _ADDRESS) if target else "{{code}}" if kind == "code" else ""
    return Button(kind, text(one.get("text")), shown)


def why_not(template: ProviderTemplate) -> str:
    """Return why a template may not be sent, "" when it may. Only an approved one of the category UTILITY may, of which
    no other category is announced: a status or category that is not known says no."""
    if template.status != APPROVED:
        return _STATUSES.get(template.status, "not_approved")
    if template.category != UTILITY:
        return _CATEGORIES.get(template.category, "category")
    if template.correct_category:
        return "becomes_marketing" if template.correct_category == "MARKETING" else "category"
    return "unbuilt" if content_of(template).unbuilt else ""


def places_of(template: ProviderTemplate) -> tuple[Place, ...]:
    """Return the places to fill: of header and body in the order of their numbers or of the text, then of buttons."""
    said, examples = content_of(template), _examples(template)
    found = [*_in_part("header", said.header, examples), *_in_part("body", said.body, examples)]
    for number, button in enumerate(said.buttons):
        if button.kind != "phone":
            found += _in_part(f"button.{number}", button.target, examples)
    return tuple(found)


def _in_part(part: str, words: str, examples: Mapping[str, str]) -> Iterator[Place]:
    keys = list(dict.fromkeys(PLACE.findall(words)))
    for key in sorted(keys, key=int) if all(map(str.isdecimal, keys)) else keys:
        name = f"{part}.{key}"
        yield Place(name, part.partition(".")[0], key, examples.get(name, ""))


def _examples(template: ProviderTemplate) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in _components(template):
        part, given = text(one.get("type")).lower(), as_dict(one.get("example"))
        rows = as_list(given.get(f"{part}_text"))
        for number, value in enumerate(as_list(rows[0]) if rows and isinstance(rows[0], list) else rows, 1):
            found[f"{part}.{number}"] = text(value, 100)
        for named in map(as_dict, as_list(given.get(f"{part}_text_named_params"))):
            found[f"{part}.{text(named.get('param_name'))}"] = text(named.get("example"), 100)
    return found


def fill(template: ProviderTemplate, values: Mapping[str, str]) -> Content:
    """Return what the customer sees with these values. Raises BadInput: every place must have a value, and every value
    a place; BadValue names the place of one that does not fit."""
    places = places_of(template)
    if unknown := sorted(values.keys() - {one.id for one in places}):
        raise BadInput(f"The template has no place {unknown[0][:60]!r}.", code="template_value")
    for place in places:
        _check_value(place, values.get(place.id, ""))
    said = content_of(template)
    filled = preview(said, values)
    for part, most in _LIMITS.items():
        if len(getattr(filled, part)) > most:
            at = next((one.id for one in places if one.part == part), "")
            raise BadValue(f"The {part} is longer than {most} characters with these values.", "template_too_long", at)
    for number, button in enumerate(filled.buttons):
        most = _CODE if button.kind == "code" else _ADDRESS
        if len(button.target) > most:
            raise BadValue("A button is too long with this value.", "template_too_long", f"button.{number}.1")
    return filled


def preview(said: Content, values: Mapping[str, str]) -> Content:
    """Return the content with the places filled that have a value; the others stay as they are."""

    def filled(part: str, words: str) -> str:
        return PLACE.sub(lambda found: values.get(f"{part}.{found[1]}") or found[0], words)

    buttons = (one._replace(target=filled(f"button.{number}", one.target)) for number, one in enumerate(said.buttons))
    return said._replace(header=filled("header", said.header), body=filled("body", said.body), buttons=tuple(buttons))


def _check_value(place: Place, value: str) -> None:
    if shows_nothing(value):
        raise BadValue(f"The place {place.id} has no value.", "template_value", place.id)
    if _NO_VALUE.search(value):
        message = f"The value of {place.id} holds a line break, a tab, or more than four spaces in a row."
        raise BadValue(message, "template_value", place.id)
    if len(value) > LONGEST_VALUE:
        raise BadValue(
            f"The value of {place.id} is longer than {LONGEST_VALUE} characters.", "template_too_long", place.id
        )
    if place.part == "button" and place.key != "code" and any(sign.isspace() for sign in value):
        raise BadValue(f"The value of {place.id} ends an address, so it has no space.", "template_value", place.id)
