"""Removes every copy of the text of a message that its customer deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.clock import DAY, GUARD_DAYS
from chalicelib.core.observability import count

if TYPE_CHECKING:
    from chalicelib.messages.customer_deletion_store import TakeBackStore


@dataclass(frozen=True)
class TakeBack:
    """Carries out a customer's deletions. It may run again at any time and in any order."""

    store: "TakeBackStore"
    clock: Callable[[], int]

    def __call__(self, conversation_id: str, sk: str) -> bool:
        """Remove the text of the message that the deletion or edit with the sort key `sk` is about, if the message was
        deleted; return whether a text was removed.

        A deletion whose message has not arrived waits for it as long as its provider may still send it; the sweeper
        repeats it meanwhile. The ticket's preview is cleared first and the message is emptied last, so that a run that
        dies in between is repeated whole. Raises Unavailable.
        """
        change = self.store.change(conversation_id, sk)
        if change is None or not (change.revokes or self.store.revoked_since(conversation_id, change)):
            return False
        found = self.store.texts_of(conversation_id, change.target_hash)
        if not found.revoked:
            return False
        for ticket_id in found.tickets:
            self.store.clear_preview(ticket_id, found)
        for quoting in found.quoting:
            self.store.mark_quote(conversation_id, quoting)
        for edit in found.edits:
            self.store.empty(conversation_id, edit)
        for message in found.messages:
            if found.fresh:
                self.store.empty(conversation_id, message, found.kind)
        late = self.clock() > change.arrived_at + GUARD_DAYS * DAY
        if change.waits and (found.messages or late):
            self.store.stop_waiting(conversation_id, sk)
        elif change.revokes and not found.messages and not late and not change.waits:
            self.store.wait_for_message(conversation_id, sk, self.clock())
        if found.fresh:
            count("MessagesTakenBack")
        return found.fresh or bool(found.edits)
