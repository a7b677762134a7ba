"""Tell: announces the destruction to the person, and waits until it is proved that they were told.

The announcement holds the number and the secret of the certificate, so that the person has them even when the last
answer does not arrive. The status of its message proves that it arrived (privacy/telling/prove.py); staff who reach the
person by letter propose that in privacy/decide.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import HOUR
from chalicelib.core.working_days import deadline
from chalicelib.erasure.task import WaitStart, done_at
from chalicelib.privacy.requests.kinds import RequestState, Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waiting_times import MONITOR_AFTER
from chalicelib.privacy.texts import announcement
from chalicelib.privacy.texts.buttons import cooling_off_buttons

if TYPE_CHECKING:
    from chalicelib.dynamo.writes import Write
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.privacy.sealed_on_requests import RequestSecret
    from chalicelib.profile.model import Deadline, Profile

ONCE_MORE = "attribute_not_exists(#announcements) OR size(#announcements) = :if_announced"
"""Condition on the request that its announcements are those that were read: of two tasks that announce at the same time
only one succeeds."""


@dataclass(frozen=True)
class Announce:
    """Builds announcements. `address` is the public page where a certificate is checked, `term` the length of cooling
    off."""

    mailbox: "MailboxWrites"
    secret: "RequestSecret"
    profile: "Profile"
    address: str
    term: "Deadline"

    @property
    def hours(self) -> int:
        """The length of cooling off in hours, for the text."""
        return (deadline(self.term, 0) + HOUR - 1) // HOUR

    def __call__(self, request: Request, now: int, heard_at: int = 0) -> "tuple[dict[str, Any], Sequence[Write]]":
        """Return the attributes that the request gets, under the condition ONCE_MORE, and the writes of the message.

        Cooling off begins when the message arrives, so the text names the earliest time at which the destruction can
        begin. Raises NotFound when mailbox or secret are gone, CannotOpen and Unavailable.
        """
        begins, language = deadline(self.term, now), request.language
        text = announcement.announced(
            self.profile,
            language,
            begins,
            self.hours,
            request.certificate_id,
            self.secret(request),
            self.address,
        )
        buttons = cooling_off_buttons(self.profile, language, request.id)
        ref, writes = self.mailbox.announcement(request, text, buttons, now, heard_at)
        known = list(request.announcements)
        return {"announcements": [*known, str(ref)], "if_announced": len(known)}, writes


@dataclass(frozen=True)
class Tell:
    """Says how the telling begins. `suppressed` pauses outreach to a contact."""

    announce: Announce
    suppressed: "Callable[[str, int], Write]"
    clock: Callable[[], int]

    def due(self, request: Request) -> int:
        """Return when to check again whether the person was told (ms); only that ends the wait."""
        done_at(request, Step.VERIFIED)
        return self.clock() + MONITOR_AFTER

    def begin(self, request: Request, now: int, refused: frozenset[str]) -> WaitStart:
        """Return what is written with the token: outreach paused, and the announcement, once. No write is made for a
        contact or a mailbox that is gone."""
        new: dict[str, Any] = {"state": str(RequestState.TELLING)}
        writes = [] if "contact" in refused else [self.suppressed(request.contact_id, now)]
        if request.announcements or request.done(Step.TOLD) or "box" in refused:
            return WaitStart(new, writes=writes)
        announced, message = self.announce(request, now)
        new |= {f"steps.{Step.ANNOUNCED}": now, **announced}
        return WaitStart(new, (Step.TOLD,), (*writes, *message), only=ONCE_MORE)
