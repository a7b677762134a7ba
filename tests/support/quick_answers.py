"""Reads answers in JSON by the models of botocore, as its parser does, with the way through each model found once."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import DEFAULT_TIMESTAMP_PARSER

Reader = Callable[[Any], Any]
_made: dict[int, tuple[Shape, Reader]] = {}
"""By the identity of a shape, which is kept here so that no other gets it."""


def value(typed: dict[str, Any]) -> dict[str, Any]:
    """A typed value of DynamoDB as botocore reads it: bytes are decoded, sets and lists are new."""
    ((kind, given),) = typed.items()
    if kind == "B":
        return {kind: b64decode(given)}
    if kind == "M":
        return {kind: {name: value(one) for name, one in given.items()}}
    if kind == "L":
        return {kind: [value(one) for one in given]}
    if kind == "BS":
        return {kind: [b64decode(one) for one in given]}
    return {kind: list(given) if isinstance(given, list) else given}


def reader(shape: Shape) -> Reader:
    """Return what reads an answer of this shape. What the shape does not know is left out, and so is null."""
    known = _made.get(id(shape))
    if known is None:
        known = _made[id(shape)] = (shape, _reader(shape))
    return known[1]


def _reader(shape: Shape) -> Reader:
    if shape.name == "AttributeValue":
        return value
    if isinstance(shape, StructureShape):
        members = [(name, one.serialization.get("name", name), reader(one)) for name, one in shape.members.items()]
        return lambda given: {name: read(given[told]) for name, told, read in members if given.get(told) is not None}
    if isinstance(shape, ListShape):
        of_list = reader(shape.member)
        return lambda given: [of_list(one) for one in given]
    if isinstance(shape, MapShape):
        of_map = reader(shape.value)
        return lambda given: {name: of_map(one) for name, one in given.items()}
    return {"blob": b64decode, "timestamp": DEFAULT_TIMESTAMP_PARSER}.get(shape.type_name, lambda given: given)
