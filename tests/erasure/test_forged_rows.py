"""Intake writes contacts and heads, so what such a row says of its own key is not believed: its key is."""

import pytest

from chalicelib.dynamo.builder import attribute_values
from chalicelib.dynamo.schema import CONTACT, HEAD
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import run_task
from tests.support.erasure.person import cast


@pytest.mark.parametrize("forged", ["contact", "head"])
def test_the_barrier_is_raised_around_the_person_and_nobody_else(desk: ErasureDesk, forged: str) -> None:
    """Given a contact or head that names somebody else's key, or none, then the row that was read is changed."""
    amina, person = cast(desk, "amina", "telegram_daniyar")
    request = desk.request_for(person)
    key, name, value = {
        "contact": (CONTACT.key(person.contact_id), "contact_id", amina.contact_id),
        "head": (HEAD.key(person.conversation_id), "conversation_id", amina.conversation_id),
    }[forged]
    theirs, row, head = (amina.row, amina.head), person.row, person.head
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key=attribute_values({"pk": key.pk, "sk": key.sk}),
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"S": value}},
    )
    run_task(desk, "hard_suppress", request)
    assert (amina.row, amina.head) == theirs
    assert (person.row["state"], person.row["epoch"]) == ("erasing", row["epoch"] + 1)
    assert person.head["epoch"] == head["epoch"] + 1
