"""The template that `make package` builds, cached by a hash of its inputs."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from infra.definitions import Json
from local.aws.ministack import CannotStart

PROJECT = Path(__file__).resolve().parent.parent.parent
CACHE = PROJECT / ".local" / "cache"
_INPUTS = (
    "app.py",
    ".chalice/config.json",
    "requirements.txt",
    "infra/*.py",
    "infra/*.json",
    "chalicelib/web/**/*.py",
    "chalicelib/channels/**/*.py",
)
"""Files that the template depends on. Routes and handlers come from app.py and web/, what a channel needs from
channels/; no other code reaches it."""


def built_template() -> Json:
    """Return the template, from the cache when none of its inputs has changed. Raises CannotStart."""
    path = CACHE / f"template-{_fingerprint()}.json"
    if not path.exists():
        # In a process of its own, because building the template imports the app, which the local run must not; under
        # another name, because somebody else may look for it meanwhile.
        made = path.with_suffix(f".{os.getpid()}")
        command = [sys.executable, "-m", "infra.package", "--template", str(made)]
        run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        if run.returncode:
            reason = (run.stderr.strip() or "no reason given").splitlines()[-1]
            raise CannotStart(f"The template cannot be built: {reason}")
        made.replace(path)
        for old in CACHE.glob("template-*.json"):
            if old != path:
                old.unlink(missing_ok=True)
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def _fingerprint() -> str:
    seen = hashlib.sha256(sys.version.encode())
    for pattern in _INPUTS:
        for path in sorted(PROJECT.glob(pattern)):
            seen.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return seen.hexdigest()[:20]
