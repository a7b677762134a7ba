"""Tell: before anything that cannot be undone, the person learns of it, and it is proved that they did.

The announcement goes out with the number and the secret of the certificate, so that nothing which the person needs
afterwards can be lost with a late answer. What proves that it arrived is the status of its message, which
privacy/telling/prove.py reads; colleagues who reach the person by letter say so in privacy/decide.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import HOUR
from chalicelib.core.working_days import deadline
from chalicelib.erasure.waiting import WaitStart, done_at
from chalicelib.privacy.requests.kinds import RequestState, Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import MONITOR_AFTER
from chalicelib.privacy.texts import announcement
from chalicelib.privacy.texts.buttons import cooling_off_buttons

if TYPE_CHECKING:
    from chalicelib.dynamo.writes import Write
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.privacy.secrets import RequestSecret
    from chalicelib.profile.model import Deadline, Profile

ONCE_MORE = "attribute_not_exists(#announcements) OR size(#announcements) = :if_announced"
"""The announcement that is written with it is the next one: of two who announce at once, one does."""


@dataclass(frozen=True)
class Announce:
    """Builds announcements. `address` is the public page where a certificate is checked, `term` the time to think
    again."""

    mailbox: "MailboxWrites"
    secret: "RequestSecret"
    profile: "Profile"
    address: str
    term: "Deadline"

    @property
    def hours(self) -> int:
        """The time to think again, as people read it."""
        return (deadline(self.term, 0) + HOUR - 1) // HOUR

    def __call__(self, request: Request, now: int, heard_at: int = 0) -> "tuple[dict[str, Any], Sequence[Write]]":
        """Return the attributes that the request gets, under the condition ONCE_MORE, and the writes of the message.

        The destruction begins when the time to think again is over, which begins when the message arrives; so it is
        announced for the earliest moment. Raises NotFound when box or secret are gone, CannotOpen and Unavailable.
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
    """How the telling begins. `suppressed` stops what the person did not ask for."""

    announce: Announce
    suppressed: "Callable[[str, int], Write]"
    clock: Callable[[], int]

    def due(self, request: Request) -> int:
        """When to look again whether the person was told (ms); only that ends the waiting."""
        done_at(request, Step.VERIFIED)
        return self.clock() + MONITOR_AFTER

    def begin(self, request: Request, now: int, refused: frozenset[str]) -> WaitStart:
        """Announce the destruction, once. A contact that is gone needs no suppressing, and a closed box gets no
        answer."""
        new: dict[str, Any] = {"state": str(RequestState.TELLING)}
        writes = [] if "contact" in refused else [self.suppressed(request.contact_id, now)]
        if request.announcements or request.done(Step.TOLD) or "box" in refused:
            return WaitStart(new, writes=writes)
        announced, message = self.announce(request, now)
        new |= {f"steps.{Step.ANNOUNCED}": now, **announced}
        return WaitStart(new, (Step.TOLD,), (*writes, *message), only=ONCE_MORE)
