"""Requests about data in every state, made by the desk's own use cases and marks."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from chalicelib.certificates.ledger import Ledger
from chalicelib.certificates.model import completion_body, issued_body
from chalicelib.core.addresses import Author
from chalicelib.core.clock import DAY, HOUR
from chalicelib.dynamo.builder import attribute_value, wire_key
from chalicelib.dynamo.models import KeyRow
from chalicelib.dynamo.schema import CONTACT
from chalicelib.dynamo.tables import Tables
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import OVER_QUEUE
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.suppression.barrier import enter, leave
from chalicelib.wiring import base as wiring
from chalicelib.wiring import erasure as wiring_erasure
from chalicelib.wiring import privacy_stores as wiring_stores
from chalicelib.wiring import requests as wiring_requests
from chalicelib.wiring import web as wiring_web
from tests.support.web.desk import Web
from tests.support.web.serving import DANIYAR, customer, say

COUNTS = {
    "desk.contact": {"found": 3, "destroyed": 3, "retained": 0},
    "desk.conversation": {"found": 148, "destroyed": 148, "retained": 0},
    "desk.tickets": {"found": 6, "destroyed": 6, "retained": 0},
    "keys": {"found": 1, "destroyed": 1, "retained": 0},
}
WAY = [
    Step.OUTREACH_PAUSED, Step.VERIFIED, Step.ANNOUNCED, Step.TOLD, Step.COOLED_OFF, Step.WRITES_BLOCKED,
    Step.INVENTORIED, Step.KEY_DESTROYED, Step.ERASED, Step.WRITERS_DRAINED, Step.ERASED_AGAIN, Step.ABSENT,
    Step.CERTIFIED, Step.NOTIFIED, Step.MAILBOX_DESTROYED, Step.COMPLETED,
]  # fmt: skip
NUMBERS = iter(range(500_000_500, 10**9))


class Signing:
    """Signs with nothing behind it: what is asked here is what is shown."""

    key_arn = "arn:aws:kms:eu-central-1:000000000000:key/certificates"

    def sign(self, text: str) -> bytes:
        return text[:8].encode()


def contact_of(web: Web, who: Author) -> dict[str, Any]:
    """The newest ticket of a customer who has written."""
    found = next(one for one in web.tickets() if one["contact"]["name"] == who.name)
    return dict(found)


def opened(web: Web, who: Author | None = None, kind: str = "withdrawal", **more: Any) -> Request:
    """The request of a customer who writes for the first time."""
    number = next(NUMBERS)
    who = who or customer(f"Асхат Тілеубергенов {number % 1000}", "telegram", str(number), language_code="kk")
    say(web, who, "Деректерімді өшіріңіз")
    ticket = contact_of(web, who)
    done = wiring_requests.open_request()(ticket["contact"]["id"], kind, "bot", **more)
    return read(web, done.request_id)


def read(web: Web, request_id: str) -> Request:
    kept = wiring_web.request_pages().find(request_id, web.now)
    assert kept is not None
    return kept.request


def mark(web: Web, request: Request, steps: Mapping[str, int] | None = None, **attributes: Any) -> Request:
    """Set steps and attributes as the tasks do."""
    store = wiring_stores.requests()
    new = {**{f"steps.{step}": at for step, at in (steps or {}).items()}, **attributes}
    assert store.run(store.change(request.id, new)) is None
    return read(web, request.id)


def through(web: Web, request: Request, last: Step, **attributes: Any) -> Request:
    """Mark the way up to a step, a minute for each."""
    done = WAY[: WAY.index(last) + 1]
    attributes = {"told_by": "accepted", **attributes} if Step.TOLD in done else attributes
    return mark(
        web, request, {str(step): web.now - (len(done) - n) * 60_000 for n, step in enumerate(done)}, **attributes
    )


def freeze(web: Web, request: Request) -> Request:
    """What HardSuppress leaves of contact and request."""
    set_state(web, request.contact_id, "erasing")
    return through(web, request, Step.WRITES_BLOCKED, state=str(RequestState.DESTROYING), due_at=web.now + HOUR)


def set_state(web: Web, contact_id: str, state: str) -> None:
    web.dynamodb.update_item(
        TableName=web.tables["desk"],
        Key=wire_key(CONTACT.key(contact_id)),
        UpdateExpression="SET #state = :state ADD #epoch :one",
        ExpressionAttributeNames={"#state": "state", "#epoch": "epoch"},
        ExpressionAttributeValues={":state": attribute_value(state), ":one": {"N": "1"}},
    )
    gateway = wiring.gateway()
    if state == "erasing":
        gateway.write(enter(gateway, [contact_id]))
    else:
        leave(gateway, contact_id)


def certified(web: Web, request: Request, *, complete: bool = False) -> Request:
    """A request whose data is gone and whose certificate is in the ledger."""
    KeyRow.get(request.contact_id).delete()
    last = Step.COMPLETED if complete else Step.MAILBOX_DESTROYED
    state = RequestState.COMPLETE if complete else RequestState.WAITING_FOR_BACKUPS
    request = through(
        web, request, last, state=str(state), counts=COUNTS, identity="second_press", secret_hash="0" * 64,
        policy_version="1", key_fingerprint="f" * 64, activity=web.now + 14 * DAY,
    )  # fmt: skip
    store, ledger = wiring_stores.requests(), Ledger(Tables(web.dynamodb, web.tables))
    beside = store.change(request.id, {"passes": 0})
    assert ledger.add(issued_body(request, wiring_web.profile(), web.now), Signing(), beside)  # type: ignore[arg-type]
    if complete:
        first = ledger.entry(request.certificate_id, "issued")
        assert first is not None
        body = completion_body(request, first.hash, {"desk": web.now}, web.now)
        assert ledger.add(body, Signing(), store.change(request.id, {"passes": 0}))  # type: ignore[arg-type]
        request = over(web, request, RequestState.COMPLETE)
    return request


def over(web: Web, request: Request, state: RequestState) -> Request:
    return mark(
        web, request, state=str(state), over_at=web.now, queue=OVER_QUEUE, activity=web.now, due=None, due_at=None,
        waits=None,
    )  # fmt: skip


def every_state(web: Web) -> dict[str, Request]:
    """One request in each state, by the name of the state."""
    found = {"received": opened(web)}
    found["verifying"] = through(
        web, opened(web), Step.OUTREACH_PAUSED, state="verifying", waits="identity", due_at=web.now + 31 * HOUR
    )
    found["deciding"] = through(
        web,
        opened(web, kind="deletion"),
        Step.OUTREACH_PAUSED,
        state="deciding",
        waits="decision",
        due_at=web.now + DAY,
    )
    found["telling"] = through(
        web, opened(web), Step.ANNOUNCED, state="telling", waits="telling", due_at=web.now + HOUR,
        identity="second_press", box={"contact_id": "b" * 20, "conversation_id": "c" * 20, "public_key": b"k" * 32},
    )  # fmt: skip
    found["grace"] = through(
        web, opened(web), Step.TOLD, state="grace", waits="grace", due_at=web.now + 4 * HOUR,
        identity="second_press", target_at=web.now + DAY,
    )  # fmt: skip
    found["destroying"] = freeze(web, opened(web))
    found["waiting_for_backups"] = certified(web, opened(web))
    keeping = {
        "ground": "claims",
        "clause": "94-V art. 8(2)",
        "categories": ["message_text"],
        "until": "2029-01-31",
        "by": [web.staff["dana"], web.staff["erlan"]],
        "where": "desk",
        "rows": {"desk.conversation": 12},
        "key": "0" * 16,
    }
    kept = certified(web, opened(web, kind="withdrawal"))
    found["keeping"] = mark(
        web, kept, dict.fromkeys((Step.PART_KEPT, Step.REST_GONE), web.now), state="keeping", retained=[keeping]
    )
    found["complete"] = certified(web, opened(web, kind="deletion"), complete=True)
    stopped = freeze(web, opened(web))
    found["escalated"] = through(
        web, stopped, Step.INVENTORIED, state="escalated", failure="TaskFailed", failed_step="key_destroyed",
        escalated_at=web.now, due_at=web.now + HOUR, counts=COUNTS, run=2,
    )  # fmt: skip
    cancelled = mark(web, opened(web), {"suppressed": web.now, "cancelled": web.now, "finished": web.now})
    found["cancelled"] = over(web, cancelled, RequestState.CANCELLED)
    refused = mark(web, opened(web), {"suppressed": web.now, "refused": web.now, "finished": web.now})
    found["refused"] = over(web, refused, RequestState.REFUSED)
    return found


LIST = "/dashboard/privacy"


def plain(html: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def with_box(web: Web) -> Request:
    """A request with its real box, verified, whose announcement lies in the outbox."""
    request = opened(web, DANIYAR)
    wiring_erasure.pause_outreach()(request.id)
    request = mark(web, request, {"verified": web.now}, state="telling", waits="telling", due_at=web.now)
    wiring_requests.announce_again()(request.id)
    return mark(web, request, {"announced": web.now})


def ticket_of(web: Web, contact_id: str) -> str:
    return str(next(one["id"] for one in web.tickets() if one["contact"]["id"] == contact_id))
