"""Sends over the WhatsApp Cloud API. Source: Meta's "Messages API" and "Business-scoped user IDs"."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

from chalicelib.channels.base import OutboundText, SendError, SendResult, scrub
from chalicelib.channels.reading import as_dict, as_list, ident, text
from chalicelib.channels.split import pieces_of
from chalicelib.channels.whatsapp import errors
from chalicelib.core.failures import OWN_CODES, Act
from chalicelib.messages.model import Button

TIMEOUTS = (3.05, 10.0)
"""Seconds to connect and to wait for bytes; the sender's own time limit is well above their sum."""
MOST_BUTTONS, TITLE_LIMIT, ID_LIMIT = 3, 20, 256
"""Reply buttons of one message, and characters of each. Source: Meta, "Interactive reply buttons messages"."""


def new_session() -> requests.Session:
    """Return a session to keep for the process. It ignores the environment, because a .netrc would replace our token
    and a proxy would see it."""
    session = requests.Session()
    session.trust_env = False
    return session


def send_text(
    message: OutboundText,
    *,
    session: requests.Session,
    api: str,
    token: str,
    recipient_field: str = "recipient",
    skip: int = 0,
    timeouts: tuple[float, float] = TIMEOUTS,
    clock: Callable[[], float] = time.time,
) -> SendResult:
    """Send a text, in as many pieces as it needs, and return the ids that Meta gave.

    `api` is the Graph API's address with its version. A phone number goes into `to`; a business-scoped id
    into `recipient_field`, because sources differ about it. Every call carries `message.reference` as
    `biz_opaque_callback_data`, which Meta returns with statuses. The first `skip` pieces were sent before.
    Buttons make the last piece an interactive message.
    Raises SendError; its `sent` names the pieces that this call did send.
    """
    pieces = pieces_of(message.text, "whatsapp", buttons=bool(message.buttons))[skip:]
    if not pieces:
        raise SendError("There is no text to send.", code="empty", permanent=True)
    if not _fit(message.buttons):
        raise SendError("These buttons are more than WhatsApp takes.", code="buttons", permanent=True)
    call = _Call(message, session, f"{api.rstrip('/')}/{message.account}/messages", token, timeouts)
    sent: list[str] = []
    for number, piece in enumerate(pieces, 1):
        buttons = message.buttons if number == len(pieces) else ()
        outcome = call.post(_payload(message, piece, recipient_field, buttons, first=not (skip or sent)))
        if isinstance(outcome, SendError):
            outcome.sent = tuple(sent)
            raise outcome  # outside of any except block, so that the request is not attached as context
        sent.append(outcome)
    return SendResult(sent[0], int(clock()), tuple(sent[1:]))


def _fit(buttons: Sequence[Button]) -> bool:
    """Whether Meta takes these buttons: few, short, and each with an id and a title of its own."""
    distinct = len({one.id for one in buttons}) == len({one.title for one in buttons}) == len(buttons)
    sized = all(0 < len(one.title) <= TITLE_LIMIT and 0 < len(one.id) <= ID_LIMIT for one in buttons)
    return len(buttons) <= MOST_BUTTONS and distinct and sized


def _payload(
    message: OutboundText, piece: str, recipient_field: str, buttons: Sequence[Button], *, first: bool
) -> dict[str, Any]:
    field = "to" if message.address.kind == "phone" else recipient_field
    payload: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        field: message.address.value,
    }
    if buttons:
        replies = [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in buttons]
        interactive = {"type": "button", "body": {"text": piece}, "action": {"buttons": replies}}
        payload |= {"type": "interactive", "interactive": interactive}
    else:
        payload |= {"type": "text", "text": {"preview_url": False, "body": piece}}
    if message.reference:
        payload["biz_opaque_callback_data"] = message.reference
    if message.quote and first:
        payload["context"] = {"message_id": message.quote}
    return payload


@dataclass(frozen=True)
class _Call:
    message: OutboundText
    session: requests.Session
    url: str
    token: str
    timeouts: tuple[float, float]

    def post(self, payload: dict[str, Any]) -> str | SendError:
        """Return the wamid, or what went wrong."""
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            answer = self.session.post(
                self.url, json=payload, headers=headers, timeout=self.timeouts, allow_redirects=False
            )
        except requests.RequestException as error:
            return _network_failure(error)
        try:
            body = as_dict(answer.json())
        except ValueError:
            body = {}
        if answer.status_code >= 300:
            return self._refusal(answer, as_dict(body.get("error")))
        wamid = ident(as_dict(next(iter(as_list(body.get("messages"))), None)).get("id"))
        if wamid:
            return wamid
        return SendError("Meta accepted the message and gave no id.", code="no_id", ambiguous=True)

    def _refusal(self, answer: requests.Response, error: dict[str, Any]) -> SendError:
        status, given = answer.status_code, ident(error.get("code"))
        code = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
        shown = str(code) if code is not None else f"http_{status}"
        meant = OWN_CODES.get(shown) or errors.meaning(shown)
        permanent = errors.is_permanent(code, status) and error.get("is_transient") is not True
        said = text(as_dict(error.get("error_data")).get("details"), 500) or text(error.get("message"), 500)
        said = scrub(said, (self.token, self.message.text, self.message.address.value, self.message.account))
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
