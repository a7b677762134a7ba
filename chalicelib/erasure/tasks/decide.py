"""Decide: the person did not confirm, so staff decide before the law's limit.

For a request from the bound account outreach stays paused until then. For any other request it is resumed, because
nothing shows that the person asked. A working day before the limit the person gets the default answer in any case, and
nothing is destroyed without a decision (art. 8(7): stop, or a reasoned refusal).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import DAY
from chalicelib.erasure.task import WaitStart
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write

LOOKS_AGAIN = 7 * DAY
"""How often the wait for a decision begins anew after the default answer."""


@dataclass(frozen=True)
class Decide:
    """Says how the wait for a decision begins. `released` resumes outreach to a contact, `suppressed` pauses it;
    `answer` builds the default answer."""

    released: "Callable[[str], Write]"
    suppressed: "Callable[[str, int], Write]"
    answer: "Callable[[Request, int], Sequence[Write]]"
    clock: Callable[[], int]

    def due(self, request: Request) -> int:
        """Return when the wait begins anew (ms): at the time of the default answer, then every LOOKS_AGAIN."""
        now = self.clock()
        return (
            now + LOOKS_AGAIN if request.done(Step.DEFAULTED) or _default_at(request) <= now else _default_at(request)
        )

    def begin(self, request: Request, now: int, refused: frozenset[str]) -> WaitStart:
        """Return what is written with the token: the state, outreach paused or resumed, and, when it is time, the
        default answer, once. No write is made for a contact or a mailbox that is gone."""
        new: dict[str, Any] = {"state": str(RequestState.DECIDING)}
        # When the person asks from the bound account meanwhile, what was read must not resume outreach.
        as_read = {} if request.bound else {"bound_at": 0}
        writes: list[Write] = []
        if "contact" not in refused:
            contact = request.contact_id
            writes.append(self.suppressed(contact, now) if request.bound else self.released(contact))
        if request.done(Step.DEFAULTED) or now < _default_at(request):
            return WaitStart(new, writes=writes, as_read=as_read)
        answer = () if "box" in refused else self.answer(request, now)
        return WaitStart({**new, f"steps.{Step.DEFAULTED}": now}, (Step.DEFAULTED,), (*writes, *answer), as_read)


def _default_at(request: Request) -> int:
    """Return when the default answer is due (ms); for a request of the release before, at the law's limit."""
    return request.default_at or request.deadline_at
