"""Staff answers a customer: stores the reply and its outbox entry, once for each client's id."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.attachments.uploads import UploadPlace
from chalicelib.channels import registry
from chalicelib.channels.base import ChoicePart, FilePart, OutboundPart, TextPart
from chalicelib.channels.failure_meanings import reason_of
from chalicelib.channels.render import Lacking, render
from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.errors import BadInput, Conflict, DeskError, NotFound
from chalicelib.core.ids import MessageRef, reply_id_hash, retry_id_hash
from chalicelib.core.purposes import SUPPORT
from chalicelib.core.transfer import agreed
from chalicelib.outbox.content import ReplyContent, SentFile
from chalicelib.outbox.model import AnsweredTicket, FailedMessage, Head, Recipient, Reply
from chalicelib.outbox.reply_checks import check_choices, check_client_id, check_content
from chalicelib.provider_templates.model import StoredTemplate, fill, places_of, why_not
from chalicelib.tickets.model import State, reply_time
from chalicelib.tickets.records import Message, MessageFile
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen

if TYPE_CHECKING:
    from chalicelib.outbox.brought_files import BroughtFiles
    from chalicelib.outbox.reply_store import ReplyStore
    from chalicelib.outbox.same_text import SameTexts
    from chalicelib.vault.decryptor import BatchDecryptor

TRIES = 10
USED = "This id was used for another reply. Nothing of this text is stored: send it under a new id."
_SUPPRESSED = (
    "The customer has withdrawn consent, and no question of theirs is open. Only answers about the request leave."
)
_BLOCKED = "The customer blocked the bot, or a mail to them came back. Use another channel."
_NOT_ABROAD = (
    "The customer does not agree to a transfer abroad, and this channel's messages pass there: only answers to open"
    " questions leave."
)
_NO_TICKET = "There is no such ticket, or its retention has ended."


class _Changed(Exception):
    """The failed message has changed since it was read."""


@dataclass(frozen=True)
class ReplyToCustomer:
    """Stores replies. `transfer` is how people consent to a transfer abroad on a channel, "" where there is none;
    `wait` takes the number of the try and sleeps, so that concurrent writers do not collide again."""

    store: "ReplyStore"
    files: "BroughtFiles"
    same_texts: "SameTexts"
    decryptor: Callable[[], "BatchDecryptor"]
    allows: Callable[[str, str], bool]
    transfer: Callable[[str], str]
    clock: Callable[[], int]
    wait: Callable[[int], None]

    def __call__(self, ticket_id: str, content: ReplyContent, client_id: str, author: str) -> Message:
        """Store a reply of the staff account `author` and return it; its id is its reference. The sender sends it, but
        for one whose text goes to too many people (same_text.py): a supervisor decides about that first.

        `client_id` is made by the page once for each reply: with the same id and content again, the stored reply is
        returned as it is now, and nothing is stored. Its files are only named: they are looked at here. Raises
        BadInput for a text that shows nothing or is longer than MOST_UNITS, and for values that do not fit the places
        of a template; FileRefused; NotFound, also for a template that is not known; Unavailable, and Conflict with the
        code client_id_used (for another content or ticket), closed, blocked, suppressed, abroad, window_closed,
        template_refused, erasing, erased, not_allowed, key_mismatch or busy."""
        check_client_id(client_id)
        return self._once(ticket_id, content, reply_id_hash(client_id), author)

    def find(self, ticket_id: str, client_id: str) -> Message | None:
        """Return the reply that was stored on this ticket under a client's id, as it is now; None when there is none
        (yet). An id is remembered for 8 days. Raises BadInput, NotFound, Unavailable, and Conflict with the code
        erasing or erased."""
        check_client_id(client_id)
        now = self.clock()
        ticket, _ = self.answered(ticket_id, now)
        ref = self.store.reply_of(ticket.conversation_id, reply_id_hash(client_id), now)
        stored = self.store.shown(ref, now) if ref else None
        if ref is None or stored is None or stored.ticket_id != ticket_id:
            return None
        content = self.decryptor().json(stored.contact_id, encryption.message_content(ref), stored.content)
        if content is None:
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
        return _as_sent(stored.message, ReplyContent.of(content))

    def _once(
        self, ticket_id: str, sent: ReplyContent, client_hash: str, author: str, again: FailedMessage | None = None
    ) -> Message:
        """Store a reply under the name of its id; with `again` it replaces a failed message, once.

        What is stored under the id wins over every refusal: the same reply at the same moment may have taken the files
        or answered the question that this one names."""
        for attempt in range(TRIES):
            now = self.clock()
            ticket, recipient = self.answered(ticket_id, now)
            known = self.store.reply_of(ticket.conversation_id, client_hash, now)
            if known is None:
                try:
                    sent, reply = self._checked(ticket, recipient, sent, client_hash, author, now, again)
                except DeskError:
                    known = self.store.reply_of(ticket.conversation_id, client_hash, now)
                    if known is None:
                        raise
            if known is not None:
                return self._same(known, ticket, sent, now, again)
            if self.store.store(reply):
                at = reply.ref.at
                message = Message(
                    str(reply.ref),
                    "out",
                    "text",
                    at,
                    arrived_at=now,
                    status=reply.status,
                    author=author,
                    purpose=SUPPORT,
                )
                return _as_sent(message, reply.content)
            self.wait(attempt)
            if again is not None and self._may_resend(again.ref) != again:
                raise _Changed
        raise Conflict("This conversation changes very fast now. Send the reply again.", code="busy")

    def _checked(
        self,
        ticket: AnsweredTicket,
        recipient: Recipient | None,
        sent: ReplyContent,
        client_hash: str,
        author: str,
        now: int,
        again: FailedMessage | None,
    ) -> tuple[ReplyContent, Reply]:
        """Return a reply with its files only named, and ready to be stored. Raises what refuses it."""
        check_content(sent)
        head = self._may_reply(ticket, recipient, now, windowed=sent.template is None)
        check_choices(registry.channel(head.channel), sent)
        template = self._template(head, sent)
        place = UploadPlace(ticket.conversation_id, ticket.ticket_id, author)
        sent, content = self._with_files(_filled(sent, template), place, head, now)
        at = reply_time(now, head.last_at, head.last_inbound_at)
        ref = MessageRef(ticket.conversation_id, at, secrets.token_hex(16))
        quoted = self._quoted(sent, head, now, again)
        use = self.same_texts.use(head.channel, head.contact_id, content, now)
        needs = self.needs(ticket, head)
        return sent, Reply(ref, ticket, head, content, author, client_hash, now, again, template, quoted, use, needs)

    def needs(self, ticket: AnsweredTicket, head: Head) -> str:
        """Return the rule of the transfer abroad for a reply on a ticket; "" when it answers an open question, or
        nobody abroad carries the channel."""
        return "" if ticket.question_at else self.transfer(head.channel)

    def may_reply(self, ticket_id: str, now: int) -> tuple[AnsweredTicket, Head]:
        """Return a ticket to which a reply may be stored now, and the head of its conversation. Raises NotFound,
        Unavailable, and Conflict as a reply does."""
        ticket, recipient = self.answered(ticket_id, now)
        return ticket, self._may_reply(ticket, recipient, now)

    def _with_files(
        self, sent: ReplyContent, place: UploadPlace, head: Head, now: int
    ) -> tuple[ReplyContent, ReplyContent]:
        """Return the reply with its files only named, those of a former reply as copies, and as it is stored."""
        if not sent.files:
            return sent, sent
        if sent.files[0].kind:
            sent = replace(sent, files=self.files.copied(place, head, sent.files, now))
        return sent, replace(sent, files=self.files.looked_at(place, head, sent.files, self.decryptor(), now))

    def _quoted(self, sent: ReplyContent, head: Head, now: int, again: FailedMessage | None) -> str:
        """Return the pseudonym of the message that is quoted, "" for none. What is sent again quotes nothing that is
        gone meanwhile. Raises BadInput, and Conflict with the code quote."""
        if not sent.quote:
            return ""
        channel, ref = registry.channel(head.channel), MessageRef.parse(sent.quote)
        if ref is None or ref.conversation_id != head.conversation_id:
            raise BadInput("The quoted message is none of this conversation.", code="quote")
        if not channel.quotes:
            raise BadInput(f"{channel.name} cannot quote (capability: quotes).", code="lacking")
        found = self.store.named(ref, now)
        if found is None and again is None:
            raise Conflict("The quoted message cannot be quoted: it is deleted or has not left.", code="quote")
        return found.named if found else ""

    def may_write(self, ticket_id: str, now: int, *, deletes: bool = False) -> tuple[AnsweredTicket, Head]:
        """Return ticket and conversation, when something that answers no question may go to the customer at `now` (ms);
        what only `deletes` serves them, also after a withdrawal. Raises NotFound, Unavailable and Conflict as a reply
        does."""
        ticket, recipient = self.answered(ticket_id, now)
        if recipient is not None and recipient.suppressed and not deletes:
            raise Conflict("The customer has withdrawn consent: only answers to questions leave.", code="suppressed")
        head = self._may_reply(ticket, recipient, now, deletes=deletes)
        if not deletes and not agreed(self.transfer(head.channel), head.abroad):
            raise Conflict(_NOT_ABROAD, code="abroad")
        return ticket, head

    def answered(self, ticket_id: str, now: int) -> tuple[AnsweredTicket, Recipient | None]:
        """Return the ticket to answer and its contact. Raises NotFound, Unavailable, and Conflict with the code
        erasing."""
        ticket = self.store.ticket(ticket_id, now)
        if ticket is None:
            raise NotFound(_NO_TICKET)
        recipient = self.store.recipient(ticket.contact_id)
        if recipient is not None and recipient.state == "erasing":
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erasing")
        return ticket, recipient

    def _same(
        self, ref: MessageRef, ticket: AnsweredTicket, sent: ReplyContent, now: int, again: FailedMessage | None
    ) -> Message:
        """Return the reply that is stored under the id. Raises Conflict unless its ticket and content are these, so
        that the answer never shows what is not stored. What is sent `again` has copies of its files."""
        stored = self.store.shown(ref, now)
        try:
            content = stored and self.decryptor().json(
                stored.contact_id, encryption.message_content(ref), stored.content
            )
        except CannotOpen:
            content = None
        same = stored is not None and stored.ticket_id == ticket.ticket_id
        known = ReplyContent.of(content or {})
        named = replace(known, files=() if again else tuple(SentFile(one.object) for one in known.files))
        asked = replace(sent, files=()) if again else sent
        if not same or not content or named.asked() != asked.asked():
            raise Conflict(USED, code="client_id_used")
        assert stored is not None
        return _as_sent(stored.message, known)

    def _template(self, head: Head, sent: ReplyContent) -> StoredTemplate | None:
        """Return the template that a reply sends, as it is now; None when it sends none."""
        if sent.template is None:
            return None
        found = self.store.template(head.account, sent.template.key)
        if found is None:
            raise NotFound("There is no such template in this language.", code="no_template")
        if why_not(found.template):
            raise Conflict("This template may not be sent: look at the list for the reason.", code="template_refused")
        return found

    def _may_reply(
        self,
        ticket: AnsweredTicket,
        recipient: Recipient | None,
        now: int,
        *,
        windowed: bool = True,
        deletes: bool = False,
    ) -> Head:
        if ticket.state == State.CLOSED:
            raise Conflict("This ticket is closed. Reopen it to reply.", code="closed")
        head = self.store.head(ticket.conversation_id)
        if head is None or recipient is None or recipient.state != "active" or recipient.epoch != head.epoch:
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
        if not self.allows("support", head.channel):
            raise Conflict("The policy does not allow replies on this channel.", code="not_allowed")
        if recipient.suppressed and not (ticket.question_at or deletes):
            raise Conflict(_SUPPRESSED, code="suppressed")
        if not deletes and not agreed(self.needs(ticket, head), head.abroad):
            raise Conflict(_NOT_ABROAD, code="abroad")
        if head.blocked:
            raise Conflict(_BLOCKED, code="blocked")
        if windowed and not head.window_open(now):
            message = "The reply window is closed: the customer last wrote more than 24 hours ago. Use a template."
            raise Conflict(message, code="window_closed")
        if self.decryptor().seal_key(ticket.contact_id, head.public_key) is None:
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
        return head

    def retry_failed(self, message_ref: str, client_id: str, author: str) -> Message:
        """Send the undelivered part of a failed message again, as a new reply of `author` at the end of the
        conversation: its text, or the pieces that failed or were never sent. The failed message then names the new one,
        and later calls return that, unless another piece has failed meanwhile.

        Raises BadInput, NotFound, Unavailable, and Conflict as a first reply does, or with the code not_failed or
        limited. `client_id` is ours, one for each failed message, in a name space of its own."""
        check_client_id(client_id)
        ref = MessageRef.parse(message_ref)
        if ref is None:
            raise BadInput("This is not a message's reference.")
        for _ in range(TRIES):
            try:
                return self._again(self._may_resend(ref), client_id, author)
            except _Changed:  # another piece has failed, or somebody else has sent it again: read anew
                continue
        raise Conflict("This conversation changes very fast now. Send the reply again.", code="busy")

    def _again(self, failed: FailedMessage, client_id: str, author: str) -> Message:
        content = self.decryptor().json(failed.contact_id, encryption.message_content(failed.ref), failed.content)
        if content is None:
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
        head = self.store.head(failed.ref.conversation_id)
        sent = self._rest(failed, ReplyContent.of(content), head)
        if not failed.outstanding and (known := MessageRef.parse(failed.resent_as)):
            stored = self.store.shown(known, self.clock())
            if stored is None:
                raise NotFound("There is no such message, or its retention has ended.")
            return _as_sent(stored.message, sent)
        self._refuse_if_limited(failed, head)
        # Pieces may fail one after the other, so each set of pieces has an id of its own.
        once = "-".join((client_id, *map(str, failed.left)))
        return self._once(failed.ticket_id, sent, retry_id_hash(once), author, failed)

    def _refuse_if_limited(self, failed: FailedMessage, head: Head | None) -> None:
        """Refuse to send again, within a day, what the provider held back because this person gets too much. Raises
        Conflict with the code limited."""
        failure = failed.row["failure"]
        limited = head and failure and reason_of(head.channel, str(failure.get("code", ""))) == "limited"
        if limited and self.clock() < int(failure.get("at", 0)) * SECOND + DAY:
            raise Conflict("The provider limits messages to this person: send it again a day later.", code="limited")

    def _may_resend(self, ref: MessageRef) -> FailedMessage:
        found = self.store.failed_reply(ref, self.clock())
        if found is None or not found.ticket_id:
            raise NotFound("There is no such message, or its retention has ended.")
        if not found.outstanding and not found.resent_as:
            raise Conflict("This message has not failed. Look at its new status.", code="not_failed")
        return found

    def _rest(self, failed: FailedMessage, sent: ReplyContent, head: Head | None) -> ReplyContent:
        """Return the undelivered part of a message: all of it when it is in one piece, or when it would be cut
        differently today."""
        pieces = _pieces(sent, head.channel) if head else ()
        if not failed.left or len(pieces) != failed.row["piece_count"]:
            return sent
        left = [part for number in failed.left for part in pieces[number - 1]]
        files = {one.object for one in left if isinstance(one, FilePart)}
        return replace(
            sent,
            text="".join(one.text for one in left if isinstance(one, TextPart)),
            choices=sent.choices if any(isinstance(one, ChoicePart) for one in left) else (),
            files=tuple(one for one in sent.files if one.object in files),
        )


def _filled(sent: ReplyContent, template: StoredTemplate | None) -> ReplyContent:
    """Return the reply with what the customer will see of its template. Raises BadInput."""
    if sent.template is None or template is None:
        return sent
    shown = fill(template.template, dict(sent.template.values))
    values = tuple((place.id, dict(sent.template.values)[place.id]) for place in places_of(template.template))
    return replace(sent, text=shown.text, template=sent.template._replace(values=values, shown=shown))


def _as_sent(message: Message, sent: ReplyContent) -> Message:
    """Return the record of a reply with what it holds."""
    status, failure = message.status, message.failure
    files = (MessageFile(one.object, one.name, one.type, one.size, one.kind, status, failure) for one in sent.files)
    shown = sent.template and sent.template.shown
    return replace(message, text=sent.text, files=tuple(files), template=shown)


def _pieces(sent: ReplyContent, channel: str) -> tuple[tuple[OutboundPart, ...], ...]:
    """Return the pieces in which a stored message goes out; none when the channel lacks something of it today."""
    try:
        return render(registry.channel(channel), sent.parts())
    except Lacking:
        return ()
