"""The three tasks of a request's box on a desk, and requests in the states that other tasks leave them in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.core.clock import DAY
from chalicelib.core.ids import new_id
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo.builder import attribute_value, attribute_values
from chalicelib.dynamo.schema import CONTACT, REQUEST
from chalicelib.erasure.tasks.destroy_mailbox import DestroyMailbox
from chalicelib.erasure.tasks.notify import Notify
from chalicelib.erasure.tasks.pause_outreach import PauseOutreach
from chalicelib.outbox.reading import OutboxReading
from chalicelib.privacy.answer_request import AnswerRequest
from chalicelib.privacy.mailbox.removal import MailboxRemoval
from chalicelib.privacy.mailbox.writes import MailboxWrites
from chalicelib.privacy.requests.contact_rows import ContactRequestRows
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import OPEN_KEY
from chalicelib.privacy.requests.vocabulary import Step
from chalicelib.privacy.sealed_on_requests import RequestSecret
from chalicelib.privacy.telling.statuses import MessageStatuses
from chalicelib.profile.load import load_profile
from chalicelib.vault.decryptor import SingleDecryptor
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.person import Person
from tests.support.faults import Died, Dying
from tests.support.people import from_amina, from_daniyar

PROFILE = load_profile("spoint")
ADDRESS = "https://desk.example/certificates"
KEPT_DAYS = PROFILE.retention["request"].term


@dataclass
class Boxes:
    """The three tasks on a desk; `client` stands between them and the tables."""

    desk: ErasureDesk

    def suppress(self, client: Any = None, store: Any = None) -> PauseOutreach:
        return PauseOutreach(
            store=store or self.desk.request_store(client),
            contact_rows=ContactRequestRows(self.desk.gateway(client)),
            mailbox=MailboxWrites(self.desk.gateway()),
            reading=OutboxReading(),
            decryptor=lambda: SingleDecryptor(lambda: self.desk.vault),
            vault_public=self.desk.vault_keys.public,
            profile=PROFILE,
            clock=lambda: self.desk.now,
        )

    def notify(self, client: Any = None) -> Notify:
        return Notify(
            store=self.desk.request_store(client),
            mailbox=MailboxWrites(self.desk.gateway()),
            secret=RequestSecret(self.desk.request_store(client), lambda: SingleDecryptor(lambda: self.desk.vault)),
            profile=PROFILE,
            address=ADDRESS,
            answer=self.answer(client),
            clock=lambda: self.desk.now,
        )

    def answer(self, client: Any = None) -> AnswerRequest:
        return AnswerRequest(
            store=self.desk.request_store(client),
            contact_rows=ContactRequestRows(self.desk.gateway(client)),
            mailbox=MailboxWrites(self.desk.gateway()),
            secret=RequestSecret(self.desk.request_store(client), lambda: SingleDecryptor(lambda: self.desk.vault)),
            profile=PROFILE,
            address=ADDRESS,
            kept=KeptFor(KEPT_DAYS),
        )

    def close(self, client: Any = None) -> DestroyMailbox:
        removal = MailboxRemoval(self.desk.gateway(client))
        store, read = self.desk.request_store(client), MessageStatuses(self.desk.gateway(client))
        rows = ContactRequestRows(self.desk.gateway(client))
        return DestroyMailbox(store, rows, removal, read, KeptFor(KEPT_DAYS), lambda: self.desk.now)

    def person(self, channel: str) -> Person:
        """Amina on WhatsApp or Daniyar on Telegram, with a ticket whose notice is sent."""
        seconds = self.desk.seconds
        message = from_amina(sent_at=seconds) if channel == "whatsapp" else from_daniyar(sent_at=seconds, message_id=7)
        person = self.desk.person(message)
        self.desk.deliver()
        self.desk.provider.sent.clear()
        return person

    def request(self, person: Person, language: str = "kk", **more: Any) -> str:
        """A request as it is opened, and the pointer of its person."""
        request_id, row = new_id(), person.row
        request = {
            "pk": REQUEST.partition(request_id), "sk": "request", "request_id": request_id, "kind": "deletion",
            "state": "received", "source": "bot", "contact_id": person.contact_id,
            "conversation_id": person.conversation_id, "channel": row["channel"], "account": row["account"],
            "language": language, "received_at": self.desk.now, "deadline_at": self.desk.now + 15 * DAY,
            "alarm_at": self.desk.now + 10 * DAY, "due": OPEN_KEY, "due_at": self.desk.now, "run": 1, "steps": {},
            "counts": {}, "certificate_id": new_id(), **more,
        }  # fmt: skip
        pointer = {"pk": CONTACT.partition(person.contact_id), "sk": "request", "contact_id": person.contact_id,
                   "request_id": request_id, "at": self.desk.now}  # fmt: skip
        for item in (request, pointer):
            self.desk.dynamodb.put_item(TableName=self.desk.tables["desk"], Item=attribute_values(item))
        return request_id

    def read(self, request_id: str) -> Request:
        found = self.desk.requests.get(request_id)
        assert found is not None
        return found

    def mark(self, request_id: str, *steps: Step, **attributes: Any) -> Request:
        """Set steps and attributes, as other tasks of the workflow do."""
        for name, value in {**{f"steps.{step}": self.desk.now for step in steps}, **attributes}.items():
            names = {f"#{part}": part for part in name.split(".")}
            self.desk.dynamodb.update_item(
                TableName=self.desk.tables["desk"],
                Key=attribute_values({"pk": REQUEST.partition(request_id), "sk": "request"}),
                UpdateExpression=f"SET {'.'.join(names)} = :value",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={":value": attribute_value(value)},
            )
        return self.read(request_id)

    def certified(self, person: Person) -> str:
        """A request of a person who was told before, whose certificate is written, with the answer to come."""
        request_id = self.request(person)
        self.suppress()(request_id)
        self.send()
        done = (Step.VERIFIED, Step.TOLD, Step.WRITES_BLOCKED, Step.KEY_DESTROYED, Step.ABSENT, Step.CERTIFIED)
        self.mark(request_id, *done, told_by="delivered")
        self.desk.provider.sent.clear()
        return request_id

    def send(self) -> None:
        self.desk.deliver()
        assert not self.desk.of("outbox#")

    def traces(self, request: Request) -> list[tuple[str, str, str]]:
        """Every row of any table in which the box is named."""
        assert request.box is not None
        names = (request.box.contact_id, request.box.conversation_id)
        return [key for key, item in self.desk.every_item() if any(name in f"{key} {item}" for name in names)]


class KnownBoxes(Boxes):
    """The same with people and certificates that are built once in this process, on an empty desk whose keys and clock
    are its own."""

    def person(self, channel: str) -> Person:
        def build() -> tuple[str, str, str]:
            made = Boxes.person(self, channel)
            return made.channel, made.contact_id, made.conversation_id

        return Person(self.desk, *self.desk.once(("whose notice is sent", channel), build))

    def certified(self, person: Person) -> str:
        """As above, for a person of whom there is nothing else."""
        return self.desk.once(("whose certificate is written", person.channel), lambda: Boxes.certified(self, person))


def crash_everywhere(
    desk: ErasureDesk, when: str, make: Callable[[Any], Callable[[str], Any]], request_id: str
) -> bool:
    """Run a task that dies at its first write, then one that dies at its second … until one lives through; then once
    more. Return whether any has died."""
    for number in range(1, 60):
        try:
            make(Dying(desk.dynamodb, number, when))(request_id)
        except Died:
            continue
        assert make(desk.dynamodb)(request_id) in ({}, {"outcome": "suppressed"})
        return number > 1
    raise AssertionError("it never came to its end")


CHANNELS = pytest.mark.parametrize("channel", ["whatsapp", "telegram"])


@pytest.fixture
def boxes(desk: ErasureDesk) -> Boxes:
    return KnownBoxes(desk)
