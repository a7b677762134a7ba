"""Converts between Python values and DynamoDB's typed attribute values, for code that calls the plain client."""

from collections.abc import Mapping
from typing import Any

AttributeValues = dict[str, Any]


def attribute_value(value: Any) -> AttributeValues:
    """Return a value in DynamoDB's typed form. A set holds whole numbers or texts. Raises TypeError for a type that no
    item uses."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, set | frozenset):
        kind = "SS" if any(isinstance(one, str) for one in value) else "NS"
        return {kind: [str(one) for one in sorted(value)]}
    if isinstance(value, list | tuple):
        return {"L": [attribute_value(one) for one in value]}
    if isinstance(value, Mapping):
        return {"M": {name: attribute_value(one) for name, one in value.items()}}
    raise TypeError(f"an item cannot hold a {type(value).__name__}")


def attribute_values(item: Mapping[str, Any]) -> AttributeValues:
    """Return a whole item in typed form; attributes that are None or an empty string are left out."""
    return {name: attribute_value(value) for name, value in item.items() if value is not None and value != ""}


def plain_value(value: AttributeValues) -> Any:
    """Return the Python value of a typed attribute value; numbers become int, also those that are none of ours."""
    ((kind, inner),) = value.items()
    if kind == "N":
        try:
            return int(inner)
        except ValueError:
            return int(float(inner))
    if kind == "NS":
        return {int(one) for one in inner}
    if kind == "L":
        return [plain_value(one) for one in inner]
    if kind == "M":
        return {name: plain_value(one) for name, one in inner.items()}
    return inner


def plain_item(item: Mapping[str, AttributeValues]) -> dict[str, Any]:
    """Return a whole item as Python values."""
    return {name: plain_value(value) for name, value in item.items()}
