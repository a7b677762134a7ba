"""Builds the writes of a ticket's rows for an arriving message: a new ticket, or the known one reopened."""

from collections.abc import Iterator
from typing import Any

from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.ids import album_number
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import NUMBER, TICKET
from chalicelib.messages.ingest import IngestPlan
from chalicelib.tickets.model import LATE_SPAN, NO_LONGER_SOLVED, PREVIEW, REOPENS, State, queue_of, reopening
from chalicelib.vault import encryption


class TicketRows:
    """Builds writes of ticket rows."""

    def __init__(self, tables: Builder) -> None:
        self._build = tables

    def opened(self, plan: IngestPlan) -> Iterator[Write]:
        """Put a new ticket and its number, which must be free."""
        message = plan.message
        ticket = {
            "ticket_id": plan.ticket_id,
            "number": plan.number,
            "state": State.OPEN.value,
            "channel": message.channel,
            "account": message.account,
            "conversation_id": plan.person.conversation_id,
            "contact_id": plan.person.contact_id,
            "priority": "normal",
            "tags": [],
            "created_at": plan.now,
            "last_message_at": message.sent_at * SECOND,
            "activity": plan.now,
            "queue": queue_of(State.OPEN),
            **({"unread": 0, "unread_albums": album} if (album := album_of(plan)) else {"unread": 1}),
            "who": self.who(plan),
            "last": self.last(plan),
            "last_kind": plan.line or message.kind,
            "last_direction": "in",
            "language": plan.person.language,
            "previous_ticket_id": plan.previous,
            "question_at": plan.now if plan.question else 0,
            "person_at": plan.now if plan.line else None,
            **({"late_in": late} if (late := late_span(plan.at, plan.now)) else {}),
        }
        yield self._build.put("ticket", TICKET.key(plan.ticket_id), ticket)
        yield self._build.put("number", NUMBER.key(plan.number), {"ticket_id": plan.ticket_id})

    def touched(self, plan: IngestPlan, *, renamed: bool) -> Write:
        """Reopen and refresh the ticket, unless it is closed, or was solved longer ago than the profile allows."""
        message = plan.message
        values: dict[str, Any] = {"closed": State.CLOSED.value}
        changes, adds = [], []
        if plan.news and (album := album_of(plan)):
            values["album"] = album
            adds.append("unread_albums :album")
        elif plan.news:
            values["one"] = 1
            changes.append("unread = unread + :one")
        condition = "attribute_exists(pk) AND #state <> :closed"
        remove = ""
        if not plan.quiet:
            condition += " AND (#state <> :solved OR solved_at > :limit)"
            values |= {"solved": State.SOLVED.value, "limit": plan.reopen_since} | reopening(plan.now)
            changes.append(REOPENS)
            remove = f" {NO_LONGER_SOLVED}"
            if plan.question:
                changes.append("question_at = :now")
            else:  # a row of an older release has none: without one, the newest message counts as a question
                values["none"] = 0
                changes.append("question_at = if_not_exists(question_at, :none)")
        if plan.newest:
            values |= {"last": self.last(plan), "kind": plan.line or message.kind, "in": "in"}
            changes += ["#last = :last", "last_kind = :kind", "last_direction = :in"]
        if plan.line:  # of the menu only the wish for a person comes to a ticket
            changes.append("person_at = :now")
        if plan.newest and not plan.quiet:
            values["at"] = plan.at
            changes.append("last_message_at = :at")
        if renamed:
            values["who"] = self.who(plan)
            changes.append("who = :who")
        if late := late_span(plan.at, plan.now):
            values["late"] = late
            adds.append("late_in :late")
        expression = ("SET " + ", ".join(changes) if changes else "") + remove
        expression += " ADD " + ", ".join(adds) if adds else ""
        return self._build.update("ticket", TICKET.key(plan.ticket_id), expression, condition, values)

    def who(self, plan: IngestPlan) -> bytes:
        """Return who wrote, sealed as the ticket holds it."""
        author = plan.message.author
        context = encryption.ticket_attribute(plan.ticket_id, "who")
        value = {"name": author.name, "username": author.username, "address": author.addresses[-1].value}
        return encryption.seal_json(plan.person.public_key, context, value)

    def last(self, plan: IngestPlan) -> bytes:
        """Return the beginning of the message, sealed as its ticket holds it."""
        context = encryption.ticket_attribute(plan.ticket_id, "last")
        return encryption.seal_json(
            plan.person.public_key, context, {"text": "" if plan.line else plan.message.text[:PREVIEW]}
        )


def late_span(at: int, now: int) -> set[int]:
    """Return the span of days in which a very late message was sent (`at`, ms), {} for others. Readers look that far
    back only for spans that are named here. Spans instead of times keep the set small."""
    return {at // LATE_SPAN} if at < now - GUARD_DAYS * DAY else set()


def album_of(plan: IngestPlan) -> set[int]:
    """Return the number of the message's album, {} without one: all messages of an album count as one unread."""
    album = plan.message.details.get("media_group_id")
    return {album_number(plan.person.conversation_id, str(album))} if album else set()
