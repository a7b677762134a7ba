"""Builds the writes of delivery: outbox entries, messages, tickets, links, channels."""

from collections.abc import Mapping
from typing import Any

from chalicelib.channels import registry
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.ids import MessageRef, pseudonym_of_notice
from chalicelib.core.purposes import SUPPORT
from chalicelib.core.transfer import EXPLICIT, GIVEN, REFUSED
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import (
    CHANNEL,
    CONTACT,
    EARLY_STATUS,
    HEAD,
    LINK,
    MESSAGE,
    OUTBOX,
    SUBSCRIPTION,
    TICKET,
)
from chalicelib.dynamo.schema.mailings import LASTS
from chalicelib.outbox import channel_rows
from chalicelib.outbox.model import CHANGE, ESSENTIAL, HELD_BY_ERASER, Failure, Head, Job, OutboxEntry, Outgoing
from chalicelib.tickets.lines import line_row
from chalicelib.tickets.model import NO_LONGER_SOLVED, RANK, REOPENS, State, reopening
from chalicelib.tickets.pieces import piece_state
from chalicelib.vault import encryption
from chalicelib.vault.encryption import seal

EarlyStatus = tuple[str, int, dict[str, Any]]
"""A status that came before the provider's id was known: status, rank, and the failure if it is one."""
_NO_RANK = -1
UNCLAIMED = "(attribute_not_exists(#attempt_id) OR #claim_until <= :now)"
"""Condition on what waits to leave: no sender holds it."""
STANDS_UNCLAIMED = f"attribute_exists(pk) AND {UNCLAIMED}"
"""Condition on an outbox entry: it is there, and no sender holds it."""


class OutboxRows:
    """Builds writes. Each has a role, which says whose condition failed when a transaction is refused."""

    def __init__(self, tables: Builder) -> None:
        self._tables = tables
        self.messages = OutgoingRows(tables)

    # -- outbox entries

    def update_entry(self, entry: OutboxEntry, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change an outbox entry."""
        return self._tables.update("outbox", OUTBOX.key(*entry.ref), expression, condition, values)

    def delete_entry(self, entry: OutboxEntry, attempt_id: str | None = None, now: int = 0) -> Write:
        """Delete an outbox entry on a condition: with None, that the eraser does not hold it, because the eraser has
        counted it; with an `attempt_id`, that this claim holds it; with "", that nobody does."""
        key = OUTBOX.key(*entry.ref)
        if attempt_id:
            return self._tables.delete("outbox", key, "attempt_id = :attempt", {"attempt": attempt_id})
        if attempt_id is None:
            condition = "attribute_not_exists(attempt_id) OR attempt_id <> :fence"
            return self._tables.delete("outbox", key, condition, {"fence": HELD_BY_ERASER})
        free = STANDS_UNCLAIMED
        values: dict[str, Any] = {"now": now}
        if entry.withheld:  # a supervisor may decide at this moment
            free, values = f"{free} AND withheld = :withheld", {**values, "withheld": entry.withheld}
        return self._tables.delete("outbox", key, free, values)

    def head_unchanged(self, head: Head, now: int, *, windowed: bool = True, needs: str = "") -> Write:
        """Check that the conversation is as it was read: not erased, not blocked; when it is `windowed`, inside its
        reply window; what `needs` a consent to the transfer abroad has it."""
        values: dict[str, Any] = {"epoch": head.epoch, "yes": True}
        condition = "#epoch = :epoch AND #blocked <> :yes"
        if windowed:
            condition += inside_window(head.channel, now, values)
        condition += transfer_agreed(needs, values)
        return self._tables.check("head", HEAD.key(head.conversation_id), condition, values)

    def still_allowed(self, head: Head, job: Job) -> list[Write]:
        """Check that the person has not withdrawn consent or opted out meanwhile, and still gets mailings of its
        purpose, if it is one. [] when the message serves them all the same."""
        stops = [] if job.serves_the_person else ["attribute_not_exists(#suppressed_at)"]
        stops += [] if job.entry.purpose in ESSENTIAL else ["attribute_not_exists(#opted_out_at)"]
        key = CONTACT.key(head.contact_id)
        checks = [self._tables.check("contact", key, " AND ".join(stops))] if stops else []
        if job.entry.purpose not in ESSENTIAL:
            key = SUBSCRIPTION.key(head.contact_id, job.entry.purpose)
            checks.append(self._tables.check("subscription", key, LASTS))
        return checks

    def not_being_erased(self, contact_id: str) -> Write:
        """Check that the contact is not being erased; one that does not exist passes."""
        condition, values = "attribute_not_exists(pk) OR #state <> :erasing", {"erasing": "erasing"}
        return self._tables.check("contact", CONTACT.key(contact_id), condition, values)

    # -- tickets

    def name_on_ticket(self, ticket_id: str, entry: OutboxEntry, now: int, refused: frozenset[str]) -> list[Write]:
        """Name the newest unsent message on its ticket. A failed reply also reopens the ticket, with the question that
        it was to answer; a closed ticket stays closed. `refused` are the roles whose conditions failed in the try
        before: then a weaker write is built, or none."""
        key, named = TICKET.key(ticket_id), "SET #undelivered = :tail"
        values: dict[str, Any] = {"tail": entry.ref.tail}
        reply, closed = entry.purpose == SUPPORT, {"closed": State.CLOSED.value}
        if entry.answers:  # the reply failed, so the question is open again
            named += ", #question_at = :question"
            values["question"] = entry.answers
        if reply and "ticket" not in refused:
            condition = "attribute_exists(pk) AND #state <> :closed"
            values |= reopening(now) | closed
            reopened = f"{named}, {REOPENS} {NO_LONGER_SOLVED}"
            return [self._tables.update("ticket", key, reopened, condition, values)]
        if "marked_ticket" in refused:
            return []
        condition, values = ("#state = :closed", values | closed) if reply else ("attribute_exists(pk)", values)
        return [self._tables.update("marked_ticket", key, named, condition, values)]

    def kept(self, message: Outgoing, now: int) -> Write:
        """Put an activity line: the reply window is closed, so the notice waits."""
        ref = MessageRef(message.ref.conversation_id, now, pseudonym_of_notice("window_kept", str(message.ref)))
        row = line_row("window_kept", message.ticket_id, message.contact_id, now)
        return self._tables.put("event", MESSAGE.key(*ref), row, "")

    # -- links and early statuses

    def link(self, name: str, ref: MessageRef, now: int, piece: int = 0) -> Write:
        """Put the link from the provider's id to our message or its piece, for statuses without our reference."""
        attributes = {"message_ref": str(ref), "expires_at": link_until(now)} | ({"piece": piece} if piece else {})
        return self._tables.put("link", LINK.key(name), attributes, "")

    def early_status(self, name: str, early: EarlyStatus | None) -> Write:
        """Check that the early status is as it was read, so that none is missed while the link is written; statuses
        that come later find the link."""
        condition = "attribute_not_exists(pk) OR #rank = :rank"
        values = {"rank": _NO_RANK}
        if early is not None:
            condition, values = "#rank = :rank", {"rank": early[1]}
        return self._tables.check("parked", EARLY_STATUS.key(name), condition, values)

    # -- channels

    def blocked(self, conversation_id: str, since: int) -> Write:
        """Mark the conversation as blocked, unless a later update is known. The provider's own word of the same second
        overrides this, because the stored time is 1 ms before that second."""
        return self._tables.update(
            "head",
            HEAD.key(conversation_id),
            "SET #blocked = :yes, #reach_at = :at",
            "attribute_exists(pk) AND (attribute_not_exists(#reach_at) OR #reach_at < :at)",
            {"yes": True, "at": since // SECOND * SECOND - 1},
        )

    def window_shut(self, ref: MessageRef) -> Write:
        """Close the reply window of this message, which the provider has refused because of it."""
        return channel_rows.window_shut(self._tables, ref.conversation_id, ref.at)

    def stopped(self, entry: OutboxEntry, code: str, now: int) -> Write:
        """Stop the channel of the entry."""
        return channel_rows.stopped(self._tables, entry.channel, entry.account, code, now)

    def channel(self, account: str, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change the row of a number or bot of ours."""
        return self._tables.update("channel", CHANNEL.key(account), expression, condition, values)


def inside_window(channel: str, now: int, values: dict[str, Any]) -> str:
    """Return the end of a condition on the head: that the reply window is open at `now` (ms); "" for a channel without
    one. `values` gets its value."""
    window = registry.channel(channel).window
    if not window:
        return ""
    values["limit"] = now - window
    shut = "attribute_not_exists(#window_shut_at) OR #window_shut_at < #last_inbound_at"
    return f" AND #last_inbound_at > :limit AND ({shut})"


def transfer_agreed(rule: str, values: dict[str, Any]) -> str:
    """Return the end of a condition on the head: that the person agrees to a transfer abroad, by this rule
    (core/transfer.py); "" where none is wanted. `values` gets its value."""
    if rule == EXPLICIT:
        values["given"] = GIVEN
        return " AND #abroad = :given"
    if rule:
        values["refused"] = REFUSED
        return " AND (attribute_not_exists(#abroad) OR #abroad <> :refused)"
    return ""


class OutgoingRows:
    """Builds writes with the role "message", which says whose condition failed when a transaction is refused."""

    def __init__(self, tables: Builder) -> None:
        self._tables = tables

    def message(self, ref: MessageRef, expression: str, condition: str, values: Mapping[str, Any]) -> Write:
        """Change a message of ours."""
        return self._tables.update("message", MESSAGE.key(*ref), expression, condition, values)

    def sending(self, message: Outgoing, entry: OutboxEntry, pieces: int) -> Write:
        """Show the message as being sent, if it is what was read: a reply that waits can be changed. One that an
        earlier try may have sent is marked `uncertain`. A text in several `pieces` gets a map for their states."""
        changes: list[str] = []
        values: dict[str, Any] = {"read": message.rank, "content": message.content}
        if message.rank < RANK["sending"]:
            changes += ["#status = :sending", "#rank = :rank"]
            values |= {"sending": "sending", "rank": RANK["sending"]}
        if entry.uncertain:
            changes.append("#uncertain = :yes")
            values["yes"] = True
        if pieces > 1:
            changes += ["#piece_count = :pieces", "#piece_states = if_not_exists(#piece_states, :no_states)"]
            values |= {"pieces": pieces, "no_states": {}}
        expression = "SET " + ", ".join(changes) if changes else ""
        return self.message(message.ref, expression, "#rank = :read AND #content = :content", values)

    def queued(self, ref: MessageRef) -> Write:
        """Show the message as queued again, unless a status came meanwhile."""
        values = {"queued": "queued", "none": RANK["queued"], "sending": RANK["sending"]}
        return self.message(ref, "SET #status = :queued, #rank = :none", "#rank = :sending", values)

    def all_out(self, message: Outgoing) -> Write:
        """Show the message as sent, because statuses have proved it for every piece."""
        values = {"sent": "sent", "rank": RANK["sent"], "read": message.rank}
        return self.message(message.ref, "SET #status = :sent, #rank = :rank", "#rank = :read", values)

    def identified(
        self,
        message: Outgoing,
        head: Head,
        provider_id: str,
        name: str,
        now: int,
        *,
        piece: int = 0,
        last: bool = True,
        early: EarlyStatus | None = None,
    ) -> Write:
        """Keep the provider's id with the message, sealed, and its pseudonym `name`, by which quotes and edits find it.

        The pseudonyms of all its links are kept, too, with the time until which the links live, so that the eraser can
        delete links without opening the ids. When this was the `last` piece, the status is raised to `sent` on the
        condition that the message is as it was read. A `piece` (0: the message is in one piece) gets a state of its
        own. `early` is an early status of this provider's id, so of the piece or the message.
        """
        ref = message.ref
        sealed = seal(head.public_key, encryption.provider_ids(ref), provider_id.encode())
        values: dict[str, Any] = {"no_ids": [], "ids": [sealed], "name": name, "names": [name]}
        values["until"] = link_until(now)
        changes = [
            "#provider_ids = list_append(if_not_exists(#provider_ids, :no_ids), :ids)",
            "#links = list_append(if_not_exists(#links, :no_ids), :names)",
            "#linked_until = :until",
            "#provider_hash = if_not_exists(#provider_hash, :name)",
        ]
        conditions, removed = ["attribute_exists(pk)"], ""
        status, rank, failure = early if early and early[1] > RANK["sent"] else ("sent", RANK["sent"], {})
        if piece:
            state, condition = self._piece(message, piece, piece_state(status, failure), values)
            changes += state
            conditions.append(condition)
            status, rank, failure = "sent", RANK["sent"], {}
        if last:
            values["read"] = message.rank
            conditions.append("#rank = :read")
        if last and rank > message.rank:
            values |= {"status": status, "rank": rank} | ({"failure": failure} if failure else {})
            changes += ["#status = :status", "#rank = :rank", *(["#failure = :failure"] if failure else [])]
            removed = "" if failure else " REMOVE #failure"
        return self.message(ref, "SET " + ", ".join(changes) + removed, " AND ".join(conditions), values)

    def failed(
        self, message: Outgoing, entry: OutboxEntry, rank: int, failure: Failure, now: int, piece: int = 0
    ) -> Write:
        """Show the message, and the refused `piece`, as failed; `flagged` notes that its ticket shows the failure, too,
        which it does of everything but changes."""
        why = {"code": failure.code, "reason": failure.reason, "text": failure.text, "at": now // SECOND}
        values: dict[str, Any] = {"failed": "failed", "rank": RANK["failed"], "read": rank, "why": why}
        changes = ["#status = :failed", "#rank = :rank", "#failure = :why"]
        conditions = ["#rank = :read"]
        marks = [*(["flagged"] if entry.action != CHANGE else []), *(["uncertain"] if entry.uncertain else [])]
        if marks:
            changes += [f"#{one} = :yes" for one in marks]
            values["yes"] = True
        if piece:
            state, condition = self._piece(message, piece, piece_state("failed", why), values)
            changes += state
            conditions.append(condition)
        return self.message(entry.ref, "SET " + ", ".join(changes), " AND ".join(conditions), values)

    def _piece(
        self, message: Outgoing, piece: int, state: Mapping[str, Any], values: dict[str, Any]
    ) -> tuple[list[str], str]:
        """Return the changes that raise a piece's state, and the condition that it is as it was read."""
        path, known = f"#piece_states.#{piece}", (message.states or {}).get(str(piece))
        if known is None:
            condition = f"attribute_not_exists({path})"
        else:
            condition = f"{path}.#rank = :piece_read"
            values["piece_read"] = int(known["rank"])
            if state["rank"] <= known["rank"]:
                return [], condition
        values["piece"] = state
        return [f"{path} = :piece"], condition


def link_until(now: int) -> int:
    """Return when a link made at `now` (ms) expires (seconds)."""
    return now // SECOND + GUARD_DAYS * DAY // SECOND
