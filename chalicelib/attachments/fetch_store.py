"""The rows of files that are to be fetched, as the file fetcher sees them: it reads those alone, and writes what became
of a file to its message without reading that."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chalicelib.core.ids import MessageRef, pseudonym_of_notice
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import FETCH, HEAD, MESSAGE, OUTBOX, TICKET
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.ingest import Notice
from chalicelib.messages.new_rows import notice_row, outbox_row
from chalicelib.tickets.model import State
from chalicelib.vault import encryption

_STORED = "SET #file_state = :state, #file_object = :file_object, #file = :file"


class FetchJob(NamedTuple):
    """A file to be fetched. `sealed` is opened with the fetcher's key; `file_object` will be its name in the bucket."""

    ref: MessageRef
    contact_id: str
    public_key: bytes
    epoch: int
    channel: str
    account: str
    file_object: str
    sealed: bytes
    attempts: int
    arrived_at: int
    due_at: int
    held: bool = False
    stored: bool = False


class FetchStore:
    """Reads and ends the rows of files to be fetched. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def job(self, ref: MessageRef) -> FetchJob | None:
        """Return what is to be fetched for a message; None when nothing is, any more."""
        row = self._tables.get(FETCH.key(*ref))
        if not row:
            return None
        plain = {name: row[name] for name in FetchJob._fields if name in row}
        return FetchJob(ref=ref, sealed=row["job"], **plain)

    def claim(self, job: FetchJob, until: int) -> bool:
        """Keep others from fetching this file until then (ms); return whether nobody else has it."""
        values = {"read": job.due_at, "until": until, "one": 1}
        expression = "SET #due_at = :until, #attempts = #attempts + :one"
        return self._tables.write(self._update(job, expression, "#due_at = :read", values))

    def put_off(self, job: FetchJob, until: int) -> None:
        """Try again at `until` (ms)."""
        self._tables.write(self._update(job, "SET #due_at = :until", "attribute_exists(pk)", {"until": until}))

    def hold(self, job: FetchJob, until: int) -> None:
        """Try again at `until` (ms), because too many fetches have failed, and say so on the message."""
        self._hold(job, until, "waiting", "held")

    def resume(self, job: FetchJob, until: int) -> None:
        """Say on the message that its file is being fetched again; this attempt has it until then (ms)."""
        self._hold(job, until, "held", "waiting")

    def _hold(self, job: FetchJob, until: int, before: str, after: str) -> None:
        values = {"until": until, "held": after == "held"}
        due = self._update(job, "SET #due_at = :until, #held = :held", "attribute_exists(pk)", values)
        words = {"before": before, "after": after}
        told = self._tables.update(
            "message", MESSAGE.key(*job.ref), "SET #file_state = :after", "#file_state = :before", words
        )
        self._tables.transact([due, told])

    def ready(self, job: FetchJob, facts: dict[str, Any]) -> bool:
        """Write that the file lies in the bucket, and end the job: all or nothing. False: the person is being erased,
        or their message or its content is gone, or the job is; then the file must go."""
        return self._end(job, _STORED, _stored(job, facts, "ready"))

    def checking(self, job: FetchJob, facts: dict[str, Any], until: int) -> bool:
        """Write that the file lies in the bucket and is being scanned; look for the verdict at `until` (ms). Returns as
        `ready`."""
        later = self._update(
            job, "SET #stored = :yes, #due_at = :until", "attribute_exists(pk)", {"yes": True, "until": until}
        )
        return self._told(job, _STORED, _stored(job, facts, "checking"), [later])

    def judged(self, job: FetchJob, state: str) -> bool:
        """Write the verdict about the file, and end the job. Returns as `ready`."""
        return self._end(job, "SET #file_state = :state", {"state": state}, before="checking")

    def give_up(self, job: FetchJob, state: str) -> None:
        """Write why the file is not there, and end the job."""
        if not self._end(job, "SET #file_state = :state", {"state": state}):
            self._tables.write(self._delete(job))

    def tell(self, job: FetchJob, state: str, notice: Notice, ticket_id: str) -> bool:
        """Do the same and store a notice to the customer, all or nothing. False: nobody waits for it any more, because
        the ticket is closed, or the customer was told already; then nothing was written."""
        ref = MessageRef(job.ref.conversation_id, notice.at, pseudonym_of_notice(notice.kind, notice.about))
        told = notice_row(ref, notice, ticket_id, job.contact_id, job.public_key)
        sent = outbox_row(ref, "send", job.channel, job.account, notice.at)
        more = [
            self._tables.check("ticket", TICKET.key(ticket_id), "#state <> :closed", {"closed": State.CLOSED.value}),
            self._tables.put("notice", MESSAGE.key(*ref), told),
            self._tables.put("outbox", OUTBOX.key(*ref), sent, ""),
        ]
        return self._end(job, "SET #file_state = :state", {"state": state}, more)

    def _end(
        self,
        job: FetchJob,
        expression: str,
        values: dict[str, Any],
        more: Sequence[Write] = (),
        before: str = "waiting",
    ) -> bool:
        ended = self._delete(job, "#file_object = :file_object", {"file_object": job.file_object})
        return self._told(job, expression, values, [ended, *more], before)

    def _told(
        self, job: FetchJob, expression: str, values: dict[str, Any], more: Sequence[Write], before: str = "waiting"
    ) -> bool:
        condition = "#file_state = :before AND attribute_not_exists(#deleted)"
        told = self._tables.update("message", MESSAGE.key(*job.ref), expression, condition, values | {"before": before})
        epoch = self._tables.check("head", HEAD.key(job.ref.conversation_id), "epoch = :epoch", {"epoch": job.epoch})

        def build(refused: frozenset[str]) -> list[Write] | None:
            return None if refused else [told, epoch, *more]

        return self._tables.transact_until_written(build)

    def _update(self, job: FetchJob, expression: str, condition: str, values: dict[str, Any]) -> Write:
        return self._tables.update("fetch", FETCH.key(*job.ref), expression, condition, values)

    def _delete(self, job: FetchJob, condition: str = "", values: dict[str, Any] | None = None) -> Write:
        return self._tables.delete("fetch", FETCH.key(*job.ref), condition, values)


def _stored(job: FetchJob, facts: dict[str, Any], state: str) -> dict[str, Any]:
    """Return the values of _STORED: what is known of a file that lies in the bucket, sealed."""
    sealed = encryption.seal_json(job.public_key, encryption.message_file(job.ref), facts)
    return {"state": state, "file_object": job.file_object, "file": sealed}
