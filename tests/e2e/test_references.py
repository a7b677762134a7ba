"""What a customer deletes is removed by the running desk: by stream, relay and dater, each with its own role."""

from typing import Any

from tests.support.e2e.playing import Play, eventually, new_phone
from tests.support.people import wamid


def _change(play: Play, phone: str, kind: str, about: dict[str, Any]) -> None:
    body = play.text(phone, "")
    (message,) = body["entry"][0]["changes"][0]["value"]["messages"]
    del message["text"]
    message |= {"type": kind, "id": wamid(phone), kind: about}
    assert play.whatsapp(body).status_code == 200


def test_a_message_of_an_earlier_ticket_that_was_deleted_is_gone_from_the_tables(play: Play) -> None:
    phone, first = new_phone(), ""
    first = wamid(phone)
    assert play.whatsapp(play.text(phone, "Құпия 1234", message_id=first)).status_code == 200
    api = play.sign_in()
    old = api.ticket_of(phone)
    assert api.call("PATCH", f"tickets/{old['id']}", {"state": "closed"}).ok
    assert play.whatsapp(play.text(phone, "Тағы сұрақ")).status_code == 200
    new = eventually(lambda: [one for one in api.get(f"tickets?q=%2B{phone}")["items"] if one["id"] != old["id"]])[0]
    edit = {"original_message_id": first, "message": {"type": "text", "text": {"body": "Құпия 2"}}}
    _change(play, phone, "edit", edit)
    _change(play, phone, "revoke", {"original_message_id": first})

    def said() -> list[tuple[str, bool]]:
        return [
            (m["text"], m["deleted"]) for m in api.get(f"tickets/{old['id']}")["messages"] if m["direction"] == "in"
        ]

    eventually(lambda: said() == [("", True)])
    rows = play.desk.client("dynamodb")

    def left() -> list[dict[str, Any]]:
        """Sealed texts of the message: its own, that of its edit, and that of the list."""
        (table,) = [one for one in rows.list_tables()["TableNames"] if one.endswith("desk")]
        found = [item for page in rows.get_paginator("scan").paginate(TableName=table) for item in page["Items"]]
        mine = [one for one in found if one.get("ticket_id", {}).get("S") in (old["id"], new["id"])]
        texts = [one for one in mine if one.get("kind", {}).get("S") == "edit" and "content" in one]
        texts += [one for one in mine if one["pk"]["S"] == f"ticket#{old['id']}" and "last" in one]
        said = [one for one in mine if one.get("direction", {}).get("S") == "in" and "content" in one]
        return texts + [one for one in said if one["ticket_id"]["S"] == old["id"]]

    eventually(lambda: left() == [])


def test_a_customer_is_found_as_people_type(play: Play) -> None:
    phone = new_phone()
    name = f"Ай\u00adгүл Қ{phone[-6:].translate(str.maketrans('0123456789', 'абвгдежзик'))}"
    play.phones("/phones/whatsapp/messages", {"phone": phone, "name": name, "text": "Сәлем"})
    api = play.sign_in()
    ticket = api.ticket_of(phone)
    word = name.split()[1]
    number = f"(%2B{phone[0]}) {phone[1:]}"
    for typed in (f"айгул {word}", word[:4], word.replace("Қ", "к"), f"№{ticket['number']}", number):
        query = f"tickets?q={typed}"
        eventually(lambda query=query: ticket["id"] in [one["id"] for one in api.get(query)["items"]])
