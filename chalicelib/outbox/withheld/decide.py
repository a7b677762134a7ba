"""A supervisor approves a withheld reply, or returns it to its author.

A reply is withheld when its text goes to too many people (same_text.py). It answers nothing, and its ticket stays as it
was, until somebody else than its author approves it. Four hours without a decision, and a return, end as any failure
does: the reply stays with its words and the reason, and its ticket names it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import Head, Reply
from chalicelib.outbox.reply import TRIES, ReplyToCustomer
from chalicelib.tickets.model import WITHHELD
from chalicelib.vault import encryption

if TYPE_CHECKING:
    from chalicelib.outbox.withheld.store import WithheldReply, WithheldStore

Decision = Literal["approve", "return"]
DECISIONS: tuple[Decision, ...] = ("approve", "return")


@dataclass(frozen=True)
class DecideWithheld:
    """Decides about withheld replies. `replies` says who may be written to; `wait` takes the number of the try and
    sleeps."""

    store: "WithheldStore"
    replies: ReplyToCustomer
    clock: Callable[[], int]
    wait: Callable[[int], None]

    def __call__(self, ref: MessageRef, decision: Decision, by: str) -> str:
        """Decide about a reply in the name of the staff account `by`; return its ticket's id. The same decision of the
        same person again changes nothing.

        Raises NotFound, Unavailable, and Conflict as a reply does, or with the code same_person or decided."""
        for attempt in range(TRIES):
            now = self.clock()
            found = self.store.find(ref, now)
            if found is None or not (found.status == WITHHELD or found.decision):
                raise NotFound("No reply waits under this id, or it was deleted.")
            if found.author == by:
                raise Conflict("Somebody else than its author decides about a reply.", code="same_person")
            if (found.decision, found.decided_by) == (decision, by):
                return found.ticket_id
            if not found.waits(now):
                raise Conflict("Somebody decided about this reply meanwhile, or its time is over.", code="decided")
            made = self._approve(found, by, now) if decision == "approve" else self.store.give_back(found, by, now)
            if made:
                return found.ticket_id
            self.wait(attempt)
        raise Conflict("This conversation changes very fast now. Try again.", code="busy")

    def _approve(self, found: "WithheldReply", by: str, now: int) -> bool:
        ticket, head = self.replies.may_reply(found.ticket_id, now)
        place = encryption.message_content(found.ref)
        content = self.replies.decryptor().json(found.contact_id, place, found.content)
        if content is None:
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
        sent = ReplyContent.of(content)
        use = self.replies.same_texts.use(head.channel, head.contact_id, sent, now)
        needs = self.replies.needs(ticket, head)
        reply = Reply(found.ref, ticket, head, sent, found.author, "", now, use=use, needs=needs)
        return self.store.approve(found, reply, by, answers=_newest(found.ref, head))


def _newest(ref: MessageRef, head: Head) -> bool:
    """Whether nothing was said in the conversation after the reply."""
    return max(head.last_at, head.last_inbound_at) <= ref.at
