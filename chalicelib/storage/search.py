"""Finding tickets by what a person says on the phone: number, name, phone, @username, provider's user id.

Addresses are found by their blind names, names by the text index: nothing here reads more rows than it shows.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chalicelib.domain.desk import Ticket
from chalicelib.domain.messages import Address, Channel
from chalicelib.storage.blind import AddressKey
from chalicelib.storage.calls import reaching
from chalicelib.storage.desk import CHAIN, Desk
from chalicelib.storage.models import IndexRow

MOST_CONTACTS = 50
MOST_EARLIER = 100
"""Earlier tickets that one search follows, one read each."""
_BUSINESS_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{2,128}")
_NUMBER = re.compile(r"#?[0-9][0-9 -]{4,14}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,30}")


@dataclass(frozen=True)
class Accounts:
    """Our own numbers and bots: the places in which an address can be known."""

    whatsapp: tuple[str, ...]
    telegram: tuple[str, ...]


@dataclass(frozen=True)
class Search:
    """Finds tickets. `contacts_by_words` is the text index: words to contact ids."""

    desk: Desk
    address_key: AddressKey
    accounts: Accounts
    contacts_by_words: Callable[[str], Iterable[str]]

    def __call__(self, q: str) -> list[Ticket]:
        """The tickets of the people found, and the one of that number, newest activity first. Raises Unavailable."""
        words = " ".join(q.split())
        newest = dict.fromkeys(self._by_number(words))
        newest |= dict.fromkeys(self._by_address(words))
        contacts = list(dict.fromkeys(self.contacts_by_words(words)))[:MOST_CONTACTS]
        if contacts:
            heads = self.desk.conversations(self.desk.conversations_of(contacts))
            newest |= dict.fromkeys(head.ticket_id for head in heads if head.ticket_id)
        found = {ticket.id: ticket for ticket in self.desk.tickets(newest)}
        left = MOST_EARLIER
        for ticket in list(found.values()):
            chain = self.desk.chain(ticket, min(CHAIN, left))
            found |= {earlier.id: earlier for earlier in chain}
            left -= len(chain)
        return sorted(found.values(), key=lambda one: (-one.activity, one.id))

    def _by_number(self, words: str) -> list[str]:
        if not _NUMBER.fullmatch(words):
            return []
        ticket_id = self.desk.ticket_id_of(re.sub(r"\D", "", words))
        return [ticket_id] if ticket_id else []

    def _by_address(self, words: str) -> list[str]:
        keys = [(f"alias#{name}", "alias") for name in self._names(words)]
        if not keys:
            return []
        with reaching():
            return [str(row.ticket_id) for row in IndexRow.batch_get(keys, consistent_read=True) if row.ticket_id]

    def _names(self, words: str) -> list[str]:
        wanted: list[tuple[Channel, Sequence[str], Address]] = []
        if _BUSINESS_ID.fullmatch(words):
            wanted.append(("whatsapp", self.accounts.whatsapp, Address("user", words)))
        if _PHONE.fullmatch(words):
            digits = re.sub(r"\D", "", words)
            wanted += [("whatsapp", self.accounts.whatsapp, Address("phone", one)) for one in phones(digits)]
            if words.isdecimal():
                wanted.append(("telegram", self.accounts.telegram, Address("chat", words)))
        return [
            self.address_key.address(channel, account, address)
            for channel, accounts, address in wanted
            for account in accounts
        ]


def phones(digits: str) -> list[str]:
    """The numbers that a person may mean, as WhatsApp writes them: in Kazakhstan 8 700 … and 700 … are 7 700 …"""
    if len(digits) == 11 and digits[0] == "8":
        return ["7" + digits[1:]]
    if len(digits) == 10 and digits[0] == "7":
        return ["7" + digits, digits]
    return [digits]
