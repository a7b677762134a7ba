"""A desk with people in the text index, and what a search finds there."""

import pytest

from chalicelib.contacts.search_words import contact_words, indexed
from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.models import DeskRow
from tests.support.people import from_amina, from_daniyar
from tests.support.retention.desk import RetentionDesk


@pytest.fixture
def people(desk: RetentionDesk) -> dict[str, str]:
    """Amina, Daniyar and a namesake of Amina, indexed; contact ids by their names."""
    return desk.once("people", lambda: _people(desk))


def _people(desk: RetentionDesk) -> dict[str, str]:
    namesake = Author((Address("user", "KZ.24680"), Address("phone", "77000000108")), name="Амина Серік")
    desk.receive(from_amina(sent_at=desk.seconds))
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=1))
    desk.receive(from_amina(sent_at=desk.seconds, author=namesake))
    contacts = {}
    for head in desk.of("contact"):
        desk.index_contact(head["contact_id"])
        if head["channel"] == "telegram":
            contacts["daniyar"] = head["contact_id"]
        else:
            contacts["namesake" if "user" in head else "amina"] = head["contact_id"]
    return contacts


def found_by(desk: RetentionDesk, typed: str) -> list[str]:
    """Contacts on the first page of a search."""
    return desk.text_search.find_contacts(typed).contacts


def words(*names: str) -> set[str]:
    """These words as they are indexed."""
    return set(map(indexed, names))


def put(desk: RetentionDesk, name: str, number: int, phone: str = "", username: str = "") -> str:
    """Index one more person; return their contact id."""
    contact_id = f"{number:020d}"
    DeskRow(f"contact#{contact_id}", "contact", state="active").save()
    desk.text_index.replace(contact_id, contact_words(name, username, {"phone": phone} if phone else {}))
    return contact_id
