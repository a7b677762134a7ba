"""Which functions of storage speak to DynamoDB."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.storage.stores import stores

SITES = re.compile(
    r"\b(?:DeskRow|KeyRow|IndexRow|queue_index|unsent_index)\.(?:get|query|count|scan|batch_get|batch_write)\("
    r"|\b(?:row|fresh|(?:Desk|Key|Index|Login)Row\(.*\))\.(?:save|update|delete)\("
    r"|(?:_client|self\.client)\.(?:\w+_items?|get_paginator)\(|getattr\((?:self\._)?client,"
)
"""How storage speaks to DynamoDB."""


ELSEWHERE = {"cognito.py", "queues.py", "secrets.py", "clients.py", "restore_points.py"}
"""Modules of storage that speak to other services, or of whole tables."""


BEHIND = {"BatchDecryptor._key", "SweepStore.overdue"}
"""They ask only what others of the list ask: for a key that is not loaded yet, and by handing an iterator on."""


def speaking() -> set[str]:
    """Functions of storage that speak to DynamoDB, and those that call one of them."""
    texts: dict[str, str] = {}
    calls: dict[str, set[str]] = {}
    for file in map(Path, sorted(stores())):
        if file.name not in ELSEWHERE:
            source = file.read_text(encoding="utf-8")
            for name, owners, node in functions(ast.parse(source)):
                texts[name] = ast.get_source_segment(source, node) or ""
                calls[name] = set(called(node, owners))
    found = {name for name, text in texts.items() if SITES.search(text)}
    while more := {name for name, its in calls.items() if its & found} - found - BEHIND:
        found |= more
    return found


def functions(tree: ast.AST, owners: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], ast.FunctionDef]]:
    """Functions by their qualified names, with their class and its bases."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from functions(node, (node.name, *(ast.unparse(base) for base in node.bases)))
        elif isinstance(node, ast.FunctionDef):
            yield ".".join([*owners[:1], node.name]), owners, node


OTHERS = {
    "self._store": "IntakeStore",
    "self._run": "Transactions",
    "self._tables": "Tables",
    "self.tables": "Tables",
    "self.desk": "TicketQueries",
    "desk": "TicketQueries",
}


def called(node: ast.AST, owners: tuple[str, ...]) -> Iterator[str]:
    """Qualified names of functions of storage that a function may call."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            owner, _, name = ast.unparse(one.func).rpartition(".")
            if owner == "self":
                yield from (f"{owner}.{name}" for owner in owners)
            elif owner in OTHERS:
                yield f"{OTHERS[owner]}.{name}"
            elif not owner:
                yield name
