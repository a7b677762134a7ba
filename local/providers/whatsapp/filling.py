"""Checks and fills a template that is sent, as Meta does. Source: Meta's error codes of 132000."""

import re
from typing import Any

from local.phones.store import Key
from local.providers.whatsapp.catalogue import Catalogue, Component
from local.providers.whatsapp.words import MetaError

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_LIMITS = {"HEADER": 60, "BODY": 1024}


def filled(content: dict[str, Any], catalogue: Catalogue) -> tuple[str, tuple[Key, ...]]:
    """Return what the customer sees of a template that is sent, and its buttons. Raises MetaError as Meta refuses."""
    template = catalogue.find(str(content["name"]), str(content["language"]["code"]))
    if template is None or template.status in ("PENDING", "REJECTED", "DELETED"):
        raise MetaError(132001)
    if template.status in ("PAUSED", "DISABLED"):
        raise MetaError(132015 if template.status == "PAUSED" else 132016)
    given = {_name(one): one.get("parameters") or [] for one in content.get("components") or []}
    lines: list[str] = []
    keys: tuple[Key, ...] = ()
    for one in template.components:
        kind = one["type"]
        if kind == "BUTTONS":
            keys = tuple(_key(place, button, given) for place, button in enumerate(one["buttons"]))
        elif one.get("format", "TEXT") != "TEXT":
            if not given.get("header"):
                raise MetaError(132012, f"header: Format mismatch, expected {one['format']}, received UNKNOWN")
        else:
            lines.append(_fill(one["text"], given.get(kind.lower(), []), kind, _is_named(one)))
    return "\n".join(lines), keys


def _name(component: dict[str, Any]) -> str:
    kind = str(component.get("type", "")).lower()
    return f"button.{component.get('index')}" if kind == "button" else kind


def _is_named(component: Component) -> bool:
    return "body_text_named_params" in component.get("example", {})


def _fill(words: str, parameters: list[dict[str, Any]], kind: str, named: bool) -> str:
    places = list(dict.fromkeys(_PLACE.findall(words)))
    if len(parameters) != len(places):
        raise MetaError(
            132000,
            f"{kind.lower()}: number of localizable_params ({len(parameters)}) does not match the expected number of"
            f" params ({len(places)})",
        )
    values = {}
    for place, one in zip(places, parameters, strict=True):
        text = one.get("text")
        if one.get("type") != "text" or not isinstance(text, str) or not text:
            raise MetaError(132012, f"{kind.lower()}: Parameter of type text is missing text value")
        if re.search(r"[\n\t\r]| {5,}", text):
            raise MetaError(100, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        if named and one.get("parameter_name") not in places:
            raise MetaError(132012, "Parameter name is missing or empty")
        values[one["parameter_name"] if named else place] = text
    said = _PLACE.sub(lambda found: values[found[1]], words)
    if len(said) > _LIMITS.get(kind, 2000):
        raise MetaError(132005)
    return said


def _key(place: int, button: Component, given: dict[str, list[dict[str, Any]]]) -> Key:
    parameters = given.get(f"button.{place}", [])
    if button["type"] == "URL":
        return Key("", button["text"], _fill(button["url"], parameters, "BUTTON", named=False))
    payload = str(parameters[0].get("payload", "")) if parameters else ""
    return Key(payload or button["text"], button["text"], kind="button")
