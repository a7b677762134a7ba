"""Changes what the embedded AWS says about backups, as if its clock had moved with the desk's.

The embedded AWS keeps real time and names the start of the run as the earliest point to which a table can be restored.
On AWS that point moves on: it never lies further back than the table's backup window.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

DAY = 86_400
WINDOW_DAYS = {"keys": 1}
"""Days of point-in-time recovery by the end of a table's name, as infra/tables.json says; other tables have 14."""
OTHER_DAYS = 14


def moved_backups(body: bytes, table: str, now: float) -> bytes:
    """Return the answer of DescribeContinuousBackups as of `now` (epoch seconds of the desk's clock)."""
    answer: dict[str, Any] = json.loads(body)
    described = answer.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
    if "EarliestRestorableDateTime" not in described:
        return body
    days = WINDOW_DAYS.get(table.rpartition("-")[2], OTHER_DAYS)
    described["EarliestRestorableDateTime"] = max(described["EarliestRestorableDateTime"], now - days * DAY)
    described["LatestRestorableDateTime"] = now
    return json.dumps(answer).encode()


def desk_now() -> float:
    """Return the desk's time in epoch seconds: real time plus the offset in the run's clock file."""
    file = Path(os.environ.get("CLOCK_FILE", ""))
    return time.time() + (int(file.read_text() or 0) if file.is_file() else 0)
