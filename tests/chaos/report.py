"""What the chaos run found, as bench/chaos.json and as a small table."""

import json
import os
import platform
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.project import PROJECT

RESULTS = PROJECT / "bench" / "chaos.json"


@dataclass
class Report:
    """Figures by part of the run. `seed` chooses who writes what in which order; how threads meet is up to them."""

    seed: int
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, part: str, **figures: Any) -> None:
        """Keep figures of a part; the newest value of each counts."""
        self.parts.setdefault(part, {}).update(figures)

    @contextmanager
    def timed(self, part: str, what: str) -> Iterator[None]:
        """Keep how long something took, in seconds, whether it succeeds or not."""
        began = time.monotonic()
        try:
            yield
        finally:
            spent = self.parts.setdefault(part, {}).setdefault("seconds", {})
            spent[what] = round(spent.get(what, 0) + time.monotonic() - began, 1)

    def write(self, passed: bool) -> None:
        """Write the file."""
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        whole = {"seed": self.seed, "passed": passed, **machine, "parts": self.parts}
        RESULTS.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def table(self) -> list[str]:
        """The figures, a line each."""
        return [
            f"{part:14} {name:34} {_brief(value)}"
            for part, figures in self.parts.items()
            for name, value in figures.items()
        ]


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return str(value)


REPORT = Report(int(os.environ.get("SEED") or secrets.randbelow(2**32)))
