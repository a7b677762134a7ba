"""The date of a ticket, and its copies on the ticket's rows. Dates are epoch seconds."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.core.clock import gone_at
from chalicelib.dynamo import schema as rows
from chalicelib.dynamo.model_calls import reaching
from chalicelib.dynamo.models import DeskRow
from chalicelib.dynamo.rows import get_row
from chalicelib.dynamo.transactions import Transactions
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.messages.ticket_rows import reopening
from chalicelib.outbox.channel_rows import stopped
from chalicelib.retention.model import TicketDate
from chalicelib.tickets.model import State
from chalicelib.tickets.pieces import outstanding
from chalicelib.tickets.records_of_rows import mapping, outcome, outgoing

STAMP_AGAIN = 1
"""Instead of a date in a ticket's `dated`: its rows have to be looked at. No ticket ever has this date."""

_LATEST = 100
"""Failed messages of a ticket that are looked through for the one to name next."""


class ExpiryStamps:
    """Reads and writes dates. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str], wait: Callable[[int], None]) -> None:
        self._run = Transactions(client, wait)
        self._writes = Writes(tables)

    def ticket(self, ticket_id: str) -> TicketDate | None:
        """The ticket by a strongly consistent read, or None when it is gone."""
        row = get_row(rows.ticket_pk(ticket_id), "ticket")
        if row is None:
            return None
        return TicketDate(ticket_id, row.number or "", int(row.expires_at or 0), int(row.closed_at or 0))

    def rows_to_stamp(self, conversation_id: str, ticket: TicketDate) -> Iterator[str]:
        """Sort keys of the ticket's messages, comments and activity lines that have another date than the
        ticket."""
        if ticket.expires_at:
            wrong = (DeskRow.expires_at != ticket.expires_at) | DeskRow.expires_at.does_not_exist()
        else:
            wrong = DeskRow.expires_at.exists()
        with reaching():
            for row in DeskRow.query(
                rows.conversation_pk(conversation_id),
                DeskRow.sk.startswith("message#"),
                filter_condition=(DeskRow.ticket_id == ticket.ticket_id) & wrong,
                consistent_read=True,
                attributes_to_get=["pk", "sk"],
            ):
                yield str(row.sk)

    def stamp_row(self, conversation_id: str, sk: str, ticket: TicketDate) -> None:
        """Give a row the ticket's date, or take its date away. A row that is gone stays gone."""
        self._stamp(rows.conversation_pk(conversation_id), sk, ticket)

    def stamp_number(self, ticket: TicketDate) -> None:
        """Give the ticket's number the ticket's date, or take its date away."""
        if ticket.number:
            self._stamp(rows.number_pk(ticket.number), "number", ticket)

    def stamp_alone(self, conversation_id: str, sk: str, expires_at: int) -> None:
        """Give a row its own date, because it has no ticket, or none any more. A date that it has stays."""
        pk, values = rows.conversation_pk(conversation_id), {"date": expires_at, "gone": gone_at(expires_at)}
        condition = "attribute_exists(pk) AND attribute_not_exists(#expires_at)"
        expression = "SET #expires_at = :date, #gone_at = :gone"
        self._run.single(self._writes.update("row", "desk", pk, sk, expression, condition, values))

    def _stamp(self, pk: str, sk: str, ticket: TicketDate) -> None:
        values: dict[str, Any] = {"ticket": ticket.ticket_id}
        expression = "REMOVE #expires_at, #gone_at"
        if ticket.expires_at:
            values |= {"date": ticket.expires_at, "gone": gone_at(ticket.expires_at)}
            expression = "SET #expires_at = :date, #gone_at = :gone"
        self._run.single(self._writes.update("row", "desk", pk, sk, expression, "#ticket_id = :ticket", values))

    def stamp_head(self, conversation_id: str, ticket: TicketDate, kept_days: int) -> bool:
        """Give the conversation's head its contact's date, or take it away; False: what was read has changed.

        The newest ticket decides. An older one only puts a date off: it may be closed after the newest. The ticket is
        checked in the same transaction, so a head has no date while its newest ticket is open. It gets no `gone_at`:
        DynamoDB would delete the head alone, and the contact's other rows would be left without an end.
        """
        head = get_row(rows.conversation_pk(conversation_id), "head")
        if head is None:
            return True
        newest, read = head.ticket_id == ticket.ticket_id, int(head.expires_at or 0)
        date = ticket.contact_until(kept_days)
        if (not newest and not read) or (read >= date if ticket.expires_at else not (newest and read)):
            return True
        values: dict[str, Any] = {"newest": head.ticket_id or ""} | ({"read": read} if read else {})
        condition = "#ticket_id = :newest AND "
        condition += "#expires_at = :read" if read else "attribute_not_exists(#expires_at)"
        expression = "REMOVE #expires_at"
        if ticket.expires_at:
            values["date"], expression = date, "SET #expires_at = :date"
        pk = rows.conversation_pk(conversation_id)
        write = self._writes.update("head", "desk", pk, "head", expression, condition, values)
        return self._run.once([self._date_unchanged(ticket), write]) is None

    def _date_unchanged(self, ticket: TicketDate) -> Write:
        """The ticket has this date still, or none."""
        values: dict[str, Any] = {"ticket": ticket.ticket_id}
        condition = "#ticket_id = :ticket AND attribute_not_exists(#expires_at)"
        if ticket.expires_at:
            values, condition = {"closed": ticket.expires_at}, "#expires_at = :closed"
        return self._writes.update("ticket", "desk", rows.ticket_pk(ticket.ticket_id), "ticket", "", condition, values)

    def finish(self, ticket: TicketDate) -> bool:
        """Note on the ticket that its rows have its date; False when the date has changed meanwhile."""
        pk = rows.ticket_pk(ticket.ticket_id)
        values: dict[str, Any] = {"ticket": ticket.ticket_id}
        if ticket.expires_at:
            values |= {"date": ticket.expires_at, "gone": gone_at(ticket.expires_at)}
            expression = "SET #dated = :date, #gone_at = :gone REMOVE #rung_at"
            condition = "#expires_at = :date AND #ticket_id = :ticket"
        else:
            expression, condition = (
                "REMOVE #dated, #gone_at, #rung_at",
                "attribute_not_exists(#expires_at) AND #ticket_id = :ticket",
            )
        return self._run.single(self._writes.update("ticket", "desk", pk, "ticket", expression, condition, values))

    def enqueue(self, ticket_id: str, now: int) -> bool:
        """Have the ticket's rows dated by a new bell; False when the ticket is gone. `now` in ms.

        The change shows in the table's stream, and the relay rings for a ticket whose rows have another date. So
        nobody but the relay needs to write to the queue.
        """
        values = {"again": STAMP_AGAIN, "now": now}
        expression = "SET #dated = :again, #rung_at = :now"
        pk = rows.ticket_pk(ticket_id)
        return self._run.single(
            self._writes.update("ticket", "desk", pk, "ticket", expression, "attribute_exists(pk)", values)
        )

    def show_failure(
        self, conversation_id: str, sk: str, ticket_id: str, now: int, stops: Callable[[str, str], bool]
    ) -> str:
        """Make the ticket say that this message of ours was not delivered, and come back to the open ones when a
        colleague wrote it, or no longer say so; one transaction with the mark that it was done. What was sent again
        says nothing.

        `stops` tells of a channel and a code whether nothing can go out any more: then the channel is stopped as well,
        and the code returned; else "". `now` in ms.
        """
        told = ""

        def build(refused: frozenset[str]) -> list[Write] | None:
            nonlocal told
            told = ""
            row = get_row(rows.conversation_pk(conversation_id), sk)
            if row is None or row.direction != "out":
                return None
            failed, failure = outstanding(outgoing(row)), outcome(row)[1]
            if failed == bool(row.flagged):
                return None
            writes, ticket = [self._flag(row, failed)], get_row(rows.ticket_pk(ticket_id), "ticket")
            if ticket is not None:
                other = None if failed else self._other(ticket, row)
                writes += [
                    self._show_on_ticket(ticket, row, failed, now, other),
                    *([self._as_read(other)] if other else []),
                ]
                channel, code = str(ticket.channel), str(failure.get("code", ""))
                if failed and stops(channel, code):
                    told = code
                    writes.append(stopped(self._writes, channel, str(ticket.account), code, now))
            return writes

        return told if self._run.until_done(build) else ""

    def _flag(self, row: DeskRow, failed: bool) -> Write:
        """Note on the message what its ticket says of it, if it is as it was read."""
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
        return self._writes.update(
            "message", "desk", str(row.pk), str(row.sk), expression, " AND ".join(conditions), values
        )

    def _other(self, ticket: DeskRow, row: DeskRow) -> DeskRow | None:
        """The newest other message, of the latest ones, that the ticket has to name when it no longer names this."""
        if ticket.undelivered != str(row.sk).removeprefix("message#"):
            return None
        with reaching():
            latest = DeskRow.query(
                str(row.pk),
                DeskRow.sk.startswith("message#"),
                filter_condition=(DeskRow.ticket_id == row.ticket_id) & (DeskRow.flagged == True),  # noqa: E712
                scan_index_forward=False,
                consistent_read=True,
                page_size=_LATEST,
                limit=_LATEST,
            )
            return next((one for one in latest if one.sk != row.sk and outstanding(outgoing(one))), None)

    def _as_read(self, other: DeskRow) -> Write:
        """That message is as it was read: when it arrives after all, its own mark is taken off then."""
        values, condition = {"status": other.status or "", "yes": True}, "#flagged = :yes AND #status = :status"
        return self._writes.update("other", "desk", str(other.pk), str(other.sk), "", condition, values)

    def _show_on_ticket(self, ticket: DeskRow, row: DeskRow, failed: bool, now: int, other: DeskRow | None) -> Write:
        """Write on the ticket, if it is as it was read, the newest message that was not delivered; `other` is the one
        that it is when this one was."""
        tail, known = str(row.sk).removeprefix("message#"), ticket.undelivered or ""
        values: dict[str, Any] = {"state": ticket.state or ""}
        condition = "#state = :state AND "
        condition += "#undelivered = :known" if known else "attribute_not_exists(#undelivered)"
        if known:
            values["known"] = known
        expression = ""
        if failed:
            expression, values["tail"] = "SET #undelivered = :tail", max(tail, known)
            if row.purpose == "support" and ticket.state != State.CLOSED:
                change, more = reopening(now)
                expression, values = f"{expression}, {change}", values | more
            if row.answers:  # the question has no answer after all
                expression = expression.replace("SET ", "SET #question_at = :question, ", 1)
                values["question"] = row.answers
        elif known == tail:
            expression = "REMOVE #undelivered"
            if other is not None:
                expression, values["tail"] = "SET #undelivered = :tail", str(other.sk).removeprefix("message#")
        return self._writes.update("ticket", "desk", str(ticket.pk), "ticket", expression, condition, values)
