"""What a raw mail is read into. Every text, name and address here is personal data: it is sealed before it is stored
and never logged.
"""

from typing import Literal, NamedTuple

LOOP_HEADER = "X-Helpdesk-Loop"
"""Header of every mail that a desk sends. A mail that arrives with it was sent by a desk and is answered by none."""
TEXT_LIMIT = 100_000
"""Bytes of UTF-8 of a text that a message keeps; a longer one is a file."""
KEPT_OF_LONG = 20_000
"""Bytes of UTF-8 that the message itself keeps of such a text."""
MailKind = Literal["person", "reaction", "autoreply", "bounce", "list", "loop"]
"""Who wrote: a person; a person's program, which tells an emoji that they set at a mail; a machine in answer to a mail
of ours (RFC 3834); a server that reports about a mail of ours (RFC 3464); a mailing list or newsletter; a desk."""


class Mailbox(NamedTuple):
    """An address in its normal form (mailboxes.py) and the name beside it, safe to show. `address` is "" when what
    stands there is none; `name` then shows what does."""

    address: str = ""
    name: str = ""


class MailFile(NamedTuple):
    """A file of a mail: a safe name, the type that it was declared with, its bytes, and the id by which the mail's HTML
    shows it. `unread` is "" for a file that somebody attached; else it says why a part of the mail is kept as a
    file: it is a word of UNREAD, for which pages have a sentence."""

    name: str
    type: str
    data: bytes
    content_id: str = ""
    unread: str = ""


UNREAD = ("long", "parts", "encoding", "charset", "html", "sealed", "container", "history")
"""Why a part became a file: the text is too long for a message; parts nested too deep, or too many; a transfer encoding
that is unknown or damaged; characters that no known character set explains; HTML that is too large; the mail is
encrypted or its signature encloses it; a container that was not unpacked whole; the quoted history is too long."""


class FailedRecipient(NamedTuple):
    """What a server reports of one recipient (RFC 3464): address, action (failed, delayed, delivered, relayed,
    expanded), status such as 5.1.1, and its own words."""

    address: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""


class Bounce(NamedTuple):
    """A report of a server: recipients, and the id of the mail that it is about, "" when it does not say."""

    recipients: tuple[FailedRecipient, ...] = ()
    original_id: str = ""


class Mail(NamedTuple):
    """A mail.

    `kind`          who wrote it
    `sender`        From; `reply_to` is its Reply-To, empty when there is none
    `to`, `cc`      recipients that it names, MOST_ADDRESSES at most (mailboxes.py)
    `recipients`    every address to which some header says that it went, in normal form
    `delivered_to`  the published address among them, "" for none
    `message_id`    without angle brackets; made of the mail's bytes when it has none
    `in_reply_to`   id of the mail that it answers, "" for none; `references` are those of the thread, the oldest first
    `date`          epoch seconds: when it was sent by its own account, as far as that can be believed, else when it
                    arrived by our provider's account; never in the future. `undated`: neither was there
    `subject`       decoded, on one line, "" for none
    `text`          what the person wrote; `folded` is quoted history, forwarded text and signature, whole
    `forwarded`     the mail passes on somebody else's words; without own words these are the text
    `files`         attachments, and everything that is neither `text` nor `folded`
    `bounce`        for kind "bounce"
    `reaction`      the emoji, for kind "reaction"
    `notes`         what was unusual in reading, in words fit for a metric: a word of UNREAD or "charset:<name>"
    """

    kind: MailKind
    sender: Mailbox
    reply_to: Mailbox
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    recipients: tuple[str, ...]
    delivered_to: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    date: int
    undated: bool
    subject: str
    text: str
    folded: str
    forwarded: bool
    files: tuple[MailFile, ...]
    bounce: Bounce | None = None
    reaction: str = ""
    notes: tuple[str, ...] = ()
