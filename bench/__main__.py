"""`make bench`: measure, write bench/results.json and docs/cost.md, and print a table. A figure that misses is shown as
it is, with a cause. With `--short` nothing is written, and it fails on what has become dearer (bench/gate.py)."""

import json
import multiprocessing
import platform
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench import cost, erase_calls, gate, growth, intake, page, pages, search, traffic

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"
PACKAGE = ROOT / "build" / "deployment.zip"
Figure = dict[str, Any]
COUNTED: tuple[Callable[[], list[Figure]], ...] = (growth.figures, erase_calls.figures, traffic.figures, search.measure)
"""What counts calls and units; it may run at the same time as other things."""
TIMED: tuple[Callable[[], list[Figure]], ...] = (intake.figures, pages.figures)
"""What takes processor time, one after the other."""
SHORT = (gate.times, gate.growth, traffic.figures, gate.pages)


def alone(measure: Callable[[], Any]) -> Any:
    """Run a function in a process of its own: a desk of the bench lives as long as its process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure).result()


def package_size() -> Figure:
    """Return the unzipped size of the deployment package, in MB, with its five largest parts, and the size packed."""
    if not PACKAGE.exists():
        return {"id": "package_size", "value": None, "unit": "MB", "cause": "run make package first"}
    parts: Counter[str] = Counter()
    with zipfile.ZipFile(PACKAGE) as package:
        for entry in package.infolist():
            parts[entry.filename.split("/")[0]] += entry.file_size
    largest = {name: round(size / 1e6, 1) for name, size in parts.most_common(5)}
    return {
        "id": "package_size",
        "value": round(PACKAGE.stat().st_size / 1e6, 1),
        "unit": "MB packed",
        "reach": 20,
        "cause": "cryptography is a quarter of it, and the library that knows files by their bytes a tenth",
        "unzipped": round(sum(parts.values()) / 1e6, 1),
        "largest": largest,
    }


def _of_package() -> Iterator[Figure]:
    """Measure what a function loads, in the unzipped package."""
    if not PACKAGE.exists():
        for name in ("intake_cold", "dashboard_imports"):
            yield {"id": name, "value": None, "unit": "", "cause": "run make package first"}
        return
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(PACKAGE) as package:
            package.extractall(folder)
        yield from (intake.cold(Path(folder)), intake.imports(Path(folder)))


def measure() -> list[Figure]:
    """Measure everything: what takes time alone, what counts two at a time."""
    found = [one for work in TIMED for one in alone(work)]
    found += _of_package()
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        minute = pool.submit(cost.quiet_minute)
        found += [one for counted in [pool.submit(work) for work in COUNTED] for one in counted.result()]
    found += [package_size(), cost.idle(minute.result())]
    found.append(cost.used({one["id"]: one for one in found}))
    return found


def verdict(one: Figure) -> str:
    """Say whether a figure reaches what is wanted, and if not, why. `reach` is of its value, `reach_calls` of its
    calls, and so on."""
    if one["value"] is None:
        return str(one["cause"])
    wanted = {name: most for name, most in one.items() if name.split("_")[0] == "reach"}
    reached = {name: one[name.partition("_")[2] or "value"] for name in wanted}
    missed = [f"{reached[name]} > {most}" for name, most in wanted.items() if reached[name] > most]
    if missed:
        return f"missed, {', '.join(missed)}: {one.get('cause', '')}"
    return "met" if wanted else ""


def main(arguments: list[str]) -> int:
    """Measure; the exit code is 0 whatever the figures say, but with --short."""
    if arguments == ["--short"]:
        found = [one for work in SHORT for one in alone(work)]
        return gate.judge(found, json.loads(RESULTS.read_text(encoding="utf-8"))["figures"])
    figures = measure()
    for one in figures:
        one["verdict"] = verdict(one)
    whole = {"python": platform.python_version(), "machine": platform.machine(), "figures": figures}
    RESULTS.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page.write(figures)
    for one in figures:
        print(f"{one['id']:22} {one['value']!s:>8} {one['unit']:52} {one['verdict']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
