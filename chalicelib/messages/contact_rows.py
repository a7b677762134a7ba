"""Finds people by their alias rows, and builds the writes of their rows: contact, key and aliases.

It reads no content; intake may not.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from chalicelib.channels.parts import InboundMessage
from chalicelib.contacts.model import ContactReference, EndedContact, Lookup
from chalicelib.core.addresses import Address, Author, ChannelId
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.core.ids import new_id
from chalicelib.dynamo.builder import NEW, Write, setting
from chalicelib.dynamo.schema import ALIAS, CONTACT, HEAD, KEY
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.ingest import IngestPlan
from chalicelib.vault import encryption
from chalicelib.vault.encryption import new_contact_key, seal
from chalicelib.vault.model import ContactKey
from chalicelib.vault.pseudonyms import AddressKey

_NOBODY = Lookup(None)


class _SuppressedError(Exception):
    """The address, named by its pseudonym, is of somebody who is being erased."""


class ContactRows:
    """Reads alias rows; builds writes of contact, key and alias rows."""

    def __init__(self, tables: Tables, address_key: AddressKey, vault_public: bytes) -> None:
        self._tables = tables
        self._address_key = address_key
        self._vault_public = vault_public

    # -- finding

    def find(
        self,
        channel: ChannelId,
        account: str,
        author: Author,
        at: int,
        ended: tuple[EndedContact, ...] = (),
        *,
        learn: bool = True,
    ) -> Lookup:
        """Find the author of something sent at `at` (ms), by strongly consistent reads: one for a known person whose
        addresses have not changed.

        A business-scoped id decides before a phone. A phone known with another business-scoped id belongs to somebody
        new. Webhooks may be days late: a part that was sent before an address last changed changes nothing, and a
        former address finds the person who had it then. The contacts `ended` count as unknown. An address of somebody
        who is being erased finds nobody and is named in Lookup.fenced. Without `learn` a known person gets no new
        phone. Raises Unavailable.
        """
        names = self.names(channel, account, author)
        try:
            found = self._find(names, at, {one.person.contact_id for one in ended}, learn)
        except _SuppressedError as fenced:
            return Lookup(None, fenced=(str(fenced),))
        return found._replace(ended=ended)

    def _find(self, names: Mapping[str, str], at: int, ended: Collection[str], learn: bool) -> Lookup:
        user, phone = names.get("user", ""), names.get("phone", "")
        person = self._reference(user or phone or next(iter(names.values())), at, ended)
        if person is None:
            return self._found_by_phone(user, phone, at, ended) if user and phone else Lookup(None)
        if not (user and phone) or person.phone_hash == phone or person.known_at > at or not learn:
            return Lookup(person)
        try:
            owner = self._reference(phone, at, ended)
        except _SuppressedError:
            return Lookup(person)  # the phone of somebody who is being erased; it is added after that
        if owner is not None and owner.contact_id == person.contact_id:
            return Lookup(person._replace(phone_hash=phone), readdressed=True)
        if owner is not None and owner.known_at > at:
            return Lookup(person)
        learned = person._replace(aliases=(*person.aliases, phone), phone_hash=phone)
        taken = phone if owner else ""
        return Lookup(learned, added=(phone,), readdressed=True, moved_from=owner, taken=taken)

    def _found_by_phone(self, user: str, phone: str, at: int, ended: Collection[str]) -> Lookup:
        """Find a person whose business-scoped id is new: the phone's owner if they have no id yet, else nobody."""
        owner = self._reference(phone, at, ended)
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

    def _reference(self, name: str, at: int, ended: Collection[str]) -> ContactReference | None:
        item = self._tables.get(ALIAS.key(name))
        if not item:
            return None
        if item.get("fenced"):
            raise _SuppressedError(name)
        if "former_at" in item:
            return None if at > item["former_at"] else self._reference(item["aliases"][0], at, ended)
        if item["contact_id"] in ended:
            return None
        fields = {name: item[name] for name in ContactReference._fields if name in item}
        return ContactReference(**{**fields, "aliases": tuple(item["aliases"])})

    def make(
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

    # -- writing

    def new_contact(
        self, person: ContactReference, key: ContactKey, message: InboundMessage, now: int, found: Lookup = _NOBODY
    ) -> Iterator[Write]:
        """Yield the writes of a new person: aliases, contact and key. `found` says whose aliases may be taken over."""
        for name in person.aliases:
            yield self._put_alias(person, name, found)
        contact: dict[str, Any] = {
            "contact_id": person.contact_id,
            "channel": message.channel,
            "account": message.account,
            "language": person.language,
            "state": "active",
            "public_key": person.public_key,
            "epoch": person.epoch,
            "conversation_id": person.conversation_id,
            "created_at": now,
            "profile": self._profile(person, message.author),
            "pending": person.pending or None,
        }
        contact |= self._addresses(person, message.author, found)
        yield self._tables.put("contact", CONTACT.key(person.contact_id), contact)
        sealed = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        yield self._tables.put("key", KEY.key(person.contact_id), {**sealed, "created_at": now})

    def _put_alias(self, person: ContactReference, name: str, found: Lookup) -> Write:
        """Write an alias on the condition that it is free: it does not exist, its owner gave it up, its owner's
        retention has ended, or the same transaction takes it from its owner."""
        attributes = {
            "contact_id": person.contact_id,
            "conversation_id": person.conversation_id,
            "public_key": person.public_key,
            "epoch": person.epoch,
            "ticket_id": person.ticket_id,
            "language": person.language,
            "aliases": list(person.aliases),
            "profile_hash": person.profile_hash,
            "user_hash": person.user_hash,
            "phone_hash": person.phone_hash,
            "known_at": person.known_at,
            "born_at": person.born_at or None,
            "policy": person.policy or None,
            "told_policy": person.told_policy or None,
            "told_at": person.told_at or None,
            "pending": person.pending or None,
            "held_until": person.held_until or None,
        }
        condition, values = f"{NEW} OR attribute_exists(former_at)", dict[str, Any]()
        if found.ended:
            values = {f"ended{place}": one.person.contact_id for place, one in enumerate(found.ended)}
            condition += f" OR contact_id IN ({', '.join(f':{name}' for name in values)})"
        if found.moved_from and name == found.taken:
            condition, values = "contact_id = :other", {"other": found.moved_from.contact_id}
        return self._tables.put("alias", ALIAS.key(name), attributes, condition, values)

    def has_key(self, person: ContactReference, *, gone: bool = False) -> Write:
        """Check that the person's key exists, because what is sealed to a missing key can never be read. With `gone`
        check that it does not."""
        return self._tables.check("key", KEY.key(person.contact_id), NEW if gone else "attribute_exists(pk)")

    def new_profile(self, plan: IngestPlan) -> str:
        """Return the pseudonym of the author's profile when the message brings a new one, else ""."""
        author, person = plan.message.author, plan.person
        if not author.name or not plan.newest or person.known_at > plan.at:
            return ""
        name = self._address_key.profile(author.name, author.username)
        return name if name != person.profile_hash else ""

    def changes(self, plan: IngestPlan, profile: str) -> Iterator[Write]:
        """Yield the updates of a known person's rows when an address, the profile or the ticket is new."""
        person, found, asks = plan.person, plan.found, bool(plan.hold and plan.hold.asked)
        if profile:
            person = person._replace(profile_hash=profile)
        if profile or found.readdressed:
            person = person._replace(known_at=plan.at)
        elif not (plan.opens or plan.consent or plan.announces or asks):
            return
        person = person._replace(ticket_id=plan.ticket_id or person.ticket_id)
        if plan.consent:
            person = person._replace(policy=plan.consent[0])
        if plan.hold and asks:
            person = person._replace(held_until=plan.hold.until)
        if plan.announces:
            person = person._replace(told_policy=plan.announces, told_at=plan.now)
        for name in person.aliases:
            learned = person._replace(born_at=plan.at)
            if name in found.added:
                yield self._put_alias(learned, name, found)
            else:
                yield self._update_alias(person, name, consents=bool(plan.consent), told=bool(plan.announces))
        sealed: dict[str, bytes] = {}
        if found.readdressed:
            sealed |= self._addresses(person, plan.message.author, found)
        if profile:
            sealed["profile"] = self._profile(person, plan.message.author)
        if sealed:
            yield self._tables.update(
                "contact", CONTACT.key(person.contact_id),
                setting(sealed), "epoch = :epoch",
                {**sealed, "epoch": person.epoch},
            )  # fmt: skip

    def _update_alias(
        self, person: ContactReference, name: str, *, consents: bool = False, told: bool = False
    ) -> Write:
        """Copy the person's current data to one of their alias rows. With `consents` they consent to a version of the
        policy, to which they have not consented before."""
        values = {
            "ticket": person.ticket_id, "aliases": list(person.aliases), "profile": person.profile_hash,
            "user": person.user_hash, "phone": person.phone_hash, "known": person.known_at,
            "contact": person.contact_id, "epoch": person.epoch,
        }  # fmt: skip
        new, once = "", ""
        if consents:
            new, once = ", #policy = :policy", " AND (attribute_not_exists(#policy) OR #policy <> :policy)"
            values["policy"] = person.policy
        if told:
            new += ", told_policy = :told, told_at = :told_at"
            once = " AND (attribute_not_exists(told_policy) OR told_policy <> :told)"
            values |= {"told": person.told_policy, "told_at": person.told_at}
        if person.pending:
            new += ", held_until = :held"
            values["held"] = person.held_until
        return self._tables.update(
            "alias", ALIAS.key(name),
            "SET ticket_id = :ticket, aliases = :aliases, profile_hash = :profile, user_hash = :user,"
            f" phone_hash = :phone, known_at = :known{new}",
            f"contact_id = :contact AND epoch = :epoch AND attribute_not_exists(former_at){once}",
            values,
        )  # fmt: skip

    def _profile(self, person: ContactReference, author: Author) -> bytes:
        context = encryption.contact_attribute(person.contact_id, "profile")
        return encryption.seal_json(person.public_key, context, {"name": author.name, "username": author.username})

    def _address(self, person: ContactReference, address: Address) -> bytes:
        context = encryption.contact_attribute(person.contact_id, address.kind)
        return seal(person.public_key, context, address.value.encode())

    def _addresses(self, person: ContactReference, author: Author, found: Lookup) -> dict[str, bytes]:
        """Return the author's sealed addresses by kind, without a phone that has a newer owner."""
        left_out = "phone" if found.unclaimed else ""
        return {a.kind: self._address(person, a) for a in author.addresses if a.kind != left_out}

    def moved(self, loser: ContactReference, taken: str) -> Iterator[Write]:
        """Take the phone `taken` from the person who had it until now."""
        left = tuple(name for name in loser.aliases if name != taken)
        replied_to = loser.phone_hash == taken
        loser = loser._replace(aliases=left, phone_hash="" if replied_to else loser.phone_hash)
        for name in left:
            yield self._update_alias(loser, name)
        values = {"left": list(left), "epoch": loser.epoch}
        yield self._tables.update(
            "other", HEAD.key(loser.conversation_id), "SET aliases = :left", "epoch = :epoch", values
        )
        if replied_to:
            values = {"epoch": loser.epoch}
            yield self._tables.update("other", CONTACT.key(loser.contact_id), "REMOVE phone", "epoch = :epoch", values)

    def readdressed_rows(
        self, person: ContactReference, old: str, new: str, address: Address, now: int
    ) -> Iterator[Write]:
        """Yield the updates that give a known person another address; `new` is "" when they have it already.

        The old alias stays, marked as former, so that late repetitions still find the person; anybody may take it
        over."""
        if new:
            yield self._put_alias(person, new, _NOBODY)
        for name in person.aliases:
            if name != new:
                yield self._update_alias(person, name)
        if old:
            yield self._tables.update(
                "alias", ALIAS.key(old),
                "SET former_at = :at, aliases = :aliases, expires_at = :until", "contact_id = :contact",
                {"at": person.known_at, "aliases": list(person.aliases), "contact": person.contact_id,
                 "until": now // SECOND + GUARD_DAYS * DAY // SECOND},
            )  # fmt: skip
        values = {"aliases": list(person.aliases), "epoch": person.epoch}
        change = "SET aliases = :aliases"
        if old:
            change += ", former = list_append(if_not_exists(former, :none), :old)"
            values |= {"none": [], "old": [old]}
        yield self._tables.update("head", HEAD.key(person.conversation_id), change, "epoch = :epoch", values)
        yield self._tables.update(
            "contact", CONTACT.key(person.contact_id),
            f"SET #{address.kind} = :address", "epoch = :epoch",
            {"address": self._address(person, address), "epoch": person.epoch},
        )  # fmt: skip
