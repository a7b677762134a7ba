"""A document of 100 MB goes from the bucket to a provider, and from WhatsApp to the bucket, through a process whose
memory stays small."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.project import PROJECT

SIZE = 100 * 2**20
MOST = 256 * 2**20
"""Bytes that a process may have at once: half of the uploader's memory, all of the file fetcher's."""
CODE = r"""
import json, re, sys
from chalicelib.attachments.bucket import Bucket
from chalicelib.attachments.open_file import open_from
from chalicelib.channels.base import FilePart, OutboundMessage
from chalicelib.channels.registry import channel
from chalicelib.core.addresses import Address
from chalicelib.dynamo.clients import client

name, size = sys.argv[1], int(sys.argv[2])
file = FilePart("a.pdf", "application/pdf", size, "document", "object", '"1"')
opens = open_from(Bucket(lambda: client("s3"), "files"))
address = Address("phone", "77010000000") if name == "whatsapp" else Address("chat", "77010000000")
message = OutboundMessage("100", address, (file,), "ref", open_file=lambda: opens("contact", file))
at = sys.argv[3]
sender = channel(name).sender({"WHATSAPP_API": at, "WHATSAPP_RECIPIENT_FIELD": "to", "TELEGRAM_API": at})
result = sender.send(message, "100:token")
most = re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1]  # getrusage counts the parent, too
print(json.dumps([result.provider_id, int(most) * 1024]))
"""

FETCH = r"""
import json, re, sys, tempfile
from chalicelib.attachments.bucket import Bucket
from chalicelib.channels.registry import channel
from chalicelib.dynamo.clients import client

name, size, at = sys.argv[1], int(sys.argv[2]), sys.argv[3]
fetcher = channel(name).fetcher({"WHATSAPP_API": at, "WHATSAPP_RECIPIENT_FIELD": "to"})
with tempfile.TemporaryFile() as file:
    found = fetcher.fetch("id", "token", file, size)
    file.seek(0)
    Bucket(lambda: client("s3"), "files").put("contact", "object", file, found.size, found.sha256, "application/pdf")
most = re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1]
print(json.dumps([found.size == size, int(most) * 1024]))
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A bucket that gives SIZE bytes, and providers that count what they get and forget it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path == "/id":  # Meta's first step
                return self._say({"url": f"http://{self.headers['Host']}/bytes", "file_size": SIZE})
            self.send_response(200)
            for name, value in (("ETag", '"1"'), ("Content-Length", str(SIZE))):
                self.send_header(name, value)
            self.end_headers()
            chunk = bytes(2**20)
            for _ in range(SIZE // len(chunk)):
                self.wfile.write(chunk)
            return None

        def do_PUT(self) -> None:
            left = int(self.headers["Content-Length"])
            while left:
                left -= len(self.rfile.read(min(left, 2**20)))
            self._say(None)

        def _say(self, said: dict[str, Any] | None) -> None:
            data = json.dumps(said).encode() if said else b""
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            length = left = int(self.headers["Content-Length"])
            while left:
                left -= len(self.rfile.read(min(left, 2**20)))
            whole = str(length > SIZE)
            result = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}
            said = {"id": whole, "messages": [{"id": f"wamid.{length}"}], "ok": True, "result": result}
            data = json.dumps(said).encode()
            self.send_response(200 if length > SIZE or self.path.endswith("/messages") else 400)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("code", "name"), [(CODE, "whatsapp"), (CODE, "telegram"), (FETCH, "whatsapp")])
def test_a_large_document_takes_no_memory_on_its_way(endpoint: str, code: str, name: str) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}
    told = subprocess.run(
        [sys.executable, "-c", code, name, str(SIZE), endpoint],
        cwd=PROJECT,
        env={**os.environ, **keys, "AWS_ENDPOINT_URL": endpoint},
        check=False,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    done, peak = json.loads(told.stdout.splitlines()[-1])
    assert done and peak < MOST, f"{peak / 2**20:.0f} MB"
