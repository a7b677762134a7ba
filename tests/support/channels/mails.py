"""Raw mails to the desk, as SES lays them into the bucket, for tests of what becomes of them."""

from datetime import UTC, datetime
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate, parseaddr
from typing import Any

from chalicelib.channels.letters import CHECKS, FAIL, PASS, Envelope
from tests.channels.conformance.kit import NOW

DOMAIN, MAILBOX, NURLAN, REPLY_KEY = "mail.desk.example", "info@spoint.kz", "nurlan@example.kz", "a-reply-key"
ACCOUNTS = {DOMAIN: {"reply_key": REPLY_KEY}}
PLACE = "bucket/files/m1"
PROVED = dict.fromkeys(CHECKS, PASS)
FORGED = PROVED | dict.fromkeys(("spf", "dkim", "dmarc"), FAIL)


def envelope(verdicts: dict[str, str] | None = None) -> Envelope:
    return Envelope(PLACE, PROVED if verdicts is None else verdicts)


def mail(
    text: str,
    *,
    subject: str = "Сұрақ",
    to: str = MAILBOX,
    sender: str = f"Nurlan <{NURLAN}>",
    serial: int = 1,
    at: int = NOW,
    file: tuple[str, bytes] | None = None,
    **headers: Any,
) -> bytes:
    """A mail; `headers` with _ for -."""
    made = MIMEMultipart()
    made["From"], made["To"] = formataddr(parseaddr(sender), "utf-8"), to
    made["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    made["Date"], made["Message-ID"] = formatdate(at), f"<m{serial}@example.kz>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.attach(MIMEText(text, "plain", "utf-8"))
    if file:
        part = MIMEBase("application", "pdf")
        part.set_payload(file[1])
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", file[0]))
        made.attach(part)
    return _received(made.as_bytes(policy=compat32.clone(linesep="\r\n")), at)


def _received(raw: bytes, at: int) -> bytes:
    trace = f"from out.example.kz by inbound-smtp.eu-central-1.amazonaws.com with SMTP id x; {formatdate(at)}"
    return f"Received: {trace}\r\n".encode() + raw


def bounce(original: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A report about a mail of ours (RFC 3464)."""
    lines = f"""From: MAILER-DAEMON@eu-central-1.amazonses.com
To: bounces@{DOMAIN}
Subject: Delivery Status Notification (Failure)
Date: {formatdate(NOW)}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

An error occurred while trying to deliver the mail.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; a.smtp-out.eu-central-1.amazonses.com

Final-Recipient: rfc822; {NURLAN}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No such user {NURLAN}

--b
Content-Type: message/rfc822

Message-ID: <{original}>
Subject: Re: x

Answer
--b--
"""
    return _received("\r\n".join(lines.split("\n")).encode(), NOW)


def event(kind: str, reference: str, *, at: int = NOW, **more: Any) -> dict[str, Any]:
    """What SES tells EventBridge of a mail of ours to NURLAN; `more` are fields of its own part of the event."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    part = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
    return {
        "eventType": kind,
        "mail": {
            "timestamp": moment,
            "messageId": "0102-000000",
            "destination": [NURLAN],
            "tags": {"message": [reference.replace(".", "-")], "ses:configuration-set": ["desk-mail"]},
            "commonHeaders": {"to": [NURLAN], "subject": "Re: Сұрақ"},
        },
        part: {"timestamp": moment} | more,
    }


def came_back(
    kind: str = "General", *, status: str = "", permanent: bool = True, words: str = f"550 no such user {NURLAN}"
) -> dict[str, Any]:
    """The part of such an event about a mail that came back."""
    person = {"emailAddress": NURLAN, "action": "failed", "diagnosticCode": words} | (
        {"status": status} if status else {}
    )
    return {
        "bounceType": "Permanent" if permanent else "Transient",
        "bounceSubType": kind,
        "bouncedRecipients": [person],
    }
