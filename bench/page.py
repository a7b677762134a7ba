"""Writes the measured part of docs/cost.md, and the sentence of the README about cost."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.cost import PRICES, TICKET, WORK_HOURS

ROOT = Path(__file__).parent.parent
PAGE, README = ROOT / "docs" / "cost.md", ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- measured by make bench -->\n).*?(<!-- end -->)", re.DOTALL)
_WORDS = {
    "alarm": "alarms",
    "composite_alarm": "composite alarms",
    "metric": "metrics of our own that a quiet minute publishes",
    "log_gb": "GB of log",
    "key": "keys in KMS",
    "secret": "secrets",
    "queue_request": "requests by which Lambda polls the standard queues",
    "fifo_request": "requests by which it polls the FIFO queue",
    "run": "runs of the sweeper",
    "gb_second": "GB-seconds of it",
    "read_unit": "read units of it",
    "write_unit": "write units of it",
    "web_request": "requests to API Gateway",
}


def write(figures: list[dict[str, Any]]) -> None:
    """Put the figures into both documents."""
    for path, text in rendered(figures).items():
        path.write_text(text, encoding="utf-8")


def rendered(figures: list[dict[str, Any]]) -> dict[Path, str]:
    """Return both documents as they are with these figures."""
    by_id = {one["id"]: one for one in figures}
    parts = {PAGE: _page(by_id), README: _sentence(by_id)}
    return {path: _BLOCK.sub(rf"\g<1>{part}\g<2>", path.read_text(encoding="utf-8")) for path, part in parts.items()}


def _sentence(by_id: Mapping[str, Any]) -> str:
    rest, used = by_id["idle_cost"], by_id["cost"]
    return (
        f"A desk to which nobody writes costs {rest['in_an_account_of_its_own']:.2f} $ a month"
        f" ({rest['value']:.2f} $ before what AWS gives every account for nothing), 1,000 tickets of twelve messages"
        f" {used['value']:.2f} $, an open page {used['open_page']:.2f} $ a month and colleague: docs/cost.md.\n"
    )


def _page(by_id: Mapping[str, Any]) -> str:
    return "\n".join([*_rest(by_id["idle_cost"]), *_tickets(by_id["cost"]), *_open(by_id), *_months(by_id["cost"])])


def _rest(rest: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| {_number(number)} {_WORDS[name]} | {rest['dollars'][name]:.2f} |"
        for name, number in rest["count"].items()
        if number
    ]
    return [
        "## At rest", "",
        f"A month of {PRICES['month_hours']} hours in which nobody writes.", "",
        "| what | $ |", "|---|---|", *rows, f"| **together** | **{rest['value']:.2f}** |",
        f"| in an account of its own, after what AWS gives for nothing | {rest['in_an_account_of_its_own']:.2f} |", "",
    ]  # fmt: skip


def _tickets(used: Mapping[str, Any]) -> list[str]:
    words = _WORDS | {"run": "runs of functions", "queue_request": "requests to queues"}
    rows = [f"| {words[name].removesuffix(' of it')} | {one:.3f} |" for name, one in used["parts"].items()]
    steps = ", ".join(f"{times} × {name}" for name, times in TICKET.items())
    return [
        "## 1,000 tickets", "",
        f"A ticket of a known customer: {steps}; and the pages that colleagues open for it.", "",
        "| what | $ for 1,000 |", "|---|---|",
        *rows, f"| **together** | **{used['value']:.2f}** |", "",
    ]  # fmt: skip


def _open(by_id: Mapping[str, Any]) -> list[str]:
    poll, used = by_id["poll"], by_id["cost"]
    return [
        "## An open page", "",
        f"A page that a colleague leaves open asks {used['polls_an_hour']} times an hour whether something has changed:"
        f" {poll['calls']} calls, {poll['value']:g} read units, {poll['bytes']:,} bytes when nothing has. In"
        f" {WORK_HOURS} hours a month that is **{used['open_page']:.2f} $** for each colleague.", "",
    ]  # fmt: skip


def _months(used: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| {int(messages):,} | {one['messages']:.2f} | {one['sweeper']:.2f} | {one['all']:.2f} |"
        for messages, one in used["months"].items()
    ]
    server = PRICES["peers"]["server"]
    return [
        "## A month", "",
        "| messages a month | themselves, $ | the sweeper's reading of what is stored, $ | all with the rest, $ |",
        "|---|---|---|---|", *rows, "",
        f"Beside that each colleague's open page. The cheapest server that a peer needs costs {server['price']:.2f} $ a"
        f" month: {server['what']}.", "",
    ]  # fmt: skip


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 1 else f"{number:g}"
