"""The bucket of files. A file lies under `{contact_id}/{object}`; both are random, so its name tells nothing, and all
files of a person lie under a prefix of their own that ends with a slash."""

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import IO, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.attachments.model import HEAD
from chalicelib.core.errors import Unavailable

LINK_LIVES = 60
"""Seconds for which a link to a file is valid."""
FORM_LIVES = 5 * 60
"""Seconds within which an upload must have begun."""
NO_FILE = "no file"
SCAN_TAG = "GuardDutyMalwareScanStatus"
GONE = (404, 412)
"""Answers of S3 for a file that is not there, or was replaced since it was looked at."""
_AT_ONCE = 1000
"""Most objects of one DeleteObjects."""


def prefix(contact_id: str) -> str:
    """Return what the names of all files of a contact begin with, and of nobody else's."""
    return f"{contact_id}/"


class FormPost(NamedTuple):
    """Where a browser posts the bytes of a file, and the fields of the form before them. Whoever has it can store this
    one file: it is never stored or logged."""

    url: str
    fields: dict[str, str]


class StoredFile(NamedTuple):
    """A file that lies in the bucket: its bytes, its version, and its beginning."""

    size: int
    etag: str
    head: bytes


class Bucket:
    """Calls S3. `make_client` makes its client when it is first needed. All methods that call it raise Unavailable."""

    def __init__(self, make_client: Callable[[], Any], name: str) -> None:
        self._make_client = make_client
        self._name = name

    @cached_property
    def _client(self) -> Any:
        return self._make_client()

    def put(self, contact_id: str, name: str, body: IO[bytes], size: int, sha256: str, file_type: str) -> None:
        """Store a file of a known size, SHA-256 (hexadecimal) and type; S3 refuses it when the hash is another one."""
        with _answered():
            self._client.put_object(
                Bucket=self._name,
                Key=prefix(contact_id) + name,
                Body=body,
                ContentLength=size,
                ContentType=file_type,
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            )

    def form(self, contact_id: str, name: str, size: int, file_type: str) -> FormPost:
        """Return a form by which a browser stores one file under exactly this name, of this type and at most this
        size. Until FORM_LIVES have passed it works again and again, and each time replaces the file."""
        made = self._client.generate_presigned_post(
            self._name,
            prefix(contact_id) + name,
            Fields={"Content-Type": file_type},
            Conditions=[{"Content-Type": file_type}, ["content-length-range", 1, size]],
            ExpiresIn=FORM_LIVES,
        )
        return FormPost(made["url"], made["fields"])

    def look(self, contact_id: str, name: str) -> StoredFile | None:
        """Return what lies under a name; None when nothing does. A caller that may not list the bucket is told of a
        missing file that it is forbidden."""
        try:
            with _answered():
                found = self._client.get_object(
                    Bucket=self._name, Key=prefix(contact_id) + name, Range=f"bytes=0-{HEAD - 1}"
                )
                size = int(found["ContentRange"].rpartition("/")[2])
                return StoredFile(size, found["ETag"], found["Body"].read())
        except Unavailable as error:
            if status_of(error) in (403, 404):
                return None
            raise

    def holds(self, contact_id: str, name: str, etag: str) -> bool:
        """Whether this version of a file still lies under its name: a form works again until it expires. No byte of the
        file is read."""
        try:
            with _answered():
                found = self._client.head_object(Bucket=self._name, Key=prefix(contact_id) + name)
        except Unavailable as error:
            if status_of(error) in (403, 404):
                return False
            raise
        return bool(found["ETag"] == etag)

    def copy(self, contact_id: str, name: str, etag: str, copied: str) -> None:
        """Store a file of a contact once more, under the name `copied`, if it is this version."""
        with _answered():
            self._client.copy_object(
                Bucket=self._name,
                Key=prefix(contact_id) + copied,
                CopySource={"Bucket": self._name, "Key": prefix(contact_id) + name},
                CopySourceIfMatch=etag,
            )

    def read(self, contact_id: str, name: str, etag: str) -> Any:
        """Return the bytes of a file, if it is this version, as botocore gives them while they arrive. Raises
        Unavailable, of which `status_of` says why."""
        with _answered():
            return self._client.get_object(Bucket=self._name, Key=prefix(contact_id) + name, IfMatch=etag)["Body"]

    def verdict(self, contact_id: str, name: str) -> str:
        """Return what a scan for malware found in a file, as GuardDuty's tag says it; "" before that, NO_FILE when the
        file is gone."""
        with _answered():
            try:
                found = self._client.get_object_tagging(Bucket=self._name, Key=prefix(contact_id) + name)
            except self._client.exceptions.NoSuchKey:
                return NO_FILE
        return next((str(one["Value"]) for one in found["TagSet"] if one["Key"] == SCAN_TAG), "")

    def delete(self, contact_id: str, name: str) -> None:
        """Delete one file; one that does not exist counts as deleted."""
        with _answered():
            self._client.delete_object(Bucket=self._name, Key=prefix(contact_id) + name)

    def names(self, contact_id: str) -> list[str]:
        """Return the names of all files of a contact, and of uploads that were begun and not ended."""
        return [*self._objects(contact_id), *(name for name, _ in self._uploads(contact_id))]

    def delete_all(self, contact_id: str, names: Iterable[str]) -> None:
        """Delete these files of a contact by their exact names, and abort all uploads that were begun."""
        keys = [{"Key": prefix(contact_id) + name} for name in dict.fromkeys(names)]
        with _answered():
            for name, upload in self._uploads(contact_id):
                self._client.abort_multipart_upload(Bucket=self._name, Key=prefix(contact_id) + name, UploadId=upload)
            for start in range(0, len(keys), _AT_ONCE):
                some = {"Objects": keys[start : start + _AT_ONCE], "Quiet": True}
                if self._client.delete_objects(Bucket=self._name, Delete=some).get("Errors"):
                    raise Unavailable("Some files were not deleted; try again.")

    def empty(self, contact_id: str) -> None:
        """Delete all files and uploads of a contact; one without any is the rule."""
        if names := self.names(contact_id):
            self.delete_all(contact_id, names)

    def link(self, contact_id: str, name: str, file_type: str, disposition: str) -> str:
        """Return a link to a file that is valid for LINK_LIVES. Whoever has it can read the file: it is never stored or
        logged."""
        return str(
            self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._name,
                    "Key": prefix(contact_id) + name,
                    "ResponseContentType": file_type,
                    "ResponseContentDisposition": disposition,
                    "ResponseCacheControl": "private, no-store",
                },
                ExpiresIn=LINK_LIVES,
            )
        )

    def _objects(self, contact_id: str) -> Iterator[str]:
        more: dict[str, str] = {}
        while True:
            with _answered():
                page = self._client.list_objects_v2(Bucket=self._name, Prefix=prefix(contact_id), **more)
            yield from (one["Key"].partition("/")[2] for one in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _uploads(self, contact_id: str) -> Iterator[tuple[str, str]]:
        with _answered():
            page = self._client.list_multipart_uploads(Bucket=self._name, Prefix=prefix(contact_id))
        yield from ((one["Key"].partition("/")[2], one["UploadId"]) for one in page.get("Uploads", ()))


def status_of(error: Unavailable) -> int:
    """Return the HTTP status with which S3 refused; 0 when it did not answer."""
    cause = error.__cause__
    return int(cause.response["ResponseMetadata"]["HTTPStatusCode"]) if isinstance(cause, ClientError) else 0


@contextmanager
def _answered() -> Iterator[None]:
    """Raise Unavailable when S3 does not do what it is asked."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("The bucket of files did not answer; try again.") from error
