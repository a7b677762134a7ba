"""Staff reacts to a customer's message, edits a reply or deletes one.

A reply that waits is changed itself. What has left is changed by a message of its own, as a customer's edit is one: it
goes through the outbox, in order and once, and pages apply it when it is sent (tickets/apply_edits.py). What is so
already is left alone: nothing is stored and nobody called.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.channels import registry
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.change_model import Change, Refusal, What, edit_refusal, refusal
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import Head
from chalicelib.outbox.provider_ids import NamedMessage, provider_ids
from chalicelib.outbox.reply import TRIES, ReplyToCustomer
from chalicelib.outbox.reply_checks import check_text
from chalicelib.outbox.same_text import TextUse
from chalicelib.tickets.model import WITHHELD, reply_time
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen

if TYPE_CHECKING:
    from chalicelib.outbox.change_store import ChangeStore
    from chalicelib.vault.decryptor import BatchDecryptor


Made = Literal["queued", "done", "unchanged"]
"""Whether a change waits in the outbox, is done because its message had not left, or changes nothing."""


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

        This and the other methods return what was made of it. They raise NotFound, BadInput, Unavailable, and Conflict
        as a reply does, or with the code of a refusal (outbox/change_model.py)."""
        return self._change(ticket_id, ref, "reaction", emoji, author)

    def edit(self, ticket_id: str, ref: MessageRef, text: str, author: str) -> Made:
        """Give a reply of ours another text."""
        check_text(text)
        return self._change(ticket_id, ref, "edit", text, author)

    def delete(self, ticket_id: str, ref: MessageRef, author: str) -> Made:
        """Delete a reply of ours at the customer, and its text and what it was before here. One that waits does not
        leave: what it answered is open again. A deletion serves the customer, so a withdrawal of consent does not stop
        it; the destruction of their data, with which their address goes, does."""
        return self._change(ticket_id, ref, "revoke", "", author)

    def _change(self, ticket_id: str, ref: MessageRef, what: What, text: str, author: str) -> Made:
        for attempt in range(TRIES):
            now = self.clock()
            ticket, head = self.replies.may_write(ticket_id, now, deletes=what == "revoke")
            target = self.store.target(ref, now)
            if target is None or target.ticket_id != ticket_id:
                raise NotFound("There is no such message on this ticket.")
            channel = registry.channel(head.channel)
            _demand(refusal(channel, what, target.shown, now))
            if what == "reaction" and text:
                spelled = channel.reactions.spelled(text)
                if spelled is None:
                    says = f"{channel.name} does not take this as a reaction: choose another emoji."
                    raise BadInput(says, code="bad_emoji")
                text = spelled
            use = self._use(head, text, now) if what == "edit" else None
            needs = "" if what == "revoke" else self.replies.transfer(head.channel)
            change = Change(what, text, target, ticket, head, author, now, use, needs)
            made = self._unsent(change) if target.shown.status in ("queued", WITHHELD) else self._sent(change)
            if made:
                return made
            self.wait(attempt)
        raise Conflict("This conversation changes very fast now. Try again.", code="busy")

    def _use(self, head: Head, text: str, now: int) -> TextUse | None:
        """Return the use of a new text. Raises Conflict when it went to too many people: a reply of that text would
        wait for a supervisor, and a changed one would not."""
        use = self.replies.same_texts.use(head.channel, head.contact_id, ReplyContent(text), now)
        if use is not None and use.too_many:
            says = "This text went to many people within an hour. Send it as a reply: a supervisor decides about it."
            raise Conflict(says, code="same_text")
        return use

    def _unsent(self, change: Change) -> Made | None:
        """Change a reply that waits. None: its rows have changed since they were read."""
        if change.what == "revoke":
            return "done" if self.store.delete_unsent(change) else None
        content = self._editable(self.decryptor(), change)
        if content.get("text", "") == change.text:
            return "unchanged"
        context = encryption.message_content(change.target.named.ref)
        sealed = encryption.seal_json(change.head.public_key, context, {**content, "text": change.text})
        return "done" if self.store.edit_unsent(change, sealed) else None

    def _sent(self, change: Change) -> Made | None:
        """Store the change of a message that has left. None: its rows have changed since they were read."""
        decryptor, named, head = self.decryptor(), change.target.named, change.head
        content = self._editable(decryptor, change)
        before = self.store.last_change(change)
        if before is not None:
            so_far = self._content(decryptor, before).get("text", "")
        else:
            so_far = {"edit": content.get("text", ""), "reaction": "", "revoke": None}[change.what]
        if change.text == so_far:
            return "unchanged"
        targets = provider_ids(decryptor, named)
        if not targets:
            raise Conflict("The provider's id of this message is not known.", code="unknown_id")
        said: dict[str, Any] = {"text": change.text, "targets": targets}
        if change.what == "edit":
            said["buttons"] = content.get("buttons") or []
            channel, buttons = registry.channel(head.channel), bool(said["buttons"])
            _demand(edit_refusal(channel, change.text, buttons=buttons, pieces=len(targets)))
        at = reply_time(change.now, head.last_at, head.last_inbound_at)
        ref = MessageRef(change.ticket.conversation_id, at, secrets.token_hex(16))
        sealed = encryption.seal_json(head.public_key, encryption.message_content(ref), said)
        return "queued" if self.store.store(change, ref, sealed) else None

    def _editable(self, decryptor: "BatchDecryptor", change: Change) -> Mapping[str, Any]:
        """Return the content of the message. Raises Conflict when it is to be edited and is more than a text."""
        content = self._content(decryptor, change.target.named)
        if change.what == "edit" and (content.get("files") or content.get("template")):
            raise Conflict("Only a reply that is a text can be edited: delete it.", code="wrong_message")
        return content

    @staticmethod
    def _content(decryptor: "BatchDecryptor", named: NamedMessage) -> Mapping[str, Any]:
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
