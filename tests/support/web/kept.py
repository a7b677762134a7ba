"""Somebody whose data is destroyed, but for a part that the desk keeps."""

from chalicelib.core.clock import DAY
from chalicelib.core.settings import settings
from chalicelib.core.working_days import day_of
from chalicelib.erasure.kept_part import KeptParts, KeptRow
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.vault.encryption import decode_key, fingerprint, kept_content, new_contact_key, seal_json
from chalicelib.wiring import base as wiring
from tests.support.web.asking import mark, opened, through
from tests.support.web.desk import Web

CONTENT = {
    "contact": ("desk.contact", {"name": "Асхат Жанов", "phone": "77010000001"}),
    "ticket.1": ("desk.tickets", {"number": "481207", "state": "closed", "created_at": 1_795_000_000_000}),
    "message.1": (
        "desk.conversation",
        {"direction": "in", "kind": "text", "sent_at": 1_795_000_000_000, "status": "read", "text": "шот төленбеді"},
    ),
    "message.2": (
        "desk.conversation",
        {"direction": "note", "kind": "comment", "text": "пікір <b>", "given_phone": "7702"},
    ),
}


def kept(web: Web) -> Request:
    """A request of which a part is kept for a hundred days; everything else is destroyed."""
    request = opened(web)
    parts, key = KeptParts(wiring.gateway()), new_contact_key(decode_key(settings().vault_public_key), request.id)
    public = parts.key(key)
    rows = [
        KeptRow(name, store, seal_json(public, kept_content(request.id, name), {**content, "place": place}))
        for place, (name, (store, content)) in enumerate(CONTENT.items(), 1)
    ]
    parts.write(request.id, rows, ["message_text"])
    until, counts = day_of(web.now + 100 * DAY), {"desk.contact": 1, "desk.tickets": 1, "desk.conversation": 2}
    entry = {"ground": "claims", "clause": "94-V art. 8(2)", "categories": ["message_text"], "until": until,
             "by": [web.staff["dana"], web.staff["erlan"]], "where": "desk", "rows": counts,
             "key": fingerprint(public)}  # fmt: skip
    more = {"state": str(RequestState.KEEPING), "retained": [entry], "due_at": web.now + 101 * DAY}
    request = through(web, request, Step.MAILBOX_DESTROYED)
    return mark(web, request, dict.fromkeys((Step.PART_KEPT, Step.REST_GONE), web.now), **more)
