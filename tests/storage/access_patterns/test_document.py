"""What docs/access-patterns.md says of itself."""

import re
from typing import Any

import pytest

from chalicelib.dynamo.schema import CLASSES
from infra.functions import FUNCTIONS
from tests.storage.access_patterns.patterns import ROWS, Row, lines
from tests.support.project import PROJECT
from tests.support.storage.recorded import TRANSACTION

SCANS = {"ExpiredStore.page", "Rotation.reseal"}
"""Who may scan: the sweeper and the rotation. Restore and the absence verifier would stand here, too."""


def test_the_keys_that_the_document_lists_are_those_of_the_item_classes() -> None:
    listed = {cells[0]: tuple(cells[1:4]) for cells in lines("| `")}
    assert listed == {one.name: (one.table, one.pk, one.sk or "–") for one in CLASSES}


def test_only_who_must_scans() -> None:
    assert {row.function for row in ROWS.values() if row.operation == "Scan"} == SCANS
    files = [file for folder in ("chalicelib", "local", "infra") for file in (PROJECT / folder).rglob("*.py")]
    scanning = {
        file.name for file in [PROJECT / "app.py", *files] if re.search(r"""["'.]scan["'(]""", file.read_text())
    }
    assert scanning == {"expired_store.py", "rotation.py", "tables.py"}


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.id)
def test_the_role_of_whoever_asks_allows_it(row: Row) -> None:
    roles = {one.logical_id: one for one in FUNCTIONS}
    for who in row.by:
        if who != "ops":  # commands run with the caller's own credentials
            assert needed(row) <= allowed(roles[who]), who


def needed(row: Row) -> set[tuple[str, str]]:
    """Actions and tables of a row; a transaction needs what its items need."""
    if row.operation == "TransactGetItems":
        return {("dynamodb:GetItem", place) for place in row.place.split(", ")}
    if row.operation != "TransactWriteItems":
        return {(f"dynamodb:{row.operation}", place) for place in row.place.split(", ")}
    items = ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
    actions = dict(zip(TRANSACTION.values(), items, strict=True))
    tables = {one.name: one.table for one in CLASSES}
    return {
        (f"dynamodb:{actions[part.split()[0]]}", tables[name])
        for part in row.key.split("; ")
        for name in part.partition(" ")[2].split(", ")
    }


def allowed(function: Any) -> set[tuple[str, str]]:
    """Actions and tables of a function's role."""
    found = set()
    for grant in function.grants:
        for resource in grant.resources:
            text = str(resource)
            table = re.search(r"(Desk|Keys|Index|Ledger)Table", text)
            below = re.search(r"/index/(\w+)", text)
            if table:
                name = table[1].lower() + (f".{below[1]}" if below else "")
                found |= {(action, name) for action in grant.actions}
    return found
