"""Every class of item says whose data it holds, why, how long and who destroys it; the tables hold nothing else."""

from pathlib import Path
from typing import Any

import pytest

from chalicelib.channels.registry import CHANNELS
from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.models import DeskRow, IndexRow, KeyRow
from chalicelib.dynamo.rows import bind
from chalicelib.dynamo.schema import CLASSES, KEY, MESSAGE, SECTIONS, TEXT, Expiry, ItemClass
from chalicelib.dynamo.schema.item_class import fields
from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import serving_profiles
from quality import generate
from quality.generate import made
from tests.support.intake.changes import started, update
from tests.support.intake.desk import Desk
from tests.support.intake.desk import desk as desk
from tests.support.people import from_amina, from_daniyar, wamid
from tests.support.storage.declared import undeclared


def missing(one: ItemClass, operator: str = "spoint") -> list[str]:
    """Return what the declaration of an item class lacks, each in a sentence that says what to add."""
    profile, wrong = load_profile(operator), []
    never = {category for row in CHANNELS if row.id not in profile.served for category in row.categories}
    if not profile.served:
        never |= {"shared_items", "unreadable"}  # nothing arrives that could hold them
    where = f"{one.name} (chalicelib/dynamo/schema)"
    if one.section in SECTIONS and not one.found_by:
        wrong.append(f"{where} is erased and nothing leads to it from a person: say in `found_by` what does.")
    if one.section in SECTIONS and one.section != "files" and not one.section.startswith(one.table):
        wrong.append(f"{where} lies in the table {one.table}, and its section is one of another table.")
    if unknown := {*one.categories} - profile.categories.keys() - never:
        wrong.append(f"{where} holds categories that {operator} does not name: {unknown}.")
    if one.owner != "desk" and not (one.purpose in profile.purposes and one.retention in profile.retention):
        wrong.append(f"{where} holds personal data without purpose or retention of the profile: name both.")
    if one.owner != "desk" and not one.categories and one.name != "key":
        wrong.append(f"{where} holds personal data of no category: name those of the profile in `categories`.")
    if one.sealed and one.owner != "contact":
        wrong.append(f"{where} seals fields and is not a contact's: say whose they are in `owner`.")
    return wrong + of_its_end(one, where)


def of_its_end(one: ItemClass, where: str) -> list[str]:
    """Return what the declaration lacks of when its rows are deleted, and who finds them then."""
    wrong = []
    if one.owner == "contact" and one.section not in {*SECTIONS, "request", "expiry"}:
        wrong.append(f"{where} holds data of a contact and no eraser deletes it: say in `section` which one does.")
    if one.expiry.by == "date" and "expires_at" not in one.fields:
        wrong.append(f"{where} is deleted on a date and has none: add `expires_at` to its seconds.")
    if one.expiry.by != "date" and "expires_at" in one.fields and one.name != "alias":
        wrong.append(f"{where} has a date and does not say so: its expiry is `date`.")
    if one.expiry.by == "with" and one.expiry.of not in {other.name for other in CLASSES}:
        wrong.append(f"{where} is deleted with rows of {one.expiry.of!r}, which is no class: name one in `of`.")
    if one.expiry.by == "never" and one.owner != "desk":
        wrong.append(f"{where} holds data of a {one.owner} for ever: say when it is deleted in `expiry`.")
    if one.expiry.by == "date" and one.table == "desk" and one.name != "head" and "gone_at" not in one.fields:
        wrong.append(f"{where} is deleted on a date that DynamoDB does not see: add `gone_at` to its seconds.")
    if one.expiry.by == "date" and not one.expiry.found:
        wrong.append(f"{where} is deleted on a date and nothing finds it then: say in `found` of its expiry what does.")
    if one.expiry.found == "ttl" and one.sealed:
        wrong.append(f"{where} holds content and nobody looks for it on its date: it needs a place of its own.")
    return wrong


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.name)
def test_an_item_class_says_whose_it_is_why_how_long_and_who_deletes_it_under_every_profile(one: ItemClass) -> None:
    assert [lack for operator in serving_profiles() for lack in missing(one, operator)] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"section": "none"}, "no eraser deletes it: say in `section`"),
        ({"found_by": ""}, "say in `found_by`"),
        ({"section": "index.words"}, "section is one of another table"),
        ({"fields": fields(sealed="content", text="contact_id")}, "add `expires_at`"),
        ({"fields": fields(sealed="content", seconds="expires_at")}, "add `gone_at`"),
        ({"expiry": Expiry("with", "with something", of="nothing")}, "name one in `of`"),
        ({"expiry": Expiry("never", "never")}, "for ever: say when"),
        ({"expiry": Expiry("event", "when it is sent")}, "has a date and does not say so"),
        ({"expiry": Expiry("date", "with its ticket")}, "say in `found`"),
        ({"expiry": Expiry("date", "with its ticket", found="ttl")}, "it needs a place of its own"),
        ({"categories": ("shoe_size",)}, "does not name"),
        ({"categories": ()}, "of no category"),
        ({"purpose": ""}, "name both"),
        ({"retention": "for_ever"}, "name both"),
        ({"owner": "staff"}, "say whose they are in `owner`"),
    ],
)
def test_a_declaration_that_lacks_something_is_told_what_to_add(changes: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {
        "owner": "contact",
        "categories": ("message_text",),
        "purpose": "support",
        "retention": "ticket",
        "expiry": Expiry("date", "with its ticket", found="own"),
        "section": "desk.conversation",
        "found_by": "conversation_id",
        "fields": fields(sealed="content", seconds="expires_at gone_at"),
    }
    whole = ItemClass("note", "desk", "conversation#{conversation_id}", "note#{at:013d}", **given)
    assert missing(whole) == []
    lacking = ItemClass("note", "desk", "conversation#{conversation_id}", "note#{at:013d}", **given | changes)
    assert any(said in sentence for sentence in missing(lacking))


def test_keys_are_made_of_their_templates() -> None:
    assert MESSAGE.key("c", 5, "ff") == ("desk", "conversation#c", "message#0000000000005#ff")
    assert TEXT.key("hash", "contact") == ("index", "text#hash", "contact")
    assert KEY.key("contact") == ("keys", "contact", "")
    assert MESSAGE.partition("c") == "conversation#c" and MESSAGE.prefix == "message#"
    with pytest.raises(IndexError):
        MESSAGE.key("c", 5)


@pytest.mark.parametrize("path", made(), ids=lambda path: path.name)
def test_what_is_made_from_the_schema_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == made()[path], "run `python -m quality.generate`"


def test_a_field_with_two_kinds_in_one_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = ItemClass(
        "other", "index", "other#{id}", "other", expiry=Expiry("never", ""), fields=fields(number="words")
    )
    monkeypatch.setattr(generate, "CLASSES", (*CLASSES, other))
    with pytest.raises(ValueError, match=r"other\.words is number, but texts"):
        generate.models()


def test_the_tables_hold_what_is_declared_and_nothing_else(desk: Desk) -> None:
    user = Author((Address("user", "KZ.1"), Address("phone", "77000000107")), "Амина")
    desk.receive(from_amina(sent_at=desk.seconds, author=user))
    desk.receive(from_amina("", sent_at=desk.seconds + 1, author=user, kind="unsupported", raw=b"{}", raw_type="x"))
    desk.receive(
        from_amina("👍", sent_at=desk.seconds + 2, author=user, kind="reaction", target=wamid(), quote=wamid())
    )
    desk.changer()(started(desk))
    desk.receive(from_daniyar(sent_at=desk.seconds, message_id=9, kind="callback"))
    desk.statuses().apply(update("read"), desk.now)
    desk.store().keep_unparsed("telegram", "100000001", "new_kind", b"raw", desk.now)

    assert [line for table in desk.tables for line in undeclared(table, desk.items(table))] == []


def test_what_intake_writes_is_what_the_models_read(desk: Desk) -> None:
    desk.receive(from_amina(sent_at=desk.seconds))
    bind(desk.tables)
    for model, table in ((DeskRow, "desk"), (IndexRow, "index"), (KeyRow, "keys")):
        read = {(row.pk, getattr(row, "sk", "")): row for row in model.scan(consistent_read=True)}
        written = desk.items(table)
        assert len(read) == len(written)
        for item in written:
            row = read[item["pk"], item.get("sk", "")]
            assert {name: value for name, value in item.items() if getattr(row, name) != value} == {}


def test_the_profile_knows_every_purpose_that_messages_leave_for() -> None:
    profile = load_profile("spoint")
    assert profile.allows("support", "whatsapp") and profile.allows("status", "telegram")
    assert not profile.allows("marketing", "whatsapp") and not profile.allows("marketing", "telegram")
