"""Byte code for the deployment package: a function's folder is read-only, so Python could not keep what it compiles."""

import json
import os
import py_compile
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

_UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
"""Python takes it as it is: unzipping sets times as it likes, and both files come from the same zip."""

_SEED = {"PYTHONHASHSEED": "0"}


def cache_tag(version: str) -> str:
    """Return what the names of byte code for CPython of this version ("3.11") carry."""
    return f"cpython-{version.replace('.', '')}"


def can_compile_for(version: str) -> bool:
    """Whether this interpreter makes byte code that CPython of this version takes."""
    return sys.implementation.cache_tag == cache_tag(version)


def compiled(files: Iterable[tuple[str, Path]], version: str) -> Iterator[tuple[str, bytes]]:
    """Yield the byte code of every Python file, under the name in the package at which Python looks for it.

    `files` are names in the package and paths. The same sources make the same bytes on every machine: no time and no
    path of this one is in them. A file that does not compile is left out: its import says why.
    """
    with tempfile.TemporaryDirectory() as folder:
        sources = [(name, path, Path(folder, str(n))) for n, (name, path) in enumerate(files) if path.suffix == ".py"]
        # What else an interpreter has loaded shows in the bytes (which names are shared), so a fresh one compiles.
        subprocess.run(
            [sys.executable, "-P", "-S", "-s", __file__],
            input=json.dumps([(name, str(path), str(target)) for name, path, target in sources]),
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | _SEED,
            text=True,
            check=True,
        )
        for name, _, target in sources:
            if target.exists():
                where = PurePosixPath(name)
                yield str(where.parent / "__pycache__" / f"{where.stem}.{cache_tag(version)}.pyc"), target.read_bytes()


def _compile(sources: Iterable[tuple[str, str, str]]) -> None:
    for name, path, target in sources:
        try:
            py_compile.compile(path, target, name, True, 0, _UNCHECKED, 1)
        except py_compile.PyCompileError:
            continue


if __name__ == "__main__":
    _compile(json.load(sys.stdin))
