"""Deals with asks: what people asked for in messages about their data. Each ask is deleted in the same transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import NotFound
from chalicelib.core.observability import count, log
from chalicelib.core.working_days import deadline
from chalicelib.privacy.kinds.registry import kind_of
from chalicelib.privacy.requests.asked import Ask
from chalicelib.privacy.requests.contact_rows import NOT_ERASING
from chalicelib.privacy.requests.model import Request, Subject
from chalicelib.privacy.requests.progress import confirmable, stoppable
from chalicelib.privacy.requests.vocabulary import (
    ENDINGS,
    OVER,
    PAST_STOPPING,
    Identity,
    RequestState,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.answer_consent import AnswerConsent
    from chalicelib.privacy.mailbox.answer_writes import RequestAnswers
    from chalicelib.privacy.open_request import OpenRequest
    from chalicelib.privacy.requests.contact_rows import ContactRequestRows
    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.profile.model import Deadline

_LATE = 5 * 60 * SECOND
"""How long after the words that ask for it a request is opened at most (ms); later it was opened by a press or
staff."""
_CONFIRMABLE = (RequestState.VERIFYING, RequestState.DECIDING, RequestState.ESCALATED)


class _ErasingNow(Exception):
    """The contact is being erased: the write barrier is closed."""


@dataclass(frozen=True)
class PrivacyAsks:
    """Deals with a contact's asks. `answers` tells the person that a request is open already or that none is opened,
    and asks what they meant. `menu` returns the writes that answer what they chose from the menu, `consent` those of an
    answer whether they consent. `resume` resumes the workflow of a request."""

    store: "RequestStore"
    contact_rows: "ContactRequestRows"
    open_request: "OpenRequest"
    answers: "RequestAnswers"
    menu: "Callable[[Ask, Subject, int], Sequence[Write]]"
    consent: "AnswerConsent"
    resume: Callable[[str], object]
    deadlines: "Mapping[str, Deadline]"
    clock: Callable[[], int]

    def __call__(self, contact_id: str) -> int:
        """Deal with all asks of a contact, the oldest first; return how many there were. Asks of a contact that is
        being erased are left to the eraser. Raises Unavailable."""
        dealt = 0
        try:
            while asks := self.contact_rows.asks(contact_id):
                for ask in asks:
                    self._deal(ask)
                    dealt += 1
        except _ErasingNow:
            log("asks_left", contact_id=contact_id, outcome="erasing")
        return dealt

    def _deal(self, ask: Ask) -> None:
        deal = {
            "withdraw": self._withdraw,
            "confirm": self._confirm,
            "cancel": self._cancel,
            "maybe": self._maybe,
            "no": self._drop,
            "menu": self._menu,
            "consent": self._consent,
        }
        outcome = deal.get(ask.action, self._drop)(ask)
        log("ask_dealt_with", contact_id=ask.contact_id, action=ask.action, outcome=outcome)

    def _run(self, ask: Ask, build: "Callable[[frozenset[str]], Sequence[Write] | None]") -> bool:
        """Write what `build` returns while the contact is not being erased. Raises _ErasingNow."""

        def checked(refused: frozenset[str]) -> "Sequence[Write] | None":
            if NOT_ERASING in refused:
                raise _ErasingNow
            writes = build(refused)
            return None if writes is None else [self.contact_rows.require_not_erasing(ask.contact_id), *writes]

        return self.store.run_until_written(checked)

    def _withdraw(self, ask: Ask) -> str:
        try:
            opened = self.open_request(
                ask.contact_id,
                ask.kind,
                "bot",
                received_at=ask.received_at(self.clock()),
                language=ask.language,
                also=(self.contact_rows.delete_ask(ask),),
            )
        except NotFound:
            return self._drop(ask)
        if opened.new:
            return "opened"
        if opened.too_often:
            return self._too_often(ask)

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            if "ask" in refused:
                return None
            request = self.store.get(opened.request_id) if opened.request_id else None
            if request is None or request.state in OVER or "box" in refused:
                return [self.contact_rows.delete_ask(ask)]
            if "notice" in refused:  # the person was told within the hour
                return [self.contact_rows.delete_ask(ask)]
            # Without a mailbox the first question is not asked yet; it will answer this ask, too.
            return [self.contact_rows.delete_ask(ask), *self.answers.already_open(request, self.clock())]

        return "open_already" if self._run(ask, build) else "dealt_with"

    def _too_often(self, ask: Ask) -> str:
        """Tell the person once that they have opened too many requests, and delete the ask."""

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            if "ask" in refused:
                return None
            now, end = self.clock(), self.contact_rows.delete_ask(ask)
            asked, subject = self.contact_rows.asked(ask.contact_id, now), self.contact_rows.subject(ask.contact_id)
            if asked.told or not asked.too_often or subject is None or "subject" in refused:
                return [end]
            told = self.contact_rows.note_asked(ask.contact_id, asked, told=True)
            return [end, told, *self.answers.too_often(subject, ask.language, asked.again_at, now)]

        count("RequestsTooOften")
        return "too_often" if self._run(ask, build) else "dealt_with"

    def _maybe(self, ask: Ask) -> str:
        """Ask the person whether a message is about their data: not more often than ASKED_WITHIN, and not while a
        request is open already."""
        outcome = "dealt_with"

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            nonlocal outcome
            if "ask" in refused:
                outcome = "dealt_with"
                return None
            now, contact_id, end = self.clock(), ask.contact_id, self.contact_rows.delete_ask(ask)
            pointed = self.contact_rows.open_request_id(contact_id)
            running = self._running(pointed, contact_id)
            subject, asked = self.contact_rows.subject(contact_id), self.contact_rows.asked(contact_id, now)
            gone = subject is None or subject.erasing or "subject" in refused
            if subject is None or running or gone or asked.questioned or not ask.kinds:
                outcome = "open_already" if running else "no_effect"
                return [end]
            outcome = "questioned"
            noted = self.contact_rows.note_asked(contact_id, asked, questioned=True)
            alone = self.contact_rows.require_none_open(contact_id, pointed)
            return [end, noted, alone, *self.answers.meant(subject, ask, now)]

        self._run(ask, build)
        return outcome

    def _menu(self, ask: Ask) -> str:
        """Answer what the person chose from the menu."""

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            if "ask" in refused:
                return None
            subject, end = self.contact_rows.subject(ask.contact_id), self.contact_rows.delete_ask(ask)
            if subject is not None and subject.erasing:
                raise _ErasingNow
            if subject is None or refused & {"subject", "head"}:
                return [self.contact_rows.require_not_erasing(ask.contact_id), end]
            return [end, *self.menu(ask, subject, self.clock())]

        return "answered" if self.store.run_until_written(build) else "dealt_with"

    def _consent(self, ask: Ask) -> str:
        """Release what was held of a person who consents."""
        tries = 0

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            nonlocal tries
            if "ask" in refused:
                return None
            subject, end = self.contact_rows.subject(ask.contact_id), self.contact_rows.delete_ask(ask)
            if subject is not None and subject.erasing:
                raise _ErasingNow
            tries += 1
            if subject is None:
                return [self.contact_rows.require_not_erasing(ask.contact_id), end]
            return [end, *self.consent(ask, subject, self.clock(), tries - 1)]

        return "answered" if self.store.run_until_written(build) else "dealt_with"

    def _running(self, request_id: str, contact_id: str) -> bool:
        """Whether the pointer names an open request of this contact that nobody has stopped."""
        request = self.store.get(request_id) if request_id else None
        if request is None or request.contact_id != contact_id or request.state in OVER:
            return False
        return not any(request.done(step) for step in ENDINGS)

    def _confirm(self, ask: Ask) -> str:
        def new(request: Request) -> "Write | None":
            if not confirmable(request) or _before(ask, request):
                return None
            now = self.clock()
            values: dict[str, Any] = {
                f"steps.{Step.VERIFIED}": now,
                "identity": str(Identity.SECOND_PRESS),
                "target_at": deadline(self.deadlines[kind_of(request.kind).target], now),
                "due_at": now,
            }
            unless = (Step.VERIFIED, *PAST_STOPPING)
            return self.store.change(request.id, values, unless=unless, while_open=True, states=_CONFIRMABLE)

        outcome = self._change(ask, new)
        if outcome == "done":
            count("ErasureConfirmed", identity=str(Identity.SECOND_PRESS))
        return outcome

    def _cancel(self, ask: Ask) -> str:
        def new(request: Request) -> "Write | None":
            if not stoppable(request) or _said_before(ask, request.asked_since):
                return None
            now = self.clock()
            values = {f"steps.{Step.CANCELLED}": now, "due_at": now}
            return self.store.change(request.id, values, unless=PAST_STOPPING, while_open=True)

        return self._change(ask, new)

    def _change(self, ask: Ask, new: "Callable[[Request], Write | None]") -> str:
        """Change the request that an ask is about and delete the ask; without such a request only delete it.

        The change makes the request due at once. If this process dies before it resumes the request, the monitor does.
        """
        request_id = ask.request_id or self.contact_rows.open_request_id(ask.contact_id)
        changed: list[bool] = []

        def build(refused: frozenset[str]) -> "Sequence[Write] | None":
            changed.clear()
            if "ask" in refused:
                return None
            request = self.store.get(request_id) if request_id else None
            of_them = request is not None and request.contact_id == ask.contact_id and request.state not in OVER
            change = new(request) if of_them and request else None
            if change is None:
                return [self.contact_rows.delete_ask(ask)]
            changed.append(True)
            return [change, self.contact_rows.delete_ask(ask)]

        if not self._run(ask, build):
            return "dealt_with"
        if not changed:
            return "no_effect"
        self.resume(request_id)
        return "done"

    def _drop(self, ask: Ask) -> str:
        self._run(ask, lambda refused: None if "ask" in refused else [self.contact_rows.delete_ask(ask)])
        return "no_effect"


def _before(ask: Ask, request: Request) -> bool:
    """Whether these words are older than the request that they would answer: a late webhook may bring the answer to
    another question. A button names its request, so its age does not matter."""
    return _said_before(ask, max(request.asked_since, request.opened_at - _LATE))


def _said_before(ask: Ask, since: int) -> bool:
    """Whether the ask came as words that were said before `since` (ms); their time is known in whole seconds."""
    return not ask.request_id and bool(ask.said_at) and ask.said_at + SECOND <= since
