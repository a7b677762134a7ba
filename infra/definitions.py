"""Reads the parts of the template that are JSON files."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LOG_DAYS = 30
"""Days for which logs of functions and of the state machine are kept: the profiles say so (retention `log`)."""
Json = dict[str, Any]

TABLES = {"desk": "DeskTable", "keys": "KeysTable", "index": "IndexTable", "ledger": "LedgerTable"}
"""Logical table name of the code → logical id in the template."""


def load(name: str) -> Json:
    """Return one definition file, such as "tables"; see the files beside this module."""
    found: Json = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found
