"""What is asked of somebody who has not consented yet, where the operator asks first."""

from dataclasses import replace
from typing import Any

from chalicelib.core.asks import CONSENT_NO
from chalicelib.messages.held_rows import MOST_HELD
from chalicelib.messages.receive_message import ReceiveMessage
from chalicelib.privacy.menu.store import MenuStore
from chalicelib.profile.policy import PolicyReference
from chalicelib.retention.end_contact_store import EndContactStore
from chalicelib.tickets.held_conversations import HeldConversations
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import living
from tests.support.erasure.consenting import BY_BUTTON, asking_receiver
from tests.support.erasure.person import Person
from tests.support.people import from_amina, wamid
from tests.support.retention.desk import RetentionDesk


def says(desk: RetentionDesk, text: str = "Сәлем", **more: Any) -> None:
    desk.later(1)
    asking_receiver(desk)(from_amina(text, sent_at=desk.seconds, provider_id=wamid(), **more))


def later(desk: RetentionDesk, text: str = "Сәлем", **more: Any) -> Action:
    message = from_amina(text, sent_at=desk.seconds, provider_id=wamid(), **more)
    receive = asking_receiver(desk)
    return lambda: receive(message)


@asks("AP1", "AP1110")
def _(desk: RetentionDesk) -> Action:
    return later(desk)


@asks("AP1", "AP1111")
def _(desk: RetentionDesk) -> Action:
    says(desk)
    return later(desk)


@asks("AP1", "AP1112", "AP1113")
def _(desk: RetentionDesk) -> Action:
    for _ in range(MOST_HELD):
        says(desk)
    return later(desk)


@asks("AP1", "AP1112", "AP1127", "AP1126")
def _(desk: RetentionDesk) -> Action:
    for _ in range(MOST_HELD + 1):
        says(desk)
    return later(desk)


@asks("AP1", "AP1114")
def _(desk: RetentionDesk) -> Action:
    says(desk)
    details = {"payload": CONSENT_NO}
    return later(desk, kind="button", details=details, pressed=True)


@asks("AP210", "AP212", "AP1115", "AP1116", "AP1117", "AP1118", "AP210")
def _(desk: RetentionDesk) -> Action:
    says(desk)
    made = living(desk)
    (question,) = desk.of("question")
    person = Person(made.desk, "whatsapp", question["contact_id"], question["pk"].partition("#")[2])
    made.ask(person, "consent", item="consent.yes")
    return lambda: made.asks(person.contact_id)


@asks("AP190", "AP191", "AP192", "AP1119", "AP1120", "AP1121", "AP1122", "AP1123")
def _(desk: RetentionDesk) -> Action:
    says(desk)
    says(desk, kind="button", details={"payload": CONSENT_NO}, pressed=True)
    (row,) = desk.of("head")
    store = EndContactStore(desk.gateway())
    head = store.head(row["conversation_id"])
    assert head is not None
    return lambda: store.end(head, desk.now, 0)


@asks("AP1124")
def _(desk: RetentionDesk) -> Action:
    says(desk)
    return HeldConversations(desk.gateway()).count


@asks("AP1125")
def _(desk: RetentionDesk) -> Action:
    says(desk)
    subject = living(desk).opening.subject(desk.of("contact")[0]["contact_id"])
    assert subject is not None
    return lambda: MenuStore(desk.gateway()).held(subject)


def by_button(desk: RetentionDesk, version: str) -> ReceiveMessage:
    """Intake of an operator whose new version wants the button."""
    return desk.receiver(policy=PolicyReference(version, "0" * 64, 0, version))._replace(profile=BY_BUTTON)


@asks("AP1", "AP1130")
def _(desk: RetentionDesk) -> Action:
    by_button(desk, "1")(from_amina(sent_at=desk.seconds, provider_id=wamid()))
    desk.later(1)
    message, receive = from_amina(sent_at=desk.seconds, provider_id=wamid()), by_button(desk, "2")
    return lambda: receive(message)


@asks("AP210", "AP212", "AP1131", "AP1132", "AP1133", "AP210")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    person = made.daniyar()
    made.ask(person, "consent", item="consent.policy.2")
    parts = replace(made, policy=PolicyReference("2", "0" * 64, 0, "2"))
    return lambda: parts.asks(person.contact_id)
