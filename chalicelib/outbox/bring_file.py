"""Staff brings a file for a reply: it is begun, waits until the reply names it, or is removed."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.attachments.bucket import FormPost
from chalicelib.attachments.model import MOST_BYTES, plain_type
from chalicelib.attachments.uploads import MOST_FILES, UPLOAD_LIVES, Upload, UploadPlace
from chalicelib.channels import registry
from chalicelib.channels.render import Lacking, kind_of_file
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import BadInput
from chalicelib.core.ids import new_id
from chalicelib.core.observability import audit
from chalicelib.outbox.brought_files import BroughtFiles

if TYPE_CHECKING:
    from chalicelib.outbox.reply import ReplyToCustomer
    from chalicelib.vault.decryptor import BatchDecryptor

MOST_NAME = 120
"""Most characters of a file's name."""
_UNFIT = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and marks that would turn a name's ending around."""


class BegunUpload(NamedTuple):
    """An upload that is begun: its row, and the form for its bytes."""

    upload: Upload
    form: FormPost


@dataclass(frozen=True)
class BringFile:
    """Begins, lists and removes uploads for replies to a ticket."""

    reply: "ReplyToCustomer"
    files: BroughtFiles
    decryptor: Callable[[], "BatchDecryptor"]
    clock: Callable[[], int]

    def __call__(self, ticket_id: str, name: str, file_type: str, size: int, by: str) -> BegunUpload:
        """Begin an upload of `size` bytes for a reply of the staff account `by`; nothing is sent by it.

        Raises BadInput with the code file_type, file_too_big, file_name or too_many_files, NotFound, Unavailable, and
        Conflict as a reply does."""
        now = self.clock()
        ticket, head = self.reply.may_reply(ticket_id, now)
        told, name = plain_type(file_type), plain_name(name)
        if size > MOST_BYTES:
            raise BadInput(f"The file cannot be sent: it is larger than {MOST_BYTES >> 20} MB.", code="file_too_big")
        try:
            kind = kind_of_file(registry.channel(head.channel), told, size)
        except Lacking as error:
            raise BadInput(f"The file cannot be sent. {error.message}", code=error.code) from None
        place = UploadPlace(ticket.conversation_id, ticket_id, by)
        if len(self.files.store.waiting(place, self.decryptor(), now)) >= MOST_FILES:
            raise BadInput(f"A reply has {MOST_FILES} files at most. Send or remove some.", code="too_many_files")
        upload = Upload(new_id(), name, told, size, kind, head.contact_id, (now + UPLOAD_LIVES) // SECOND)
        form = self.files.begin(place, head, upload)
        audit("upload_begun", ticket_id=ticket_id, staff_id=by)
        return BegunUpload(upload, form)

    def hold(self, ticket_id: str, name: str, file_type: str, data: bytes, by: str) -> str:
        """Take a file whose bytes came with the form, and return the id of its upload. Raises as beginning one does."""
        begun = self(ticket_id, name, file_type, len(data), by).upload
        digest = hashlib.sha256(data).hexdigest()
        self.files.bucket.put(begun.contact_id, begun.id, BytesIO(data), len(data), digest, begun.type)
        return begun.id

    def waiting(self, ticket_id: str, by: str) -> list[Upload]:
        """Return the uploads that wait on a ticket for a reply of this account, whether their bytes have arrived or
        not. Raises NotFound, Conflict and Unavailable."""
        now = self.clock()
        return self.files.store.waiting(self._place(ticket_id, by, now), self.decryptor(), now)

    def arrived(self, ticket_id: str, by: str) -> list[Upload]:
        """Return those of them whose bytes have arrived, whatever they are. Raises as `waiting`."""
        found = self.waiting(ticket_id, by)
        return [one for one in found if self.files.bucket.look(one.contact_id, one.id)]

    def remove(self, ticket_id: str, upload_id: str, by: str) -> bool:
        """Take an upload away; False when there is none. Raises NotFound, Conflict and Unavailable."""
        now = self.clock()
        return self.files.store.remove(self._place(ticket_id, by, now), upload_id, now)

    def _place(self, ticket_id: str, by: str, now: int) -> UploadPlace:
        return UploadPlace(self.reply.answered(ticket_id, now)[0].conversation_id, ticket_id, by)


def plain_name(name: str) -> str:
    """Return the name of a file without its folders and what cannot be shown. Raises BadInput."""
    plain = " ".join(_UNFIT.sub("", name.replace("\\", "/").rpartition("/")[2]).split())
    if not plain or plain.strip(".") == "":
        raise BadInput("The file has no name. Name it.", code="file_name")
    if len(plain) <= MOST_NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: MOST_NAME - 12]}{dot}{ending[:10]}" if dot else plain[:MOST_NAME]
