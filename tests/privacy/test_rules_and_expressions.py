"""Use cases hold rules, stores hold expressions: of DynamoDB's language nothing stands in a use case or a task."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.project import PROJECT

STORES = {
    "privacy/requests/store.py", "privacy/requests/contact_rows.py", "privacy/requests/pages.py",
    "privacy/mailbox/writes.py", "privacy/mailbox/removal.py", "privacy/erasure_pause.py", "privacy/menu/store.py",
    "erasure/eraser.py", "erasure/inventory.py", "erasure/key_destruction.py", "erasure/verifier.py",
    "erasure/write_barrier.py", "erasure/erase_pass.py",
}  # fmt: skip
"""The files that speak it."""
PACKAGE = PROJECT / "chalicelib"
FILES = sorted(
    file
    for room in ("privacy", "erasure")
    for file in (PACKAGE / room).rglob("*.py")
    if str(file.relative_to(PACKAGE)) not in STORES
)
_SPEAKS = re.compile(r"attribute_(not_)?exists|Expression\b|#\w+ (=|<>|<|>|IN) |\bSET #|\bREMOVE #")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_expression_stands_outside_a_store(file: Path) -> None:
    texts = [
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found = [text for text in texts if _SPEAKS.search(text)]
    assert not found, "move it to the store of its room: RequestStore.change has conditions by name, with types"


def test_every_store_is_there() -> None:
    assert {name for name in STORES if not (PACKAGE / name).exists()} == set()
