"""Copies the expiry date of a closed ticket to its rows, and removes it after reopening."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.channels.failure_meanings import stops_channel
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.observability import count, log

if TYPE_CHECKING:
    from chalicelib.retention.agreement_dates import AgreementDates
    from chalicelib.retention.stamp_expiry_store import StampExpiryStore

TRIES = 5
BUDGET = 40.0
"""Seconds for one ticket; a new run does the rest. The function's time limit is 60."""


@dataclass(frozen=True)
class StampExpiry:
    """Stamps rows with expiry dates. It may run again at any time and begins with what the ticket says now.

    It ends only when the ticket still has the same date, so a ticket that is reopened meanwhile is stamped again at
    once; a run that dies is repeated by its queue. The terms are those of the operator's profile: how long
    a ticket is kept, and its contact from the last closing. `agreements` puts the date in its place that follows from
    the end of an agreement, where the profile counts from one.
    """

    store: "StampExpiryStore"
    ticket_kept: KeptFor
    contact_kept: KeptFor
    clock: Callable[[], int]
    agreements: "AgreementDates"
    stopwatch: Callable[[], float] = field(default=time.monotonic)

    def __call__(self, conversation_id: str, ticket_id: str = "", row: str = "") -> None:
        """Stamp the rows of a ticket with its expiry date: only the one with the sort key `row`, or all of them and the
        head of the conversation with the contact's.

        With `row`, a failure of that message is also shown on its ticket, which is reopened, or no longer shown; a
        failure that is about our account stops the channel, as the same answer to the sender would. A row whose ticket
        is gone, or that has none, is kept from now on as long as a closed ticket. Raises Unavailable.
        """
        until = self.stopwatch() + BUDGET
        for _ in range(TRIES):
            ticket = self.store.ticket(ticket_id) if ticket_id else None
            if ticket is None:
                if row:
                    self.store.stamp_alone(conversation_id, row, self.ticket_kept.after(self.clock()) // SECOND)
                return
            if row:
                self.store.stamp_row(conversation_id, row, ticket)
                if self.store.ticket(ticket_id) == ticket:
                    self._show_failure(conversation_id, row, ticket_id)
                    return
                continue
            if not self.agreements.ticket(conversation_id, ticket):
                continue
            for sk in self.store.rows_to_stamp(conversation_id, ticket):
                if self.stopwatch() > until:
                    self.store.enqueue(ticket_id, self.clock())
                    return
                self.store.stamp_row(conversation_id, sk, ticket)
            self.store.stamp_number(ticket)
            if self.store.stamp_head(conversation_id, ticket, self.contact_kept) and self.store.finish(ticket):
                return
        raise Unavailable("The ticket is closed and reopened too fast to date its rows now; try again.")

    def _show_failure(self, conversation_id: str, row: str, ticket_id: str) -> None:
        code = self.store.show_failure(conversation_id, row, ticket_id, self.clock(), stops_channel)
        if code:
            count("ChannelStopped")
            log("channel_stopped", code=code)
