"""Intake's access to the tables: one read finds a person, one transaction stores what arrived.

It calls the DynamoDB client directly, because importing pynamodb would cost more than the rest of a cold start
(docs/adr). It reads no content; the function's role may not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.contacts.model import ContactReference, Lookup
from chalicelib.core.addresses import Author, ChannelId
from chalicelib.core.clock import DAY, RAW_DAYS, SECOND, gone_at
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_id
from chalicelib.dynamo.attributes import plain_item
from chalicelib.dynamo.client_calls import ClientCalls
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.messages.contact_rows import ContactRows
from chalicelib.messages.ingest import IngestPlan, Outcome
from chalicelib.messages.rows import ConversationRows
from chalicelib.messages.ticket_rows import TicketRows
from chalicelib.vault import encryption
from chalicelib.vault.encryption import fingerprint, new_contact_key, seal
from chalicelib.vault.model import ContactKey
from chalicelib.vault.pseudonyms import AddressKey

_BY_ROLE = (
    ("message", Outcome.DUPLICATE),
    ("fence", Outcome.FENCED),
    ("phone_fence", Outcome.PHONE_FENCED),
    ("key", Outcome.KEY_GONE),
    ("number", Outcome.NUMBER_TAKEN),
    ("head", Outcome.HEAD_CHANGED),
    ("ticket", Outcome.TICKET_OVER),
)


class _SuppressedError(Exception):
    """The address, named by its pseudonym, is of somebody who is being erased."""


class IntakeStore:
    """Intake's view of the tables."""

    def __init__(
        self,
        client: Any,
        tables: Mapping[str, str],
        address_key: AddressKey,
        vault_public: bytes,
    ) -> None:
        self._client = client
        self._calls = ClientCalls(client)
        self._tables = tables
        self._address_key = address_key
        self._vault_public = vault_public
        self.writes = Writes(tables)
        self.conversations = ConversationRows(self.writes, address_key)
        self.contacts = ContactRows(self.writes, address_key)
        self.tickets = TicketRows(self.writes)

    def check(self) -> None:
        """Read an alias that does not exist, to see whether the table answers. Raises Unavailable."""
        key = {"pk": {"S": "alias#"}, "sk": {"S": "alias"}}
        self._calls.call("get_item", TableName=self._tables["index"], Key=key, ConsistentRead=True)

    # -- finding

    def find(
        self,
        channel: ChannelId,
        account: str,
        author: Author,
        at: int,
        ended: ContactReference | None = None,
        *,
        learn: bool = True,
    ) -> Lookup:
        """Find the author of something sent at `at` (ms), by strongly consistent reads: one for a known person whose
        addresses have not changed.

        A business-scoped id decides before a phone. A phone known with another business-scoped id belongs to somebody
        new. Webhooks may be days late: a part that was sent before an address last changed changes nothing, and a
        former address finds the person who had it then. The contact `ended` counts as unknown. An address of somebody
        who is being erased finds nobody and is named in Lookup.fenced. Without `learn` a known person gets no new
        phone. Raises Unavailable.
        """
        names = self.names(channel, account, author)
        try:
            found = self._find(names, at, ended.contact_id if ended else "", learn)
        except _SuppressedError as fenced:
            return Lookup(None, fenced=(str(fenced),))
        return found._replace(ended=ended)

    def _find(self, names: Mapping[str, str], at: int, ended: str, learn: bool) -> Lookup:
        user, phone = names.get("user", ""), names.get("phone", "")
        person = self._alias(user or phone or next(iter(names.values())), at, ended)
        if person is None:
            return self._found_by_phone(user, phone, at, ended) if user and phone else Lookup(None)
        if not (user and phone) or person.phone_hash == phone or person.known_at > at or not learn:
            return Lookup(person)
        try:
            owner = self._alias(phone, at, ended)
        except _SuppressedError:
            return Lookup(person)  # the phone of somebody who is being erased; it is added after that
        if owner is not None and owner.contact_id == person.contact_id:
            return Lookup(person._replace(phone_hash=phone), readdressed=True)
        if owner is not None and owner.known_at > at:
            return Lookup(person)
        learned = person._replace(aliases=(*person.aliases, phone), phone_hash=phone)
        taken = phone if owner else ""
        return Lookup(learned, added=(phone,), readdressed=True, moved_from=owner, taken=taken)

    def _found_by_phone(self, user: str, phone: str, at: int, ended: str) -> Lookup:
        """Find a person whose business-scoped id is new: the phone's owner if they have no id yet, else nobody."""
        owner = self._alias(phone, at, ended)
        if owner is None:
            return Lookup(None)
        if owner.known_at > at:
            return Lookup(None, unclaimed=phone)
        if owner.user_hash == user:  # another writer has added it between the two reads
            return Lookup(owner)
        if owner.user_hash:
            return Lookup(None, moved_from=owner, taken=phone)
        learned = owner._replace(aliases=(*owner.aliases, user), user_hash=user)
        return Lookup(learned, added=(user,), readdressed=True)

    def names(self, channel: ChannelId, account: str, author: Author) -> dict[str, str]:
        """Return the pseudonyms of an author's addresses by kind, the deciding one first."""
        return {a.kind: self._address_key.address(channel, account, a) for a in author.addresses}

    def _alias(self, name: str, at: int, ended: str) -> ContactReference | None:
        answer = self._calls.call(
            "get_item",
            TableName=self._tables["index"],
            Key={"pk": {"S": f"alias#{name}"}, "sk": {"S": "alias"}},
            ConsistentRead=True,
        )
        item = plain_item(answer.get("Item", {}))
        if not item:
            return None
        if item.get("fenced"):
            raise _SuppressedError(name)
        if "former_at" in item:
            return None if at > item["former_at"] else self._alias(item["aliases"][0], at, ended)
        if item["contact_id"] == ended:
            return None
        fields = {name: item[name] for name in ContactReference._fields if name in item}
        return ContactReference(**{**fields, "aliases": tuple(item["aliases"])})

    def new_contact(
        self, channel: ChannelId, account: str, author: Author, language: str, found: Lookup, at: int
    ) -> tuple[ContactReference, ContactKey]:
        """Make a new contact with a key of its own, in memory only. `found` says whose phone it takes, or may not
        have."""
        contact_id = new_id()
        key = new_contact_key(self._vault_public, contact_id)
        names = {kind: name for kind, name in self.names(channel, account, author).items() if name != found.unclaimed}
        person = ContactReference(
            contact_id=contact_id,
            conversation_id=new_id(),
            public_key=key.public,
            epoch=1,
            language=language,
            aliases=tuple(names.values()),
            profile_hash=self._address_key.profile(author.name, author.username),
            user_hash=names.get("user", ""),
            phone_hash=names.get("phone", ""),
            known_at=at if found.taken else 0,
            born_at=at,
        )
        return person, key

    # -- storing

    def commit(self, plan: IngestPlan) -> Outcome:
        """Store a message with all that its plan says, or nothing. Raises Unavailable."""
        return self.transact(list(self._writes_of(plan)))

    def _writes_of(self, plan: IngestPlan) -> Iterator[Write]:
        person, message = plan.person, plan.message
        ref = self.conversations.message_ref(plan)
        profile = self.contacts.new_profile(plan)
        yield self.conversations.message(plan, ref)
        if message.undated:
            yield self.conversations.new_provider_id(plan, ref)
        if message.raw:
            yield self.conversations.raw(plan, ref)
        if plan.ask:
            yield self.conversations.ask(plan, plan.ask, ref)
        if plan.key:
            stored = person._replace(ticket_id=plan.ticket_id)
            yield from self.contacts.new_contact(stored, plan.key, message, plan.now, plan.found)
            last = plan.notice.at if plan.notice else plan.now
            wrote_at = message.sent_at * SECOND
            yield self.conversations.new_head(person, message, last, ticket_id=plan.ticket_id, wrote_at=wrote_at)
        else:
            yield self.contacts.has_key(person)
            yield self.conversations.head(plan)
            yield from self.contacts.changes(plan, profile)
        if plan.opens:
            yield from self.tickets.opened(plan)
        elif plan.touches_ticket:
            yield self.tickets.touched(plan, renamed=bool(profile))
        yield from self._suppression_checks_of(plan)
        if plan.consent:
            yield self.conversations.consent(plan, ref)
        if plan.notice:
            yield from self.conversations.notice(person, message, plan.ticket_id, plan.notice)
        if message.kind == "callback":
            yield self.conversations.outbox(person, message, ref, "answer_callback", plan.now)
        if plan.found.ended:
            yield self.has_ended(plan.found, plan.now)
        if loser := plan.found.moved_from:
            yield from self.contacts.moved(loser, plan.found.taken)
            for owner, ticket in ((person, plan.ticket_id), (loser, loser.ticket_id)):
                yield self.conversations.event(owner, ticket, "phone_moved", plan.now)

    def has_ended(self, found: Lookup, now: int) -> Write:
        """Check that the former contact has ended (its retention, or its key is gone), so that a new one may have its
        addresses."""
        assert found.ended is not None
        if found.keyless:
            return self.contacts.has_key(found.ended, gone=True)
        return self.conversations.ended(found.ended, now)

    def _suppression_checks_of(self, plan: IngestPlan) -> Iterator[Write]:
        """Check the suppression list for addresses that somebody else may have had before: those of a new contact,
        added ones, and those of a message older than the person's use of them."""
        person, message, added = plan.person, plan.message, plan.found.added
        names = person.aliases
        if not plan.key:
            names = self.before(person, message.channel, message.account, message.author, plan.at)
        yield from self.contacts.suppression_checks((name for name in names if name not in added), plan.at)
        yield from self.contacts.suppression_checks(
            added, plan.at, "phone_fence" if person.phone_hash in added else "fence"
        )

    def before(
        self, person: ContactReference, channel: ChannelId, account: str, author: Author, at: int
    ) -> tuple[str, ...]:
        """Return the pseudonyms of the author's addresses if something was sent before they were the person's, else
        ()."""
        return tuple(self.names(channel, account, author).values()) if at < person.born_at else ()

    def transact(self, writes: list[Write]) -> Outcome:
        """Run one transaction; the outcome is that of the first role in _BY_ROLE whose condition failed. Raises
        Unavailable."""
        try:
            self._client.transact_write_items(TransactItems=[write.item for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise Unavailable("The storage did not take the message; send it again.") from error
            codes = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", ())]
            failed = {
                write.role for write, code in zip(writes, codes, strict=False) if code == "ConditionalCheckFailed"
            }
            return next((outcome for role, outcome in _BY_ROLE if role in failed), Outcome.CONFLICT)
        except BotoCoreError as error:
            raise Unavailable("The storage did not answer; send the message again.") from error
        return Outcome.STORED

    # -- parts without a person

    def keep_unparsed(self, channel: ChannelId, account: str, raw_type: str, raw: bytes, now: int) -> None:
        """Keep a part that names no person for RAW_DAYS, sealed to the vault. Raises Unavailable."""
        day, name = now // DAY, self._address_key.raw(raw)
        until = (day + RAW_DAYS) * DAY // SECOND
        attributes = {
            "raw": seal(self._vault_public, encryption.unparsed_part(name), raw),
            "vault_id": fingerprint(self._vault_public),
            "channel": channel,
            "account": account,
            "raw_type": raw_type,
            "expires_at": until,
            "gone_at": gone_at(until),
        }
        write = self.writes.put("unclear", "desk", f"unclear#{day}", name, attributes, fresh=False)
        self._calls.call("put_item", **write.item["Put"])
