"""Finds out from the statuses of the announcements whether the person was told when the destruction begins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.core.observability import log
from chalicelib.privacy.mailbox.writes import default_answer
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step, proof_of_telling
from chalicelib.privacy.requests.waiting_times import Wait, cooling_off_ends

if TYPE_CHECKING:
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.privacy.telling.statuses import MessageStatus
    from chalicelib.profile.model import Deadline

_UNLESS = (Step.TOLD, Step.CANCELLED, Step.REFUSED)


@dataclass(frozen=True)
class ProveTelling:
    """Writes down, once, that a person was told. `read` returns the statuses of messages by their references; `terms`
    are the profile's deadlines: cooling off begins then."""

    store: "RequestStore"
    read: "Callable[[Sequence[str]], Sequence[MessageStatus]]"
    terms: "Mapping[str, Deadline]"
    clock: Callable[[], int]

    def __call__(self, request: Request) -> Request:
        """Write down the proof that the person was told, if there is one by now, and return the request with it. While
        a decision is waited for, do the same for the default answer. Raises Unavailable.

        The step's time is when we learn of the proof, which is never earlier than the arrival.
        """
        if request.waits == Wait.DECISION and request.done(Step.DEFAULTED):
            self._default(request)
            return request
        if (
            request.done(Step.TOLD)
            or not request.announcements
            or request.waits not in (Wait.TELLING, Wait.COOLING_OFF)
        ):
            return request
        found = (proof_of_telling(request.channel, one.status) for one in self.read(request.announcements))
        proof = next((one for one in found if one), None)
        if proof is None:
            return request
        now = self.clock()
        due_at = now if request.waits == Wait.TELLING else cooling_off_ends(request, self.terms, now)
        new = {f"steps.{Step.TOLD}": now, "told_by": str(proof), "due_at": due_at}
        if self.store.run(self.store.change(request.id, new, unless=_UNLESS, while_open=True)) is None:
            log("person_told", request_id=request.id, outcome=str(proof))
        fresh = self.store.get(request.id)
        return replace(request, steps=fresh.steps, due_at=fresh.due_at) if fresh else request

    def _default(self, request: Request) -> None:
        answer = default_answer(request)
        if request.done(Step.DEFAULT_ARRIVED) or not answer:
            return
        if any(proof_of_telling(request.channel, one.status) for one in self.read([answer])):
            self.store.run(self.store.finish(request, Step.DEFAULT_ARRIVED, self.clock()))
