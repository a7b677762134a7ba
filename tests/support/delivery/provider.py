"""Meta and Telegram on 127.0.0.1: they take what is sent to them, and fail as a test tells them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.support.forms import File, read_form
from tests.support.people import wamid

BREAK = "the provider accepts, and the connection breaks before its answer"


@dataclass(frozen=True)
class Sent:
    """One message that the provider accepted."""

    to: str
    text: str
    reference: str
    provider_id: str
    field: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    """Id and title of each."""
    template: Any = None
    file: File | None = None
    quote: str = ""
    """The provider's id of the message that it quotes."""
    opens: str = ""
    """The word that opens the list of its buttons."""


@dataclass
class Provider:
    """`faults` are used up one by one, each by one call: a status with a body and headers, BREAK, or None for
    a call that succeeds. `token` is the only one that is taken."""

    address: str = ""
    token: str = "token-1"
    sent: list[Sent] = field(default_factory=list)
    calls: int = 0
    media: dict[str, File] = field(default_factory=dict)
    """What was uploaded to Meta, by its id."""
    first: int = 1000
    """Telegram's number of the next message while none is `sent`."""
    callbacks: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    """Reactions, edits and deletions that it made, as they were sent."""
    faults: list[Any] = field(default_factory=list)
    accepted: Callable[[Sent], None] = lambda sent: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.sent]

    def meta_error(self, code: int, status: int = 400, **headers: str) -> tuple[int, Any, dict[str, str]]:
        return status, {"error": {"code": code, "message": f"(#{code}) refused"}}, dict(headers)

    def telegram_error(self, status: int, text: str, **parameters: int) -> tuple[int, Any, dict[str, str]]:
        body = {"ok": False, "error_code": status, "description": text, "parameters": parameters}
        return status, body, {}

    def take(self, path: str, headers: dict[str, str], payload: dict[str, Any]) -> Any:
        """Return an answer: status, body, headers; or BREAK."""
        with self.lock:
            self.calls += 1
            if path.startswith("/bot"):
                return self._telegram(path, payload)
            return self._upload(headers, payload) if path.endswith("/media") else self._meta(headers, payload)

    def _fault(self) -> Any:
        return self.faults.pop(0) if self.faults else None

    def _upload(self, headers: dict[str, str], payload: dict[str, Any]) -> Any:
        if headers.get("Authorization") != f"Bearer {self.token}":
            return self.meta_error(190, 401)
        fault = self._fault()
        if fault not in (None, BREAK):
            return fault
        number = str(9000 + len(self.media))
        self.media[number] = payload["file"]._replace(type=payload["type"])
        return fault or (200, {"id": number}, {})

    def _meta(self, headers: dict[str, str], payload: dict[str, Any]) -> Any:
        if headers.get("Authorization") != f"Bearer {self.token}":
            return self.meta_error(190, 401)
        fault = self._fault()
        if fault not in (None, BREAK):
            return fault
        if payload.get("status") == "read":
            self.changes.append(payload)
            return fault or (200, {"success": True}, {})
        name = "to" if "to" in payload else "recipient"
        reference, kind, file = payload.get("biz_opaque_callback_data", ""), payload["type"], None
        opens = ""
        if kind == "reaction":
            self.changes.append(payload["reaction"] | {"reference": reference})
            return fault or (200, {"messages": [{"id": wamid()}]}, {})
        if kind == "interactive":
            text, action = payload["interactive"]["body"]["text"], payload["interactive"]["action"]
            opens, rows = action.get("button", ""), [row for one in action.get("sections", ()) for row in one["rows"]]
            given = rows or [one["reply"] for one in action["buttons"]]
            buttons = tuple((one["id"], one["title"]) for one in given)
        elif kind == "template":
            text, buttons = payload["template"]["name"], ()
        elif kind in payload and kind != "text":
            media = payload[kind]
            text, buttons = media.get("caption", ""), ()
            file = self.media[media["id"]]._replace(kind=kind, name=media.get("filename", ""))
        else:
            text, buttons = payload["text"]["body"], ()
        quote, template = payload.get("context", {}).get("message_id", ""), payload.get("template")
        sent = Sent(payload[name], text, reference, wamid(), name, buttons, template, file, quote, opens)
        self.sent.append(sent)
        self.accepted(sent)
        return fault or (200, {"messages": [{"id": sent.provider_id}]}, {})

    def _telegram(self, path: str, payload: dict[str, Any]) -> Any:
        if path.split("/")[1] != f"bot100000001:{self.token}":
            return self.telegram_error(401, "Unauthorized")
        fault = self._fault()
        if fault not in (None, BREAK):
            return fault
        if path.endswith("/answerCallbackQuery"):
            self.callbacks.append(payload["callback_query_id"])
            return 200, {"ok": True, "result": True}, {}
        method = path.rpartition("/")[2]
        if method == "sendChatAction" or not method.startswith("send"):
            self.changes.append({"method": method, **payload})
            return fault or (200, {"ok": True, "result": True}, {})
        chat, number = str(payload["chat_id"]), self.first + len(self.sent)
        rows = json.loads(payload.get("reply_markup", "{}")).get("inline_keyboard", [])
        buttons = tuple((one["callback_data"], one["text"]) for row in rows for one in row)
        text = payload.get("text", payload.get("caption", ""))
        file = next((one._replace(kind=kind) for kind, one in payload.items() if isinstance(one, File)), None)
        answered = json.loads(payload.get("reply_parameters", "{}")).get("message_id", "")
        quote = f"{chat}:{answered}" if answered else ""
        sent = Sent(chat, text, "", f"{chat}:{number}", buttons=buttons, file=file, quote=quote)
        self.sent.append(sent)
        self.accepted(sent)
        result = {"message_id": number, "date": 1_795_000_000, "chat": {"id": int(chat), "type": "private"}}
        return fault or (200, {"ok": True, "result": result}, {})


@contextmanager
def serve() -> Iterator[Provider]:
    """Serve a provider until the block ends."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Type", "").startswith("application/json"):
                payload = json.loads(raw)
            elif self.headers.get("Content-Type", "").startswith("multipart/"):
                payload = read_form(self.headers["Content-Type"], raw)
            else:
                payload = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
            answer = provider.take(self.path, dict(self.headers), payload)
            if answer == BREAK:
                self.close_connection = True
                return
            status, body, headers = answer
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
