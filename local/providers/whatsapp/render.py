"""Renders messages as a WhatsApp phone shows them: text and buttons."""

from typing import Any

from local.phones.store import Key


def text_of(body: dict[str, Any], kind: str) -> str:
    """Return the text that the customer reads, without emphasis and layout."""
    content = body[kind]
    if kind == "contacts":
        return "\n".join(card["name"]["formatted_name"] for card in content)
    if kind == "interactive":
        parts = (content.get("header"), content.get("body"), content.get("footer"))
        return "\n".join(str(part["text"]) for part in parts if isinstance(part, dict) and part.get("text"))
    if kind == "location":
        place = [
            content.get("name"),
            content.get("address"),
            f"{content['latitude']}, {content['longitude']}",
        ]
        return "\n".join(str(line) for line in place if line)
    return str(content.get("body") or content.get("caption") or "")


def keys_of(body: dict[str, Any], kind: str) -> tuple[Key, ...]:
    """Return the buttons and list rows of a message, in order."""
    if kind != "interactive":
        return ()
    action = body[kind]["action"]
    if body[kind].get("type") == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        return tuple(Key(str(row["id"]), str(row["title"]), kind="list_reply") for row in rows)
    if body[kind].get("type") == "cta_url":
        link = action.get("parameters") or {}
        return (Key("", str(link.get("display_text", "")), str(link.get("url", ""))),)
    return tuple(Key(str(b["reply"]["id"]), str(b["reply"]["title"])) for b in action.get("buttons") or [])


def inbound_text(message: dict[str, Any]) -> str:
    """Return the text of a customer's own message."""
    kind = str(message.get("type"))
    content = message.get(kind)
    if kind == "contacts" and isinstance(content, list):
        return "\n".join(str(card.get("name", {}).get("formatted_name", "")) for card in content)
    if not isinstance(content, dict):
        return f"[{kind}]"
    reply = content.get(str(content.get("type")))
    if isinstance(reply, dict):
        return str(reply.get("title") or reply.get("name") or f"[{kind}]")
    words = (content.get(name) for name in ("body", "text", "caption", "name", "address", "latitude"))
    return next((str(word) for word in words if word), "" if content.get("id") else f"[{kind}]")
