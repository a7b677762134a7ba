"""Opens a file of the bucket for a provider, a chunk at a time."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError

from chalicelib.attachments.bucket import Bucket, status_of
from chalicelib.channels.base import FileBody, FilePart, SendError, file_not_read
from chalicelib.core.errors import Unavailable

_GONE = (404, 412)
"""Answers of S3 for a file that is not there, or was replaced since it was looked at."""


def open_from(bucket: Bucket) -> Callable[[str, FilePart], FileBody]:
    """Return what opens a contact's file, of the version that was looked at. It raises SendError, permanent when there
    is no such file."""

    def open_file(contact_id: str, file: FilePart) -> FileBody:
        try:
            found = bucket.read(contact_id, file.object, file.etag)
        except Unavailable as error:
            if status_of(error) in _GONE:
                raise SendError("The file is not there any more.", code="file_gone", permanent=True) from None
            raise file_not_read() from None

        def read(most: int) -> bytes:
            try:
                return bytes(found.read(most))
            except (BotoCoreError, OSError):
                raise file_not_read() from None

        return FileBody(read, file.size, found.close)

    return open_file
