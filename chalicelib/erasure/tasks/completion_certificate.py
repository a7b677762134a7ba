"""CompletionCertificate (state FinalCertificate): completes the request once no backup reaches back before the
destruction.

Where a part is kept, that is the end of the rest: the request waits for the part's day, and is completed by an entry of
its own once no backup reaches back to the part either."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.certificates.model import ISSUED, completion_body, kept_until, part_ended_body
from chalicelib.core.kept_for import KeptFor
from chalicelib.erasure.task import TaskFailed
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import kept_part, part_ends_at
from chalicelib.privacy.requests.store import closing_attributes
from chalicelib.privacy.requests.vocabulary import RequestState, Step

if TYPE_CHECKING:
    from chalicelib.certificates.ledger import Ledger, Signer
    from chalicelib.dynamo.restore_points import Backups
    from chalicelib.privacy.requests.store import RequestStore


@dataclass(frozen=True)
class CompletionCertificate:
    """Enters the certificate's second entry and ends the request. `kept` and `consent_kept` are the profile's
    terms of an answered request and of the proof of consent."""

    requests: "RequestStore"
    backups: "Backups"
    ledger: "Ledger"
    signer: "Signer"
    kept: KeptFor
    consent_kept: KeptFor
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, Any]:
        """Return {"outcome": "final"}; "wait" while something can still be restored; "kept" while a part is kept, or
        "part_over" when its day is over.

        Raises Unavailable and TaskFailed.
        """
        request = self.requests.get(request_id)
        if request is None:
            raise TaskFailed("no_request")
        if request.done(Step.COMPLETED):
            return {"outcome": "final"}
        entry = self.ledger.entry(request.certificate_id, ISSUED)
        if entry is None or not request.done(Step.MAILBOX_DESTROYED):
            raise TaskFailed("not_certified")
        now, part = self.clock(), kept_part(request)
        if part and request.done(Step.REST_GONE) and not request.done(Step.PART_ABSENT):
            return self._kept(request, part_ends_at(part), now)
        earliest = self.backups.earliest()
        # Backups may hold the person's rows from before the proof, mailbox and inventory from before their destruction.
        last = max(request.at(step) for step in (Step.ABSENT, Step.MAILBOX_DESTROYED, Step.PART_ABSENT))
        if min(earliest.values()) <= last or self.backups.any_before(last):
            again = self.requests.change(
                request_id, {f"steps.{Step.BACKUPS_GONE}": None, f"steps.{Step.BACKUPS_CHECKED}": now}
            )
            self.requests.run(again)
            return {"outcome": "wait"}
        if part and not request.done(Step.REST_GONE):
            waits = _waiting(part_ends_at(part)) | {f"steps.{Step.BACKUPS_CHECKED}": None}
            marked = self.requests.finish(request, Step.REST_GONE, now, **waits)
            self.ledger.add(completion_body(request, entry.hash, earliest, now), self.signer, marked)
            return {"outcome": "kept"}
        until = kept_until(request, self.kept, self.consent_kept)  # the same date as in the certificate
        new = closing_attributes(request_id, now, self.kept, until)
        ended = self.requests.finish(request, Step.COMPLETED, now, state=RequestState.COMPLETE.value, **new)
        body = (part_ended_body if part else completion_body)(request, entry.hash, earliest, now)
        self.ledger.add(body, self.signer, ended)
        return {"outcome": "final"}

    def _kept(self, request: Request, until: int, now: int) -> dict[str, Any]:
        """Go on with a part whose day is over; else have the monitor begin the next run then."""
        if now >= until:
            return {"outcome": "part_over"}
        if request.due_at != until:
            self.requests.run(self.requests.change(request.id, _waiting(until), while_open=True))
        return {"outcome": "kept"}


def _waiting(until: int) -> dict[str, Any]:
    """Return the attributes of a request that waits for the end of its part's day (ms)."""
    return {"state": RequestState.KEEPING.value, "due_at": until, "activity": until, "token": None, "waits": None}
