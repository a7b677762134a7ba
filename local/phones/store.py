"""The memory of the stand-ins: people, chats, files, and every call of the desk. It lasts as long as the process.

Only the event loop of the app uses it, so it needs no locks.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Channel = Literal["whatsapp", "telegram", "email"]
CHANNELS: tuple[Channel, ...] = ("whatsapp", "telegram", "email")


@dataclass
class Person:
    """A customer. On WhatsApp with `phone` (digits), business-scoped `user_id` or both; on Telegram with `user_id`; by
    e-mail with the address `mail`."""

    id: str
    channel: Channel
    name: str
    language: str = ""
    phone: str = ""
    user_id: str = ""
    username: str = ""
    mail: str = ""


@dataclass(frozen=True)
class StoredFile:
    """A file that somebody sent. A test may declare a `size` larger than `data`, and a `sha256` that is not the data's.

    `until` (epoch seconds) is when WhatsApp forgets it.
    """

    id: str
    name: str
    type: str
    size: int
    data: bytes
    sha256: str
    until: float = float("inf")

    def brief(self) -> dict[str, Any]:
        return {"name": self.name, "type": self.type, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True)
class Key:
    """A button under a message. A press sends its `id` to the desk; a link has `url` instead.

    `kind` is the type of the press in WhatsApp's webhook: button_reply, list_reply or button.
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
    album: str = ""
    """The album to which the message belongs, by Telegram's id of it."""
    place: tuple[float, float] = (43.238949, 76.889709)
    """Latitude and longitude of a live location, which moves."""
    played: bool = False
    """A status of this message was set by hand, so no further status follows by itself."""
    title: str = ""
    """The subject of a mail."""
    answer_to: str = ""
    """The address to which a mail of the desk is answered."""


@dataclass
class Chat:
    """The messages between one person and one account. `last_inbound` is in epoch seconds, 0 for never."""

    channel: Channel
    account: str
    person: Person
    bubbles: list[Bubble] = field(default_factory=list)
    last_inbound: float = 0
    blocked: bool = False
    last_id: int = 0

    def next_id(self) -> int:
        """Return the next message id. Telegram numbers the messages of a chat in sequence, both directions together."""
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
    Person("nurlan", "email", "Нұрлан Сейітов", "kk", mail="nurlan@example.kz"),
    Person("olga", "email", "Ольга Ким", "ru", mail="olga.kim@example.com"),
    Person("oliver-telegram", "telegram", "Oliver", "en", user_id="700000311", username="oliver_w"),
)


@dataclass
class Store:
    """Everything that the stand-ins remember. `version` grows with each change, so the page knows when to refresh."""

    people: list[Person] = field(default_factory=lambda: [Person(**vars(person)) for person in READY])
    chats: dict[tuple[str, str, str], Chat] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    commands: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    """Commands that a bot has set by account and language, "" for every other one."""
    files: dict[str, StoredFile] = field(default_factory=dict)
    links: dict[str, float] = field(default_factory=dict)
    """Until when (epoch seconds) Telegram hands out files by the paths that getFile gave, by their ids."""
    confirmations: bool = True
    strangers: Literal["taken", "refused"] = "taken"
    """Whether messages are taken that go to people who never wrote through the phones."""
    version: int = 0
    notice: str = ""
    """What the page says once about the last form."""

    def changed(self) -> None:
        self.version += 1

    def person(self, channel: Channel, person_id: str) -> Person | None:
        return next((p for p in self.people if p.id == person_id and p.channel == channel), None)

    def find(self, channel: Channel, *, phone: str = "", user_id: str = "", mail: str = "") -> Person | None:
        """Return the person with this id, else with this number or address; the newest of several, since numbers
        change hands."""
        known = [p for p in reversed(self.people) if p.channel == channel]
        if mail:
            return next((p for p in known if p.mail == mail), None)
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

    def add_file(
        self,
        name: str,
        media_type: str,
        data: bytes,
        *,
        size: int | None = None,
        sha256: str = "",
        until: float = float("inf"),
    ) -> StoredFile:
        digest = sha256 or hashlib.sha256(data).hexdigest()
        file_id = str(10**15 + secrets.randbelow(9 * 10**15))
        file = StoredFile(file_id, name, media_type, len(data) if size is None else size, data, digest, until)
        self.files[file_id] = file
        return file

    def file(self, file_id: str, now: float) -> StoredFile | None:
        """Return a file that is not forgotten yet; None for any other id."""
        file = self.files.get(file_id)
        return file if file and now <= file.until else None

    def all_chats(self) -> Iterator[Chat]:
        yield from self.chats.values()
