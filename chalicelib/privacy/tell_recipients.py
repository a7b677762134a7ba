"""Whom the company must tell of a withdrawal, because they have received data of the person (art. 8(7) of Law 94-V:
the third party stops, too), and that it has told them.

The desk tells nobody itself: it names them on the request's page, with what is asked of each and by when, and notes who
did it and when. A note is there once, and stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import BadInput, NotFound
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.progress import destroys
from chalicelib.privacy.requests.vocabulary import ENDINGS, Step
from chalicelib.profile.model import Profile, Recipient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.dynamo.builder import Write
    from chalicelib.privacy.requests.store import RequestStore


def to_tell(request: Request, profile: Profile) -> list[Recipient]:
    """Return the recipients of whom the profile asks something after a withdrawal, and who may have data of this
    person: those of their channel, and those of none. [] before it is sure who asked, and when nothing is destroyed."""
    if not destroys(request) or not request.done(Step.VERIFIED) or any(request.done(step) for step in ENDINGS):
        return []
    rows = profile.recipients.values()
    return [row for row in rows if row.on_withdrawal and (not row.channels or request.channel in row.channels)]


@dataclass(frozen=True)
class TellRecipients:
    """Notes that recipients were told."""

    store: "RequestStore"
    profile: Profile
    clock: Callable[[], int]

    def told(self, request_id: str, recipient_id: str, staff_id: str) -> bool:
        """Note that the company has told a recipient, for the colleague who says so; return whether that is new. Raises
        NotFound, BadInput with the code `recipient` for one who is not to be told, and Unavailable."""

        def build(_refused: frozenset[str]) -> "Sequence[Write] | None":
            request = self.store.get(request_id)
            if request is None:
                raise NotFound("There is no such request.")
            if recipient_id not in [row.id for row in to_tell(request, self.profile)]:
                raise BadInput("This recipient is not to be told of this request.", code="recipient")
            if recipient_id in request.recipients_told:
                return None
            note: dict[str, Any] = {"by": staff_id, "at": self.clock()}
            new = {"recipients_told": {**request.recipients_told, recipient_id: note}}
            return [self.store.change(request_id, new, as_read={"recipients_told": dict(request.recipients_told)})]

        return self.store.run_until_written(build)
