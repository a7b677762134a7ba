"""No other file knows a kind of request: what differs by kind stands in the kind's own file."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.privacy.kinds import registry
from tests.support.project import PROJECT

KINDS = PROJECT / "chalicelib/privacy/kinds"
THEIRS = (KINDS, PROJECT / "chalicelib/profile")
"""The kinds themselves; and profiles, whose lists of deadlines and markings have words of the same letters."""
MODULES = sorted(
    file
    for folder in ("chalicelib", "infra", "bench", "quality")
    for file in (PROJECT / folder).rglob("*.py")
    if not any(file.is_relative_to(one) for one in THEIRS)
)
SHOWN = sorted(
    file for pattern in ("templates/**/*.html", "static/**/*.js") for file in (PROJECT / "chalicelib/web").glob(pattern)
)
OPENAPI = PROJECT / "chalicelib/web/api/openapi.json"


def named(tree: ast.AST, ids: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield line and word of every place where a kind is named: its id as a text, whatever the syntax around it; a
    constant or a member of an enumeration with its name; its module."""
    for node in ast.walk(tree):
        words: tuple[str, ...] = ()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = (node.value,)
        elif isinstance(node, ast.Name) and node.id.isupper():
            words = (node.id.lower(),)
        elif isinstance(node, ast.Attribute) and node.attr.isupper():
            words = (node.attr.lower(),)
        elif isinstance(node, ast.ImportFrom):
            words = (*(node.module or "").rsplit(".", 1)[1:], *(one.name for one in node.names))
        elif isinstance(node, ast.Import):
            words = tuple(one.name.rpartition(".")[2] for one in node.names)
        yield from ((getattr(node, "lineno", 0), word) for word in words if word in ids)


def sentence(file: Path, line: int, word: str) -> str:
    return (
        f"{file.relative_to(PROJECT)}:{line} names the kind {word!r}. Say what differs in"
        f" chalicelib/privacy/kinds/{word}.py, with a field of contract.py, and ask registry.kind_of(request.kind) for"
        " it here."
    )


def test_no_module_names_a_kind() -> None:
    ids = frozenset(registry.handled())
    assert len(MODULES) > 300
    found = [
        sentence(file, line, word)
        for file in MODULES
        for line, word in named(ast.parse(file.read_text(encoding="utf-8")), ids)
    ]
    assert not found, "\n".join(found)


def test_no_page_names_a_kind() -> None:
    quoted = re.compile(f"""["'`]({"|".join(registry.handled())})["'`]""")
    assert len(SHOWN) > 20
    found = [
        sentence(file, number, match[1])
        for file in SHOWN
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for match in quoted.finditer(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "if request.kind == 'opt_out': pass",
        "match request.kind:\n    case 'opt_out': pass",
        "TEXTS = {'opt_out': 1}",
        "print(f'ask.{\"opt_out\"}')",
        "print(Kinds.OPT_OUT)",
        "from chalicelib.privacy.kinds.opt_out import anything",
        "from chalicelib.privacy.kinds import opt_out",
        "import chalicelib.privacy.kinds.opt_out",
    ],
)
def test_a_kind_is_found_in_whatever_syntax(code: str) -> None:
    (found, *_) = named(ast.parse(code), frozenset({"opt_out"}))
    told = sentence(PROJECT / "chalicelib/web/x.py", *found)
    assert "chalicelib/privacy/kinds/opt_out.py" in told and "registry.kind_of" in told


def test_steps_and_deadlines_with_like_words_are_no_kinds() -> None:
    code = "print(Step.OPTED_OUT, deadlines['erasure_alarm'], 'opted_out')"
    assert not list(named(ast.parse(code), frozenset({"opt_out"})))


def test_the_description_of_the_api_lists_the_kinds_of_the_registry() -> None:
    """Adding a kind that the law's list does not name adds its word here, too."""
    schemas = json.loads(OPENAPI.read_text(encoding="utf-8"))["components"]["schemas"]
    listed = {name: set(one["properties"]["kind"]["enum"]) for name, one in schemas.items() if _lists_kinds(one)}
    handled, known = set(registry.handled()), set(registry.known())
    assert listed and all(words in (handled, known) for words in listed.values()), listed


def _lists_kinds(schema: dict[str, dict[str, dict[str, list[str]]]]) -> bool:
    words = schema.get("properties", {}).get("kind", {}).get("enum", [])
    return bool(set(words) & set(registry.handled()))
