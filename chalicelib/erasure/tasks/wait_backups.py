"""WaitBackups: waits until no table can be restored to a time before the destruction."""

from chalicelib.core.clock import DAY
from chalicelib.erasure.task import done_at
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.requests.waiting_times import backups_gone_at


def due(request: Request) -> int:
    """Return when to check (again) whether the last backup is gone (ms): after the longest window, then daily. It
    counts from the destruction of the mailbox: until then a backup could hold rows of the mailbox and of the
    inventory; and from the proof that nothing is left of a part that was kept."""
    gone = backups_gone_at(max(done_at(request, Step.MAILBOX_DESTROYED), request.at(Step.PART_ABSENT)))
    return max(gone, request.at(Step.BACKUPS_CHECKED) + DAY) if request.done(Step.BACKUPS_CHECKED) else gone
