"""A person wants their data destroyed: one open request, however often and by whatever way they ask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import DAY
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.ids import new_id
from chalicelib.core.working_days import day_of, day_start, deadline, default_time
from chalicelib.privacy.documents import refuse_documents
from chalicelib.privacy.requests.kinds import (
    BOUND_SOURCES,
    ENDINGS,
    ERASING_KINDS,
    HANDLED_KINDS,
    OPT_OUT,
    OVER,
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
from chalicelib.privacy.requests.waits import MONITOR_AFTER, Wait, identity_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.dynamo.writes import Write
    from chalicelib.privacy.opt_out import OptOut
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.profile.model import Deadline

MOST_DAYS_AGO = 366
"""Days that a notice may have lain before somebody enters it: more is a mistake in the date."""
_READ_ANEW = frozenset({"pointer", "subject", "older", "asked"})
"""Roles of writes that others may have been faster with: what they check is read anew."""


@dataclass(frozen=True)
class OpenRequest:
    """Opens requests. `deadlines` are the operator's profile's."""

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
        """Open a request, or return the one that is open: `also` is written with a new one only. The one that is open
        counts from the earlier notice then, and holds until it is decided when this one comes from the bound account.
        For an opt-out see privacy/opt_out.py.

        The box of an earlier one, which was stopped and only waits for its answer to arrive, is closed as soon as it
        can be, for it holds the person's address; the new one remembers it, and is not proved before that.
        Who opens and cancels requests in the chat again and again opens none for a while (MOST_ASKED); what a colleague
        enters is not counted.

        `received_at` (ms) is when the person's notice arrived, now when 0. What a colleague enters names the day
        instead, `received_on` (YYYY-MM-DD, in Kazakhstan), as it stands on the paper. The law's terms count from it.
        Raises NotFound for a contact that is not there or is being erased, BadInput (with the code `received_on` about
        that day, `document` when the evidence holds the number of one) and Unavailable.
        """
        refuse_documents(evidence)
        if source == "staff":
            received_at = self._day_of_receipt(received_on)
        if kind == OPT_OUT:
            day = received_on if source == "staff" else ""
            return self._opt_out(contact_id, received_at, source, language, created_by, also, evidence, day)
        if kind not in ERASING_KINDS:
            raise BadInput(f"A request of this kind cannot be opened here; use one of {', '.join(HANDLED_KINDS)}.")
        if source not in SOURCES:
            raise BadInput(f"`source` must be one of {', '.join(SOURCES)}.")
        if len(evidence) > MOST_EVIDENCE:
            raise BadInput(f"`evidence` may have {MOST_EVIDENCE} characters.")
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
            if refused - _READ_ANEW:  # the ask was dealt with meanwhile, and its request is over
                return None
            asked = self.contact_rows.asked(contact_id, self.clock()) if source == "bot" else None
            if asked and asked.too_often:
                opened.append(Opened("", new=False, too_often=True))
                return None
            counted = [self.contact_rows.note_asked(contact_id, asked)] if asked else []
            request = self._request(subject, kind, source, received_at, received_on, language, created_by, older)
            opened.append(Opened(request.id, new=True))
            superseded = [self.contact_rows.supersede(older, self.clock())] if older else []
            return [
                *self.contact_rows.new_request(request, subject, evidence, over=first),
                *superseded,
                *counted,
                *also,
            ]

        self.store.until_done(build)
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
        """What another notice changes of the request that runs: the terms count from the earliest, one from the bound
        account makes it hold until it is decided, whoever entered the first, and the first evidence is kept. Nothing
        once the fence is closed."""
        now = self.clock()
        received_at = min(received_at or now, now)
        earlier = received_at < request.received_at
        binds = source in BOUND_SOURCES and not request.bound
        proof = self._first_evidence(request, evidence)
        if not (earlier or binds or proof) or request.done(Step.WRITES_BLOCKED) or "contact" in refused:
            return []
        new: dict[str, Any] = {"if_received": request.received_at, **proof}
        if earlier:
            new |= {
                **self._terms(received_at),
                "received_on": received_on or None,
                "activity": self._limit(received_at),
            }
        if binds:
            new["bound_at"] = now
        if earlier:
            new |= {"due_at": self._due(request, received_at, now), "if_due": request.due_at}
        only = "attribute_exists(#due) AND #received_at = :if_received"
        only += " AND #due_at = :if_due" if earlier else ""
        only += " AND attribute_not_exists(#evidence)" if proof else ""
        change = self.store.change(request.id, new, unless=(*ENDINGS, Step.WRITES_BLOCKED), only=only)
        # Before the box is there, the request's own run has yet to suppress the contact.
        holds = binds and request.done(Step.OUTREACH_PAUSED)
        return [change, *([self.contact_rows.pause_outreach(request.contact_id, now)] if holds else [])]

    def _due(self, request: Request, received_at: int, now: int) -> int:
        """When a run that waits is woken now that the terms count from an earlier receipt: the default comes earlier,
        and the time to confirm ends with it."""
        moved = replace(request, **self._terms(received_at))
        waits = {Wait.IDENTITY: identity_until(moved), Wait.DECISION: moved.default_at}
        if request.waits not in waits or request.done(Step.DEFAULTED):
            return request.due_at
        return min(request.due_at, max(waits[Wait(request.waits)], now))

    def _first_evidence(self, request: Request, evidence: str) -> dict[str, bytes]:
        """What a colleague has written down about how the person asked, when nobody has before."""
        subject = self.contact_rows.subject(request.contact_id) if evidence else None
        if subject is None or self.store.item(request.id).get("evidence"):
            return {}
        return {"evidence": self.contact_rows.seal_text(request.id, "evidence", subject, evidence)}

    def _limit(self, received_at: int) -> int:
        return deadline(self.deadlines["stop_processing"], received_at)

    def _terms(self, received_at: int) -> dict[str, Any]:
        """What counts from the receipt of a notice (ms)."""
        return {
            "received_at": received_at,
            "deadline_at": self._limit(received_at),
            "default_at": default_time(self.deadlines["stop_processing"], received_at),
            "alarm_at": deadline(self.deadlines["erasure_alarm"], received_at),
        }

    @property
    def _opt_out(self) -> "OptOut":
        from chalicelib.privacy.opt_out import OptOut  # which returns what is opened here

        return OptOut(self.store, self.contact_rows, self.deadlines, self.clock)

    def _day_of_receipt(self, received_on: str) -> int:
        """When a notice arrived of which the day alone is known (ms): now, when that is today."""
        now = self.clock()
        try:
            start = day_start(received_on)
        except ValueError:
            raise BadInput(
                "Say on which day the notice was received, as YYYY-MM-DD: the terms count from it.", code="received_on"
            ) from None
        if not now - MOST_DAYS_AGO * DAY < start <= now:
            raise BadInput(
                f"The notice cannot have been received after today or more than {MOST_DAYS_AGO} days ago.",
                code="received_on",
            )
        return now if received_on == day_of(now) else start

    def _pointed(self, request_id: str, contact_id: str) -> Request | None:
        """The request that the pointer names, if it is one of this contact and not over: the pointer lies where intake
        may write.

        One that was stopped is on its way out, though its run may not have finished it, or not closed its box: who asks
        after that asks for another.
        """
        request = self.store.get(request_id)
        theirs = request is not None and request.contact_id == contact_id and request.state not in OVER
        return request if theirs else None

    def _request(
        self,
        subject: Subject,
        kind: str,
        source: str,
        received_at: int,
        received_on: str,
        language: str,
        created_by: str,
        older: Request | None,
    ) -> Request:
        now = self.clock()
        received_at = min(received_at or now, now)
        return Request(
            id=new_id(),
            kind=kind,
            state=str(RequestState.RECEIVED),
            source=source,
            contact_id=subject.contact_id,
            conversation_id=subject.conversation_id,
            channel=subject.channel,
            account=subject.account,
            language=language or subject.language,
            received_on=received_on,
            opened_at=now,
            **self._terms(received_at),
            due_at=now + MONITOR_AFTER,
            certificate_id=new_id(),
            created_by=created_by,
            after=older.id if older else "",
        )
