"""Opens a message before it is sent, and answers pressed buttons."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.channels import registry
from chalicelib.channels.base import (
    NO_THREAD,
    ChoicePart,
    DeletionPart,
    EditPart,
    OutboundMessage,
    OutboundPart,
    PageLink,
    ReactionPart,
    SendError,
    SendResult,
    Thread,
)
from chalicelib.channels.failure_meanings import reason_of
from chalicelib.channels.reading import as_dict, as_list
from chalicelib.channels.render import Lacking, render
from chalicelib.channels.templates import ProviderTemplate
from chalicelib.core.addresses import Address, ChannelId
from chalicelib.core.errors import BadInput
from chalicelib.core.ids import MessageRef
from chalicelib.core.observability import count, log
from chalicelib.outbox.content import ReplyContent
from chalicelib.outbox.model import CHANGE, Failure, Job, OutboxEntry
from chalicelib.outbox.provider_ids import provider_ids
from chalicelib.provider_templates.model import fill
from chalicelib.vault import encryption
from chalicelib.vault.encryption import CannotOpen

if TYPE_CHECKING:
    from chalicelib.outbox.store import Outbox
    from chalicelib.vault.decryptor import BatchDecryptor


class Providers(Protocol):
    """The channels' providers, each called with the account's own token."""

    def send(self, channel: ChannelId, message: OutboundMessage) -> SendResult:
        """Send one message. Raises SendError and Unavailable."""
        ...

    def confirm_press(self, channel: ChannelId, account: str, press: str) -> None:
        """Confirm a pressed button, where the channel wants that. Raises SendError and Unavailable."""
        ...

    def token_changed(self, channel: ChannelId, account: str) -> bool:
        """Read the account's token anew; return whether it has changed. Raises Unavailable."""
        ...


@dataclass(frozen=True)
class OpenedMessage:
    """An opened message: its pieces, each of which a provider takes as one message, its address, the provider's id of
    the message that its first piece quotes, what it answers on a channel with threads, and the page of ours to which it
    leads."""

    pieces: tuple[tuple[OutboundPart, ...], ...] = field(repr=False)
    address: Address = field(repr=False)
    quote: str = field(default="", repr=False)
    thread: Thread = field(default=NO_THREAD, repr=False)
    link: PageLink | None = field(default=None, repr=False)


def open_message(decryptor: "BatchDecryptor", job: Job, store: "Outbox", now: int) -> OpenedMessage | Failure:
    """Return the opened message, or why it cannot be sent. A message that it quotes and that is gone is quoted no more.

    Raises Unavailable.
    """
    assert job.message is not None and job.recipient is not None
    contact_id = job.recipient.contact_id
    try:
        content = _opened(decryptor, job)
        address = address_of(decryptor, contact_id, job.recipient.addresses)
    except CannotOpen as error:
        log("cannot_open", level=logging.ERROR, contact_id=contact_id)
        count("CannotOpen")
        return Failure(error.code, reason_of(job.entry.channel, error.code))
    if content is None:
        return Failure("erased", "erased")
    if address is None:
        return Failure("no_address", "no_address")
    sent = ReplyContent.of(content)
    if job.template and not _fits(job.template.template, sent):
        return Failure("template_refused", "template_refused")
    try:
        pieces = render(registry.channel(job.entry.channel), _parts(job, content))
    except Lacking as error:
        log("part_refused", channel=job.entry.channel, code=error.code, reason=error.capability)
        return Failure(error.code, reason_of(job.entry.channel, error.code))
    quote, thread = _quoted(decryptor, store, content, now), NO_THREAD
    if sent.topic:
        thread = Thread(sent.topic, begins=True)
    elif registry.channel(job.entry.channel).threads:
        newest, thread = _answered(decryptor, store, job.entry.ref, now)
        quote = quote or newest
    return OpenedMessage(pieces, address, quote, thread, sent.link) if pieces else Failure("empty", "empty")


def _answered(decryptor: "BatchDecryptor", store: "Outbox", ref: MessageRef, now: int) -> tuple[str, Thread]:
    """Return the provider's id of what the person wrote last, and its thread; empty ones when nothing is there."""
    newest = store.newest_of_person(ref.conversation_id, ref.at, now)
    if newest is None:
        return "", NO_THREAD
    try:
        content = decryptor.json(newest.contact_id, encryption.message_content(newest.ref), newest.content) or {}
    except CannotOpen:
        return "", NO_THREAD
    details = as_dict(content.get("details"))
    before = tuple(str(one) for one in as_list(details.get("references")))
    return str(content.get("id", "")), Thread(str(details.get("subject", "")), before)


def stored_content(decryptor: "BatchDecryptor", job: Job) -> ReplyContent | None:
    """Return what a message holds; None when it cannot be opened any more. Raises Unavailable."""
    try:
        content = _opened(decryptor, job)
    except CannotOpen:
        return None
    return None if content is None else ReplyContent.of(content)


def _opened(decryptor: "BatchDecryptor", job: Job) -> dict[str, Any] | None:
    """Return the content of a message as it is stored; None when its key is destroyed. Raises CannotOpen and
    Unavailable."""
    assert job.message is not None and job.recipient is not None
    return decryptor.json(job.recipient.contact_id, encryption.message_content(job.entry.ref), job.message.content)


def _fits(template: ProviderTemplate, sent: ReplyContent) -> bool:
    """Whether the template as it is now is the one that was filled."""
    if sent.template is None or sent.template.key != template.key:
        return False
    try:
        fill(template, dict(sent.template.values))
    except BadInput:
        return False
    return True


def _quoted(decryptor: "BatchDecryptor", store: "Outbox", content: Mapping[str, Any], now: int) -> str:
    """Return the provider's id of the quoted message, "" when none is quoted or it is not known any more."""
    ref = MessageRef.parse(ReplyContent.of(content).quote)
    found = store.named(ref, now) if ref else None
    if found is None:
        return ""
    try:
        return next(iter(provider_ids(decryptor, found)), "")
    except CannotOpen:
        return ""


def _parts(job: Job, content: Mapping[str, Any]) -> tuple[OutboundPart, ...]:
    """Return the parts of a message's stored content; of a change (outbox/change_message.py) it is `{"text", "targets",
    "buttons"}`, the last those that an edited message keeps."""
    assert job.message is not None
    reply = ReplyContent.of(content)
    if job.entry.action != CHANGE:
        return tuple(_opened_by(one, job) if isinstance(one, ChoicePart) else one for one in reply.parts())
    targets = tuple(str(one) for one in as_list(content.get("targets"))) or ("",)
    if job.message.kind == "reaction":
        return (ReactionPart(targets[0], reply.text),)
    if job.message.kind == "revoke":
        return (DeletionPart(targets),)
    return (EditPart(targets[0], reply.text, reply.choices),)


def _opened_by(choice: ChoicePart, job: Job) -> ChoicePart:
    """Return the choice with the word that opens it where it is a list, in the customer's language."""
    from chalicelib.core.texts import CHOOSE, bot_text

    return choice._replace(opens=bot_text(job.head.language if job.head else "", CHOOSE, unknown=("ru",)))


def address_of(decryptor: "BatchDecryptor", contact_id: str, sealed: Mapping[str, bytes]) -> Address | None:
    """Return the address to send to: of a person's kinds the one that their channel prefers."""
    for kind in registry.ADDRESS_KINDS:
        value = decryptor.text(contact_id, encryption.contact_attribute(contact_id, kind), sealed.get(kind))
        if value:
            return Address(kind, value)
    return None


def answer_callback(
    store: "Outbox", providers: Providers, decryptor: "BatchDecryptor", entry: OutboxEntry, now: int
) -> bool:
    """Answer a pressed button; a failure is logged and not repeated, because the button stops turning by itself. False:
    the person is being erased, and the entry stays. Raises Unavailable."""
    message = store.message(entry.ref, now)
    try:
        context = encryption.message_content(entry.ref)
        content = decryptor.json(message.contact_id, context, message.content) if message else None
        callback_id = str((content or {}).get("details", {}).get("callback_id", ""))
        if callback_id:
            providers.confirm_press(entry.channel, entry.account, callback_id)
    except (SendError, CannotOpen) as error:
        log("callback_unanswered", channel=entry.channel, code=error.code)
    return store.remove_entry(entry, message.contact_id if message else "")
