"""Reads what a caller sends. A field that is unknown, of a wrong type or out of its limits raises BadInput."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from chalicelib.attachments.uploads import MOST_FILES
from chalicelib.core.errors import BadInput, NotFound
from chalicelib.core.ids import MessageRef
from chalicelib.core.normal import shows_nothing

MAX_REPLY = 16_000
MAX_FILE_NAME = 300
MAX_COMMENT = 10_000
MAX_TAGS, MAX_TAG = 20, 30
TAG_DIGITS = 3
"""From so many digits on, a tag might hold somebody's number; such a tag is refused."""
MAX_CHOICES, MAX_CHOICE = 10, 64
MAX_EMOJI = 16
MAX_Q = 200
MAX_EMAIL, MAX_PASSWORD, MAX_CODE = 254, 256, 12
MAX_CHALLENGE = 8000
"""Longest challenge in characters. Cognito's session strings have at most 2048; its access tokens have about 1100,
without a stated limit."""
_ID = re.compile("[0-9a-z]{20}")
_TEAM = re.compile("[a-z][a-z0-9_]{0,31}")
_STAFF_ID = re.compile("[0-9A-Za-z-]{1,64}")
_CLIENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def only(given: Mapping[str, Any], allowed: Collection[str], what: str = "field") -> None:
    """Raise BadInput for an unknown field. The message does not repeat its name, which might hold personal data."""
    if given.keys() - set(allowed):
        raise BadInput(f"There is an unknown {what}. Known: {', '.join(sorted(allowed)) or 'none'}.")


def text(given: Mapping[str, Any], name: str, most: int) -> str:
    """Return a text with LF line ends. Raises BadInput, with the code "empty" for a text that shows nothing."""
    value = given.get(name)
    if not isinstance(value, str):
        raise BadInput(f"The field {name} is wanted as a text.")
    value = lines(value)
    if shows_nothing(value):
        raise BadInput(f"There is nothing to see in the field {name}. Write something.", code="empty")
    if len(value) > most:
        raise BadInput(f"The field {name} is longer than {most} characters. Shorten it.")
    if _CONTROL.search(value) or not encodable(value):
        raise BadInput(f"The field {name} holds characters that cannot be sent. Remove them.")
    return value


def short(given: Mapping[str, Any], name: str, most: int) -> str:
    """Return one line of text without control characters. Raises BadInput."""
    value = text(given, name, most)
    if "\n" in value:
        raise BadInput(f"The field {name} is one line.")
    return value.strip()


def code(given: Mapping[str, Any], name: str, most: int) -> str:
    """Return a one-time code without the spaces in which applications group it. Raises BadInput."""
    return "".join(short(given, name, most).split())


def password(given: Mapping[str, Any], name: str) -> str:
    """Return a password exactly as it was typed. Raises BadInput."""
    value = given.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_PASSWORD or not encodable(value):
        raise BadInput(f"The field {name} is wanted as a text.")
    return value


def quoted(given: Mapping[str, Any], name: str) -> str:
    """Return the reference of a message that is quoted. Raises BadInput with the code quote."""
    value = given.get(name)
    if not isinstance(value, str) or MessageRef.parse(value) is None:
        raise BadInput(f"The field {name} is the id of a message of this conversation.", code="quote")
    return value


def emoji(given: Mapping[str, Any], name: str) -> str:
    """Return an emoji, "" for none; which ones are taken is the channel's to say. Raises BadInput."""
    value = given.get(name)
    if not isinstance(value, str) or len(value) > MAX_EMOJI:
        raise BadInput(f"The field {name} is one emoji, or empty.", code="bad_emoji")
    if not encodable(value):
        raise BadInput(f"The field {name} holds characters that cannot be sent.", code="bad_emoji")
    return value


def choices(value: Any) -> tuple[str, ...]:
    """Return titles of choices, each once. Raises BadInput with the code choices."""
    wanted = f"The field choices is a list of at most {MAX_CHOICES} short texts of one line, each another one."
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise BadInput(wanted, code="choices")
    found = [" ".join(one.split()) for one in value if one.strip()]
    shown = all(len(one) <= MAX_CHOICE and not _CONTROL.search(one) and encodable(one) for one in found)
    if (
        len(value) > MAX_CHOICES
        or len(found) < len(value)
        or len(set(found)) < len(found)
        or not shown
        or any(map(shows_nothing, found))
    ):
        raise BadInput(wanted, code="choices")
    return tuple(found)


def word(given: Mapping[str, Any], name: str, allowed: Collection[str]) -> str:
    """Return a value that is one of the allowed words. Raises BadInput."""
    value = given.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise BadInput(f"The field {name} is one of: {', '.join(sorted(allowed))}.")
    return value


def whole(given: Mapping[str, str], name: str, least: int, most: int) -> int:
    """Return a whole number of a query. Raises BadInput."""
    value = given[name]
    if not re.fullmatch("[0-9]{1,15}", value) or not least <= int(value) <= most:
        raise BadInput(f"The parameter {name} is a whole number from {least} to {most}.")
    return int(value)


def is_client_id(value: str) -> bool:
    """Tell whether a value has the form of an id that a caller chose."""
    return _CLIENT_ID.fullmatch(value) is not None


def lines(value: str) -> str:
    """Return a text with LF line ends; forms send CR LF."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def client_id(given: Mapping[str, Any], name: str = "client_id") -> str:
    """Return the caller's own id of a reply or comment, which shows repetitions. Raises BadInput."""
    value = given.get(name)
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise BadInput(f"The field {name} is wanted: 1 to 100 letters, digits, or _ . : -")
    return value


def form_id(given: Mapping[str, Any], name: str = "client_id") -> str:
    """Return the id that a page has drawn for what its form makes. Raises BadInput."""
    value = given.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadInput(f"The field {name} is wanted: the 20 letters and digits that the page has drawn.")
    return value


def tags(value: Any) -> tuple[str, ...]:
    """Return tags in lower case, each once, in the given order.

    Raises BadInput with the code of the broken rule: tag_count, tag_length, tag_signs, tag_private.
    """
    if not isinstance(value, list | tuple) or len(value) > MAX_TAGS:
        raise BadInput(f"The field tags is a list of at most {MAX_TAGS} texts.", code="tag_count")
    return tuple(dict.fromkeys(_tag(one) for one in value))


def _tag(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput("A tag is a text.")
    tag = " ".join(unicodedata.normalize("NFC", value).split()).lower()
    if not tag or len(tag) > MAX_TAG:
        raise BadInput(f"A tag has 1 to {MAX_TAG} characters. Tags must not hold personal data.", code="tag_length")
    if _CONTROL.search(tag) or "," in tag or not encodable(tag):
        raise BadInput("A tag has no comma and no control characters.", code="tag_signs")
    if "@" in tag or sum(one.isdigit() for one in tag) >= TAG_DIGITS:
        raise BadInput(
            "A tag has no @ and at most two digits: tags must not hold personal data, and are not sealed.",
            code="tag_private",
        )
    return tag


def is_staff_id(value: str) -> bool:
    """Tell whether a value has the form of a staff id, which Cognito makes."""
    return _STAFF_ID.fullmatch(value) is not None


def staff_id(path: Mapping[str, str], name: str = "id") -> str:
    """Return the staff id in the path. Raises NotFound for another form."""
    return path_id(path, name, _STAFF_ID)


def path_id(path: Mapping[str, str], name: str = "id", form: re.Pattern[str] = _ID) -> str:
    """Return the id in the path. Raises NotFound for another form, since no such id exists."""
    value = path.get(name, "")
    if not form.fullmatch(value):
        raise NotFound("There is nothing here, or its retention has ended.")
    return value


def team_id(given: Mapping[str, Any], name: str) -> str:
    """Return a text that may be the id of a team. Raises BadInput for another form."""
    value = given.get(name)
    if not isinstance(value, str) or not _TEAM.fullmatch(value):
        raise BadInput(f"The field {name} is the id of a team of the company.")
    return value


def team_or_none(given: Mapping[str, Any], name: str) -> str:
    """Return such a text, or "" for no team. Raises BadInput."""
    return "" if given.get(name) == "" else team_id(given, name)


def reply_text(given: Mapping[str, Any], name: str) -> str:
    """Return the text of a reply, "" for none. Raises BadInput."""
    return text(given, name, MAX_REPLY) if given.get(name) != "" else ""


def upload_ids(given: Mapping[str, Any], name: str) -> list[str]:
    """Return ids of files that were brought for a reply, each once. Raises BadInput."""
    value = given.get(name)
    if not isinstance(value, list) or len(value) > MOST_FILES or len(set(map(str, value))) < len(value):
        raise BadInput(f"The field {name} is a list of at most {MOST_FILES} different ids.", code="too_many_files")
    if not all(isinstance(one, str) and _ID.fullmatch(one) for one in value):
        raise BadInput(f"The field {name} holds something that is no id of an attachment.", code="file_missing")
    return value


def file_ref(given: Mapping[str, str], name: str = "id") -> tuple[MessageRef, int]:
    """Return the reference of a message and the number of one of the files that staff sent with it; 0 for the file that
    a customer sent. Raises NotFound for another form."""
    ref, number = MessageRef.parse_piece(given.get(name, ""))
    if ref is None:
        raise NotFound("There is nothing here, or its retention has ended.")
    return ref, number


def file_id(given: Mapping[str, str], name: str) -> str:
    """Return the id of a file. Raises NotFound for another form."""
    file_ref(given, name)
    return given[name]


def message_ref(given: Mapping[str, str], name: str = "id") -> MessageRef:
    """Return the reference of a message. Raises NotFound for another form, since no such message exists."""
    ref = MessageRef.parse(given.get(name, ""))
    if ref is None:
        raise NotFound("There is nothing here, or its retention has ended.")
    return ref


def encodable(value: str) -> bool:
    """Tell whether a text can be written as UTF-8. JSON can hold lone surrogates, which cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
