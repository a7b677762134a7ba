"""Mailings that somebody gets, whose data is destroyed."""

from typing import TYPE_CHECKING

from chalicelib.contacts.consent_records import Answered
from chalicelib.dynamo.schema import CONTACT
from chalicelib.mailings.subscriptions import ROLE, Subscriptions

if TYPE_CHECKING:
    from tests.support.erasure.desk import ErasureDesk
    from tests.support.erasure.person import Person


def subscribe(desk: "ErasureDesk", person: "Person", *, recorded: bool = True) -> None:
    """Let a person get news; without a record of it, where a test counts those."""
    tables = desk.gateway()
    contact = tables.get(CONTACT.key(person.contact_id))
    writes = Subscriptions(tables).begin(contact, {"news": "Келісемін"}, Answered("link"), desk.now)
    wanted = [one for one in writes if recorded or one.role == ROLE]
    assert tables.transact(wanted) is None
