"""The search for what is left of a person looks for something of every field in which a person's data can lie.

The list of fields comes from the schema; the people of conftest.py must have words of their own in each of them.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from chalicelib.core.ids import MessageRef
from chalicelib.dynamo.schema import CLASSES, SECTIONS, ItemClass
from chalicelib.dynamo.schema.item_class import SEALED, fields
from chalicelib.messages.held_rows import ticket_of
from chalicelib.vault import encryption
from chalicelib.vault.encryption import EncryptionContext, unseal
from chalicelib.vault.model import ContactKey
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.person import Person, cast
from tests.support.storage.declared import class_of

Row = Mapping[str, Any]


def _ref(row: Row) -> MessageRef:
    return MessageRef.of_tail(row["pk"].partition("#")[2], row["sk"].partition("#")[2])


def _held(row: Row) -> MessageRef:
    return MessageRef(row["pk"].partition("#")[2], row["sent_at"], row["sk"].partition("#")[2])


CONTEXTS: dict[str, Callable[[Row], EncryptionContext]] = {
    "message.content": lambda row: encryption.message_content(_ref(row)),
    "message.file": lambda row: encryption.message_file(_ref(row)),
    "message.provider_ids": lambda row: encryption.provider_ids(_ref(row)),
    "upload.content": lambda row: encryption.upload_content(row["sk"].partition("#")[2]),
    "raw.raw": lambda row: encryption.raw_part(_ref(row)),
    "draft.content": lambda row: encryption.draft_content(row["sk"].partition("#")[2]),
    "held.content": lambda row: encryption.message_content(_held(row)),
    "held.raw": lambda row: encryption.raw_part(_held(row)),
    "held.who": lambda row: encryption.ticket_attribute(ticket_of(row["pk"].partition("#")[2]), "who"),
    "held.last": lambda row: encryption.ticket_attribute(ticket_of(row["pk"].partition("#")[2]), "last"),
    "ticket.who": lambda row: encryption.ticket_attribute(row["ticket_id"], "who"),
    "ticket.last": lambda row: encryption.ticket_attribute(row["ticket_id"], "last"),
    **{
        f"contact.{kind}": lambda row, kind=kind: encryption.contact_attribute(row["contact_id"], kind)  # type: ignore[misc]
        for kind in ("profile", "user", "phone", "chat", "mail", "form_link")
    },
}
"""How each sealed field of a person is opened."""
KEYS = {
    "key.sealed_private": "the person's key, which the destruction deletes first",
    "fetch.job": "sealed to the file fetcher's key: tests/attachments opens it",
    "held.job": "sealed to the file fetcher's key, as a fetch holds it",
    "question.farewell": "an address and our own words, sealed to the vault: tests/erasure/test_consent_asked.py",
}
"""Sealed fields that hold no words of a person."""


def said(desk: ErasureDesk, person: Person) -> dict[str, str]:
    """Return all that lies sealed of a person in the clear, by class and field."""
    theirs = person.keys()
    stored = {key: item for key, item in desk.every_item() if key in theirs}
    key = stored["keys", person.contact_id, ""]
    opened = ContactKey(person.contact_id, key["public_key"], key["sealed_private"], key["vault_id"])
    private = desk.vault.open_contact_key(opened)
    found: dict[str, str] = {}
    for (table, _, _), row in stored.items():
        declared = class_of(table, row)
        assert declared is not None
        for field in set(declared.sealed) & row.keys():
            name = f"{declared.name}.{field}"
            if name in CONTEXTS:
                values = row[field] if isinstance(row[field], list) else [row[field]]
                texts = (unseal(private, CONTEXTS[name](row), bytes(value)).decode() for value in values)
                found[name] = found.get(name, "") + "".join(map(_plain, texts))
    return found


def _plain(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def unsearched(classes: Iterable[ItemClass], told: Mapping[str, str], canaries: Iterable[str]) -> list[str]:
    """Return which sealed fields hold no canary, each in a sentence that says what to add."""
    wrong = []
    for one in classes:
        for field in one.sealed if one.section in SECTIONS else ():
            name = f"{one.name}.{field}"
            if name not in CONTEXTS and name not in KEYS:
                wrong.append(f"{name}: say in CONTEXTS how it is opened")
            elif name not in KEYS and not any(canary in told.get(name, "") for canary in canaries):
                wrong.append(f"{name}: nothing searched for lies there: plant it in conftest.py, add it to canaries")
    return wrong


def test_something_of_every_sealed_field_is_searched_for(desk: ErasureDesk) -> None:
    people = cast(desk, "amina", "whatsapp_daniyar", "telegram_daniyar", "email_nurlan", "form_gulnur")
    told: dict[str, str] = {}
    for person in people[1:]:
        for name, text in said(desk, person).items():
            told[name] = told.get(name, "") + text
    canaries = [canary for person in people[1:] for canary in person.canaries]
    assert unsearched(CLASSES, told, canaries) == []


@pytest.mark.parametrize(("kind", "lacks"), [("sealed", "how it is opened"), ("sealed_list", "how it is opened")])
def test_a_new_sealed_field_is_asked_for(kind: str, lacks: str) -> None:
    assert kind in SEALED
    note = ItemClass("note", "desk", "contact#{contact_id}", "note", expiry=CLASSES[0].expiry,
                     fields=fields(**{kind: "text"}), section="desk.contact")  # fmt: skip
    assert [lacks in sentence for sentence in unsearched([note], {}, [])] == [True]
    assert unsearched([CLASSES[0]], {}, []) == [
        f"contact.{field}: nothing searched for lies there: plant it in conftest.py, add it to canaries"
        for field in CLASSES[0].sealed
    ]
