"""What goes out on any channel: the parts of a message, who sends it, what sending returns and raises. Intake does not
load it."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from chalicelib.channels.parts import Button
from chalicelib.core.addresses import Address
from chalicelib.core.delivery_failures import FailureText, Meaning
from chalicelib.core.delivery_failures import scrub as scrub
from chalicelib.core.errors import DeskError

CHUNK = 1 << 18
"""Bytes that are in memory at a time."""


class TextPart(NamedTuple):
    """A text."""

    text: str


class ChoicePart(NamedTuple):
    """Buttons under the end of the text before it. channels/render.py says where they are `listed`, because they are
    more or longer than buttons may be; `opens` is the word that opens the list."""

    buttons: tuple[Button, ...]
    opens: str = ""
    listed: bool = False


class FilePart(NamedTuple):
    """A file: its name, its MIME type, its bytes, and the kind that decides about limits ("image", "document" …).
    `object` is its name in the bucket, `etag` the version of it that was checked."""

    name: str
    type: str
    size: int
    kind: str = "document"
    object: str = ""
    etag: str = ""


class TemplatePart(NamedTuple):
    """A text that the provider has approved, by its name there, with the values of its places by their ids
    (provider_templates/model.py)."""

    name: str
    language: str
    values: tuple[tuple[str, str], ...] = ()


class ReactionPart(NamedTuple):
    """An emoji of ours at a message of the person, by the provider's id; "" takes it back."""

    target: str
    emoji: str


class EditPart(NamedTuple):
    """The new text of a message of ours, by the provider's id, and the buttons that it has."""

    target: str
    text: str
    buttons: tuple[Button, ...] = ()


class DeletionPart(NamedTuple):
    """A message of ours that is deleted at the person, too: the provider's ids of its pieces."""

    targets: tuple[str, ...]


ChangePart = ReactionPart | EditPart | DeletionPart
"""Changes another message, and is none itself."""
OutboundPart = TextPart | ChoicePart | FilePart | TemplatePart | ChangePart


class Thread(NamedTuple):
    """The mail that a message of ours answers: its subject, and the ids of the mails before it. `begins`: it answers
    none, and the subject is its own."""

    subject: str = ""
    references: tuple[str, ...] = ()
    begins: bool = False


NO_THREAD = Thread()


class PageLink(NamedTuple):
    """A page of ours to which a message leads, and what it says there. `ends`: a subscription ends there, also by a
    program that sends RFC 8058's one field."""

    title: str
    url: str
    ends: bool = False


@dataclass(frozen=True)
class OutboundMessage:
    """One message to one person, as channels/render.py cuts it.

    `account` is the id of our number or bot, `address` the recipient's. `reference` is our message reference, which
    some channels return with every status. `quote` is the provider id of the message that is answered, `thread` what
    else is known of it where the channel has threads. `automatic`: nobody of the staff wrote it. `open_file` opens the
    file anew for each try, where there is one; it raises SendError. The text beside a file is its caption. `link` is a
    page of ours to which it leads, where it has one.
    """

    account: str
    address: Address
    parts: tuple[OutboundPart, ...]
    reference: str = ""
    quote: str = ""
    thread: Thread = NO_THREAD
    automatic: bool = False
    open_file: "Callable[[], FileBody] | None" = None
    link: PageLink | None = None

    @property
    def file(self) -> FilePart | None:
        """The file, None when it has none."""
        return next((one for one in self.parts if isinstance(one, FilePart)), None)

    @property
    def text(self) -> str:
        """The text, "" when it has none."""
        return next((one.text for one in self.parts if isinstance(one, TextPart)), "")

    @property
    def choice(self) -> ChoicePart:
        """The buttons under it; there may be none."""
        return next((one for one in self.parts if isinstance(one, ChoicePart)), ChoicePart(()))

    @property
    def change(self) -> ChangePart | None:
        """What it changes of another message, None for a message of its own."""
        return next((one for one in self.parts if isinstance(one, ChangePart)), None)


@dataclass(frozen=True)
class SendResult:
    """The provider accepted the message. `sent_at` in epoch seconds. `provider_id` is "" for a change that gets no id
    of its own."""

    provider_id: str
    sent_at: int


SignalKind = Literal["read", "typing"]


class Signal(NamedTuple):
    """A sign to the person that their newest message, by the provider's id, was read, or that somebody types."""

    kind: SignalKind
    account: str
    address: Address
    message: str


class SendError(DeskError):
    """A call to a provider did not succeed. Its message and code hold no text, address or token, so they may be logged.

    `permanent`: another try cannot help. `retry_after`: seconds that the provider asks us to wait, or None.
    `stops_channel`: nothing can be sent on this account until staff acts (a token, a payment, a ban); the message
    itself can be sent later. `ambiguous`: the provider may have accepted it although we have no answer. `said`: the
    provider's own words, scrubbed; empty when it said nothing."""

    status, code = 502, "send_failed"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        permanent: bool = False,
        retry_after: float | None = None,
        stops_channel: bool = False,
        ambiguous: bool = False,
        said: str = "",
    ) -> None:
        super().__init__(message, code=code)
        self.permanent = permanent
        self.retry_after = retry_after
        self.stops_channel = stops_channel
        self.ambiguous = ambiguous
        self.said = said


class FileBody:
    """A file that is read once, from its beginning to its end. `read` returns the next bytes, at most so many, b"" at
    the end; `size` is what it must give.

    Both libraries take it as it is: `requests` iterates, and `httpx` reads it like an open file whose size it asks for.
    `error` is kept when reading fails or ends too early, because a library may hide what was raised inside it.
    """

    def __init__(self, read: Callable[[int], bytes], size: int, close: Callable[[], None] = lambda: None) -> None:
        self._read = read
        self._at = 0
        self.size = size
        self._close = close
        self.error: SendError | None = None

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK):
            yield chunk

    def read(self, most: int = CHUNK) -> bytes:
        """Return the next bytes. Raises SendError when the file does not give its bytes to the end."""
        try:
            chunk = self._read(most)
        except SendError as error:
            self.error = error
            raise
        self._at += len(chunk)
        if self._at > self.size or (not chunk and self._at < self.size):
            self.error = file_not_read()
            raise self.error
        return chunk

    def tell(self) -> int:
        """Return the place: always the beginning, because this is asked before anything is read."""
        return 0

    def seek(self, _offset: int, whence: int = os.SEEK_SET) -> int:
        """Return the size when the end is asked for. Nothing moves; a file that was begun cannot be sent again."""
        if whence == os.SEEK_END:
            return self.size
        if self._at:
            raise OSError("a file is read once")
        return 0

    def __enter__(self) -> "FileBody":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._close()


def file_not_read() -> SendError:
    """Return the error of a file that could not be read to its end. The provider has not accepted what it did not get
    whole, so nothing is ambiguous."""
    return SendError("The file could not be read to its end.", code="file_not_read")


class Sender(Protocol):
    """Calls a provider with the token of an account. Made once per process."""

    def send(self, message: OutboundMessage, token: str) -> SendResult:
        """Send a message. Raises SendError."""
        ...

    def confirm_press(self, account: str, press: str, token: str) -> None:
        """Confirm a pressed button, where the channel wants that. Raises SendError."""
        ...

    def signal(self, signal: Signal, token: str) -> None:
        """Pass a signal on, of a kind that the channel has. Raises SendError."""
        ...


class Errors(NamedTuple):
    """The provider's refusals. `meaning` says what a code means, None for one in no list. `words` are the sentences of
    reasons that only this channel gives; those that every channel has stand in web/labels.py."""

    meaning: Callable[[str], Meaning | None]
    words: Mapping[str, FailureText]


class Typed(NamedTuple):
    """What somebody typed into the search. `text` is its normal form, `number` the digits when it is nothing but one
    number, and `phone` those digits with the country's code, "" when they are no phone number."""

    words: str
    text: str
    number: str = ""
    phone: str = ""
