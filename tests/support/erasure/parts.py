"""The use cases and tasks of requests about data, made for one desk."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.contacts.change_contact import ContactChanges
from chalicelib.contacts.change_transfer import TransferConsents
from chalicelib.erasure.task import TaskWaits
from chalicelib.erasure.tasks.close_without_erasure import CloseWithoutErasure
from chalicelib.erasure.tasks.cooling_off import CoolingOff
from chalicelib.erasure.tasks.decide import Decide
from chalicelib.erasure.tasks.escalate import Escalate
from chalicelib.erasure.tasks.pause_outreach import PauseOutreach
from chalicelib.erasure.tasks.tell import Announce, Tell
from chalicelib.messages.release_held import ReleaseHeld
from chalicelib.outbox.reading import OutboxReading
from chalicelib.privacy.accept_policy import AcceptPolicy
from chalicelib.privacy.answer_consent import AnswerConsent
from chalicelib.privacy.decide import DecideRequest
from chalicelib.privacy.erasure_pause import ErasurePauseStore
from chalicelib.privacy.executions import RunStatus
from chalicelib.privacy.handle_asks import PrivacyAsks
from chalicelib.privacy.mailbox.answer_writes import RequestAnswers
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.menu.answer import AnswerMenu
from chalicelib.privacy.menu.store import MenuStore
from chalicelib.privacy.open_request import OpenRequest
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.privacy.resume_workflow import AnswerWaitingRun, ResumeWorkflow
from chalicelib.privacy.sealed_on_requests import RequestSecret
from chalicelib.privacy.telling.announce_again import AnnounceAgain
from chalicelib.privacy.telling.prove import ProveTelling
from chalicelib.privacy.telling.statuses import MessageStatuses
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import PolicyReference
from chalicelib.vault.decryptor import SingleDecryptor
from chalicelib.vault.encryption import request_attribute
from tests.support.erasure.desk import ErasureDesk
from tests.support.intake.desk import POLICY

PROFILE = load_profile("spoint")


@dataclass
class Runs:
    """Step Functions as far as names and tokens go: a token is taken once, and only while its run runs."""

    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    waiting: dict[str, str] = field(default_factory=dict)
    answered: list[tuple[str, str, str]] = field(default_factory=list)
    before: Callable[[str], None] = lambda what: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, name: str, given: str) -> None:
        self.before("start")
        with self.lock:
            if name not in self.given:
                self.given[name] = json.loads(given)
                self.running.add(name)

    def status(self, name: str) -> RunStatus:
        self.before("status")
        if name not in self.given:
            return RunStatus.NEVER
        return RunStatus.RUNS if name in self.running else RunStatus.ENDED

    def answer(self, token: str, outcome: str) -> bool:
        self.before("answer")
        with self.lock:
            name = self.waiting.get(token, "")
            if name not in self.running:
                return False
            del self.waiting[token]
            self.answered.append((name, token, outcome))
            return True

    def token(self, name: str) -> str:
        """A task of this run begins to wait."""
        token = f"token-{len(self.waiting) + len(self.answered)}-of-{name}"
        self.waiting[token] = name
        return token

    def die(self, name: str) -> None:
        self.running.discard(name)


@dataclass
class RequestParts:
    """What deals with the requests of one desk."""

    desk: ErasureDesk
    runs: Runs = field(default_factory=Runs)
    revoked: set[str] = field(default_factory=set)
    policy: PolicyReference = POLICY
    profile: Profile = PROFILE
    """What a new version of the policy is, and how it is accepted."""

    @property
    def store(self) -> RequestStore:
        return self.desk.requests

    @property
    def opening(self) -> ContactRequestRows:
        return ContactRequestRows(self.desk.gateway())

    @property
    def holding(self) -> ErasurePauseStore:
        return ErasurePauseStore(self.desk.gateway())

    @property
    def answers(self) -> RequestAnswers:
        return RequestAnswers(PROFILE, MailboxWrites(self.desk.gateway()))

    @property
    def open_request(self) -> OpenRequest:
        return OpenRequest(self.store, self.opening, PROFILE.deadlines, self.clock)

    @property
    def wake(self) -> ResumeWorkflow:
        return ResumeWorkflow(self.store, self.runs, self.told, self.clock)  # type: ignore[arg-type]

    @property
    def told(self) -> ProveTelling:
        read = MessageStatuses(self.desk.gateway())
        return ProveTelling(self.store, read, PROFILE.deadlines, self.clock)

    @property
    def tell(self) -> Tell:
        secret = RequestSecret(self.store, lambda: SingleDecryptor(lambda: self.desk.vault))
        address = "https://desk.local/certificates"
        announce = Announce(MailboxWrites(self.desk.gateway()), secret, PROFILE, address)
        return Tell(announce, self.opening.pause_outreach, self.clock)

    @property
    def announce_again(self) -> AnnounceAgain:
        def heard_at(request: Request) -> int:
            head = OutboxReading().head(request.conversation_id)
            return head.last_inbound_at if head else 0

        return AnnounceAgain(self.store, self.tell.announce, heard_at, self.clock)

    @property
    def asks(self) -> PrivacyAsks:
        return PrivacyAsks(
            self.store, self.opening, self.open_request, self.answers, self.menu, self.consent, self.wake,
            PROFILE.deadlines, self.clock,
        )  # fmt: skip

    @property
    def consent(self) -> AnswerConsent:
        release = ReleaseHeld(self.desk.gateway(), self.profile)
        mailbox = MailboxWrites(self.desk.gateway())
        accept = AcceptPolicy(self.desk.gateway(), self.profile, self.policy, self.opening, mailbox)
        return AnswerConsent(release, accept, self.opening, mailbox, self.menu)

    @property
    def menu(self) -> AnswerMenu:
        tables = self.desk.gateway()
        changes = ContactChanges(tables)
        kept = self.store, self.opening, MailboxWrites(tables)
        return AnswerMenu(self.profile, MenuStore(tables), changes, *kept, TransferConsents(tables, changes))

    @property
    def deciding(self) -> DecideRequest:
        return DecideRequest(
            self.store, self.opening, self.answers.refused, self.reason, self.is_officer, PROFILE, self.clock
        )

    def is_officer(self, staff_id: str) -> bool:
        """Everybody has access here who is not said to have lost it."""
        return staff_id not in self.revoked

    def reason(self, request: Request) -> str:
        """What a colleague wrote as the reason of a decision."""
        place = request_attribute(request.id, "reason")
        sealed = self.store.item(request.id).get("reason")
        return SingleDecryptor(lambda: self.desk.vault).text(request.contact_id, place, sealed) or ""

    @property
    def grace(self) -> CoolingOff:
        return CoolingOff(PROFILE.deadlines, self.tell)

    @property
    def undecided(self) -> Decide:
        return Decide(self.opening.resume_outreach, self.opening.pause_outreach, self.answers.defaulted, self.clock)

    @property
    def waiting(self) -> TaskWaits:
        answer = AnswerWaitingRun(self.store, self.runs, self.told, self.clock)  # type: ignore[arg-type]
        return TaskWaits(self.store, answer, self.clock, lambda attempt: None)

    @property
    def finish(self) -> CloseWithoutErasure:
        return CloseWithoutErasure(self.store, self.opening, self.answers.ended, self.clock)

    @property
    def escalate(self) -> Escalate:
        return Escalate(self.store, self.clock)

    @property
    def soft_suppress(self) -> PauseOutreach:
        return PauseOutreach(
            store=self.store,
            contact_rows=self.opening,
            mailbox=MailboxWrites(self.desk.gateway()),
            reading=OutboxReading(),
            decryptor=lambda: SingleDecryptor(lambda: self.desk.vault),
            vault_public=self.desk.vault_keys.public,
            profile=PROFILE,
            clock=self.clock,
        )

    def clock(self) -> int:
        return self.desk.now
