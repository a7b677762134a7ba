"""What a page of a list and a minute of the sweeper cost on desks of 1,000 to 100,000 tickets."""

import re
from typing import Any

from bench.desk import MINE, Desk

SIZES = (1_000, 10_000, 100_000)
LISTS = {"queue_page": "/dashboard", "mine_page": "/dashboard?view=mine"}
MOST_CALLS, MOST_UNITS = 6, 25
SWEEP_UNITS = 10
_TICKET = re.compile(r"/dashboard/tickets/([0-9a-z]{20})")


def figures(sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """Measure one desk as it grows: the page of open tickets, the page of the operator's own, a sweep of a minute in
    which nothing is due."""
    desk = Desk()
    desk.fill()
    measured: dict[str, list[dict[str, Any]]] = {name: [] for name in (*LISTS, "sweep")}
    for size in sizes:
        desk.grow(size)
        for name, path in LISTS.items():
            measured[name].append({"tickets": size, **_page(desk, path)})
        measured["sweep"].append({"tickets": size, **_sweep(desk)})
    return [
        *(_list(name, measured[name]) for name in LISTS),
        {
            "id": "sweep",
            "value": measured["sweep"][-1]["read_units"],
            "unit": f"read units of a minute with nothing due, {sizes[-1]:,} tickets",
            "reach": SWEEP_UNITS,
            "flat": _flat(measured["sweep"]),
            "measured": measured["sweep"],
            "cause": "what a sweep reads although nothing is due",
        },
    ]


def _list(name: str, measured: list[dict[str, Any]]) -> dict[str, Any]:
    last = measured[-1]
    return {
        "id": name,
        "value": last["read_units"],
        "unit": f"read units at {last['tickets']:,} tickets",
        "reach": MOST_UNITS,
        "calls": last["calls"],
        "read_units": last["read_units"],
        "reach_calls": MOST_CALLS,
        "missing": last.get("of", last["shown"]) - last["shown"],
        "reach_missing": 0,
        "flat": _flat(measured),
        "measured": measured,
        "cause": "badges and contacts cost more than the rows that are shown",
    }


def _flat(measured: list[dict[str, Any]]) -> bool:
    """Whether nothing grew by more than a twentieth from the smallest desk to the largest."""
    first, last = measured[0], measured[-1]
    return all(last[name] <= 1.05 * first[name] for name in ("calls", "read_units"))


def _page(desk: Desk, path: str) -> dict[str, Any]:
    desk.get(path)  # what a process does once is done
    with desk.bill() as bill:
        answer = desk.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    shown = len(set(_TICKET.findall(answer.text)))
    wanted = {"of": MINE} if "mine" in path else {}
    return {"calls": bill.number, "read_units": bill.read, "shown": shown, **wanted}


def _sweep(desk: Desk) -> dict[str, Any]:
    with desk.bill() as bill:
        desk.sweep()
    return {"calls": bill.number, "read_units": bill.read, "write_units": bill.write}
