"""The one answer to somebody who writes while their data is being destroyed."""

from collections.abc import Callable, Mapping

from chalicelib.core.references import MessageRef
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.writes import Write, Writes, pseudonym_of_notice
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.model import InboundMessage, Started
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.suppression.model import SuppressionEntry

MAILBOX_EPOCH = 1
"""A request's box is made in one epoch and destroyed in it."""
ERASING = "erasing"
"""Kind of the fixed answer."""


class FixedAnswer:
    """Puts the answer into the request's box. Raises Unavailable."""

    def __init__(self, tables: Mapping[str, str], transact: Callable[[list[Write]], Outcome]) -> None:
        self._writes = Writes(tables)
        self._mailbox = MailboxWrites(tables)
        self._transact = transact

    def give(self, fence: SuppressionEntry, part: InboundMessage | Started, text: str, now: int) -> bool:
        """Put the fixed answer into the request's box, once whoever else does it at the same time; nothing when the box
        is gone. Returns False when another transaction was in the way.

        The key of the mark says what the answer is about and no time, and it has no date, so that there is one however
        long the fence is closed. It goes with the box.
        """
        if fence.box is None:
            return True
        box, blind = fence.box, pseudonym_of_notice(ERASING, fence.request_id)
        mark = {"message_ref": str(MessageRef(box.conversation_id, now, blind))}
        pk, request_id = rows.conversation_pk(box.conversation_id), fence.request_id
        writes = [
            self._writes.update("head", "desk", pk, "head", "", "epoch = :epoch", {"epoch": MAILBOX_EPOCH}),
            self._writes.put("message", "desk", pk, f"client#{blind}", mark),
            *self._mailbox.message(box, part.channel, part.account, request_id, ERASING, text, (), now),
        ]
        return self._transact(writes) is not Outcome.CONFLICT
