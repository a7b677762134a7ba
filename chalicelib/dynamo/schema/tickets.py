"""Item classes of a ticket: the ticket and its number."""

from chalicelib.dynamo.schema.item_class import Expiry, ItemClass, fields

STAMPED = "on a date that is stamped when its ticket closes; without a ticket, when it arrives"

TICKET = ItemClass(
    "ticket",
    "desk",
    pk="ticket#{ticket_id}",
    sk="ticket",
    owner="contact",
    categories=("ticket_data",),
    purpose="support",
    retention="ticket",
    expiry=Expiry("date", STAMPED, found="own"),
    section="desk.tickets",
    found_by="ticket_id",
    fields=fields(
        sealed="who last",
        text="ticket_id number state channel account conversation_id contact_id assignee priority queue last_kind"
        " last_direction language previous_ticket_id undelivered due opens_in team",
        number="unread",
        texts="tags openings",
        number_set="late_in unread_albums",
        ms="created_at last_message_at activity solved_at closed_at rung_at question_at due_at person_at",
        seconds="expires_at dated gone_at",
    ),
)
"""`dated` is the expiry date that was stamped on the ticket's rows, `rung_at` when another wake-up message for that was
sent, `due_at` when the next one is due while that is not finished; `undelivered` is the sort key without prefix of the
newest message that was not sent or not delivered; `question_at` is when the newest question arrived while it is
unanswered, else 0 (rows of older releases lack it); `late_in` are numbers of the time spans in which very late messages
were sent (tickets/model.LATE_SPAN); `unread` counts unread messages without those of albums, `unread_albums` are the
numbers of albums of which something is unread (core/ids.album_number); `opens_in` is the partition of the index `queue`
in which the ticket is open (rows that no colleague has changed in this release lack it); `person_at` is when the
customer asked from the menu for a person, until they have a reply; `team` is the team that it was handed to (tickets of
the first team, and of a profile without teams, lack it), `openings` who has opened it with a reason, and until when
(tickets/need_to_know.py)."""
NUMBER = ItemClass(
    "number",
    "desk",
    pk="number#{number}",
    sk="number",
    owner="contact",
    categories=("ticket_data",),
    purpose="support",
    retention="ticket",
    expiry=Expiry("date", STAMPED, found="ticket"),
    section="desk.tickets",
    found_by="number",
    fields=fields(text="ticket_id", seconds="expires_at gone_at"),
)
