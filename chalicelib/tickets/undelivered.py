"""Reads the undelivered messages that tickets name."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chalicelib.core.references import MessageRef
from chalicelib.dynamo import keys
from chalicelib.dynamo.models import DeskRow
from chalicelib.tickets.model import PREVIEW
from chalicelib.tickets.records import Undelivered
from chalicelib.tickets.records_from_rows import outcome
from chalicelib.vault import sealing
from chalicelib.vault.vault import EncryptionContext


def undelivered(
    tickets: Iterable[DeskRow],
    read: Callable[[Sequence[tuple[str, str]]], list[DeskRow]],
    content_of: Callable[[str, EncryptionContext, bytes | None], tuple[dict[str, Any] | None, bool]],
) -> dict[str, Undelivered]:
    """Return the undelivered message of each ticket that names one, by the ticket's partition key.

    `read` returns rows by their keys; `content_of` opens a sealed mapping of a contact. Raises Unavailable.
    """
    wanted = {row.pk: _key(row) for row in tickets if row.undelivered}
    named = {(row.pk, row.sk): row for row in read(list(dict.fromkeys(wanted.values())))}
    found = {}
    for pk, key in wanted.items():
        row = named.get(key)
        found[pk] = Undelivered()
        if row is not None:
            ref = MessageRef.of_tail(key[0].partition("#")[2], key[1].partition("#")[2])
            content, _ = content_of(str(row.contact_id), sealing.message_content(ref), row.content)
            found[pk] = Undelivered(str(ref), str((content or {}).get("text", ""))[:PREVIEW], outcome(row)[1])
    return found


def _key(ticket: DeskRow) -> tuple[str, str]:
    return keys.conversation_pk(str(ticket.conversation_id)), f"message#{ticket.undelivered}"
