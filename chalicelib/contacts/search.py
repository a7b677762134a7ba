"""Finds tickets by what a customer says on the phone: ticket number, name, phone, @username, provider's user id.

Addresses are found by their pseudonyms, names by the text index, so that few more rows are read than shown. What many
people have is found page by page, and what is not open to the reader is not found. A contact that is being erased is
not found by name or address; its ticket's number still finds the ticket, without its content.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from chalicelib.channels import registry
from chalicelib.channels.base import Typed
from chalicelib.contacts.search_words import numbers_in, phone_word
from chalicelib.contacts.text_search import Found
from chalicelib.core.addresses import ChannelId
from chalicelib.core.normal import invisible, normal
from chalicelib.dynamo.models import IndexRow
from chalicelib.dynamo.rows import translated_errors
from chalicelib.dynamo.schema import ALIAS
from chalicelib.tickets.queries import EARLIER_PER_TICKET, TicketQueries
from chalicelib.tickets.records import Page
from chalicelib.vault.pseudonyms import AddressKey

MOST_EARLIER = 100
"""Earlier tickets that one page of a search reads, one read each."""
_TICKET_DIGITS = range(6, 15)


@dataclass(frozen=True)
class Search:
    """Finds tickets. `accounts` are our accounts by channel: an address has one pseudonym per account.
    `contacts_by_words` asks the text index: it maps what was typed, and a cursor, to a page of ids of contacts."""

    tickets: TicketQueries
    address_key: AddressKey
    accounts: Mapping[ChannelId, Collection[str]]
    contacts_by_words: Callable[[str, str], Found]

    def __call__(self, q: str, after: str = "") -> Page:
        """Return the ticket of that number and the tickets of a page of contacts, newest activity first, with those of
        the contacts that have none; `after` is the cursor of the page before.

        Raises Unavailable, and BadInput for a cursor of another search.
        """
        words = " ".join("".join(one for one in q if not invisible(one)).split())
        named = [] if after else self._by_number(words)
        by_address = [] if after else self._by_address(words)
        newest = dict.fromkeys([*named, *(row.ticket_id for row in by_address if row.ticket_id)])
        people = dict.fromkeys(str(row.contact_id) for row in by_address if not (row.ticket_id or row.fenced))
        by_words = self.contacts_by_words(words, after)
        if by_words.contacts:
            heads = self.tickets.conversations(self.tickets.conversations_of(by_words.contacts))
            newest |= dict.fromkeys(head.ticket_id for head in heads if head.ticket_id)
            people |= dict.fromkeys(head.contact_id for head in heads if not head.ticket_id)
        seen = self.tickets.tickets(newest)
        found = {ticket.id: ticket for ticket in seen if not ticket.erased or ticket.id in named}
        left = MOST_EARLIER
        for ticket in list(found.values()):
            chain = self.tickets.earlier_tickets(ticket, min(EARLIER_PER_TICKET, left))
            found |= {earlier.id: earlier for earlier in chain}
            left -= len(chain)
        reader = self.tickets.reader
        shown = sorted(filter(reader.may_open, found.values()), key=lambda one: (-one.activity, one.id))
        return Page(tuple(shown), by_words.next, people=tuple(people) if reader.may_open(None) else ())

    def _by_number(self, words: str) -> list[str]:
        """Return the ticket whose number is the only number in the text, in any notation: №418-945, Ticket 418–945."""
        numbers = numbers_in(words)
        if len(numbers) != 1 or len(numbers[0]) not in _TICKET_DIGITS:
            return []
        ticket_id = self.tickets.ticket_id_of(numbers[0])
        return [ticket_id] if ticket_id else []

    def _by_address(self, words: str) -> list[IndexRow]:
        aliases = [(key.pk, key.sk) for key in map(ALIAS.key, self._names(words))]
        if not aliases:
            return []
        with translated_errors():
            return list(IndexRow.batch_get(aliases, consistent_read=True))

    def _names(self, words: str) -> list[str]:
        typed = _typed(words)
        return [
            self.address_key.address(channel.id, account, address)
            for channel in registry.CHANNELS
            for address in channel.find(typed)
            for account in self.accounts.get(channel.id, ())
        ]


def _typed(words: str) -> Typed:
    text, numbers = normal(words), numbers_in(words)
    if len(numbers) != 1 or len(numbers[0]) < _TICKET_DIGITS[0] or any(one.isalpha() for one in text):
        return Typed(words, text)
    return Typed(words, text, numbers[0], phone_word(text).removeprefix("phone:"))
