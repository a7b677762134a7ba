"""Tell: announces the destruction to the person, and waits until it is proved that they were told.

The announcement holds the number and the secret of the certificate, so that the person has them even when the last
answer does not arrive. The status of its message proves that it arrived (privacy/telling/prove.py); staff who reach the
person by letter propose that in privacy/decide.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.erasure.task import WaitStart, done_at
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import RequestState, Step
from chalicelib.privacy.requests.waiting_times import MONITOR_AFTER, cooling_off_ends, hours_to_think
from chalicelib.privacy.texts import announcement
from chalicelib.privacy.texts.buttons import cooling_off_buttons
from chalicelib.privacy.texts.retained import retained_lines

if TYPE_CHECKING:
    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.mailbox.writes import MailboxWrites
    from chalicelib.privacy.sealed_on_requests import RequestSecret
    from chalicelib.profile.model import Profile


@dataclass(frozen=True)
class Announce:
    """Builds announcements. `address` is the public page where a certificate is checked."""

    mailbox: "MailboxWrites"
    secret: "RequestSecret"
    profile: "Profile"
    address: str

    def __call__(self, request: Request, now: int, heard_at: int = 0) -> "tuple[dict[str, Any], Sequence[Write]]":
        """Return the attributes that the request gets, on condition that it has no other announcements by now, and the
        writes of the message: of two tasks that announce at the same time only one succeeds.

        Cooling off begins when the message arrives, so the text names the earliest time at which the destruction can
        begin. Raises NotFound when mailbox or secret are gone, CannotOpen and Unavailable.
        """
        language, terms = request.language, self.profile.deadlines
        text = announcement.announced(
            self.profile,
            language,
            cooling_off_ends(request, terms, now),
            hours_to_think(request, terms),
            request.certificate_id,
            self.secret(request),
            self.address,
            partial(retained_lines, request),
        )
        buttons = cooling_off_buttons(self.profile, language, request.id)
        ref, writes = self.mailbox.announcement(request, text, buttons, now, heard_at)
        return {"announcements": [*request.announcements, str(ref)]}, writes


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
        return WaitStart(new, (Step.TOLD,), (*writes, *message), {"announcements": request.announcements})
