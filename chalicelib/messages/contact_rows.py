"""Builds the writes of a person's rows: contact, key and aliases."""

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.contacts.model import ContactReference, Lookup
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY, GUARD_DAYS, SECOND
from chalicelib.dynamo import keys
from chalicelib.dynamo.writes import Write, Writes
from chalicelib.messages.ingest import IngestPlan
from chalicelib.messages.rows import Incoming
from chalicelib.vault import encryption
from chalicelib.vault.encryption import seal
from chalicelib.vault.model import ContactKey
from chalicelib.vault.pseudonyms import AddressKey

_NOBODY = Lookup(None)


class ContactRows:
    """Builds writes of contact, key and alias rows."""

    def __init__(self, writes: Writes, address_key: AddressKey) -> None:
        self._writes = writes
        self._address_key = address_key

    def new_contact(
        self, person: ContactReference, key: ContactKey, message: Incoming, now: int, found: Lookup = _NOBODY
    ) -> Iterator[Write]:
        """Yield the writes of a new person: aliases, contact and key. `found` says whose aliases may be taken over."""
        for name in person.aliases:
            yield self._alias(person, name, found)
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
        }
        contact |= self._addresses(person, message.author, found)
        yield self._writes.put("contact", "desk", keys.contact_pk(person.contact_id), "contact", contact)
        sealed = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        yield self._writes.put("key", "keys", person.contact_id, "", {**sealed, "created_at": now})

    def _alias(self, person: ContactReference, name: str, found: Lookup) -> Write:
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
        }
        write = self._writes.put("alias", "index", f"alias#{name}", "alias", attributes)
        put = write.item["Put"]
        put["ConditionExpression"] = "attribute_not_exists(pk) OR attribute_exists(former_at)"
        if found.ended:
            put["ConditionExpression"] += " OR contact_id = :ended"
            put["ExpressionAttributeValues"] = {":ended": {"S": found.ended.contact_id}}
        if found.moved_from and name == found.taken:
            put["ConditionExpression"] = "contact_id = :other"
            put["ExpressionAttributeValues"] = {":other": {"S": found.moved_from.contact_id}}
        return write

    def has_key(self, person: ContactReference, *, gone: bool = False) -> Write:
        """Check that the person's key exists, because what is sealed to a missing key can never be read. With `gone`
        check that it does not."""
        condition = "attribute_not_exists(pk)" if gone else "attribute_exists(pk)"
        return self._writes.update("key", "keys", person.contact_id, "", "", condition, {})

    def suppression_checks(self, names: Iterable[str], at: int, role: str = "fence") -> Iterator[Write]:
        """Check for each address that no owner of it is being erased, or was erased after `at` (ms), when the part was
        sent."""
        condition = "attribute_not_exists(pk) OR (#closed = :no AND #at < :sent)"
        for name in names:
            pk, values = keys.suppression_pk(name), {"no": False, "sent": at}
            yield self._writes.update(role, "index", pk, "fence", "", condition, values)

    def new_profile(self, plan: IngestPlan) -> str:
        """Return the pseudonym of the author's profile when the message brings a new one, else ""."""
        author, person = plan.message.author, plan.person
        if not author.name or not plan.newest or person.known_at > plan.at:
            return ""
        name = self._address_key.profile(author.name, author.username)
        return name if name != person.profile_hash else ""

    def changes(self, plan: IngestPlan, profile: str) -> Iterator[Write]:
        """Yield the updates of a known person's rows when an address, the profile or the ticket is new."""
        person, found = plan.person, plan.found
        if profile:
            person = person._replace(profile_hash=profile)
        if profile or found.readdressed:
            person = person._replace(known_at=plan.at)
        elif not plan.opens:
            return
        person = person._replace(ticket_id=plan.ticket_id or person.ticket_id)
        for name in person.aliases:
            learned = person._replace(born_at=plan.at)
            yield self._alias(learned, name, found) if name in found.added else self._update_alias(person, name)
        sealed: dict[str, bytes] = {}
        if found.readdressed:
            sealed |= self._addresses(person, plan.message.author, found)
        if profile:
            sealed["profile"] = self._profile(person, plan.message.author)
        if sealed:
            yield self._writes.update(
                "contact", "desk", keys.contact_pk(person.contact_id), "contact",
                "SET " + ", ".join(f"#{name} = :{name}" for name in sealed), "epoch = :epoch",
                {**sealed, "epoch": person.epoch},
            )  # fmt: skip

    def _update_alias(self, person: ContactReference, name: str) -> Write:
        """Copy the person's current data to one of their alias rows."""
        return self._writes.update(
            "alias", "index", f"alias#{name}", "alias",
            "SET ticket_id = :ticket, aliases = :aliases, profile_hash = :profile, user_hash = :user,"
            " phone_hash = :phone, known_at = :known",
            "contact_id = :contact AND epoch = :epoch AND attribute_not_exists(former_at)",
            {"ticket": person.ticket_id, "aliases": list(person.aliases), "profile": person.profile_hash,
             "user": person.user_hash, "phone": person.phone_hash, "known": person.known_at,
             "contact": person.contact_id, "epoch": person.epoch},
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
        pk = keys.conversation_pk(loser.conversation_id)
        yield self._writes.update("other", "desk", pk, "head", "SET aliases = :left", "epoch = :epoch", values)
        if replied_to:
            pk, values = keys.contact_pk(loser.contact_id), {"epoch": loser.epoch}
            yield self._writes.update("other", "desk", pk, "contact", "REMOVE phone", "epoch = :epoch", values)

    def readdressed_rows(
        self, person: ContactReference, old: str, new: str, address: Address, now: int
    ) -> Iterator[Write]:
        """Yield the updates that give a known person another address; `new` is "" when they have it already.

        The old alias stays, marked as former, so that late repetitions still find the person; anybody may take it
        over."""
        if new:
            yield self._alias(person, new, _NOBODY)
        for name in person.aliases:
            if name != new:
                yield self._update_alias(person, name)
        if old:
            yield self._writes.update(
                "alias", "index", f"alias#{old}", "alias",
                "SET former_at = :at, aliases = :aliases, expires_at = :until", "contact_id = :contact",
                {"at": person.known_at, "aliases": list(person.aliases), "contact": person.contact_id,
                 "until": now // SECOND + GUARD_DAYS * DAY // SECOND},
            )  # fmt: skip
        pk = keys.conversation_pk(person.conversation_id)
        values = {"aliases": list(person.aliases), "epoch": person.epoch}
        change = "SET aliases = :aliases"
        if old:
            change += ", former = list_append(if_not_exists(former, :none), :old)"
            values |= {"none": [], "old": [old]}
        yield self._writes.update("head", "desk", pk, "head", change, "epoch = :epoch", values)
        yield self._writes.update(
            "contact", "desk", keys.contact_pk(person.contact_id), "contact",
            f"SET #{address.kind} = :address", "epoch = :epoch",
            {"address": self._address(person, address), "epoch": person.epoch},
        )  # fmt: skip
