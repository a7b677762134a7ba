"""docs/adding-a-kind-of-request.md lists the files of a kind, and the list is true."""

import fnmatch
import re
import subprocess

import pytest

from chalicelib.privacy.kinds import registry
from tests.support.project import PROJECT

DOCUMENT = PROJECT / "docs" / "adding-a-kind-of-request.md"
ROW = re.compile(r"^\| `([^`]+)` \| (.+) \| (.+) \|$", re.MULTILINE)
LISTED = {path: when for path, _, when in ROW.findall(DOCUMENT.read_text(encoding="utf-8"))}
PROGRAM = ("app.py", "chalicelib", "infra", "bench", "quality")


def files() -> list[str]:
    """The program's files that git knows."""
    listed = subprocess.run(["git", "ls-files", *PROGRAM], cwd=PROJECT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def named_in(kind: str) -> set[str]:
    """The files in which the id of a kind stands as a text of its own. Comments of catalogues name source files."""
    quoted = re.compile(rf"""["'`]{kind}["'`]|^{kind} = \[""", re.MULTILINE)
    texts = (file for file in files() if file.endswith((".py", ".json", ".html", ".js", ".toml")))
    return {file for file in texts if quoted.search((PROJECT / file).read_text(encoding="utf-8"))}


def test_the_list_is_there_and_its_files_are() -> None:
    assert len(LISTED) > 5
    for path in LISTED:
        assert list(PROJECT.glob(re.sub(r"<\w+>", "*", path))), f"{path} of {DOCUMENT.name} is no file"


@pytest.mark.parametrize("kind", registry.handled())
def test_a_kind_stands_in_listed_files_alone(kind: str) -> None:
    patterns = [re.sub(r"<\w+>", kind, path) for path in LISTED]
    found = named_in(kind)
    assert f"chalicelib/privacy/kinds/{kind}.py" in found
    patterns += ["chalicelib/privacy/kinds/*"]  # a deadline of the profile may have the letters of a kind
    patterns += ["chalicelib/profile/operators/policies/*"]  # a published version never changes
    beside = {file for file in found if not any(fnmatch.fnmatch(file, pattern) for pattern in patterns)}
    assert not beside, f"add them to {DOCUMENT.name}, or better: take the kind out of them"


@pytest.mark.parametrize("path", [path for path, when in LISTED.items() if when == "always" and "<" not in path])
def test_what_is_always_to_be_done_was_done_for_every_kind(path: str) -> None:
    """A word that each of these files must hold for each kind: its id, its name, or its answer."""
    texts = [one.read_text(encoding="utf-8") for one in PROJECT.glob(path)]
    for kind in registry.KINDS:
        words = (kind.id, kind.id.upper(), kind.name, kind.done[:40])
        assert any(word in text for text in texts for word in words), f"{path} says nothing of {kind.id}"


def test_the_made_up_kind_is_its_folder_and_one_line() -> None:
    """What it needs of the program is in the program for every kind; the tests register it by one line."""
    registered = re.findall(r"registry, \"KINDS\"", (PROJECT / "tests/privacy/kinds/conftest.py").read_text())
    assert len(registered) == 1
    assert not [file for file in files() if "quiet_hours" in (PROJECT / file).read_bytes().decode(errors="ignore")]
