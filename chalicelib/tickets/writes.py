"""Writes what changes on tickets, each change with its activity lines in one transaction: changes of staff, and the
closing of idle tickets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.core.clock import gone_at
from chalicelib.core.ids import MessageRef, new_id, pseudonym_of_notice
from chalicelib.dynamo.builder import NEW, Write, setting
from chalicelib.dynamo.models import DeskRow, QueueIndex
from chalicelib.dynamo.rows import alive, get_row, translated_errors
from chalicelib.dynamo.schema import CLIENT_ID, HEAD, MESSAGE, STAMPING, TICKET, lists
from chalicelib.dynamo.tables import Tables
from chalicelib.tickets.albums import Unread
from chalicelib.tickets.drafts import DraftKey, client_guard, delete_sent_draft
from chalicelib.tickets.lines import line_row
from chalicelib.tickets.model import REASON, STAMPING_TAKES, State, queue_attributes, queue_of, queues_of
from chalicelib.tickets.need_to_know import with_opening
from chalicelib.tickets.records import Conversation, Event, Ticket
from chalicelib.tickets.tag_lists import TAGS_AS_READ, list_tag, unlist_tags
from chalicelib.vault import encryption


class TicketWrites:
    """Writes changes of tickets. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def change(self, ticket: Ticket, new: Mapping[str, Any], events: list[Event], author: str, now: int) -> bool:
        """Set attributes of a ticket and add activity lines, if state, priority and assignee are still as in `ticket`;
        with a new team, if that is, too.

        `new` maps attributes to values; None removes one. Returns whether it was written.
        """
        listed = self._tag_lists(ticket, new, now)
        by_tags = bool(listed) or "tags" in new or State.CLOSED in (ticket.state, new.get("state"))
        writes = [self._update(ticket, new, now, tags_as_read=by_tags), *listed]
        if ticket.state == State.CLOSED and new.get("state", State.CLOSED) != State.CLOSED:
            writes.append(self._newest_again(ticket))
        writes += [self._event(ticket, event, author, now, order) for order, event in enumerate(events)]
        return self._tables.transact(writes) is None

    def _tag_lists(self, ticket: Ticket, new: Mapping[str, Any], now: int) -> list[Write]:
        """Put the ticket into the lists of its tags, or take it out of them, as tags or closing demand."""
        closed, closes = ticket.state == State.CLOSED, new.get("state", ticket.state) == State.CLOSED
        if "tags" not in new and closed == closes and ticket.listed:
            return []
        tags = frozenset() if closes else frozenset(new.get("tags", ticket.tags))
        gone = frozenset() if closed else frozenset(ticket.tags) - tags
        listed = [list_tag(self._tables, ticket.conversation_id, ticket.id, tag, ticket.created_at) for tag in tags]
        return listed + unlist_tags(self._tables, ticket.conversation_id, ticket.id, gone, now)

    def _update(self, ticket: Ticket, new: Mapping[str, Any], now: int, *, tags_as_read: bool) -> Write:
        values: dict[str, Any] = {"old_state": ticket.state, "old_priority": ticket.priority}
        condition = "#state = :old_state AND #priority = :old_priority"
        if ticket.assignee:
            condition += " AND #assignee = :old_assignee"
            values["old_assignee"] = ticket.assignee
        else:
            condition += " AND attribute_not_exists(#assignee)"
        if "team" in new:
            condition += " AND #team = :old_team" if ticket.team else " AND attribute_not_exists(#team)"
            values |= {"old_team": ticket.team} if ticket.team else {}
        if tags_as_read:
            condition += f" AND {TAGS_AS_READ}"
            values["old_tags"] = list(ticket.tags)
        changes = dict(new)
        if "state" in changes:
            changes["activity"] = now
        if "expires_at" in changes:
            changes |= to_be_stamped(now)
        closes = changes.get("expires_at", ticket.expires_at // 1000) or 0
        assignee = changes.get("assignee", ticket.assignee) or ""
        changes |= queue_attributes(changes.get("state", ticket.state), assignee)
        changes |= lists.of_ticket(ticket.id, assignee, ticket.created_at, closes).attributes()
        kept = {name: value for name, value in changes.items() if value is not None}
        gone = [name for name, value in changes.items() if value is None]
        expression = setting(kept)
        if gone:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        return self._tables.update("ticket", TICKET.key(ticket.id), expression, condition, values | kept)

    def _newest_again(self, ticket: Ticket) -> Write:
        """Remove the contact's expiry date when a ticket is reopened, if the ticket is still the conversation's newest.

        Messages go to the newest ticket, so no other may be reopened. The head's place in the index stays; the sweeper
        takes it away when it comes to it.
        """
        key, values = HEAD.key(ticket.conversation_id), {"ticket": ticket.id}
        return self._tables.update("head", key, "REMOVE expires_at", "ticket_id = :ticket", values)

    def _event(self, ticket: Ticket, event: Event, author: str, now: int, order: int) -> Write:
        ref = MessageRef(ticket.conversation_id, now, pseudonym_of_notice(event.kind, new_id()))
        more = {"order": order, "author": author, "params": dict(event.params), **_dates(ticket)}
        row = line_row(event.kind, ticket.id, ticket.contact_id, now, **more)
        return self._tables.put("event", MESSAGE.key(*ref), row)

    def comment(
        self, ticket: Ticket, head: Conversation, text: str, author: str, now: int, name: str = ""
    ) -> MessageRef | None:
        """Store an internal comment, sealed like a message; return its reference.

        Returns None, with nothing stored, when the conversation's epoch changed or another write conflicted.

        `name` is the hash of the client's id. With it the comment is stored once, and its draft is deleted.
        """
        ref, writes = self._note("comment", ticket, head, text, author, now)
        if name:
            place = DraftKey(ticket.conversation_id, ticket.id, author, "comment")
            guard = client_guard(self._tables, name, ref, now)
            writes += [guard, delete_sent_draft(self._tables, place, name, now)]
        return ref if self._tables.transact(writes) is None else None

    def open_with_reason(
        self, ticket: Ticket, head: Conversation, reason: str, author: str, now: int, until: int
    ) -> MessageRef | None:
        """Open a ticket to a colleague until `until` (ms), and keep the reason beside it, sealed like a message.

        Returns None, with nothing stored, when the conversation's epoch changed, somebody else opened it meanwhile, or
        another write conflicted.
        """
        ref, writes = self._note(REASON, ticket, head, reason, author, now, params={"until": until})
        values: dict[str, Any] = {"openings": with_opening(ticket.openings, author, until, now)}
        condition = "attribute_exists(#state) AND attribute_not_exists(#openings)"
        if ticket.openings:
            condition, values["old"] = "#openings = :old", list(ticket.openings)
        key = TICKET.key(ticket.id)
        writes.append(self._tables.update("ticket", key, "SET #openings = :openings", condition, values))
        return ref if self._tables.transact(writes) is None else None

    def _note(
        self, kind: str, ticket: Ticket, head: Conversation, text: str, author: str, now: int, **more: Any
    ) -> tuple[MessageRef, list[Write]]:
        """Return the reference of what colleagues alone see, and the writes that store it, sealed like a message, if
        the conversation's epoch is still the head's."""
        ref = MessageRef(ticket.conversation_id, now, pseudonym_of_notice(kind, new_id()))
        attributes = {
            "direction": "note",
            "kind": kind,
            "ticket_id": ticket.id,
            "contact_id": ticket.contact_id,
            "content": encryption.seal_json(head.public_key, encryption.message_content(ref), {"text": text}),
            "sent_at": now,
            "arrived_at": now,
            "author": author,
            **more,
            **_dates(ticket),
        }
        return ref, [
            self._tables.put("message", MESSAGE.key(*ref), attributes),
            self._tables.check("head", HEAD.key(ticket.conversation_id), "epoch = :epoch", {"epoch": head.epoch}),
        ]

    def stored_under(self, conversation_id: str, name: str, now: int) -> MessageRef | None:
        """Return the reference of the comment that was stored under the hash of a client's id, while it is
        remembered."""
        row = get_row(CLIENT_ID.key(conversation_id, name))
        return MessageRef.parse(row.message_ref or "") if row is not None and alive(row, now) else None

    def mark_read(self, ticket: Ticket, reader: str) -> bool:
        """Mark the messages that were shown as read, if `reader` is the assignee or there is none.

        The number of shown messages is subtracted, so that what arrived meanwhile stays unread.
        """
        return self._read(ticket, Unread.of(ticket), reader, {}, "unread >= :seen")

    def mark_seen(self, ticket: Ticket, behind: Unread, reader: str) -> bool:
        """Mark all but `behind`, the newest messages and albums, as read, if nothing arrived and nobody else read
        since.

        The condition keeps two readers of different parts from marking what neither has seen. It includes the time of
        the last activity, because the count alone is the same again after one message arrives and one is read.
        """
        unread = Unread.of(ticket)
        values = {"unread": unread.messages, "last": ticket.activity}
        return self._read(ticket, unread.but(behind), reader, values, "unread = :unread AND activity = :last")

    def _read(self, ticket: Ticket, seen: Unread, reader: str, values: dict[str, Any], condition: str) -> bool:
        values |= {"seen": seen.messages, "me": reader}
        expression = "SET unread = unread - :seen"
        if seen.albums:
            values["albums"] = set(seen.albums)
            expression += " DELETE unread_albums :albums"
        condition += " AND (attribute_not_exists(assignee) OR assignee = :me)"
        return self._tables.write(self._tables.update("ticket", TICKET.key(ticket.id), expression, condition, values))


def to_be_stamped(now: int) -> dict[str, Any]:
    """Return the attributes of a ticket whose date changes now (ms): until all its rows have it, the sweeper wakes the
    expiry stamper again."""
    return {"due": STAMPING, "due_at": now + STAMPING_TAKES}


def _dates(ticket: Ticket) -> dict[str, int]:
    """Return the expiry attributes of a row that is added to a closed ticket; none for an open one."""
    date = ticket.expires_at // 1000
    return {"expires_at": date, "gone_at": gone_at(date)} if date else {}


@dataclass(frozen=True)
class Idle:
    """A ticket without activity since `activity` (ms)."""

    ticket_id: str
    state: str
    activity: int
    conversation_id: str
    contact_id: str
    tags: tuple[str, ...] = ()


class AutoClose:
    """Finds and closes idle tickets. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def idle(self, state: str, before: int) -> Iterator[Idle]:
        """Yield the tickets of a state without activity since `before` (ms), of each queue the longest idle first."""
        with translated_errors():
            for queue in queues_of(state):
                for row in DeskRow.queue_index.query(queue, QueueIndex.activity < before, page_size=100):
                    yield Idle(
                        str(row.ticket_id),
                        state,
                        int(row.activity or 0),
                        str(row.conversation_id),
                        str(row.contact_id),
                        tuple(row.tags or ()),
                    )

    def close(self, ticket: Idle, event: str, params: Mapping[str, Any], now: int, expires_at: int) -> bool:
        """Close a ticket, take it out of the lists of its tags and add an activity line, if state, activity and tags
        are still as they were read.

        `expires_at` is the ticket's expiry date (epoch seconds). Returns whether it was closed.
        """
        writes = [self._closed(ticket, now, expires_at), self._event(ticket, event, params, now)]
        writes += unlist_tags(self._tables, ticket.conversation_id, ticket.ticket_id, ticket.tags, now)
        return self._tables.transact(writes) is None

    def _closed(self, ticket: Idle, now: int, expires_at: int) -> Write:
        values = {
            "closed": State.CLOSED.value,
            "queue": queue_of(State.CLOSED),
            "now": now,
            "date": expires_at,
            **lists.of_ticket(ticket.ticket_id, "", 0, expires_at).attributes(),
            **to_be_stamped(now),
            "read": ticket.state,
            "activity": ticket.activity,
            "old_tags": list(ticket.tags),
        }
        expression = "SET #state = :closed, #queue = :queue, #closed_at = :now, #expires_at = :date, #activity = :now"
        expression += ", #list = :list, #place = :place, #due = :due, #due_at = :due_at"
        condition = f"#state = :read AND #activity = :activity AND {TAGS_AS_READ}"
        return self._tables.update("ticket", TICKET.key(ticket.ticket_id), expression, condition, values)

    def _event(self, ticket: Idle, kind: str, params: Mapping[str, Any], now: int) -> Write:
        """Return the activity line as an update, because the sweeper's role may not put items."""
        ref = MessageRef(ticket.conversation_id, now, pseudonym_of_notice(kind, new_id()))
        row = line_row(kind, ticket.ticket_id, ticket.contact_id, now, author="desk", params=dict(params))
        return self._tables.update("event", MESSAGE.key(*ref), setting(row), NEW, row)
