"""The composition root of requests about data and of the workflow that destroys it. Nothing of it is imported by
intake."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.core.backoff import sleep_with_jitter
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.queues import WakeUp
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
    from chalicelib.erasure.tasks.block_writes import BlockWrites
    from chalicelib.erasure.tasks.build_inventory import BuildInventory
    from chalicelib.erasure.tasks.close_without_erasure import CloseWithoutErasure
    from chalicelib.erasure.tasks.completion_certificate import CompletionCertificate
    from chalicelib.erasure.tasks.cooling_off import CoolingOff
    from chalicelib.erasure.tasks.decide import Decide
    from chalicelib.erasure.tasks.destroy_key import DestroyKey
    from chalicelib.erasure.tasks.destroy_mailbox import DestroyMailbox
    from chalicelib.erasure.tasks.erase_stores import EraseStores
    from chalicelib.erasure.tasks.escalate import Escalate
    from chalicelib.erasure.tasks.issue_certificate import IssueCertificate
    from chalicelib.erasure.tasks.notify import Notify
    from chalicelib.erasure.tasks.pause_outreach import PauseOutreach
    from chalicelib.erasure.tasks.tell import Announce, Tell
    from chalicelib.erasure.tasks.verify_absence import VerifyAbsence
    from chalicelib.erasure.waiting import TaskWaits
    from chalicelib.privacy.asks import PrivacyAsks
    from chalicelib.privacy.decide import DecideRequest
    from chalicelib.privacy.erasure_pause import ErasurePauseStore
    from chalicelib.privacy.mailbox.answers import RequestAnswers
    from chalicelib.privacy.monitor_asks import MonitorAsks
    from chalicelib.privacy.monitor_requests import MonitorRequests
    from chalicelib.privacy.open_request import OpenRequest
    from chalicelib.privacy.requests.model import Request
    from chalicelib.privacy.resume_workflow import ResumeWorkflow
    from chalicelib.privacy.secrets import RequestSecret
    from chalicelib.privacy.telling.announce_again import AnnounceAgain
    from chalicelib.privacy.telling.prove import ProveTelling
    from chalicelib.privacy.telling.statuses import MessageStatuses


# -- stores


def profile() -> Profile:
    """The operator's profile."""
    return load_profile(settings().operator)


@cache
def requests() -> RequestStore:
    """The requests' rows."""
    return RequestStore(client("dynamodb"), wiring.tables())


@cache
def opening() -> ContactRequestRows:
    """What lies beside a request in its contact's partition."""
    return ContactRequestRows(client("dynamodb"), wiring.tables())


@cache
def holding() -> "ErasurePauseStore":
    """What holds destructions."""
    from chalicelib.privacy.erasure_pause import ErasurePauseStore

    return ErasurePauseStore(client("dynamodb"), wiring.tables())


@cache
def box() -> MailboxWrites:
    """The boxes for answers."""
    return MailboxWrites(wiring.tables())


@cache
def answers() -> "RequestAnswers":
    """The answers that are put into them."""
    from chalicelib.privacy.mailbox.answers import RequestAnswers

    return RequestAnswers(profile(), box())


@cache
def executions() -> Executions:
    """The runs of the workflow."""
    return Executions(client("stepfunctions"), settings().erasure_machine_arn)


# -- the life of a request


@cache
def open_request() -> "OpenRequest":
    """Opens requests."""
    from chalicelib.privacy.open_request import OpenRequest

    return OpenRequest(requests(), opening(), profile().deadlines, wiring.clock())


@cache
def wake_request() -> "ResumeWorkflow":
    """Wakes a request here and now, for the function that may start runs."""
    from chalicelib.privacy.resume_workflow import ResumeWorkflow

    return ResumeWorkflow(requests(), executions(), told(), wiring.clock())


def ring_requests(request_ids: Sequence[str]) -> int:
    """Have requests woken, for functions that may not start runs; return how many bells were taken."""
    wake_ups = [WakeUp({"request_id": one}) for one in request_ids]
    return len(wake_ups) - len(wiring_delivery.queues().send(settings().queue_privacy, wake_ups))


@cache
def privacy_asks() -> "PrivacyAsks":
    """Deals with what people asked for in messages."""
    from chalicelib.privacy.asks import PrivacyAsks

    return PrivacyAsks(
        store=requests(),
        contact_rows=opening(),
        open_request=open_request(),
        answers=answers(),
        resume=wake_request(),
        deadlines=profile().deadlines,
        clock=wiring.clock(),
    )


@cache
def decide_request() -> "DecideRequest":
    """Colleagues' decisions."""
    from chalicelib.privacy.decide import DecideRequest

    return DecideRequest(
        store=requests(),
        contact_rows=opening(),
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
    wake_up = WakeUp({"contact_id": contact_id})
    return not wiring_delivery.queues().send(settings().queue_privacy, [wake_up])


@cache
def watch_asks() -> "MonitorAsks":
    """The watch over what people asked."""
    from chalicelib.privacy.monitor_asks import MonitorAsks
    from chalicelib.retention.sweep_store import SweepStore

    return MonitorAsks(SweepStore(client("dynamodb"), wiring.tables()), ring_asks, wiring.clock())


@cache
def watch_requests() -> "MonitorRequests":
    """The watch over open requests."""
    from chalicelib.privacy.monitor_requests import MonitorRequests

    return MonitorRequests(requests(), ring_requests, holding().read, wiring.clock())


# -- tasks


@cache
def waiting() -> "TaskWaits":
    """What every task that waits does."""
    from chalicelib.erasure.waiting import TaskWaits
    from chalicelib.privacy.resume_workflow import AnswerWaitingRun

    answer = AnswerWaitingRun(requests(), executions(), told(), wiring.clock())
    return TaskWaits(requests(), answer, wiring.clock(), sleep_with_jitter)


@cache
def told() -> "ProveTelling":
    """What proves that a person was told."""
    from chalicelib.privacy.telling.prove import ProveTelling

    return ProveTelling(requests(), announcements(), profile().deadlines["grace"], wiring.clock())


@cache
def announcements() -> "MessageStatuses":
    """What became of messages about requests."""
    from chalicelib.privacy.telling.statuses import MessageStatuses

    return MessageStatuses(client("dynamodb"), wiring.tables())


def announce() -> "Announce":
    """Builds announcements, for functions that may open the secret."""
    from chalicelib.erasure.tasks.tell import Announce

    return Announce(box(), secret(), profile(), certificates_address(), profile().deadlines["grace"])


def secret() -> "RequestSecret":
    """Opens the secrets of certificates."""
    from chalicelib.privacy.secrets import RequestSecret

    return RequestSecret(requests(), wiring_delivery.single_decryptor)


def certificates_address() -> str:
    """The public page where a certificate is checked."""
    return f"{settings().public_url.rstrip('/')}/certificates"


def announce_again() -> "AnnounceAgain":
    """Sends an announcement once more."""
    from chalicelib.erasure.tasks.tell import ONCE_MORE
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.privacy.telling.announce_again import AnnounceAgain

    def heard_at(request: "Request") -> int:
        head = OutboxReading().head(request.conversation_id)
        return head.last_inbound_at if head else 0

    wiring.bind_tables()
    return AnnounceAgain(requests(), announce(), heard_at, ONCE_MORE, wiring.clock())


@cache
def decide() -> "Decide":
    """How a decision is waited for."""
    from chalicelib.erasure.tasks.decide import Decide

    return Decide(opening().resume_outreach, opening().pause_outreach, answers().defaulted, wiring.clock())


@cache
def tell() -> "Tell":
    """How the person is told."""
    from chalicelib.erasure.tasks.tell import Tell

    return Tell(announce(), opening().pause_outreach, wiring.clock())


@cache
def grace() -> "CoolingOff":
    """How the time to think again begins."""
    from chalicelib.erasure.tasks.cooling_off import CoolingOff

    return CoolingOff(profile().deadlines["grace"], tell())


@cache
def finish() -> "CloseWithoutErasure":
    """Ends requests that came to nothing."""
    from chalicelib.erasure.tasks.close_without_erasure import CloseWithoutErasure

    return CloseWithoutErasure(requests(), opening(), answers().ended, wiring.clock())


@cache
def escalate() -> "Escalate":
    """Calls a person."""
    from chalicelib.erasure.tasks.escalate import Escalate

    return Escalate(requests(), wiring.clock())


@cache
def hard_suppress() -> "BlockWrites":
    """How the fence closes."""
    from chalicelib.erasure.tasks.block_writes import BlockWrites
    from chalicelib.erasure.write_barrier import WriteBarrier

    store = WriteBarrier(client("dynamodb"), wiring.tables(), requests())
    return BlockWrites(requests(), store, wiring.clock())


@cache
def inventories() -> "Inventories":
    """What there is of a person."""
    from chalicelib.erasure.inventory import Inventories

    return Inventories(client("dynamodb"), wiring.tables(), requests())


@cache
def freeze_inventory() -> "BuildInventory":
    """How what there is of a person is listed."""
    from chalicelib.erasure.tasks.build_inventory import BuildInventory

    return BuildInventory(requests(), inventories(), box(), wiring.vault, wiring.clock())


@cache
def destroy_key() -> "DestroyKey":
    """How a person's key is destroyed."""
    from chalicelib.erasure.key_destruction import KeyDestruction
    from chalicelib.erasure.tasks.destroy_key import DestroyKey

    store = KeyDestruction(client("dynamodb"), wiring.tables(), requests())
    return DestroyKey(inventories(), store, wiring.clock())


@cache
def erase_stores() -> "EraseStores":
    """How a person's rows are deleted."""
    from chalicelib.erasure.eraser import Eraser
    from chalicelib.erasure.tasks.erase_stores import EraseStores

    store = Eraser(client("dynamodb"), wiring.tables())
    return EraseStores(requests(), inventories(), store, wiring.clock())


@cache
def soft_suppress() -> "PauseOutreach":
    """Opens the box and asks the person."""
    from chalicelib.erasure.tasks.pause_outreach import PauseOutreach
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.vault.vault import decode_key

    wiring.bind_tables()
    return PauseOutreach(
        store=requests(),
        mailbox=box(),
        reading=OutboxReading(),
        decryptor=wiring_delivery.single_decryptor,
        vault_public=decode_key(settings().vault_public_key),
        profile=profile(),
        clock=wiring.clock(),
    )


@cache
def notify() -> "Notify":
    """Tells the person that it is done."""
    from chalicelib.erasure.tasks.answer_opt_out import AnswerOptOut
    from chalicelib.erasure.tasks.notify import Notify

    kept, address = profile().retention["request"].days, certificates_address()
    opt_out = AnswerOptOut(requests(), opening(), box(), secret(), profile(), address, kept)
    return Notify(requests(), box(), secret(), profile(), address, opt_out, wiring.clock())


@cache
def close_box() -> "DestroyMailbox":
    """Destroys the box."""
    from chalicelib.erasure.tasks.destroy_mailbox import DestroyMailbox
    from chalicelib.privacy.mailbox.removal import MailboxRemoval

    removal = MailboxRemoval(client("dynamodb"), wiring.tables())
    return DestroyMailbox(requests(), removal, announcements(), profile().retention["request"].days, wiring.clock())


def verify_absence() -> "VerifyAbsence":
    """How absence is proved. Raises Unavailable."""
    from chalicelib.erasure.tasks.verify_absence import VerifyAbsence
    from chalicelib.erasure.verifier import Verifier

    store = Verifier(client("dynamodb"), wiring.tables(), wiring.address_key(), wiring_delivery.text_key())
    return VerifyAbsence(requests(), store, wiring.vault, wiring.clock())


@cache
def ledger() -> "Ledger":
    """The ledger."""
    from chalicelib.certificates.ledger import Ledger

    return Ledger(client("dynamodb"), wiring.tables())


@cache
def signer() -> "Signer":
    """What signs certificates."""
    from chalicelib.certificates.ledger import Signer

    return Signer(client("kms"), settings().certificate_key_arn)


@cache
def issue_certificate() -> "IssueCertificate":
    """How a certificate is entered."""
    from chalicelib.erasure.tasks.issue_certificate import IssueCertificate

    return IssueCertificate(requests(), ledger(), signer(), profile(), wiring.clock())


@cache
def finish_certificate() -> "CompletionCertificate":
    """How a request is completed."""
    from chalicelib.dynamo.backups import Backups
    from chalicelib.erasure.tasks.completion_certificate import CompletionCertificate

    backups = Backups(client("dynamodb"), wiring.tables())
    kept = profile().retention
    days = kept["request"].days, kept["consent"].days
    return CompletionCertificate(requests(), backups, ledger(), signer(), *days, wiring.clock())
