"""Makes parts of a mail: what a person wrote, its files, a press of a link under a mail of ours, a reaction to a mail,
and reports of mails that came back. What machines send is counted and not stored."""

import hashlib
import re
from collections.abc import Collection, Iterator

from chalicelib.channels.contract import Accounts
from chalicelib.channels.details import Beside, Detail, File, Press, Reaction, as_stored
from chalicelib.channels.email.mail import Mail, MailFile
from chalicelib.channels.email.proof import is_proved
from chalicelib.channels.email.read_mail import read_mail
from chalicelib.channels.email.reply_address import conversation_of
from chalicelib.channels.email.subjects import bare_subject
from chalicelib.channels.email.thread import thread_of
from chalicelib.channels.letters import Envelope, Letter
from chalicelib.channels.parts import IgnoredPart, InboundMessage, Part, StatusUpdate, UnparsedPart
from chalicelib.channels.reading import RAW_LIMIT, first
from chalicelib.channels.shared import MailHead
from chalicelib.core.addresses import Address, Author
from chalicelib.core.delivery_failures import scrub
from chalicelib.core.errors import BadInput

CHANNEL = "email"
_PRESSED = re.compile(r"\[([a-z]{2,12}[.a-z0-9_]{0,190})\]\s*$")
"""The id of a button, which the link under a mail of ours writes at the end of the subject (send.py). It counts in a
mail to our signed address, to which the link leads."""
_IDS = 10
"""Most ids of earlier mails of the thread that are kept, the newest ones."""
_COPIES = 20
"""Most addresses that are kept of those who got the mail, too."""


def read_letter(raw: bytes, envelope: Envelope, accounts: Accounts, published: Collection[str], now: int) -> Letter:
    """Return the parts and files of a mail to one of these accounts; `published` are the addresses of the company."""
    account = next(iter(accounts))
    try:
        mail = read_mail(raw, published=published, now=now)
    except BadInput:
        return Letter([UnparsedPart(CHANNEL, account, "mail", raw[:RAW_LIMIT])], {})
    if mail.kind == "bounce":
        return Letter(list(_reports(mail, account, now)) or [IgnoredPart(CHANNEL, "bounce")], {})
    if mail.kind not in ("person", "reaction"):
        return Letter([IgnoredPart(CHANNEL, mail.kind)], {})
    if not mail.sender.address:
        return Letter([UnparsedPart(CHANNEL, account, "no_sender", raw[:RAW_LIMIT])], {})
    proved = is_proved(envelope, raw, mail.sender.address.rpartition("@")[2])
    return _Reading(mail, envelope, account, accounts[account].get("reply_key", ""), proved).letter()


def _reports(mail: Mail, account: str, now: int) -> Iterator[Part]:
    """Yield a failed status for the message of ours that came back. A report that it is only late changes nothing."""
    original = mail.bounce.original_id if mail.bounce else ""
    for one in mail.bounce.recipients if mail.bounce and original else ():
        if one.action == "failed":
            code, said = one.status or "bounced", scrub(one.diagnostic, (one.address,))
            yield StatusUpdate(CHANNEL, account, original, "failed", now, code=code, reason=said)


class _Reading:
    """One mail of a person."""

    def __init__(self, mail: Mail, envelope: Envelope, account: str, reply_key: str, proved: bool) -> None:
        self._mail, self._envelope, self._account, self._proved = mail, envelope, account, proved
        self._author = Author((Address("mail", mail.sender.address),), name=mail.sender.name)
        said = thread_of(mail, lambda part: conversation_of(reply_key, account, part))
        self._thread, self._answers = said.proved or "", next(iter(said.answers), "")

    def letter(self) -> Letter:
        mail = self._mail
        if mail.reaction:
            return Letter([self._message("reaction", mail.reaction, "", (Reaction(), self._answered()))], {})
        parts: list[Part] = []
        files = {f"{self._envelope.place}/{number}": one for number, one in enumerate(mail.files, 1)}
        pressed = _PRESSED.search(mail.subject) if self._thread else None
        if pressed:
            title = mail.subject[: pressed.start()].strip()
            parts.append(
                self._message("button", title, "pressed", (Press(payload=pressed[1]), MailHead(title)), pressed=True)
            )
        if mail.text or not (pressed or (files and not mail.subject)):
            copies, cut = first(self._copies(), _COPIES)
            head = MailHead(
                subject=mail.subject,
                folded=mail.folded,
                mailbox=mail.delivered_to,
                copies=copies,
                answers_to=self._answers_to(),
                references=list(mail.references)[-_IDS:],
                unproved=(not self._proved and not self._thread) or None,
            )
            text = mail.text or mail.subject
            parts.append(self._message("text", text, "", (head, cut))._replace(topic=bare_subject(mail.subject)))
        for number, (media_id, file) in enumerate(files.items(), 1):
            parts.append(self._file(number, media_id, file))
        return Letter(parts, {media_id: one.data for media_id, one in files.items()})

    def _file(self, number: int, media_id: str, file: MailFile) -> InboundMessage:
        known = File(
            media_id=media_id,
            mime=file.type,
            sha256=hashlib.sha256(file.data).hexdigest(),
            filename=file.name,
            size=len(file.data),
        )
        kind = "image" if file.type.startswith("image/") else "document"
        album = (Beside(media_group_id=self._mail.message_id),) if len(self._mail.files) > 1 else ()
        head = self._answered()._replace(unread=file.unread)
        return self._message(kind, "", str(number), (known, *album, head), order=number)

    def _answered(self) -> MailHead:
        """Return what an answer of ours needs of the mail, whichever of its parts it finds as the newest."""
        return MailHead(subject=self._mail.subject, references=list(self._mail.references)[-_IDS:])

    def _message(
        self, kind: str, text: str, part: str, details: tuple[Detail, ...], *, order: int = 0, pressed: bool = False
    ) -> InboundMessage:
        mail = self._mail
        return InboundMessage(
            channel=CHANNEL,
            account=self._account,
            author=self._author,
            provider_id=f"{mail.message_id}#{part}" if part else mail.message_id,
            sent_at=mail.date,
            kind=kind,
            text=text,
            order=order,
            details=as_stored(*details),
            quote=self._answers,
            pressed=pressed,
            undated=mail.undated,
            thread=self._thread,
            unproved=not self._proved,
        )

    def _copies(self) -> list[str]:
        ours = {self._mail.delivered_to, self._mail.sender.address, ""}
        others = dict.fromkeys(one.address for one in (*self._mail.to, *self._mail.cc))
        return [one for one in others if one not in ours and not self._is_ours(one)]

    def _answers_to(self) -> str:
        """Return where answers are asked for, "" for the sender's own address or one of ours."""
        wanted = self._mail.reply_to.address
        return "" if wanted == self._mail.sender.address or self._is_ours(wanted) else wanted

    def _is_ours(self, address: str) -> bool:
        return address.endswith(f"@{self._account}")
