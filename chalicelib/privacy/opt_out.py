"""Opens opt-outs: the person gets no more news, offers and surveys from the transaction on that stores their request.

Nothing is destroyed, and answers to their questions go on. The workflow then issues the certificate and answers the
person (infra/erasure.asl.json).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.working_days import deadline
from chalicelib.privacy.requests.contact_rows import OPTED_OUT
from chalicelib.privacy.requests.kinds import (
    OPT_OUT,
    SOURCES,
    RequestState,
    Step,
)
from chalicelib.privacy.requests.model import (
    MOST_EVIDENCE,
    Opened,
    Request,
    Subject,
)
from chalicelib.privacy.requests.waiting_times import MONITOR_AFTER
from chalicelib.privacy.sealed_on_requests import secret_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.dynamo.writes import Write
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.profile.model import Deadline


@dataclass(frozen=True)
class OptOut:
    """Opens one opt-out for each person. `deadlines` come from the operator's profile."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    deadlines: "Mapping[str, Deadline]"
    clock: Callable[[], int]

    def __call__(
        self,
        contact_id: str,
        received_at: int,
        source: str,
        language: str = "",
        created_by: str = "",
        also: Sequence["Write"] = (),
        evidence: str = "",
        received_on: str = "",
    ) -> Opened:
        """End news and offers, or return the opt-out by which they have ended. `also` is written with a new one only.

        A withdrawal ends them, too. A person who then asks for the opt-out itself gets one of their own, which stays
        when they cancel the withdrawal. `received_at` (ms) is when the person asked, 0 for now; `received_on` is the
        day on a paper that says so (YYYY-MM-DD).

        Raises NotFound for a contact that does not exist or is being erased, BadInput and Unavailable.
        """
        if source not in SOURCES:
            raise BadInput(f"`source` must be one of {', '.join(SOURCES)}.")
        if len(evidence) > MOST_EVIDENCE:
            raise BadInput(f"`evidence` may have {MOST_EVIDENCE} characters.")
        opened: list[Opened] = []

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            opened.clear()
            subject = self.contact_rows.subject(contact_id)
            if subject is None or subject.erasing:
                raise NotFound("There is no such contact.")
            first = self.store.get(subject.opted_out_by) if subject.opted_out_by else None
            if first is not None and first.kind == OPT_OUT:
                opened.append(Opened(first.id, new=False))
                return None
            if refused - {OPTED_OUT}:  # the ask was dealt with meanwhile
                return None
            secret, request_id = new_id(), new_id()
            request = self._request(request_id, subject, source, received_at, language, created_by, secret)
            request = replace(request, received_on=received_on)
            opened.append(Opened(request.id, new=True))
            return [*self.contact_rows.new_opt_out(request, subject, secret, evidence), *also]

        self.store.run_until_written(build)
        return opened[0] if opened else Opened("", new=False)

    def _request(
        self,
        request_id: str,
        subject: Subject,
        source: str,
        received_at: int,
        language: str,
        created_by: str,
        secret: str,
    ) -> Request:
        now, certificate_id = self.clock(), new_id()
        received_at = min(received_at or now, now)
        policy_version, policy_hash = self.contact_rows.policy(subject.contact_id)
        return Request(
            id=request_id,
            kind=OPT_OUT,
            state=str(RequestState.RECEIVED),
            source=source,
            contact_id=subject.contact_id,
            conversation_id=subject.conversation_id,
            channel=subject.channel,
            account=subject.account,
            language=language or subject.language,
            received_at=received_at,
            opened_at=now,
            deadline_at=deadline(self.deadlines["stop_processing"], received_at),
            alarm_at=deadline(self.deadlines["erasure_alarm"], received_at),
            due_at=now + MONITOR_AFTER,
            steps={str(Step.OPTED_OUT): now},
            certificate_id=certificate_id,
            secret_hash=secret_hash(certificate_id, secret),
            policy_version=policy_version,
            policy_hash=policy_hash,
            created_by=created_by,
        )
