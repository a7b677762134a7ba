"""What a desk costs: at rest, for 1,000 tickets, for an open page, and in a month of so many messages.

Everything is computed from the built template, from measured units and runs, and from bench/prices.json.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.desk import Desk
from infra import queues
from infra.definitions import Json
from infra.package import build_template

PRICES: Json = json.loads(Path(__file__).with_name("prices.json").read_text(encoding="utf-8"))
HOURS = PRICES["month_hours"]
REACH = 6.0
TICKET = {
    "text": 5, "picture": 3, "reply": 4, "status sent": 4, "status delivered": 4, "status read": 4,
    "solve": 1, "close": 1, "expire": 1,
}  # fmt: skip
"""A ticket of a known customer: 8 messages of theirs, 3 of them with a file, and 4 of ours. Files stay with Meta."""
MESSAGES = TICKET["text"] + TICKET["picture"] + TICKET["reply"]
PAGES = {"queue_page": 4, "ticket_page": 6}
"""Pages that colleagues open for a ticket: the list before each reply, the ticket for each reply and to look."""
VOLUMES = (1_000, 10_000, 100_000, 1_000_000)
"""Messages a month."""
WORK_HOURS, KEPT_MONTHS = 176, 4
"""Hours that a colleague works in a month; months for which a ticket stays, closed ones for 90 days."""
_MEMORY = {"intake": 1.0, "api_handler": 1.0, "sender": 0.5}
"""GB of the functions that have more than 0.25 (.chalice/config.json, infra/merge.py)."""
_OWN_LINES = 500
"""Bytes of a run's lines: START, END and REPORT of Lambda itself, and `sweep_done`."""
Costs = dict[str, float]


def price(of: str) -> float:
    """Return the price of one."""
    return float(PRICES["prices"][of]["price"])


# -- at rest


def idle(sweep: Mapping[str, Any]) -> dict[str, Any]:
    """Return the month of a deployed desk to which nobody writes; `sweep` is what a quiet minute of the sweeper has
    cost."""
    resources = build_template()["Resources"]
    of_type = [one["Type"] for one in resources.values()]
    minutes = HOURS * 60
    count: dict[str, float] = {
        "alarm": sum(map(_metrics, (one for one in resources.values() if one["Type"] == "AWS::CloudWatch::Alarm"))),
        "composite_alarm": of_type.count("AWS::CloudWatch::CompositeAlarm"),
        "metric": sweep["metrics"],
        "log_gb": sweep["log_bytes"] * minutes / 1e9,
        "key": of_type.count("AWS::KMS::Key"),
        "secret": of_type.count("AWS::SecretsManager::Secret"),
        **_polling(resources),
        "run": minutes,
        "gb_second": minutes * _seconds(sweep["calls"]) * 0.25,
        "read_unit": sweep["read_units"] * minutes,
        "write_unit": sweep["write_units"] * minutes,
    }
    free = PRICES["free_each_month"]
    billed = {name: max(0.0, number - float(free.get(name, 0))) for name, number in count.items()}
    return {
        "id": "idle_cost",
        "value": _sum(count),
        "unit": "$ a month, nothing deducted",
        "reach": REACH,
        "in_an_account_of_its_own": _sum(billed),
        "count": {name: round(number, 4) for name, number in count.items()},
        "dollars": {name: round(number * price(name), 3) for name, number in count.items()},
        "cause": "alarms are paid for one by one, keys and secrets are kept apart, and Lambda polls six queues",
    }


def _sum(count: Mapping[str, float]) -> float:
    return round(sum(number * price(name) for name, number in count.items()), 2)


def _metrics(alarm: Json) -> int:
    """Return for how many metrics an alarm is charged: each that it refers to."""
    joined = alarm["Properties"].get("Metrics", [])
    return sum("MetricStat" in one for one in joined) or 1


def _polling(resources: Json) -> Costs:
    fifo = {queue.logical_id for queue in queues.QUEUES if queue.fifo}
    found: Costs = {"queue_request": 0, "fifo_request": 0}
    assumed = PRICES["assumed"]
    for one in resources.values():
        for event in one["Properties"].get("Events", {}).values() if "Serverless" in one["Type"] else ():
            if event["Type"] == "SQS":
                name = "fifo_request" if event["Properties"]["Queue"]["Fn::GetAtt"][0] in fifo else "queue_request"
                found[name] += assumed["pollers"] * HOURS * 3600 / assumed["poll_seconds"]
    return found


def _seconds(calls: float) -> float:
    """Return for how long a function is billed that makes so many calls."""
    return float((PRICES["assumed"]["own_ms"] + calls * PRICES["assumed"]["call_ms"]) / 1000)


def quiet_minute() -> dict[str, Any]:
    """Measure a minute of the sweeper on a desk without tickets: calls, units, metrics and bytes of log."""
    desk = Desk()
    desk.settle()
    with desk.bill() as bill:
        said = desk.sweep()
    return {
        "calls": bill.number,
        "read_units": bill.read,
        "write_units": bill.write,
        "metrics": said.count("CloudWatchMetrics"),
        "log_bytes": len(said) + _OWN_LINES,
    }


# -- in use


def used(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what 1,000 tickets cost, an open page for an hour of work, and months of so many messages."""
    steps = figures["steps"]["steps"]
    parts: Costs = {}
    for name, times in TICKET.items():
        _add(parts, _step(steps[name]), times)
    for name, times in PAGES.items():
        _add(parts, _page(figures[name]["calls"], figures[name]["read_units"]), times)
    ticket = sum(parts.values())
    poll = _page(figures["poll"]["calls"], figures["poll"]["value"])
    polls = figures["poll"]["polls_an_hour"]
    operator = sum(poll.values()) * polls * WORK_HOURS
    rest = figures["idle_cost"]["in_an_account_of_its_own"]
    months = {}
    for messages in VOLUMES:
        told, swept = messages / MESSAGES * ticket, _sweeping(figures["sweep"]["measured"], messages)
        months[str(messages)] = {
            "messages": round(told, 2),
            "sweeper": round(swept, 2),
            "all": round(told + swept + rest, 2),
        }
    return {
        "id": "cost",
        "value": round(1000 * ticket, 3),
        "unit": f"$ for 1,000 tickets of {MESSAGES} messages and {TICKET['picture']} files",
        "parts": {name: round(1000 * one, 4) for name, one in parts.items()},
        "open_page": round(operator, 3),
        "polls_an_hour": polls,
        "months": months,
        "peer_server": PRICES["peers"]["server"]["price"],
    }


def _sweeping(measured: list[dict[str, float]], messages: int) -> float:
    """Return what the sweeper's reading costs in a month beyond that of a desk at rest, with the tickets of so many
    messages a month kept for KEPT_MONTHS; along the line through the smallest and the largest desk measured."""
    first, last = measured[0], measured[-1]
    slope = (last["read_units"] - first["read_units"]) / max(1, last["tickets"] - first["tickets"])
    return max(0.0, slope) * messages / MESSAGES * KEPT_MONTHS * HOURS * 60 * price("read_unit")


def _step(step: Mapping[str, Any]) -> Costs:
    """Return what a step costs, by what is paid for. Its calls are spread evenly over the functions that ran."""
    runs = sum(step["runs"].values())
    seconds = {name: times * _seconds(step["calls"] / runs) for name, times in step["runs"].items()}
    return {
        "web_request": step["web_requests"] * price("web_request"),
        "run": runs * price("run"),
        "gb_second": sum(_MEMORY.get(name, 0.25) * one for name, one in seconds.items()) * price("gb_second"),
        "read_unit": step["read_units"] * price("read_unit"),
        "write_unit": step["write_units"] * price("write_unit"),
        "queue_request": step["queue_requests"] * price("queue_request"),
    }


def _page(calls: float, read_units: float) -> Costs:
    step = {"calls": calls, "runs": {"api_handler": 1}, "web_requests": 1, "read_units": read_units}
    return _step(step | {"write_units": 0, "queue_requests": 0})


def _add(parts: Costs, more: Costs, times: float) -> None:
    for name, one in more.items():
        parts[name] = parts.get(name, 0) + times * one
