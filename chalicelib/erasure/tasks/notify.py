"""Notify: tells the person that what they asked for is done."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import destroys
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import DELIVER_WITHIN, backups_gone_at
from chalicelib.privacy.texts.answers import erased
from chalicelib.privacy.texts.retained import retained_lines

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.answer_request import AnswerRequest
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.privacy.sealed_on_requests import RequestSecret
    from chalicelib.profile.model import Profile


@dataclass(frozen=True)
class Notify:
    """Puts the answer into the reply mailbox, once. `address` is the public page where a certificate is checked;
    `answer` answers requests that destroy nothing: their persons are still customers."""

    store: "RequestStore"
    mailbox: MailboxWrites
    secret: "RequestSecret"
    profile: "Profile"
    address: str
    answer: "AnswerRequest"
    clock: Callable[[], int]

    def __call__(self, request_id: str) -> dict[str, str]:
        """Answer a request. Raises NotFound, Conflict when there is no certificate yet or no mailbox any more,
        CannotOpen, Unavailable."""

        def build(refused: frozenset[str]) -> "list[Write] | None":
            request = self.store.get(request_id)
            if request is None:
                raise NotFound("There is no such request.")
            if request.done(Step.NOTIFIED):
                return None
            if kind_of(request.kind).certificate and not request.done(Step.CERTIFIED):
                raise Conflict("There is no certificate to tell of yet.", code="too_early")
            now = self.clock()
            if not destroys(request):
                return self.answer(request, now, refused)
            text = self._text(request, now)
            return [
                self.store.finish(request, Step.NOTIFIED, now),
                *self.mailbox.answer(request, "erased", text, (), now),
            ]

        self.store.run_until_written(build)
        return {}

    def _text(self, request: Request, now: int) -> str:
        # A person whom the release before told has no secret yet.
        secret = "" if request.told_by else self.secret(request)
        box_until = max(request.at(Step.ABSENT) + DELIVER_WITHIN, now)
        backups_until = backups_gone_at(box_until)
        proof = (request.certificate_id, secret, self.address, backups_until, request.at(Step.TOLD))
        kept = partial(retained_lines, request)
        return erased(self.profile, request.language, kind_of(request.kind), *proof, kept)
