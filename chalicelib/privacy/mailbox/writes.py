"""The box of a request: a small conversation with its own key, in which the person gets every answer about it.

It outlives the person's rows, because the last answers are due when those are gone, and it is destroyed last. Its
contact has addresses and nothing else: no profile, no alias, no ticket. So nobody finds it, no list shows it, and what
the person writes never leads there. Its rows have no date: they are needed for as long as the request is open, however
long that takes, and go with its end. The watch sees to it that every open request comes to one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.core.errors import Conflict
from chalicelib.core.references import MessageRef
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.writes import Write, Writes, pseudonym_of_notice
from chalicelib.messages.model import Button
from chalicelib.outbox.model import RIGHTS
from chalicelib.privacy.requests.kinds import Identity, Step
from chalicelib.privacy.requests.model import Request, Subject
from chalicelib.suppression.model import ReplyMailbox
from chalicelib.tickets.model import RANK
from chalicelib.vault import sealing
from chalicelib.vault.model import ContactKey
from chalicelib.vault.vault import seal

ADDRESSES = ("user", "phone", "chat")
"""Attributes of a contact that hold addresses, by their kind."""
DEFAULT_ANSWER = "defaulted"
"""Kind of the answer that the person gets near the law's limit when nobody has decided."""
MAILBOX = "box"
"""Role of the write that demands an open box. It is refused when the box was closed meanwhile: then read the request
anew."""


class MailboxWrites:
    """Builds the writes of a box. They belong into the transaction that marks what they tell of as done."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._writes = Writes(tables)

    def create(
        self,
        request: Request,
        box: ReplyMailbox,
        key: ContactKey,
        addresses: Mapping[str, str],
        head: Mapping[str, Any],
        now: int,
    ) -> list[Write]:
        """A new box with the person's addresses, sealed to its own key; `head` says what is known of reaching them."""
        contact: dict[str, Any] = {
            "contact_id": box.contact_id,
            "conversation_id": box.conversation_id,
            "channel": request.channel,
            "account": request.account,
            "language": request.language,
            "state": "active",
            "public_key": box.public_key,
            "epoch": 1,
            "created_at": now,
        }
        contact |= _sealed(box, addresses)
        conversation = {
            "conversation_id": box.conversation_id,
            "contact_id": box.contact_id,
            "channel": request.channel,
            "account": request.account,
            "language": request.language,
            "public_key": box.public_key,
            "epoch": 1,
            "last_at": now,
            "aliases": [],
            **head,
        }
        kept = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        return [
            self._writes.put("box_contact", "desk", rows.contact_pk(box.contact_id), "contact", contact),
            self._writes.put("box_head", "desk", rows.conversation_pk(box.conversation_id), "head", conversation),
            self._writes.put("box_key", "keys", box.contact_id, "", {**kept, "created_at": now}),
        ]

    def readdress(self, box: ReplyMailbox, addresses: Mapping[str, str]) -> Write:
        """The person is reached by these addresses now, and by no other; sealed to the box's own key."""
        sealed = _sealed(box, addresses)
        gone = [f"#{kind}" for kind in ADDRESSES if kind not in sealed]
        changes = ["SET " + ", ".join(f"#{kind} = :{kind}" for kind in sealed)] if sealed else []
        changes += ["REMOVE " + ", ".join(gone)] if gone else []
        pk, values = rows.contact_pk(box.contact_id), {"box": box.conversation_id, **sealed}
        condition = "#conversation_id = :box"
        return self._writes.update("box_contact", "desk", pk, "contact", " ".join(changes), condition, values)

    def answer(
        self, request: Request, kind: str, text: str, buttons: Sequence[Button], now: int, *, rings: bool = False
    ) -> list[Write]:
        """An answer to the person, under the condition that the box is open; nothing when the request has none. One
        that `rings` wakes the request when its status changes.

        It is made once when it is written together with a step's mark, or with the deletion of the ask that it answers.
        """
        if request.box is None:
            return []
        written = self.message(request.box, request.channel, request.account, request.id, kind, text, buttons, now)
        if rings:
            written[0].item["Put"]["Item"]["request_id"] = {"S": request.id}
        return [self._open(request, request.box), *written]

    def announcement(
        self, request: Request, text: str, buttons: Sequence[Button], now: int, heard_at: int = 0
    ) -> tuple[MessageRef, list[Write]]:
        """An answer whose arrival the request waits for: its reference, and its writes under the condition that the box
        is open. `heard_at` is when the person last wrote (ms), where that may be later than the box knows. The stream
        rings for the request when the status of the message changes."""
        if request.box is None:
            raise Conflict("The request has no box to answer into.", code="no_box")
        kind, box = f"announced-{len(request.announcements)}", request.box
        written = self.message(box, request.channel, request.account, request.id, kind, text, buttons, now)
        written[0].item["Put"]["Item"]["request_id"] = {"S": request.id}
        ref = MessageRef(box.conversation_id, now, pseudonym_of_notice(kind, request.id))
        return ref, [self._open(request, box, heard_at), *written]

    def message(
        self,
        box: ReplyMailbox,
        channel: str,
        account: str,
        request_id: str,
        kind: str,
        text: str,
        buttons: Sequence[Button],
        at: int,
        purpose: str = RIGHTS,
    ) -> list[Write]:
        """The rows of an answer and of its place in the outbox. There is one of each `kind` about a request at the
        same time `at` (ms): who wants one for good gives a time that is always the same."""
        ref = MessageRef(box.conversation_id, at, pseudonym_of_notice(kind, request_id))
        content = {"text": text, "buttons": [one._asdict() for one in buttons]}
        message = {
            "direction": "out",
            "kind": "text",
            "contact_id": box.contact_id,
            "content": sealing.seal_json(box.public_key, sealing.message_content(ref), content),
            "sent_at": at,
            "arrived_at": at,
            "status": "queued",
            "rank": RANK["queued"],
            "author": "desk",
            "purpose": purpose,
        }
        place = {
            "conversation_id": box.conversation_id,
            "action": "send",
            "purpose": purpose,
            "due": "due#0",
            "due_at": at,
            "queued_at": at,
            "attempts": 0,
            "channel": channel,
            "account": account,
        }
        pk = rows.conversation_pk(box.conversation_id)
        return [
            self._writes.put("notice", "desk", pk, f"message#{ref.tail}", message),
            self._writes.put("outbox", "desk", pk, f"outbox#{ref.tail}", place, fresh=False),
        ]

    def to_subject(
        self, subject: Subject, kind: str, text: str, now: int, buttons: Sequence[Button] = ()
    ) -> list[Write]:
        """An answer into the person's own conversation, where no request and so no box is open. `now` in ms."""
        own = ReplyMailbox(subject.contact_id, subject.conversation_id, subject.public_key)
        pk, values = rows.conversation_pk(own.conversation_id), {"contact": own.contact_id}
        channel, account = subject.channel, subject.account
        return [
            self._writes.update("subject", "desk", pk, "head", "", "#contact_id = :contact", values),
            *self.message(own, channel, account, own.contact_id, kind, text, buttons, now, "status"),
        ]

    def _open(self, request: Request, box: ReplyMailbox, heard_at: int = 0) -> Write:
        """The box is open. A press of the person that the request knows of counts as their last message: WhatsApp
        then takes answers for another day."""
        pressed = max(0 if request.cancelled_by else request.at(Step.CANCELLED), heard_at)
        if request.identity == Identity.SECOND_PRESS:
            pressed = max(pressed, request.at(Step.VERIFIED))
        pk = rows.conversation_pk(box.conversation_id)
        values: dict[str, Any] = {"contact": box.contact_id}
        if not pressed:
            return self._writes.update(MAILBOX, "desk", pk, "head", "", "#contact_id = :contact", values)
        values |= {"at": pressed, "no": False}
        expression = "SET #last_inbound_at = :at, #blocked = :no"
        return self._writes.update(MAILBOX, "desk", pk, "head", expression, "#contact_id = :contact", values)


def default_answer(request: Request) -> str:
    """Return the reference of the answer that the default gave, in the request's box; "" when there is none."""
    if not request.done(Step.DEFAULTED) or request.box is None:
        return ""
    at, blind = request.at(Step.DEFAULTED), pseudonym_of_notice(DEFAULT_ANSWER, request.id)
    return str(MessageRef(request.box.conversation_id, at, blind))


def last_answer(request: Request) -> str:
    """Return the reference of the last answer that lies in a request's box; "" when there is none."""
    for step, kind in (
        (Step.NOTIFIED, "erased"),
        (Step.REASONED, "refused"),
        (Step.CLOSED_WITHOUT_ERASURE, "cancelled" if request.done(Step.CANCELLED) else "refused"),
    ):
        if request.done(step) and request.box:
            return str(MessageRef(request.box.conversation_id, request.at(step), pseudonym_of_notice(kind, request.id)))
    return ""


def _sealed(box: ReplyMailbox, addresses: Mapping[str, str]) -> dict[str, bytes]:
    return {
        kind: seal(box.public_key, sealing.contact_attribute(box.contact_id, kind), value.encode())
        for kind, value in addresses.items()
    }
