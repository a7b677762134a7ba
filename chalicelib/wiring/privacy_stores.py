"""Stores and helpers of requests about data and of their erasure, shared by wiring/requests.py and
wiring/erasure.py. Intake does not import it."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.privacy.executions import Executions
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery

if TYPE_CHECKING:
    from chalicelib.certificates.ledger import Ledger, Signer
    from chalicelib.erasure.inventory import Inventories
    from chalicelib.privacy.erasure_pause import ErasurePauseStore
    from chalicelib.privacy.mailbox.answer_writes import RequestAnswers
    from chalicelib.privacy.sealed_on_requests import RequestSecret
    from chalicelib.privacy.telling.statuses import MessageStatuses


def profile() -> Profile:
    """The operator's profile."""
    return load_profile(settings().operator)


@cache
def requests() -> RequestStore:
    """Rows of requests about data."""
    return RequestStore(wiring.gateway())


@cache
def opening() -> ContactRequestRows:
    """Rows beside a request in its contact's partition."""
    return ContactRequestRows(wiring.gateway())


@cache
def erasure_pause() -> "ErasurePauseStore":
    """The switch that pauses all erasures."""
    from chalicelib.privacy.erasure_pause import ErasurePauseStore

    return ErasurePauseStore(wiring.gateway())


@cache
def mailbox() -> MailboxWrites:
    """Writes to reply mailboxes."""
    return MailboxWrites(wiring.gateway())


@cache
def answers() -> "RequestAnswers":
    """Writes answers about requests into reply mailboxes."""
    from chalicelib.privacy.mailbox.answer_writes import RequestAnswers

    return RequestAnswers(profile(), mailbox())


@cache
def executions() -> Executions:
    """Executions of the erasure workflow."""
    return Executions(client("stepfunctions"), settings().erasure_machine_arn)


@cache
def announcements() -> "MessageStatuses":
    """Reads how far messages about requests were delivered."""
    from chalicelib.privacy.telling.statuses import MessageStatuses

    return MessageStatuses(wiring.gateway())


def secret() -> "RequestSecret":
    """Opens the sealed secrets of requests."""
    from chalicelib.privacy.sealed_on_requests import RequestSecret

    return RequestSecret(requests(), wiring_delivery.single_decryptor)


def certificates_address() -> str:
    """Returns the address of the public page that checks certificates."""
    return f"{settings().public_url.rstrip('/')}/certificates"


@cache
def ledger() -> "Ledger":
    """The ledger of certificates."""
    from chalicelib.certificates.ledger import Ledger

    return Ledger(wiring.gateway())


@cache
def signer() -> "Signer":
    """Signs certificates with the KMS key."""
    from chalicelib.certificates.ledger import Signer

    return Signer(client("kms"), settings().certificate_key_arn)


@cache
def inventories() -> "Inventories":
    """Lists what is stored about a person."""
    from chalicelib.erasure.inventory import Inventories
    from chalicelib.wiring.files import bucket

    return Inventories(wiring.gateway(), requests(), bucket())
