"""The plan of faults of AWS services and of Lambda processes; the phones' test controls add to it."""

import re
import sys
from pathlib import Path
from typing import Any

from infra.functions import FUNCTIONS

HOOKS = Path(__file__).parent.with_name("hooks")
if str(HOOKS) not in sys.path:
    # This folder goes on the PYTHONPATH of Lambda processes, so its modules are imported without a package.
    sys.path.append(str(HOOKS))

from desk_faults import Fault, FaultFile  # noqa: E402

CHANNELS = frozenset({"dynamodb", "s3", "sqs", "kms"})


class AwsFaultPlan:
    """Plans faults in the file that all Lambda processes of one run read."""

    def __init__(self, path: Path) -> None:
        self._file = FaultFile(path)
        self._made = 0

    def add(self, fault: dict[str, Any], /) -> None:
        """Plan one fault (fields: docs/local-run.md). Raises ValueError when it cannot be played."""
        channel, _, name = str(fault.get("channel", "")).partition(":")
        known = {function.name for function in FUNCTIONS} | {function.name.replace("_", "-") for function in FUNCTIONS}
        if channel == "lambda" and name not in known:
            raise ValueError(f"There is no function {name}. Known: {', '.join(sorted(known))}.")
        if channel not in CHANNELS | {"lambda"}:
            raise ValueError(f"Faults of {channel} are not played here.")
        try:
            re.compile(str(fault.get("match") or ""))
        except re.error as error:
            raise ValueError(f"match is not a regular expression: {error}.") from error
        self._made += 1
        planned: Fault = {**fault, "id": f"fault-{self._made}", "times": int(fault.get("times") or 1)}
        self._file.change(lambda faults: [*faults, planned])

    def clear(self) -> None:
        """Forget every planned fault."""
        self._file.change(lambda _: [])

    def all(self) -> list[Fault]:
        """Return the faults that are still to come."""
        return list(self._file.all())
