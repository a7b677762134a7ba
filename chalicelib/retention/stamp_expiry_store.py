"""The expiry date of a ticket and its stamps on the ticket's rows. Dates are epoch seconds.

The ticket's attribute `dated` holds the date that its rows are stamped with; while it differs from `expires_at`, the
stream router wakes the expiry stamper."""

from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.channels.failure_meanings import reason_of
from chalicelib.contacts.agreement import as_read
from chalicelib.core.clock import gone_at
from chalicelib.core.ids import MessageRef
from chalicelib.core.kept_for import WHILE_IT_LASTS, AgreementEnd, KeptFor
from chalicelib.core.purposes import SUPPORT
from chalicelib.dynamo.builder import Write, setting
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import get_row, translated_errors
from chalicelib.dynamo.schema import HEAD, MESSAGE, NUMBER, TICKET, Key, lists
from chalicelib.dynamo.tables import Tables
from chalicelib.outbox.channel_rows import stopped, window_shut
from chalicelib.retention.model import TicketDate
from chalicelib.tickets.model import CHANGES, NO_LONGER_SOLVED, REOPENS, State, reopening
from chalicelib.tickets.pieces import outstanding
from chalicelib.tickets.records_from_rows import mapping, outcome, outgoing
from chalicelib.tickets.writes import to_be_stamped

STAMP_AGAIN = 1
"""Stored in a ticket's `dated` instead of a date to have its rows stamped again. No ticket has this date."""

_LATEST = 100
"""Most failed messages of a ticket that are searched for the one to name next."""


class StampExpiryStore:
    """Reads and writes expiry dates. All methods raise Unavailable."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def ticket(self, ticket_id: str) -> TicketDate | None:
        """Return the ticket's date by a strongly consistent read, or None when the ticket is gone."""
        row = get_row(TICKET.key(ticket_id))
        if row is None:
            return None
        return TicketDate(ticket_id, row.number or "", int(row.expires_at or 0), int(row.closed_at or 0))

    def rows_to_stamp(self, conversation_id: str, ticket: TicketDate) -> Iterator[str]:
        """Yield sort keys of the ticket's messages, comments and activity lines whose date differs from the
        ticket's."""
        if ticket.expires_at:
            wrong = (DeskRow.expires_at != ticket.expires_at) | DeskRow.expires_at.does_not_exist()
        else:
            wrong = DeskRow.expires_at.exists()
        with translated_errors():
            for row in DeskRow.query(
                MESSAGE.partition(conversation_id),
                DeskRow.sk.startswith(MESSAGE.prefix),
                filter_condition=(DeskRow.ticket_id == ticket.ticket_id) & wrong,
                consistent_read=True,
                attributes_to_get=["pk", "sk"],
            ):
                yield str(row.sk)

    def stamp_row(self, conversation_id: str, sk: str, ticket: TicketDate) -> None:
        """Set a row's date to the ticket's, or remove it. A row that is gone is not created."""
        self._stamp(_row(conversation_id, sk), ticket)

    def stamp_number(self, ticket: TicketDate) -> None:
        """Set the date of the ticket's number to the ticket's, or remove it."""
        if ticket.number:
            self._stamp(NUMBER.key(ticket.number), ticket)

    def stamp_alone(self, conversation_id: str, sk: str, expires_at: int) -> None:
        """Set the date of a row without a ticket. A date that it has stays."""
        key = _row(conversation_id, sk)
        values = lists.dates(key.pk, expires_at)
        condition = "attribute_exists(pk) AND attribute_not_exists(#expires_at)"
        self._tables.write(self._tables.update("row", key, setting(values), condition, values))

    def _stamp(self, key: Key, ticket: TicketDate) -> None:
        values: dict[str, Any] = {"ticket": ticket.ticket_id}
        expression = "REMOVE #expires_at, #gone_at"
        if ticket.expires_at:
            values |= {"date": ticket.expires_at, "gone": gone_at(ticket.expires_at)}
            expression = "SET #expires_at = :date, #gone_at = :gone"
        self._tables.write(self._tables.update("row", key, expression, "#ticket_id = :ticket", values))

    def stamp_head(self, conversation_id: str, ticket: TicketDate, kept: KeptFor) -> bool:
        """Set the contact's date on the conversation's head, or remove it; False: a row has changed since it was read.

        The newest ticket decides. An older one can only put the date off, when it is closed after the newest. The
        ticket is checked in the same transaction, so a head has no date while its newest ticket is open. It gets no
        `gone_at` (DynamoDB's TTL), which would delete the head alone and leave the contact's other rows for ever.
        """
        head = get_row(HEAD.key(conversation_id))
        if head is None:
            return True
        end = AgreementEnd(int(head.agreement_ended_at or 0), int(head.agreement_said_at or 0))
        newest, read, date = (
            head.ticket_id == ticket.ticket_id,
            int(head.expires_at or 0),
            ticket.contact_until(kept, end),
        )
        known = 0 if read == WHILE_IT_LASTS else read
        dated = read == date or known >= date
        if (not newest and not known) or (dated if ticket.expires_at else not (newest and read)):
            return True
        same_end, values = as_read(end)
        values |= {"newest": head.ticket_id or ""} | ({"read": read} if read else {})
        condition = f"{same_end} AND #ticket_id = :newest AND "
        condition += "#expires_at = :read" if read else "attribute_not_exists(#expires_at)"
        key, expression = HEAD.key(conversation_id), "REMOVE #expires_at, #list, #place"
        if ticket.expires_at:
            values |= {"date": date, **lists.expires(key.pk, date).attributes()}
            expression = "SET #expires_at = :date, #list = :list, #place = :place"
        write = self._tables.update("head", key, expression, condition, values)
        return self._tables.transact([self._date_unchanged(ticket), write]) is None

    def _date_unchanged(self, ticket: TicketDate) -> Write:
        """Check that the ticket still has this date, or none."""
        values: dict[str, Any] = {"ticket": ticket.ticket_id}
        condition = "#ticket_id = :ticket AND attribute_not_exists(#expires_at)"
        if ticket.expires_at:
            values, condition = {"closed": ticket.expires_at}, "#expires_at = :closed"
        return self._tables.check("ticket", TICKET.key(ticket.ticket_id), condition, values)

    def finish(self, ticket: TicketDate) -> bool:
        """Note on the ticket that its rows are stamped; False when its date has changed meanwhile."""
        values: dict[str, Any] = {"ticket": ticket.ticket_id}
        if ticket.expires_at:
            values |= {"date": ticket.expires_at, "gone": gone_at(ticket.expires_at)}
            values |= lists.of_ticket(ticket.ticket_id, "", 0, ticket.expires_at).attributes()
            expression = "SET #dated = :date, #gone_at = :gone, #list = :list, #place = :place"
            expression += " REMOVE #rung_at, #due, #due_at"
            condition = "#expires_at = :date AND #ticket_id = :ticket"
        else:
            expression, condition = (
                "REMOVE #dated, #gone_at, #rung_at, #due, #due_at",
                "attribute_not_exists(#expires_at) AND #ticket_id = :ticket",
            )
        key = TICKET.key(ticket.ticket_id)
        return self._tables.write(self._tables.update("ticket", key, expression, condition, values))

    def enqueue(self, ticket_id: str, now: int) -> bool:
        """Have the ticket's rows stamped again, and once more when that has not succeeded after a while; False when the
        ticket is gone. `now` in ms.

        The change appears in the table's stream, and the stream router wakes the expiry stamper. So only the stream
        router needs the right to write to its queue.
        """
        values = {"again": STAMP_AGAIN, "now": now, **to_be_stamped(now)}
        expression = "SET #dated = :again, #rung_at = :now, #due = :due, #due_at = :due_at"
        key = TICKET.key(ticket_id)
        return self._tables.write(self._tables.update("ticket", key, expression, "attribute_exists(pk)", values))

    def show_failure(
        self, conversation_id: str, sk: str, ticket_id: str, now: int, stops: Callable[[str, str], bool]
    ) -> str:
        """Show on the ticket that this message of ours was not delivered, and reopen it when staff wrote the message;
        or no longer show it. The same transaction marks the message. A message that was sent again is not shown.

        `stops` says for a channel and a code whether it stops the channel: then the channel is stopped as well and the
        code returned, else "". A code that says that the reply window is closed closes it. `now` in ms."""
        told = ""

        def build(refused: frozenset[str]) -> list[Write] | None:
            nonlocal told
            told = ""
            row = get_row(_row(conversation_id, sk))
            if row is None or row.direction != "out" or row.kind in CHANGES:
                return None
            failed, failure = outstanding(outgoing(row)), outcome(row)[1]
            if failed == bool(row.flagged):
                return None
            writes, ticket = [self._flag(row, failed)], get_row(TICKET.key(ticket_id))
            if ticket is not None:
                other = None if failed else self._other(ticket, row)
                writes += [
                    self._show_on_ticket(ticket, row, failed, now, other),
                    *([self._as_read(other)] if other else []),
                ]
                channel, code = str(ticket.channel), str(failure.get("code", ""))
                if failed and stops(channel, code):
                    told = code
                    writes.append(stopped(self._tables, channel, str(ticket.account), code, now))
                if failed and reason_of(channel, code) == "window_closed" and "shut" not in refused:
                    writes.append(window_shut(self._tables, conversation_id, MessageRef.of_tail("", _tail(row)).at))
            return writes

        return told if self._tables.transact_until_written(build) else ""

    def _flag(self, row: DeskRow, failed: bool) -> Write:
        """Note on the message whether its ticket shows it, if it is as it was read."""
        values: dict[str, Any] = {"status": row.status or "", "yes": True}
        conditions = ["#status = :status", "attribute_not_exists(#resent_as)"]
        if row.resent_as:
            conditions[1], values["resent"] = "#resent_as = :resent", row.resent_as
        if row.piece_count:
            values["states"] = mapping(row.piece_states)
            conditions.append("#piece_states = :states")
        if not failed:
            conditions.append("#flagged = :yes")
        expression = "SET #flagged = :yes" if failed else "REMOVE #flagged"
        key = Key("desk", str(row.pk), str(row.sk))
        return self._tables.update("message", key, expression, " AND ".join(conditions), values)

    def _other(self, ticket: DeskRow, row: DeskRow) -> DeskRow | None:
        """Return the newest other failed message, among the latest ones, which the ticket shows instead of this one."""
        if ticket.undelivered != _tail(row):
            return None
        with translated_errors():
            latest = DeskRow.query(
                str(row.pk),
                DeskRow.sk.startswith(MESSAGE.prefix),
                filter_condition=(DeskRow.ticket_id == row.ticket_id) & (DeskRow.flagged == True),  # noqa: E712
                scan_index_forward=False,
                consistent_read=True,
                page_size=_LATEST,
                limit=_LATEST,
            )
            return next((one for one in latest if one.sk != row.sk and outstanding(outgoing(one))), None)

    def _as_read(self, other: DeskRow) -> Write:
        """Check that the other message is as it was read, so that its later delivery removes it from the ticket."""
        values, condition = {"status": other.status or "", "yes": True}, "#flagged = :yes AND #status = :status"
        return self._tables.check("other", Key("desk", str(other.pk), str(other.sk)), condition, values)

    def _show_on_ticket(self, ticket: DeskRow, row: DeskRow, failed: bool, now: int, other: DeskRow | None) -> Write:
        """Write the newest undelivered message on the ticket, if the ticket is as it was read. `other` is that message
        when this one was delivered."""
        tail, known = _tail(row), ticket.undelivered or ""
        values: dict[str, Any] = {"state": ticket.state or ""}
        condition = "#state = :state AND "
        condition += "#undelivered = :known" if known else "attribute_not_exists(#undelivered)"
        if known:
            values["known"] = known
        expression = ""
        if failed:
            expression, values["tail"] = "SET #undelivered = :tail", max(tail, known)
            if row.purpose == SUPPORT and ticket.state != State.CLOSED:
                expression = f"{expression}, {REOPENS} {NO_LONGER_SOLVED}"
                values |= reopening(now)
            if row.answers:  # the reply failed, so the question is open again
                expression = expression.replace("SET ", "SET #question_at = :question, ", 1)
                values["question"] = row.answers
        elif known == tail:
            expression = "REMOVE #undelivered"
            if other is not None:
                expression, values["tail"] = "SET #undelivered = :tail", _tail(other)
        return self._tables.update("ticket", Key("desk", ticket.pk, ticket.sk), expression, condition, values)


def _row(conversation_id: str, sk: str) -> Key:
    """Return the key of a row of a conversation by its sort key."""
    return Key("desk", HEAD.partition(conversation_id), sk)


def _tail(row: DeskRow) -> str:
    """Return the sort key of a message without its prefix."""
    return str(row.sk).removeprefix(MESSAGE.prefix)
