"""JSON API: requests about data and the certificates of their end."""

import base64
from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.certificates.model import FINAL, ISSUED, Entry
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.observability import audit
from chalicelib.privacy.decide import PROPOSALS
from chalicelib.privacy.requests.kinds import HANDLED_KINDS, RequestState, Step
from chalicelib.privacy.requests.limits import missed
from chalicelib.privacy.requests.model import MOST_EVIDENCE, Request
from chalicelib.privacy.requests.progress import (
    checked_by,
    letter_by,
    pauses_outreach,
    shown_state,
)
from chalicelib.privacy.requests.waits import RETRY_AFTER
from chalicelib.web.api.form import when
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.responses import json_answer
from chalicelib.wiring import web as wiring_web

KINDS = (
    *("access", "correction", "blocking", "unblocking", "opt_out"),
    *("withdrawal", "deletion", "stop_processing", "objection", "authority"),
)
"""Every kind of request that the law knows; the desk handles HANDLED_KINDS."""
DECISIONS = (*PROPOSALS, "retain", "agree", "take_back", "go_on")
_FIELDS = {
    **{"erase": ("check", "reason"), "refuse": ("ground", "reason"), "letter": ("posted_on",)},
    "cancel": ("reason",),
    **dict.fromkeys(("agree", "take_back"), ("proposed",)),
}
"""Fields of a decision beside its name."""
_GIVEN = ("check", "ground", "posted_on", "reason", "proposed")
NOT_FOUND = "There is no such request, or its retention has ended."


def list_requests(call: HttpRequest) -> Response:
    """GET privacy-requests"""
    query = call.query
    fields.only(query, ("state", "kind", "limit", "cursor"), "parameter")
    if "cursor" in query and not query["cursor"]:
        raise BadInput("The cursor is empty. Leave it out for the first page.")
    found = wiring_web.request_pages().page(
        call.now,
        fields.whole(query, "limit", 1, 100, 50),
        state=fields.word(query, "state", tuple(RequestState)) if "state" in query else "",
        kind=fields.word(query, "kind", KINDS) if "kind" in query else "",
        cursor=query.get("cursor", ""),
    )
    audit("requests_read", count=len(found.items), staff_id=call.colleague.id)
    return json_answer({"items": [form(one, call.now) for one in found.items], "cursor": found.cursor or None})


def open_request(call: HttpRequest) -> Response:
    """POST privacy-requests: a second one returns the first."""
    fields.only(call.query, (), "parameter")
    body = call.json
    fields.only(body, ("kind", "contact_id", "source", "evidence", "received_on"))
    kind = fields.word(body, "kind", KINDS)
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
    contact_id = fields.path_id({"id": contact_id})
    evidence = fields.text(body, "evidence", MOST_EVIDENCE) if body.get("evidence") is not None else ""
    received_on = body.get("received_on")
    opened = wiring_web.open_request()(
        contact_id,
        kind,
        "staff",
        received_on=received_on if isinstance(received_on, str) else "",
        created_by=call.colleague.id,
        evidence=evidence,
    )
    audit_opened(opened.request_id, contact_id, kind, call.colleague.id, new=opened.new)
    return json_answer(form(_request(opened.request_id, call.now), call.now), 201 if opened.new else 200)


def audit_opened(request_id: str, contact_id: str, kind: str, staff_id: str, *, new: bool) -> None:
    """Write down that a colleague entered a request; a second one changes nothing and says so."""
    outcome = "opened" if new else "open_already"
    audit(
        "request_entered", request_id=request_id, contact_id=contact_id, kind=kind, outcome=outcome, staff_id=staff_id
    )


def read(call: HttpRequest) -> Response:
    """GET privacy-requests/{id}"""
    fields.only(call.query, (), "parameter")
    request = _request(fields.path_id(call.path), call.now)
    audit("request_read", request_id=request.id, staff_id=call.colleague.id)
    return json_answer(form(request, call.now))


def decide(call: HttpRequest) -> Response:
    """POST privacy-requests/{id}/decision"""
    fields.only(call.query, (), "parameter")
    request_id, body = fields.path_id(call.path), call.json
    fields.only(body, ("decision", *_GIVEN))
    decision = fields.word(body, "decision", DECISIONS)
    given = {name: body[name] for name in _GIVEN if body.get(name) is not None}
    if extra := sorted(given.keys() - _FIELDS.get(decision, ())):
        raise BadInput(f"The decision {decision} takes no {', '.join(extra)}.")
    if not all(isinstance(value, str) for value in given.values()):
        raise BadInput(f"The fields {', '.join(_GIVEN)} are texts.")
    if decision == "agree" and not given.get("proposed"):
        raise BadInput("Say what you agree to: the field proposed is that of the proposal which you have read.")
    request, use, by = _request(request_id, call.now), wiring_web.decide_request(), call.colleague.id
    if decision == "agree":
        use.agree(request.id, by, given["proposed"])
    elif decision == "take_back":
        use.take_back(request.id, given.get("proposed", ""))
    elif decision == "go_on":
        use.go_on(request.id, by)
    else:
        use.propose(request.id, decision, by, **given)
    audit("request_decided", request_id=request.id, action=decision, staff_id=call.colleague.id)
    return json_answer(form(_request(request_id, call.now), call.now))


def read_hold(call: HttpRequest) -> Response:
    """GET privacy-hold"""
    fields.only(call.query, (), "parameter")
    return json_answer(_hold())


def set_hold(call: HttpRequest) -> Response:
    """POST privacy-hold"""
    fields.only(call.query, (), "parameter")
    fields.only(call.json, ("held",))
    held = call.json.get("held")
    if not isinstance(held, bool):
        raise BadInput("The field held is true or false.")
    use = wiring_web.pause_erasures()
    (use.set if held else use.release)(call.colleague.id)
    return json_answer(_hold())


def _hold() -> dict[str, Any]:
    hold = wiring_web.pause_erasures().current()
    return {"held": hold is not None, "since": when(hold.at) if hold else None, "by": hold.by or None if hold else None}


def certificate(call: HttpRequest) -> Response:
    """GET certificates/{id}: the entries of the ledger, as they were signed."""
    fields.only(call.query, (), "parameter")
    certificate_id, ledger = fields.path_id(call.path), wiring_web.ledger()
    entries = [entry for stage in (ISSUED, FINAL) if (entry := ledger.entry(certificate_id, stage))]
    if not entries:
        raise NotFound("There is no such certificate.")
    audit("certificate_read", request_id=str(entries[0].body["request_id"]), staff_id=call.colleague.id)
    return json_answer({"id": certificate_id, "final": len(entries) > 1, "entries": [_entry(one) for one in entries]})


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


def form(one: Request, now: int) -> dict[str, Any]:
    """A request as of now (ms): our ids, words, numbers and times, and nothing that could answer for it."""
    return {
        "id": one.id,
        "kind": one.kind,
        "state": shown_state(one),
        "source": one.source,
        "contact_id": one.contact_id,
        "channel": one.channel,
        "language": one.language or None,
        "clocks": {
            "received": when(one.received_at),
            "entered": when(one.opened_at),
            "default": when(one.default_at),
            "target": when(one.target_at),
            "alarm": when(one.alarm_at),
            "limit": when(one.deadline_at),
        },
        "received_on": one.received_on or None,
        "missed": list(missed(one, now)),
        "pauses_outreach": pauses_outreach(one),
        "suppressed": when(one.suppressed_at or one.at(Step.OUTREACH_PAUSED)),
        "barrier": when(one.at(Step.WRITES_BLOCKED)),
        "identity": one.identity or None,
        "identity_check": one.check or None,
        "proposal": _proposal(one),
        "told": _told(one) if one.done(Step.TOLD) else None,
        "refused_on": one.ground or None,
        "answer": one.answered or None,
        "waits": one.waits or None,
        "waits_until": when(one.due_at) if one.waits else None,
        "steps": [{"name": str(step), "at": when(one.at(step))} for step in Step if one.done(step)],
        "counts": {
            store: {name: int(counts.get(name, 0)) for name in ("found", "destroyed", "retained")}
            for store, counts in sorted(one.counts.items())
        },
        "consents": [_consent(each) for each in one.consents],
        "consents_total": one.consents_total,
        "passes": one.passes,
        "run": one.run,
        "failure": _failure(one),
        "certificate_id": one.certificate_id if one.done(Step.CERTIFIED) else None,
        "created_by": one.created_by or None,
        "decided_by": one.decided_by or None,
        "approved_by": one.approved_by or None,
        "checked_by": checked_by(one) or None,
        "cancelled_by": list(one.cancelled_by),
        "over": when(one.over_at),
    }


def _proposal(one: Request) -> dict[str, Any] | None:
    found = one.proposal
    if found is None:
        return None
    given = {"check": found.check or None, "ground": found.ground or None, "posted_on": found.posted_on or None}
    return {"decision": found.what, "by": found.by, "at": when(found.at), "proposed": found.seen, **given}


def _told(one: Request) -> dict[str, Any]:
    by = {"by": one.told_by, "posted_on": one.posted_on or None, "said_by": list(letter_by(one))}
    return {"at": when(one.at(Step.TOLD)), **by}


def _consent(one: Mapping[str, Any]) -> dict[str, Any]:
    words = {name: str(one[name]) for name in ("version", "hash", "language", "channel")}
    return {**words, "given": when(one["given"]), "ended": when(one["ended"])}


def _failure(one: Request) -> dict[str, Any] | None:
    if one.state != RequestState.ESCALATED:
        return None
    return {
        "code": one.failure,
        "step": one.failed_step,
        "message": (
            "A task of the workflow failed for good. The next run begins by itself at `next_run`; decide go_on to"
            " begin it now. If it fails again, tell on-call."
        ),
        "at": when(one.escalated_at),
        "next_run": when(one.due_at or one.escalated_at + RETRY_AFTER),
    }
