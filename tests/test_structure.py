"""The rules of the house that a machine can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "chalicelib"
OUTSIDE = {"chalice", "boto3", "botocore", "pynamodb", "telegram", "requests"}


def imports(file: Path, *, types_too: bool = False) -> Iterator[str]:
    """Yield the modules that a file imports; those for type checkers alone are not imported."""
    tree = ast.parse(file.read_text())
    for node in [] if types_too else ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def modules(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((PACKAGE / folder).rglob("*.py"))]


@pytest.mark.parametrize("file", modules("domain", "usecases"), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_domain_and_use_cases_know_no_library_of_the_outside(file: Path) -> None:
    assert not {name.split(".")[0] for name in imports(file)} & OUTSIDE


def test_pynamodb_lives_in_storage_alone() -> None:
    users = {file.relative_to(PACKAGE).parts[0] for file in PACKAGE.rglob("*.py")
             if any(name.startswith("pynamodb") for name in imports(file, types_too=True))}  # fmt: skip
    assert users <= {"storage"}


@pytest.mark.parametrize("file", modules("channels"), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_channels_know_nothing_of_tickets(file: Path) -> None:
    known = {"chalicelib.domain.tickets", "chalicelib.domain.people"}
    assert not any(
        name in known or name.startswith(("chalicelib.storage", "chalicelib.usecases")) for name in imports(file)
    )


@pytest.mark.parametrize("file", modules("usecases"), ids=lambda file: file.stem)
def test_use_cases_know_nothing_of_http(file: Path) -> None:
    assert not any(name.startswith("chalicelib.web") for name in imports(file))


def test_the_intake_function_makes_no_dataclass_while_it_loads() -> None:
    """Each costs a cold start 0.4 ms; a named tuple costs a tenth of it."""
    import subprocess
    import sys

    code = (
        "import sys, chalicelib.web.intake; print(*sorted({f'{name}.{one.__qualname__}'"
        " for name, module in sys.modules.items() if name.startswith('chalicelib')"
        " for one in vars(module).values() if isinstance(one, type) and one.__module__ == name"
        " and hasattr(one, '__dataclass_fields__')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "PATH": ""},
    )  # fmt: skip
    assert done.stdout.split() == []


def test_the_intake_function_loads_no_library_that_it_does_not_need() -> None:
    import subprocess
    import sys

    code = "import sys, chalicelib.web.intake; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "PATH": ""},
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert not loaded & {
        "aws_lambda_powertools",
        "boto3",
        "pynamodb",
        "telegram",
        "jinja2",
        "requests",
        "phonenumbers",
        "holidays",
        "httpx",
    }


TEXT_FILES = [
    file
    for pattern in (
        "*.py",
        "*.md",
        "*.toml",
        "*.json",
        "*.html",
        "*.css",
        "*.js",
        "Makefile",
        "*.txt",
        "*.in",
    )
    for file in ROOT.rglob(pattern)
    if not set(file.relative_to(ROOT).parts[:1])
    & {".venv", ".venv-checkov", ".venv-lock", "build", ".git", ".local", "node_modules"}
]


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    words = re.compile("/" + "home/|/" + "root/|pypi" + r"\.org|repo\.maven|registry\.npmjs")
    assert [str(file) for file in TEXT_FILES if words.search(file.read_text(errors="ignore"))] == []


def test_every_setting_is_documented() -> None:
    from chalicelib.settings import Settings

    text = (ROOT / "docs" / "settings.md").read_text()
    assert [name for name in map(str.upper, Settings._fields) if f"`{name}`" not in text] == []
