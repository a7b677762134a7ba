"""Destroying reply mailboxes and inventories."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.core.backoff import TRIES, sleep_with_jitter
from chalicelib.core.errors import Unavailable
from chalicelib.dynamo.schema import CONTACT, EARLY_STATUS, HEAD, INVENTORY, KEY, LINK, Key
from chalicelib.dynamo.tables import Tables
from chalicelib.suppression.model import ReplyMailbox


class MailboxRemoval:
    """Destroys them step by step. All methods raise Unavailable, and may run again at any time."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def destroy_key(self, mailbox: ReplyMailbox) -> None:
        """Destroy the mailbox's key: from here on nothing in it opens, in no copy."""
        self._delete(KEY.key(mailbox.contact_id))

    def delete_rows(self, mailbox: ReplyMailbox) -> None:
        """Delete everything in the mailbox.

        The head goes first: without it no answer is written any more, and no sender claims one. The other rows are
        read and deleted until none is left, because a sender that is still at work may write in between.
        """
        self._delete(HEAD.key(mailbox.conversation_id))
        for attempt in range(TRIES):
            found = list(self._rows(HEAD.partition(mailbox.conversation_id)))
            if not found:
                break
            gone = [self._delete_read(key, row) for key, row in found]
            if not all(gone):
                sleep_with_jitter(attempt)
        else:
            raise Unavailable("The box is being written to; try again.")
        self._delete(CONTACT.key(mailbox.contact_id))

    def delete_inventory(self, request_id: str) -> None:
        """Delete the inventory, which holds the person's addresses, sealed to the mailbox."""
        for key, _ in self._rows(INVENTORY.partition(request_id), INVENTORY.prefix):
            self._delete(key)

    def _delete_read(self, key: Key, row: Mapping[str, Any]) -> bool:
        """Delete a row; a message only unchanged since it was read, together with the links from the provider's ids to
        it. False when it has changed or a sender is writing it."""
        name = row.get("provider_hash", "")
        if not name:
            return (
                self._tables.transact([self._tables.delete("row", key, "attribute_not_exists(provider_hash)")]) is None
            )
        writes = [self._tables.delete("row", key, "provider_hash = :name", {"name": name})]
        for one in {name, *row.get("links", ())}:  # one for each piece and each try
            writes += [self._tables.delete("row", kind.key(one)) for kind in (LINK, EARLY_STATUS)]
        return self._tables.transact(writes) is None

    def _delete(self, key: Key) -> None:
        self._tables.write(self._tables.delete("row", key))

    def _rows(self, partition: str, prefix: str = "") -> Iterator[tuple[Key, dict[str, Any]]]:
        for page in self._tables.pages(partition, prefix=prefix, only="sk,provider_hash,links"):
            yield from ((Key("desk", partition, row["sk"]), row) for row in page.rows)
