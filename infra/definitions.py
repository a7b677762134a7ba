"""Reads the parts of the template that are JSON files."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Json = dict[str, Any]

TABLES = {"desk": "DeskTable", "keys": "KeysTable", "index": "IndexTable", "ledger": "LedgerTable"}
"""Logical table name of the code → logical id in the template."""


def load(name: str) -> Json:
    """Return one definition file, such as "tables"; see the files beside this module."""
    found: Json = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found
