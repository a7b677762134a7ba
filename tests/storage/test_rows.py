"""Every class of item says whose data it holds, why, how long and who destroys it; the tables hold nothing else."""

import pytest

from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.models import DeskRow, IndexRow, KeyRow, bind
from chalicelib.dynamo.schema import CLASSES, ItemClass
from chalicelib.profile.load import load_profile
from tests.intake.conftest import Desk
from tests.intake.conftest import desk as desk
from tests.intake.test_receive_change import started
from tests.intake.test_statuses import update
from tests.people import from_amina, from_daniyar, wamid
from tests.storage.declared import undeclared


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.name)
def test_an_item_class_declares_owner_category_purpose_expiry_and_eraser(one: ItemClass) -> None:
    profile = load_profile("spoint")
    assert one.owner in ("contact", "staff", "desk")
    assert one.expiry and one.eraser
    assert set(one.categories) <= profile.categories.keys()
    if one.owner != "desk":
        assert one.purpose in profile.purposes and one.retention in profile.retention
        assert one.categories or one.name == "key"
    assert not set(one.sealed) & set(one.plain)
    assert not one.sealed or one.owner == "contact"


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
