"""Rows of `desk` as somebody else changed them."""

from typing import Any

from chalicelib.dynamo.schema import lists
from chalicelib.tickets.writes import to_be_stamped
from tests.support.delivery.desk import DeliveryDesk
from tests.support.intake.desk import Desk
from tests.support.retention.desk import RetentionDesk


def change(desk: DeliveryDesk, pk: str, sk: str, name: str, value: object) -> None:
    from chalicelib.dynamo.builder import attribute_value

    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": attribute_value(value)},
    )


def change_ticket(desk: Desk, **values: object) -> None:
    """Change the only ticket's attributes, as an operator's action would."""
    from chalicelib.dynamo.builder import attribute_value

    (ticket,) = desk.of("ticket")
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": ticket["pk"]}, "sk": {"S": "ticket"}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={f":{name}": attribute_value(value) for name, value in values.items()},
    )


def close(desk: RetentionDesk, ticket: dict[str, Any]) -> int:
    """Close a ticket as the dashboard does; return its date."""
    date = desk.seconds + 90 * 86_400
    for name, value in (
        ("state", "closed"),
        ("queue", "closed#0"),
        ("closed_at", desk.now),
        ("expires_at", date),
        *lists.of_ticket(ticket["ticket_id"], "", 0, date).attributes().items(),
        *to_be_stamped(desk.now).items(),
    ):
        change(desk, ticket["pk"], "ticket", name, value)
    return date


def reopen(desk: RetentionDesk, ticket: dict[str, Any]) -> None:
    desk.dynamodb.update_item(
        TableName=desk.tables["desk"],
        Key={"pk": {"S": ticket["pk"]}, "sk": {"S": "ticket"}},
        UpdateExpression="SET #state = :open REMOVE expires_at, closed_at, #list, place",
        ExpressionAttributeNames={"#state": "state", "#list": "list"},
        ExpressionAttributeValues={":open": {"S": "open"}},
    )
    for name, value in to_be_stamped(desk.now).items():
        change(desk, ticket["pk"], "ticket", name, value)
