"""Deletes the file of a message whose customer deleted it."""

from dataclasses import dataclass

from chalicelib.attachments.bucket import Bucket
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.schema import FETCH
from chalicelib.dynamo.tables import Tables


@dataclass(frozen=True)
class DropFile:
    """Deletes files. It may run again at any time."""

    tables: Tables
    bucket: Bucket

    def __call__(self, ref: MessageRef, contact_id: str, name: str) -> None:
        """Delete the file `name` of a message; without a name, what is to be fetched for it. A fetcher that is at work
        finds its job gone and deletes its own file. Raises Unavailable."""
        if not name:
            key = FETCH.key(*ref)
            name = self.tables.get(key).get("file_object", "")
            self.tables.write(self.tables.delete("fetch", key))
        if name:
            self.bucket.delete(contact_id, name)
