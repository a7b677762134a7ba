"""Builds the writes of what is held of somebody who has not consented yet: their messages, and the open question.

A message is held with all that its rows will hold once its author has consented, sealed as they will be. So nobody has
to open it when it is released (release_held.py), and nobody can before.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.core.clock import SECOND
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import HELD, HOLDING, QUESTION
from chalicelib.messages.conversation_rows import ConversationRows
from chalicelib.messages.ingest import Hold, IngestPlan, VisitorAnswer
from chalicelib.messages.ticket_rows import TicketRows, album_of
from chalicelib.messages.visitor_rows import VisitorRows
from chalicelib.vault import encryption
from chalicelib.vault.encryption import seal
from chalicelib.vault.pseudonyms import AddressKey

MOST_HELD = 20
"""Messages that are held of one person at most: one transaction releases all of them, with their files."""
MOST_BYTES = 1_000_000
"""Their size in all; a transaction takes 4 MB."""
_MOST_RAW = 100_000
"""Bytes of a provider's own JSON that is held beside its message; a larger one is left out, and the message says that
it cannot be shown."""


class HeldRows:
    """Builds these writes."""

    def __init__(
        self, build: Builder, conversations: ConversationRows, tickets: TicketRows, address_key: AddressKey
    ) -> None:
        self._build = build
        self._conversations = conversations
        self._tickets = tickets
        self._address_key = address_key

    def writes(self, plan: IngestPlan, hold: Hold, ref: MessageRef) -> Iterator[Write]:
        """Yield the writes that hold the message of a plan, and ask the person or count what is held."""
        if hold.takes_back:
            yield from self._taken_back(plan)
            return
        held = self._held(plan, ref)
        yield self._conversations.once("message", HELD.key(ref.conversation_id, ref.pseudonym), held, plan.message)
        size = sum(len(one) for one in held.values() if isinstance(one, bytes))
        yield self._asked(plan, hold, size) if hold.asked else self._counted(plan, size)

    def _held(self, plan: IngestPlan, ref: MessageRef) -> dict[str, Any]:
        plan = plan._replace(ticket_id=ticket_of(plan.person.conversation_id))
        row = self._conversations.message_row(plan, ref)
        del row["ticket_id"]
        fetch, raw = self._conversations.fetch_row(plan, ref), plan.message.raw
        public_key = plan.person.public_key
        return row | {
            "channel": plan.message.channel,
            "account": plan.message.account,
            "raw": seal(public_key, encryption.raw_part(ref), raw) if raw and len(raw) <= _MOST_RAW else None,
            "job": fetch.get("job"),
            "fetch_object": fetch.get("file_object"),
            "who": self._tickets.who(plan),
            "last": self._tickets.last(plan),
            "album": next(iter(album_of(plan)), None),
            "says": not plan.quiet,
            "answer_wanted": plan.question,
            "kinds": list(plan.ask.kinds) if plan.ask and plan.ask.kinds else None,
        }

    def _asked(self, plan: IngestPlan, hold: Hold, size: int) -> Write:
        """Put the question. When another message has put it meanwhile, the head has changed."""
        version, policy_hash = hold.agreed
        question = {
            "contact_id": plan.person.contact_id,
            "asked": hold.asked,
            "language": plan.person.language,
            "subject": plan.known_by,
            "policy_version": version,
            "policy_hash": policy_hash,
            "parts": 1,
            "held_bytes": size,
            "at": plan.now,
            "due": HOLDING,
            "due_at": hold.until * SECOND,
            "asks_abroad": hold.asks_abroad or None,
        }
        return self._build.put("head", QUESTION.key(plan.person.conversation_id), question)

    def _counted(self, plan: IngestPlan, size: int) -> Write:
        values = {"one": 1, "size": size, "most": MOST_HELD, "room": MOST_BYTES - size}
        return self._build.update(
            "question", QUESTION.key(plan.person.conversation_id),
            "ADD #parts :one, #held_bytes :size",
            "attribute_exists(pk) AND #parts < :most AND #held_bytes <= :room",
            values,
        )  # fmt: skip

    def _taken_back(self, plan: IngestPlan) -> Iterator[Write]:
        """Empty the held message that its author has deleted. The row stays, also for one that comes later than its
        deletion, so that nothing of it is held again."""
        message, conversation_id = plan.message, plan.person.conversation_id
        name = self._address_key.message(message.channel, message.account, message.target)
        gone = ", ".join(f"#{one}" for one in (*HELD.sealed, "kinds", "album"))
        expression = f"SET #says = :no, #provider_hash = :name REMOVE {gone}"
        yield self._build.update("held", HELD.key(conversation_id, name), expression, "", {"no": False, "name": name})
        question = QUESTION.key(conversation_id)
        yield self._build.update("head", question, "ADD #parts :one", "attribute_exists(pk)", {"one": 1})

    def full(self, plan: IngestPlan) -> Write:
        """Note that the person was told that no more is held; refused when they were told before."""
        key, values = QUESTION.key(plan.person.conversation_id), {"now": plan.now}
        once = "attribute_exists(pk) AND attribute_not_exists(#full_at)"
        return self._build.update("question", key, "SET #full_at = :now", once, values)

    def refused(self, plan: IngestPlan, ref: MessageRef, farewell: VisitorAnswer, visitors: VisitorRows) -> Write:
        """Note that the person said no, with what they are told when all of it is destroyed."""
        content, vault_id = visitors.sealed(ref.pseudonym, plan.message, farewell)
        values = {"at": plan.at, "farewell": content, "vault": vault_id, "name": ref.pseudonym}
        return self._build.update(
            "head", QUESTION.key(plan.person.conversation_id),
            "SET #refused_at = :at, #farewell = :farewell, #vault_id = :vault, #farewell_id = :name",
            "attribute_exists(pk)",
            values,
        )  # fmt: skip


def ticket_of(conversation_id: str) -> str:
    """Return the id of the ticket that a yes opens. It must be known when the first message is held, because what the
    ticket holds is sealed for it then; so the first ticket of such a conversation has the conversation's own random
    id."""
    return conversation_id
