"""One gateway: only dynamo/tables.py calls the client of DynamoDB, and keys are made of their item classes alone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.dynamo.schema import CLASSES
from tests.support.project import PROJECT

FILES = sorted((PROJECT / "chalicelib").rglob("*.py"))
CALLS = {"get_item", "put_item", "update_item", "delete_item", "batch_get_item", "batch_write_item",
         "transact_get_items", "transact_write_items", "get_paginator"}  # fmt: skip
"""Operations of the client that read or write rows; Query and Scan are also methods of the gateway and of models."""
GATEWAY = ("chalicelib/dynamo/tables.py", "chalicelib/dynamo/direct.py")
"""The gateway, and intake's client, which hands calls on to the SDK's."""
PREFIXES = {
    template.partition("{")[0] for one in CLASSES for template in (one.pk, one.sk) if "#" in template.partition("{")[0]
}
HOMES = ("chalicelib/dynamo/schema/", "chalicelib/erasure/verifier.py")
"""Where keys stand: the schema, and the verifier, whose questions are its own."""


def calls(source: str) -> Iterator[str]:
    """Yield what a module calls of DynamoDB's client, and the names of such calls that it spells."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in CALLS:
            yield node.attr
        elif isinstance(node, ast.Constant) and node.value in CALLS:
            yield str(node.value)


def keys(source: str) -> Iterator[str]:
    """Yield the literals of a module that begin like a key; docstrings do not count."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield from (node.value for prefix in PREFIXES if re.match(re.escape(prefix) + r"\S*$", node.value))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROJECT)))
def test_a_module_speaks_to_tables_through_the_gateway_and_by_keys_of_the_schema(file: Path) -> None:
    place, source = str(file.relative_to(PROJECT)), file.read_text(encoding="utf-8")
    if place not in GATEWAY:
        assert list(calls(source)) == [], "call a method of Tables instead, or add one"
    if not place.startswith(HOMES):
        assert list(keys(source)) == [], "take the key from its item class: MESSAGE.key(…), TICKET.partition(…)"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("client.put_item(Item=item)", ["put_item"]),
        ('getattr(client, "update_item")()', ["update_item"]),
        ("tables.get_many(keys)", []),
    ],
)
def test_a_call_beside_the_gateway_is_found(source: str, found: list[str]) -> None:
    assert list(calls(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('pk = f"ticket#{ticket_id}"', ["ticket#"]),
        ('row["sk"].startswith("message#")', ["message#"]),
        ('"""message# in a docstring"""', []),
        ('says = "message# is what it begins with"', []),
    ],
)
def test_a_key_by_hand_is_found(source: str, found: list[str]) -> None:
    assert list(keys(source)) == found
