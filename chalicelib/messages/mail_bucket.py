"""The bucket of mail. A raw mail lies there from its arrival until it is stored, and its files until they are fetched
into the bucket of files. Names are random words of the carrier's; whatever stays goes with the bucket's lifecycle."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable

RAW, FILES = "raw/", "files/"
"""What the names of raw mails, and of files of mails, begin with."""


class MailBucket:
    """Calls S3. `make_client` makes its client when it is first needed. All methods raise Unavailable."""

    def __init__(self, make_client: Callable[[], Any], name: str) -> None:
        self._make_client = make_client
        self._name = name
        self._made: Any = None

    @property
    def _client(self) -> Any:
        self._made = self._made or self._make_client()
        return self._made

    def place_of_files(self, mail: str) -> str:
        """Return where the files of a mail are laid: the bucket, and what their names begin with. Who handles the mail
        again lays them at the same place."""
        return f"{self._name}/{FILES}{mail}"

    def read(self, mail: str) -> bytes | None:
        """Return a raw mail; None when it was stored and deleted before."""
        try:
            raw: bytes = self._client.get_object(Bucket=self._name, Key=RAW + mail)["Body"].read()
            return raw
        except self._client.exceptions.NoSuchKey:
            return None
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The bucket of mail did not answer; try again.") from error

    def delete(self, mail: str) -> None:
        """Delete a raw mail; one that does not exist counts as deleted."""
        try:
            self._client.delete_object(Bucket=self._name, Key=RAW + mail)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The bucket of mail did not answer; try again.") from error

    def lay(self, place: str, content: bytes) -> None:
        """Lay a file of a mail at its place (place_of_files), from where the file fetcher takes it."""
        bucket, _, name = place.partition("/")
        try:
            self._client.put_object(Bucket=bucket, Key=name, Body=content)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("The bucket of mail did not answer; try again.") from error
