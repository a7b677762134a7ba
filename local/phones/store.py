"""The memory of the stand-ins: people, their chats, files, and every call the desk made.

Lives as long as the process.
Only the event loop of the app touches it, so nothing here locks.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Channel = Literal["whatsapp", "telegram"]
CHANNELS: tuple[Channel, ...] = ("whatsapp", "telegram")


@dataclass
class Person:
    """A customer. WhatsApp: `phone` (digits) or `user_id` (business-scoped) or both. Telegram: `user_id`."""

    id: str
    channel: Channel
    name: str
    language: str = ""
    phone: str = ""
    user_id: str = ""
    username: str = ""


@dataclass(frozen=True)
class StoredFile:
    """A file somebody sent. `data` may be shorter than `size` when a test only declares a size."""

    id: str
    name: str
    type: str
    size: int
    data: bytes
    sha256: str

    def brief(self) -> dict[str, Any]:
        return {"name": self.name, "type": self.type, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True)
class Key:
    """A button under a message: `id` goes back to the desk when it is pressed; a link has `url` instead.

    `kind` is the word under which WhatsApp sends the press: button_reply, list_reply or button.
    """

    id: str
    label: str
    url: str = ""
    kind: str = "button_reply"


@dataclass
class Bubble:
    """One message as the customer sees it.

    `state`: accepted, sending, sent, delivered, read, failed, retrying, given up.
    """

    id: str
    author: Literal["person", "desk"]
    kind: str
    text: str
    at: float
    state: str = "sent"
    reason: str = ""
    keys: tuple[Key, ...] = ()
    pressed: str = ""
    file: StoredFile | None = None
    edited: bool = False
    deleted: bool = False
    reaction: str = ""
    quote: str = ""
    reference: str = ""
    place: tuple[float, float] = (43.238949, 76.889709)
    """Latitude and longitude of a live location, which moves."""
    played: bool = False
    """Its statuses are played by hand: none follows by itself."""


@dataclass
class Chat:
    """What passed between one person and one account. `last_inbound` in epoch seconds, 0 for never."""

    channel: Channel
    account: str
    person: Person
    bubbles: list[Bubble] = field(default_factory=list)
    last_inbound: float = 0
    blocked: bool = False
    last_id: int = 0

    def next_id(self) -> int:
        """Telegram numbers the messages of a chat one after the other, both directions together."""
        self.last_id += 1
        return self.last_id

    def find(self, bubble_id: str) -> Bubble | None:
        return next((bubble for bubble in self.bubbles if bubble.id == bubble_id), None)


@dataclass
class Call:
    """One call of the desk to a provider, as `GET /sent` shows it."""

    channel: Channel
    account: str
    method: str
    path: str
    to: str
    payload: dict[str, Any]
    at: float
    status: int = 0
    answer: str = ""


READY = (
    Person("amina", "whatsapp", "Амина", "kk", phone="77000000107"),
    Person("oliver", "whatsapp", "Oliver", "en", phone="447700900123", user_id="GB.13491208655302741918"),
    Person("aigerim", "whatsapp", "Айгерим", "ru", user_id="KZ.20817364509182736455", username="aigerim.flowers"),
    Person("daniyar", "telegram", "Данияр", "ru", user_id="500000042", username="daniyar_osp"),
    Person("oliver-telegram", "telegram", "Oliver", "en", user_id="700000311", username="oliver_w"),
)


@dataclass
class Store:
    """Everything the stand-ins remember. `version` grows with each change: the page redraws by it."""

    people: list[Person] = field(default_factory=lambda: [Person(**vars(person)) for person in READY])
    chats: dict[tuple[str, str, str], Chat] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    files: dict[str, StoredFile] = field(default_factory=dict)
    confirmations: bool = True
    strangers: Literal["taken", "refused"] = "taken"
    """What becomes of messages to people who never wrote through the phones."""
    version: int = 0
    notice: str = ""
    """What the page must say once about the last form."""

    def changed(self) -> None:
        self.version += 1

    def person(self, channel: Channel, person_id: str) -> Person | None:
        return next((p for p in self.people if p.id == person_id and p.channel == channel), None)

    def find(self, channel: Channel, *, phone: str = "", user_id: str = "") -> Person | None:
        """The person with this id, else the one with this number. The newest wins: numbers change hands."""
        known = [p for p in reversed(self.people) if p.channel == channel]
        by_id = next((p for p in known if user_id and p.user_id == user_id), None)
        if by_id or not phone:
            return by_id
        return next((p for p in known if p.phone == phone and not (user_id and p.user_id)), None)

    def add_person(self, channel: Channel, name: str, **known: str) -> Person:
        person = Person(f"p{len(self.people) + 1}", channel, name, **known)
        self.people.append(person)
        self.changed()
        return person

    def chat(self, channel: Channel, account: str, person: Person) -> Chat:
        key = (channel, account, person.id)
        if key not in self.chats:
            self.chats[key] = Chat(channel, account, person)
        return self.chats[key]

    def add_file(self, name: str, media_type: str, data: bytes, *, size: int | None = None) -> StoredFile:
        digest = hashlib.sha256(data).hexdigest()
        file_id = str(10**15 + secrets.randbelow(9 * 10**15))
        file = StoredFile(file_id, name, media_type, len(data) if size is None else size, data, digest)
        self.files[file_id] = file
        return file

    def all_chats(self) -> Iterator[Chat]:
        yield from self.chats.values()
