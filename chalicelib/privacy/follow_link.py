"""Shows a person who has a private link what was written to them and by them: their conversation, and the answers to a
request about their data. What they have seen counts as read, which proves that they were told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.attachments.hand_out import link_to
from chalicelib.channels.contract import Channel, Page
from chalicelib.channels.parts import Button, StatusUpdate
from chalicelib.channels.reading import as_dict
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.schema import MESSAGE
from chalicelib.messages.statuses import Statuses
from chalicelib.outbox.content import ReplyContent
from chalicelib.privacy.followed_rows import Behind, FollowedRows
from chalicelib.tickets.opening import open_json
from chalicelib.tickets.records_from_rows import number, outcome, outgoing
from chalicelib.vault import encryption
from chalicelib.vault.pseudonyms import AddressKey

if TYPE_CHECKING:
    from chalicelib.attachments.bucket import Bucket
    from chalicelib.dynamo.models import DeskRow
    from chalicelib.vault.decryptor import BatchDecryptor


_NO_FILE = "There is no such file behind this link, or its retention has ended."
MOST_SHOWN = 1_500_000
"""Bytes of texts of one conversation that are shown at most, those of the newest messages: the response of a function
is limited to 6 MB, markup included."""


@dataclass(frozen=True)
class Said:
    """One message of a conversation at `at` (ms), ours or the person's: its text, the buttons under it, and the name of
    the person's file. `files` are the names of ours; the reference `id` with a file's number leads to it."""

    ours: bool
    at: int
    text: str = field(repr=False)
    buttons: tuple[Button, ...] = field(default=(), repr=False)
    file: str = field(default="", repr=False)
    id: str = ""
    files: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Followed:
    """What lies behind a link. `number` and `state` are those of the newest ticket, "" without one; `until` (ms) is
    when the link ends, 0 while that is not known. `writable`: the person may write on. `destroyed`: their data is being
    destroyed, or was."""

    language: str
    messages: tuple[Said, ...] = field(repr=False)
    number: str = ""
    state: str = ""
    until: int = 0
    writable: bool = False
    destroyed: bool = False


@dataclass(frozen=True)
class FollowLink:
    """Shows what lies behind links of this channel. `decryptor` makes a new one for each request, `bucket` holds the
    files of staff."""

    channel: Channel
    address_key: AddressKey
    rows: FollowedRows
    statuses: Statuses
    decryptor: "Callable[[], BatchDecryptor]"
    bucket: "Bucket"
    clock: Callable[[], int]

    def __call__(self, link: str, *, seen: bool) -> Followed | None:
        """Return what lies behind a link; None when nothing does, or not any more. With `seen` the person looks at it,
        and our messages are read from now on. Raises Unavailable."""
        page, now = self._page, self.clock()
        behind = self._behind(link, now)
        if not (behind.writable or behind.destroyed):
            return None
        opens = partial(open_json, self.decryptor())
        shown: list[tuple[tuple[int, int, int], Said]] = []
        for contact_id, conversation_id in behind.conversations:
            size = 0
            for row in list(self.rows.messages(conversation_id, now)):
                if size > MOST_SHOWN:
                    break
                ref = MessageRef.of_tail(conversation_id, str(row.sk).removeprefix(MESSAGE.prefix))
                content, _ = opens(contact_id, encryption.message_content(ref), row.content)
                if content is None:
                    continue
                said, place = _said(row, ref, content), (ref.at, number(row.order), number(row.arrived_at))
                if said.ours or said.text or said.file:  # what is pressed in the menu has no words
                    shown.append((place, said))
                size += len(said.text.encode(errors="replace"))
                if seen and row.direction == "out":
                    self._mark_read(page, ref, row, now)
        ticket_number, state = self.rows.ticket(behind.ticket_id)
        return Followed(
            language=behind.language,
            messages=tuple(one for _, one in sorted(shown, key=lambda each: each[0])),
            number=ticket_number,
            state=state,
            until=behind.until,
            writable=behind.writable,
            destroyed=behind.destroyed,
        )

    def file(self, link: str, reference: str) -> str:
        """Return a link of 60 s by which a file is downloaded that staff has sent to the owner of this private link:
        `reference` is that of the message with the file's number, from 1. Raises NotFound and Unavailable."""
        now, (ref, number) = self.clock(), MessageRef.parse_piece(reference)
        owners = {conversation: contact for contact, conversation in self._behind(link, now).conversations}
        row = self.rows.sent(ref, now) if ref and ref.conversation_id in owners else None
        if ref is None or row is None:
            raise NotFound(_NO_FILE)
        contact_id = owners[ref.conversation_id]
        content, _ = open_json(self.decryptor(), contact_id, encryption.message_content(ref), row.content)
        files = ReplyContent.of(content or {}).files[number - 1 : number] if number > 0 else ()
        if not files:
            raise NotFound(_NO_FILE)
        return link_to(self.bucket, contact_id, files[0], save=True)

    @property
    def _page(self) -> Page:
        assert self.channel.page is not None  # only a channel with pages is wired here
        return self.channel.page

    def _behind(self, link: str, now: int) -> Behind:
        name = self.address_key.address(self.channel.id, self._page.account, self._page.address(link))
        return self.rows.behind(name, now)

    def _mark_read(self, page: Page, ref: MessageRef, row: "DeskRow", now: int) -> None:
        if outcome(row)[0] == "read":
            return
        pieces = outgoing(row)["piece_states"]
        for reference in [ref.of_piece(int(one)) for one in pieces] or [str(ref)]:
            read = StatusUpdate(self.channel.id, page.account, reference, "read", now // SECOND, reference=reference)
            self.statuses.apply(read, now)


def _said(row: "DeskRow", ref: MessageRef, content: dict[str, Any]) -> Said:
    sent = ReplyContent.of(content)
    if row.direction == "out":
        return Said(True, ref.at, sent.text, sent.choices, id=str(ref), files=tuple(one.name for one in sent.files))
    return Said(False, ref.at, sent.text, file=str(as_dict(content.get("details")).get("filename", "")))
