"""The rules of the tests' own house: what is shared lies in tests/support, and files are short enough to be read."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
MODULES = sorted(TESTS.rglob("*.py"))
SUPPORT = [file for file in MODULES if file.is_relative_to(TESTS / "support")]
CONFTESTS = [file for file in MODULES if file.name == "conftest.py"]
MOST_LINES, MOST_LINES_OF_SUPPORT, MOST_FILES = 500, 300, 25


def name(file: Path) -> str:
    return str(file.relative_to(TESTS))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the last name of each module that a file imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.rpartition(".")[2] for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").rpartition(".")[2]
            yield from (one.name for one in node.names)


def is_hook_or_fixture(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef):
        return False
    return node.name.startswith("pytest_") or any("fixture" in ast.unparse(one) for one in node.decorator_list)


def is_statement(node: ast.AST) -> bool:
    """Whether this only imports, names what is handed on, or describes."""
    if isinstance(node, ast.Assign):
        return [ast.unparse(one) for one in node.targets] == ["__all__"]
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, ast.Import | ast.ImportFrom)


def test_the_modules_are_found() -> None:
    assert len(MODULES) > 200 and len(SUPPORT) > 40 and len(CONFTESTS) > 8


def test_no_module_imports_a_test_or_a_conftest() -> None:
    """Two tests share by tests/support, or by a module of their folder that holds no test."""
    closed = {file.stem for file in MODULES if file.stem.startswith("test_")} | {"conftest"}
    found = {name(file): closed.intersection(imported(ast.parse(file.read_text("utf-8")))) for file in MODULES}
    assert {file: modules for file, modules in found.items() if modules} == {}


def test_a_conftest_holds_fixtures_and_hooks_alone() -> None:
    nodes = [(name(file), one) for file in CONFTESTS for one in ast.parse(file.read_text("utf-8")).body]
    others = [(file, one) for file, one in nodes if not (is_statement(one) or is_hook_or_fixture(one))]
    assert [f"{file}: {ast.unparse(one)[:60]}" for file, one in others] == []


def test_support_holds_no_test() -> None:
    nodes = [(name(file), one) for file in SUPPORT for one in ast.walk(ast.parse(file.read_text("utf-8")))]
    functions = [(file, one.name) for file, one in nodes if isinstance(one, ast.FunctionDef)]
    assert [(file, function) for file, function in functions if function.startswith("test_")] == []


def test_no_file_is_long_and_no_folder_of_support_crowded() -> None:
    lines = {file: len(file.read_text("utf-8").splitlines()) for file in MODULES}
    assert {name(file): n for file, n in lines.items() if n > MOST_LINES} == {}
    assert {name(file): lines[file] for file in SUPPORT if lines[file] > MOST_LINES_OF_SUPPORT} == {}
    counted = {folder: len(list(folder.glob("*.py"))) for folder in {file.parent for file in SUPPORT}}
    assert {name(folder): n for folder, n in counted.items() if n > MOST_FILES} == {}
