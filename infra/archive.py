"""The deployment package: app.py, chalicelib and the dependencies that they import, for Linux."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from itertools import chain
from pathlib import Path

from infra import bytecode

PYTHON = "3.11"
PLATFORM = "manylinux2014_x86_64"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of every file in the zip, so that the same files make the same bytes."""
BYTE_CODE = "byte code"

_DROPPED_FOLDERS = frozenset({"__pycache__", "tests", "bin"})
_DROPPED_SUFFIXES = frozenset({".pyc", ".pyi", ".pyx", ".pxd", ".pxi", ".c", ".h", ".po", ".pot"})
_BUILD_ONLY = re.compile(r"chalicelib/(locale/build|profile/(build|check|forms|operators/\w+\.toml))(\.py)?")
"""Files of ours that make what a function reads, and what they make it from."""
_CHALICE_RUNTIME = frozenset({"__init__.py", "app.py"})
"""The files of chalice that a function needs; the rest is its command line."""


def install_dependencies(requirements: Path, target: Path) -> None:
    """Install the pinned requirements as wheels for Lambda's Linux, hashes checked.

    Raises CalledProcessError.
    """
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-compile",
            ),
            *("--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation=cp"),
            *(f"--python-version={PYTHON}", f"--platform={PLATFORM}"),
            *(f"--target={target}", f"--requirement={requirements}"),
        ],
        check=True,
    )


def prune(dependencies: Path, wanted: Path) -> None:
    """Delete what only chalice's command line needs, and files that are never imported."""
    by_name = {_normal(found.name): found for found in distributions(path=[str(dependencies)])}
    kept = _closure(by_name, _direct(wanted) - {"chalice"})
    for name, found in by_name.items():
        if name == "chalice":
            _keep_only_runtime(dependencies / "chalice")
        elif name not in kept:
            _remove(found, dependencies)
    for path in sorted(dependencies.rglob("*"), reverse=True):
        if path.is_file() and (path.suffix in _DROPPED_SUFFIXES or path.name == "RECORD"):
            path.unlink()
        elif path.is_dir() and (path.name in _DROPPED_FOLDERS or not any(path.iterdir())):
            shutil.rmtree(path)


def write_zip(target: Path, project: Path, dependencies: Path) -> dict[str, int]:
    """Write the package, with byte code if this Python can make it; return the unzipped bytes of each top-level part.

    All byte code counts as one part, BYTE_CODE.
    """
    sizes: dict[str, int] = {}
    files = sorted([*code_files(project), *_files(dependencies)])
    contents = ((name, path.read_bytes()) for name, path in files)
    byte_code = bytecode.compiled(files, PYTHON) if bytecode.can_compile_for(PYTHON) else ()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, content in chain(contents, byte_code):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
            top = BYTE_CODE if name.endswith(".pyc") else name.split("/")[0]
            sizes[top] = sizes.get(top, 0) + len(content)
    return sizes


def code_files(project: Path) -> Iterator[tuple[str, Path]]:
    """Yield name in the package and path of every file of our own that a function needs."""
    yield "app.py", project / "app.py"
    for path in sorted((project / "chalicelib").rglob("*")):
        relative = path.relative_to(project)
        if not path.is_file() or path.suffix in _DROPPED_SUFFIXES or _DROPPED_FOLDERS & set(relative.parts):
            continue
        if not _BUILD_ONLY.fullmatch(relative.as_posix()):
            yield relative.as_posix(), path


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in root.rglob("*"):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _direct(wanted: Path) -> set[str]:
    lines = wanted.read_text(encoding="utf-8").splitlines()
    return {_normal(re.split(r"[<>=!~\[; ]", line)[0]) for line in lines if line and line[0] not in "#-"}


def _closure(by_name: dict[str, Distribution], roots: set[str]) -> set[str]:
    seen: set[str] = set()
    waiting = [name for name in roots if name in by_name]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for requirement in by_name[name].requires or []:
            needed = _normal(re.split(r"[<>=!~\[; (]", requirement)[0])
            # What an extra or another platform needs is installed only if something else needs it.
            if needed in by_name and "extra ==" not in requirement:
                waiting.append(needed)
    return seen


def _keep_only_runtime(package: Path) -> None:
    for path in package.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in _CHALICE_RUNTIME:
            path.unlink()


def _remove(found: Distribution, root: Path) -> None:
    for file in found.files or []:
        path = (root / file).resolve()
        if path.is_relative_to(root.resolve()):
            path.unlink(missing_ok=True)
