"""Reads a raw mail: who wrote, to which of our addresses, what, and with which files. Pure: no network, no AWS.

Nothing of a mail is lost: what is neither text nor folded is a file. Time and memory grow with the mail and with
nothing that it says of itself.
"""

import time
from collections.abc import Collection

from chalicelib.channels.email import automatic, headers
from chalicelib.channels.email.contents import contents
from chalicelib.channels.email.entities import entity
from chalicelib.channels.email.fold import fold
from chalicelib.channels.email.mail import KEPT_OF_LONG, TEXT_LIMIT, Mail, MailFile
from chalicelib.channels.email.mailboxes import address, first, mailboxes, sender, without_tag
from chalicelib.channels.email.subjects import says_forward
from chalicelib.core.errors import BadInput

_WENT_TO = ("delivered-to", "x-forwarded-to", "resent-to", "x-original-to", "envelope-to", "x-envelope-to")
"""Headers that servers and forwarding mailboxes write, after To and Cc."""
_MOST_SUBJECT = 500


def read_mail(raw: bytes, *, published: Collection[str], now: int | None = None) -> Mail:
    """Return a raw mail as it is read, at our time `now` (s; None: real time).

    `published` are the addresses at which we are written to, in any notation. Raises BadInput for bytes without a
    header, which are no mail, and nothing else.
    """
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    mail = entity(raw, 0, len(raw))
    if not mail.headers:
        raise BadInput("The bytes are no mail: they have no header.", code="not_a_mail")
    ours = frozenset(filter(None, map(address, published)))
    found = contents(raw, mail)
    folded = fold(found.lines)
    text, text_file = _short(folded.text, "message.txt", "long")
    history, history_file = _short(folded.folded, "history.txt", "history")
    to, cc = mailboxes(mail.all("to")), mailboxes(mail.all("cc"))
    others = mailboxes(value for name in _WENT_TO for value in mail.all(name))
    recipients = tuple(dict.fromkeys(one.address for one in (*to, *cc, *others) if one.address))
    wrote = sender(mail.all("from") or mail.all("sender"))
    kind = automatic.kind_of(mail, wrote, automatic.report_type(mail, found.reports), ours)
    if kind == "person" and automatic.is_reaction(mail, found, folded.text):
        kind = "reaction"
    ids = headers.ids(mail.first("message-id"))
    sent_at, undated = headers.sent_at(mail, int(time.time()) if now is None else now)
    subject = headers.line(mail.first("subject"), _MOST_SUBJECT)
    kept = [one for one in (text_file, history_file) if one]
    return Mail(
        kind=kind,
        sender=wrote,
        reply_to=first(mail.all("reply-to")),
        to=to,
        cc=cc,
        recipients=recipients,
        delivered_to=_published(recipients, ours),
        message_id=ids[0] if ids else headers.made_id(raw),
        in_reply_to=next(iter(headers.ids(mail.first("in-reply-to"))), ""),
        references=headers.references(mail.first("references")),
        date=sent_at,
        undated=undated,
        subject=subject,
        text=text,
        folded=history,
        forwarded=folded.forwarded or found.passes_on or says_forward(subject),
        files=(*found.files, *kept),
        bounce=automatic.bounce_of(mail, found.reports, found.originals, folded.text) if kind == "bounce" else None,
        reaction=found.reaction if kind == "reaction" else "",
        notes=tuple(dict.fromkeys((*found.notes, *(one.unread for one in kept)))),
    )


def _published(recipients: Collection[str], ours: Collection[str]) -> str:
    """Return the first recipient that is one of our addresses, with or without a tag."""
    return next((one for each in recipients for one in (each, without_tag(each)) if one in ours), "")


def _short(text: str, name: str, unread: str) -> tuple[str, MailFile | None]:
    """Return what a message keeps of a text, and the file that holds all of a longer one."""
    data = text.encode("utf-8")
    if len(data) <= TEXT_LIMIT:
        return text, None
    return data[:KEPT_OF_LONG].decode("utf-8", "ignore"), MailFile(name, "text/plain", data, unread=unread)
