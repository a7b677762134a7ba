"""Stores what arrived in one transaction, and builds the writes of its ticket's rows: the ticket and its number."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chalicelib.channels.parts import InboundMessage, Started
from chalicelib.contacts.model import ContactReference, Lookup
from chalicelib.core.addresses import Author, ChannelId
from chalicelib.core.clock import DAY, RAW_DAYS, SECOND
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import NEW, Write
from chalicelib.dynamo.schema import ALIAS, SUBSCRIPTION, SUPPRESSION, UNPARSED
from chalicelib.dynamo.schema.mailings import LASTS
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.contact_rows import ContactRows
from chalicelib.messages.conversation_rows import ConversationRows
from chalicelib.messages.ingest import IngestPlan, Notice, Outcome, VisitorAnswer
from chalicelib.messages.ticket_rows import TicketRows
from chalicelib.vault import encryption
from chalicelib.vault.encryption import fingerprint, seal
from chalicelib.vault.pseudonyms import AddressKey

if TYPE_CHECKING:
    from chalicelib.messages.held_rows import HeldRows
    from chalicelib.messages.visitor_rows import VisitorRows

_BY_ROLE = (
    ("message", Outcome.DUPLICATE),
    ("fence", Outcome.FENCED),
    ("phone_fence", Outcome.PHONE_FENCED),
    ("key", Outcome.KEY_GONE),
    ("number", Outcome.NUMBER_TAKEN),
    ("subscription", Outcome.NOT_SUBSCRIBED),
    ("head", Outcome.HEAD_CHANGED),
    ("ticket", Outcome.TICKET_OVER),
    ("question", Outcome.FULL),
    ("pages", Outcome.STALE),
)


class IntakeStore:
    """Intake's writes. All methods that call DynamoDB raise Unavailable."""

    def __init__(
        self, tables: Tables, address_key: AddressKey, vault_public: bytes, fetcher_public: bytes = b""
    ) -> None:
        self.tables = tables
        self._address_key = address_key
        self._vault_public = vault_public
        self.conversations = ConversationRows(tables, address_key, fetcher_public)
        self.contacts = ContactRows(tables, address_key, vault_public)
        self.tickets = TicketRows(tables)

    def check(self) -> None:
        """Read an alias that does not exist, to see whether the table answers."""
        self.tables.get(ALIAS.key(""))

    def commit(self, plan: IngestPlan) -> Outcome:
        """Store a message with all that its plan says, or nothing."""
        return self.transact(self._writes_of(plan))

    def tell_full(self, plan: IngestPlan, notice: Notice) -> Outcome:
        """Store that a message of a person was not held, because as much is held as may be, and tell them so once."""
        person, message = plan.person, plan.message
        head = self.conversations.head(plan._replace(hold=None, newest=True))
        told = [self._held.full(plan), *self.conversations.notice(person, message, "", notice), head]
        outcome = self.transact(told)
        if outcome is Outcome.FULL:  # told before; the head notes the time, so that a repetition is not taken in later
            outcome = self.transact([head])
        return Outcome.FULL if outcome is Outcome.STORED else outcome

    def answer_visitor(self, part: InboundMessage | Started, answer: VisitorAnswer, now: int) -> Outcome:
        """Answer somebody of whom nothing is stored, once, unless an address of theirs is on the suppression list. Who
        may be somebody else gets few answers a day; STALE beyond that."""
        names = self.contacts.names(part.channel, part.account, part.author).values()
        checks = self.suppression_checks(names, part.sent_at * SECOND)
        limits = self._visitors.limits(names, now) if isinstance(part, InboundMessage) and part.unproved else ()
        return self.transact([self._visitors.answer(part, answer, now), *checks, *limits])

    @property
    def _visitors(self) -> "VisitorRows":
        from chalicelib.messages.visitor_rows import VisitorRows  # most bodies need none

        return VisitorRows(self.tables, self._address_key, self._vault_public)

    @property
    def _held(self) -> "HeldRows":
        from chalicelib.messages.held_rows import HeldRows  # operators that do not ask first need none

        return HeldRows(self.tables, self.conversations, self.tickets, self._address_key)

    def _writes_of(self, plan: IngestPlan) -> Iterator[Write]:
        person, message = plan.person, plan.message
        ref = self.conversations.message_ref(plan)
        profile = "" if plan.aside else self.contacts.new_profile(plan)  # a new name changes the ticket, too
        yield from self._held.writes(plan, plan.hold, ref) if plan.hold else [self.conversations.message(plan, ref)]
        if message.undated:
            yield self.conversations.new_provider_id(plan, ref)
        if not plan.hold:
            yield from self._beside_message(plan, ref)
        if plan.key:
            policy = plan.consent[0] if plan.consent else ""
            held = plan.hold.until if plan.hold else 0
            stored = person._replace(ticket_id=plan.ticket_id, policy=policy, held_until=held)
            yield from self.contacts.new_contact(stored, plan.key, message, plan.now, plan.found)
            yield self._new_head(plan)
        else:
            yield self.contacts.has_key(person)
            yield self.conversations.head(plan)
            if plan.gets:
                yield self.tables.check("subscription", SUBSCRIPTION.key(person.contact_id, plan.gets), LASTS)
            yield from self.contacts.changes(plan, profile)
        if plan.opens:
            yield from self.tickets.opened(plan)
        elif plan.touches_ticket:
            yield self.tickets.touched(plan, renamed=bool(profile))
        yield from self._suppression_checks_of(plan)
        if plan.consent:
            yield self.conversations.consent(plan, ref)
        for notice in plan.notices:
            yield from self.conversations.notice(person, message, plan.ticket_id, notice)
        if message.kind == "callback" and not plan.hold:
            yield self.conversations.outbox(message, ref, "answer_callback", plan.now)
        yield from self.have_ended(plan.found, plan.now)
        if loser := plan.found.moved_from:
            yield from self.contacts.moved(loser, plan.found.taken)
            for owner, ticket in ((person, plan.ticket_id or person.ticket_id), (loser, loser.ticket_id)):
                yield self.conversations.event(owner, ticket, "phone_moved", plan.now)

    def _beside_message(self, plan: IngestPlan, ref: MessageRef) -> Iterator[Write]:
        yield from self.conversations.fetch(plan, ref)
        if plan.message.raw:
            yield self.conversations.raw(plan, ref)
        if plan.farewell:
            yield self._held.refused(plan, ref, plan.farewell, self._visitors)
        elif plan.ask:
            yield self.conversations.ask(plan, plan.ask, ref)

    def _new_head(self, plan: IngestPlan) -> Write:
        last, kept = max((one.at for one in plan.notices), default=plan.now), plan.kept_until
        return self.conversations.new_head(
            plan.person, plan.message, last, ticket_id=plan.ticket_id, wrote_at=plan.at, expires_at=kept
        )

    def have_ended(self, found: Lookup, now: int) -> Iterator[Write]:
        """Check that the former contacts are over (their retention, or their key is gone), so that a new one may have
        their addresses."""
        for person, keyless in found.ended:
            yield self.contacts.has_key(person, gone=True) if keyless else self.conversations.ended(person, now)

    def _suppression_checks_of(self, plan: IngestPlan) -> Iterator[Write]:
        """Check the suppression list for addresses that somebody else may have had before: those of a new contact,
        added ones, and those of a message older than the person's use of them."""
        person, message, added = plan.person, plan.message, plan.found.added
        names = person.aliases
        if not plan.key:
            names = self.before(person, message.channel, message.account, message.author, plan.at)
        yield from self.suppression_checks((name for name in names if name not in added), plan.at)
        yield from self.suppression_checks(added, plan.at, "phone_fence" if person.phone_hash in added else "fence")

    def before(
        self, person: ContactReference, channel: ChannelId, account: str, author: Author, at: int
    ) -> tuple[str, ...]:
        """Return the pseudonyms of the author's addresses if something was sent before they were the person's, else
        ()."""
        return tuple(self.contacts.names(channel, account, author).values()) if at < person.born_at else ()

    def suppression_checks(self, names: Iterable[str], at: int, role: str = "fence") -> Iterator[Write]:
        """Check for each address that no owner of it is being erased, or was erased after `at` (ms), when the part was
        sent."""
        condition, values = f"{NEW} OR (#closed = :no AND #at < :sent)", {"no": False, "sent": at}
        for name in names:
            yield self.tables.check(role, SUPPRESSION.key(name), condition, values)

    def transact(self, writes: Iterable[Write]) -> Outcome:
        """Run one transaction; the outcome is that of the first role in _BY_ROLE whose condition failed."""
        refusal = self.tables.transact(writes)
        if refusal is None:
            return Outcome.STORED
        return next((outcome for role, outcome in _BY_ROLE if role in refusal.roles), Outcome.CONFLICT)

    def keep_unparsed(self, channel: ChannelId, account: str, raw_type: str, raw: bytes, now: int) -> None:
        """Keep a part that names no person for RAW_DAYS, sealed to the vault."""
        from chalicelib.dynamo.schema.lists import dates  # most bodies need no date

        day, name = now // DAY, self._address_key.raw(raw)
        until = (day + RAW_DAYS) * DAY // SECOND
        attributes = {
            "raw": seal(self._vault_public, encryption.unparsed_part(name), raw),
            "vault_id": fingerprint(self._vault_public),
            "channel": channel,
            "account": account,
            "raw_type": raw_type,
        }
        key = UNPARSED.key(day, name)
        self.tables.write(self.tables.put("unclear", key, attributes | dates(key.pk, until), ""))
