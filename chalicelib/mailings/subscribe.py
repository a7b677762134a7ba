"""Confirms a sign-up: the person who has read the mail at an address presses the button behind its link, and is a
contact from then on, if they were none."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.channels.parts import InboundMessage
from chalicelib.channels.reading import as_dict
from chalicelib.contacts.consent_records import Answered
from chalicelib.contacts.model import EndedContact, Lookup
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Conflict, Unavailable
from chalicelib.core.kept_for import KeptFor
from chalicelib.core.observability import count
from chalicelib.core.purposes import SUPPORT
from chalicelib.core.transfer import GIVEN, PURPOSE
from chalicelib.dynamo.builder import Write
from chalicelib.dynamo.schema import CONTACT, HEAD, SIGN_UP
from chalicelib.mailings.sign_up import name_of
from chalicelib.mailings.subscriptions import Subscriptions
from chalicelib.messages.ingest import Outcome
from chalicelib.vault import encryption

if TYPE_CHECKING:
    from chalicelib.messages.store import IntakeStore
    from chalicelib.vault.encryption import Vault

TRIES = 5
_BY = Answered("link")


class SignedUp(NamedTuple):
    """A sign-up as its link shows it: purposes and language; `confirmed`: the button was pressed before."""

    purposes: tuple[str, ...] = ()
    language: str = ""
    confirmed: bool = False


class _Asked(NamedTuple):
    """An opened sign-up: what was asked for, by which channel and account of ours."""

    name: str
    channel: str
    account: str
    address: str
    language: str
    asked: dict[str, str]
    processing: str
    transfer: str
    policy: dict[str, str]

    @property
    def author(self) -> Author:
        return Author((Address("mail", self.address),))


@dataclass(frozen=True)
class Subscribe:
    """Shows and confirms sign-ups. `contact_kept` is the profile's term of contacts."""

    store: "IntakeStore"
    subscriptions: Subscriptions
    vault: "Callable[[], Vault]"
    contact_kept: KeptFor
    clock: Callable[[], int]

    def look(self, link: str) -> SignedUp | None:
        """Return what a link confirms; None when nothing waits behind it (any more). It changes nothing. Raises
        Unavailable."""
        row = self._row(link)
        if not row:
            return None
        found = self._opened(name_of(link), row)
        return SignedUp(tuple(found.asked), found.language) if found else SignedUp(confirmed=True)

    def __call__(self, link: str) -> SignedUp | None:
        """Confirm what a link stands for, in one transaction with the records of consent; None when nothing waits
        behind it (any more). Repeating it changes nothing.

        Raises Unavailable, and Conflict for an address of somebody whose data is being destroyed (erasing), who has
        withdrawn their consent (suppressed), or has not answered the question whether they consent (pending).
        """
        for attempt in range(TRIES):
            row = self._row(link)
            if not row:
                return None
            found = self._opened(name_of(link), row)
            if found is None:
                return SignedUp(confirmed=True)
            outcome = self.store.transact(self._writes(found, self.clock()))
            if outcome is Outcome.STORED:
                count("Subscribed")
                return SignedUp(tuple(found.asked), found.language)
            if outcome is Outcome.FENCED:
                raise Conflict("The data of this address is being destroyed.", code="erasing")
            self.store.tables.wait(attempt)
        raise Unavailable("This changes too fast to be confirmed now; try again.")

    def _row(self, link: str) -> dict[str, Any]:
        row = self.store.tables.get(SIGN_UP.key(name_of(link)))
        return row if row.get("expires_at", 0) * SECOND > self.clock() else {}

    def _opened(self, name: str, row: dict[str, Any]) -> _Asked | None:
        """Return what was asked for; None once it is confirmed."""
        if "content" not in row:
            return None
        opened = self.vault().open_vaulted(row["vault_id"], encryption.sign_up_content(name), row["content"])
        said = encryption.mapping_of(opened)
        return _Asked(
            name,
            row["channel"],
            row["account"],
            **{one: str(said.get(one, "")) for one in ("address", "language", "processing", "transfer")},
            asked={purpose: str(text) for purpose, text in as_dict(said.get("asked")).items()},
            policy={one: str(said.get(one, "")) for one in ("policy_version", "policy_hash")},
        )

    def _writes(self, found: _Asked, now: int) -> Iterator[Write]:
        tables, contacts = self.store.tables, self.store.contacts
        condition = "attribute_exists(#content)"
        yield tables.update("sign_up", SIGN_UP.key(found.name), "REMOVE #content, #vault_id", condition)
        lookup = contacts.find(found.channel, found.account, found.author, now)
        if lookup.fenced:
            raise Conflict("The data of this address is being destroyed.", code="erasing")
        person = lookup.person
        head = tables.get(HEAD.key(person.conversation_id)) if person else {}
        over = 0 < head.get("expires_at", 0) * SECOND <= now
        if person is not None and (not head or (over and not self.subscriptions.lasting(person.contact_id))):
            lookup = contacts.find(found.channel, found.account, found.author, now, (EndedContact(person),))
            yield from self.store.have_ended(lookup, now)
            person = None
        if person is None:
            contact = yield from self._new_contact(found, lookup, now)
        else:
            contact = tables.get(CONTACT.key(person.contact_id))
            yield from self.subscriptions.known(
                contact, head, now, self.contact_kept, abroad=bool(found.transfer), reached=True
            )
        policy = found.policy | {"subject": "no_name"}
        records = self.subscriptions.records
        if found.processing and person is None:
            yield records.put(contact, SUPPORT, Answered("tick", asked=found.processing), now, **policy)
        if found.transfer:
            how = Answered("tick", asked=found.transfer)
            yield records.put(contact, PURPOSE, how, now, abroad=GIVEN, **policy)
        yield from self.subscriptions.begin(contact, found.asked, _BY, now, **policy)

    def _new_contact(self, found: _Asked, lookup: Lookup, now: int) -> Generator[Write, None, dict[str, Any]]:
        """Yield the writes of a contact that has written nothing yet; return what its consents need of its row."""
        contacts = self.store.contacts
        person, key = contacts.make(found.channel, found.account, found.author, found.language, lookup, now)
        person = person._replace(policy=found.policy["policy_version"] if found.processing else "")
        wrote = InboundMessage(found.channel, found.account, found.author, "", now // SECOND, "text")
        yield from contacts.new_contact(person, key, wrote, now, lookup)
        abroad = GIVEN if found.transfer else ""
        yield self.store.conversations.new_head(person, wrote, now, ticket_id="", wrote_at=0, abroad=abroad)
        yield from self.store.suppression_checks(person.aliases, now)
        return {
            "contact_id": person.contact_id,
            "conversation_id": person.conversation_id,
            "channel": found.channel,
            "language": found.language,
        }
