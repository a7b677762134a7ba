"""Handles every call of the desk to a provider: records it, plays a planned fault, or lets the provider answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from local.faults.plan import Fault, FaultPlan
from local.phones.store import Call, Store

Handle = Callable[[Fault | None], Awaitable[Response]]
FaultAnswer = Callable[[Fault], Response]


async def answer_call(
    store: Store, fault_plan: FaultPlan, call: Call, handle: Handle, fault_answer: FaultAnswer
) -> Response:
    """Answer one call: by `handle`, the provider's own answer, or by `fault_answer` when a fault is planned for it.

    With a fault that has `accept`, `handle` does its work first; then its answer is delayed or replaced.
    """
    store.calls.append(call)
    fault = fault_plan.take(call)
    store.changed()
    if fault is None:
        response = await handle(None)
    else:
        response = await _failed(fault, handle, fault_answer)
    call.status = response.status_code
    call.answer = call.answer or brief_of(response)
    store.changed()
    return response


async def _failed(fault: Fault, handle: Handle, fault_answer: FaultAnswer) -> Response:
    response = await handle(fault) if fault.accept else None
    if fault.timeout:
        await asyncio.sleep(fault.timeout)
    only_late = fault.status is None and fault.body is None and fault.retry_after is None
    if response is not None and only_late:
        return response
    return fault_answer(fault)


def fault_response(fault: Fault, default_status: int, default_body: dict[str, Any]) -> Response:
    """Return the answer of a fault: its own status and body, or the provider's usual ones."""
    status = fault.status or default_status
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if isinstance(fault.body, str):
        return Response(fault.body, status, headers, media_type="text/plain")
    return JSONResponse(default_body if fault.body is None else fault.body, status, headers)


def brief_of(response: Response) -> str:
    """Return a few words about an answer for the page: the id of the message, or the error."""
    if response.media_type != "application/json":
        return ""
    found = json.loads(bytes(response.body))
    if not isinstance(found, dict):
        return ""
    if isinstance(error := found.get("error"), dict):
        return f"{error.get('code', '')} {error.get('message', '')}".strip()
    if isinstance(said := found.get("description"), str):
        return said
    if isinstance(messages := found.get("messages"), list) and messages:
        return str(messages[0].get("id", ""))
    if isinstance(result := found.get("result"), dict) and "message_id" in result:
        return f"message {result['message_id']}"
    return ""
