"""The composition root of requests about data and of the workflow that destroys it. Nothing of it is imported by
intake."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from chalicelib import wiring, wiring_delivery
from chalicelib.domain.patience import full_jitter
from chalicelib.domain.profile import Profile, load_profile
from chalicelib.settings import settings
from chalicelib.storage.clients import client
from chalicelib.storage.executions import Executions
from chalicelib.storage.queues import Bell
from chalicelib.storage.request_box import RequestBox
from chalicelib.storage.request_opening import RequestOpening
from chalicelib.storage.requests import RequestStore

if TYPE_CHECKING:
    from chalicelib.domain.privacy import Request
    from chalicelib.erasure.answers import RequestAnswers
    from chalicelib.erasure.certificate import IssueCertificate
    from chalicelib.erasure.close_box import CloseBox
    from chalicelib.erasure.decide import Decide
    from chalicelib.erasure.destroy_key import DestroyKey
    from chalicelib.erasure.erase_stores import EraseStores
    from chalicelib.erasure.escalate import Escalate
    from chalicelib.erasure.final_certificate import FinishCertificate
    from chalicelib.erasure.finish import Finish
    from chalicelib.erasure.freeze_inventory import FreezeInventory
    from chalicelib.erasure.grace import Grace
    from chalicelib.erasure.hard_suppress import HardSuppress
    from chalicelib.erasure.notify import Notify
    from chalicelib.erasure.soft_suppress import SoftSuppress
    from chalicelib.erasure.tell import Announce, Tell
    from chalicelib.erasure.verify_absence import VerifyAbsence
    from chalicelib.erasure.waiting import Waiting
    from chalicelib.storage.announcements import Announcements
    from chalicelib.storage.holding import Holding
    from chalicelib.storage.inventory import Inventories
    from chalicelib.storage.ledger import Ledger, Signer
    from chalicelib.storage.request_secret import RequestSecret
    from chalicelib.usecases.announce_again import AnnounceAgain
    from chalicelib.usecases.decide_request import DecideRequest
    from chalicelib.usecases.open_request import OpenRequest
    from chalicelib.usecases.privacy_asks import PrivacyAsks
    from chalicelib.usecases.prove_telling import ProveTelling
    from chalicelib.usecases.wake_request import WakeRequest
    from chalicelib.usecases.watch_asks import WatchAsks
    from chalicelib.usecases.watch_requests import WatchRequests


# -- stores


def profile() -> Profile:
    """The operator's profile."""
    return load_profile(settings().operator)


@cache
def requests() -> RequestStore:
    """The requests' rows."""
    return RequestStore(client("dynamodb"), wiring.tables())


@cache
def opening() -> RequestOpening:
    """What lies beside a request in its contact's partition."""
    return RequestOpening(client("dynamodb"), wiring.tables())


@cache
def holding() -> "Holding":
    """What holds destructions."""
    from chalicelib.storage.holding import Holding

    return Holding(client("dynamodb"), wiring.tables())


@cache
def box() -> RequestBox:
    """The boxes for answers."""
    return RequestBox(wiring.tables())


@cache
def answers() -> "RequestAnswers":
    """The answers that are put into them."""
    from chalicelib.erasure.answers import RequestAnswers

    return RequestAnswers(profile(), box())


@cache
def executions() -> Executions:
    """The runs of the workflow."""
    return Executions(client("stepfunctions"), settings().erasure_machine_arn)


# -- the life of a request


@cache
def open_request() -> "OpenRequest":
    """Opens requests."""
    from chalicelib.usecases.open_request import OpenRequest

    return OpenRequest(requests(), opening(), profile().deadlines, wiring.clock())


@cache
def wake_request() -> "WakeRequest":
    """Wakes a request here and now, for the function that may start runs."""
    from chalicelib.usecases.wake_request import WakeRequest

    return WakeRequest(requests(), executions(), told(), wiring.clock())


def ring_requests(request_ids: Sequence[str]) -> int:
    """Have requests woken, for functions that may not start runs; return how many bells were taken."""
    bells = [Bell({"request_id": one}) for one in request_ids]
    return len(bells) - len(wiring_delivery.queues().send(settings().queue_privacy, bells))


@cache
def privacy_asks() -> "PrivacyAsks":
    """Deals with what people asked for in messages."""
    from chalicelib.usecases.privacy_asks import PrivacyAsks

    return PrivacyAsks(
        store=requests(),
        opening=opening(),
        open_request=open_request(),
        answers=answers(),
        wake=wake_request(),
        deadlines=profile().deadlines,
        clock=wiring.clock(),
    )


@cache
def decide_request() -> "DecideRequest":
    """Colleagues' decisions."""
    from chalicelib.usecases.decide_request import DecideRequest

    return DecideRequest(
        store=requests(),
        opening=opening(),
        refusal=answers().refused,
        written=_reason,
        profile=profile(),
        clock=wiring.clock(),
    )


def _reason(request: "Request") -> str:
    """What a colleague wrote as the reason of a decision; "" when it does not open any more."""
    return secret().opened(request, "reason", request.contact_id) or ""


def ring_asks(contact_id: str) -> bool:
    """Have the asks of a contact dealt with; return whether the bell was taken."""
    bell = Bell({"contact_id": contact_id})
    return not wiring_delivery.queues().send(settings().queue_privacy, [bell])


@cache
def watch_asks() -> "WatchAsks":
    """The watch over what people asked."""
    from chalicelib.storage.sweeping import Sweeping
    from chalicelib.usecases.watch_asks import WatchAsks

    return WatchAsks(Sweeping(client("dynamodb"), wiring.tables()), ring_asks, wiring.clock())


@cache
def watch_requests() -> "WatchRequests":
    """The watch over open requests."""
    from chalicelib.usecases.watch_requests import WatchRequests

    return WatchRequests(requests(), ring_requests, holding().read, wiring.clock())


# -- tasks


@cache
def waiting() -> "Waiting":
    """What every task that waits does."""
    from chalicelib.erasure.waiting import Waiting
    from chalicelib.usecases.wake_request import AnswerWait

    answer = AnswerWait(requests(), executions(), told(), wiring.clock())
    return Waiting(requests(), answer, wiring.clock(), full_jitter)


@cache
def told() -> "ProveTelling":
    """What proves that a person was told."""
    from chalicelib.usecases.prove_telling import ProveTelling

    return ProveTelling(requests(), announcements(), profile().deadlines["grace"], wiring.clock())


@cache
def announcements() -> "Announcements":
    """What became of messages about requests."""
    from chalicelib.storage.announcements import Announcements

    return Announcements(client("dynamodb"), wiring.tables())


def announce() -> "Announce":
    """Builds announcements, for functions that may open the secret."""
    from chalicelib.erasure.tell import Announce

    return Announce(box(), secret(), profile(), certificates_address(), profile().deadlines["grace"])


def secret() -> "RequestSecret":
    """Opens the secrets of certificates."""
    from chalicelib.storage.request_secret import RequestSecret

    return RequestSecret(requests(), wiring_delivery.single_opener)


def certificates_address() -> str:
    """The public page where a certificate is checked."""
    return f"{settings().public_url.rstrip('/')}/certificates"


def announce_again() -> "AnnounceAgain":
    """Sends an announcement once more."""
    from chalicelib.erasure.tell import ONCE_MORE
    from chalicelib.storage.outbox_reading import OutboxReading
    from chalicelib.usecases.announce_again import AnnounceAgain

    def heard_at(request: "Request") -> int:
        head = OutboxReading().head(request.conversation_id)
        return head.last_inbound_at if head else 0

    wiring.bind_tables()
    return AnnounceAgain(requests(), announce(), heard_at, ONCE_MORE, wiring.clock())


@cache
def decide() -> "Decide":
    """How a decision is waited for."""
    from chalicelib.erasure.decide import Decide

    return Decide(opening().released, opening().suppressed, answers().defaulted, wiring.clock())


@cache
def tell() -> "Tell":
    """How the person is told."""
    from chalicelib.erasure.tell import Tell

    return Tell(announce(), opening().suppressed, wiring.clock())


@cache
def grace() -> "Grace":
    """How the time to think again begins."""
    from chalicelib.erasure.grace import Grace

    return Grace(profile().deadlines["grace"], tell())


@cache
def finish() -> "Finish":
    """Ends requests that came to nothing."""
    from chalicelib.erasure.finish import Finish

    return Finish(requests(), opening(), answers().ended, wiring.clock())


@cache
def escalate() -> "Escalate":
    """Calls a person."""
    from chalicelib.erasure.escalate import Escalate

    return Escalate(requests(), wiring.clock())


@cache
def hard_suppress() -> "HardSuppress":
    """How the fence closes."""
    from chalicelib.erasure.hard_suppress import HardSuppress
    from chalicelib.storage.fencing import Fencing

    store = Fencing(client("dynamodb"), wiring.tables(), requests())
    return HardSuppress(requests(), store, wiring.clock())


@cache
def inventories() -> "Inventories":
    """What there is of a person."""
    from chalicelib.storage.inventory import Inventories

    return Inventories(client("dynamodb"), wiring.tables(), requests())


@cache
def freeze_inventory() -> "FreezeInventory":
    """How what there is of a person is listed."""
    from chalicelib.erasure.freeze_inventory import FreezeInventory

    return FreezeInventory(requests(), inventories(), box(), wiring.vault, wiring.clock())


@cache
def destroy_key() -> "DestroyKey":
    """How a person's key is destroyed."""
    from chalicelib.erasure.destroy_key import DestroyKey
    from chalicelib.storage.key_destruction import KeyDestruction

    store = KeyDestruction(client("dynamodb"), wiring.tables(), requests())
    return DestroyKey(inventories(), store, wiring.clock())


@cache
def erase_stores() -> "EraseStores":
    """How a person's rows are deleted."""
    from chalicelib.erasure.erase_stores import EraseStores
    from chalicelib.storage.erasing import Erasing

    store = Erasing(client("dynamodb"), wiring.tables())
    return EraseStores(requests(), inventories(), store, wiring.clock())


@cache
def soft_suppress() -> "SoftSuppress":
    """Opens the box and asks the person."""
    from chalicelib.erasure.soft_suppress import SoftSuppress
    from chalicelib.storage.outbox_reading import OutboxReading
    from chalicelib.storage.vault import decode_key

    wiring.bind_tables()
    return SoftSuppress(
        store=requests(),
        box=box(),
        reading=OutboxReading(),
        opener=wiring_delivery.single_opener,
        vault_public=decode_key(settings().vault_public_key),
        profile=profile(),
        clock=wiring.clock(),
    )


@cache
def notify() -> "Notify":
    """Tells the person that it is done."""
    from chalicelib.erasure.answer_opt_out import AnswerOptOut
    from chalicelib.erasure.notify import Notify

    kept, address = profile().retention["request"].days, certificates_address()
    opt_out = AnswerOptOut(requests(), opening(), box(), secret(), profile(), address, kept)
    return Notify(requests(), box(), secret(), profile(), address, opt_out, wiring.clock())


@cache
def close_box() -> "CloseBox":
    """Destroys the box."""
    from chalicelib.erasure.close_box import CloseBox
    from chalicelib.storage.request_box import BoxRemoval

    removal = BoxRemoval(client("dynamodb"), wiring.tables())
    return CloseBox(requests(), removal, announcements(), profile().retention["request"].days, wiring.clock())


def verify_absence() -> "VerifyAbsence":
    """How absence is proved. Raises Unavailable."""
    from chalicelib.erasure.verify_absence import VerifyAbsence
    from chalicelib.storage.absence import Absence

    store = Absence(client("dynamodb"), wiring.tables(), wiring.address_key(), wiring_delivery.text_key())
    return VerifyAbsence(requests(), store, wiring.vault, wiring.clock())


@cache
def ledger() -> "Ledger":
    """The ledger."""
    from chalicelib.storage.ledger import Ledger

    return Ledger(client("dynamodb"), wiring.tables())


@cache
def signer() -> "Signer":
    """What signs certificates."""
    from chalicelib.storage.ledger import Signer

    return Signer(client("kms"), settings().certificate_key_arn)


@cache
def issue_certificate() -> "IssueCertificate":
    """How a certificate is entered."""
    from chalicelib.erasure.certificate import IssueCertificate

    return IssueCertificate(requests(), ledger(), signer(), profile(), wiring.clock())


@cache
def finish_certificate() -> "FinishCertificate":
    """How a request is completed."""
    from chalicelib.erasure.final_certificate import FinishCertificate
    from chalicelib.storage.backups import Backups

    backups = Backups(client("dynamodb"), wiring.tables())
    kept = profile().retention
    days = kept["request"].days, kept["consent"].days
    return FinishCertificate(requests(), backups, ledger(), signer(), *days, wiring.clock())
