"""Reads what a WhatsApp message says: one reader for each message type.

Source: Meta's "messages webhook reference". A reader takes the message and returns its Content, or raises one of
BAD_DATA, Malformed among them; then the message becomes "unsupported". `text` is readable in any language; ids and
numbers are in `details`.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.channels.details import Beside, Cut, Edit, File, Links, Press, Reaction
from chalicelib.channels.reading import (
    NOT_CUT,
    Content,
    Malformed,
    as_dict,
    as_list,
    body_text,
    card_line,
    coordinates,
    first,
    ident,
    lines,
    number,
    text,
)

if TYPE_CHECKING:
    from chalicelib.channels.shared import Card, Item

_MOST = 30
"""Cards, or lines of an order, that are kept of one message."""
_LONG = 1000


def _body(message: dict[str, Any], name: str) -> dict[str, Any]:
    body = message.get(name)
    if not isinstance(body, dict):
        raise Malformed(name)
    return body


def _text(message: dict[str, Any]) -> Content:
    body = _body(message, "text")
    if not isinstance(body.get("body"), str):
        raise Malformed("text")
    said, cut = body_text(body["body"])
    return Content("text", said, (cut,))


def _media(kind: str) -> Callable[[dict[str, Any]], Content]:
    def read(message: dict[str, Any]) -> Content:
        body = _body(message, kind)
        # A `url` beside it is valid for five minutes, the id for seven days: so the id is kept.
        file = File(
            media_id=ident(body.get("id")),
            mime=text(body.get("mime_type")),
            sha256=text(body.get("sha256")),
            filename=text(body.get("filename")),
            animated=True if body.get("animated") is True else None,
        )
        if not file.media_id:
            raise Malformed(kind)
        said, cut = body_text(body.get("caption"))
        if kind != "audio":
            return Content(kind, said, (file, cut))
        voice = body.get("voice") is True
        return Content("voice" if voice else "audio", said, (file._replace(voice=voice), cut))

    return read


def _location(message: dict[str, Any]) -> Content:
    from chalicelib.channels.shared import Location

    body = _body(message, "location")
    latitude, longitude = coordinates(body)
    name, address = text(body.get("name")), text(body.get("address"), _LONG)
    url = text(body.get("url"), _LONG)
    said = lines(name, address, f"{latitude}, {longitude}")
    return Content("location", said, (Location(latitude, longitude, name, address), Links([url] if url else [])))


def _contacts(message: dict[str, Any]) -> Content:
    from chalicelib.channels.shared import Contacts

    cards = [_card(each) for each in as_list(message.get("contacts")) if isinstance(each, dict)]
    if not cards:
        raise Malformed("contacts")
    kept, cut = first(cards, _MOST)
    return Content("contacts", lines(*map(card_line, kept)), (Contacts(kept, text(message.get("origin"))), cut))


def _card(card: dict[str, Any]) -> "Card":
    from chalicelib.channels.shared import Card

    name, org = as_dict(card.get("name")), as_dict(card.get("org"))
    parts = (text(name.get("first_name")), text(name.get("last_name")))
    places = (
        ", ".join(
            filter(None, (text(as_dict(each).get(name)) for name in ("street", "city", "state", "zip", "country")))
        )
        for each in as_list(card.get("addresses"))
    )
    return Card(
        name=text(name.get("formatted_name")) or " ".join(filter(None, parts)),
        phones=_each(card, "phones", "phone") or _each(card, "phones", "wa_id"),
        emails=_each(card, "emails", "email"),
        organization=", ".join(filter(None, (text(org.get(part)) for part in ("company", "department", "title")))),
        urls=_each(card, "urls", "url"),
        addresses=_few([each for each in places if each]),
    )


def _each(card: dict[str, Any], several: str, one: str) -> list[str]:
    found = [shown for each in as_list(card.get(several)) if (shown := ident(as_dict(each).get(one)))]
    return _few(found)


def _few(found: list[str]) -> list[str]:
    return [*found[:_MOST], "…"] if len(found) > _MOST else found


def _button(message: dict[str, Any]) -> Content:
    body = _body(message, "button")
    said, payload = text(body.get("text"), _LONG), text(body.get("payload"), _LONG)
    if not said and not payload:
        raise Malformed("button")
    # A template's own button: its words are what the person says. Without them it only refers to the template.
    return Content("button", said, (Press(payload),), pressed=not said)


def _interactive(message: dict[str, Any]) -> Content:
    # It may come with a `context` alone; then _body raises Malformed, and the quote is shown.
    body = _body(message, "interactive")
    for name, kind in (("button_reply", "button"), ("list_reply", "list")):
        reply = as_dict(body.get(name))
        said = lines(text(reply.get("title"), _LONG), text(reply.get("description"), _LONG))
        if said or reply.get("id"):
            payload = text(reply.get("id"), _LONG)
            return Content(kind, said, (Press(payload),), pressed=True)
    form = as_dict(body.get("nfm_reply"))
    if not form:
        raise Malformed("interactive")
    from chalicelib.channels.shared import FilledForm

    raw = form.get("response_json")
    answers, fewer = _answers(raw)
    answered = lines(*(f"{name}: {value}" for name, value in answers.items()))
    said, cut = body_text(answered or form.get("body") or raw)
    return Content("form", said, (FilledForm(text(form.get("name")), answers), fewer, cut))


def _answers(raw: object) -> tuple[dict[str, str], Cut]:
    """Return the filled fields of a form as texts, without `flow_token`, which is Meta's own."""
    try:
        fields = json.loads(raw) if isinstance(raw, str) else raw
    except (ValueError, RecursionError):
        return {}, NOT_CUT
    kept, cut = first([one for one in as_dict(fields).items() if one[0] != "flow_token"], _MOST)
    answers = {
        text(name): text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _LONG)
        for name, value in kept
    }
    return answers, cut


def _reaction(message: dict[str, Any]) -> Content:
    body = _body(message, "reaction")
    target, emoji = ident(body.get("message_id")), text(body.get("emoji"), 32)
    if not target:
        raise Malformed("reaction")
    return Content("reaction", emoji, (Reaction(removed=None if emoji else True),), target)


def _order(message: dict[str, Any]) -> Content:
    from chalicelib.channels.shared import Order

    body = _body(message, "order")
    items = [_item(each) for each in as_list(body.get("product_items")) if isinstance(each, dict)]
    note = text(body.get("text"), _LONG)
    if not items and not note:
        raise Malformed("order")
    kept, cut = first(items, _MOST)
    return Content("order", lines(note, *map(_item_line, kept)), (Order(ident(body.get("catalog_id")), kept), cut))


def _item(item: dict[str, Any]) -> "Item":
    from chalicelib.channels.shared import Item

    price = item.get("item_price")
    amount = number(price)
    return Item(
        product=ident(item.get("product_retailer_id")),
        quantity=ident(item.get("quantity")),
        price=text(price, 40) if isinstance(price, str) else "" if amount is None else str(amount),
        currency=text(item.get("currency"), 8),
    )


def _item_line(item: "Item") -> str:
    price = " ".join(filter(None, (item.price, item.currency))) if item.price else ""
    return f"{item.quantity or '?'} × {item.product or '?'}" + (f" — {price}" if price else "")


def _edit(message: dict[str, Any]) -> Content:
    body = _body(message, "edit")
    target, inner = ident(body.get("original_message_id")), as_dict(body.get("message"))
    kind = inner.get("type")
    if not target or not isinstance(kind, str) or kind not in ("text", "image", "video", "document", "audio"):
        raise Malformed("edit")
    content = READERS[kind](inner)
    return Content("edit", content.text, (*content.details, Edit(content.kind)), target)


def _revoke(message: dict[str, Any]) -> Content:
    target = ident(_body(message, "revoke").get("original_message_id"))
    if not target:
        raise Malformed("revoke")
    return Content("revoke", "", (), target)


READERS: dict[str, Callable[[dict[str, Any]], Content]] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "document": _media("document"),
    "sticker": _media("sticker"),
    "audio": _media("audio"),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
}
"""The reader of each message type that is understood; any other type is "unsupported"."""


def beside(message: dict[str, Any], *, undated: bool) -> Beside:
    """Return the details beside a message's content: the advertisement or product that it came from."""
    referral, context = as_dict(message.get("referral")), as_dict(message.get("context"))
    product = as_dict(context.get("referred_product"))
    names = ("source_url", "source_type", "source_id", "headline", "body")
    return Beside(
        referral={name: text(referral.get(name), _LONG) for name in names if referral.get(name)},
        product=ident(product.get("product_retailer_id")),
        frequently_forwarded=True if context.get("frequently_forwarded") is True else None,
        time_unknown=True if undated else None,
    )
