"""Reads the tests that a table of a document names, as `tests/folder/test_file.py::test_name`."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.support.project import PROJECT

_NAME = re.compile(r"`(tests/[^`]+)`")


def rows(page: str) -> list[list[str]]:
    """Return the cells of each row of the tables of docs/<page>, without heads and rules."""
    lines = (PROJECT / "docs" / page).read_text(encoding="utf-8").splitlines()
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    heads = {number for number, cells in enumerate(found) if set(cells[0]) == {"-"}}
    return [cells for number, cells in enumerate(found) if not {number, number + 1} & heads]


def named(text: str) -> list[str]:
    """Return the tests that a text names, in its order."""
    return _NAME.findall(text)


def missing(names: Iterable[str]) -> list[str]:
    """Return those of the names that no test has."""
    wanted = set(names)
    files = {PROJECT / name.partition("::")[0] for name in wanted}
    return sorted(wanted - {name for file in files if file.is_file() for name in _defined(file)})


def _defined(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = (one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))
    return {f"{file.relative_to(PROJECT)}::{name}" for name in names}
