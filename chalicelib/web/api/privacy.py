"""JSON API: requests about data, the erasure pause, and certificates as they were signed."""

import base64
from typing import Any

from chalice.app import Response

from chalicelib.certificates.model import FINAL, ISSUED, Entry
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.observability import audit
from chalicelib.privacy.decide import PROPOSALS
from chalicelib.privacy.requests.kinds import HANDLED_KINDS, RequestState
from chalicelib.privacy.requests.model import MOST_EVIDENCE, Request
from chalicelib.web.api.presenter import when
from chalicelib.web.api.request_presenter import present_request
from chalicelib.web.http import validators
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_response
from chalicelib.wiring import web as wiring_web

KINDS = (
    *("access", "correction", "blocking", "unblocking", "opt_out"),
    *("withdrawal", "deletion", "stop_processing", "objection", "authority"),
)
"""Every kind of request that the law knows. The desk handles HANDLED_KINDS so far."""
DECISIONS = (*PROPOSALS, "retain", "agree", "take_back", "go_on")
_FIELDS = {
    **{"erase": ("check", "reason"), "refuse": ("ground", "reason"), "letter": ("posted_on",)},
    "cancel": ("reason",),
    **dict.fromkeys(("agree", "take_back"), ("proposed",)),
}
"""Fields that each decision takes; the other decisions take none."""
_GIVEN = ("check", "ground", "posted_on", "reason", "proposed")
NOT_FOUND = "There is no such request, or its retention has ended."


def list_requests(http_request: HttpRequest) -> Response:
    """GET privacy-requests"""
    query = http_request.query
    validators.only(query, ("state", "kind", "limit", "cursor"), "parameter")
    if "cursor" in query and not query["cursor"]:
        raise BadInput("The cursor is empty. Leave it out for the first page.")
    found = wiring_web.request_pages().page(
        http_request.now,
        validators.whole(query, "limit", 1, 100, 50),
        state=validators.word(query, "state", tuple(RequestState)) if "state" in query else "",
        kind=validators.word(query, "kind", KINDS) if "kind" in query else "",
        cursor=query.get("cursor", ""),
    )
    audit("requests_read", count=len(found.items), staff_id=http_request.staff.id)
    return json_response(
        {"items": [present_request(one, http_request.now) for one in found.items], "cursor": found.cursor or None}
    )


def open_request(http_request: HttpRequest) -> Response:
    """POST privacy-requests: opens a request, or returns the person's open one."""
    validators.only(http_request.query, (), "parameter")
    body = http_request.json
    validators.only(body, ("kind", "contact_id", "source", "evidence", "received_on"))
    kind = validators.word(body, "kind", KINDS)
    if kind not in HANDLED_KINDS:
        raise BadInput(
            f"Requests of this kind are not handled here yet. Use one of {', '.join(HANDLED_KINDS)}.",
            code="not_offered",
        )
    if body.get("source", "staff") != "staff":
        raise BadInput("The field source is staff: a person's own request comes through their chat.")
    contact_id = body.get("contact_id")
    if not isinstance(contact_id, str):
        raise BadInput("The field contact_id is wanted: whose data it is about.")
    contact_id = validators.path_id({"id": contact_id})
    evidence = validators.text(body, "evidence", MOST_EVIDENCE) if body.get("evidence") is not None else ""
    received_on = body.get("received_on")
    opened = wiring_web.open_request()(
        contact_id,
        kind,
        "staff",
        received_on=received_on if isinstance(received_on, str) else "",
        created_by=http_request.staff.id,
        evidence=evidence,
    )
    audit_opened(opened.request_id, contact_id, kind, http_request.staff.id, new=opened.new)
    return json_response(
        present_request(_request(opened.request_id, http_request.now), http_request.now), 201 if opened.new else 200
    )


def audit_opened(request_id: str, contact_id: str, kind: str, staff_id: str, *, new: bool) -> None:
    """Log that a staff member entered a request; with new=False the person had one already and nothing was changed."""
    outcome = "opened" if new else "open_already"
    audit(
        "request_entered", request_id=request_id, contact_id=contact_id, kind=kind, outcome=outcome, staff_id=staff_id
    )


def read(http_request: HttpRequest) -> Response:
    """GET privacy-requests/{id}"""
    validators.only(http_request.query, (), "parameter")
    request = _request(validators.path_id(http_request.path), http_request.now)
    audit("request_read", request_id=request.id, staff_id=http_request.staff.id)
    return json_response(present_request(request, http_request.now))


def decide(http_request: HttpRequest) -> Response:
    """POST privacy-requests/{id}/decision"""
    validators.only(http_request.query, (), "parameter")
    request_id, body = validators.path_id(http_request.path), http_request.json
    validators.only(body, ("decision", *_GIVEN))
    decision = validators.word(body, "decision", DECISIONS)
    given = {name: body[name] for name in _GIVEN if body.get(name) is not None}
    if extra := sorted(given.keys() - _FIELDS.get(decision, ())):
        raise BadInput(f"The decision {decision} takes no {', '.join(extra)}.")
    if not all(isinstance(value, str) for value in given.values()):
        raise BadInput(f"The fields {', '.join(_GIVEN)} are texts.")
    if decision == "agree" and not given.get("proposed"):
        raise BadInput("Say what you agree to: the field proposed is that of the proposal which you have read.")
    request, use, by = _request(request_id, http_request.now), wiring_web.decide_request(), http_request.staff.id
    if decision == "agree":
        use.agree(request.id, by, given["proposed"])
    elif decision == "take_back":
        use.take_back(request.id, given.get("proposed", ""))
    elif decision == "go_on":
        use.go_on(request.id, by)
    else:
        use.propose(request.id, decision, by, **given)
    audit("request_decided", request_id=request.id, action=decision, staff_id=http_request.staff.id)
    return json_response(present_request(_request(request_id, http_request.now), http_request.now))


def read_pause(http_request: HttpRequest) -> Response:
    """GET privacy-hold: whether destructions are paused"""
    validators.only(http_request.query, (), "parameter")
    return json_response(_pause())


def set_pause(http_request: HttpRequest) -> Response:
    """POST privacy-hold: pauses destructions or lets them go on"""
    validators.only(http_request.query, (), "parameter")
    validators.only(http_request.json, ("held",))
    held = http_request.json.get("held")
    if not isinstance(held, bool):
        raise BadInput("The field held is true or false.")
    use = wiring_web.pause_erasures()
    (use.set if held else use.release)(http_request.staff.id)
    return json_response(_pause())


def _pause() -> dict[str, Any]:
    hold = wiring_web.pause_erasures().current()
    return {"held": hold is not None, "since": when(hold.at) if hold else None, "by": hold.by or None if hold else None}


def certificate(http_request: HttpRequest) -> Response:
    """GET certificates/{id}: its entries of the ledger, as they were signed."""
    validators.only(http_request.query, (), "parameter")
    certificate_id, ledger = validators.path_id(http_request.path), wiring_web.ledger()
    entries = [entry for stage in (ISSUED, FINAL) if (entry := ledger.entry(certificate_id, stage))]
    if not entries:
        raise NotFound("There is no such certificate.")
    audit("certificate_read", request_id=str(entries[0].body["request_id"]), staff_id=http_request.staff.id)
    return json_response({"id": certificate_id, "final": len(entries) > 1, "entries": [_entry(one) for one in entries]})


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "number": one.number,
        "body": one.body,
        "text": one.text,
        "signature": base64.b64encode(one.signature).decode(),
        "hash": one.hash,
        "key_arn": one.key_arn,
        "whole": one.whole,
    }


def _request(request_id: str, now: int) -> Request:
    kept = wiring_web.request_pages().find(request_id, now)
    if kept is None:
        raise NotFound(NOT_FOUND)
    return kept.request
