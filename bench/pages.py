"""What pages cost: a quiet open page, a ticket with 100 messages, and the bytes of the first visit."""

import contextlib
import gc
import gzip
import io
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from botocore.awsrequest import AWSResponse

from bench.canned import Body
from bench.desk import Answer, Desk, Row
from infra.package import build_template

MESSAGES, ROUNDS, PAGES = 100, 15, 3
WEIGHT, POLL_BYTES = 60_000, 500
_SENDING = "before-send.dynamodb"
_DIFFERS = 500
"""Characters by which two answers of one page may differ: form tokens, times."""
_ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+)')
_SCRIPT = re.compile(r'src="(/static/[^"]+\.js)"')
_STAMP = re.compile(r'data-versions="([^"]*)" data-stamp="([^"]*)"')
_EVERY, _SLOWEST = re.compile(r'data-every="(\d+)"'), re.compile(r"\bSLOWEST = (\d+)")
OFTEN = 4.5
"""Seconds between two questions of a page that does not say how often it asks."""


def figures() -> list[dict[str, Any]]:
    """Measure all of them on one desk."""
    desk = Desk()
    desk.fill()
    desk.grow(1_000)
    ticket_id = _talk(desk)
    path = f"/dashboard/tickets/{ticket_id}"
    sent = _Compression()
    return [_poll(desk, sent), _ticket_page(desk, path, ticket_id), _weight(desk, path, sent)]


def _talk(desk: Desk) -> str:
    """Let a customer and an operator write 100 messages by turns; return the ticket's id."""
    phone = "77220000000"
    for number in range(MESSAGES // 2):
        ticket_id = desk.write_in(phone)
        reply = {"text": "Проверьте, пожалуйста, кабель и пришлите фото чека.", "client_id": f"bench-{number:020d}"}
        desk.api("POST", f"/api/v1/tickets/{ticket_id}/replies", reply)
    desk.send()
    return ticket_id


# -- a quiet page


def _poll(desk: Desk, compression: "_Compression") -> dict[str, Any]:
    page = desk.get("/dashboard").text
    asked = _asked(page)
    desk.get("/dashboard", **asked)
    with desk.bill() as bill:
        answer = desk.get("/dashboard", **asked)
    headers = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    return {
        "id": "poll",
        "value": bill.read,
        "unit": "read units of an open page when nothing changed",
        "reach": 1,
        "calls": bill.number,
        "bytes": headers + compression.sent(answer),
        "reach_bytes": POLL_BYTES,
        "status": answer.status,
        "polls_an_hour": _polls(desk, page),
        "cause": "more is read or sent than a mark that nothing has changed",
    }


def _asked(page: str) -> dict[str, str]:
    """Return the headers with which the script of a page asks whether something has changed (web/static)."""
    found = _STAMP.search(page)
    if not found:
        return {"X-Refresh": "1"}
    versions, stamp = map(unescape, found.groups())
    return {
        "X-Refresh": "1",
        "Accept": "application/json",
        "If-None-Match": f'"{stamp}"',
        "X-Parts": versions,
    }


def _polls(desk: Desk, page: str) -> int:
    """Return how often a page asks in an hour, half of which somebody works on it and half of which nobody does."""
    often = _EVERY.search(page)
    scripts = "".join(desk.get(one).text for one in _SCRIPT.findall(page))
    slowest = _SLOWEST.search(scripts)
    lively = float(often[1]) if often else OFTEN
    return round(1800 / lively + 1800 / (float(slowest[1]) if slowest else lively))


# -- a ticket


def _ticket_page(desk: Desk, path: str, ticket_id: str) -> dict[str, Any]:
    import app

    desk.get(path)
    with desk.bill() as bill:
        answer = desk.get(path)
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    opening = _opening(desk, ticket_id)
    event = desk.event(path)
    with _replayed(desk, path) as missed, contextlib.redirect_stdout(io.StringIO()):
        gc.collect()
        gc.freeze()
        rounds = [(_timed(lambda: app.app(event, None)), _timed(opening)) for _ in range(ROUNDS)]
    return {
        "id": "ticket_page",
        "value": round(statistics.median(page / texts for page, texts in rounds), 2),
        "unit": f"× opening its {MESSAGES} texts alone",
        "reach": 2,
        "page_ms": round(statistics.median(page for page, _ in rounds), 2),
        "texts_ms": round(statistics.median(texts for _, texts in rounds), 2),
        "calls": bill.number,
        "read_units": bill.read,
        "calls_not_replayed": len(missed),
        "cause": "beside the texts it reads, opens and renders the list, and renders each message",
    }


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(PAGES):
        work()
    return (time.process_time() - started) * 1000 / PAGES


def _opening(desk: Desk, ticket_id: str) -> Callable[[], object]:
    """Return what opens the contact's key and then the sealed texts, and nothing else."""
    from chalicelib.core.ids import MessageRef
    from chalicelib.vault.encryption import message_content, unseal
    from chalicelib.vault.model import ContactKey
    from chalicelib.wiring import base as wiring

    ticket = desk.row(ticket_id)
    contact_id, conversation_id = ticket["contact_id"]["S"], ticket["conversation_id"]["S"]
    (key,) = desk.rows("keys", contact_id)
    contact_key = ContactKey(contact_id, key["public_key"]["B"], key["sealed_private"]["B"], key["vault_id"]["S"])
    texts = []
    for row in desk.rows("desk", f"conversation#{conversation_id}"):
        kind, *parts = row["sk"]["S"].split("#")
        if kind == "message" and "content" in row:
            texts.append((message_content(MessageRef(conversation_id, int(parts[0]), parts[1])), row["content"]["B"]))
    texts = texts[-MESSAGES:]
    assert len(texts) == MESSAGES

    def work() -> None:
        private = wiring.vault().open_contact_key(contact_key)
        for context, sealed in texts:
            unseal(private, context, sealed)

    return work


@contextlib.contextmanager
def _replayed(desk: Desk, path: str) -> Iterator[list[str]]:
    """Answer the calls of a page as they were answered when it was first asked, so that the embedded AWS takes no
    processor time. Yields the operations of calls that were not made then."""
    known: dict[tuple[bytes, bytes], bytes] = {}
    missed: list[str] = []
    asked = threading.local()  # pages read at once, in threads

    def before(request: Any, **_: Any) -> AWSResponse | None:
        key = (_bytes(request.headers["X-Amz-Target"]), _bytes(request.body))
        if key in known:
            request.url = "http://replayed.invalid/"  # every listener is asked, and the tables answer their own address
            return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, Body(known[key]))
        asked.key = key
        missed.append(key[0].decode())
        return None

    def received(response_dict: dict[str, Any], **_: Any) -> None:
        if key := vars(asked).pop("key", None):
            known[key] = response_dict["body"]

    for client in desk.clients:
        client.meta.events.register_first(_SENDING, before)
        client.meta.events.register("response-received", received)
    whole = desk.get(path)
    assert missed and whole.status == 200
    missed.clear()
    if (again := desk.get(path)).status != 200 or abs(len(again.text) - len(whole.text)) > _DIFFERS:
        raise RuntimeError(f"{path} is not the page that it was: {again.status}")
    yield missed
    for client in desk.clients:
        client.meta.events.unregister(_SENDING, before)
        client.meta.events.unregister("response-received", received)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


# -- bytes


class _Compression:
    """What the gateway makes of an answer: it compresses from the size on that the template sets."""

    def __init__(self) -> None:
        api: Row = build_template()["Resources"]["RestAPI"]["Properties"]
        self._from = api.get("MinimumCompressionSize")

    def sent(self, answer: Answer) -> int:
        """Return the bytes of a body as sent to a browser."""
        if self._from is None or len(answer.body) < self._from or "content-encoding" in answer.headers:
            return len(answer.body)
        return len(gzip.compress(answer.body, 6))


def _weight(desk: Desk, ticket: str, compression: _Compression) -> dict[str, Any]:
    weights = {"queue": _cold(desk, "/dashboard", compression), "ticket": _cold(desk, ticket, compression)}
    worst = max(weights.values(), key=lambda one: sum(one.values()))
    return {
        "id": "page_weight",
        "value": round(sum(worst.values()) / 1000, 1),
        "unit": "kB of the heavier of list and ticket, as sent, with all assets",
        "reach": WEIGHT / 1000,
        "parts": weights,
        "cause": "style, scripts and the page itself, as they leave the function",
    }


def _cold(desk: Desk, path: str, compression: _Compression) -> dict[str, int]:
    page = desk.get(path)
    parts = {"page": compression.sent(page)}
    for asset in dict.fromkeys(_ASSET.findall(page.text)):
        answer = desk.get(asset)
        if answer.status != 200:
            raise RuntimeError(f"{asset}: {answer.status}")
        parts[asset.rsplit("/", 1)[-1]] = compression.sent(answer)
    return parts
