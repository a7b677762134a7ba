"""Reads what a server reports about a mail of ours: which recipients it did not reach, and why (RFC 3464)."""

import re
from collections.abc import Sequence

from chalicelib.channels.email import headers
from chalicelib.channels.email.entities import Entity
from chalicelib.channels.email.lines import clean
from chalicelib.channels.email.mail import Bounce, FailedRecipient
from chalicelib.channels.email.mailboxes import MOST_ADDRESSES, address, mailboxes
from chalicelib.core.normal import display_name

_FIELD = re.compile(r"([A-Za-z-]{1,40}):[ \t]*(.*)")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ORIGINAL_ID = re.compile(r"(?im)^[ \t>]*message-id:\s*(<[^<>\s]{1,900}>)")
_MOST = 500
"""Characters of a server's own words."""


def bounce_of(mail: Entity, reports: Sequence[str], originals: Sequence[Entity], text: str) -> Bounce:
    """Return what a report says. Servers that know no RFC 3464 name recipients in a header, and the mail in its
    text."""
    recipients = [one for report in reports for one in _recipients(report)]
    if not recipients:
        named = mailboxes(mail.all("x-failed-recipients"))
        recipients = [FailedRecipient(one.address, "failed") for one in named if one.address]
    found = [one for original in originals for one in headers.ids(original.first("message-id"))]
    written = _ORIGINAL_ID.search(text)
    found += headers.ids(written[1].encode("utf-8", "replace")) if written else ()
    found += headers.ids(mail.first("in-reply-to")) + headers.references(mail.first("references"))[-1:]
    return Bounce(tuple(recipients[:MOST_ADDRESSES]), found[0] if found else "")


def _recipients(report: str) -> list[FailedRecipient]:
    """Return the recipients of a report; each has a block of fields, the first block is about the mail itself."""
    found: list[FailedRecipient] = []
    for block in re.split(r"\n[ \t]*\n", clean(report)):
        fields: dict[str, str] = {}
        for field in _FIELD.finditer(re.sub(r"\n[ \t]+", " ", block)):
            fields.setdefault(field[1].lower(), field[2].strip())
        told = fields.get("final-recipient") or fields.get("original-recipient")
        if told:
            status = _STATUS.search(fields.get("status", ""))
            words = display_name(
                fields.get("diagnostic-code", "").partition(";")[2] or fields.get("diagnostic-code", "")
            )
            plain = address(told.rpartition(";")[2]) or address(fields.get("original-recipient", "").rpartition(";")[2])
            action = fields.get("action", "").partition(" ")[0].lower()
            found.append(FailedRecipient(plain, action[:20], status[0] if status else "", words[:_MOST]))
    return found
