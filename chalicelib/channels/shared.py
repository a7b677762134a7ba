"""Records of what people share more rarely: places, contact cards, forms, orders, polls, what stands above a mail or
beside a form."""

from typing import NamedTuple


class Location(NamedTuple):
    """A place, in degrees. `live`: it moves, and the newest one is kept."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    live: bool | None = None


class Card(NamedTuple):
    """A contact card. Its name is stored even when it is empty."""

    name: str
    phones: list[str] = []  # noqa: RUF012 - nobody writes into it
    emails: list[str] = []  # noqa: RUF012
    organization: str = ""
    urls: list[str] = []  # noqa: RUF012
    addresses: list[str] = []  # noqa: RUF012


class Contacts(NamedTuple):
    """Contact cards. `origin` is where the sender took them from."""

    cards: list[Card]
    origin: str = ""


class FilledForm(NamedTuple):
    """A form that the person filled in: its name, and the answers by field."""

    name: str = ""
    answers: dict[str, str] = {}  # noqa: RUF012


class Item(NamedTuple):
    """A line of an order."""

    product: str = ""
    quantity: str = ""
    price: str = ""
    currency: str = ""


class Order(NamedTuple):
    """An order from a catalogue."""

    catalog: str = ""
    items: list[Item] = []  # noqa: RUF012


class Poll(NamedTuple):
    """A poll."""

    question: str
    options: list[str] = []  # noqa: RUF012


class Dice(NamedTuple):
    """A thrown dice."""

    emoji: str
    value: float


class MailHead(NamedTuple):
    """What stands around the text of a mail: its subject, the text that is shown one click away (quoted history,
    signature), the published address to which it was written, those who got it, too, where answers are asked for if not
    at the sender's address, and the ids of the mails before it, newest last. `unproved`: nothing proves that it was
    sent from its address. `unread` says why a part of it became a file (a word of UNREAD, channels/email/mail.py)."""

    subject: str = ""
    folded: str = ""
    mailbox: str = ""
    copies: list[str] = []  # noqa: RUF012
    answers_to: str = ""
    references: list[str] = []  # noqa: RUF012
    unproved: bool | None = None
    unread: str = ""


class Reached(NamedTuple):
    """How somebody who filled in a form says that they can be reached, and for whom they write. Nothing proves it."""

    organisation: str = ""
    given_mail: str = ""
    given_phone: str = ""


GIVEN = {"given_mail": "email", "given_phone": "phone", "organisation": "organisation"}
"""Of which category of the profile each field of Reached is."""
