"""The composition root of delivery and retention. Nothing of it is imported by intake."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import wiring
from chalicelib.domain.patience import full_jitter
from chalicelib.domain.profile import load_profile
from chalicelib.settings import settings
from chalicelib.storage.clients import client
from chalicelib.storage.queues import Queues

if TYPE_CHECKING:
    from chalicelib.storage.blind import TextKey
    from chalicelib.storage.opening import Opener
    from chalicelib.storage.text_index import TextIndex
    from chalicelib.usecases.date_rows import DateRows
    from chalicelib.usecases.deliver import Deliver
    from chalicelib.usecases.index_contact import IndexContact
    from chalicelib.usecases.reply_to_customer import ReplyToCustomer
    from chalicelib.usecases.sweep import Sweep
    from chalicelib.usecases.take_back import TakeBack


def _allows(purpose: str, channel: str) -> bool:
    return load_profile(settings().operator).allows(purpose, channel)


@cache
def queues() -> Queues:
    """The queues of this deployment."""
    return Queues(client("sqs"))


def queue_urls() -> dict[str, str]:
    """Where the relay passes things on to."""
    config = settings()
    return {
        "doorbell": config.queue_doorbell,
        "dating": config.queue_dating,
        "indexing": config.queue_indexing,
        "privacy": config.queue_privacy,
    }


def single_opener() -> "Opener":
    """Return a fresh opener for a worker that opens one contact at a time and may read single keys only."""
    from chalicelib.storage.opening_one import OneOpener

    wiring.bind_tables()
    return OneOpener(wiring.vault)


@cache
def reply_to_customer() -> "ReplyToCustomer":
    """Replies of colleagues, for the dashboard and the API."""
    from chalicelib.storage.replies import ReplyStore
    from chalicelib.usecases.reply_to_customer import ReplyToCustomer

    wiring.bind_tables()
    store = ReplyStore(client("dynamodb"), wiring.tables(), full_jitter)
    return ReplyToCustomer(store, wiring.opener, _allows, wiring.clock(), full_jitter)


@cache
def _deliver(address_key: bytes) -> "Deliver":
    from chalicelib.storage.blind import AddressKey
    from chalicelib.storage.outbox import Outbox
    from chalicelib.usecases.deliver import Deliver
    from chalicelib.workers.providers import ChannelProviders

    wiring.bind_tables()
    config = settings()

    def ring(conversation_id: str, wait: int) -> None:
        queues().later(config.queue_retry, {"conversation_id": conversation_id}, wait)

    return Deliver(
        store=Outbox(client("dynamodb"), wiring.tables(), AddressKey(address_key), full_jitter),
        providers=ChannelProviders(config, wiring.secrets()),
        opener=single_opener,
        allows=_allows,
        ring=ring,
        clock=wiring.clock(),
        wait=full_jitter,
    )


def deliver() -> "Deliver":
    """What the sender does. Raises Unavailable."""
    return _deliver(wiring.secrets().inbound(settings().secret_inbound).address_key)


@cache
def date_rows() -> "DateRows":
    """What the dater does."""
    from chalicelib.storage.retention import TicketDates
    from chalicelib.usecases.date_rows import DateRows

    wiring.bind_tables()
    store = TicketDates(client("dynamodb"), wiring.tables(), full_jitter)
    retention = load_profile(settings().operator).retention
    return DateRows(store, retention["ticket"].days, retention["contact"].days, wiring.clock())


@cache
def take_back() -> "TakeBack":
    """What the dater does with deletions."""
    from chalicelib.storage.taking_back import TakingBack
    from chalicelib.usecases.take_back import TakeBack

    wiring.bind_tables()
    return TakeBack(TakingBack(client("dynamodb"), wiring.tables(), full_jitter), wiring.clock())


@cache
def sweep() -> "Sweep":
    """What the sweeper does."""
    from chalicelib import wiring_erasure
    from chalicelib.storage.closing import Closing
    from chalicelib.storage.ending import Endings
    from chalicelib.storage.sweeping import Sweeping
    from chalicelib.usecases.end_contact import EndContact
    from chalicelib.usecases.sweep import Sweep

    wiring.bind_tables()
    config = settings()
    profile = load_profile(config.operator)
    kept = {name: profile.retention[name].days for name in ("ticket", "contact", "consent")}

    def ring(conversation_ids: list[str]) -> int:
        return queues().ring_all(config.queue_doorbell, conversation_ids)

    return Sweep(
        store=Sweeping(client("dynamodb"), wiring.tables()),
        closing=Closing(client("dynamodb"), wiring.tables(), full_jitter),
        end_contact=EndContact(
            Endings(client("dynamodb"), wiring.tables(), full_jitter), kept["contact"], kept["consent"], wiring.clock()
        ),
        ring=ring,
        reindex=ring_indexing,
        watch_asks=wiring_erasure.watch_asks(),
        watch=wiring_erasure.watch_requests(),
        idle_days=profile.tickets.idle_close_days,
        solved_days=profile.tickets.solved_close_days,
        kept_days=kept["ticket"],
        clock=wiring.clock(),
    )


def ring_indexing(contact_id: str) -> bool:
    """Have a contact indexed; False: the queue did not take it."""
    from chalicelib.storage.queues import Bell

    return not queues().send(settings().queue_indexing, [Bell({"contact_id": contact_id})])


def text_key() -> "TextKey":
    """The key of names and words. Raises Unavailable."""
    from chalicelib.storage.blind import TextKey
    from chalicelib.storage.vault import decode_key

    return TextKey(decode_key(wiring.secrets().read(settings().secret_text_key)["text_key"]))


def text_index() -> "TextIndex":
    """Contacts by what people type. Raises Unavailable."""
    from chalicelib.storage.text_index import TextIndex

    wiring.bind_tables()
    return TextIndex(text_key())


def index_contact() -> "IndexContact":
    """What the indexer does. Raises Unavailable."""
    from chalicelib.storage.contact_index import ContactIndex
    from chalicelib.storage.contact_texts import ContactTexts
    from chalicelib.usecases.index_contact import IndexContact

    wiring.bind_tables()
    index = ContactIndex(text_key(), client("dynamodb"), wiring.tables(), full_jitter)
    return IndexContact(lambda: ContactTexts(single_opener()), index)
