"""Keeps what staff has typed and not sent yet. Only its author can remove it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.kept_for import KeptFor
from chalicelib.outbox.reply_checks import MOST_UNITS
from chalicelib.staff.model import Staff
from chalicelib.tickets.drafts import Draft, DraftKey, DraftKind, Saved, draft_until
from chalicelib.tickets.erasure_guard import refuse_if_erasing

if TYPE_CHECKING:
    from chalicelib.tickets.drafts import DraftStore
    from chalicelib.tickets.queries import TicketQueries


@dataclass(frozen=True)
class KeepDraft:
    """Keeps drafts. `ticket_kept` is how long a closed ticket is kept, from the operator's profile."""

    desk: "TicketQueries"
    store: "DraftStore"
    ticket_kept: KeptFor
    clock: Callable[[], int]

    def __call__(self, ticket_id: str, kind: DraftKind, draft: Draft, by: Staff) -> bool:
        """Keep what is typed, or delete the draft when nothing is; False when a newer save is stored already.

        Raises NotFound, BadInput, Frozen, Unavailable, and Conflict with the code client_id_used when a text was sent
        under the draft's client id.
        """
        typed = "\n".join((draft.text, draft.quote, *draft.choices))
        if len(typed.encode("utf-16-le", "surrogatepass")) // 2 > MOST_UNITS:
            raise BadInput(f"The draft is longer than {MOST_UNITS} characters. Cut it in two.", code="too_long")
        if any("\ud800" <= character <= "\udfff" for character in typed):
            raise BadInput("The draft holds half a character. Copy it anew.", code="bad_text")
        ticket = self.desk.ticket(ticket_id)
        if ticket is None:
            raise NotFound("There is no such ticket, or its retention has ended.")
        refuse_if_erasing(self.desk, ticket)
        place, now = DraftKey(ticket.conversation_id, ticket.id, by.id, kind), self.clock()
        head = self.desk.conversation(ticket.conversation_id)
        if draft.empty:
            return self.store.empty(place, draft.client_id, draft.order, head.epoch, now)
        if not head.public_key or not self.desk.confirm_key(ticket, head):
            raise Conflict("The customer's data is destroyed. Nothing can be kept here.", code="erased")
        sealing = {"contact_id": ticket.contact_id, "epoch": head.epoch, "public_key": head.public_key}
        until = draft_until(now, self.ticket_kept, ticket.expires_at)
        saved = self.store.save(place, replace(draft, at=now), sealing, until)
        if saved is Saved.USED:
            raise Conflict("This id was used: the text that was begun under it is sent.", code="client_id_used")
        if saved is Saved.MOVED:
            raise Conflict("The customer's data is being destroyed. Nothing can be kept here.", code="erased")
        return saved is Saved.SAVED
