"""WaitBackups: until no table can be restored to a time before the destruction any more."""

from chalicelib.core.clock import DAY, HOUR
from chalicelib.erasure.waiting import done_at
from chalicelib.privacy.requests.kinds import Step
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waits import BACKUP_DAYS


def due(request: Request) -> int:
    """When to look (again) whether the last backup has gone (ms): after the longest window, then daily. It counts from
    the closing of the box: until then a table could be copied with rows of the box and of the inventory in it."""
    gone = done_at(request, Step.MAILBOX_DESTROYED) + BACKUP_DAYS * DAY + HOUR
    return max(gone, request.at(Step.BACKUPS_CHECKED) + DAY) if request.done(Step.BACKUPS_CHECKED) else gone
