"""The life of a request on real tables, with runs of the workflow that a test moves on by hand."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.asks import ASK_WAITS
from chalicelib.core.asks import Ask as Asked
from chalicelib.core.ids import MessageRef
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.builder import attribute_value, attribute_values
from chalicelib.dynamo.schema import ASKING, CONTACT, HEAD
from chalicelib.erasure.task import TaskWaits
from chalicelib.erasure.tasks import await_delivery, verify_identity, wait_backups
from chalicelib.erasure.tasks import drain_writers as settle
from chalicelib.erasure.tasks.close_without_erasure import CloseWithoutErasure
from chalicelib.erasure.tasks.cooling_off import CoolingOff
from chalicelib.erasure.tasks.decide import Decide
from chalicelib.erasure.tasks.escalate import Escalate
from chalicelib.erasure.tasks.pause_outreach import PauseOutreach
from chalicelib.erasure.tasks.tell import Announce, Tell
from chalicelib.outbox.reading import OutboxReading
from chalicelib.privacy.decide import DecideRequest
from chalicelib.privacy.erasure_pause import ErasurePauseStore
from chalicelib.privacy.executions import RunStatus
from chalicelib.privacy.handle_asks import PrivacyAsks
from chalicelib.privacy.mailbox.answer_writes import RequestAnswers
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.open_request import OpenRequest
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.model import Opened, Request
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.privacy.resume_workflow import AnswerWaitingRun, ResumeWorkflow
from chalicelib.privacy.sealed_on_requests import RequestSecret
from chalicelib.privacy.telling.announce_again import AnnounceAgain
from chalicelib.privacy.telling.prove import ProveTelling
from chalicelib.privacy.telling.statuses import MessageStatuses
from chalicelib.profile.load import load_profile
from chalicelib.vault.decryptor import SingleDecryptor
from chalicelib.vault.encryption import EncryptionContext, request_attribute, unseal
from chalicelib.vault.model import ContactKey
from tests.erasure.conftest import Erasing, Person
from tests.people import from_daniyar

PROFILE = load_profile("spoint")
DANA = "5f0c1c1e-0000-4000-8000-00000000000d"
ERLAN = "5f0c1c1e-0000-4000-8000-00000000000e"
REASON = "Долг по договору ещё не погашен."


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
class Living:
    """Everything around one desk's requests."""

    desk: Erasing
    runs: Runs = field(default_factory=Runs)
    woken: list[str] = field(default_factory=list)
    asked: int = 0
    """How many asks there were."""

    # -- parts

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

    def opt_out(self, contact_id: str, received_at: int, source: str, **more: Any) -> Opened:
        day = {"received_on": day_of(self.desk.now)} if source == "staff" else {}
        return self.open_request(contact_id, "opt_out", source, received_at=received_at, **day, **more)

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
            self.store, self.opening, self.open_request, self.answers, self.wake, PROFILE.deadlines,
            self.clock,
        )  # fmt: skip

    @property
    def deciding(self) -> DecideRequest:
        return DecideRequest(self.store, self.opening, self.answers.refused, self.reason, PROFILE, self.clock)

    def reason(self, request: Request) -> str:
        """What a colleague wrote as the reason of a decision."""
        place = request_attribute(request.id, "reason")
        sealed = self.store.item(request.id).get("reason")
        return SingleDecryptor(lambda: self.desk.vault).text(request.contact_id, place, sealed) or ""

    def decide(self, request_id: str, decision: str, reason: str = REASON, **more: str) -> None:
        """A colleague proposes, another agrees, and the changed row rings for the worker."""
        given = {"erase": {"check": "in_person"}, "refuse": {"ground": "obligation"}}.get(decision, {})
        self.deciding.propose(request_id, decision, DANA, **{"reason": reason, **given, **more})
        self.deciding.agree(request_id, ERLAN)
        self.wake(request_id)

    def arrives(self, request_id: str, status: str = "") -> Request:
        """The newest announcement gets a status: the one that proves it on the person's channel, unless another is
        given; and the changed row rings for the worker."""
        request = self.read(request_id)
        status = status or {"telegram": "sent", "whatsapp": "delivered"}[request.channel]
        ref = MessageRef.parse(request.announcements[-1])
        assert ref is not None
        self.status(ref, status)
        self.wake(request_id)
        return self.read(request_id)

    def status(self, ref: MessageRef, status: str) -> None:
        """A message of ours has got this status."""
        self.desk.dynamodb.update_item(
            TableName=self.desk.tables["desk"],
            Key=attribute_values({"pk": HEAD.partition(ref.conversation_id), "sk": f"message#{ref.tail}"}),
            UpdateExpression="SET #status = :status",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": attribute_value(status)},
        )

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

    # -- what happens

    def once(self, name: str, build: Callable[[], Request]) -> str:
        """Add a request by `build`, the first time in this process; later the rows, the time and the runs that it
        left. Return its id."""

        def built() -> tuple[str, dict[str, dict[str, Any]], set[str]]:
            request = build()
            assert not self.runs.waiting and not self.runs.answered
            return request.id, dict(self.runs.given), set(self.runs.running)

        request_id, given, running = self.desk.once(name, built)
        self.runs.given.update(given)
        self.runs.running.update(running)
        return request_id

    def daniyar(self) -> Person:
        def build() -> tuple[str, str, str]:
            person = self.desk.person(from_daniyar(sent_at=self.desk.seconds, message_id=7))
            return person.channel, person.contact_id, person.conversation_id

        return Person(self.desk, *self.desk.once("daniyar who writes first", build))

    def ask(self, person: Person, action: Any, request_id: str = "", **more: Any) -> None:
        """Put what a message asks where intake puts it; `more` are the row's further attributes."""
        self.asked += 1
        blind = f"{self.desk.now:016x}{self.asked:016x}"
        item = {
            "pk": CONTACT.partition(person.contact_id), "sk": f"ask#{self.desk.now:013d}#{blind}",
            "contact_id": person.contact_id, "action": Asked(action).action, "request_id": request_id,
            "message_ref": f"{person.conversation_id}.{self.desk.now:013d}.{blind}", "language": "ru",
            "at": self.desk.now, "due": ASKING, "due_at": self.desk.now + ASK_WAITS, **more,
        }  # fmt: skip
        self.desk.dynamodb.put_item(TableName=self.desk.tables["desk"], Item=attribute_values(item))

    def says(self, person: Person, action: Any, request_id: str = "", **more: Any) -> None:
        """The person asks, and the ask is dealt with."""
        self.ask(person, action, request_id, **more)
        self.asks(person.contact_id)
        self.desk.now += 1

    def opened(self, person: Person, **more: Any) -> Request:
        """A request whose first run has begun."""
        given = {"kind": "withdrawal", "source": "bot", **more}
        opened: Opened = self.open_request(person.contact_id, **given)
        self.wake(opened.request_id)
        return self.read(opened.request_id)

    def suppressed(self, person: Person) -> Request:
        request = self.opened(person)
        self.soft_suppress(request.id)
        return self.read(request.id)

    def read(self, request_id: str) -> Request:
        found = self.store.get(request_id)
        assert found is not None
        return found

    def mark(self, request_id: str, steps: Mapping[str, int] | None = None, **attributes: Any) -> Request:
        """Set steps and attributes, as other tasks do; None removes."""
        told = {"told_by": "accepted"} if "told" in (steps or {}) else {}
        changes = {**{f"steps.{step}": at for step, at in (steps or {}).items()}, **told, **attributes}
        self.store.run(self.store.change(request_id, changes))
        return self.read(request_id)

    # -- tasks

    def verify(self, request: Request, token: str = "", execution: str = "") -> str:
        return self.park(request, token, execution, "identity")

    def park(self, request: Request, token: str, execution: str, wait: str) -> str:
        """Run the task of a wait, in the request's own run unless another is named."""
        execution = execution or self.read(request.id).execution
        token = token or self.runs.token(execution)
        return self.waiting.start(request.id, token, execution, *self._task(wait))

    def _task(self, wait: str) -> Any:
        from chalicelib.privacy.requests.waiting_times import Wait

        grace, tell, decide = self.grace, self.tell, self.undecided
        return {
            "identity": (Wait.IDENTITY, verify_identity.due, verify_identity.begin),
            "decision": (Wait.DECISION, decide.due, decide.begin),
            "telling": (Wait.TELLING, tell.due, tell.begin),
            "grace": (Wait.COOLING_OFF, grace.due, grace.begin),
            "settle": (Wait.DRAIN, settle.due),
            "told": (Wait.DELIVERY, await_delivery.due),
            "backups": (Wait.BACKUPS, wait_backups.due),
        }[wait]

    # -- what there is

    def box_texts(self, request: Request) -> list[str]:
        """What was put into the request's box, opened, in its order."""
        assert request.box is not None
        pk = HEAD.partition(request.box.conversation_id)
        found = [item for item in self.desk.of("message#") if item["pk"] == pk]
        from chalicelib.vault.encryption import message_content

        def opened(item: Mapping[str, Any]) -> str:
            ref = MessageRef.of_tail(request.box.conversation_id if request.box else "", item["sk"][8:])
            return str(self.desk.open(dict(item), "content", message_content(ref))["text"])

        return [opened(item) for item in found]

    def requests(self) -> list[dict[str, Any]]:
        return [item for item in self.desk.of("request") if item["pk"].startswith("request#")]

    def pointers(self) -> list[dict[str, Any]]:
        return [item for item in self.desk.of("request") if item["pk"].startswith("contact#")]

    def unsealed(self, person: Person, place: EncryptionContext, sealed: bytes) -> str:
        """Open what is sealed to the person's key."""
        (item,) = [one for one in self.desk.items("keys") if one["pk"] == person.contact_id]
        key = ContactKey(person.contact_id, item["public_key"], item["sealed_private"], item["vault_id"])
        return unseal(self.desk.vault.open_contact_key(key), place, sealed).decode()

    def delete(self, person: Person, sk: str) -> None:
        key = attribute_values({"pk": CONTACT.partition(person.contact_id), "sk": sk})
        self.desk.dynamodb.delete_item(TableName=self.desk.tables["desk"], Key=key)

    def set_contact(self, person: Person, **values: Any) -> None:
        self.desk.dynamodb.update_item(
            TableName=self.desk.tables["desk"],
            Key=attribute_values({"pk": CONTACT.partition(person.contact_id), "sk": "contact"}),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": attribute_value(value) for name, value in values.items()},
        )


def outcomes(living: Living) -> list[str]:
    """What the waiting tasks were told, in order."""
    return [outcome for _, _, outcome in living.runs.answered]
