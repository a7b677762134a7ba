"""Sends mails by the SES API v2. Source: SendEmail in the "Amazon SES API v2 Reference".

SES gives each mail a Message-ID of its own, made of the id that it answers with; people's applications name it when
they answer.
"""

import re
import time
from collections.abc import Callable
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate, parseaddr
from html import escape
from typing import Any
from urllib.parse import quote

from chalicelib.channels.base import FilePart, OutboundMessage, SendError, SendResult, Signal, scrub
from chalicelib.channels.email import errors
from chalicelib.channels.email.mail import LOOP_HEADER
from chalicelib.channels.email.reply_address import reply_address
from chalicelib.channels.email.told import TAG, tag_of
from chalicelib.channels.parts import Button
from chalicelib.core.delivery_failures import Act
from chalicelib.core.ids import MessageRef

_ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]]{3,253}")
_ID = re.compile(r"[^\s<>]{3,250}")
_PART = re.compile(r"#(\d+|pressed)$")
"""What read_letter.py adds to the id of a mail for the parts of it."""
_CRLF = compat32.clone(linesep="\r\n", max_line_length=998)
"""No line is folded below the limit of RFC 5322: programs that end a subscription read List-Unsubscribe in one line."""
_LONGEST_SUBJECT = 200
_UNSENT = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "NoCredentialsError", "ProxyConnectionError"})
"""Errors of the client that prove that the request was not sent."""
_UNVERIFIED = "not verified"


class MailSender:
    """Sends by `client`, a client of SES that tries once. `sent_from` is a name and an address of ours, `events` the
    configuration set by which SES tells what becomes of mails, "" for none."""

    def __init__(
        self, client: Any, sent_from: str, events: str = "", *, clock: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._events = events
        self._name, self._from = parseaddr(sent_from)
        self._clock = clock

    def send(self, message: OutboundMessage, token: str) -> SendResult:
        """Send a message as a mail with a plain and an HTML form; buttons are links that write an answer. `token` signs
        the address for answers. Raises SendError."""
        if not self._from:
            raise SendError("The setting MAIL_FROM names no address.", code="no_token", stops_channel=True)
        if not _ADDRESS.fullmatch(message.address.value) or not message.address.value.isascii():
            raise SendError("SES cannot write to this address.", code="bad_address", permanent=True)
        outcome = self._sent(message, self._mail(message, token))
        if isinstance(outcome, SendError):
            raise outcome  # outside of any except block, so that the request is not attached as context
        return outcome

    def confirm_press(self, account: str, press: str, token: str) -> None:
        """Do nothing: a link that was followed wants no answer."""

    def signal(self, signal: Signal, token: str) -> None:
        """Do nothing: mail has no signs of reading and typing."""

    def _sent(self, message: OutboundMessage, raw: bytes) -> SendResult | SendError:
        given: dict[str, Any] = {
            "FromEmailAddress": formataddr((self._name, self._from), "utf-8"),
            "Destination": {"ToAddresses": [message.address.value]},
            # SES sends the report of a mail that came back there, so that it is read as any mail is.
            "FeedbackForwardingEmailAddress": f"bounces@{message.account}",
            "Content": {"Raw": {"Data": raw}},
        }
        if self._events:
            given["ConfigurationSetName"] = self._events
            given["EmailTags"] = [{"Name": TAG, "Value": tag_of(message.reference)}] if message.reference else []
        try:
            answer = self._client.send_email(**given)
        except Exception as error:  # noqa: BLE001 botocore is not known here; its errors may hold what was sent
            return _failure(error, (message.address.value, message.text))
        sent = str(answer.get("MessageId", ""))
        if not sent:
            return SendError("SES accepted the mail and gave no id.", code="no_id", ambiguous=True)
        return SendResult(f"{sent}@{_host(str(self._client.meta.region_name))}", int(self._clock()))

    def _mail(self, message: OutboundMessage, token: str) -> bytes:
        """Return the mail. Raises SendError when its file cannot be read."""
        ref, _ = MessageRef.parse_piece(message.reference)
        answer_to = reply_address(token, message.account, ref.conversation_id if ref else "0" * 20)
        mail = _body(message, answer_to)
        if message.file:
            mixed = MIMEMultipart("mixed")
            if message.text:
                mixed.attach(mail)
            mixed.attach(_attached(message, message.file))
            mail = mixed
        mail["From"] = formataddr((self._name, self._from), "utf-8")
        mail["To"] = message.address.value
        mail["Reply-To"] = answer_to
        mail["Subject"] = Header(self._subject(message), "utf-8", header_name="Subject").encode()
        mail["Date"] = formatdate(self._clock())
        mail[LOOP_HEADER] = "1"
        if message.link and message.link.ends:
            mail["List-Unsubscribe"] = f"<{message.link.url}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
            mail["Auto-Submitted"] = "auto-generated"
        elif message.automatic:
            mail["Auto-Submitted"] = "auto-replied"
            mail["X-Auto-Response-Suppress"] = "All"
        answered = _PART.sub("", message.quote)
        named = [one for one in (*message.thread.references, answered) if _ID.fullmatch(one)]
        if named:
            mail["References"] = "\r\n ".join(f"<{one}>" for one in dict.fromkeys(named))
        if answered in named:
            mail["In-Reply-To"] = f"<{answered}>"
        return mail.as_bytes(policy=_CRLF)

    def _subject(self, message: OutboundMessage) -> str:
        """Return its own subject, or that of what is answered with one "Re:"; our name where nothing is answered."""
        subject = " ".join("".join(one if one.isprintable() else " " for one in message.thread.subject).split())
        if not subject:
            return self._name or self._from
        if not (message.thread.begins or subject.lower().startswith("re:")):
            subject = f"Re: {subject}"
        return subject[:_LONGEST_SUBJECT]


def _body(message: OutboundMessage, answer_to: str) -> MIMEMultipart:
    links = [(one.title, _link(one, answer_to)) for one in message.choice.buttons]
    links += [(message.link.title, message.link.url)] if message.link else []
    plain = message.text + "".join(f"\n\n{title}:\n{link}" for title, link in links)
    shown = "<br>\n".join(escape(message.text).split("\n"))
    below = "".join(f'<p><a href="{escape(link)}">{escape(title)}</a></p>\n' for title, link in links)
    page = f'<html><body><p dir="auto">{shown}</p>\n{below}</body></html>'
    both = MIMEMultipart("alternative")
    both.attach(_text(plain, "plain"))
    both.attach(_text(page, "html"))
    return both


def _text(text: str, subtype: str) -> MIMEText:
    whole = text.encode("utf-8", "replace").decode()
    return MIMEText("\r\n".join(whole.split("\n")), subtype, "utf-8")


def _link(button: Button, answer_to: str) -> str:
    """Return a link that writes a mail whose subject holds the button's id, which read_letter finds there."""
    return f"mailto:{answer_to}?subject={quote(f'{button.title} [{button.id}]')}"


def _attached(message: OutboundMessage, file: FilePart) -> MIMEBase:
    main, _, sub = (file.type or "application/octet-stream").partition("/")
    part = MIMEBase(main, sub or "octet-stream")
    if message.open_file:
        with message.open_file() as body:
            part.set_payload(b"".join(body))
    encode_base64(part)
    name = "".join(one for one in file.name if one.isprintable()) or file.kind
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return part


def _host(region: str) -> str:
    """Return the host of the Message-IDs that SES gives in a region."""
    return "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"


def _failure(error: Exception, secrets: tuple[str, ...]) -> SendError:
    """Return our own error for the client's, of which only SES's code and scrubbed words are kept."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        unsent = type(error).__name__ in _UNSENT
        return SendError("SES did not answer, or the connection broke off.", code="network", ambiguous=not unsent)
    code = str(response.get("Error", {}).get("Code", ""))
    said = str(response.get("Error", {}).get("Message", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "MessageRejected" and _UNVERIFIED in said:
        code = errors.NOT_VERIFIED
    meant = errors.meaning(code)
    if meant is None:
        return SendError(
            f"SES answered {status}.", code=code or f"http_{status}", permanent=400 <= status < 500 and status != 429,
            said=scrub(said, secrets),
        )  # fmt: skip
    return SendError(
        f"SES refused the mail: {code}.",
        code=code,
        permanent=meant.act is Act.NEVER,
        stops_channel=meant.act is Act.STOP,
        said=scrub(said, secrets),
    )
