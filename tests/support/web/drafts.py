"""Drafts and what leaves the composer."""

from typing import Any
from urllib.parse import urlencode

from chalicelib.dynamo.builder import attribute_value, plain_item, wire_key
from chalicelib.dynamo.schema import CONTACT
from tests.support.web.desk import Web
from tests.support.web.visiting import Answer, Browser

JSON = {"Accept": "application/json"}


def post(browser: Browser, path: str, fields: dict[str, str]) -> Answer:
    """Post as the page's script does."""
    headers = browser._headers({"Content-Type": "application/x-www-form-urlencoded", **JSON})
    return browser.http("POST", path, headers=headers, body=urlencode({"csrf": browser.token, **fields}))


def keep(browser: Browser, ticket_id: str, text: str, client_id: str = "page-1", order: int = 1, **more: str) -> Answer:
    fields = {"text": text, "client_id": client_id, "order": str(order), **more}
    return post(browser, f"/dashboard/tickets/{ticket_id}/draft", fields)


def drafts(web: Web) -> list[dict[str, Any]]:
    items = web.dynamodb.scan(TableName=web.tables["desk"], ConsistentRead=True)["Items"]
    return [item for item in map(plain_item, items) if item["sk"].startswith("draft#")]


def texts(web: Web, ticket_id: str, direction: str = "out") -> list[str]:
    found = [one for one in web.ticket(ticket_id)["messages"] if one["direction"] == direction]
    return [one["text"] for one in found if one["author"] != "desk"]


def suppress(web: Web, contact_id: str, name: str = "suppressed_at") -> None:
    web.dynamodb.update_item(
        TableName=web.tables["desk"],
        Key=wire_key(CONTACT.key(contact_id)),
        UpdateExpression="SET #name = :now",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":now": attribute_value(web.now)},
    )


def reply(web: Web, ticket_id: str, text: str, by: str = "bolat") -> Any:
    body = {"text": text, "client_id": f"id-{len(text)}-{by}"}
    return web.call("POST", f"/api/v1/tickets/{ticket_id}/replies", body, by=by)
