"""DestroyMailbox (state CloseBox): destroys the last data of the person, the reply mailbox with their address and the
inventory, whether the last answer was delivered or not.

A request that was cancelled or refused is over after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.clock import BACKUP_DAYS, DAY
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.kept_for import KeptFor
from chalicelib.privacy.mailbox.writes import last_answer
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import closing_attributes
from chalicelib.privacy.requests.vocabulary import (
    NOT_ARRIVED,
    RequestState,
    Step,
    proof_of_telling,
)

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.mailbox.removal import MailboxRemoval
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.privacy.telling.statuses import MessageStatus

_OF_MAILBOX: Mapping[str, None] = dict.fromkeys(("secret", "box", "fences", "announcements"))
_OF_CERTIFICATE: Mapping[str, None] = dict.fromkeys(("secret_hash", "certificate_id"))
"""Attributes that a request loses with its mailbox: what is sealed to it, what names it, the pseudonyms of its
suppression entries; and, when nothing was destroyed, those of a certificate."""


@dataclass(frozen=True)
class DestroyMailbox:
    """Destroys the mailbox. The key goes first and the step is written last, so that a repeated run does what is
    left."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    removal: "MailboxRemoval"
    read: "Callable[[Sequence[str]], Sequence[MessageStatus]]"
    kept: KeptFor
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Destroy mailbox and inventory of a request. Raises NotFound, Conflict when the person has not been answered
        yet, Unavailable."""
        request = self._answered(request_id)
        if request.done(Step.MAILBOX_DESTROYED):
            return {}
        if request.box is not None:
            self._arrival(request)
            self.removal.destroy_key(request.box)
            self.removal.delete_rows(request.box)
        self.removal.delete_inventory(request.id)

        def build(refused: frozenset[str]) -> "list[Write] | None":
            request = self._answered(request_id)
            if request.done(Step.MAILBOX_DESTROYED):
                return None
            if request.done(Step.NOTIFIED):
                return [self._destroyed(request)]
            # A pointer that names a later request by now stays.
            return [self._over(request), *([] if "pointer" in refused else [self.contact_rows.delete_pointer(request)])]

        self.store.run_until_written(build)
        return {}

    def _arrival(self, request: Request) -> None:
        """Write down whether the last answer arrived, before the mailbox is destroyed. A repeated run updates it as
        long as the message exists."""
        found = self.read([answer]) if (answer := last_answer(request)) else []
        if not answer or (request.answered and not found):
            return
        said = str((found and proof_of_telling(request.channel, found[0].status)) or NOT_ARRIVED)
        if said != request.answered:
            self.store.run(self.store.change(request.id, {"answered": said}, unless=Step.MAILBOX_DESTROYED))

    def _answered(self, request_id: str) -> Request:
        request = self.store.get(request_id)
        if request is None:
            raise NotFound("There is no such request.")
        if not (request.done(Step.NOTIFIED) or request.done(Step.CLOSED_WITHOUT_ERASURE)):
            raise Conflict("The person has not been answered yet.", code="too_early")
        return request

    def _destroyed(self, request: Request) -> "Write":
        gone = {**_OF_MAILBOX, "evidence": None, "reason": None}
        now, state = self.clock(), RequestState.WAITING_FOR_BACKUPS
        until = now + BACKUP_DAYS * DAY
        return self.store.finish(request, Step.MAILBOX_DESTROYED, now, state=str(state), activity=until, **gone)

    def _over(self, request: Request) -> "Write":
        """Return the write that ends a stopped request and keeps it as a proof. What is sealed to the contact stays,
        because the contact stays."""
        now = self.clock()
        state = RequestState.CANCELLED if request.done(Step.CANCELLED) else RequestState.REFUSED
        new = {**closing_attributes(request.id, now, self.kept), **_OF_MAILBOX, **_OF_CERTIFICATE}
        return self.store.finish(request, Step.MAILBOX_DESTROYED, now, state=str(state), **new)
