"""Which modules speak to tables: those of `dynamo`, and whatever imports something of it to do so."""

import ast
from functools import cache

from tests.support.project import PROJECT

PACKAGE = PROJECT / "chalicelib"
_ABOVE = ("wiring", "web", "entrypoints", "ops")
"""Rooms that make stores and call them, and ask no table themselves."""


@cache
def stores() -> frozenset[str]:
    """Return the paths of these modules. What is imported for type checkers alone does not count."""
    found = set()
    for file in PACKAGE.rglob("*.py"):
        room = file.relative_to(PACKAGE).parts[0]
        if room not in _ABOVE and (room == "dynamo" or _uses_dynamo(ast.parse(file.read_text(encoding="utf-8")))):
            found.add(str(file))
    return frozenset(found)


def _uses_dynamo(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = []
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chalicelib.dynamo")
        for node in ast.walk(tree)
    )
