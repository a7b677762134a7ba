"""Wires delivery, replies, expiry stamps and the search index. Intake does not import it."""

from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.queues import Queues
from chalicelib.profile.load import load_profile
from chalicelib.wiring import base as wiring

if TYPE_CHECKING:
    from chalicelib.contacts.index_contact import IndexContact
    from chalicelib.contacts.text_search import TextSearch
    from chalicelib.messages.customer_deletion import TakeBack
    from chalicelib.outbox.bring_file import BringFile
    from chalicelib.outbox.brought_files import BroughtFiles
    from chalicelib.outbox.change_message import ChangeMessage
    from chalicelib.outbox.deliver import Deliver
    from chalicelib.outbox.providers import ChannelProviders
    from chalicelib.outbox.reply import ReplyToCustomer
    from chalicelib.outbox.signals import AskForSignal, PassOnSignal
    from chalicelib.outbox.visitors.answer_visitor import AnswerVisitor
    from chalicelib.outbox.withheld.decide import DecideWithheld
    from chalicelib.retention.agreement_dates import AgreementDates
    from chalicelib.retention.stamp_expiry import StampExpiry
    from chalicelib.vault.decryptor import BatchDecryptor
    from chalicelib.vault.pseudonyms import SameTextKey, TextKey


def _allows(purpose: str, channel: str) -> bool:
    return load_profile(settings().operator).allows(purpose, channel)


def _transfer(channel: str) -> str:
    return load_profile(settings().operator).transfer(channel)


@cache
def queues() -> Queues:
    """The queues of this deployment."""
    return Queues(client("sqs"))


def queue_urls() -> dict[str, str]:
    """The queues of the stream router, by the names that it uses."""
    config = settings()
    return {
        "doorbell": config.queue_doorbell,
        "dating": config.queue_dating,
        "indexing": config.queue_indexing,
        "privacy": config.queue_privacy,
        "fetching": config.queue_fetching,
    }


def single_decryptor() -> "BatchDecryptor":
    """Returns a fresh decryptor for a worker that opens one contact at a time and may read single keys only."""
    from chalicelib.vault.decryptor import SingleDecryptor

    wiring.bind_tables()
    return SingleDecryptor(wiring.vault)


@cache
def reply_to_customer() -> "ReplyToCustomer":
    """Stores replies of staff, for the dashboard and the API."""
    from chalicelib.outbox.reply import ReplyToCustomer
    from chalicelib.outbox.reply_store import ReplyStore
    from chalicelib.outbox.same_text import SameTexts

    wiring.bind_tables()
    store = ReplyStore(wiring.gateway())
    files, texts = _brought_files(), SameTexts(wiring.gateway(), _same_text_key)
    rules = _allows, _transfer
    return ReplyToCustomer(store, files, texts, wiring.decryptor, *rules, wiring.clock(), sleep_with_jitter)


def _same_text_key() -> "SameTextKey":
    from chalicelib.vault.encryption import decode_key
    from chalicelib.vault.pseudonyms import SameTextKey, derive

    secret = decode_key(wiring.secrets().read(settings().secret_text_key)["text_key"])
    return SameTextKey(derive(secret, "same_text"))


def decide_withheld() -> "DecideWithheld":
    """Decides about a reply that waits for a supervisor."""
    from chalicelib.outbox.withheld.decide import DecideWithheld
    from chalicelib.outbox.withheld.store import WithheldStore

    store = WithheldStore(wiring.gateway())
    return DecideWithheld(store, reply_to_customer(), wiring.clock(), sleep_with_jitter)


@cache
def _brought_files() -> "BroughtFiles":
    from chalicelib.attachments.uploads import UploadStore
    from chalicelib.outbox.brought_files import BroughtFiles
    from chalicelib.wiring.files import bucket

    return BroughtFiles(UploadStore(wiring.gateway()), bucket(), settings().files_scanned == "true")


@cache
def bring_file() -> "BringFile":
    """Begins uploads of staff, for the dashboard and the API."""
    from chalicelib.outbox.bring_file import BringFile

    return BringFile(reply_to_customer(), _brought_files(), wiring.decryptor, wiring.clock())


@cache
def change_message() -> "ChangeMessage":
    """Reacts to messages, edits and deletes replies, for the dashboard and the API."""
    from chalicelib.outbox.change_message import ChangeMessage
    from chalicelib.outbox.change_store import ChangeStore

    wiring.bind_tables()
    store = ChangeStore(wiring.gateway())
    return ChangeMessage(store, reply_to_customer(), wiring.decryptor, wiring.clock(), sleep_with_jitter)


@cache
def _providers() -> "ChannelProviders":
    """The channels' senders of this process, with their open connections."""
    from chalicelib.outbox.providers import ChannelProviders

    return ChannelProviders(wiring.secrets(), settings().secret_outbound)


@cache
def _deliver(address_key: bytes, *, files: bool) -> "Deliver":
    from chalicelib.outbox.deliver import UPLOAD_BUDGET, UPLOAD_LEASE, Deliver
    from chalicelib.outbox.late_notices import LateNotices
    from chalicelib.outbox.store import Outbox
    from chalicelib.vault.pseudonyms import AddressKey

    wiring.bind_tables()
    config = settings()

    def enqueue(conversation_id: str, wait: int) -> None:
        queues().send_later(config.queue_retry, {"conversation_id": conversation_id}, wait)

    def hand_over(conversation_id: str) -> None:
        queues().send_later(config.queue_uploading, {"conversation_id": conversation_id}, 0)

    more: dict[str, Any] = {"hand_over": hand_over}
    if files:
        from chalicelib.attachments.open_file import open_from
        from chalicelib.wiring.files import bucket

        more = {"open_file": open_from(bucket()), "budget": UPLOAD_BUDGET, "lease": UPLOAD_LEASE}
    profile = load_profile(config.operator)
    return Deliver(
        store=Outbox(wiring.gateway(), AddressKey(address_key)),
        late_notices=LateNotices(wiring.gateway(), profile.languages),
        late_template=profile.late_template,
        providers=_providers(),
        decryptor=single_decryptor,
        allows=_allows,
        transfer=_transfer,
        enqueue=enqueue,
        clock=wiring.clock(),
        wait=sleep_with_jitter,
        **more,
    )


@cache
def answer_visitor() -> "AnswerVisitor":
    """Answers people of whom nothing is stored, for the sender."""
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.outbox.visitors.answer_visitor import AnswerVisitor
    from chalicelib.outbox.visitors.visitor_store import VisitorStore

    wiring.bind_tables()

    def enqueue(visitor_id: str, wait: int) -> None:
        queues().send_later(settings().queue_retry, {"visitor_id": visitor_id}, wait)

    store, clock = VisitorStore(wiring.gateway()), wiring.clock()
    return AnswerVisitor(store, OutboxReading(), _providers(), wiring.vault, _allows, enqueue, clock)


@cache
def pass_on_signal() -> "PassOnSignal":
    """Passes signs of reading and typing on, for the sender."""
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.outbox.signals import PassOnSignal

    wiring.bind_tables()
    return PassOnSignal(OutboxReading(), _providers(), single_decryptor, _allows, _transfer, wiring.clock())


@cache
def ask_for_signal() -> "AskForSignal":
    """Asks for such signs, for the dashboard and the API."""
    from chalicelib.outbox.signals import KINDS, AskForSignal

    config = settings()
    switched_on = frozenset(one for one in KINDS if one in config.signals.split("-"))
    return AskForSignal(switched_on, lambda body: queues().send_later(config.queue_retry, body, 0))


def deliver(*, files: bool = False) -> "Deliver":
    """Delivers a conversation's outbox, for the sender; with `files` for the uploader. Raises Unavailable."""
    return _deliver(wiring.secrets().inbound(settings().secret_inbound).address_key, files=files)


@cache
def stamp_expiry() -> "StampExpiry":
    """Stamps expiry dates on rows."""
    from chalicelib.retention.stamp_expiry import StampExpiry
    from chalicelib.retention.stamp_expiry_store import StampExpiryStore

    wiring.bind_tables()
    retention = load_profile(settings().operator).retention
    return StampExpiry(
        StampExpiryStore(wiring.gateway()),
        ticket_kept=retention["ticket"].kept,
        contact_kept=retention["contact"].kept,
        clock=wiring.clock(),
        agreements=agreement_dates(),
    )


@cache
def agreement_dates() -> "AgreementDates":
    """Dates tickets by the end of an agreement."""
    from chalicelib.retention.agreement_dates import AgreementDates, AgreementDatesStore
    from chalicelib.retention.stamp_expiry_store import StampExpiryStore

    kept, tables = load_profile(settings().operator).retention["ticket"].kept, wiring.gateway()
    return AgreementDates(AgreementDatesStore(tables), StampExpiryStore(tables), kept, wiring.clock())


@cache
def take_back() -> "TakeBack":
    """Removes the texts that customers deleted."""
    from chalicelib.attachments.drop_file import DropFile
    from chalicelib.messages.customer_deletion import TakeBack, TakeBackStore
    from chalicelib.wiring.files import bucket

    wiring.bind_tables()
    return TakeBack(TakeBackStore(wiring.gateway()), DropFile(wiring.gateway(), bucket()), wiring.clock())


def text_key() -> "TextKey":
    """The key of pseudonyms of names and words. Raises Unavailable."""
    from chalicelib.vault.encryption import decode_key
    from chalicelib.vault.pseudonyms import TextKey

    return TextKey(decode_key(wiring.secrets().read(settings().secret_text_key)["text_key"]))


def text_search() -> "TextSearch":
    """Finds contacts by typed words. Raises Unavailable."""
    from chalicelib.contacts.text_search import TextSearch

    wiring.bind_tables()
    return TextSearch(text_key())


def index_contact() -> "IndexContact":
    """Indexes a contact. Raises Unavailable."""
    from chalicelib.contacts.index_contact import ContactTexts, IndexContact
    from chalicelib.contacts.text_index import ContactIndex

    wiring.bind_tables()
    index = ContactIndex(text_key(), wiring.gateway())
    return IndexContact(lambda: ContactTexts(single_decryptor()), index)
