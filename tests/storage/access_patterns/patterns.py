"""The rows of docs/access-patterns.md, and who asks them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.support.project import PROJECT
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.recorded import Asked, matches

DOCUMENT = (PROJECT / "docs" / "access-patterns.md").read_text(encoding="utf-8")
Action = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the document's table."""

    id: str
    asked: str
    by: tuple[str, ...]
    function: str
    operation: str
    place: str
    key: str
    consistency: str
    cost: str

    def fits(self, call: Asked) -> bool:
        asked = (self.operation, self.place, self.consistency) == (call.operation, call.place, call.consistency)
        return asked and self.function in call.functions and matches(self.key, call.key)

    def costs(self, units: float) -> bool:
        """Whether a call that consumed so many units cost what is said; with "per", a multiple of it."""
        found = re.match(r"([0-9.]+) [RW]U( per)?", self.cost)
        assert found, f"{self.id}: the cost begins with a number and RU or WU"
        times = units / float(found[1])
        return times.is_integer() and times >= 1 if found[2] else times == 1


def lines(first: str) -> Iterator[list[str]]:
    """Cells of the document's lines that begin so, without the marks of code."""
    for line in DOCUMENT.splitlines():
        if line.startswith(first):
            yield [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]


ROWS = {
    cells[0]: Row(*cells[:2], tuple(cells[2].split(", ")), *cells[3:])  # type: ignore[call-arg, arg-type]
    for cells in lines("| AP")
}
RUNNERS: dict[tuple[str, ...], Callable[[RetentionDesk], Action]] = {}


def asks(*ids: str) -> Callable[[Callable[[RetentionDesk], Action]], Callable[[RetentionDesk], Action]]:
    """Say which rows a runner asks, one per call."""

    def known(runner: Callable[[RetentionDesk], Action]) -> Callable[[RetentionDesk], Action]:
        RUNNERS[ids] = runner
        return runner

    return known
