"""Fences laid by hand, as the tasks of an erasure lay, move and open them."""

from collections.abc import Callable
from typing import Any

from chalicelib.channels.parts import NumberChanged
from chalicelib.core.addresses import Address
from chalicelib.core.ids import new_id
from chalicelib.dynamo.builder import attribute_value, attribute_values
from chalicelib.vault.encryption import KeyPair, new_pair
from tests.support.intake.desk import Desk
from tests.support.people import TELEGRAM_ACCOUNT, from_amina


def aliases(desk: Desk) -> dict[str, dict[str, Any]]:
    """All alias rows by their blind names."""
    found = desk.items("index", lambda item: item["sk"] == "alias")
    return {item["pk"].removeprefix("alias#"): item for item in found}


def make_box(desk: Desk, head: dict[str, Any]) -> tuple[dict[str, Any], KeyPair]:
    """The small conversation of a request, as the first task makes it; with its key."""
    pair = new_pair()
    box = {"contact_id": new_id(), "conversation_id": new_id(), "public_key": pair.public,
           "channel": head["channel"], "account": head["account"]}  # fmt: skip
    row = {"pk": f"conversation#{box['conversation_id']}", "sk": "head", **box, "epoch": 1, "aliases": [],
           "last_inbound_at": head["last_inbound_at"], "blocked": False}  # fmt: skip
    desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(row))
    return box, pair


def close_fence(desk: Desk, *, of: str = "", box: dict[str, Any] | None = None) -> tuple[dict[str, Any], KeyPair]:
    """Close the fence around the only person with an alias, or the contact `of`, in one transaction."""
    persons = {item["contact_id"]: item for item in aliases(desk).values() if item["contact_id"] == of or not of}
    ((contact_id, alias),) = persons.items()
    (head,) = desk.items(keep=lambda item: item["sk"] == "head" and item.get("contact_id") == contact_id)
    box, pair = (box, new_pair()) if box else make_box(desk, head)
    raised = {":one": attribute_value(1), ":erasing": attribute_value("erasing")}
    writes: list[dict[str, Any]] = [
        {"Update": {"TableName": desk.tables["desk"], "Key": key(f"contact#{contact_id}", "contact"),
                    "UpdateExpression": "SET #state = :erasing, epoch = epoch + :one",
                    "ExpressionAttributeNames": {"#state": "state"}, "ExpressionAttributeValues": raised}},
        {"Update": {"TableName": desk.tables["desk"], "Key": key(head["pk"], "head"),
                    "UpdateExpression": "SET epoch = epoch + :one",
                    "ExpressionAttributeValues": {":one": attribute_value(1)}}},
    ]  # fmt: skip
    until = desk.seconds + 8 * 86_400
    for name in (*head["aliases"], *head.get("former", ())):
        fence = {"pk": f"fence#{name}", "sk": "fence", "at": desk.now, "closed": True, "request_id": "r" * 20,
                 "box": box, "language": alias.get("language", ""), "expires_at": until}  # fmt: skip
        writes.append({"Put": {"TableName": desk.tables["index"], "Item": attribute_values(fence)}})
        writes.append(
            {"Update": {"TableName": desk.tables["index"], "Key": key(f"alias#{name}", "alias"),
                        "UpdateExpression": "SET fenced = :yes",
                        "ExpressionAttributeValues": {":yes": attribute_value(True)}}}
        )  # fmt: skip
    desk.dynamodb.transact_write_items(TransactItems=writes)
    return box, pair


def erase(desk: Desk) -> None:
    """Delete what lies behind the closed fence, as the erasing tasks do: all but fences and the box."""
    (box,) = {item["box"]["conversation_id"] for item in fences(desk)}
    for table in ("desk", "index", "keys"):
        for item in desk.items(table):
            if item["pk"] != f"conversation#{box}" and not item["pk"].startswith("fence#"):
                sort = {"sk": {"S": item["sk"]}} if "sk" in item else {}
                desk.dynamodb.delete_item(TableName=desk.tables[table], Key={"pk": {"S": item["pk"]}, **sort})


def open_fence(desk: Desk, at: int) -> None:
    """Open the fences after the destruction at `at` (ms)."""
    for item in fences(desk):
        opened = item | {"closed": False, "at": at}
        desk.dynamodb.put_item(TableName=desk.tables["index"], Item=attribute_values(opened))


def fences(desk: Desk) -> list[dict[str, Any]]:
    return desk.items("index", lambda item: item["sk"] == "fence")


def key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


NEW = Address("phone", "77000000199")


def answers(desk: Desk) -> list[dict[str, Any]]:
    """The fixed answers that lie in boxes."""
    boxes = {f"conversation#{fence['box']['conversation_id']}" for fence in fences(desk)}
    return [item for item in desk.messages("out") if item["pk"] in boxes]


def everything(desk: Desk) -> dict[str, Any]:
    """Every item of every table but what lies in boxes."""
    boxes = {f"conversation#{fence['box']['conversation_id']}" for fence in fences(desk)}
    found = {table: desk.items(table) for table in ("desk", "index", "keys")}
    return {f"{table} {item['pk']} {item.get('sk')}": item for table, items in found.items() for item in items
            if item["pk"] not in boxes}  # fmt: skip


class Between:
    """A client that lets something happen once, after the reading and before the transaction."""

    def __init__(self, client: Any, happens: Callable[[], object]) -> None:
        self._client = client
        self._happens: Callable[[], object] | None = happens
        self.transactions = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self.transactions += 1
        happens, self._happens = self._happens, None
        if happens:
            happens()
        return self._client.transact_write_items(**request)


def erased(desk: Desk) -> int:
    """Amina wrote and was erased; return the time of the destruction (ms)."""
    desk.receive(from_amina("бұрынғы", sent_at=desk.seconds))
    close_fence(desk)
    desk.now += 300_000
    destroyed_at = desk.now
    erase(desk)
    open_fence(desk, destroyed_at)
    desk.now += 3_600_000
    return destroyed_at


DANIYAR_MOVED = NumberChanged(
    "telegram", TELEGRAM_ACCOUNT, "500000042:60", Address("chat", "500000042"), Address("chat", "500000043"), 0
)
