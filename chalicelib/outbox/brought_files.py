"""The files of replies that are not stored yet: looked at when a reply is stored, copied when it is sent again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.attachments.bucket import GONE, Bucket, FormPost, status_of
from chalicelib.attachments.uploads import (
    UPLOAD_LIVES,
    FileRefused,
    Upload,
    UploadPlace,
    UploadStore,
    check_type,
)
from chalicelib.channels import registry
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Conflict, Unavailable
from chalicelib.core.ids import new_id
from chalicelib.outbox.content import SentFile
from chalicelib.outbox.model import Head

if TYPE_CHECKING:
    from chalicelib.vault.decryptor import BatchDecryptor


_NOT_THERE = "The file is not there, or was sent already. Bring it again."
_CHECKING = "The file is not there yet, or is being scanned for malware. Send the reply again in a moment."
_NOT_AGAIN = "Where files are scanned for malware, one is not sent again by itself: bring it again."


@dataclass(frozen=True)
class BroughtFiles:
    """Keeps the rows of uploads and their objects together. `scanned`: files are scanned for malware, and can be looked
    at only when nothing was found."""

    store: UploadStore
    bucket: Bucket
    scanned: bool = False

    def begin(self, place: UploadPlace, head: Head, about: Upload) -> FormPost:
        """Put the row of an upload and return the form for its bytes. Raises Conflict with the code erased."""
        if not self.store.begin(place, about, head.public_key, head.epoch):
            raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
        return self.bucket.form(about.contact_id, about.id, about.size, about.type)

    def looked_at(
        self, place: UploadPlace, head: Head, files: Iterable[SentFile], decryptor: "BatchDecryptor", now: int
    ) -> tuple[SentFile, ...]:
        """Return files that are only named as their bytes show them. Raises FileRefused for one that is not there, or
        that the channel does not carry."""
        channel, ids = registry.channel(head.channel), [one.object for one in files]
        found = {one.id: one for one in self.store.named(place, ids, decryptor, now)} if ids else {}
        looked_at = []
        for one in ids:
            there = self.bucket.look(head.contact_id, one) if one in found else None
            if there is None and self.scanned and one in found:
                raise FileRefused(one, _CHECKING, "file_checking")
            if there is None:
                raise FileRefused(one, _NOT_THERE, "file_missing")
            looked_at.append(SentFile(*check_type(channel, found[one], there.etag, there.size, there.head)))
        return tuple(looked_at)

    def copied(self, place: UploadPlace, head: Head, files: Iterable[SentFile], now: int) -> tuple[SentFile, ...]:
        """Return copies of sent files, as files that are only named. Their rows come first, so that none is left over
        when nobody sends them. A copy would have to be scanned itself, which takes longer than anybody waits here."""
        copies = []
        for one in files:
            if self.scanned:
                raise FileRefused(one.object, _NOT_AGAIN, "file_scanned")
            until = (now + UPLOAD_LIVES) // SECOND
            copy = Upload(new_id(), one.name, one.type, one.size, one.kind, head.contact_id, until)
            if not self.store.begin(place, copy, head.public_key, head.epoch):
                raise Conflict("The customer's data is being destroyed. Nothing can be sent.", code="erased")
            try:
                self.bucket.copy(head.contact_id, one.object, one.etag, copy.id)
            except Unavailable as error:
                if status_of(error) in GONE:
                    raise FileRefused(one.object, _NOT_THERE, "file_missing") from None
                raise
            copies.append(SentFile(copy.id))
        return tuple(copies)
