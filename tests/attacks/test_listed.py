"""docs/attacks.md names tests that are there, and every test of this folder stands in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def defined_in(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"{file.relative_to(ROOT)}::{node.name}"


def listed() -> list[str]:
    text = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
    return [
        found for line in text.splitlines() if line.startswith("| ") for found in re.findall(r"`(tests/[^`]+)`", line)
    ]


def test_every_test_that_the_page_names_is_there() -> None:
    names = listed()
    files = {ROOT / name.partition("::")[0] for name in names}
    assert [file for file in files if not file.is_file()] == []
    there = {name for file in files for name in defined_in(file)}
    assert sorted(set(names) - there) == []


def test_every_attack_names_a_test_and_every_file_of_attacks_is_named() -> None:
    text = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
    attacks = [line for line in text.splitlines() if line.startswith("| ") and "| attack |" not in line]
    assert [line[:60] for line in attacks if line.rstrip(" |").rpartition("|")[2].count("`tests/") == 0] == []
    assert len(attacks) >= 25
    here = {str(file.relative_to(ROOT)) for file in Path(__file__).parent.glob("test_*.py") if file != Path(__file__)}
    assert here - {name.partition("::")[0] for name in listed()} == set()
