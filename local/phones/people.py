"""Finds or adds the person that a request names, and reads the file in it."""

import base64
import binascii
import re
from typing import Any

from local.phones.bodies import Body
from local.phones.errors import Refused
from local.phones.store import CHANNELS, Channel, Person, Store, StoredFile

_DIGEST = re.compile(r"[0-9a-f]{64}")
_USER_ID = re.compile(r"[A-Z]{2}\.[0-9A-Za-z.]{1,125}")


def channel_of(name: str) -> Channel:
    """Return the channel of this name. Raises Refused."""
    for channel in CHANNELS:
        if channel == name:
            return channel
    raise Refused(f"channel must be one of {', '.join(CHANNELS)}.")


def phone_of(text: str) -> str:
    """Return the digits of a phone number as people type it. Raises Refused."""
    digits = re.sub(r"[\s()+.-]", "", text)
    if text and not (digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 15):
        raise Refused("phone must be an international number, for example +7 700 000 01 07.")
    return digits


def resolve(store: Store, channel: Channel, body: Body, *, create: bool = True) -> Person:
    """Return the person that a request names by `person` (an id of the phones), `phone` or `user_id`.

    An unknown person is added, or refused with create=False. Raises Refused.
    """
    if person_id := body.text("person"):
        person = store.person(channel, person_id)
        if person is None:
            raise Refused(f"No such person on {channel}: {person_id}.", 404, "not_found")
        return person
    if channel == "email":
        return _mailbox(store, body)
    phone, user_id, known = _known(channel, body)
    person = store.find(channel, phone=phone, user_id=user_id)
    if person is None and not create:
        raise Refused("Nobody on the phones has this number or id.", 404, "not_found")
    if person is None:
        return store.add_person(channel, known.pop("name") or "Customer", phone=phone, user_id=user_id, **known)
    for name, value in known.items():
        if value:
            setattr(person, name, value)
    person.user_id = person.user_id or user_id
    person.phone = phone or person.phone
    return person


def _mailbox(store: Store, body: Body) -> Person:
    """Return the person with the address `mail`, who is added when nobody has it. Raises Refused."""
    mail = body.text("mail").strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", mail):
        raise Refused("mail must be an address, for example nurlan@example.kz.")
    known = store.find("email", mail=mail)
    name = body.text("name").strip()
    return known or store.add_person("email", name or mail, mail=mail, language=body.text("language"))


def add_person(store: Store, body: Body) -> Person:
    """Add a person to the page. Raises Refused when somebody has this number or id."""
    channel = channel_of(body.text("channel"))
    if channel == "email":
        return _mailbox(store, body)
    phone, user_id, known = _known(channel, body)
    if store.find(channel, phone=phone, user_id=user_id):
        raise Refused("Somebody has this number or id already; choose them under Who.", 409, "conflict")
    return store.add_person(channel, known.pop("name") or "Customer", phone=phone, user_id=user_id, **known)


def _known(channel: Channel, body: Body) -> tuple[str, str, dict[str, str]]:
    phone, user_id = phone_of(body.text("phone")), body.text("user_id").strip()
    if channel == "telegram":
        if not (user_id.isascii() and user_id.isdecimal() and 0 < len(user_id) <= 16):
            raise Refused("user_id must be a Telegram user id, digits only.")
        phone = ""
    elif user_id and not _USER_ID.fullmatch(user_id):
        raise Refused("user_id must be a business-scoped id, for example KZ.20817364509182736455.")
    elif not phone and not user_id:
        raise Refused("Say who writes: phone or user_id.")
    username = body.text("username").strip().removeprefix("@")
    language = body.text("language_code") or body.text("language")
    return phone, user_id, {"name": body.text("name").strip(), "username": username, "language": language}


def file_of(store: Store, body: Body, until: float = float("inf")) -> StoredFile | None:
    """Return the file in a request: an upload, or `file` with name, type and data (base64) or size; else None.

    `file` may have a `sha256` that is not the data's. The provider forgets the file at `until` (epoch seconds).
    """
    if upload := body.files.get("file"):
        return store.add_file(upload.name, upload.type, upload.data, until=until)
    given = body.fields.get("file")
    if given in (None, ""):
        return None
    if not isinstance(given, dict):
        raise Refused("file must be an object with name, type and data (base64) or size.")
    return _declared(store, given, until)


def _declared(store: Store, given: dict[str, Any], until: float) -> StoredFile:
    name, media_type = given.get("name", "file"), given.get("type", "application/octet-stream")
    data, size, digest = given.get("data", ""), given.get("size"), given.get("sha256", "")
    if not isinstance(name, str) or not isinstance(media_type, str) or not isinstance(data, str):
        raise Refused("file.name, file.type and file.data must be text.")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 0):
        raise Refused("file.size must be a number of bytes.")
    if not isinstance(digest, str) or (digest and not _DIGEST.fullmatch(digest)):
        raise Refused("file.sha256 must be 64 hexadecimal digits.")
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise Refused("file.data must be base64.") from error
    return store.add_file(name, media_type, content, size=size, sha256=digest, until=until)
