"""Decide: nobody confirmed, so a colleague decides before the law's limit.

What came from the bound account holds until then: nothing unasked is sent. After anything else the contact is as
before, for whoever asked has not shown that it was theirs to ask. A working day before the limit the person gets an
answer in any case, and nothing is destroyed without a decision (art. 8(7): stop, or a reasoned refusal).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import DAY
from chalicelib.erasure.waiting import WaitStart
from chalicelib.privacy.requests.kinds import RequestState, Step
from chalicelib.privacy.requests.model import Request

if TYPE_CHECKING:
    from chalicelib.dynamo.writes import Write

LOOKS_AGAIN = 7 * DAY
"""How long a run waits at once for a decision after the default."""


@dataclass(frozen=True)
class Decide:
    """How the waiting begins. `released` lets a contact get everything again, `suppressed` ends that; `answer` builds
    the default's word to the person."""

    released: "Callable[[str], Write]"
    suppressed: "Callable[[str, int], Write]"
    answer: "Callable[[Request, int], Sequence[Write]]"
    clock: Callable[[], int]

    def due(self, request: Request) -> int:
        """When the waiting begins anew (ms): at the default, then now and again."""
        now = self.clock()
        return (
            now + LOOKS_AGAIN if request.done(Step.DEFAULTED) or _default_at(request) <= now else _default_at(request)
        )

    def begin(self, request: Request, now: int, refused: frozenset[str]) -> WaitStart:
        """The request shows that it waits for a colleague, and at the default's time the person gets an answer, once. A
        contact that is gone needs no releasing, and a closed box gets no answer."""
        new: dict[str, Any] = {"state": str(RequestState.DECIDING)}
        # Whoever asks from the bound account at this moment is not released by what was read before.
        only = "" if request.bound else "attribute_not_exists(#bound_at) OR #bound_at = :if_unbound"
        new |= {} if request.bound else {"if_unbound": 0}
        writes: list[Write] = []
        if "contact" not in refused:
            contact = request.contact_id
            writes.append(self.suppressed(contact, now) if request.bound else self.released(contact))
        if request.done(Step.DEFAULTED) or now < _default_at(request):
            return WaitStart(new, writes=writes, only=only)
        answer = () if "box" in refused else self.answer(request, now)
        return WaitStart({**new, f"steps.{Step.DEFAULTED}": now}, (Step.DEFAULTED,), (*writes, *answer), only)


def _default_at(request: Request) -> int:
    """When the default comes; of a request that the release before opened, at the law's limit."""
    return request.default_at or request.deadline_at
