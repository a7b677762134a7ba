"""Stores what arrives beside messages: a block, a changed number, an event in a chat. Each is stored once, in one
transaction."""

from collections.abc import Iterator

from chalicelib.channels.parts import ChatEvent, NumberChanged, ReachChanged
from chalicelib.contacts.model import ContactReference
from chalicelib.core.addresses import Author
from chalicelib.core.clock import SECOND
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import HEAD, TICKET
from chalicelib.messages.conversation_rows import NOT_EXPIRED
from chalicelib.messages.ingest import Outcome
from chalicelib.messages.store import IntakeStore
from chalicelib.vault.pseudonyms import AddressKey

ContactEvent = ReachChanged | NumberChanged | ChatEvent


class ContactEventStore:
    """Writes changes of a person or conversation that are no messages."""

    def __init__(self, store: IntakeStore, address_key: AddressKey) -> None:
        self._store = store
        self._address_key = address_key

    def _before(self, person: ContactReference, part: ContactEvent, author: Author, at: int) -> Iterator[Write]:
        """Check the suppression list for the author's addresses if the change is older than the person's use of
        them."""
        return self._store.suppression_checks(self._store.before(person, part.channel, part.account, author, at), at)

    def pseudonym(self, part: NumberChanged | ChatEvent) -> str:
        """Return the pseudonym of the part's provider id."""
        return self._address_key.message(part.channel, part.account, part.provider_id)

    def _head_unchanged(self, person: ContactReference, now: int) -> Write:
        values = {"epoch": person.epoch, "now": now // SECOND}
        return self._store.tables.check(
            "head", HEAD.key(person.conversation_id), f"epoch = :epoch AND {NOT_EXPIRED}", values
        )

    def reach(self, person: ContactReference, change: ReachChanged, now: int) -> Outcome:
        """Store that the person blocked or unblocked the bot, unless a newer change is stored. Raises Unavailable."""
        at, kind = change.at * SECOND, "blocked" if change.blocked else "unblocked"
        newer = "<" if change.blocked else "<="
        head = self._store.tables.update(
            "head", HEAD.key(person.conversation_id),
            "SET blocked = :blocked, reach_at = :at",
            f"epoch = :epoch AND {NOT_EXPIRED} AND (attribute_not_exists(reach_at) OR reach_at {newer} :at)",
            {"blocked": change.blocked, "at": at, "epoch": person.epoch, "now": now // SECOND},
        )  # fmt: skip
        event = self._store.conversations.event(person, person.ticket_id, kind, at)
        return self._store.transact([head, event, *self._before(person, change, change.author, at)])

    def chat_event(self, person: ContactReference, event: ChatEvent, now: int) -> Outcome:
        """Write an activity line about the event on the person's open ticket; TICKET_OVER when it is not open. Raises
        Unavailable."""
        at = event.at * SECOND  # the provider's time: a repetition must meet the same row
        states = {"open": "open", "pending": "pending", "snoozed": "snoozed"}
        condition = "#state IN (:open, :pending, :snoozed)"
        ticket = self._store.tables.check("ticket", TICKET.key(person.ticket_id), condition, states)
        line = self._store.conversations.event(
            person, person.ticket_id, event.kind, at, pseudonym=self.pseudonym(event)
        )
        head = self._head_unchanged(person, now)
        return self._store.transact([line, ticket, head, *self._before(person, event, event.author, at)])

    def change_number(self, person: ContactReference, change: NumberChanged, now: int, *, known: bool) -> Outcome:
        """Replace the person's old address of this kind by the new one. `known` says that they have the new one
        already.

        An address of a person who is being erased changes nothing (FENCED). Raises Unavailable."""
        at = change.at * SECOND
        old = self._address_key.address(change.channel, change.account, change.old)
        new = self._address_key.address(change.channel, change.account, change.new)
        if change.old.kind != change.new.kind:
            old = getattr(person, f"{change.new.kind}_hash")
        kept = tuple(name for name in person.aliases if name not in (old, new))
        moved = person._replace(aliases=(*kept, new), known_at=max(person.known_at, at), born_at=at)
        moved = moved._replace(user_hash=new) if change.new.kind == "user" else moved._replace(phone_hash=new)
        writes = [self._number_event(person, change, "number_changed")]
        writes += self._store.contacts.readdressed_rows(
            moved, old if old != new else "", "" if known else new, change.new, now
        )
        writes += self._before(person, change, Author((change.old,)), at)
        writes += self._store.suppression_checks((new,) if new != old and not known else (), at)
        return self._store.transact(writes)

    def refuse_number(self, person: ContactReference, change: NumberChanged) -> Outcome:
        """Write on the ticket that the new number is another person's, so that no address was changed. Raises
        Unavailable."""
        late = self._before(person, change, Author((change.old,)), change.at * SECOND)
        told = self._number_event(person, change, "number_taken")
        # A contact whose retention has ended is not refused here: the provider would repeat the change for ever.
        head = self._store.tables.check(
            "head", HEAD.key(person.conversation_id), "epoch = :epoch", {"epoch": person.epoch}
        )
        return self._store.transact([told, head, *late])

    def _number_event(self, person: ContactReference, change: NumberChanged, kind: str) -> Write:
        at, pseudonym = change.at * SECOND, self.pseudonym(change)
        return self._store.conversations.event(person, person.ticket_id, kind, at, pseudonym=pseudonym)
