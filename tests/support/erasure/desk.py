"""People with everything that the desk can hold of them, made through the real use cases; and their requests.

Daniyar is to be erased, on WhatsApp or on Telegram; Amina is to stay as she is, bit for bit.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.attachments.fetch_store import FetchStore
from chalicelib.channels.email.read_letter import read_letter
from chalicelib.channels.parts import InboundMessage, NumberChanged, StatusUpdate
from chalicelib.channels.registry import ADDRESS_KINDS
from chalicelib.core.addresses import Address, Author
from chalicelib.core.clock import DAY
from chalicelib.core.ids import MessageRef
from chalicelib.core.kept_for import KeptFor
from chalicelib.dynamo.builder import attribute_values
from chalicelib.messages.store import IntakeStore
from chalicelib.outbox.content import ReplyContent, choices_of
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.staff.model import Staff
from chalicelib.staff.store import StaffStore
from chalicelib.tickets.change import ChangeTicket, TicketChanges
from chalicelib.tickets.comment import CommentOnTicket
from chalicelib.tickets.drafts import KINDS, Draft
from chalicelib.tickets.queries import TicketQueries as DeskReading
from chalicelib.tickets.writes import TicketWrites
from chalicelib.vault import encryption
from chalicelib.vault.decryptor import BatchDecryptor, SingleDecryptor
from chalicelib.vault.encryption import CannotOpen
from tests.support.channels import form, mails
from tests.support.delivery.desk import BOLAT, opened
from tests.support.delivery.provider import Sent
from tests.support.e2e.playing import forms_of
from tests.support.erasure.brought import put_upload
from tests.support.erasure.held import HELD_CANARIES, hold_words
from tests.support.erasure.person import Person, claim_and_die, guard_of
from tests.support.erasure.subscribed import subscribe
from tests.support.erasure.verified import rows_of_request
from tests.support.intake.desk import Snapshot
from tests.support.people import DANIYAR, TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT, from_amina, wamid
from tests.support.retention.desk import KEPT_DAYS, RetentionDesk

OPERATOR = Staff(BOLAT, "operator@desk.local", "Болат", frozenset({"operator"}), undertaking_at=1)
DANIYAR_PHONE, FORMER_PHONE, OLDEST_PHONE = "77000000231", "77000000232", "77000000233"
DANIYAR_USER = "KZ.13571357"
LONG = "Ұзақ жауап Данияр Оспановқа. " * 200
"""Goes out in more than one piece, each with a link of its own."""


@dataclass
class ErasureDesk(RetentionDesk):
    """A desk with people whose data can be destroyed."""

    @property
    def requests(self) -> RequestStore:
        return self.request_store()

    def request_store(self, dynamodb: Any = None) -> RequestStore:
        return RequestStore(self.gateway(dynamodb))

    def person(self, message: InboundMessage) -> Person:
        """Store a first message and return who wrote it."""
        before = {item["contact_id"] for item in self.of("contact")}
        self.receive(message)
        (row,) = [item for item in self.of("contact") if item["contact_id"] not in before]
        return Person(self, message.channel, row["contact_id"], row["conversation_id"])

    def whatsapp_daniyar(self) -> Person:
        """Daniyar on WhatsApp: two former numbers, of which Amina has taken the older one, and everything else."""
        numbers = [Address("phone", phone) for phone in (OLDEST_PHONE, FORMER_PHONE, DANIYAR_PHONE)]
        user = Address("user", DANIYAR_USER)

        def write(text: str, **more: Any) -> InboundMessage:
            author = Author((user, numbers[0]), name="Данияр Оспанов", username="daniyar_osp")
            return from_amina(text, sent_at=self.seconds, author=author, **more)

        def move() -> None:
            for old, new in pairwise(list(numbers)):
                self.later(60)
                change = NumberChanged("whatsapp", WHATSAPP_ACCOUNT, wamid(), old, new, self.seconds)
                assert self.changer()(change)
            numbers[0] = numbers[-1]
            taker = Author((Address("phone", OLDEST_PHONE),), name="Амина Сәтбаева")
            self.later(60)
            self.receive(from_amina("ескі нөмір енді менікі", sent_at=self.seconds, author=taker))

        person = self.person(write("менің құпия сұрағым"))
        self._fill(person, write, move)
        person.canaries += [FORMER_PHONE, DANIYAR_PHONE, DANIYAR_USER]  # the oldest is Amina's number by now
        return person

    def telegram_daniyar(self) -> Person:
        """Daniyar on Telegram, with everything."""
        number = iter(range(10, 10_000))

        def write(text: str, **more: Any) -> InboundMessage:
            order = next(number)
            made = from_amina(text, sent_at=self.seconds, author=DANIYAR, **more)
            at = {"provider_id": f"500000042:{order}", "order": order}
            return made._replace(channel="telegram", account=TELEGRAM_ACCOUNT, **at)

        person = self.person(write("мой тайный вопрос"))
        self._fill(person, write, lambda: None)
        person.canaries += ["500000042"]
        return person

    def email_nurlan(self) -> Person:
        """Nurlan, who writes mails with a file, is answered and answers."""
        envelope = mails.envelope()
        first = mails.mail("хаттағы құпия сұрақ", subject="құпия тақырып", at=self.seconds,
                           sender=f"Нұрлан Хатшы <{mails.NURLAN}>", file=("құпия-хат.pdf", b"%PDF"))  # fmt: skip
        said, file = read_letter(first, envelope, mails.ACCOUNTS, (mails.MAILBOX,), self.seconds).parts
        assert isinstance(said, InboundMessage) and isinstance(file, InboundMessage)
        person = self.person(said)
        self.receive(file)
        self.deliver()
        self.reply(person.tickets[0], "хатқа жауап Нұрлан")
        self.deliver()
        subscribe(self, person)
        self.index_contact(person.contact_id)
        person.canaries += [
            mails.NURLAN, "Нұрлан Хатшы", "хаттағы құпия", "құпия тақырып", "құпия-хат", "хатқа жауап",
        ]  # fmt: skip
        return person

    def form_gulnur(self) -> Person:
        """Gulnur, who fills in the form with a file and is answered."""
        said, file = form.parts(self.seconds)
        person = self.person(said)
        self.receive(file)
        self.deliver()
        self.reply(person.tickets[0], form.ANSWER)
        self.deliver()
        self.index_contact(person.contact_id)
        person.canaries += form.CANARIES
        return person

    def amina(self) -> Person:
        """Amina, who stays: with tickets, replies and links of her own."""
        person = self.person(from_amina("Аминаның сөзі", sent_at=self.seconds))
        self.deliver()
        self.reply(person.tickets[0], "Аминаға жауап")
        self.deliver()
        self.index_contact(person.contact_id)
        person.canaries += ["Аминаның сөзі", "Аминаға жауап"]
        return person

    def _fill(self, person: Person, write: Callable[..., InboundMessage], move: Callable[[], None]) -> None:
        """Everything that can lie at a customer: each class of row and each kind of state, on three tickets."""
        self.deliver()
        self.reply(person.tickets[0], "Данияр мырза, бірінші құпия жауап", "page-first")
        self.deliver()
        self._work(person.tickets[0], "ішкі пікір: Данияр сенімді", tags=(f"құпия-{person.channel}",))
        self._solve(person)
        self.later(10 * DAY / 1000)
        self.receive(write("екінші өтініш құпия"))
        self.deliver()
        self._work(person.tickets[-1], "екінші пікір Оспанов")
        self._solve(person)
        self.later(10 * DAY / 1000)
        self.receive(write("үшінші өтініш құпия"))
        self.deliver()
        move()
        newest = person.tickets[-1]
        self.provider.accepted = self._status_comes_first
        mine = [one for one in self.of("message#") if one.get("ticket_id") == newest["ticket_id"]]
        said = [one for one in mine if one["direction"] == "in"]
        asked = MessageRef.of_tail(person.conversation_id, said[-1]["sk"].partition("#")[2])
        choices = choices_of(["құпия таңдау", "басқа"], "page-choices")
        content = ReplyContent("Данияр мырза, құпия жауап", quote=str(asked), choices=choices)
        answer = MessageRef.parse(self.replier()(newest["ticket_id"], content, "page-choices", OPERATOR.id).id)
        assert answer
        self.deliver()
        self.provider.accepted = lambda sent: None
        self.amends().react(newest["ticket_id"], asked, "🙏", OPERATOR.id)
        if person.channel == "telegram":
            self.amends().edit(newest["ticket_id"], answer, "өзгертілген құпия", OPERATOR.id)
            person.canaries.append("өзгертілген құпия")
        self.deliver()
        self.reply(newest, LONG)
        self.deliver()
        self.later(5)
        target = write("сосын түзетілген құпия")
        self.receive(target)
        self.receive(write("түзетілді: құпия мәтін", kind="edit", target=target.provider_id))
        self.receive(write("", kind="reaction", target=target.provider_id, details={"emoji": "👍"}))
        self.receive(write("", kind="unsupported", raw=b'{"secret": "qupia-raw"}', raw_type="mystery"))
        self.receive(write("уақыты белгісіз құпия", undated=True))
        self._files(person, write)
        hold_words(self, person, write)
        self.put_all(guard_of(person, self.now))
        for kind in KINDS:
            draft = Draft(f"жіберілмеген {kind}: Данияр", f"draft-{kind}", 1, choices=("Данияр таңдасын",))
            self.keep_draft()(newest["ticket_id"], kind, draft, OPERATOR)
        self.reply(newest, "жолдағы жауап Данияр")
        claim_and_die(self.outbox(), person, self.now)
        self.reply(newest, "кезекте тұрған жауап Данияр", "page-waiting")
        self.index_contact(person.contact_id)
        person.canaries += [
            "Данияр Оспанов", "daniyar_osp", f"құпия-{person.channel}", "тайный вопрос", "qupia-raw", "Ұзақ жауап",
            "уақыты белгісіз", "кезекте тұрған", "жіберілмеген reply", "жіберілмеген comment", "жолдағы жауап",
            "ішкі пікір", "екінші пікір", "Данияр мырза", "құпия таңдау", "құпия-чек", "құпия-шарт",
            "құпия-келісім", *HELD_CANARIES,
        ]  # fmt: skip

    def store(self, dynamodb: Any = None) -> IntakeStore:
        return IntakeStore(self.gateway(dynamodb), self.address_key, self.vault_keys.public, self.vault_keys.public)

    def _files(self, person: Person, write: Callable[..., InboundMessage]) -> None:
        """A file that is to be fetched, one that has arrived, and one that a colleague brings for a reply."""
        for kind, name in (("image", "құпия-чек.png"), ("document", "құпия-шарт.pdf")):
            self.receive(write("", kind=kind, details={"media_id": f"id of {name}", "filename": name}))
        arrived, _ = self.of_pk(f"fetch#{person.conversation_id}")
        ref, fetching = MessageRef.of_tail(person.conversation_id, arrived["sk"][6:]), FetchStore(self.gateway())
        assert (job := fetching.job(ref)) and fetching.ready(job, {"name": "құпия-шарт.pdf", "size": 7})
        put_upload(self, person)

    def _status_comes_first(self, sent: Sent) -> None:
        """A status without our reference, before the sender has heard of its success: it is parked."""
        if sent.provider_id.startswith("wamid"):
            update = StatusUpdate("whatsapp", WHATSAPP_ACCOUNT, sent.provider_id, "delivered", self.seconds)
            self.statuses().apply(update, self.now)

    def _work(self, ticket: Mapping[str, Any], comment: str, tags: tuple[str, ...] = ()) -> None:
        reading = DeskReading(self.decryptor(), self.now)
        changes = TicketWrites(self.gateway())
        CommentOnTicket(reading, changes, lambda: self.now)(ticket["ticket_id"], comment, OPERATOR)
        self.later(1)
        self.change_ticket()(ticket["ticket_id"], TicketChanges(priority="high", tags=tags), OPERATOR)

    def _solve(self, person: Person) -> None:
        self.later(1)
        self.change_ticket()(person.tickets[-1]["ticket_id"], TicketChanges(state="solved"), OPERATOR)

    def change_ticket(self) -> ChangeTicket:
        reading, changes = DeskReading(self.decryptor(), self.now), TicketWrites(self.gateway())
        return ChangeTicket(reading, changes, StaffStore(b"s" * 32), KeptFor(KEPT_DAYS), lambda: self.now)

    def decryptor(self) -> Any:
        return BatchDecryptor(lambda: self.vault)

    def deliver(self) -> None:
        """Send all that waits."""
        self.later(1)
        for conversation_id in sorted({item["conversation_id"] for item in self.of("outbox#")}):
            self.sender()(conversation_id)

    def request_for(self, person: Person, **more: Any) -> Request:
        """A verified request of a person who was told and whose grace has ended, as the tasks before the destroying
        ones leave it, with its box."""
        request_id, made = rows_of_request(self, person, more)
        self.put_all((table, attribute_values(item)) for table, item in made)
        found = self.requests.get(request_id)
        assert found is not None
        return found

    def addresses(self, contact: Mapping[str, Any]) -> dict[str, str]:
        """The addresses of a contact in the clear; those that do not open are left out."""
        decryptor, contact_id, found = SingleDecryptor(lambda: self.vault), contact["contact_id"], dict[str, str]()
        for kind in ADDRESS_KINDS:
            with suppress(CannotOpen):
                value = decryptor.text(contact_id, encryption.contact_attribute(contact_id, kind), contact.get(kind))
                found |= {kind: value} if value else {}
        return found

    def request(self, request: Request) -> Request:
        """The request as it is now."""
        found = self.requests.get(request.id)
        assert found is not None
        return found

    # -- everything that is stored

    def found_of(self, person: Person, then: Snapshot | None = None) -> list[str]:
        """Canaries of a person that lie, or lay, anywhere in clear, escaped, hexadecimal or base64."""
        stored = self.everything(then=then)
        texts = {*person.canaries, *(part.lower() for part in person.canaries)}
        return [one for one in texts if any(form in stored for form in (*forms_of(one), one.encode().hex().encode()))]


@pytest.fixture
def desk(tables: Mapping[str, str]) -> Iterator[ErasureDesk]:
    with opened(ErasureDesk, tables) as made:
        yield made
