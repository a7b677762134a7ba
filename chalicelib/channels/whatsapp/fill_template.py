"""Writes a template as Meta's call takes it. Source: Meta's "Send message templates"."""

from typing import Any

from chalicelib.channels.base import TemplatePart


def filled_template(template: TemplatePart) -> dict[str, Any]:
    """Return the template with its values in the order of its places: those of header and body as one component each,
    those of a button as one for each button. A place with a name is told by it, one with a number by its order."""
    components: dict[str, dict[str, Any]] = {}
    for place, value in template.values:
        part, _, key = place.rpartition(".")
        component = components.setdefault(part, _component(part, key))
        component["parameters"].append(_parameter(part, key, value))
    shown = {"components": list(components.values())} if components else {}
    return {"name": template.name, "language": {"policy": "deterministic", "code": template.language}} | shown


def _component(part: str, key: str) -> dict[str, Any]:
    kind, _, index = part.partition(".")
    button = {"sub_type": "copy_code" if key == "code" else "url", "index": index} if kind == "button" else {}
    return {"type": kind, **button, "parameters": []}


def _parameter(part: str, key: str, value: str) -> dict[str, Any]:
    if part.startswith("button."):
        return {"type": "coupon_code", "coupon_code": value} if key == "code" else {"type": "text", "text": value}
    named = {} if key.isdecimal() else {"parameter_name": key}
    return {"type": "text", **named, "text": value}
