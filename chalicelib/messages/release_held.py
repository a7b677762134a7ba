"""Releases what was held of somebody who has consented now: contact, consent, ticket and messages, in one transaction.

Nothing is opened: what was held is sealed as its rows want it (held_rows.py). Each message keeps its own times.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.core.asks import ASK_WAITS
from chalicelib.core.clock import DAY, RAW_DAYS, SECOND
from chalicelib.core.ids import MessageRef, new_number, pseudonym_of_notice
from chalicelib.core.purposes import SUPPORT
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import (
    ALIAS,
    ASK,
    ASKING,
    CONSENT,
    CONTACT,
    FETCH,
    FETCHING,
    HEAD,
    HELD,
    MESSAGE,
    NUMBER,
    OUTBOX,
    QUESTION,
    RAW,
    TICKET,
    lists,
)
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.held_rows import ticket_of
from chalicelib.messages.ingest import Notice
from chalicelib.messages.new_rows import notice_row, outbox_row
from chalicelib.messages.notices import released_notice
from chalicelib.messages.ticket_rows import late_span
from chalicelib.profile.model import Profile
from chalicelib.tickets.model import State, number_digits, queue_of

CONTACT_ROLE = "released_contact"
"""Role of the write on the contact; refused while it is being erased."""
_OF_MESSAGE = (
    "direction kind contact_id content sent_at provider_hash order arrived_at raw_type file_state quote_hash"
    " target_hash links linked_until"
).split()


class HeldConversation(NamedTuple):
    """A conversation that waits for a consent, as its rows say. `messages` are in the order in which they were sent."""

    head: Mapping[str, Any]
    question: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]

    @property
    def waits(self) -> bool:
        """Whether a question is open that a yes can answer: the person was asked, and has not said no."""
        return bool(self.question) and "refused_at" not in self.question

    @property
    def asks_abroad(self) -> bool:
        """Whether the question asks for the transfer abroad as an item of its own."""
        return bool(self.question.get("asks_abroad"))

    @property
    def says(self) -> Sequence[Mapping[str, Any]]:
        """The messages that say something by themselves."""
        return [row for row in self.messages if row.get("says")]


class ReleaseHeld:
    """Reads what is held and builds the writes of its release. All reads raise Unavailable."""

    def __init__(self, tables: Tables, profile: Profile) -> None:
        self._tables = tables
        self.profile = profile

    def read(self, conversation_id: str) -> HeldConversation | None:
        """Return what is held of a conversation; None when the person has consented."""
        head = self._tables.get(HEAD.key(conversation_id))
        if not head.get("pending"):
            return None
        question = self._tables.get(QUESTION.key(conversation_id))
        pages = self._tables.pages(HELD.partition(conversation_id), prefix=HELD.prefix)
        rows = [row for page in pages for row in page.rows]
        ordered = sorted(rows, key=lambda row: (row.get("sent_at", 0), row.get("order", 0)))
        return HeldConversation(head, question, ordered)

    def writes(
        self, held: HeldConversation, answered: Mapping[str, str], pseudonym: str, now: int, numbers_taken: int = 0
    ) -> list[Write]:
        """Return the writes of the release at `now` (ms), on the condition that everything is as it was read.
        `answered` says how the yes was given (`answered_by`, `message_ref`), and what was answered about the transfer
        abroad (`abroad`), where the question asks for it; `pseudonym` makes the consent's key."""
        number = new_number(number_digits(numbers_taken))
        return [
            *self._person(held, answered.get("abroad", "")),
            self._question(held),
            self._consent(held, answered, pseudonym, now),
            *self._ticket(held, number, now),
            *(write for row in held.messages for write in self._message(held, row, now)),
            *self._accepted(held, number, now, answered.get("abroad", "")),
        ]

    def _person(self, held: HeldConversation, abroad: str) -> Iterator[Write]:
        head, version = held.head, held.question["policy_version"]
        ticket_id = ticket_of(head["conversation_id"])
        values: dict[str, Any] = {"ticket": ticket_id, "epoch": head["epoch"], "yes": True}
        answer = ", #abroad = :abroad" if abroad else ""
        if abroad:
            values["abroad"] = abroad
        yield self._tables.update(
            "head", HEAD.key(head["conversation_id"]),
            f"SET #ticket_id = :ticket{answer} REMOVE #pending, #expires_at",
            "#epoch = :epoch AND #pending = :yes AND attribute_not_exists(#ticket_id)",
            values,
        )  # fmt: skip
        values = {"epoch": head["epoch"], "erasing": "erasing"}
        yield self._tables.update(
            CONTACT_ROLE, CONTACT.key(head["contact_id"]),
            "REMOVE #pending", "#epoch = :epoch AND #state <> :erasing", values,
        )  # fmt: skip
        for name in head["aliases"]:
            values = {"ticket": ticket_id, "policy": version, "contact": head["contact_id"], "epoch": head["epoch"]}
            yield self._tables.update(
                "alias", ALIAS.key(name),
                "SET #ticket_id = :ticket, #policy = :policy REMOVE #pending, #held_until",
                "#contact_id = :contact AND #epoch = :epoch AND attribute_not_exists(#former_at)",
                values,
            )  # fmt: skip

    def _question(self, held: HeldConversation) -> Write:
        key, values = QUESTION.key(held.head["conversation_id"]), {"parts": held.question["parts"]}
        return self._tables.delete("held", key, "#parts = :parts AND attribute_not_exists(#refused_at)", values)

    def _consent(self, held: HeldConversation, answered: Mapping[str, str], pseudonym: str, now: int) -> Write:
        head, question = held.head, held.question
        same = ("contact_id", "asked", "language", "subject", "policy_version", "policy_hash")
        row = {name: question.get(name, "") for name in same}
        row |= {"purpose": SUPPORT, "channel": head["channel"], "at": now, **answered}
        return self._tables.put("consent", CONSENT.key(head["contact_id"], now, pseudonym), row)

    def _ticket(self, held: HeldConversation, number: str, now: int) -> Iterator[Write]:
        head, says = held.head, held.says
        newest, ticket_id = says[-1], ticket_of(head["conversation_id"])
        albums = {row["album"] for row in says if row.get("album")}
        late = {span for row in held.messages for span in late_span(row.get("sent_at", now), now)}
        asked = [row["arrived_at"] for row in says if row.get("answer_wanted")]
        person = [row["arrived_at"] for row in says if row["direction"] == "event"]
        ticket = {
            "ticket_id": ticket_id,
            "number": number,
            "state": State.OPEN.value,
            "channel": head["channel"],
            "account": head["account"],
            "conversation_id": head["conversation_id"],
            "contact_id": head["contact_id"],
            "priority": "normal",
            "tags": [],
            "created_at": now,
            "last_message_at": newest["sent_at"],
            "activity": now,
            "queue": queue_of(State.OPEN),
            "unread": sum(not row.get("album") for row in says),
            "unread_albums": albums or None,
            "who": newest["who"],
            "last": newest["last"],
            "last_kind": newest["kind"],
            "last_direction": "in",
            "language": head.get("language", ""),
            "question_at": max(asked, default=0),
            "person_at": max(person, default=None),
            "late_in": late or None,
        }
        yield self._tables.put("ticket", TICKET.key(ticket_id), ticket)
        yield self._tables.put("number", NUMBER.key(number), {"ticket_id": ticket_id})

    def _message(self, held: HeldConversation, row: Mapping[str, Any], now: int) -> Iterator[Write]:
        conversation_id, pseudonym = held.head["conversation_id"], row["provider_hash"]
        if "content" not in row:  # its author has deleted it
            yield self._tables.delete("held", HELD.key(conversation_id, pseudonym))
            return
        values = {"order": row.get("order", 0)}
        unchanged = "#order = :order AND attribute_exists(#content)"
        yield self._tables.delete("held", HELD.key(conversation_id, pseudonym), unchanged, values)
        ref, whose = MessageRef(conversation_id, row["sent_at"], pseudonym), {"contact_id": row["contact_id"]}
        message = {name: row.get(name) for name in _OF_MESSAGE} | {"ticket_id": ticket_of(conversation_id)}
        yield self._tables.put("message", MESSAGE.key(*ref), message)
        if row.get("job"):
            yield self._tables.put("fetch", FETCH.key(*ref), self._fetch(held, row, now))
        if row.get("raw"):
            key = RAW.key(*ref)
            until = (row["arrived_at"] + RAW_DAYS * DAY) // SECOND
            raw = {"raw": row["raw"], "raw_type": row.get("raw_type"), **whose, **lists.dates(key.pk, until)}
            yield self._tables.put("raw", key, raw, "")
        if row.get("kinds"):
            ask = {"action": "maybe", "kinds": row["kinds"], "message_ref": str(ref), "at": now, **whose}
            ask |= {"language": held.head.get("language", ""), "due": ASKING, "due_at": now + ASK_WAITS}
            yield self._tables.put("meant", ASK.key(row["contact_id"], now, pseudonym), ask)

    def _fetch(self, held: HeldConversation, row: Mapping[str, Any], now: int) -> dict[str, Any]:
        same = {name: held.head[name] for name in ("conversation_id", "public_key", "epoch")}
        same |= {name: row[name] for name in ("contact_id", "channel", "account", "job")}
        due = {"attempts": 0, "arrived_at": now, "due": FETCHING, "due_at": now}
        return same | {"file_object": row["fetch_object"], **due}

    def _accepted(self, held: HeldConversation, number: str, now: int, abroad: str) -> Iterator[Write]:
        head = held.head
        ticket_id, channel = ticket_of(head["conversation_id"]), head["channel"]
        text = released_notice(self.profile, head.get("language", ""), channel, number, abroad)
        at = max(now, held.says[-1]["sent_at"] + 1)
        notice = Notice("accepted", ticket_id, text, at)
        ref = MessageRef(head["conversation_id"], at, pseudonym_of_notice(notice.kind, notice.about))
        row = notice_row(ref, notice, ticket_id, head["contact_id"], head["public_key"])
        yield self._tables.put("notice", MESSAGE.key(*ref), row)
        yield self._tables.put("outbox", OUTBOX.key(*ref), outbox_row(ref, "send", channel, head["account"], at), "")
