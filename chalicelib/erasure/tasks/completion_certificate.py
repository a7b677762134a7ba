"""CompletionCertificate (state FinalCertificate): completes the request once no backup reaches back before the
destruction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.certificates.model import ISSUED, completion_body, kept_until
from chalicelib.core.kept_for import KeptFor
from chalicelib.erasure.task import TaskFailed
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
        """Return {"outcome": "final"}, or "wait" while something can still be restored.

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
        now = self.clock()
        earliest = self.backups.earliest()
        # Backups may hold the person's rows from before the proof, mailbox and inventory from before their destruction.
        last = max(request.at(Step.ABSENT), request.at(Step.MAILBOX_DESTROYED))
        if min(earliest.values()) <= last or self.backups.any_before(last):
            again = self.requests.change(
                request_id, {f"steps.{Step.BACKUPS_GONE}": None, f"steps.{Step.BACKUPS_CHECKED}": now}
            )
            self.requests.run(again)
            return {"outcome": "wait"}
        until = kept_until(request, self.kept, self.consent_kept)  # the same date as in the certificate
        new = closing_attributes(request_id, now, self.kept, until)
        ended = self.requests.finish(request, Step.COMPLETED, now, state=RequestState.COMPLETE.value, **new)
        self.ledger.add(completion_body(request, entry.hash, earliest, now), self.signer, ended)
        return {"outcome": "final"}
