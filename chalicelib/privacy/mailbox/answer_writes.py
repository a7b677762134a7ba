"""Builds the answers that a person gets while a request runs, as writes into its reply mailbox.

The caller puts them into the transaction that marks what they tell of.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.clock import HOUR
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.mailbox.writes import DEFAULT_ANSWER
from chalicelib.privacy.requests.asked import MOST_ASKED, Ask
from chalicelib.privacy.requests.model import Request, Subject
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.texts import answers, questions
from chalicelib.privacy.texts.buttons import challenge_buttons, meant_buttons

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.profile.model import Profile


@dataclass(frozen=True)
class RequestAnswers:
    """Builds answers in the request's language; no writes for a request without a mailbox. Times in ms."""

    profile: "Profile"
    mailbox: "MailboxWrites"

    def already_open(self, request: Request, now: int) -> "list[Write]":
        """Tell a person who asks again that the request is open. One answer an hour: the next is refused as
        `notice`."""
        times = (request.received_at, request.deadline_at)
        text = answers.already_open(self.profile, request.language, *times)
        return self.mailbox.answer(request, "again", text, (), max(now - now % HOUR, request.received_at))

    def too_often(self, subject: Subject, language: str, again_at: int, now: int) -> "list[Write]":
        """Tell a person that they opened too many requests and can open the next one at `again_at`."""
        text = answers.too_often(self.profile, language or subject.language, MOST_ASKED, again_at)
        return self.mailbox.to_subject(subject, "too_often", text, now)

    def meant(self, subject: Subject, ask: Ask, now: int) -> "list[Write]":
        """Ask a person whether they meant a request about their data."""
        language = ask.language or subject.language
        text = questions.meant(self.profile, language)
        buttons = meant_buttons(self.profile, language, ask.kinds, ask.received_at(now))
        return self.mailbox.to_subject(subject, "meant", text, now, buttons)

    def defaulted(self, request: Request, now: int) -> "list[Write]":
        """Give the default answer: near the law's limit nobody has decided yet."""
        default = kind_of(request.kind).default
        if default is None:
            return []
        text = answers.defaulted(self.profile, request.language, default, request.received_at, bound=request.bound)
        buttons = challenge_buttons(self.profile, request.language, request.id)
        return self.mailbox.answer(request, DEFAULT_ANSWER, text, buttons, now, wakes=True)

    def refused(self, request: Request, ground: str, reason: str, now: int) -> "list[Write]":
        """Tell that staff refused, and why."""
        text = answers.refused(self.profile, request.language, kind_of(request.kind), ground, reason)
        return self.mailbox.answer(request, "refused", text, (), now)

    def ended(self, request: Request, now: int) -> "list[Write]":
        """Tell that nothing is deleted: the person cancelled; or staff refused, and the reason could not be told."""
        if not request.done(Step.CANCELLED):
            return self.refused(request, request.ground, "", now)
        text = answers.cancelled(self.profile, request.language)
        return self.mailbox.answer(request, "cancelled", text, (), now)
