"""JSON API: requests about data, the erasure pause, and certificates as they were signed."""

import base64

from chalicelib.certificates.model import FINAL, ISSUED, Entry
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.observability import audit
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import shown_state
from chalicelib.web.api.fields import IdPath
from chalicelib.web.api.operation import operation
from chalicelib.web.api.presenter import instant, when
from chalicelib.web.api.request_models import (
    Certificate,
    CertificateEntry,
    NewPrivacyRequest,
    PrivacyDecision,
    PrivacyHold,
    PrivacyRequest,
    PrivacyRequests,
    RecognisedMessage,
    RecognisedRequest,
    RequestQuery,
    SetPrivacyHold,
    ToldRecipient,
)
from chalicelib.web.api.request_presenter import present_request
from chalicelib.web.enter_request import NOT_FOUND, audit_opened, recognised
from chalicelib.web.http.request import HttpRequest
from chalicelib.wiring import web as wiring_web

_FIELDS = {
    **{"erase": ("check", "reason"), "refuse": ("ground", "reason"), "letter": ("posted_on",)},
    "cancel": ("reason",),
    "retain": ("ground", "until", "categories"),
    **dict.fromkeys(("agree", "take_back"), ("proposed",)),
}
"""Fields that each decision takes; the other decisions take none."""


@operation("listPrivacyRequests", {200: "A page"})
def list_requests(http_request: HttpRequest, query: RequestQuery) -> PrivacyRequests:
    """Requests about data: open ones, nearest limit first, then those that are over, newest first. Privacy officer
    only"""
    found = wiring_web.request_pages().page(
        http_request.now, query.limit, state=query.state or "", kind=query.kind or "", cursor=query.cursor or ""
    )
    audit("requests_read", count=len(found.items), staff_id=http_request.staff.id)
    return PrivacyRequests(items=[_shown(one, http_request.now) for one in found.items], cursor=found.cursor or None)


@operation("openPrivacyRequest", {201: "Opened", 200: "The one that was open already"}, refuses=(404, 409))
def open_request(http_request: HttpRequest, body: NewPrivacyRequest) -> tuple[PrivacyRequest, int]:
    """Enter a request for a person. While one is open, that one is returned with 200; of an opt-out the first is
    returned for ever"""
    opened = wiring_web.open_request()(
        body.contact_id,
        body.kind,
        "staff",
        received_on=body.received_on,
        created_by=http_request.staff.id,
        evidence=body.evidence or "",
    )
    audit_opened(opened.request_id, body.contact_id, body.kind, http_request.staff.id, new=opened.new)
    request = _request(opened.request_id, http_request.now)
    return _shown(request, http_request.now), 201 if opened.new else 200


@operation("recogniseRequest", {201: "Opened", 200: "The one that was there already"}, refuses=(404, 409))
def recognise(http_request: HttpRequest, path: IdPath, body: RecognisedMessage) -> tuple[RecognisedRequest, int]:
    """Say that a customer's message is a request about their data; it counts as received when the message was sent.
    While a request of the person is open, that one is returned with 200"""
    one, new = recognised(http_request, path.id, body.message_id, body.kind)
    shown = RecognisedRequest(id=one.id, kind=one.kind, state=shown_state(one), received=instant(one.received_at))
    return shown, 201 if new else 200


@operation("readPrivacyRequest", {200: "The request"}, refuses=(404,))
def read(http_request: HttpRequest, path: IdPath) -> PrivacyRequest:
    """One request"""
    request = _request(path.id, http_request.now)
    audit("request_read", request_id=request.id, staff_id=http_request.staff.id)
    return _shown(request, http_request.now)


@operation("decidePrivacyRequest", {200: "The request after it"}, refuses=(404, 409))
def decide(http_request: HttpRequest, path: IdPath, body: PrivacyDecision) -> PrivacyRequest:
    """Propose to destroy, refuse, that a letter was posted, that the person took it back, what is kept, or to open
    what the desk keeps; agree, take back; have a failed run go on"""
    decision, given = body.decision, body.given()
    if extra := sorted(given.keys() - _FIELDS.get(decision, ())):
        raise BadInput(f"The decision {decision} takes no {', '.join(extra)}.")
    if decision == "agree" and not given.get("proposed"):
        raise BadInput("Say what you agree to: the field proposed is that of the proposal which you have read.")
    request, use, by = _request(path.id, http_request.now), wiring_web.decide_request(), http_request.staff.id
    if decision == "agree":
        use.agree(request.id, by, given["proposed"])
    elif decision == "take_back":
        use.take_back(request.id, given.get("proposed", ""))
    elif decision == "go_on":
        use.go_on(request.id, by)
    else:
        use.propose(request.id, decision, by, **given)
    audit("request_decided", request_id=request.id, action=decision, staff_id=http_request.staff.id)
    return _shown(_request(path.id, http_request.now), http_request.now)


@operation("recipientTold", {200: "The request"}, refuses=(404,))
def recipient_told(http_request: HttpRequest, path: IdPath, body: ToldRecipient) -> PrivacyRequest:
    """Note that the company has told a recipient of the person's data what it asks of it; again changes nothing"""
    request = _request(path.id, http_request.now)
    if wiring_web.tell_recipients().told(request.id, body.recipient, http_request.staff.id):
        audit("recipient_told", request_id=request.id, kind=body.recipient, staff_id=http_request.staff.id)
    return _shown(_request(path.id, http_request.now), http_request.now)


@operation("readPrivacyHold", {200: "As it is"})
def read_pause(_http_request: HttpRequest) -> PrivacyHold:
    """Whether destructions are held. Privacy officer and administrator"""
    return _pause()


@operation("setPrivacyHold", {200: "After it"})
def set_pause(http_request: HttpRequest, body: SetPrivacyHold) -> PrivacyHold:
    """Hold all destructions that have not begun, or release them. Privacy officer and administrator"""
    use = wiring_web.pause_erasures()
    (use.set if body.held else use.release)(http_request.staff.id)
    return _pause()


def _pause() -> PrivacyHold:
    hold = wiring_web.pause_erasures().current()
    return PrivacyHold(
        held=hold is not None, since=when(hold.at) if hold else None, by=hold.by or None if hold else None
    )


@operation("readCertificate", {200: "The entries, as they were signed"}, refuses=(404,))
def certificate(http_request: HttpRequest, path: IdPath) -> Certificate:
    """A certificate of destruction: the ledger's entries"""
    ledger = wiring_web.ledger()
    entries = [entry for stage in (ISSUED, FINAL) if (entry := ledger.entry(path.id, stage))]
    if not entries:
        raise NotFound("There is no such certificate.")
    audit("certificate_read", request_id=str(entries[0].body["request_id"]), staff_id=http_request.staff.id)
    return Certificate(id=path.id, final=len(entries) > 1, entries=[_entry(one) for one in entries])


def _entry(one: Entry) -> CertificateEntry:
    return CertificateEntry(
        number=one.number,
        body=dict(one.body),
        text=one.text,
        signature=base64.b64encode(one.signature).decode(),
        hash=one.hash,
        key_arn=one.key_arn,
        whole=one.whole,
    )


def _shown(request: Request, now: int) -> PrivacyRequest:
    return PrivacyRequest(**present_request(request, now))


def _request(request_id: str, now: int) -> Request:
    kept = wiring_web.request_pages().find(request_id, now)
    if kept is None:
        raise NotFound(NOT_FOUND)
    return kept.request
