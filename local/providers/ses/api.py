"""Stand-in of the SES API v2: takes mails of the desk and shows them to whom they go.

Source: SendEmail in the "Amazon SES API v2 Reference".
"""

import asyncio
import base64
import binascii
import re
import secrets
from collections.abc import Callable, Mapping
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from html import unescape
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.aws.ministack import REGION
from local.faults.plan import Fault
from local.phones.bodies import read_body
from local.phones.context import PhonesContext
from local.phones.desk_calls import answer_call, fault_response
from local.phones.store import Bubble, Call, Key
from local.providers.ses.telling import events

LARGEST = 40 * 1024 * 1024
"""Bytes of a mail. Source: SES quotas."""
ACCOUNT = "ses"
"""The account of a person's mails on the phones: one mailbox, whichever of ours they write to."""
_PAGE = re.compile(r'<a href="(https?://[^"]*)">([^<]*)</a>')
_LINK = re.compile(r'<a href="mailto:([^"?]*)\?subject=([^"]*)">([^<]*)</a>')


class Ses:
    """Plays SES: the API that the desk calls."""

    def __init__(self, context: PhonesContext, tell: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        """`tell` is told what becomes of the mails; None: nobody is."""
        self.context, self._tell = context, tell
        self._telling: set[asyncio.Task[None]] = set()

    async def send(self, request: Request) -> Response:
        """POST /ses/v2/email/outbound-emails."""
        fields = (await read_body(request)).fields
        try:
            raw = base64.b64decode(fields["Content"]["Raw"]["Data"], validate=True)
            to = str(fields["Destination"]["ToAddresses"][0])
        except (KeyError, TypeError, IndexError, binascii.Error):
            return _error(400, "BadRequestException", "The request has no raw mail, or nobody to send it to.")
        mail = message_from_bytes(raw)
        payload = _payload(fields, mail)
        now = self.context.clock.now()
        call = Call("email", ACCOUNT, "SendEmail", request.url.path, to, payload, now)

        async def handle(fault: Fault | None) -> Response:
            sent = f"{secrets.token_hex(8)}-{secrets.token_hex(4)}-000000"
            answer = self._take(raw, mail, to, payload, sent)
            if self._tell and answer.status_code == 200 and fields.get("ConfigurationSetName"):
                told = asyncio.create_task(self._tell_of(self._tell, events(fields, to, sent, now)))
                self._telling.add(told)
                told.add_done_callback(self._telling.discard)
            return answer

        def failed(fault: Fault) -> Response:
            status = fault.status or (429 if fault.retry_after is not None else 400 if fault.error else 500)
            code = str(fault.error or {429: "TooManyRequestsException"}.get(status, "InternalFailure"))
            body = {"message": "A planned fault."}
            answer = fault_response(fault, status, body)
            answer.headers["x-amzn-errortype"] = code
            return answer

        return await answer_call(self.context.store, self.context.fault_plan, call, handle, failed)

    @staticmethod
    async def _tell_of(tell: Callable[[Mapping[str, Any]], None], told: list[dict[str, Any]]) -> None:
        for one in told:
            await asyncio.to_thread(tell, one)

    def _take(self, raw: bytes, mail: Message, to: str, payload: dict[str, Any], sent: str) -> Response:
        if len(raw) > LARGEST:
            return _error(400, "MessageRejected", "Message length is more than 41943040 bytes long.")
        store = self.context.store
        person = store.find("email", mail=to.lower()) or store.add_person("email", to, mail=to.lower())
        chat = store.chat("email", ACCOUNT, person)
        for number, part in enumerate(_files(mail)):
            data = part.get_payload(decode=True)
            file = store.add_file(_name(part), part.get_content_type(), data if isinstance(data, bytes) else b"")
            chat.bubbles.append(Bubble(f"{sent}#{number}", "desk", "document", "", self.context.clock.now(), file=file))
        bubble = Bubble(sent, "desk", "text", payload["text"], self.context.clock.now())
        bubble.title = payload["subject"]
        bubble.reference = f"<{sent}@{REGION}.amazonses.com>"
        bubble.answer_to = str(mail.get("Reply-To", ""))
        bubble.keys = tuple(Key(subject, title) for _, subject, title in payload["links"])
        bubble.keys += tuple(Key("", title, url) for url, title in payload["pages"])
        chat.bubbles.append(bubble)
        return JSONResponse({"MessageId": sent})


def _error(status: int, code: str, words: str) -> Response:
    return JSONResponse({"message": words}, status, {"x-amzn-errortype": code})


def _payload(fields: dict[str, Any], mail: Message) -> dict[str, Any]:
    """Return a mail as `GET /sent` shows it: its headers, text and page, and its files in brief."""
    page = _text(mail, "text/html")
    links = [[to, unquote(unescape(subject)), unescape(title)] for to, subject, title in _LINK.findall(page)]
    pages = [[unescape(url), unescape(title)] for url, title in _PAGE.findall(page)]
    text, below = _text(mail, "text/plain"), [*(one[2] for one in links), *(one[1] for one in pages)]
    return {
        "from": fields.get("FromEmailAddress"),
        "subject": _decoded(mail.get("Subject", "")),
        "headers": {name: _decoded(value) for name, value in mail.items() if name not in ("Subject", "Content-Type")},
        "text": text.partition("\n\n" + below[0] + ":\n")[0] if below else text,
        "html": page,
        "links": links,
        "pages": pages,
        "files": [{"name": _name(one), "type": one.get_content_type()} for one in _files(mail)],
    }


def _decoded(value: object) -> str:
    return str(make_header(decode_header(str(value))))


def _text(mail: Message, kind: str) -> str:
    part = next((one for one in mail.walk() if one.get_content_type() == kind and not one.get_filename()), None)
    data = part.get_payload(decode=True) if part else b""
    return data.decode().replace("\r\n", "\n") if isinstance(data, bytes) else ""


def _files(mail: Message) -> list[Message]:
    return [one for one in mail.walk() if one.get_content_disposition() == "attachment"]


def _name(part: Message) -> str:
    return part.get_filename() or "file"
