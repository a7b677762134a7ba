"""Reads what a Telegram message says: one reader for each kind of content.

Source: the Bot API's `Message`. Readers are tried in the order of READERS, because an animation also has
`document` and a venue also has `location`. `text` is readable in any language.
"""

from collections.abc import Callable
from typing import Any

from chalicelib.channels.details import File, Links
from chalicelib.channels.parts import ChatEventKind
from chalicelib.channels.reading import (
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
from chalicelib.channels.shared import Card, Contacts, Dice, Location, Poll

FILE_LIMIT = 20 * 1024 * 1024
"""Bytes up to which `getFile` returns a file. A message with a bigger one is kept with the file's name and size
only."""
_MOST = 30
_ENVELOPE = frozenset(
    "message_id message_thread_id from sender_chat sender_boost_count sender_business_bot date chat text"
    " business_connection_id forward_origin is_topic_message is_automatic_forward reply_to_message quote"
    " external_reply reply_to_story via_bot edit_date has_protected_content is_from_offline media_group_id"
    " author_signature entities link_preview_options effect_id caption caption_entities reply_markup"
    " show_caption_above_media has_media_spoiler".split()
)

LINES: dict[str, ChatEventKind] = {
    "message_auto_delete_timer_changed": "timer_changed",
    "pinned_message": "pinned",
}
"""Service messages that staff should know of, and the activity line for each."""
SERVICE = frozenset(
    {
        *LINES,
        *"boost_added chat_background_set chat_owner_changed chat_owner_left checklist_tasks_added checklist_tasks_done"
        " connected_website delete_chat_photo direct_message_price_changed forum_topic_closed forum_topic_created"
        " forum_topic_edited forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden"
        " giveaway_completed giveaway_created giveaway_winners group_chat_created left_chat_member migrate_from_chat_id"
        " new_chat_members new_chat_photo new_chat_title paid_message_price_changed proximity_alert_triggered"
        " refunded_payment suggested_post_approval_failed suggested_post_approved suggested_post_declined"
        " suggested_post_paid suggested_post_refunded supergroup_chat_created channel_chat_created video_chat_ended"
        " video_chat_participants_invited video_chat_scheduled video_chat_started write_access_allowed".split(),
    }
)
"""Messages that Telegram itself writes into a chat. Source: the service messages of the Bot API's `Message`. Things
that a person gives us on purpose (a payment, a shared contact, data of a web application, a gift) are not among
them."""


def _text(message: dict[str, Any]) -> Content:
    if not isinstance(message["text"], str):
        raise Malformed("text")
    said, cut = body_text(message["text"])
    return Content("text", said, (cut, _links(message, "entities")))


def _links(message: dict[str, Any], name: str) -> Links:
    """Return the addresses behind words and buttons, without which the text is incomplete."""
    rows = as_list(as_dict(message.get("reply_markup")).get("inline_keyboard"))
    buttons = [each for row in rows[:100] for each in as_list(row)[:8]]
    found = (text(as_dict(each).get("url"), 2000) for each in [*as_list(message.get(name))[:100], *buttons[:100]])
    return Links([each for each in found if each])


def _file(file: dict[str, Any]) -> File:
    size = number(file.get("file_size"))
    read = File(
        media_id=ident(file.get("file_id")),
        unique_id=ident(file.get("file_unique_id")),
        mime=text(file.get("mime_type")),
        filename=text(file.get("file_name")),
        size=size,
        duration=number(file.get("duration")),
        width=number(file.get("width")),
        height=number(file.get("height")),
        title=text(file.get("title")),
        performer=text(file.get("performer")),
        too_big=True if size is not None and size > FILE_LIMIT else None,
    )
    if not read.media_id:
        raise Malformed("file")
    return read


def _media(kind: str) -> Callable[[dict[str, Any]], Content]:
    def read(message: dict[str, Any]) -> Content:
        file = _file(as_dict(message[kind]))
        said, cut = body_text(message.get("caption"))
        if kind in ("voice", "audio"):
            file = file._replace(voice=kind == "voice")
        return Content(kind, said, (file, cut, _links(message, "caption_entities")))

    return read


def _photo(message: dict[str, Any]) -> Content:
    sizes = [each for each in as_list(message["photo"]) if isinstance(each, dict)]
    largest = max(sizes, key=lambda each: (number(each.get("width")) or 0) * (number(each.get("height")) or 0))
    said, cut = body_text(message.get("caption"))
    return Content("image", said, (_file(largest), cut, _links(message, "caption_entities")))


def _sticker(message: dict[str, Any]) -> Content:
    sticker = as_dict(message["sticker"])
    moving = sticker.get("is_animated") is True or sticker.get("is_video") is True
    emoji = text(sticker.get("emoji"), 32)
    return Content("sticker", emoji, (_file(sticker)._replace(animated=True if moving else None),))


def _location(message: dict[str, Any]) -> Content:
    place = as_dict(message["location"])
    latitude, longitude = coordinates(place)
    live = True if number(place.get("live_period")) else None
    return Content("location", f"{latitude}, {longitude}", (Location(latitude, longitude, live=live),))


def _venue(message: dict[str, Any]) -> Content:
    venue = as_dict(message["venue"])
    latitude, longitude = coordinates(venue.get("location"))
    name, address = text(venue.get("title")), text(venue.get("address"), 1000)
    said = lines(name, address, f"{latitude}, {longitude}")
    return Content("venue", said, (Location(latitude, longitude, name, address),))


def _contact(message: dict[str, Any]) -> Content:
    contact = as_dict(message["contact"])
    parts = (text(contact.get("first_name")), text(contact.get("last_name")))
    phone = ident(contact.get("phone_number"))
    card = _with_vcard(Card(" ".join(filter(None, parts)), [phone] if phone else []), contact.get("vcard"))
    if not card.name and not phone:
        raise Malformed("contact")
    return Content("contacts", card_line(card), (Contacts([card]),))


def _with_vcard(card: Card, value: object) -> Card:
    """Return the card with company, further phones, mail, web and postal addresses from a contact's vCard; the message
    itself has name and phone."""
    found: dict[str, list[str]] = {"ORG": [], "TITLE": [], "TEL": [], "EMAIL": [], "URL": [], "ADR": []}
    unfolded = body_text(value)[0].replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    for line in unfolded.splitlines()[:100]:
        head, _, said = line.partition(":")
        name = head.partition(";")[0].rpartition(".")[2].upper()
        if name in found and "QUOTED-PRINTABLE" not in head.upper():
            parts = filter(None, said.replace("\\;", ",").split(";"))
            plain = ", ".join(parts) if name in ("ORG", "ADR") else said.removeprefix("tel:")
            shown = text(plain.replace("\\,", ",").strip(", "), 1000)
            found[name] += [shown] if shown and len(found[name]) < _MOST else []
    company = ", ".join(found["ORG"] + found["TITLE"])
    phones = {_digits(each): each for each in (*found["TEL"], *card.phones)}  # the message's own spelling stays
    return card._replace(
        phones=sorted(phones.values(), key=lambda each: each not in card.phones),
        emails=found["EMAIL"],
        organization=company,
        urls=found["URL"],
        addresses=found["ADR"],
    )


def _digits(phone: str) -> str:
    """Return the digits of a number by which two spellings of it are the same: the last ten."""
    return "".join(one for one in phone if one.isdecimal())[-10:] or phone


def _poll(message: dict[str, Any]) -> Content:
    poll = as_dict(message["poll"])
    question = text(poll.get("question"), 1000)
    kept, cut = first(as_list(poll.get("options")), _MOST)
    options = [text(as_dict(each).get("text"), 500) for each in kept]
    if not question:
        raise Malformed("poll")
    said = lines(question, *(f"• {each}" for each in options if each))
    return Content("poll", said, (Poll(question, options), cut))


def _dice(message: dict[str, Any]) -> Content:
    dice = as_dict(message["dice"])
    emoji, value = text(dice.get("emoji"), 32) or "🎲", number(dice.get("value"))
    if value is None:
        raise Malformed("dice")
    return Content("dice", f"{emoji} {value}", (Dice(emoji, value),))


READERS: dict[str, Callable[[dict[str, Any]], Content]] = {
    "photo": _photo,
    "animation": _media("animation"),
    "voice": _media("voice"),
    "audio": _media("audio"),
    "video_note": _media("video_note"),
    "video": _media("video"),
    "sticker": _sticker,
    "document": _media("document"),
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "text": _text,
}


def read_content(message: dict[str, Any]) -> Content:
    """Return what `message` says. Raises one of BAD_DATA, Malformed among them, if it is not understood."""
    for name, read in READERS.items():
        if name in message:
            return read(message)
    raise Malformed(type_of(message))


def type_of(message: dict[str, Any]) -> str:
    """Return the provider's word for the content: the first key that not every message has."""
    for name in READERS:
        if name in message:
            return name
    return next((name for name in message if name not in _ENVELOPE), "none")
