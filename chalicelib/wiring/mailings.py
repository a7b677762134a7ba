"""Wires news and offers by mail: intake, the pages behind the links of mails, the dashboard, and the sender."""

from typing import TYPE_CHECKING

from chalicelib.channels import registry
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import direct_client
from chalicelib.dynamo.tables import Tables
from chalicelib.mailings.subscriptions import Subscriptions
from chalicelib.profile.load import load_profile
from chalicelib.vault.encryption import decode_key
from chalicelib.wiring import base as wiring

if TYPE_CHECKING:
    from chalicelib.channels.contract import Channel
    from chalicelib.mailings.end_subscription import EndSubscription
    from chalicelib.mailings.mail_told import MailTold
    from chalicelib.mailings.send_mailing import SendMailing
    from chalicelib.mailings.sign_up import SignUp
    from chalicelib.mailings.subscribe import Subscribe
    from chalicelib.mailings.write_mailing import WriteMailing
    from chalicelib.privacy.enter_subscription import EnterSubscription


def mailing_channel() -> "Channel":
    """The channel by which mailings leave."""
    return next(one for one in registry.SERVED if one.mailings)


def sign_up() -> "SignUp":
    """Takes what people ask for on the public page. Raises Unavailable."""
    from chalicelib.mailings.sign_up import SignUp
    from chalicelib.messages.page_limit import PageLimit

    config, key = settings(), wiring.page_key()
    limit = PageLimit(Tables(direct_client(), wiring.tables(), again="send it again"), key)
    profile, vault = load_profile(config.operator), decode_key(config.vault_public_key)
    pages = config.public_url.rstrip("/")
    return SignUp(profile, mailing_channel(), key, limit, wiring.intake, vault, pages)


def subscriptions() -> Subscriptions:
    """Reads and changes subscriptions."""
    return Subscriptions(wiring.gateway())


def subscribe() -> "Subscribe":
    """Confirms what people have asked for. Raises Unavailable."""
    from chalicelib.mailings.subscribe import Subscribe
    from chalicelib.messages.store import IntakeStore

    config = settings()
    store = IntakeStore(wiring.gateway(), wiring.address_key(), decode_key(config.vault_public_key))
    kept = load_profile(config.operator).retention["contact"].kept
    return Subscribe(store, subscriptions(), wiring.vault, kept, wiring.clock())


def end_subscription() -> "EndSubscription":
    """Ends subscriptions."""
    from chalicelib.mailings.end_subscription import EndSubscription

    return EndSubscription(wiring.gateway(), subscriptions(), wiring.clock())


def write_mailing() -> "WriteMailing":
    """Writes and releases mailings. Raises Unavailable."""
    from chalicelib.mailings.store import MailingStore
    from chalicelib.mailings.write_mailing import WriteMailing

    config, channel = settings(), mailing_channel()

    def account() -> str:
        accounts = wiring.secrets().inbound(config.secret_inbound).accounts
        return next(iter(accounts.get(channel.id, ())), "")

    store, vault = MailingStore(wiring.gateway()), decode_key(config.vault_public_key)
    return WriteMailing(store, load_profile(config.operator), channel, vault, account, wiring.clock())


def send_mailing() -> "SendMailing":
    """Makes the messages of a mailing, for the sender. Raises Unavailable."""
    from chalicelib.mailings.send_mailing import SendMailing
    from chalicelib.mailings.store import MailingStore
    from chalicelib.wiring.delivery import queues

    config = settings()

    def enqueue(mailing_id: str, wait: int) -> None:
        queues().send_later(config.queue_retry, {"mailing_id": mailing_id}, wait)

    profile, pages = load_profile(config.operator), config.public_url.rstrip("/")
    return SendMailing(MailingStore(wiring.gateway()), profile, wiring.page_key(), pages, enqueue, wiring.clock())


def mail_told() -> "MailTold":
    """Notes what the mail service has told of copies of mailings, for the sender."""
    from chalicelib.mailings.mail_told import MailTold

    return MailTold(wiring.gateway(), end_subscription(), mailing_channel().id)


def enter_subscription() -> "EnterSubscription":
    """Enters what a person has written on paper about mailings."""
    from chalicelib.contacts.change_contact import ContactChanges
    from chalicelib.privacy.enter_subscription import EnterSubscription

    profile, tables = load_profile(settings().operator), wiring.gateway()
    kept = profile.retention["contact"].kept
    return EnterSubscription(
        tables, ContactChanges(tables), subscriptions(), end_subscription(), profile.allows, kept, wiring.clock()
    )
