"""Somebody writes from addresses whose former owners are over: by the end of their retention, by the loss of their key,
or by neither. The message is stored in one call, for one person."""

import pytest

from chalicelib.core.addresses import Address, Author
from chalicelib.dynamo.builder import attribute_values
from chalicelib.messages.ingest import Outcome
from tests.support.intake.desk import Desk
from tests.support.intake.fences import aliases
from tests.support.people import WHATSAPP_ACCOUNT, from_amina

PHONE, OTHER_PHONE = Address("phone", "77010000003"), Address("phone", "77010000002")
USER = Address("user", "KZ.2222222222222")


def write(desk: Desk, *addresses: Address, text: str) -> Outcome:
    desk.now += 60_000
    return desk.receive(from_amina(text, sent_at=desk.seconds, provider_id=f"wamid.{text}", author=Author(addresses)))


def over(desk: Desk, contact_id: str, how: str) -> None:
    """Let a contact be over, as if nothing of it had been swept yet."""
    (head,) = (one for one in desk.of("head") if one["contact_id"] == contact_id)
    if how == "ended":
        item = attribute_values(head | {"expires_at": desk.seconds - 1})
        desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=item)
    elif how == "keyless":
        desk.dynamodb.delete_item(TableName=desk.tables["keys"], Key=attribute_values({"pk": contact_id}))


@pytest.mark.parametrize("of_user", ["living", "ended", "keyless"])
@pytest.mark.parametrize("of_phone", ["living", "ended", "keyless"])
def test_each_address_may_have_had_an_owner_of_its_own(desk: Desk, of_user: str, of_phone: str) -> None:
    assert write(desk, PHONE, text="a") is Outcome.STORED
    (first,) = (one["contact_id"] for one in desk.of("contact"))
    assert write(desk, USER, OTHER_PHONE, text="b") is Outcome.STORED
    (second,) = (one["contact_id"] for one in desk.of("contact") if one["contact_id"] != first)
    over(desk, first, of_phone)
    over(desk, second, of_user)

    assert write(desk, USER, PHONE, text="c") is Outcome.STORED
    (writer,) = (one["contact_id"] for one in desk.messages() if one["sent_at"] == desk.seconds * 1000)
    lives = {second: of_user, first: of_phone}
    assert writer == next((one for one, state in lives.items() if state == "living"), writer)
    assert lives.get(writer, "living") == "living", "nothing is written to who is over"
    found = aliases(desk)
    names = [desk.address_key.address("whatsapp", WHATSAPP_ACCOUNT, one) for one in (USER, PHONE)]
    assert {found[name]["contact_id"] for name in names} == {writer}
