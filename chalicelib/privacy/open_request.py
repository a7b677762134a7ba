"""Opens requests: of those that end in destruction a person has one open at most, however often and in whatever way
they ask; privacy/open_answer.py opens the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.working_days import deadline, default_time
from chalicelib.privacy.documents import refuse_documents
from chalicelib.privacy.kinds.registry import handled, is_handled, kind_of
from chalicelib.privacy.open_answer import OpenAnswer
from chalicelib.privacy.requests.model import (
    MOST_EVIDENCE,
    Opened,
    Request,
    Subject,
)
from chalicelib.privacy.requests.receipt import day_of_receipt
from chalicelib.privacy.requests.vocabulary import (
    BOUND_SOURCES,
    ENDINGS,
    OVER,
    SOURCES,
    RequestState,
    Step,
)
from chalicelib.privacy.requests.waiting_times import MONITOR_AFTER, Wait, identity_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.kinds.contract import Kind
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.profile.model import Deadline

_READ_AGAIN = frozenset({"pointer", "subject", "older", "asked"})
"""Roles of writes that another process may have overtaken: what they check is read again. A refusal of any other role
means that the ask was dealt with."""


@dataclass(frozen=True)
class OpenRequest:
    """Opens requests. `deadlines` come from the operator's profile."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    deadlines: "Mapping[str, Deadline]"
    clock: Callable[[], int]

    def __call__(
        self,
        contact_id: str,
        kind: str,
        source: str,
        *,
        received_at: int = 0,
        received_on: str = "",
        language: str = "",
        created_by: str = "",
        evidence: str = "",
        also: Sequence["Write"] = (),
    ) -> Opened:
        """Open a request, or return the one that is open. `also` is written with a new one only.

        An open request counts from the earlier of both notices, and pauses outreach until it is decided when this
        notice comes from the bound account.

        An earlier request that was stopped may still wait for its answer to arrive. Its reply mailbox holds the
        person's address, so it is destroyed as soon as possible; the new request names the earlier one in `after` and
        is not proved before that. A person who opens and cancels requests in the chat again and again opens none for a
        while (MOST_ASKED). Entries by staff do not count for that.

        `received_at` (ms) is when the person's notice arrived, 0 for now. Staff give the day on the paper instead,
        `received_on` (YYYY-MM-DD, in Kazakhstan). The law's terms count from it.

        Raises NotFound for a contact that does not exist or is being erased, BadInput (code `received_on` for a wrong
        day, `document` when `evidence` holds the number of an identity document) and Unavailable.
        """
        refuse_documents(evidence)
        if source == "staff":
            received_at = day_of_receipt(received_on, self.clock())
        if not is_handled(kind):
            raise BadInput(f"A request of this kind cannot be opened here; use one of {', '.join(handled())}.")
        if source not in SOURCES:
            raise BadInput(f"`source` must be one of {', '.join(SOURCES)}.")
        if len(evidence) > MOST_EVIDENCE:
            raise BadInput(f"`evidence` may have {MOST_EVIDENCE} characters.")
        wanted = kind_of(kind)
        evidence = evidence if "notes" in wanted.evidence else ""
        received_at, received_on = received_at or self.clock(), received_on if source == "staff" else ""

        def new(subject: Subject, certificate_id: str) -> Request:
            request = self._request(subject, wanted, received_at, certificate_id)
            return replace(
                request,
                source=source,
                language=language or subject.language,
                received_on=received_on,
                created_by=created_by,
            )

        if wanted.way == "answer":
            return OpenAnswer(self.store, self.contact_rows, new, self.clock)(
                contact_id, wanted, source, evidence, also
            )
        opened: list[Opened] = []

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            opened.clear()
            first = self.contact_rows.open_request_id(contact_id)
            older = self._pointed(first, contact_id) if first else None
            if older and not any(older.done(step) for step in ENDINGS):
                opened.append(Opened(first, new=False))
                return self._asked_again(older, source, received_at, received_on, evidence, refused) or None
            subject = self.contact_rows.subject(contact_id)
            if subject is None or subject.erasing:
                raise NotFound("There is no such contact.")
            if refused - _READ_AGAIN:  # the ask was dealt with meanwhile, and its request is over
                return None
            asked = self.contact_rows.asked(contact_id, self.clock()) if source == "bot" else None
            if asked and asked.too_often:
                opened.append(Opened("", new=False, too_often=True))
                return None
            counted = [self.contact_rows.note_asked(contact_id, asked)] if asked else []
            request = replace(new(subject, new_id()), after=older.id if older else "")
            opened.append(Opened(request.id, new=True))
            superseded = [self.contact_rows.supersede(older, self.clock())] if older else []
            return [
                *self.contact_rows.new_request(request, subject, evidence, over=first),
                *superseded,
                *counted,
                *also,
            ]

        self.store.run_until_written(build)
        return opened[0] if opened else Opened("", new=False)

    def _asked_again(
        self,
        request: Request,
        source: str,
        received_at: int,
        received_on: str,
        evidence: str,
        refused: frozenset[str],
    ) -> "list[Write]":
        """Return the writes by which another notice changes the open request; none once the write barrier is closed.

        The terms count from the earliest notice. A notice from the bound account pauses outreach until the decision.
        The first evidence is kept.
        """
        now = self.clock()
        received_at = min(received_at or now, now)
        earlier = received_at < request.received_at
        binds = source in BOUND_SOURCES and not request.bound
        proof = self._first_evidence(request, evidence)
        if not (earlier or binds or proof) or request.done(Step.WRITES_BLOCKED) or "contact" in refused:
            return []
        new: dict[str, Any] = dict(proof)
        as_read: dict[str, Any] = {"received_at": request.received_at, **dict.fromkeys(proof, "")}
        if earlier:
            terms = self._terms(kind_of(request.kind), received_at)
            new |= {**terms, "received_on": received_on or None, "activity": terms["deadline_at"]}
            new["due_at"], as_read["due_at"] = self._due(request, terms, now), request.due_at
        if binds:
            new["bound_at"] = now
        unless = (*ENDINGS, Step.WRITES_BLOCKED)
        change = self.store.change(request.id, new, unless=unless, while_open=True, as_read=as_read)
        # Without a mailbox the request's own run has not paused outreach yet, and will.
        holds = binds and request.done(Step.OUTREACH_PAUSED)
        return [change, *([self.contact_rows.pause_outreach(request.contact_id, now)] if holds else [])]

    def _due(self, request: Request, terms: "Mapping[str, Any]", now: int) -> int:
        """Return when the waiting run is due (ms) now that the terms count from an earlier receipt: the default answer
        is due earlier, and the time to confirm ends with it."""
        moved = replace(request, **terms)
        waits = {Wait.IDENTITY: identity_until(moved), Wait.DECISION: moved.default_at}
        if request.waits not in waits or request.done(Step.DEFAULTED):
            return request.due_at
        return min(request.due_at, max(waits[Wait(request.waits)], now))

    def _first_evidence(self, request: Request, evidence: str) -> dict[str, bytes]:
        """Return the sealed evidence of how the person asked, unless the request has evidence already."""
        subject = self.contact_rows.subject(request.contact_id) if evidence else None
        if subject is None or self.store.item(request.id).get("evidence"):
            return {}
        return {"evidence": self.contact_rows.seal_text(request.id, "evidence", subject, evidence)}

    def _terms(self, kind: "Kind", received_at: int) -> dict[str, Any]:
        """Return the attributes whose terms count from the receipt of a notice (ms)."""
        limit = self.deadlines[kind.limit]
        return {
            "received_at": received_at,
            "deadline_at": deadline(limit, received_at),
            "default_at": default_time(limit, received_at) if kind.default else 0,
            "alarm_at": deadline(self.deadlines[kind.alarm], received_at),
        }

    def _pointed(self, request_id: str, contact_id: str) -> Request | None:
        """Return the request that the pointer names, if it is this contact's and not over. Both are checked because
        intake's role may write the pointer.

        It may be one that was stopped and whose run has not ended yet. A person who asks after stopping it gets a new
        request.
        """
        request = self.store.get(request_id)
        theirs = request is not None and request.contact_id == contact_id and request.state not in OVER
        return request if theirs else None

    def _request(self, subject: Subject, kind: "Kind", received_at: int, certificate_id: str) -> Request:
        now = self.clock()
        return Request(
            id=new_id(),
            kind=kind.id,
            state=str(RequestState.RECEIVED),
            source="",
            contact_id=subject.contact_id,
            conversation_id=subject.conversation_id,
            channel=subject.channel,
            account=subject.account,
            language=subject.language,
            opened_at=now,
            **self._terms(kind, min(received_at, now)),
            due_at=now + MONITOR_AFTER,
            certificate_id=certificate_id,
        )
