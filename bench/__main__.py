"""`make bench`: measure, write bench/results.json and print a table. A figure that misses is shown as it is."""

import contextlib
import json
import platform
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import erase_calls, intake

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results.json"
PACKAGE = ROOT / "build" / "deployment.zip"


@contextlib.contextmanager
def _tables() -> Iterator[tuple[str, dict[str, str], str]]:
    """Make fresh tables on DynamoDB Local where Java and its archive are there, else on the embedded AWS."""
    from infra.definitions import load
    from local.aws import ministack as aws

    with contextlib.ExitStack() as stack:
        try:
            from local.aws.dynamodb_local import DynamoDBLocal

            engine, running = "DynamoDB Local", stack.enter_context(DynamoDBLocal(aws.free_port()))
        except (ImportError, OSError, RuntimeError):
            log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "aws.log"
            engine, running = "embedded AWS", stack.enter_context(aws.MiniStack(aws.free_port(), log=log))
        yield running.endpoint, aws.create_tables(running.endpoint, load("tables"), "bench"), engine


def package_size() -> dict[str, Any]:
    """Return the unzipped size of the deployment package, in MB, with its five largest parts, and the size packed."""
    if not PACKAGE.exists():
        return {"id": "package_size", "value": None, "unit": "MB", "note": "run make package first"}
    parts: Counter[str] = Counter()
    with zipfile.ZipFile(PACKAGE) as package:
        for entry in package.infolist():
            parts[entry.filename.split("/")[0]] += entry.file_size
    largest = {name: round(size / 1e6, 1) for name, size in parts.most_common(5)}
    return {
        "id": "package_size",
        "value": round(sum(parts.values()) / 1e6, 1),
        "unit": "MB",
        "zip": round(PACKAGE.stat().st_size / 1e6, 1),
        "largest": largest,
    }


def _of_package() -> list[dict[str, Any]]:
    """Measure what a function loads, in the unzipped package."""
    if not PACKAGE.exists():
        return [{"id": name, "value": None, "unit": "", "note": "run make package first"} for name in _PACKED]
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(PACKAGE) as package:
            package.extractall(folder)
        return [intake.cold(Path(folder)), intake.imports(Path(folder))]


_PACKED = ("intake_cold", "dashboard_imports")


def main() -> int:
    """Measure everything; the exit code is 0 whatever the figures say."""
    figures = [intake.cpu(), *_of_package()]
    with _tables() as (endpoint, tables, engine):
        figures += intake.calls_and_units(endpoint, tables, engine)
    figures += erase_calls.figures()
    figures.append(package_size())
    RESULTS.write_text(
        json.dumps({"python": platform.python_version(), "machine": platform.machine(), "figures": figures}, indent=1)
        + "\n"
    )
    for one in figures:
        reach = one.get("reach")
        verdict = (
            ""
            if reach is None or one["value"] is None
            else f"reach ≤ {reach}: {'met' if one['value'] <= reach else 'NOT MET'}"
        )
        print(f"{one['id']:22} {one['value']!s:>8} {one['unit']:28} {verdict}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
