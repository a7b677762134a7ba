"""Receives mail as SES does by the desk's receipt rule: lays it into the bucket of mail and tells the function `mail`;
tells it, too, what becomes of mails of the desk.

The embedded AWS knows neither. Source: Amazon SES Developer Guide, "Contents of notifications for Amazon SES email
receiving".
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, parseaddr
from typing import Any

from chalicelib.channels.letters import CHECKS, PASS
from chalicelib.messages.mail_bucket import RAW
from local.aws.ministack import REGION, client
from local.aws.stack import Stack, function_name

VERDICTS = "X-Stand-In-Verdicts"
"""Header by which a test says what the checks of a mail find, such as "dmarc=FAIL spam=FAIL", and whose signature it
has, "signed=example.kz"; without it all pass. It is taken off."""


class Receiving:
    """Receives for the desk's mail domain and for the mailboxes of the company that forward to it. `now` is the desk's
    clock."""

    def __init__(
        self, endpoint: str, stack: Stack, domain: str, published: Sequence[str], now: Callable[[], float]
    ) -> None:
        self._s3, self._lambda = client("s3", endpoint), client("lambda", endpoint)
        self._bucket = stack.outputs["MailBucketName"]
        self._domain = domain
        self._published = frozenset(one.lower() for one in published)
        self._now = now

    def takes(self, address: str) -> bool:
        """Whether mail to this address comes to the desk."""
        address = address.lower()
        return address.rpartition("@")[2] == self._domain or address in self._published

    def tell(self, detail: Mapping[str, Any]) -> None:
        """Tell the function what became of a mail of the desk, as EventBridge does."""
        told = {"version": "0", "source": "aws.ses", "detail-type": detail["eventType"], "detail": detail}
        self._lambda.invoke(FunctionName=function_name("mail"), InvocationType="Event", Payload=json.dumps(told))

    def take(self, raw: bytes, sender: str, recipients: Sequence[str]) -> str:
        """Lay a mail into the bucket and tell the function of it; return the id that it got."""
        mail, at = secrets.token_hex(20), datetime.fromtimestamp(self._now(), UTC)
        head = BytesHeaderParser().parsebytes(raw)
        verdicts = _verdicts(head)
        trace = (
            f"Return-Path: <{sender}>\r\n"
            f"Received: from localhost (localhost [127.0.0.1]) by inbound-smtp.{REGION}.amazonaws.com"
            f" with SMTP id {mail} for {next(iter(recipients), '')}; {format_datetime(at)}\r\n"
            f"{_results(head, verdicts, sender)}"
        )
        self._s3.put_object(Bucket=self._bucket, Key=RAW + mail, Body=trace.encode() + _without(raw, VERDICTS))
        told = _event(mail, at, head, sender, recipients, verdicts)
        self._lambda.invoke(FunctionName=function_name("mail"), InvocationType="Event", Payload=json.dumps(told))
        return mail


def _verdicts(head: Message) -> dict[str, str]:
    said = dict(one.split("=", 1) for one in str(head.get(VERDICTS, "")).split() if "=" in one)
    return {one: said.get(one, PASS) for one in CHECKS}


def _results(head: Message, verdicts: Mapping[str, str], sender: str) -> str:
    """Return the header in which SES writes what it has checked. A mail is signed by the domain of From, or by the
    one that a test names with "signed=" among the verdicts."""
    domain = parseaddr(str(head.get("From", "")))[1].rpartition("@")[2].lower() or "localhost"
    signed = next((one[7:] for one in str(head.get(VERDICTS, "")).split() if one.startswith("signed=")), domain)
    says = {name: {"GRAY": "none"}.get(word, word.lower()) for name, word in verdicts.items()}
    return (
        f"Authentication-Results: amazonses.com;\r\n spf={says['spf']} client-ip=127.0.0.1; envelope-from={sender};\r\n"
        f" dkim={says['dkim']} header.i=@{signed};\r\n dmarc={says['dmarc']} header.from={domain};\r\n"
    )


def _without(raw: bytes, name: str) -> bytes:
    """Return a mail without the one-line header of this name."""
    head, blank, body = raw.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(name.lower().encode() + b":")]
    return b"\r\n".join(kept) + blank + body


def _event(
    mail: str, at: datetime, head: Message, sender: str, recipients: Sequence[str], verdicts: dict[str, str]
) -> dict[str, Any]:
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    receipt: dict[str, Any] = {"timestamp": moment, "recipients": list(recipients)}
    receipt |= {f"{name}Verdict": {"status": word} for name, word in verdicts.items()}
    about = {
        "timestamp": moment,
        "source": sender,
        "messageId": mail,
        "destination": list(recipients),
        "commonHeaders": {"from": [str(head.get("From", ""))], "subject": str(head.get("Subject", ""))},
    }
    return {"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"receipt": receipt, "mail": about}}]}
