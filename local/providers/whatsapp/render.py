"""What a message of the desk looks like on a WhatsApp phone: its text and its buttons."""

from typing import Any

from local.phones.store import Key


def text_of(body: dict[str, Any], kind: str) -> str:
    """The words that the customer reads. Emphasis and layout are left out."""
    content = body[kind]
    if kind == "contacts":
        return "\n".join(card["name"]["formatted_name"] for card in content)
    if kind == "template":
        values = [
            str(parameter.get("text", parameter.get("payload", "")))
            for component in content.get("components") or []
            for parameter in component.get("parameters") or []
        ]
        return f"[{content['name']}, {content['language']['code']}] " + " · ".join(values)
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
    """Buttons and list rows, in order."""
    if kind == "template":
        buttons = [part for part in body[kind].get("components") or [] if part.get("type") == "button"]
        payloads = [p for button in buttons for p in button.get("parameters") or [] if p.get("payload")]
        return tuple(Key(str(p["payload"]), str(p.get("text") or p["payload"]), kind="button") for p in payloads)
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
    """The words of a customer's own message, for their side of the chat."""
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
