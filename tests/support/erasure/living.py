"""The life of a request on real tables, with runs of the workflow that a test moves on by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.core.asks import ASK_WAITS
from chalicelib.core.asks import Ask as Asked
from chalicelib.core.ids import MessageRef
from chalicelib.core.working_days import day_of
from chalicelib.dynamo.builder import attribute_value, attribute_values
from chalicelib.dynamo.schema import ASKING, CONTACT, HEAD
from chalicelib.erasure.tasks import await_delivery, verify_identity, wait_backups
from chalicelib.erasure.tasks import drain_writers as settle
from chalicelib.privacy.requests.model import Opened, Request
from chalicelib.vault.encryption import EncryptionContext, unseal
from chalicelib.vault.model import ContactKey
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.parts import RequestParts
from tests.support.erasure.person import Person
from tests.support.people import from_daniyar

DANA = "5f0c1c1e-0000-4000-8000-00000000000d"
ERLAN = "5f0c1c1e-0000-4000-8000-00000000000e"
REASON = "Долг по договору ещё не погашен."


@dataclass
class Living(RequestParts):
    """Everything around one desk's requests, and what happens to them."""

    woken: list[str] = field(default_factory=list)
    asked: int = 0
    """How many asks there were."""

    # -- what happens

    def opt_out(self, contact_id: str, received_at: int, source: str, **more: Any) -> Opened:
        day = {"received_on": day_of(self.desk.now)} if source == "staff" else {}
        return self.open_request(contact_id, "opt_out", source, received_at=received_at, **day, **more)

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


@pytest.fixture
def living(desk: ErasureDesk) -> Living:
    return Living(desk)


@pytest.fixture
def daniyar(living: Living) -> Person:
    return living.daniyar()


@pytest.fixture
def request_(living: Living, daniyar: Person) -> Request:
    """Daniyar's request, with its box, before anything waits."""
    return living.read(living.once("daniyar's request has its box", lambda: living.suppressed(daniyar)))
