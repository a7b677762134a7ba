"""Staff reacts to a customer's message, edits a reply or deletes one.

A reply that waits is changed itself. What has left is changed by a message of its own, as a customer's edit is one: it
goes through the outbox, in order and once, and pages apply it when it is sent (tickets/apply_edits.py).
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.channels import registry
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.change_model import Change, Refusal, Target, What, edit_refusal, emoji_refusal, refusal
from chalicelib.outbox.model import AnsweredTicket, Head
from chalicelib.outbox.provider_ids import NamedMessage, provider_ids
from chalicelib.outbox.reply import TRIES, ReplyToCustomer
from chalicelib.outbox.reply_checks import check_text
from chalicelib.tickets.model import reply_time
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen

if TYPE_CHECKING:
    from chalicelib.outbox.change_store import ChangeStore
    from chalicelib.vault.decryptor import BatchDecryptor


Made = Literal["queued", "done"]
"""Whether a change waits in the outbox, or is done because its message had not left."""


@dataclass(frozen=True)
class ChangeMessage:
    """Changes messages of a conversation. `replies` says who may be written to; `wait` takes the number of the try and
    sleeps."""

    store: "ChangeStore"
    replies: ReplyToCustomer
    decryptor: Callable[[], "BatchDecryptor"]
    clock: Callable[[], int]
    wait: Callable[[int], None]

    def react(self, ticket_id: str, ref: MessageRef, emoji: str, author: str) -> Made:
        """React to a message of the customer with one emoji in place of an earlier one; "" takes it back.

        This and the other methods return whether it is done or waits in the outbox. They raise NotFound, BadInput,
        Unavailable, and Conflict as a reply does, or with the code of a refusal (outbox/change_model.py)."""
        return self._change(ticket_id, ref, "reaction", emoji, author)

    def edit(self, ticket_id: str, ref: MessageRef, text: str, author: str) -> Made:
        """Give a reply of ours another text."""
        check_text(text)
        return self._change(ticket_id, ref, "edit", text, author)

    def delete(self, ticket_id: str, ref: MessageRef, author: str) -> Made:
        """Delete a reply of ours at the customer, and its text and what it was before here. One that waits does not
        leave: what it answered is open again."""
        return self._change(ticket_id, ref, "revoke", "", author)

    def _change(self, ticket_id: str, ref: MessageRef, what: What, text: str, author: str) -> Made:
        for attempt in range(TRIES):
            now = self.clock()
            ticket, head = self.replies.may_write(ticket_id, now)
            target = self.store.target(ref, now)
            if target is None or target.ticket_id != ticket_id:
                raise NotFound("There is no such message on this ticket.")
            channel = registry.channel(head.channel)
            _demand(refusal(channel, what, target.shown, now))
            if what == "reaction" and (why := emoji_refusal(channel, text)):
                raise BadInput(why.says, code=why.code)
            decryptor = self.decryptor()
            content = self._content(decryptor, target.named)
            if what == "edit" and (content.get("files") or content.get("template")):
                raise Conflict("Only a reply that is a text can be edited: delete it.", code="wrong_message")
            if target.shown.status == "queued":
                done = self._unsent(what, ticket, head, target, {**content, "text": text}, author, now)
            else:
                targets = provider_ids(decryptor, target.named)
                if not targets:
                    raise Conflict("The provider's id of this message is not known.", code="unknown_id")
                if what == "edit":
                    buttons = content.get("buttons") or []
                    _demand(edit_refusal(channel, text, buttons=bool(buttons), pieces=len(targets)))
                    said: dict[str, Any] = {"text": text, "targets": targets, "buttons": buttons}
                else:
                    said = {"text": text, "targets": targets}
                done = self._sent(what, ticket, head, target, said, author, now)
            if done:
                return "done" if target.shown.status == "queued" else "queued"
            self.wait(attempt)
        raise Conflict("This conversation changes very fast now. Try again.", code="busy")

    def _unsent(
        self,
        what: What,
        ticket: AnsweredTicket,
        head: Head,
        target: Target,
        content: Mapping[str, Any],
        author: str,
        now: int,
    ) -> bool:
        if what == "revoke":
            return self.store.delete_unsent(target, ticket, head, author, now)
        sealed = encryption.seal_json(head.public_key, encryption.message_content(target.named.ref), content)
        return self.store.edit_unsent(target, ticket, head, sealed, str(content["text"]))

    def _sent(
        self,
        what: What,
        ticket: AnsweredTicket,
        head: Head,
        target: Target,
        content: Mapping[str, Any],
        author: str,
        now: int,
    ) -> bool:
        at = reply_time(now, head.last_at, head.last_inbound_at)
        ref = MessageRef(ticket.conversation_id, at, secrets.token_hex(16))
        sealed = encryption.seal_json(head.public_key, encryption.message_content(ref), content)
        return self.store.store(Change(ref, target, ticket, head, what, sealed, author, now))

    @staticmethod
    def _content(decryptor: "BatchDecryptor", named: NamedMessage) -> dict[str, Any]:
        try:
            content = decryptor.json(named.contact_id, encryption.message_content(named.ref), named.content)
        except CannotOpen as error:
            raise Conflict("This message cannot be opened. Tell on-call.", code="unreadable") from error
        if content is None:
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
        return content


def _demand(why: Refusal | None) -> None:
    if why is not None:
        raise Conflict(why.says, code=why.code)
