"""Records of what people share more rarely: places, contact cards, forms, orders, polls."""

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
