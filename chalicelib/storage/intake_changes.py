"""The rest of what arrives: a start, a block, a changed number. Each stored once, each in one transaction."""

from dataclasses import replace

from chalicelib.domain.messages import NumberChanged, ReachChanged, Started
from chalicelib.domain.people import ContactKey, Notice, Outcome, Person
from chalicelib.domain.references import MessageRef
from chalicelib.domain.tickets import SECOND
from chalicelib.storage import rows, sealing
from chalicelib.storage.blind import AddressKey
from chalicelib.storage.intake import IntakeStore
from chalicelib.storage.writes import Write


class IntakeChanges:
    """Writes what changes a person or conversation without being a message."""

    def __init__(self, store: IntakeStore, address_key: AddressKey) -> None:
        self._store = store
        self._address_key = address_key

    def start(self, person: Person, key: ContactKey | None, started: Started, notice: Notice, now: int) -> Outcome:
        """Store that a person pressed Start, and the welcome. Raises Unavailable."""
        rows_of = self._store.conversations
        writes = [self._started(person, started, now)]
        if key:
            writes += self._store.people.new_contact(person, key, started, now)
            writes.append(rows_of.new_head(person, started, notice.at, ticket_id="", wrote_at=0))
        else:
            writes.append(self._at_epoch(person))
        writes += rows_of.notice(person, started, "", notice)
        return self._store.transact(writes)

    def _started(self, person: Person, started: Started, now: int) -> Write:
        ref = MessageRef(person.conversation_id, started.sent_at * SECOND, self.blind(started))
        write = self._store.conversations.event(person, "", "started", ref.at, blind=ref.blind)
        place = sealing.message_content(ref)
        content = sealing.seal_json(person.public_key, place, {"payload": started.payload, "id": started.provider_id})
        write.item["Put"]["Item"] |= {"content": {"B": content}, "arrived_at": {"N": str(now)}}
        return write

    def blind(self, part: Started | NumberChanged) -> str:
        """Return the blind name of the part's provider id."""
        return self._address_key.message(part.channel, part.account, part.provider_id)

    def _at_epoch(self, person: Person) -> Write:
        pk = rows.conversation_pk(person.conversation_id)
        return self._store.writes.update("head", "desk", pk, "head", "", "epoch = :epoch", {"epoch": person.epoch})

    def reach(self, person: Person, change: ReachChanged) -> Outcome:
        """Store that the person blocked or unblocked the bot, unless something newer is known. Raises Unavailable."""
        at, kind = change.at * SECOND, "blocked" if change.blocked else "unblocked"
        newer = "<" if change.blocked else "<="
        head = self._store.writes.update(
            "head", "desk", rows.conversation_pk(person.conversation_id), "head",
            "SET blocked = :blocked, reach_at = :at",
            f"epoch = :epoch AND (attribute_not_exists(reach_at) OR reach_at {newer} :at)",
            {"blocked": change.blocked, "at": at, "epoch": person.epoch},
        )  # fmt: skip
        event = self._store.conversations.event(person, person.ticket_id, kind, at)
        return self._store.transact([head, event])

    def renumber(self, person: Person, change: NumberChanged, now: int, *, known: bool) -> Outcome:
        """Give the person the new address in place of the old one of its kind. With `known` they have it already.

        Raises Unavailable.
        """
        old = self._address_key.address(change.channel, change.account, change.old)
        new = self._address_key.address(change.channel, change.account, change.new)
        if change.old.kind != change.new.kind:
            old = getattr(person, f"{change.new.kind}_hash")
        kept = tuple(name for name in person.aliases if name not in (old, new))
        moved = replace(person, aliases=(*kept, new), known_at=max(person.known_at, change.at * SECOND))
        moved = replace(moved, user_hash=new) if change.new.kind == "user" else replace(moved, phone_hash=new)
        writes = [self._told(person, change, "number_changed", now)]
        writes += self._store.people.renumbered(moved, old if old != new else "", "" if known else new, change.new, now)
        return self._store.transact(writes)

    def keep_number(self, person: Person, change: NumberChanged, now: int) -> Outcome:
        """Say on the ticket that a changed number belongs to somebody else and moved nothing. Raises Unavailable."""
        return self._store.transact([self._told(person, change, "number_taken", now)])

    def _told(self, person: Person, change: NumberChanged, kind: str, now: int) -> Write:
        at = min(change.at * SECOND, now)
        return self._store.conversations.event(person, person.ticket_id, kind, at, blind=self.blind(change))
