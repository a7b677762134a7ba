"""What each thing that happens to a ticket costs, with all that follows from it: calls, units, runs, queue requests.

Each step goes through the real functions: intake or API, then the stream router with what the stream tells, then
whoever the queues wake, until nothing more happens.
"""

import contextlib
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from bench.desk import Desk, Row
from bench.units import Bill
from bench.webhook import event, status
from tests.support.delivery.provider import serve

PHONE = "77330000001"
READERS = {"DOORBELL": "sender", "RETRY": "sender", "DATING": "expiry_stamper", "INDEXING": "indexer"}
"""Who reads each queue."""
_QUEUED = 3
"""Requests that a message costs in a queue: sent, received, deleted."""
_SWEEPS = 5


@dataclass
class Step:
    """What one step has cost: `own` by the function that took it, `bill` with all that followed; `runs` are the
    functions that ran, `queued` the messages that went through queues."""

    own: Bill
    bill: Bill
    web: bool = True
    runs: Counter[str] = field(default_factory=Counter)
    queued: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it for bench/results.json."""
        return {
            "calls": self.bill.number,
            "read_units": self.bill.read,
            "write_units": self.bill.write,
            "web_requests": int(self.web),
            "runs": dict(self.runs),
            "queue_requests": self.queued * _QUEUED,
        }


def figures() -> list[dict[str, Any]]:
    """Measure the life of a ticket: what intake pays for a message, and what each step costs in all."""
    with serve() as provider:
        steps = dict(_life(Desk({"WHATSAPP_API": f"{provider.address}/v23.0"}), provider))
    known, new = steps["text"].own, steps["new customer"].own
    return [
        _calls("intake_calls_new", new, 4),
        _calls("intake_calls_known", known, 2),
        {
            "id": "intake_units_write",
            "value": known.write,
            "unit": "write units by AWS's rule",
            "reach": 10,
            "embedded": known.told_write,
            "new_customer": new.write,
            "new_customer_embedded": new.told_write,
        },
        {
            "id": "intake_units_read",
            "value": known.read,
            "unit": "read units by AWS's rule",
            "reach": 1,
            "new_customer": new.read,
        },
        {
            "id": "steps",
            "value": len(steps),
            "unit": "steps of a ticket's life, measured for the cost",
            "steps": {name: one.as_json() for name, one in steps.items()},
        },
    ]


def _calls(name: str, bill: Bill, reach: int) -> dict[str, Any]:
    others = sum(number for one, number in bill.calls.items() if one not in ("GetItem", "TransactWriteItems"))
    return {
        "id": name,
        "value": bill.number,
        "unit": "calls of services",
        "reach": reach,
        "other_services": others,
        "calls": bill.calls,
    }


def _life(desk: Desk, provider: Any) -> Iterator[tuple[str, Step]]:
    """Yield the steps of a customer's first ticket, until its rows are deleted."""

    def step(run: str, work: Callable[[], object], *, web: bool = True) -> Step:
        with desk.bill() as own:
            work()
        with desk.bill() as bill:
            made = Step(own, bill, web, Counter({run: 1}))
            _follow(desk, made)
        made.bill = own + bill
        return made

    def told(picture: bool = False) -> Step:
        return step("intake", lambda: desk.webhook(event(desk.now // 1000, PHONE, picture=picture)))

    desk.settle()
    desk.webhook(event(desk.now // 1000, "77330000002"))  # a secret is read once, by whoever is the first
    _follow(desk, Step(Bill(), Bill()))
    yield "new customer", told()
    yield "text", told()
    yield "picture", told(picture=True)
    ticket = f"/api/v1/tickets/{desk.ticket_of(PHONE)}"
    reply = {"text": "Проверьте, пожалуйста, кабель и пришлите фото чека.", "client_id": "bench-00000000000000000001"}
    yield "reply", step("api_handler", lambda: desk.api("POST", f"{ticket}/replies", reply))
    sent = provider.sent[-1].provider_id
    for state in ("sent", "delivered", "read"):
        report = status(sent, state, desk.now // 1000, PHONE)
        yield f"status {state}", step("intake", lambda report=report: desk.webhook(report))  # type: ignore[misc]
    yield "solve", step("api_handler", lambda: desk.api("PATCH", ticket, {"state": "solved"}))
    desk.move(days=8)
    yield "close", step("sweeper", desk.sweep, web=False)
    desk.move(days=91)

    expired = Step(Bill(), Bill(), web=False)
    for _ in range(_SWEEPS):
        swept = step("sweeper", desk.sweep, web=False)
        expired.bill, expired.queued = expired.bill + swept.bill, expired.queued + swept.queued
        expired.runs += swept.runs
        if not desk.rows("desk", f"ticket#{ticket.rsplit('/', 1)[-1]}"):
            break
        desk.move(days=1 / 24)
    else:
        raise RuntimeError("the ticket is still there")
    yield "expire", expired


def _follow(desk: Desk, step: Step) -> None:
    """Let everything happen that follows from what was written."""
    while records := desk.changes():
        step.runs["relay"] += 1
        _run("stream_router", {"Records": records})
        while desk.queued:
            queue, body = desk.queued.pop(0)
            step.queued += 1
            if queue in READERS:
                step.runs[READERS[queue]] += 1
                _run(READERS[queue], {"Records": [{"messageId": "1", "body": body}]})


def _run(entry: str, asked: Row) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        answer: Row = import_module(f"chalicelib.entrypoints.{entry}").handle(asked)
    if answer["batchItemFailures"]:
        raise RuntimeError(f"{entry}: {said.getvalue()}")
