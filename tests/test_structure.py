"""The rules of the house that a machine can check beside the order of the rooms, which import-linter checks."""

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.channels import registry
from chalicelib.core.settings import Settings

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "chalicelib"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_FILES = 25
PURE = {"model.py", "records.py"}
"""Files that hold a room's rules and types: they know no library of the outside, and no table."""
OUTSIDE = {"chalice", "boto3", "botocore", "pynamodb", "telegram", "requests"}


def imports(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports; those for type checkers alone are not imported."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_modules_are_found() -> None:
    assert len(MODULES) > 200


def test_there_is_no_exception_from_the_order() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    assert not [section for section in contracts if "ignore_imports" in contracts[section]]


def test_no_folder_is_crowded() -> None:
    counted = {folder: len(list(folder.glob("*.py"))) for folder in {file.parent for file in MODULES}}
    assert {str(folder.relative_to(ROOT)): n for folder, n in counted.items() if n > MOST_FILES} == {}


@pytest.mark.parametrize("file", [file for file in MODULES if file.name in PURE], ids=lambda file: file.parent.name)
def test_a_model_is_pure(file: Path) -> None:
    known = set(imports(file))
    assert not {name.split(".")[0] for name in known} & OUTSIDE
    assert not [name for name in known if name.startswith("chalicelib.dynamo") or name.endswith(("store", "queries"))]


def test_pynamodb_lives_beside_the_tables_alone() -> None:
    users = {file.parent.name for file in MODULES if any(name.startswith("pynamodb") for name in imports(file))}
    assert users <= {"dynamo", "contacts", "tickets", "vault", "staff", "outbox", "retention", "privacy", "messages"}


CHANNEL_FILES = [file for file in MODULES if file.parent.parent == PACKAGE / "channels"]


@pytest.mark.parametrize("file", CHANNEL_FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_channel_knows_another_one(file: Path) -> None:
    """It imports what all channels share and its own folder; the order of the rooms keeps it from all others."""
    others = {one.name for one in (PACKAGE / "channels").iterdir() if one.is_dir()} - {file.parent.name}
    known = [name.split(".") for name in imports(file) if name.startswith("chalicelib.channels.")]
    assert not [name for name in known if name[2] in others | {"registry", "refusals"}]


def test_the_intake_function_loads_no_library_that_it_does_not_need() -> None:
    code = "import sys, chalicelib.web.intake_function; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "PATH": ""},
    )  # fmt: skip
    loaded = set(done.stdout.split())
    assert not loaded & {
        "boto3",
        "pynamodb",
        "telegram",
        "jinja2",
        "requests",
        "phonenumbers",
        "holidays",
        "httpx",
        "aws_lambda_powertools",
        "msgspec",
        "selectolax",
    }


def test_pages_load_no_models_of_the_api() -> None:
    """msgspec costs a cold start 4 ms, which only the API's own routes pay."""
    code = (
        "import sys; from chalicelib.web.dispatch import _view; from chalicelib.web.http.routes_and_roles import PAGES;"
        "[_view(route.view) for route in PAGES]; print('msgspec' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_intake_function_makes_no_dataclass_while_it_loads() -> None:
    """Each costs a cold start 0.4 ms; a named tuple costs a tenth of it."""
    code = (
        "import sys, chalicelib.web.intake_function; print(*sorted({f'{name}.{one.__qualname__}'"
        " for name, module in sys.modules.items() if name.startswith('chalicelib')"
        " for one in vars(module).values() if isinstance(one, type) and one.__module__ == name"
        " and hasattr(one, '__dataclass_fields__')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"AWS_DEFAULT_REGION": "eu-central-1", "PATH": ""},
    )  # fmt: skip
    assert done.stdout.split() == []


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
    text = (ROOT / "docs" / "settings.md").read_text()
    of_channels = [one.name for channel in registry.CHANNELS for one in channel.settings]
    assert [name for name in [*map(str.upper, Settings._fields), *of_channels] if f"`{name}`" not in text] == []
