"""Prints the ways at the end."""

import os
from typing import Any

from tests.ways.shown import lines


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in lines(files=bool(os.environ.get("FILES"))):
        terminalreporter.write_line(line)
