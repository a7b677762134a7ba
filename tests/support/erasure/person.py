"""A customer as the desk knows them, and by what they are looked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.core.clock import DAY, SECOND
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.builder import attribute_values, plain_item
from chalicelib.dynamo.schema import CONTACT, HEAD
from tests.support.intake.desk import Snapshot

if TYPE_CHECKING:
    from chalicelib.outbox.store import Outbox
    from tests.support.erasure.desk import ErasureDesk


@dataclass
class Person:
    """A customer as the desk knows them. `canaries` are their data in the clear, `ids` the desk's names of them."""

    desk: "ErasureDesk"
    channel: str
    contact_id: str
    conversation_id: str
    canaries: list[str] = field(default_factory=list)

    @property
    def row(self) -> dict[str, Any]:
        return self._one(CONTACT.partition(self.contact_id), "contact")

    @property
    def head(self) -> dict[str, Any]:
        return self._one(self.conversation_pk, "head")

    def _one(self, pk: str, sk: str) -> dict[str, Any]:
        key = attribute_values({"pk": pk, "sk": sk})
        found = self.desk.dynamodb.get_item(TableName=self.desk.tables["desk"], Key=key, ConsistentRead=True)
        return plain_item(found["Item"])

    @property
    def conversation_pk(self) -> str:
        return HEAD.partition(self.conversation_id)

    @property
    def tickets(self) -> list[dict[str, Any]]:
        found = self.desk.items(keep=lambda item: item["sk"] == "ticket" and item["contact_id"] == self.contact_id)
        return sorted(found, key=lambda item: int(item["created_at"]))

    def messages(self, direction: str) -> list[dict[str, Any]]:
        return [
            item
            for item in self.desk.of("message#")
            if item["pk"] == self.conversation_pk and item.get("direction") == direction
        ]

    def keys(self, then: Snapshot | None = None) -> set[tuple[str, str, str]]:
        """Table, partition and sort key of every row of the person, now or then, but for requests, by brute force."""
        every = list(self.desk.every_item(then))
        theirs = {key for key, item in every if self._names_them(key, item)}
        own = [item for key, item in every if key in theirs]
        parked = {f"parked#{blind_id}" for item in own for blind_id in item.get("links", ())}
        tickets = {item["ticket_id"] for item in own if item.get("sk") == "ticket"}
        theirs |= {key for key, _ in every if key[1] in parked}
        return theirs | {key for key, item in every if key[1].startswith("number#") and item["ticket_id"] in tickets}

    def _names_them(self, key: tuple[str, str, str], item: Mapping[str, Any]) -> bool:
        if key[1].startswith(("request#", "fence#", "tombstone#", "parked#", "number#")):
            return False
        names = {self.contact_id, self.conversation_id}
        mine = names & {str(item.get(name, "")) for name in ("contact_id", "conversation_id")}
        mine |= {name for name in names if name in key[1] or name in key[2]}
        return bool(mine) or str(item.get("message_ref", "")).startswith(tuple(names))


def cast(desk: "ErasureDesk", *names: str) -> list[Person]:
    """Fill an empty desk with these people ("amina", "whatsapp_daniyar", "telegram_daniyar", "email_nurlan"), in this
    order."""

    def build() -> list[tuple[str, str, str, tuple[str, ...]]]:
        people: list[Person] = [getattr(desk, name)() for name in names]
        return [(one.channel, one.contact_id, one.conversation_id, tuple(one.canaries)) for one in people]

    return [Person(desk, *known[:3], list(known[3])) for known in desk.once(names, build)]


def guard_of(person: Person, now: int) -> list[tuple[str, dict[str, Any]]]:
    """A message without a time of its own, emptied by the sweeper while its provider may still repeat it: rows by
    table."""
    blind, until = person.contact_id[:4] + "9" * 28, (now + DAY) // SECOND
    ref = MessageRef(person.conversation_id, now - DAY, blind)
    guard = {"pk": person.conversation_pk, "sk": f"message#{ref.tail}", "guard": True, "expires_at": until}
    link = {"pk": f"link#{blind}", "sk": "link", "message_ref": str(ref), "expires_at": until}
    guard |= {"links": [blind], "linked_until": until}
    return [("desk", attribute_values(guard)), ("index", attribute_values(link))]


def claim_and_die(store: "Outbox", person: Person, now: int) -> None:
    """A sender that claimed the oldest place and died before its call."""
    (waiting,) = [one for one in store.entries(person.conversation_id) if one.action == "send"]
    store.claim(store.job(waiting, now), "a-sender-that-died", now)
