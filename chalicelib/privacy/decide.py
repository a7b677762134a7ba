"""Decisions of staff about a request, each proposed by one and agreed to by another.

They propose to erase, to refuse, that the person was told by letter, that they have taken the request back, that
something is kept on a ground of the profile, or to open what the desk keeps. One alone may only withdraw a proposal,
or restart a failed run.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

from chalicelib.core.clock import HOUR
from chalicelib.core.errors import BadInput, Conflict, NotFound
from chalicelib.core.normal import normal
from chalicelib.core.observability import count
from chalicelib.core.working_days import day_of, day_start, deadline
from chalicelib.privacy.documents import refuse_documents
from chalicelib.privacy.kinds.contract import Decision
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.model import Proposal, Request
from chalicelib.privacy.requests.progress import confirmable, openable, stoppable, tellable
from chalicelib.privacy.requests.vocabulary import (
    ENDINGS,
    IDENTITY_CHECKS,
    OVER,
    PAST_STOPPING,
    Identity,
    RequestState,
    Step,
    Told,
)
from chalicelib.privacy.requests.waiting_times import Wait, cooling_off_ends
from chalicelib.privacy.retaining import check_retaining, decided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.profile.model import Profile

MOST_REASON = 1000
"""Characters of a reason. The person is told the reason of a refusal, as the law demands (94-V art. 8(7))."""
LEAST_REASON, LEAST_WORDS = 20, 3
"""Fewest characters, as people see them, and different words of a refusal's reason: it must be a sentence, not a
word."""
OPENED_FOR = HOUR
"""How long the two who have decided to open what the desk keeps may read it (ms)."""
PROPOSALS: tuple[str, ...] = get_args(Decision)
_WITHOUT_WORDS = ("letter", "retain", "open")
"""Proposals that come without a reason."""


@dataclass(frozen=True)
class DecideRequest:
    """Writes decisions conditionally: when two of the staff act at once, one is first and the other gets a Conflict.

    `refusal` builds the answer to the person with ground and reason; `written` opens what staff wrote about a request;
    `is_officer` says whether somebody of the staff is a privacy officer who has access.
    The changed row wakes the workflow through the stream. If that message is lost, the monitor finds that the request
    is due.
    """

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    refusal: "Callable[[Request, str, str, int], Sequence[Write]]"
    written: Callable[[Request], str]
    is_officer: Callable[[str], bool]
    profile: "Profile"
    clock: Callable[[], int]

    def propose(
        self, request_id: str, what: str, staff_id: str, *, reason: str = "", check: str = "", ground: str = "",
        posted_on: str = "", until: str = "", categories: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Propose a decision, which replaces the proposal before it: `erase` (with a `check` of identity), `refuse`
        (with a `ground` of the profile and a `reason`), `letter` (with the day on which it was `posted_on`,
        YYYY-MM-DD), `cancel` (the person has taken the request back elsewhere than in the chat), `retain` (what a
        `ground` of the profile names is kept until the end of a day: `until`, YYYY-MM-DD; where the desk keeps it, only
        these `categories` of it), or `open` (both of them may read what the desk keeps, for OPENED_FOR).

        Raises BadInput, whose code says what is wrong: `check`, `ground`, `reason`, `document`, `posted_on`, `until`,
        `retain` (no such ground) or `categories`; NotFound; Conflict with the code `over`, `not_yet`,
        `already_decided`, `too_late` or `nothing_kept`; and Unavailable.
        """
        reason = reason.strip()
        if what not in PROPOSALS:
            raise BadInput(f"`decision` must be one of {', '.join(PROPOSALS)}.")
        self._checked(what, reason, check, ground)
        now = self.clock()

        def build(_refused: frozenset[str]) -> "Sequence[Write]":
            request = self._open(request_id)
            if not _allowed(what, request, now):
                raise _conflict(request, what)
            if what == "letter":
                _check_posting(posted_on, request, now)
            proposal = Proposal(what, staff_id, now, check, ground, posted_on, until, tuple(categories))
            if what == "retain":
                check_retaining(self.profile, proposal, request, now)
            new: dict[str, Any] = {"proposal": _stored(proposal)}
            if not (what in _WITHOUT_WORDS and _words_stay(request)):
                new |= self._sealed(request, reason)
            return [self._change(request, new, unless=_unless(what))]

        self.store.run_until_written(build)

    def agree(self, request_id: str, staff_id: str, what: str = "") -> None:
        """Carry out what another of the staff has proposed. `what` is the Proposal.seen that was shown; with it only
        that proposal is carried out. A proposal that replaces it while this runs is not carried out, because nobody has
        seen it. Nor is that of a colleague whose access has ended: two who answer for it have to decide.

        Raises NotFound; Conflict with the code `no_proposal`, `same_person`, `no_officer` or one of `propose`; and
        Unavailable.
        """
        confirmed: list[bool] = []
        seen: list[Proposal] = []

        def build(refused: frozenset[str]) -> "Sequence[Write]":
            request = self._open(request_id)
            proposal = request.proposal
            if proposal is None or what not in ("", proposal.seen) or (seen and proposal != seen[0]):
                raise Conflict("Nothing of this kind is proposed. Look at the request anew.", code="no_proposal")
            seen[:] = [proposal]
            if proposal.by == staff_id:
                raise Conflict("Another colleague has to agree: you have proposed it.", code="same_person")
            if not self.is_officer(proposal.by):
                raise Conflict("Who proposed it is no privacy officer any more. Propose it anew.", code="no_officer")
            if not _allowed(proposal.what, request, self.clock()):
                raise _conflict(request, proposal.what)
            confirmed[:] = [proposal.what == "erase"]
            new, answer = self._carried_out(request, proposal, staff_id, refused)
            new |= {**_signed(proposal, staff_id), "proposal": None}
            return [self._change(request, new, unless=_unless(proposal.what), **_unchanged(proposal)), *answer]

        self.store.run_until_written(build)
        if confirmed == [True]:
            count("ErasureConfirmed", identity=str(Identity.STAFF))

    def take_back(self, request_id: str, what: str = "") -> None:
        """Withdraw the proposal and its reason, with `what` as in `agree`; nothing happens without a proposal. Raises
        NotFound, Conflict (`no_proposal`) and Unavailable."""

        def build(_refused: frozenset[str]) -> "Sequence[Write] | None":
            request = self._open(request_id)
            proposal = request.proposal
            if proposal is None:
                return None
            if what not in ("", proposal.seen):
                raise Conflict("Nothing of this kind is proposed. Look at the request anew.", code="no_proposal")
            gone = ("proposal",) if proposal.what in _WITHOUT_WORDS else ("proposal", "reason")
            return [self.store.change(request_id, dict.fromkeys(gone), as_read=_unchanged(proposal))]

        self.store.run_until_written(build)

    def go_on(self, request_id: str, staff_id: str) -> None:
        """Begin the next run of a failed request now instead of after RETRY_AFTER. Raises NotFound, Conflict and
        Unavailable."""

        def build(_refused: frozenset[str]) -> "Sequence[Write]":
            request = self._open(request_id)
            now = self.clock()
            if request.state != RequestState.ESCALATED or request.due_at <= now:
                raise _conflict(request)
            # Of several who press at once, only one begins the run.
            return [self._change(request, {"resumed_by": staff_id, "due_at": now}, due_at=request.due_at)]

        self.store.run_until_written(build)

    def _change(
        self, request: Request, new: "Mapping[str, Any]", *, unless: Sequence[str] = (), **as_read: Any
    ) -> "Write":
        """Return a change of an open request that has the state that was read."""
        as_read |= {"state": request.state}
        return self.store.change(request.id, new, unless=unless, while_open=True, as_read=as_read)

    def _open(self, request_id: str) -> Request:
        request = self.store.get(request_id)
        if request is None:
            raise NotFound("There is no such request.")
        if request.state in OVER:
            raise Conflict("This request is over.", code="over")
        return request

    def _checked(self, what: str, reason: str, check: str, ground: str) -> None:
        if len(reason) > MOST_REASON:
            raise BadInput(f"`reason` may have {MOST_REASON} characters.", code="reason")
        if any(one < " " and one not in "\n\r\t" for one in reason):
            raise BadInput("`reason` holds characters that cannot be sent.", code="reason")
        refuse_documents(reason)
        if what == "erase" and check not in IDENTITY_CHECKS:
            raise BadInput(f"Say how identity was checked: {', '.join(IDENTITY_CHECKS)}.", code="check")
        if what == "refuse":
            if ground not in self.profile.refusals:
                raise BadInput(f"Name a ground: {', '.join(self.profile.refusals)}.", code="ground")
            if not _is_sentence(reason):
                raise BadInput("A refusal needs a sentence: it is told to the person.", code="reason")
        if what == "retain" and ground not in self.profile.retain:
            grounds = ", ".join(self.profile.retain) or "none: this company's policy keeps nothing"
            raise BadInput(f"Name a ground on which something is kept: {grounds}.", code="retain")

    def _carried_out(
        self, request: Request, proposal: Proposal, staff_id: str, refused: frozenset[str]
    ) -> "tuple[dict[str, Any], Sequence[Write]]":
        now, terms = self.clock(), self.profile.deadlines
        if proposal.what == "erase":
            target = deadline(terms[kind_of(request.kind).target], now)
            identity = {"identity": str(Identity.STAFF), "check": proposal.check}
            return {f"steps.{Step.VERIFIED}": now, **identity, "target_at": target, "due_at": now}, ()
        if proposal.what == "letter":
            told = {f"steps.{Step.TOLD}": now, "told_by": str(Told.LETTER), "posted_on": proposal.posted_on}
            if request.waits == Wait.COOLING_OFF:  # a run of the release before tells the person while cooling off
                return {
                    **told,
                    "due_at": cooling_off_ends(request, terms, now, proposal.posted_on),
                }, ()
            return {**told, "due_at": now}, ()
        if proposal.what == "cancel":
            return {f"steps.{Step.CANCELLED}": now, "due_at": now}, ()
        if proposal.what == "retain":
            check_retaining(self.profile, proposal, request, now)
            return {"retained": [*request.retained, decided(self.profile, proposal, staff_id)]}, ()
        if proposal.what == "open":
            return {"part_opened": {"by": [proposal.by, staff_id], "until": now + OPENED_FOR}}, ()
        # The reason is told now: later only the person could open it.
        answer = () if "box" in refused else self.refusal(request, proposal.ground, self.written(request), now)
        reasoned = {f"steps.{Step.REASONED}": now} if answer else {}
        return {f"steps.{Step.REFUSED}": now, **reasoned, "ground": proposal.ground, "due_at": now}, answer

    def _sealed(self, request: Request, reason: str) -> "Mapping[str, bytes | None]":
        subject = self.contact_rows.subject(request.contact_id) if reason else None
        return {"reason": self.contact_rows.seal_text(request.id, "reason", subject, reason) if subject else None}


def _is_sentence(reason: str) -> bool:
    words = "".join(one if one.isalnum() else " " for one in normal(reason)).split()
    said = {one for one in words if not one.isdecimal()}
    return len(said) >= LEAST_WORDS and len(" ".join(words)) >= LEAST_REASON


def _signed(proposal: Proposal, staff_id: str) -> dict[str, Any]:
    """Return the attributes that name the two who decided: each kind of decision has attributes of its own."""
    if proposal.what in ("retain", "open"):
        return {}  # what is retained, or opened, names them
    if proposal.what in ("letter", "cancel"):
        return {{"letter": "letter_by", "cancel": "cancelled_by"}[proposal.what]: [proposal.by, staff_id]}
    checked = {"checked_by": proposal.by} if proposal.what == "erase" else {}
    return {"decided_by": proposal.by, "approved_by": staff_id, **checked}


def _unchanged(proposal: Proposal) -> dict[str, Any]:
    """Return what must be as it was read, so that no other proposal is carried out or taken back."""
    return {"proposal.by": proposal.by, "proposal.at": proposal.at}


def _words_stay(request: Request) -> bool:
    """Whether the stored reason stays when a proposal comes that has none: it was written for the identity check that
    was agreed to, not for a proposal that is replaced now."""
    return request.proposal is None or request.proposal.what in _WITHOUT_WORDS


def _stored(proposal: Proposal) -> dict[str, str | int]:
    """Return a proposal as its row holds it: a release that knows of no `until` or `categories` reads the others."""
    return {name: value for name, value in asdict(proposal).items() if value or name not in ("until", "categories")}


def _unless(what: str) -> tuple[Step, ...]:
    """Return the steps after which a decision comes too late."""
    if what == "open":
        return (Step.PART_KEY_DESTROYED,)
    return *PAST_STOPPING, *{"erase": (Step.VERIFIED,), "letter": (Step.TOLD,)}.get(what, ())


def _allowed(what: str, request: Request, now: int) -> bool:
    """Whether the request's kind knows this decision and it is not too late for it."""
    if what not in kind_of(request.kind).decisions:
        return False
    if what == "open":
        return openable(request, now)
    return {"erase": confirmable, "letter": tellable}.get(what, stoppable)(request)


def _check_posting(posted_on: str, request: Request, now: int) -> None:
    first = day_of(request.at(Step.VERIFIED))
    try:
        known = day_start(first) <= day_start(posted_on) <= now
    except ValueError:
        known = False
    if not known:
        raise BadInput(
            f"Say on which day the letter was posted: from {first}, when identity was proved, to today.",
            code="posted_on",
        )


def _conflict(request: Request, what: str = "") -> Conflict:
    kind = kind_of(request.kind)
    if what == "open":
        return Conflict("The desk keeps nothing of this person.", code="nothing_kept")
    if not kind.decisions:
        return Conflict(kind.undecidable, code="already_decided")
    if any(request.done(step) for step in (Step.COOLED_OFF, Step.WRITES_BLOCKED)):
        return Conflict("The data of this person is being destroyed; that cannot be stopped.", code="too_late")
    if any(request.done(step) for step in (Step.VERIFIED, *ENDINGS)):
        return Conflict("This request is decided already.", code="already_decided")
    return Conflict("This request is just being opened; try again in a minute.", code="not_yet")
