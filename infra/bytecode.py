"""Makes byte code for the deployment package, because a function's folder is read-only and Python could not store its
own."""

import json
import os
import py_compile
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

_UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
"""Python does not compare it with its source, because unzipping changes times and both files come from the same zip."""

_SEED = {"PYTHONHASHSEED": "0"}


def cache_tag(version: str) -> str:
    """Return the tag in the file names of byte code for CPython of this version ("3.11")."""
    return f"cpython-{version.replace('.', '')}"


def can_compile_for(version: str) -> bool:
    """Whether this interpreter makes byte code for CPython of this version."""
    return sys.implementation.cache_tag == cache_tag(version)


def compiled(files: Iterable[tuple[str, Path]], version: str) -> Iterator[tuple[str, bytes]]:
    """Yield the byte code of every Python file, under the name in the package at which Python looks for it.

    `files` are names in the package and paths. The same sources make the same bytes on every machine, because no time
    and no path is in them. A file that does not compile is left out; importing it raises the error.
    """
    with tempfile.TemporaryDirectory() as folder:
        sources = [(name, path, Path(folder, str(n))) for n, (name, path) in enumerate(files) if path.suffix == ".py"]
        # A fresh interpreter, because the modules that one has loaded change the bytes (which names are shared).
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
