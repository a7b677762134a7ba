"""Which files, functions and rooms of the product a piece of work crosses."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from tests.support.project import PROJECT

PACKAGE = f"{PROJECT / 'chalicelib'}/"


@dataclass
class Way:
    """What was called, `rooms` being the folders below chalicelib. What a module does while it loads does not count."""

    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)

    @property
    def rooms(self) -> set[str]:
        return {file.partition("/")[0] for file in self.files}

    def walked(self, work: Callable[[], Any]) -> Any:
        """Do `work`, add what it crosses, and return what it returned."""
        sys.setprofile(self._called)
        threading.setprofile(self._called)
        try:
            return work()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]

    def _called(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE) and code.co_name != "<module>":
            file = str(Path(code.co_filename).relative_to(PACKAGE))
            self.files.add(file)
            self.functions.add((file, code.co_qualname))
