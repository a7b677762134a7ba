"""What remains of a ticket whose term is over where the profile says "anonymise": it is counted, and nothing else of it
stays.

A person is counted once a month, by one ticket that was closed in it: channel, language, how long it took, tags. No
row leads from a count to a person or a ticket. When every ticket that was closed in a month has ended, the month is
published: whatever fewer than LEAST people have in common is told in coarser words, and what is still of fewer is
destroyed. So every number that stays is of LEAST people at least, who cannot be told from each other, and nothing is
left from which another number could be reckoned (art. 1(7) of Law 94-V: attribution is impossible; B5.7, C5.7, E5.7).
"""

import datetime
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.core.clock import DAY, HOUR, SECOND
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.texts import KAZAKHSTAN
from chalicelib.dynamo.builder import NEW, Write
from chalicelib.dynamo.schema import HEAD, STATISTIC, STATISTICS
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.model import State

LEAST = 5
"""Fewest people of whom a number is published or kept."""
ANY = "*"
"""Stands for a value that is not told apart."""
WITHIN = (("hour", HOUR), ("day", DAY), ("week", 7 * DAY), ("month", 30 * DAY))
"""Classes of how long a ticket took until it was solved, each with its length (ms); "longer" is the last one."""
MOST_TAGS = 120
"""Characters of the tags of a ticket that are told apart."""
LATE = 7 * DAY
"""Time (ms) that the sweeper may be late with the last tickets of a month before it is published."""
MOST_MONTHS = 24
"""Months that are looked back for one that is not published, and that are shown."""


class Cell(NamedTuple):
    """What the counted people have in common; what stands last is told in coarser words first. `tags` are separated by
    commas."""

    channel: str = ANY
    language: str = ANY
    took: str = ANY
    tags: str = ANY

    def coarser(self, fields: int) -> "Cell":
        """Return the cell with its first `fields` fields alone."""
        return Cell(*self[:fields])


def cell_of(ticket: Mapping[str, Any]) -> Cell:
    """Return the cell of a closed ticket, by its row."""
    took = (ticket.get("solved_at") or ticket["closed_at"]) - ticket.get("created_at", 0)
    tags = ",".join(sorted(ticket.get("tags", ())))
    return Cell(
        ticket["channel"],
        ticket.get("language", ""),
        next((name for name, length in WITHIN if took < length), "longer"),
        tags if len(tags) <= MOST_TAGS else ANY,
    )


def publishable(counted: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return what may be kept of these numbers: each person is in one cell at most, each cell is of LEAST at least, and
    fewer than LEAST are left out."""
    kept: Counter[Cell] = Counter()
    left = Counter(counted)
    for fields in range(len(Cell._fields), -1, -1):
        coarser: Counter[Cell] = Counter()
        for cell, people in left.items():
            coarser[cell.coarser(fields)] += people
        kept.update({cell: people for cell, people in coarser.items() if people >= LEAST})
        left = Counter({cell: people for cell, people in coarser.items() if people < LEAST})
    return dict(kept)


def month_of(at: int) -> str:
    """Return the month in Kazakhstan of an instant (ms), such as 2026-11."""
    return f"{datetime.datetime.fromtimestamp(at // SECOND, KAZAKHSTAN):%Y-%m}"


def ended_months(kept: KeptFor, now: int) -> Iterator[str]:
    """Yield the months all of whose tickets have ended at `now` (ms), the newest first, MOST_MONTHS at most."""
    begins = datetime.datetime.fromtimestamp(now // SECOND, KAZAKHSTAN).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    found = 0
    while found < MOST_MONTHS and begins.year > datetime.MINYEAR:
        end = int(begins.timestamp()) * SECOND
        begins = (begins - datetime.timedelta(days=1)).replace(day=1)
        if kept.after(end) + LATE <= now:
            found += 1
            yield f"{begins:%Y-%m}"


class Published(NamedTuple):
    """The numbers of a month."""

    month: str
    people: Mapping[Cell, int]


class StatisticsStore:
    """Counts, and what is published of them. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def counted(self, ticket: Mapping[str, Any]) -> list[Write]:
        """Return the writes that count a closed ticket, by its row, unless its person is counted in that month or the
        month is published; [] for another ticket. They belong into the transaction that deletes it."""
        if ticket.get("state") != State.CLOSED or not ticket.get("closed_at"):
            return []
        month = month_of(ticket["closed_at"])
        once = "attribute_exists(pk) AND NOT contains(#counted, :month)"
        key, values = HEAD.key(ticket["conversation_id"]), {"months": {month}, "month": month}
        cell = STATISTIC.key(month, _written(cell_of(ticket)))
        return [
            self._tables.check("month", STATISTICS.key(month), NEW),
            self._tables.update("head", key, "ADD #counted :months", once, values),
            self._tables.update("statistic", cell, "ADD #people :one", values={"one": 1}),
        ]

    def publish(self, month: str, now: int) -> bool:
        """Publish a month, of which nothing is counted from then on, and destroy what it was counted by; False when
        that is done. It may run again, also concurrently. `now` in ms."""
        key = STATISTICS.key(month)
        row = self._tables.get(key)
        if not row:
            self._tables.write(self._tables.update("month", key, "SET #closed_at = :now", NEW, {"now": now}))
        counts = self._counts(month)
        if "published" in row and not counts:
            return False
        people = {_written(cell): n for cell, n in publishable(counts).items()}
        first = "attribute_not_exists(#published)"  # another run may have destroyed some of the counts since
        self._tables.write(self._tables.update("month", key, "SET #published = :people", first, {"people": people}))
        for cell in counts:
            self._tables.write(self._tables.delete("statistic", STATISTIC.key(month, _written(cell))))
        return True

    def _counts(self, month: str) -> dict[Cell, int]:
        prefix = STATISTIC.key(month, "").sk
        pages = self._tables.pages(STATISTIC.partition(), prefix=prefix)
        return {_cell(row["sk"].removeprefix(prefix)): int(row["people"]) for page in pages for row in page.rows}

    def published(self) -> list[Published]:
        """Return the newest published months of which there are numbers, the newest first."""
        rows = self._tables.page(
            STATISTICS.partition(), prefix=STATISTICS.prefix, newest_first=True, limit=MOST_MONTHS
        ).rows
        found = (Published(row["sk"].removeprefix(STATISTICS.prefix), _people(row)) for row in rows)
        return [one for one in found if one.people]


def _written(cell: Cell) -> str:
    return json.dumps(cell, ensure_ascii=False, separators=(",", ":"))


def _cell(written: str) -> Cell:
    return Cell(*json.loads(written))


def _people(row: Mapping[str, Any]) -> dict[Cell, int]:
    found: Iterable[tuple[str, Any]] = (row.get("published") or {}).items()
    return dict(sorted(((_cell(cell), int(n)) for cell, n in found), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True)
class PublishStatistics:
    """Publishes the months all of whose tickets have ended. `kept` is the profile's term of tickets."""

    store: StatisticsStore
    kept: KeptFor
    clock: Callable[[], int]

    def __call__(self) -> int:
        """Publish what is due, the newest month first; return how many months. Raises Unavailable."""
        now, done = self.clock(), 0
        for month in ended_months(self.kept, now):
            if not self.store.publish(month, now):
                break
            done += 1
        return done
