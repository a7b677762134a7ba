"""Fetches a file that a customer sent from its provider, checks it and keeps it in the bucket of files."""

import base64
import binascii
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from chalicelib.attachments.breaker import Breaker
from chalicelib.attachments.bucket import NO_FILE, Bucket
from chalicelib.attachments.fetch_store import FetchJob, FetchStore
from chalicelib.attachments.model import (
    BLOCKED,
    CHECKING,
    CLEAN,
    DAMAGED,
    GONE,
    HEAD,
    KEPT_FOR,
    LEASE,
    LOOK_AGAIN,
    MOST_BYTES,
    READY,
    TOO_BIG,
    sniff,
    wait,
)
from chalicelib.channels.fetching import FetchedFile, FetchError
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import count, log
from chalicelib.messages.ingest import Notice
from chalicelib.messages.notices import too_big_notice
from chalicelib.profile.model import Profile
from chalicelib.vault import encryption

Fetch = Callable[[str, str, str, IO[bytes], int], FetchedFile]
"""Fetches a file: takes channel, account, the provider's id, where to write it, and the most bytes. Raises FetchError
and Unavailable."""


@dataclass(frozen=True)
class FetchFile:
    """Fetches files. `private_key` returns the key to which jobs are sealed. `drop` deletes a file where it lay, by
    channel and id, once it is kept. It may run twice at any time: an attempt has its job to itself for LEASE.
    `scanned`: files are handed out when a scan for malware has found none."""

    store: FetchStore
    breaker: Breaker
    bucket: Bucket
    fetch: Fetch
    drop: Callable[[str, str], None]
    private_key: Callable[[], bytes]
    profile: Profile
    scanned: bool
    clock: Callable[[], int]

    def __call__(self, ref: MessageRef) -> str:
        """Fetch the file of a message, if it is due; return what became of it, "" when nothing was to be done.

        The object is written before the row that names it, and deleted when that row is refused: the person is being
        erased, or deleted the message. Whoever dies in between leaves the job, and the next attempt writes the same
        object. A failure is tried again for as long as the provider keeps the file. Raises Unavailable.
        """
        now, job = self.clock(), self.store.job(ref)
        if job is None or job.due_at > now or not self.store.claim(job, now + LEASE):
            return ""
        if job.stored:
            return self._judged(job)
        if until := self.breaker.take(job.channel, job.account, now):
            self.store.put_off(job, until) if job.held else self.store.hold(job, until)
            count("FilesFetched", channel=job.channel, outcome="held")
            return "held"
        if job.held:
            self.store.resume(job, now + LEASE)
        about = encryption.open_json(self.private_key(), encryption.fetch_job(ref), job.sealed)
        with tempfile.TemporaryFile() as file:
            try:
                found = self.fetch(job.channel, job.account, str(about["id"]), file, MOST_BYTES)
                self.breaker.give_back(job.channel, job.account, now)
                outcome = self._kept(job, about, file, found)
            except FetchError as error:
                outcome = self._failed(job, error, about)
        count("FilesFetched", channel=job.channel, outcome=outcome)
        return outcome

    def _kept(self, job: FetchJob, about: Mapping[str, Any], file: IO[bytes], found: FetchedFile) -> str:
        _check(found, about)
        file.seek(0)
        file_type = sniff(file.read(HEAD))
        file.seek(0)
        self.bucket.put(job.contact_id, job.file_object, file, found.size, found.sha256, file_type)
        facts = {"name": about.get("name"), "type": file_type, "size": found.size, "sha256": found.sha256}
        if self.scanned and self.store.checking(job, facts, self.clock() + LOOK_AGAIN):
            self.drop(job.channel, str(about["id"]))
            return CHECKING
        if not self.scanned and self.store.ready(job, facts):
            self.drop(job.channel, str(about["id"]))
            return READY
        return self._unwanted(job)

    def _judged(self, job: FetchJob) -> str:
        """Write what a scan found in a file that lies in the bucket; look again later while it has found nothing."""
        verdict = self.bucket.verdict(job.contact_id, job.file_object)
        if not verdict and self.clock() < job.arrived_at + KEPT_FOR:
            self.store.put_off(job, self.clock() + LOOK_AGAIN)
            return CHECKING
        state = {CLEAN: READY, NO_FILE: GONE}.get(verdict, BLOCKED)
        count("FilesScanned", channel=job.channel, outcome=state)
        return state if self.store.judged(job, state) else self._unwanted(job)

    def _unwanted(self, job: FetchJob) -> str:
        """Delete a file whose message nobody may have any more."""
        self.bucket.delete(job.contact_id, job.file_object)
        self.store.give_up(job, GONE)
        return "unwanted"

    def _failed(self, job: FetchJob, error: FetchError, about: Mapping[str, Any]) -> str:
        """Put the job off, or give it up when another try cannot help or the provider has had its time."""
        log("fetch_failed", message_ref=str(job.ref), channel=job.channel, code=error.code, attempt=job.attempts + 1)
        over = self.clock() > job.arrived_at + KEPT_FOR
        if not (error.gone or error.too_big or over):
            self.store.put_off(job, self.clock() + wait(job.attempts))
            return "again"
        self.bucket.delete(job.contact_id, job.file_object)
        if error.too_big:
            return self._too_big(job, about)
        state = DAMAGED if error.code == "damaged" else GONE
        self.store.give_up(job, state)
        return state

    def _too_big(self, job: FetchJob, about: Mapping[str, Any]) -> str:
        """Give the file up and tell the customer once. Jobs of older releases do not say on which ticket they lie."""
        ticket_id = str(about.get("ticket", ""))
        text = too_big_notice(self.profile, str(about.get("language", "")), job.channel)
        notice = Notice("too_big", str(job.ref), text, max(self.clock(), job.ref.at + 1))
        if not (ticket_id and self.store.tell(job, TOO_BIG, notice, ticket_id)):
            self.store.give_up(job, TOO_BIG)
        return TOO_BIG


def _check(found: FetchedFile, about: Mapping[str, Any]) -> None:
    """Raise FetchError when the bytes are not what the provider described, in the webhook or when it was asked."""
    size, told = about.get("size"), {_hexadecimal(str(about.get("sha256", ""))), _hexadecimal(found.sha256_told)}
    if (size and size != found.size) or told - {"", found.sha256}:
        raise FetchError("The file is not what the provider described.", code="damaged")


def _hexadecimal(digest: str) -> str:
    """Return a SHA-256 in hexadecimal; webhooks of Meta give it in base64. "" for what is neither."""
    if len(digest) == 64:
        return digest.lower()
    try:
        return base64.b64decode(digest, validate=True).hex()
    except binascii.Error:
        return ""
