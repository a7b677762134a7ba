"""The composition root: which part works with which. Everything is made once per process, when first needed."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.domain.policy import policy_reference
from chalicelib.domain.profile import load_profile
from chalicelib.errors import Unavailable
from chalicelib.settings import Clock, make_clock, settings
from chalicelib.storage.blind import AddressKey
from chalicelib.storage.clients import client
from chalicelib.storage.intake import IntakeStore
from chalicelib.storage.intake_changes import IntakeChanges
from chalicelib.storage.repeated import Repeated
from chalicelib.storage.secrets import Secrets
from chalicelib.storage.statuses import Statuses
from chalicelib.storage.vault import decode_key
from chalicelib.storage.wire_calls import WireCalls
from chalicelib.usecases.receive_change import ReceiveChange
from chalicelib.usecases.receive_message import ReceiveMessage
from chalicelib.web.webhooks import Intake

if TYPE_CHECKING:
    from chalicelib.storage.opening import Opener
    from chalicelib.storage.text_index import TextIndex
    from chalicelib.storage.vault import Vault
    from chalicelib.usecases.check_certificate import CheckCertificate
    from chalicelib.usecases.reply_to_customer import ReplyToCustomer


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
def _intake(address_key: bytes) -> tuple[IntakeStore, Statuses, ReceiveMessage, ReceiveChange, Repeated]:
    config = settings()
    blind = AddressKey(address_key)
    store = IntakeStore(client("dynamodb"), tables(), blind, decode_key(config.vault_public_key))
    profile = load_profile(config.operator)
    receive = ReceiveMessage(store, profile, policy_reference(profile), clock())
    statuses = Statuses(WireCalls(client("dynamodb")), tables(), blind)
    change = ReceiveChange(store, IntakeChanges(store, blind), profile, clock())
    return store, statuses, receive, change, Repeated(client("dynamodb"), tables(), blind)


def intake() -> Intake:
    """What the webhooks work with. Raises Unavailable."""
    inbound = secrets().inbound(settings().secret_inbound)
    store, statuses, receive, change, repeated = _intake(inbound.address_key)
    return Intake(inbound, store, statuses, receive, change, clock(), repeated)


def check_health() -> dict[str, bool]:
    """Whether this function can do what it is there for: the profile and its policy are there, the secrets can be read,
    the storage answers."""
    from chalicelib.domain.policy import why_not_serving

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
    """What checks certificates for everybody."""
    from chalicelib.storage.ledger import Ledger, Signer
    from chalicelib.usecases.check_certificate import CheckCertificate

    return CheckCertificate(Ledger(client("dynamodb"), tables()), Signer(client("kms"), settings().certificate_key_arn))


@cache
def bind_tables() -> None:
    """Tell pynamodb's models the names of this deployment's tables."""
    from chalicelib.storage.models import bind

    bind(tables())


def opener() -> "Opener":
    """Return a fresh opener for one request. Only functions whose role may decrypt can use it."""
    from chalicelib.storage.opening import Opener

    bind_tables()
    return Opener(vault)


@cache
def vault() -> "Vault":
    """The deployment's vault, opened once per process. Raises Unavailable."""
    from chalicelib.storage.secrets import open_vault

    return open_vault(secrets().read(settings().secret_vault), client("kms"))


def address_key() -> AddressKey:
    """The key of blind names. Raises Unavailable."""
    return AddressKey(secrets().inbound(settings().secret_inbound).address_key)


def reply_to_customer() -> "ReplyToCustomer":
    """Replies of colleagues."""
    from chalicelib import wiring_delivery

    return wiring_delivery.reply_to_customer()


def text_index() -> "TextIndex":
    """Contacts by what people type. Raises Unavailable."""
    from chalicelib import wiring_delivery

    return wiring_delivery.text_index()
