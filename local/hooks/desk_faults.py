"""The file of planned faults: test controls write it, Lambda processes read it and use faults up.

It holds `{"faults": [{"id": …, "channel": …, "times": …, …}]}`. Changes are made under a lock on the file. A process
reads the file only when it has changed, so a service call costs one stat(). This module imports the standard library
only, because Lambda processes of the local run load it before anything else.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

Fault = dict[str, Any]


class FaultFile:
    """Planned faults in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] = (0, 0)
        self._known: list[Fault] = []

    def all(self) -> list[Fault]:
        """Return the faults that are still to come."""
        try:
            stat = os.stat(self.path)
        except FileNotFoundError:
            return []
        seen = (stat.st_mtime_ns, stat.st_size)
        if seen != self._seen:
            with self._locked(fcntl.LOCK_SH) as file:
                self._known = _read(file)
            self._seen = seen
        return self._known

    def change(self, how: Callable[[list[Fault]], list[Fault]]) -> None:
        """Replace the faults by what `how` makes of them, while nobody else reads or writes."""
        self.path.touch()
        with self._locked(fcntl.LOCK_EX) as file:
            after = how(_read(file))
            file.seek(0)
            file.truncate()
            json.dump({"faults": after}, file)

    def spend(self, fault_id: str) -> bool:
        """Use up one of a fault's times; False when another process took the last one meanwhile."""
        taken = False

        def once_less(faults: list[Fault]) -> list[Fault]:
            nonlocal taken
            for fault in faults:
                if fault["id"] == fault_id:
                    taken = True
                    fault["times"] -= 1
            return [fault for fault in faults if fault["times"] > 0]

        self.change(once_less)
        return taken

    @contextmanager
    def _locked(self, kind: int) -> Iterator[TextIO]:
        with self.path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, kind)
            try:
                yield file
                file.flush()
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)


def _read(file: TextIO) -> list[Fault]:
    file.seek(0)
    text = file.read()
    found: list[Fault] = json.loads(text)["faults"] if text else []
    return found
