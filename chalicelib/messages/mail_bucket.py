"""The bucket of mail. A raw mail lies there from its arrival until it is stored, and its files until they are fetched
into the bucket of files. Names are random words of the carrier's; whatever stays goes with the bucket's lifecycle."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Unavailable

RAW, FILES = "raw/", "files/"
"""What the names of raw mails, and of files of mails, begin with."""
MOST_LISTED = 1000
"""Raw mails whose dates are looked at: all that one call of S3 lists. So many at once are a fault of their own."""


class MailBucket:
    """Calls S3. `make_client` makes its client when it is first needed. All methods raise Unavailable."""

    def __init__(self, make_client: Callable[[], Any], name: str) -> None:
        self._make_client = make_client
        self._name = name

    @cached_property
    def _client(self) -> Any:
        return self._make_client()

    def place_of_files(self, mail: str) -> str:
        """Return where the files of a mail are laid: the bucket, and what their names begin with. Who handles the mail
        again lays them at the same place."""
        return f"{self._name}/{FILES}{mail}"

    def read(self, mail: str) -> bytes | None:
        """Return a raw mail; None when it was stored and deleted before."""
        with _answered():
            try:
                raw: bytes = self._client.get_object(Bucket=self._name, Key=RAW + mail)["Body"].read()
            except self._client.exceptions.NoSuchKey:
                return None
            return raw

    def delete(self, mail: str) -> None:
        """Delete a raw mail; one that does not exist counts as deleted."""
        with _answered():
            self._client.delete_object(Bucket=self._name, Key=RAW + mail)

    def oldest(self) -> int:
        """Return since when (ms) the raw mail lies there that has lain longest, 0 when there is none. It looks at names
        and dates alone, at MOST_LISTED mails."""
        with _answered():
            found = self._client.list_objects_v2(Bucket=self._name, Prefix=RAW, MaxKeys=MOST_LISTED)
        return min((round(one["LastModified"].timestamp() * SECOND) for one in found.get("Contents", ())), default=0)

    def lay(self, place: str, content: bytes) -> None:
        """Lay a file of a mail at its place (place_of_files), from where the file fetcher takes it."""
        bucket, _, name = place.partition("/")
        with _answered():
            self._client.put_object(Bucket=bucket, Key=name, Body=content)


@contextmanager
def _answered() -> Iterator[None]:
    """Raise Unavailable when S3 does not do what it is asked."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("The bucket of mail did not answer; try again.") from error
