"""The short form that CI runs: it fails on whatever has become dearer than bench/results.json says.

That file is written by `make bench` at every release and lies in the repository, so no other release need be checked
out. Calls, units and bytes must not grow at all, but for what is blurred. Times are ratios to a floor that is measured
beside them, medians of 15 interleaved pairs, and may be a tenth worse than the recorded ratio. A figure of which
nothing is recorded must reach what is wanted.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bench import growth as growing
from bench import intake
from bench import pages as shown

WORSE = 1.10
TIMES = {"intake_cpu": ("value", "of_lean_floor"), "ticket_page": ("value",)}
COUNTS = {
    "intake_calls_new": ("value", "other_services"),
    "intake_calls_known": ("value", "other_services"),
    "intake_units_write": ("value", "embedded", "new_customer"),
    "intake_units_read": ("value", "new_customer"),
    "poll": ("value", "calls", "bytes"),
    "ticket_page": ("calls", "read_units"),
}
BLURRED, WIDER = {"page_weight": ("value",)}, 1.01
"""Lengths that are blurred on purpose (the tokens of forms are masked anew in each answer) and may be wider by that."""
GROWN = {"queue_page": ("calls", "read_units"), "mine_page": ("calls", "read_units"), "sweep": ("calls", "read_units")}
"""Compared on the smallest desk."""
Figures = list[dict[str, Any]]


def growth() -> Figures:
    """Measure lists and the sweeper on the smallest desk."""
    return growing.figures(growing.SIZES[:1])


def pages() -> Figures:
    """Measure pages and, in the same process, a warm message of intake."""
    return shown.figures()


def times() -> Figures:
    """Measure the processor time of a warm message."""
    return intake.figures()


def judge(found: Figures, recorded: Figures) -> int:
    """Print each comparison; return 1 when something is dearer than it was."""
    before = {one["id"]: one for one in recorded}
    failed = False
    for one in found:
        for name, now, most in _compared(one, before.get(one["id"])):
            failed |= now > most
            print(f"{one['id']:22} {name:16} {now:>10} of at most {most:<10} {'DEARER' if now > most else ''}")
    return int(failed)


def _compared(one: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterator[tuple[str, float, float]]:
    """Yield the name of a number, what it is now, and the most that it may be."""
    for name in COUNTS.get(one["id"], ()):
        yield name, one[name], _most(one, before, name)
    for name in BLURRED.get(one["id"], ()):
        yield name, one[name], round(_most(one, before, name) * WIDER, 1)
    for name in TIMES.get(one["id"], ()):
        most = before[name] * WORSE if before and name in before else _most(one, None, name)
        yield name, one[name], round(most, 3)
    for name in GROWN.get(one["id"], ()):
        now = one["measured"][0]
        same = next((old for old in (before or {}).get("measured", ()) if old["tickets"] == now["tickets"]), None)
        wanted = one.get("reach_calls" if name == "calls" else "reach", float("inf"))
        yield name, now[name], same[name] if same else wanted


def _most(one: Mapping[str, Any], before: Mapping[str, Any] | None, name: str) -> float:
    if before and name in before:
        return float(before[name])
    return float(one.get("reach" if name == "value" else f"reach_{name}", float("inf")))
