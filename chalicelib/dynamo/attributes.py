"""DynamoDB's wire form, for the few places that speak to the client directly (see docs/adr on intake)."""

from collections.abc import Mapping
from typing import Any

Wire = dict[str, Any]


def to_wire(value: Any) -> Wire:
    """Return one attribute value in DynamoDB's typed form. Supports what our items use; sets
    hold whole numbers."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, set | frozenset):
        return {"NS": [str(one) for one in sorted(value)]}
    if isinstance(value, list | tuple):
        return {"L": [to_wire(one) for one in value]}
    if isinstance(value, Mapping):
        return {"M": {name: to_wire(one) for name, one in value.items()}}
    raise TypeError(f"an item cannot hold a {type(value).__name__}")


def item_to_wire(item: Mapping[str, Any]) -> Wire:
    """Return a whole item in typed form; attributes that are None or an empty string are left out."""
    return {name: to_wire(value) for name, value in item.items() if value is not None and value != ""}


def from_wire(value: Wire) -> Any:
    """Return the Python value of one typed attribute value; numbers become int."""
    ((kind, inner),) = value.items()
    if kind == "N":
        return int(inner)
    if kind == "NS":
        return {int(one) for one in inner}
    if kind == "L":
        return [from_wire(one) for one in inner]
    if kind == "M":
        return {name: from_wire(one) for name, one in inner.items()}
    return inner


def item_from_wire(item: Mapping[str, Wire]) -> dict[str, Any]:
    """Return a whole item as Python values."""
    return {name: from_wire(value) for name, value in item.items()}
