"""Test controls: what the desk sent, faults, the clock, strangers, confirmations. See docs/phones.md."""

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.faults.plan import CALLED_BY, parse_fault
from local.phones.answers import endpoint, refusal, rfc3339
from local.phones.bodies import Body
from local.phones.context import PhonesContext
from local.phones.errors import Refused
from local.phones.presets import PRESETS
from local.phones.store import CHANNELS, Call

_TEN_YEARS = 10 * 365 * 86_400


class Controls:
    """The endpoints of the test controls."""

    def __init__(self, context: PhonesContext) -> None:
        self.context = context
        self._moving = asyncio.Lock()

    def routes(self) -> list[Route]:
        store = self.context.store
        return [
            Route("/sent", self.sent, methods=["GET"]),
            Route("/sent", endpoint(store, self.clear_sent), methods=["DELETE"]),
            Route("/sent/clear", endpoint(store, self.clear_sent), methods=["POST"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", endpoint(store, self.add_fault), methods=["POST"]),
            Route("/faults", endpoint(store, self.clear_faults), methods=["DELETE"]),
            Route("/clock", self.clock, methods=["GET"]),
            Route("/clock", endpoint(store, self.advance), methods=["POST"]),
            Route("/strangers", self.strangers, methods=["GET"]),
            Route("/strangers", endpoint(store, self.set_strangers), methods=["POST"]),
            Route("/confirmations", self.confirmations, methods=["GET"]),
            Route("/confirmations", endpoint(store, self.set_confirmations), methods=["POST"]),
        ]

    async def sent(self, request: Request) -> Response:
        channel = request.query_params.get("channel", "")
        channel = CALLED_BY.get(channel, channel)
        if channel and channel not in CHANNELS:
            return refusal(Refused(f"channel must be one of {', '.join(CHANNELS)}."))
        calls = [call for call in self.context.store.calls if channel in ("", call.channel)]
        return JSONResponse({"items": [_item(call) for call in calls]})

    async def clear_sent(self, _: Body) -> dict[str, Any]:
        self.context.store.calls.clear()
        self.context.store.changed()
        return {"items": []}

    async def faults(self, _: Request) -> Response:
        return JSONResponse({"items": self.context.fault_plan.all()})

    async def add_fault(self, body: Body) -> dict[str, Any]:
        fields = dict(body.fields)
        if body.is_form:
            return await self._preset(body)
        fault = parse_fault(fields)
        self.context.fault_plan.add(fault)
        self.context.store.changed()
        return {"items": self.context.fault_plan.all()}

    async def _preset(self, body: Body) -> dict[str, Any]:
        preset = PRESETS.get(body.text("fault"))
        if preset is None:
            raise Refused("Choose one of the listed faults.")
        if preset.fault is None:
            return await self.clear_faults(body)
        self.context.fault_plan.add(parse_fault(preset.fault))
        self.context.store.changed()
        return {"items": self.context.fault_plan.all()}

    async def clear_faults(self, _: Body) -> dict[str, Any]:
        self.context.fault_plan.clear()
        self.context.store.changed()
        return {"items": []}

    async def clock(self, _: Request) -> Response:
        return JSONResponse(self._now())

    async def advance(self, body: Body) -> dict[str, Any]:
        given = body.fields.get("advance_seconds")
        if body.is_form and isinstance(given, str) and given.isascii() and given.isdecimal():
            given = int(given)
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= _TEN_YEARS:
            raise Refused(f"advance_seconds must be a whole number from 1 to {_TEN_YEARS}; time only goes forward.")
        more = {
            **_limited(body, "steps", 60, "in how many steps at most the clock moves"),
            **_limited(body, "wait", 3600, "seconds for the desk to become quiet at each step"),
        }
        # One move at a time: a move goes on in steps and waits at each until the desk is quiet.
        async with self._moving:
            try:
                await run_in_threadpool(self.context.clock.advance, given, **more)
            except TimeoutError as error:
                raise Refused(f"The clock moved, but the desk is not quiet: {error}", 504, "not_quiet") from error
        self.context.store.changed()
        return self._now()

    def _now(self) -> dict[str, Any]:
        now = self.context.clock.now()
        return {"now": rfc3339(now), "epoch": now}

    async def strangers(self, _: Request) -> Response:
        return JSONResponse({"strangers": self.context.store.strangers})

    async def set_strangers(self, body: Body) -> dict[str, Any]:
        given = body.text("strangers")
        if given not in ("taken", "refused"):
            raise Refused("strangers must be taken or refused.")
        self.context.store.strangers = "refused" if given == "refused" else "taken"
        self.context.store.changed()
        return {"strangers": given}

    async def confirmations(self, _: Request) -> Response:
        return JSONResponse({"enabled": self.context.store.confirmations})

    async def set_confirmations(self, body: Body) -> dict[str, Any]:
        given = body.fields.get("enabled")
        if body.is_form:
            given = {"true": True, "false": False}.get(str(given))
        if not isinstance(given, bool):
            raise Refused("enabled must be true or false.")
        self.context.store.confirmations = given
        self.context.store.changed()
        return {"enabled": given}


def _limited(body: Body, name: str, most: int, what: str) -> dict[str, int]:
    """Return a whole number of the body as a keyword argument; nothing when it is left out. Raises Refused."""
    value = body.fields.get(name)
    if value is None:
        return {}
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise Refused(f"{name} must be a whole number from 1 to {most}: {what}.")
    return {name: value}


def _item(call: Call) -> dict[str, Any]:
    return {
        "channel": call.channel, "account": call.account, "method": call.method, "path": call.path,
        "to": call.to, "payload": call.payload, "at": rfc3339(call.at),
        "status": call.status, "answer": call.answer,
    }  # fmt: skip
