"""What the customer's menu asks, and staff that changes a contact."""

from chalicelib.contacts.change_contact import ChangeContact, ContactChanges
from chalicelib.contacts.change_transfer import TransferConsents
from chalicelib.core.transfer import REFUSED
from chalicelib.core.working_days import day_of
from chalicelib.privacy.enter_transfer import EnterTransfer
from tests.storage.access_patterns.patterns import Action, asks
from tests.storage.access_patterns.preparing import living
from tests.support.erasure.living import DANA, Living
from tests.support.erasure.person import Person
from tests.support.retention.desk import RetentionDesk


def chosen(desk: RetentionDesk, item: str) -> Action:
    made = living(desk)
    person = made.daniyar()
    made.ask(person, "menu", item=item)
    return lambda: made.asks(person.contact_id)


@asks("AP210", "AP212", "AP972", "AP973", "AP211", "AP979", "AP210")
def _(desk: RetentionDesk) -> Action:
    return chosen(desk, "status")


@asks("AP210", "AP212", "AP975", "AP974", "AP980", "AP210")
def _(desk: RetentionDesk) -> Action:
    return chosen(desk, "close")


@asks("AP210", "AP212", "AP972", "AP973", "AP976", "AP977", "AP978", "AP1150", "AP992", "AP210")
def _(desk: RetentionDesk) -> Action:
    return chosen(desk, "data")


@asks("AP210", "AP212", "AP983", "AP984", "AP985", "AP986", "AP981", "AP210")
def _(desk: RetentionDesk) -> Action:
    return chosen(desk, "language.kk")


@asks("AP210", "AP212", "AP982", "AP210")
def _(desk: RetentionDesk) -> Action:
    return chosen(desk, "correct")


@asks("AP210", "AP212", "AP1150", "AP1152", "AP1153", "AP985", "AP1151", "AP1154", "AP210")
def _(desk: RetentionDesk) -> Action:
    return chosen(desk, "abroad.no")


@asks("AP988", "AP1155", "AP1152", "AP1153", "AP985", "AP1151", "AP1156")
def _(desk: RetentionDesk) -> Action:
    made = living(desk)
    person, tables = made.daniyar(), made.desk.gateway()
    changes = ContactChanges(tables)
    enter = EnterTransfer(changes, TransferConsents(tables, changes), lambda: made.desk.now)
    return lambda: enter(person.contact_id, REFUSED, day_of(made.desk.now), DANA)


def staff(made: Living) -> ChangeContact:
    return ChangeContact(ContactChanges(made.desk.gateway()), lambda: made.desk.now)


def asked(desk: RetentionDesk) -> tuple[Living, Person]:
    made = living(desk)
    person = made.daniyar()
    made.opened(person)
    return made, person


@asks("AP988", "AP983", "AP984", "AP985", "AP986", "AP987", "AP989")
def _(desk: RetentionDesk) -> Action:
    made, person = asked(desk)
    return lambda: staff(made).language(person.contact_id, "kk", DANA)


@asks("AP988", "AP983", "AP991", "AP985", "AP990")
def _(desk: RetentionDesk) -> Action:
    made, person = asked(desk)
    made.set_contact(person, correct_at=made.desk.now)
    return lambda: staff(made).corrected(person.contact_id, DANA)
