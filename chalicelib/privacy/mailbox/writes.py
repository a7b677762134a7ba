"""Builds the writes of a reply mailbox: a small conversation with its own key, in which the person gets every answer
about their request. The row of a request calls it `box`.

It outlives the person's rows, because the last answers are due when those are gone, and it is destroyed last. Its
contact has addresses and nothing else: no profile, no alias, no ticket. So search and lists do not show it, and what
the person writes never leads there. Its rows have no expiry date: they are needed for as long as the request is open
and are deleted at its end. The monitor makes sure that every open request ends.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.channels.parts import Button
from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.core.errors import Conflict
from chalicelib.core.ids import MessageRef, pseudonym_of_notice
from chalicelib.core.purposes import RIGHTS, STATUS
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import CONTACT, HEAD, KEY, MESSAGE, OUTBOX, SENDING
from chalicelib.privacy.requests.model import Request, Subject
from chalicelib.privacy.requests.progress import destroys
from chalicelib.privacy.requests.vocabulary import Identity, Step
from chalicelib.suppression.model import ReplyMailbox
from chalicelib.tickets.model import RANK
from chalicelib.vault import encryption
from chalicelib.vault.encryption import seal
from chalicelib.vault.model import ContactKey

DEFAULT_ANSWER = "defaulted"
"""Kind of the default answer: the person gets it near the law's limit when nobody has decided."""
QUESTION = "challenge"
"""Kind of the question whether the request is the person's."""
MAILBOX = "box"
"""Role of the write that demands that the mailbox exists. When it is refused, the mailbox was destroyed meanwhile: read
the request again."""


class MailboxWrites:
    """Builds the writes of a mailbox. They belong in the transaction that marks what they tell of as done."""

    def __init__(self, tables: Builder) -> None:
        self._tables = tables

    def create(
        self,
        request: Request,
        mailbox: ReplyMailbox,
        key: ContactKey,
        addresses: Mapping[str, str],
        head: Mapping[str, Any],
        now: int,
    ) -> list[Write]:
        """Return the writes of a new mailbox with the person's addresses, sealed to its own key; `head` holds
        attributes of the person's conversation that say whether they can be reached."""
        contact: dict[str, Any] = {
            "contact_id": mailbox.contact_id,
            "conversation_id": mailbox.conversation_id,
            "channel": request.channel,
            "account": request.account,
            "language": request.language,
            "state": "active",
            "public_key": mailbox.public_key,
            "epoch": 1,
            "created_at": now,
        }
        contact |= _sealed(mailbox, addresses)
        conversation = {
            "conversation_id": mailbox.conversation_id,
            "contact_id": mailbox.contact_id,
            "channel": request.channel,
            "account": request.account,
            "language": request.language,
            "public_key": mailbox.public_key,
            "epoch": 1,
            "last_at": now,
            "aliases": [],
            **head,
        }
        kept = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        return [
            self._tables.put("box_contact", CONTACT.key(mailbox.contact_id), contact),
            self._tables.put("box_head", HEAD.key(mailbox.conversation_id), conversation),
            self._tables.put("box_key", KEY.key(mailbox.contact_id), {**kept, "created_at": now}),
        ]

    def readdress(self, mailbox: ReplyMailbox, addresses: Mapping[str, str]) -> Write:
        """Return the write that replaces the addresses of a mailbox, sealed to its own key."""
        sealed = _sealed(mailbox, addresses)
        gone = [f"#{kind}" for kind in ADDRESS_KINDS if kind not in sealed]
        changes = ["SET " + ", ".join(f"#{kind} = :{kind}" for kind in sealed)] if sealed else []
        changes += ["REMOVE " + ", ".join(gone)] if gone else []
        key, values = CONTACT.key(mailbox.contact_id), {"box": mailbox.conversation_id, **sealed}
        return self._tables.update("box_contact", key, " ".join(changes), "#conversation_id = :box", values)

    def answer(
        self, request: Request, kind: str, text: str, buttons: Sequence[Button], now: int, *, wakes: bool = False
    ) -> list[Write]:
        """Return the writes of an answer, on condition that the mailbox exists; none when the request has no mailbox.
        With `wakes` a change of the answer's status wakes the request.

        To write an answer only once, put it into the transaction that marks a step or deletes the ask it answers.
        """
        if request.box is None:
            return []
        written = self.message(
            request.box, request.channel, request.account, request.id, kind, text, buttons, now, wakes=wakes
        )
        return [self._open(request, request.box), *written]

    def announcement(
        self, request: Request, text: str, buttons: Sequence[Button], now: int, heard_at: int = 0
    ) -> tuple[MessageRef, list[Write]]:
        """Return reference and writes of an answer whose arrival the request waits for, on condition that the mailbox
        exists. A change of its status wakes the request. `heard_at` is when the person last wrote (ms), if that may be
        later than the mailbox knows."""
        if request.box is None:
            raise Conflict("The request has no box to answer into.", code="no_box")
        kind, mailbox = f"announced-{len(request.announcements)}", request.box
        written = self.message(
            mailbox, request.channel, request.account, request.id, kind, text, buttons, now, wakes=True
        )
        ref = MessageRef(mailbox.conversation_id, now, pseudonym_of_notice(kind, request.id))
        return ref, [self._open(request, mailbox, heard_at), *written]

    def message(
        self,
        mailbox: ReplyMailbox,
        channel: str,
        account: str,
        request_id: str,
        kind: str,
        text: str,
        buttons: Sequence[Button],
        at: int,
        purpose: str = RIGHTS,
        *,
        wakes: bool = False,
    ) -> list[Write]:
        """Return the writes of an answer and its outbox entry. With `wakes` a change of its status wakes the request.

        There is one answer of each `kind` about a request and time `at` (ms); a caller that wants a single one for good
        always gives the same time.
        """
        ref = MessageRef(mailbox.conversation_id, at, pseudonym_of_notice(kind, request_id))
        content = {"text": text, "buttons": [one._asdict() for one in buttons]}
        message = {
            "direction": "out",
            "kind": "text",
            "contact_id": mailbox.contact_id,
            "content": encryption.seal_json(mailbox.public_key, encryption.message_content(ref), content),
            "sent_at": at,
            "arrived_at": at,
            "status": "queued",
            "rank": RANK["queued"],
            "author": "desk",
            "purpose": purpose,
            "request_id": request_id if wakes else None,
        }
        entry = {
            "conversation_id": mailbox.conversation_id,
            "action": "send",
            "purpose": purpose,
            "due": SENDING,
            "due_at": at,
            "queued_at": at,
            "attempts": 0,
            "channel": channel,
            "account": account,
        }
        return [
            self._tables.put("notice", MESSAGE.key(*ref), message),
            self._tables.put("outbox", OUTBOX.key(*ref), entry, ""),
        ]

    def to_subject(
        self, subject: Subject, kind: str, text: str, now: int, buttons: Sequence[Button] = ()
    ) -> list[Write]:
        """Return the writes of an answer into the person's own conversation, for when there is no mailbox. `now` in
        ms."""
        return [self.conversation_of(subject), *self.in_conversation(subject, kind, text, now, buttons)]

    def in_conversation(
        self, subject: Subject, kind: str, text: str, now: int, buttons: Sequence[Button] = ()
    ) -> list[Write]:
        """Return the same writes without the check that the conversation is the person's, which the caller adds."""
        own = ReplyMailbox(subject.contact_id, subject.conversation_id, subject.public_key)
        whose = subject.channel, subject.account, subject.contact_id
        return self.message(own, *whose, kind, text, buttons, now, STATUS)

    def conversation_of(self, subject: Subject) -> Write:
        """Return the check that the conversation is the person's."""
        key = HEAD.key(subject.conversation_id)
        return self._tables.check("subject", key, "#contact_id = :contact", {"contact": subject.contact_id})

    def _open(self, request: Request, mailbox: ReplyMailbox, heard_at: int = 0) -> Write:
        """Return the write that demands that the mailbox exists. The person's last press that the request knows of is
        noted as their last message, because WhatsApp accepts answers for a day after it."""
        pressed = max(0 if request.cancelled_by else request.at(Step.CANCELLED), heard_at)
        if request.identity == Identity.SECOND_PRESS:
            pressed = max(pressed, request.at(Step.VERIFIED))
        head = HEAD.key(mailbox.conversation_id)
        values: dict[str, Any] = {"contact": mailbox.contact_id}
        if not pressed:
            return self._tables.check(MAILBOX, head, "#contact_id = :contact", values)
        values |= {"at": pressed, "no": False}
        expression = "SET #last_inbound_at = :at, #blocked = :no"
        return self._tables.update(MAILBOX, head, expression, "#contact_id = :contact", values)


def question(request: Request) -> str:
    """Return the reference of the question in the request's mailbox whether it is the person's; "" before it."""
    if request.box is None or not request.done(Step.OUTREACH_PAUSED):
        return ""
    at, blind = request.at(Step.OUTREACH_PAUSED), pseudonym_of_notice(QUESTION, request.id)
    return str(MessageRef(request.box.conversation_id, at, blind))


def default_answer(request: Request) -> str:
    """Return the reference of the default answer in the request's mailbox; "" when there is none."""
    if not request.done(Step.DEFAULTED) or request.box is None:
        return ""
    at, blind = request.at(Step.DEFAULTED), pseudonym_of_notice(DEFAULT_ANSWER, request.id)
    return str(MessageRef(request.box.conversation_id, at, blind))


def last_answer(request: Request) -> str:
    """Return the reference of the last answer, in the request's mailbox or, of a kind that destroys nothing, in the
    person's own conversation; "" when there is none."""
    if not destroys(request):
        told, blind = request.at(Step.NOTIFIED), pseudonym_of_notice(request.kind, request.contact_id)
        return str(MessageRef(request.conversation_id, told, blind)) if told else ""
    for step, kind in (
        (Step.NOTIFIED, "erased"),
        (Step.REASONED, "refused"),
        (Step.CLOSED_WITHOUT_ERASURE, "cancelled" if request.done(Step.CANCELLED) else "refused"),
    ):
        if request.done(step) and request.box:
            return str(MessageRef(request.box.conversation_id, request.at(step), pseudonym_of_notice(kind, request.id)))
    return ""


def _sealed(mailbox: ReplyMailbox, addresses: Mapping[str, str]) -> dict[str, bytes]:
    return {
        kind: seal(mailbox.public_key, encryption.contact_attribute(mailbox.contact_id, kind), value.encode())
        for kind, value in addresses.items()
    }
