"""Wires the life of a request about data: opening, asks from messages, decisions, monitoring, telling. Intake does not
import it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.core.settings import settings
from chalicelib.dynamo.queues import WakeUp
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import privacy_stores as stores

if TYPE_CHECKING:
    from chalicelib.erasure.tasks.tell import Announce
    from chalicelib.privacy.answer_consent import AnswerConsent
    from chalicelib.privacy.decide import DecideRequest
    from chalicelib.privacy.handle_asks import PrivacyAsks
    from chalicelib.privacy.menu.answer import AnswerMenu
    from chalicelib.privacy.monitor_requests import MonitorAsks, MonitorRequests
    from chalicelib.privacy.open_request import OpenRequest
    from chalicelib.privacy.requests.model import Request
    from chalicelib.privacy.resume_workflow import ResumeWorkflow
    from chalicelib.privacy.tell_recipients import TellRecipients
    from chalicelib.privacy.telling.announce_again import AnnounceAgain
    from chalicelib.privacy.telling.prove import ProveTelling
    from chalicelib.retention.sweep_store import SweepStore


@cache
def open_request() -> "OpenRequest":
    """Opens requests."""
    from chalicelib.privacy.open_request import OpenRequest

    return OpenRequest(stores.requests(), stores.opening(), stores.profile().deadlines, wiring.clock())


@cache
def resume_workflow() -> "ResumeWorkflow":
    """Starts or resumes a request's workflow; only the function `privacy` has the right to."""
    from chalicelib.privacy.resume_workflow import ResumeWorkflow

    return ResumeWorkflow(stores.requests(), stores.executions(), prove_telling(), wiring.clock())


def enqueue_requests(request_ids: Sequence[str]) -> int:
    """Queues requests to be started or resumed, for functions without that right; returns how many the queue took."""
    wake_ups = [WakeUp({"request_id": one}) for one in request_ids]
    return len(wake_ups) - len(wiring_delivery.queues().send(settings().queue_privacy, wake_ups))


@cache
def answer_menu() -> "AnswerMenu":
    """Answers what people choose from the menu."""
    from chalicelib.contacts.change_contact import ContactChanges
    from chalicelib.contacts.change_transfer import TransferConsents
    from chalicelib.privacy.menu.answer import AnswerMenu
    from chalicelib.privacy.menu.store import MenuStore

    store, contacts = MenuStore(wiring.gateway()), ContactChanges(wiring.gateway())
    transfers = TransferConsents(wiring.gateway(), contacts)
    kept = stores.requests(), stores.opening(), stores.mailbox()
    return AnswerMenu(stores.profile(), store, contacts, *kept, transfers)


@cache
def answer_consent() -> "AnswerConsent":
    """Deals with what people answer to the question whether they consent."""
    from chalicelib.messages.release_held import ReleaseHeld
    from chalicelib.privacy.accept_policy import AcceptPolicy
    from chalicelib.privacy.answer_consent import AnswerConsent
    from chalicelib.profile.policy import policy_reference

    tables, profile = wiring.gateway(), stores.profile()
    accept = AcceptPolicy(tables, profile, policy_reference(profile), stores.opening(), stores.mailbox())
    return AnswerConsent(ReleaseHeld(tables, profile), accept, stores.opening(), stores.mailbox(), answer_menu())


@cache
def privacy_asks() -> "PrivacyAsks":
    """Handles what people ask about their data in messages."""
    from chalicelib.privacy.handle_asks import PrivacyAsks

    return PrivacyAsks(
        store=stores.requests(),
        contact_rows=stores.opening(),
        open_request=open_request(),
        answers=stores.answers(),
        menu=answer_menu(),
        consent=answer_consent(),
        resume=resume_workflow(),
        deadlines=stores.profile().deadlines,
        clock=wiring.clock(),
    )


def tell_recipients() -> "TellRecipients":
    """Notes that recipients of data were told of a withdrawal."""
    from chalicelib.privacy.tell_recipients import TellRecipients

    return TellRecipients(stores.requests(), stores.profile(), wiring.clock())


@cache
def decide_request(is_officer: "Callable[[str], bool]") -> "DecideRequest":
    """Records staff decisions about requests."""
    from chalicelib.privacy.decide import DecideRequest

    return DecideRequest(
        store=stores.requests(),
        contact_rows=stores.opening(),
        refusal=stores.answers().refused,
        written=_reason,
        is_officer=is_officer,
        profile=stores.profile(),
        clock=wiring.clock(),
    )


def _reason(request: "Request") -> str:
    """Returns the reason that staff wrote for a decision; "" when it can no longer be opened."""
    return stores.secret().opened(request, "reason", request.contact_id) or ""


def enqueue_asks(contact_id: str) -> bool:
    """Queues the asks of a contact to be handled; returns whether the queue took the message."""
    wake_up = WakeUp({"contact_id": contact_id})
    return not wiring_delivery.queues().send(settings().queue_privacy, [wake_up])


def monitor_asks(store: "SweepStore") -> "MonitorAsks":
    """Queues asks again that were not handled in time."""
    from chalicelib.privacy.monitor_requests import MonitorAsks

    return MonitorAsks(store, enqueue_asks, wiring.clock())


@cache
def monitor_requests() -> "MonitorRequests":
    """Queues open requests that are due and reports late ones."""
    from chalicelib.privacy.monitor_requests import MonitorRequests

    return MonitorRequests(stores.requests(), enqueue_requests, stores.erasure_pause().read, wiring.clock())


@cache
def prove_telling() -> "ProveTelling":
    """Finds the proof that a person was told of the erasure."""
    from chalicelib.privacy.telling.prove import ProveTelling

    return ProveTelling(stores.requests(), stores.announcements(), stores.profile().deadlines, wiring.clock())


def announce() -> "Announce":
    """Builds announcements; only for functions that may open the request's secret."""
    from chalicelib.erasure.tasks.tell import Announce

    return Announce(
        stores.mailbox(),
        stores.secret(),
        stores.profile(),
        stores.certificates_address(),
    )


def announce_again() -> "AnnounceAgain":
    """Sends an announcement once more."""
    from chalicelib.outbox.reading import OutboxReading
    from chalicelib.privacy.telling.announce_again import AnnounceAgain

    def heard_at(request: "Request") -> int:
        head = OutboxReading().head(request.conversation_id)
        return head.last_inbound_at if head else 0

    wiring.bind_tables()
    return AnnounceAgain(stores.requests(), announce(), heard_at, wiring.clock())
