"""Amina on the date of her end, and what she asked about her data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.channels.parts import InboundMessage
from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.models import DeskRow
from tests.support.people import AMINA, from_amina
from tests.support.retention.desk import CONTACT_DAYS, RetentionDesk

BOTH = Author((Address("user", "KZ.24680"), *AMINA.addresses), AMINA.name)


@dataclass
class Ended:
    """Amina, known by phone and business-scoped id and found by her name, on the date of her end: her ticket and its
    rows are gone, one activity line without a ticket is left, and nobody has ended the contact yet."""

    desk: RetentionDesk
    contact_id: str
    conversation_id: str
    until: int

    def end(self) -> bool:
        return self.desk.ender()(self.conversation_id)

    def left(self) -> dict[str, list[str]]:
        return self.desk.left_of(self.contact_id, self.conversation_id)

    def is_gone(self) -> bool:
        """Whether nothing is left of her but the proof of a consent, which has its date."""
        consents = self.desk.items(keep=lambda item: item["pk"] == f"contact#{self.contact_id}")
        return not self.left() and [item["expires_at"] > self.desk.seconds for item in consents] == [True]

    def lives(self) -> bool:
        """Whether she is wholly there: readable, reachable, found by name, with a consent that has no end."""
        found = self.desk.reader().contact(self.contact_id)
        (consent,) = self.desk.items(keep=lambda item: item["pk"].endswith(self.contact_id) and "#" in item["sk"])
        aliases = self.desk.items("index", lambda item: item["sk"] == "alias")
        assert {item["contact_id"] for item in aliases} == {self.contact_id} and len(aliases) == 2
        return bool(found and found.name == AMINA.name) and "expires_at" not in consent

    def write(self, **more: Any) -> InboundMessage:
        """A message that she writes now."""
        return from_amina("Сәлем!", sent_at=self.desk.seconds, **{"author": BOTH} | more)

    def others(self) -> list[dict[str, Any]]:
        """Contacts beside her."""
        return [item for item in self.desk.of("contact") if item["contact_id"] != self.contact_id]


@pytest.fixture
def amina(desk: RetentionDesk) -> Ended:
    return Ended(desk, *desk.once("amina at her end", lambda: _at_her_end(desk)))


def _at_her_end(desk: RetentionDesk) -> tuple[str, str, int]:
    ticket = desk.open_ticket(from_amina(sent_at=desk.seconds, author=BOTH))
    desk.index_contact(ticket["contact_id"])
    ticket = desk.closed(ticket)
    until = desk.head()["expires_at"]
    assert until == ticket["closed_at"] // 1000 + CONTACT_DAYS * 86_400
    desk.now = until * 1000
    for item in desk.rows_of(ticket):
        DeskRow(item["pk"], item["sk"]).delete()
    DeskRow(f"conversation#{ticket['conversation_id']}", f"message#{desk.now}#a", direction="event", kind="x").save()
    return ticket["contact_id"], ticket["conversation_id"], until


def before_the_transaction(amina: Ended, act: Callable[[], object]) -> bool:
    """End the contact; `act` happens after all that decides was read."""
    store = amina.desk.endings()
    end, acted = store.end, []

    def late(*args: Any) -> bool:
        acted.append(act())
        return end(*args)

    store.end = late  # type: ignore[method-assign, assignment]
    ended = amina.desk.ender(store=store)(amina.conversation_id)
    assert len(acted) == 1
    return ended


def phone_name(desk: RetentionDesk) -> str:
    return desk.address_key.address("whatsapp", "100000000000001", AMINA.addresses[0])


def asked(desk: RetentionDesk, text: str = "Деректерімді жойыңыз") -> dict[str, Any]:
    """Amina asks; the bell of the stream is lost."""
    desk.receive(from_amina(text, sent_at=desk.seconds))
    (ask,) = [row for row in desk.of("ask#") if "contact_id" in row]
    return ask
