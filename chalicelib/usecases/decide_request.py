"""A colleague decides about a request: that it goes on, because they know that the person asked, or that it ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.domain.privacy import (
    ENDINGS,
    FIXED,
    OPT_OUT,
    OVER,
    Identity,
    Request,
    RequestState,
    Step,
    confirmable,
    stoppable,
)
from chalicelib.domain.working_days import deadline
from chalicelib.errors import BadInput, Conflict, NotFound
from chalicelib.observability import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.profile import Deadline
    from chalicelib.storage.request_opening import RequestOpening
    from chalicelib.storage.requests import RequestStore
    from chalicelib.storage.writes import Write

MOST_REASON = 1000
"""Characters of a reason. A refusal's is told to the person, as the law wants (94-V art. 8(7))."""


@dataclass(frozen=True)
class DecideRequest:
    """Decisions by conditional writes: of two colleagues one decides, the other is told so.

    `refusal` builds the answer to the person with the colleague's reason. The changed row rings through the stream, and
    if that bell is lost, the watch sees that the request is due.
    """

    store: "RequestStore"
    opening: "RequestOpening"
    refusal: "Callable[[Request, str, int], Sequence[Write]]"
    deadlines: "Mapping[str, Deadline]"
    clock: Callable[[], int]

    def __call__(self, request_id: str, decision: str, reason: str, staff_id: str) -> None:
        """Decide `erase` or `refuse`.

        Raises BadInput; NotFound; Conflict with the code `over`, `not_yet`, `already_decided` or `too_late`; and
        Unavailable.
        """
        reason = reason.strip()
        if decision == "retain":
            raise BadInput("Keeping part of the data is not offered yet; use erase or refuse.", code="not_offered")
        if decision not in ("erase", "refuse"):
            raise BadInput("`decision` must be erase or refuse.")
        if decision == "refuse" and not reason:
            raise BadInput("A refusal needs a reason: it is told to the person.")
        if len(reason) > MOST_REASON:
            raise BadInput(f"`reason` may have {MOST_REASON} characters.")
        decide = self._erase if decision == "erase" else self._refuse
        confirmed: list[bool] = []

        def build(refused: frozenset[str]) -> "Sequence[Write]":
            request = self.store.get(request_id)
            if request is None:
                raise NotFound("There is no such request.")
            if request.state in OVER:
                raise Conflict("This request is over.", code="over")
            confirmed.append(decision == "erase" and confirmable(request))
            return decide(request, reason, staff_id, refused)

        self.store.until_done(build)
        if confirmed[-1]:
            count("ErasureConfirmed", identity=str(Identity.STAFF))

    def _erase(self, request: Request, reason: str, staff_id: str, refused: frozenset[str]) -> "Sequence[Write]":
        now = self.clock()
        new: dict[str, Any] = {"decided_by": staff_id, "due_at": now, **self._written(request, reason)}
        new |= {"if_state": request.state, "if_due": request.due_at}
        as_read = "#state = :if_state AND attribute_exists(#due)"
        if confirmable(request):
            new |= {
                f"steps.{Step.VERIFIED}": now,
                "identity": str(Identity.STAFF),
                "target_at": deadline(self.deadlines["erasure_target"], now),
            }
            new.pop("if_due")
            return [self.store.change(request.id, new, unless=(Step.VERIFIED, *FIXED), only=as_read)]
        if request.state == RequestState.ESCALATED and request.due_at > now:
            return [self.store.change(request.id, new, only=f"{as_read} AND #due_at = :if_due")]
        raise _conflict(request)

    def _refuse(self, request: Request, reason: str, staff_id: str, refused: frozenset[str]) -> "Sequence[Write]":
        if not stoppable(request):
            raise _conflict(request)
        now = self.clock()
        # The reason is told now: later nobody but the person could open it.
        answer = [] if "box" in refused else list(self.refusal(request, reason, now))
        new = {
            f"steps.{Step.REFUSED}": now,
            **({f"steps.{Step.REASONED}": now} if answer else {}),
            **{"decided_by": staff_id, "due_at": now},
            **self._written(request, reason),
        }
        return [self.store.change(request.id, new, unless=FIXED, only="attribute_exists(#due)"), *answer]

    def _written(self, request: Request, reason: str) -> "Mapping[str, bytes]":
        subject = self.opening.subject(request.contact_id) if reason else None
        return {"reason": self.opening.sealed(request.id, "reason", subject, reason)} if subject else {}


def _conflict(request: Request) -> Conflict:
    if request.kind == OPT_OUT:
        return Conflict("News and offers have ended already; there is nothing to decide.", code="already_decided")
    if any(request.done(step) for step in (Step.GRACED, Step.FENCED)):
        return Conflict("The data of this person is being destroyed; that cannot be stopped.", code="too_late")
    if any(request.done(step) for step in (Step.VERIFIED, *ENDINGS)):
        return Conflict("This request is decided already.", code="already_decided")
    return Conflict("This request is just being opened; try again in a minute.", code="not_yet")
