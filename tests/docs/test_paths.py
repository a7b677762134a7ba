"""Every file, folder and module that the documents name exists."""

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.project import PROJECT

DOCUMENTS = sorted(
    [
        *(PROJECT / "docs").rglob("*.md"),
        *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md")),
        *(file for folder in ("chalicelib", "tests") for file in (PROJECT / folder).rglob("README.md")),
    ]
)
ROOTS = ("chalicelib", "infra", "local", "tests", "bench", "quality", "docs")

_PART = r"[\w.<>*-]+"
_FROM_ROOT = re.compile(rf"(?<![\w/.:-])((?:{'|'.join(ROOTS)})(?:/{_PART})+/?)")
_FILE = re.compile(rf"(?<![\w/.:-])({_PART}/(?:{_PART}/)*[\w*-]+\.(?:py|toml|html|js|css))\b")
_FILE_NAME = re.compile(r"`([\w-]+\.(?:py|md|toml|html|js))`")
_RUN = re.compile(r"python -m ([\w.]+)")
_IMPORT = re.compile(r"from (chalicelib[\w.]*) import (\w+)")
_DOTTED = re.compile(r"(?<![\w/.])(chalicelib(?:\.\w+)+)")


@cache
def files() -> tuple[str, ...]:
    """Return every file of the project by its path from the root, with a slash in front."""
    found = [file for root in ROOTS for file in (PROJECT / root).rglob("*")] + list(PROJECT.glob("*"))
    return tuple(f"/{file.relative_to(PROJECT)}" for file in found if "__pycache__" not in file.parts)


def is_path(path: str) -> bool:
    """Tell whether a path from the root exists; `<name>` and `*` stand for any name."""
    return any(PROJECT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))


def is_file(path: str) -> bool:
    """Tell whether some file has this name, or a path that ends so, as `outbox/reply.py` does."""
    wanted = re.compile("/" + re.sub(r"<\w+>|\*", r"[^/]*", path.replace(".", r"\.")) + "$")
    return any(wanted.search(file) for file in files())


def runs(module: str) -> bool:
    """Tell whether `python -m` finds a module: one of ours, or an installed one."""
    if module.split(".")[0] not in ROOTS:
        return importlib.util.find_spec(module.split(".")[0]) is not None
    path = PROJECT.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def is_name(dotted: str) -> bool:
    """Tell whether a dotted name is a module, a package or something that a module defines. Nothing is imported."""
    path = PROJECT.joinpath(*dotted.split("."))
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    owner = path.parent.with_suffix(".py")
    defined = re.compile(rf"^(?:class |(?:async )?def )?{path.name}\b", re.MULTILINE)
    return owner.exists() and defined.search(owner.read_text(encoding="utf-8")) is not None


def missing(text: str) -> Iterator[str]:
    """Yield what a text names and is not there."""

    def named(pattern: re.Pattern[str]) -> list[str]:
        return [found[1].rstrip(".") for found in pattern.finditer(text)]

    yield from (path for path in named(_FROM_ROOT) if not is_path(path))
    yield from (path for path in named(_FILE) + named(_FILE_NAME) if not is_file(path))
    yield from (f"python -m {module}" for module in named(_RUN) if not runs(module))
    yield from (name for name in named(_DOTTED) if not is_name(name))
    yield from (f"{module}.{name}" for module, name in _IMPORT.findall(text) if not is_name(f"{module}.{name}"))


def test_every_decision_has_a_number_of_its_own_and_no_title_repeats_it() -> None:
    pages = sorted((PROJECT / "docs" / "adr").glob("[0-9]*.md"))
    numbers = [int(one.name[:4]) for one in pages]
    assert len(set(numbers)) == len(numbers) > 40
    assert [one.name for one in pages if re.match(r"# [0-9]+\.", one.read_text(encoding="utf-8"))] == []


def test_the_documents_are_found() -> None:
    assert len(DOCUMENTS) > 60


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(PROJECT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    assert list(missing(document.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "See chalicelib/nowhere/store.py.",
        "In `outbox/nothing.py`,",
        "(tests/<name>/nothing.py)",
        "python -m chalicelib.ops.nothing",
        "from chalicelib.core.ids import nothing",
        "chalicelib.core.nothing.new_id",
        "`nothing.py`",
    ],
)
def test_what_is_not_there_is_found_out(text: str) -> None:
    assert list(missing(text))


def test_what_is_there_is_let_pass() -> None:
    text = """chalicelib/channels/<name>/parse.py, `outbox/reply.py`, infra/. `python -m chalicelib.ops`,
    `python -m pip`, from chalicelib.core.ids import new_id, chalicelib.web.intake_function.app, `parse.py`,
    docs/privacy.md"""
    assert list(missing(text)) == []
