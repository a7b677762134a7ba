"""Rows of a person: contact, key and aliases."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chalicelib.domain.messages import Address, Author
from chalicelib.domain.people import Arrival, ContactKey, Person
from chalicelib.storage import rows, sealing
from chalicelib.storage.blind import AddressKey
from chalicelib.storage.conversation_rows import Incoming
from chalicelib.storage.vault import seal
from chalicelib.storage.writes import Write, Writes


class PersonRows:
    """Builds the writes that a person needs."""

    def __init__(self, writes: Writes, address_key: AddressKey) -> None:
        self._writes = writes
        self._address_key = address_key

    def new_contact(
        self, person: Person, key: ContactKey, message: Incoming, now: int, taken_from: Person | None = None
    ) -> Iterator[Write]:
        """Aliases, contact and key of a person who was not known. A phone may be `taken_from` its former owner."""
        for address in message.author.addresses:
            name = self._address_key.address(message.channel, message.account, address)
            yield self._alias(person, name, taken_from=taken_from if address.kind == "phone" else None)
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
        contact |= {a.kind: self._address(person, a) for a in message.author.addresses}
        yield self._writes.put("contact", "desk", rows.contact_pk(person.contact_id), "contact", contact)
        sealed = {"public_key": key.public, "sealed_private": key.sealed_private, "vault_id": key.vault_id}
        yield self._writes.put("key", "keys", person.contact_id, "", {**sealed, "created_at": now})

    def _alias(self, person: Person, name: str, *, taken_from: Person | None = None) -> Write:
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
        }
        write = self._writes.put("alias", "index", f"alias#{name}", "alias", attributes)
        if taken_from:
            write.item["Put"]["ConditionExpression"] = "contact_id = :other"
            write.item["Put"]["ExpressionAttributeValues"] = {":other": {"S": taken_from.contact_id}}
        return write

    def changes(self, arrival: Arrival) -> Iterator[Write]:
        """Keep a known person's alias rows true when an address, the profile or the ticket is new."""
        person = arrival.person
        renamed = self._address_key.profile(arrival.message.author.name, arrival.message.author.username)
        changed = bool(arrival.message.author.name) and renamed != person.profile_hash
        if changed:
            person = replace(person, profile_hash=renamed)
        if not (changed or arrival.added or arrival.opens):
            return
        person = replace(person, ticket_id=arrival.ticket_id or person.ticket_id)
        for name in person.aliases:
            if name in arrival.added:
                yield self._alias(person, name, taken_from=arrival.moved_from)
                continue
            yield self._writes.update(
                "alias", "index", f"alias#{name}", "alias",
                "SET ticket_id = :ticket, aliases = :aliases, profile_hash = :profile, user_hash = :user,"
                " phone_hash = :phone",
                "contact_id = :contact AND epoch = :epoch",
                {"ticket": person.ticket_id, "aliases": list(person.aliases), "profile": person.profile_hash,
                 "user": person.user_hash, "phone": person.phone_hash, "contact": person.contact_id,
                 "epoch": person.epoch},
            )  # fmt: skip
        sealed: dict[str, bytes] = {}
        if arrival.added:
            sealed |= {a.kind: self._address(person, a) for a in arrival.message.author.addresses}
        if changed:
            sealed["profile"] = self._profile(person, arrival.message.author)
        if sealed:
            yield self._writes.update(
                "contact", "desk", rows.contact_pk(person.contact_id), "contact",
                "SET " + ", ".join(f"#{name} = :{name}" for name in sealed), "epoch = :epoch",
                {**sealed, "epoch": person.epoch},
            )  # fmt: skip

    def _profile(self, person: Person, author: Author) -> bytes:
        place = sealing.contact_attribute(person.contact_id, "profile")
        return sealing.seal_json(person.public_key, place, {"name": author.name, "username": author.username})

    def _address(self, person: Person, address: Address) -> bytes:
        place = sealing.contact_attribute(person.contact_id, address.kind)
        return seal(person.public_key, place, address.value.encode())

    def moved(self, arrival: Arrival, other: Person) -> Iterator[Write]:
        """Another person held this phone: they lose it, and both conversations say so."""
        left = [name for name in other.aliases if name != other.phone_hash]
        for name in left:
            yield self._writes.update(
                "alias", "index", f"alias#{name}", "alias",
                "SET aliases = :left, phone_hash = :none", "contact_id = :contact",
                {"left": left, "none": "", "contact": other.contact_id},
            )  # fmt: skip
        yield self._writes.update(
            "other", "desk", rows.conversation_pk(other.conversation_id), "head",
            "SET aliases = :left", "epoch = :epoch", {"left": left, "epoch": other.epoch},
        )  # fmt: skip
        yield self._writes.update(
            "other", "desk", rows.contact_pk(other.contact_id), "contact",
            "REMOVE phone", "epoch = :epoch", {"epoch": other.epoch},
        )  # fmt: skip

    def renumbered(self, person: Person, old: str, new: str, address: Address) -> Iterator[Write]:
        """A known person has another address: the new alias in place of the old one, the other aliases told."""
        yield self._alias(person, new)
        if old:
            yield self._writes.delete("index", f"alias#{old}", "alias", "contact_id = :contact", person.contact_id)
        for name in person.aliases:
            if name != new:
                yield self._writes.update(
                    "alias", "index", f"alias#{name}", "alias",
                    "SET aliases = :aliases, user_hash = :user, phone_hash = :phone", "contact_id = :contact",
                    {"aliases": list(person.aliases), "user": person.user_hash, "phone": person.phone_hash,
                     "contact": person.contact_id},
                )  # fmt: skip
        pk = rows.conversation_pk(person.conversation_id)
        values = {"aliases": list(person.aliases), "epoch": person.epoch}
        yield self._writes.update("head", "desk", pk, "head", "SET aliases = :aliases", "epoch = :epoch", values)
        yield self._writes.update(
            "contact", "desk", rows.contact_pk(person.contact_id), "contact",
            f"SET #{address.kind} = :address", "epoch = :epoch",
            {"address": self._address(person, address), "epoch": person.epoch},
        )  # fmt: skip
