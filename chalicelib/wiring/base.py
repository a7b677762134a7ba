"""Wires intake and what every function needs. Everything is made once per process, when first needed."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.channels.parts import InboundMessage, Started
from chalicelib.core.asks import Ask
from chalicelib.core.errors import Unavailable
from chalicelib.core.settings import Clock, make_clock, settings
from chalicelib.dynamo.clients import client, direct_client
from chalicelib.dynamo.tables import Tables
from chalicelib.messages.contact_event_store import ContactEventStore
from chalicelib.messages.contact_events import ReceiveContactEvent
from chalicelib.messages.inbound import Intake
from chalicelib.messages.ingest import AnswerVisitor, Outcome, Recognise, Refuse, VisitorAnswer
from chalicelib.messages.receive_message import ReceiveMessage
from chalicelib.messages.repeated import RepeatedParts
from chalicelib.messages.statuses import Statuses
from chalicelib.messages.store import IntakeStore
from chalicelib.privacy.recognition.recognise_words import asks
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import PolicyReference, policy_reference
from chalicelib.vault.encryption import decode_key
from chalicelib.vault.pseudonyms import AddressKey
from chalicelib.vault.secrets import Inbound, Secrets

if TYPE_CHECKING:
    from chalicelib.certificates.check import CheckCertificate
    from chalicelib.channels.contract import Channel
    from chalicelib.messages.hold_message import HoldMessage
    from chalicelib.messages.receive_page import ReceivePage
    from chalicelib.vault.decryptor import BatchDecryptor
    from chalicelib.vault.encryption import Vault
    from chalicelib.vault.page_key import PageKey


@cache
def clock() -> Clock:
    """The desk's clock."""
    return make_clock(settings())


@cache
def secrets() -> Secrets:
    """This process's secrets."""
    return Secrets(lambda: client("secretsmanager"))


def tables() -> dict[str, str]:
    """Table names by their logical names."""
    config = settings()
    return {
        "desk": config.table_desk,
        "keys": config.table_keys,
        "index": config.table_index,
        "ledger": config.table_ledger,
    }


@cache
def gateway() -> Tables:
    """The gateway to the tables, of everything but intake and the sweeper."""
    return Tables(client("dynamodb"), tables())


def recognise_asks(profile: Profile) -> Recognise:
    """Returns the function that recognises asks about data in messages."""
    phrases = profile.phrases

    def recognise(message: InboundMessage) -> Ask | None:
        if message.topic is None and not message.unproved:
            return asks(message, phrases)
        from chalicelib.privacy.recognition.mails import asks_by_mail  # messengers have no subjects

        return asks_by_mail(message, phrases)

    return recognise


def refuse_suppressed(store: IntakeStore, profile: Profile) -> Refuse:
    """Returns the function that refuses parts of people who are being erased. It imports its modules when it is first
    called, because few parts need it."""

    def refuse(part: InboundMessage | Started, suppressed: tuple[str, ...], now: int) -> Outcome | None:
        from chalicelib.privacy.mailbox.fixed_answer import FixedAnswer
        from chalicelib.privacy.refuse_erased import RefuseErased
        from chalicelib.suppression.lookup import SuppressionList

        listed, answer = SuppressionList(store.tables), FixedAnswer(store.tables, store.transact)
        return RefuseErased(store.contacts.names, listed, answer, profile)(part, suppressed, now)

    return refuse


def answer_visitors(profile: Profile) -> AnswerVisitor:
    """Returns the function that says what people of whom nothing is stored are answered. It imports its modules when it
    is first called, because few parts need it."""

    def answer(ask: Ask | None, language: str) -> VisitorAnswer:
        from chalicelib.privacy.menu.visitors import answer as said

        return said(profile, ask, language)

    return answer


def hold_messages(
    store: IntakeStore, profile: Profile, policy: PolicyReference, now: Callable[[], int]
) -> "HoldMessage | None":
    """Returns what holds the messages of people who have not consented; None where a message is the consent."""
    if profile.consent.mode != "explicit":
        return None
    from chalicelib.messages.hold_message import HoldMessage
    from chalicelib.privacy.recognition.consent_words import consent_answer

    return HoldMessage(store, profile, policy, now, consent_answer)


@cache
def _intake(address_key: bytes) -> Callable[[Inbound], Intake]:
    """Returns what makes intake of the inbound secret, as long as the key of addresses stays the same."""
    config = settings()
    pseudonym_key = AddressKey(address_key)
    ours = Tables(direct_client(), tables(), again="send it again")
    store = IntakeStore(ours, pseudonym_key, decode_key(config.vault_public_key), decode_key(config.fetcher_public_key))
    profile = load_profile(config.operator)
    refuse, policy = refuse_suppressed(store, profile), policy_reference(profile)
    recognise, visitor = recognise_asks(profile), answer_visitors(profile)
    hold = hold_messages(store, profile, policy, clock())
    receive = ReceiveMessage(store, profile, policy, clock(), recognise, refuse, visitor, hold)
    statuses = Statuses(ours, pseudonym_key)
    changes = ContactEventStore(store, pseudonym_key)
    change = ReceiveContactEvent(store, changes, clock(), refuse, visitor)
    repeated, served = RepeatedParts(ours, pseudonym_key), profile.served
    return lambda inbound: Intake(inbound, store, statuses, receive, change, clock(), repeated, served)


def intake() -> Intake:
    """The parts of intake that a webhook uses. Raises Unavailable."""
    inbound = secrets().inbound(settings().secret_inbound)
    return _intake(inbound.address_key)(inbound)


def receive_page() -> "ReceivePage":
    """Stores what people send from pages of ours. Raises Unavailable."""
    from chalicelib.messages.mail_bucket import MailBucket
    from chalicelib.messages.page_limit import PageLimit
    from chalicelib.messages.receive_page import ReceivePage

    config, key, profile = settings(), page_key(), load_profile(settings().operator)
    bucket = MailBucket(lambda: client("s3"), config.mail_bucket)
    limit = PageLimit(Tables(direct_client(), tables(), again="send it again"), key)
    recognise, visitor = recognise_asks(profile), answer_visitors(profile)
    return ReceivePage(page_channel(), key, bucket, limit, intake, recognise, visitor)


def page_channel() -> "Channel":
    """The channel whose people write on pages of ours."""
    from chalicelib.channels import registry

    return next(one for one in registry.SERVED if one.page)


def page_key() -> "PageKey":
    """The key of pages that anybody may fill in. Raises Unavailable."""
    from chalicelib.vault.page_key import PageKey

    return PageKey(secrets().inbound(settings().secret_inbound).address_key)


def check_health() -> dict[str, bool]:
    """Checks intake: profile and policy exist, the secrets can be read, DynamoDB answers. Returns the result by
    name."""
    from chalicelib.profile.policy import why_not_serving

    healthy = {"profile": not why_not_serving(settings().operator), "secrets": False, "storage": False}
    try:
        secrets().inbound(settings().secret_inbound)
        healthy["secrets"] = True
        if healthy["profile"]:
            intake().store.check()
            healthy["storage"] = True
    except Unavailable:
        pass
    return healthy


@cache
def check_certificate() -> "CheckCertificate":
    """The public check of certificates."""
    from chalicelib.certificates.check import CheckCertificate
    from chalicelib.certificates.ledger import Ledger, Signer

    return CheckCertificate(Ledger(gateway()), Signer(client("kms"), settings().certificate_key_arn))


@cache
def bind_tables() -> None:
    """Tell pynamodb's models the names of this deployment's tables."""
    from chalicelib.dynamo.rows import bind

    bind(tables())


def decryptor() -> "BatchDecryptor":
    """Returns a fresh batch decryptor for one HTTP request. Only functions whose role may decrypt can use it."""
    from chalicelib.vault.decryptor import BatchDecryptor

    bind_tables()
    return BatchDecryptor(vault)


@cache
def vault() -> "Vault":
    """The deployment's vault, opened once per process. Raises Unavailable."""
    from chalicelib.vault.secrets import open_vault

    return open_vault(secrets().read(settings().secret_vault), client("kms"))


def address_key() -> AddressKey:
    """The key of pseudonyms of addresses. Raises Unavailable."""
    return AddressKey(secrets().inbound(settings().secret_inbound).address_key)
