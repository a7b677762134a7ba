"""Files that staff brings for a reply: their rows, from the form for the bytes until they are sent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.attachments.model import BYTES, true_type
from chalicelib.channels.contract import Channel
from chalicelib.channels.render import Lacking, kind_of_file
from chalicelib.core.clock import DAY, HOUR, SECOND
from chalicelib.core.errors import BadInput
from chalicelib.dynamo.builder import NEW, Builder, Write, setting
from chalicelib.dynamo.schema import HEAD, UPLOAD, Key, lists
from chalicelib.dynamo.tables import Tables
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor

UPLOAD_LIVES = DAY
"""How long (ms) an upload is kept that nobody sends."""
REMOVED_LIVES = HOUR
"""How long (ms) the row of a removed upload stays: longer than its form is valid and the slowest upload takes, so that
what still arrives is deleted with it."""
MOST_FILES = 10
"""Most files that wait for one reply."""


class UploadPlace(NamedTuple):
    """Whose uploads: those of one member of staff on one ticket."""

    conversation_id: str
    ticket_id: str
    staff_id: str

    def key(self, upload_id: str) -> Key:
        """Return the key of a row."""
        return UPLOAD.key(self.conversation_id, self.ticket_id, self.staff_id, upload_id)


class Upload(NamedTuple):
    """A file as its author described it: name, MIME type, bytes, and the kind as which the channel would carry it. `id`
    is its name in the bucket, too; `expires_at` is in seconds."""

    id: str
    name: str
    type: str
    size: int
    kind: str
    contact_id: str = ""
    expires_at: int = 0


class CheckedFile(NamedTuple):
    """A file that lies in the bucket and was looked at: its name there and for people, type, bytes, kind, version."""

    object: str
    name: str
    type: str
    size: int
    kind: str
    etag: str


class FileRefused(BadInput):
    """A file cannot be sent as it is; `upload_id` says which."""

    def __init__(self, upload_id: str, message: str, code: str) -> None:
        super().__init__(message, code=code)
        self.upload_id = upload_id


class UploadStore:
    """Rows of uploads. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def begin(self, place: UploadPlace, upload: Upload, public_key: bytes, epoch: int) -> bool:
        """Put an upload; False when the conversation's epoch has changed since it was read."""
        key = place.key(upload.id)
        about = {"name": upload.name, "type": upload.type, "size": upload.size, "kind": upload.kind}
        row = {
            "content": encryption.seal_json(public_key, encryption.upload_content(_tail(key)), about),
            "contact_id": upload.contact_id,
            "file_object": upload.id,
            **lists.dates(key.pk, upload.expires_at),
        }
        head = self._tables.check("head", HEAD.key(place.conversation_id), "epoch = :epoch", {"epoch": epoch})
        return self._tables.transact([head, self._tables.put("upload", key, row, NEW)]) is None

    def waiting(self, place: UploadPlace, decryptor: BatchDecryptor, now: int) -> list[Upload]:
        """Return the uploads that are not sent or removed, in no order that means anything."""
        start = place.key("")
        pages = self._tables.page(start.pk, prefix=start.sk, limit=10 * MOST_FILES)
        return list(_opened(pages.rows, decryptor, now))

    def named(self, place: UploadPlace, ids: Iterable[str], decryptor: BatchDecryptor, now: int) -> list[Upload]:
        """Return uploads by their ids, in that order; those that are gone are left out."""
        keys = [place.key(one) for one in ids]
        rows = self._tables.get_many(keys)
        return list(_opened((rows[key] for key in keys if key in rows), decryptor, now))

    def remove(self, place: UploadPlace, upload_id: str, now: int) -> bool:
        """Take an upload away; the sweeper deletes its file. False when there is none."""
        key = place.key(upload_id)
        values = {"yes": True, **lists.dates(key.pk, (now + REMOVED_LIVES) // SECOND)}
        expression = setting(name for name in values if name != "yes") + ", #removed = :yes"
        return self._tables.write(self._tables.update("upload", key, expression, _WAITING, values))


_WAITING = "attribute_exists(file_object) AND attribute_not_exists(removed) AND attribute_not_exists(file_state)"
"""Condition: the file is neither sent nor removed, and the sweeper has not begun to delete it."""


def use_upload(builder: Builder, place: UploadPlace, upload_id: str, now: int) -> Write:
    """Return the write by which a reply takes over the file of an upload, once. The row, which names no file any more,
    is left to the sweeper."""
    key = place.key(upload_id)
    values = lists.dates(key.pk, now // SECOND)
    expression = f"{setting(values)} REMOVE #content, #file_object"
    return builder.update("upload", key, expression, _WAITING, values)


def check_type(channel: Channel, upload: Upload, etag: str, size: int, head: bytes) -> CheckedFile:
    """Return the file of an upload as the channel carries it, by its bytes. What is not what it is called goes as a
    document, where the channel takes any. Raises FileRefused."""
    if size != upload.size:
        raise FileRefused(upload.id, "The file is not as large as was told. Bring it again.", "file_size")
    file_type = true_type(upload.type, head)
    try:
        kind = kind_of_file(channel, file_type, size)
    except Lacking as error:
        code = "file_disguised" if file_type == BYTES != upload.type else error.code
        raise FileRefused(upload.id, f"The file cannot be sent. {error.message}", code) from None
    return CheckedFile(upload.id, upload.name, file_type, size, kind, etag)


def _opened(rows: Iterable[Mapping[str, Any]], decryptor: BatchDecryptor, now: int) -> Iterator[Upload]:
    for row in rows:
        gone = row["expires_at"] * SECOND <= now or row.get("removed") or "file_state" in row
        if gone or "file_object" not in row:
            continue
        contact_id, tail = row["contact_id"], row["sk"].removeprefix(UPLOAD.prefix)
        about = decryptor.json(contact_id, encryption.upload_content(tail), row["content"])
        if about:
            name, file_type, kind = (str(about.get(one, "")) for one in ("name", "type", "kind"))
            yield Upload(row["file_object"], name, file_type, int(about["size"]), kind, contact_id, row["expires_at"])


def _tail(key: Key) -> str:
    return key.sk.removeprefix(UPLOAD.prefix)
