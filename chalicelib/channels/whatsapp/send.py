"""Sends over the WhatsApp Cloud API. Source: Meta's "Messages API" and "Business-scoped user IDs"."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

from chalicelib.channels.base import (
    FileBody,
    FilePart,
    OutboundMessage,
    ReactionPart,
    SendError,
    SendResult,
    Signal,
    TemplatePart,
    scrub,
)
from chalicelib.channels.http_session import new_session
from chalicelib.channels.reading import as_dict, as_list, ident, text
from chalicelib.channels.whatsapp import errors
from chalicelib.channels.whatsapp.fill_template import filled_template
from chalicelib.core.delivery_failures import OWN_CODES, Act

TIMEOUTS = (3.05, 10.0)
"""Seconds to connect and to wait for bytes; the sender's own time limit is well above their sum."""
UPLOAD_TIMEOUTS = (3.05, 60.0)
"""The same while a file goes up: Meta answers when it has looked at all of it. Only the uploader, with its longer time
limit, waits so long."""


class WhatsAppSender:
    """Sends over the Graph API at `api` (its address with the version), by a session that is kept open. A phone number
    goes into `to`; a business-scoped id into `recipient_field`, because sources differ about it."""

    def __init__(
        self,
        api: str,
        recipient_field: str,
        *,
        session: requests.Session | None = None,
        timeouts: tuple[float, float] = TIMEOUTS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._api = api.rstrip("/")
        self._recipient_field = recipient_field
        self._session = session or new_session()
        self._timeouts = timeouts
        self._clock = clock

    def send(self, message: OutboundMessage, token: str) -> SendResult:
        """Send a message and return the id that Meta gave. It carries `message.reference` as
        `biz_opaque_callback_data`, which Meta returns with statuses; buttons make it an interactive one. A file is
        uploaded first, at each try anew, and sent by the id that it got. Raises SendError."""
        call = _Call(message, self._session, f"{self._api}/{message.account}", token, self._timeouts)
        media = call.upload(message.file) if message.file else ""
        if isinstance(media, SendError):
            raise media
        outcome = call.post(_payload(message, self._recipient_field, media))
        if isinstance(outcome, SendError):
            raise outcome  # outside of any except block, so that the request is not attached as context
        return SendResult(outcome, int(self._clock()))

    def signal(self, signal: Signal, token: str) -> None:
        """Mark a message as read; a sign of typing does that, too, because Meta has it in no other way. Raises
        SendError."""
        payload: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": signal.message,
        }
        if signal.kind == "typing":
            payload["typing_indicator"] = {"type": "text"}
        url = f"{self._api}/{signal.account}/messages"
        message = OutboundMessage(signal.account, signal.address, ())
        outcome = _Call(message, self._session, url, token, self._timeouts).post(payload)
        if isinstance(outcome, SendError) and outcome.code != "no_id":  # it has none
            raise outcome

    def confirm_press(self, account: str, press: str, token: str) -> None:
        """Do nothing: Meta wants no answer to a pressed button."""


def _payload(message: OutboundMessage, recipient_field: str, media: str) -> dict[str, Any]:
    field = "to" if message.address.kind == "phone" else recipient_field
    payload: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        field: message.address.value,
    }
    template = next((one for one in message.parts if isinstance(one, TemplatePart)), None)
    if isinstance(message.change, ReactionPart):
        payload |= {
            "type": "reaction",
            "reaction": {"message_id": message.change.target, "emoji": message.change.emoji},
        }
    elif template:
        payload |= {"type": "template", "template": filled_template(template)}
    elif message.file:
        payload |= {"type": message.file.kind, message.file.kind: _media(message.file, media, message.text)}
    elif message.choice.buttons:
        payload |= {"type": "interactive", "interactive": _interactive(message)}
    else:
        payload |= {"type": "text", "text": {"preview_url": False, "body": message.text}}
    if message.reference:
        payload["biz_opaque_callback_data"] = message.reference
    if message.quote:
        payload["context"] = {"message_id": message.quote}
    return payload


def _media(file: FilePart, media: str, caption: str) -> dict[str, str]:
    named = {"filename": file.name} if file.kind == "document" and file.name else {}
    return {"id": media, **({"caption": caption} if caption else {}), **named}


class _Form:
    """A form with one file, for `requests`: it has a length and gives its bytes one chunk after the other."""

    def __init__(self, fields: dict[str, str], file: FilePart, body: FileBody) -> None:
        self.boundary = secrets.token_hex(16)
        parts = [
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        # Its name is told with the message; here the ending says enough, and no name can break the form.
        parts.append(
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.kind}"\r\n'
            f"Content-Type: {file.type}\r\n\r\n"
        )
        self._before, self._body = "".join(parts).encode(), body
        self._after = f"\r\n--{self.boundary}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._before) + len(self._body) + len(self._after)

    def __iter__(self) -> Iterator[bytes]:
        yield self._before
        yield from self._body
        yield self._after


def _interactive(message: OutboundMessage) -> dict[str, Any]:
    """Return buttons under the text, or a list of rows."""
    choices = [{"id": one.id, "title": one.title} for one in message.choice.buttons]
    if not message.choice.listed:
        action: dict[str, Any] = {"buttons": [{"type": "reply", "reply": one} for one in choices]}
        return {"type": "button", "body": {"text": message.text}, "action": action}
    action = {"button": message.choice.opens or "…", "sections": [{"rows": choices}]}
    return {"type": "list", "body": {"text": message.text}, "action": action}


@dataclass(frozen=True)
class _Call:
    message: OutboundMessage
    session: requests.Session
    url: str
    token: str
    timeouts: tuple[float, float]

    def upload(self, file: FilePart) -> str | SendError:
        """Return the id that Meta gives to the file, or what went wrong. Nobody has got anything by it, so a call
        without an answer is not ambiguous. Raises SendError when the file cannot be read."""
        assert self.message.open_file is not None
        with self.message.open_file() as body:
            form = _Form({"messaging_product": "whatsapp", "type": file.type}, file, body)
            headers = {"Content-Type": f"multipart/form-data; boundary={form.boundary}"}
            answer = self._answer("media", UPLOAD_TIMEOUTS, data=form, headers=headers)
        if isinstance(answer, SendError):
            answer.ambiguous = False
            return answer
        return ident(answer.get("id")) or SendError("Meta took the file and gave no id.", code="no_id")

    def post(self, payload: dict[str, Any]) -> str | SendError:
        """Return the wamid, or what went wrong."""
        body = self._answer("messages", self.timeouts, json=payload)
        if isinstance(body, SendError):
            return body
        wamid = ident(as_dict(next(iter(as_list(body.get("messages"))), None)).get("id"))
        if wamid:
            return wamid
        return SendError("Meta accepted the message and gave no id.", code="no_id", ambiguous=True)

    def _answer(
        self, path: str, timeouts: tuple[float, float], headers: Mapping[str, str] | None = None, **what: Any
    ) -> dict[str, Any] | SendError:
        """Return what Meta answers to a call that it accepts, or what went wrong."""
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        try:
            answer = self.session.post(
                f"{self.url}/{path}", headers=headers, timeout=timeouts, allow_redirects=False, **what
            )
        except requests.RequestException as error:
            return _network_failure(error)
        try:
            body = as_dict(answer.json())
        except ValueError:
            body = {}
        return self._refusal(answer, as_dict(body.get("error"))) if answer.status_code >= 300 else body

    def _refusal(self, answer: requests.Response, error: dict[str, Any]) -> SendError:
        status, given = answer.status_code, ident(error.get("code"))
        code = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
        shown = str(code) if code is not None else f"http_{status}"
        meant = OWN_CODES.get(shown) or errors.meaning(shown)
        permanent = errors.is_permanent(code, status) and error.get("is_transient") is not True
        said = text(as_dict(error.get("error_data")).get("details"), 500) or text(error.get("message"), 500)
        message = self.message
        values = [value for one in message.parts if isinstance(one, TemplatePart) for _, value in one.values]
        named = [message.file.name] if message.file else []
        said = scrub(said, (self.token, message.text, *values, *named, message.address.value, message.account))
        return SendError(
            f"Meta refused the message: {said or f'HTTP {status}'}",
            code=shown,
            permanent=permanent,
            stops_channel=meant is not None and meant.act is Act.STOP,
            retry_after=_wait(answer, code),
            # After a gateway's time-out the request may have been accepted.
            ambiguous=status == 504,
            said=said,
        )


def _wait(answer: requests.Response, code: int | None) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 7:
        return float(asked)
    return errors.WAIT_SECONDS.get(code) if code is not None else None


def _network_failure(error: requests.RequestException) -> SendError:
    """Return the error; it is ambiguous unless the connection was never made."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return SendError("No connection to Meta could be made.", code="network")
    if isinstance(error, requests.Timeout):
        return SendError("Meta did not answer in time.", code="timeout", ambiguous=True)
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(cause, NewConnectionError):
        return SendError("No connection to Meta could be made.", code="network")
    return SendError("The connection to Meta broke off.", code="network", ambiguous=True)
