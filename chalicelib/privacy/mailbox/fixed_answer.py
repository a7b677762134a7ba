"""Gives one fixed answer to a person who writes while their data is being destroyed."""

from collections.abc import Callable

from chalicelib.channels.parts import InboundMessage, Started
from chalicelib.core.ids import MessageRef, pseudonym_of_notice
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import CLIENT_ID, HEAD
from chalicelib.messages.ingest import Outcome
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.suppression.model import SuppressionEntry

MAILBOX_EPOCH = 1
"""Epoch of a reply mailbox: it is created and destroyed in the same one."""
ERASING = "erasing"
"""Kind of the answer, part of its pseudonym."""


class FixedAnswer:
    """Puts the answer into the request's reply mailbox. Raises Unavailable."""

    def __init__(self, tables: Builder, transact: Callable[[list[Write]], Outcome]) -> None:
        self._tables = tables
        self._mailbox = MailboxWrites(tables)
        self._transact = transact

    def give(self, entry: SuppressionEntry, part: InboundMessage | Started, text: str, now: int) -> bool:
        """Put the answer into the mailbox, once for each request; nothing when the mailbox is gone. Return False when
        another transaction was in the way.

        A guard row keeps it at one answer. Its key holds no time and it never expires, so it works for as long as the
        entry is closed; it is deleted with the mailbox.
        """
        if entry.mailbox is None:
            return True
        mailbox, blind = entry.mailbox, pseudonym_of_notice(ERASING, entry.request_id)
        guard = {"message_ref": str(MessageRef(mailbox.conversation_id, now, blind))}
        writes = [
            self._tables.check("head", HEAD.key(mailbox.conversation_id), "epoch = :epoch", {"epoch": MAILBOX_EPOCH}),
            self._tables.put("message", CLIENT_ID.key(mailbox.conversation_id, blind), guard),
            *self._mailbox.message(mailbox, part.channel, part.account, entry.request_id, ERASING, text, (), now),
        ]
        return self._transact(writes) is not Outcome.CONFLICT
