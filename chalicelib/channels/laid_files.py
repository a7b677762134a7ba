"""Fetches files that lie with us since the mail or form was read that brought them, and deletes them where they lay."""

import hashlib
from contextlib import suppress
from typing import IO, Any

from chalicelib.channels.fetching import CHUNK, FetchedFile, FetchError


class LaidFileFetcher:
    """Fetches from the bucket in which they were laid by `client`, a client of S3. A file's id is "<bucket>/<name>"."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def fetch(self, media_id: str, _token: str, into: IO[bytes], most: int) -> FetchedFile:
        """Write a file into `into`. Raises FetchError."""
        bucket, _, name = media_id.partition("/")
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in self._client.get_object(Bucket=bucket, Key=name)["Body"].iter_chunks(CHUNK):
                size += len(chunk)
                if size > most:
                    raise FetchError("The file is larger than the desk takes.", code="too_big", too_big=True)
                digest.update(chunk)
                into.write(chunk)
        except FetchError:
            raise
        except self._client.exceptions.NoSuchKey:
            raise FetchError("The file is gone from where it lay.", code="gone", gone=True) from None
        except Exception:  # noqa: BLE001 botocore is not known here; its errors may name what was asked
            raise FetchError("The bucket of what has come did not answer.", code="network") from None
        return FetchedFile(size, digest.hexdigest())

    def drop(self, media_id: str) -> None:
        """Delete a file that is kept elsewhere by now. What is not deleted goes with the bucket's lifecycle."""
        bucket, _, name = media_id.partition("/")
        with suppress(Exception):
            self._client.delete_object(Bucket=bucket, Key=name)
