"""Reads what Meta tells about templates. Source: Meta's webhooks `message_template_status_update`,
`template_category_update` and `message_template_quality_update`.

A change of category that is announced names the new one in `correct_category` and its time in
`category_update_timestamp`, and `new_category` is still the present one; when it is done, `previous_category` is given.
"""

from collections.abc import Mapping
from typing import Any, Literal

from chalicelib.channels.parts import TemplateChanged
from chalicelib.channels.reading import as_dict, ident, moment, text

FIELDS: Mapping[str, tuple[Literal["status", "category", "quality"], str]] = {
    "message_template_status_update": ("status", "event"),
    "template_category_update": ("category", "new_category"),
    "message_template_quality_update": ("quality", "new_quality_score"),
}
"""By webhook field: what changed, and where its new value stands."""


_SENDABLE_AGAIN = {"REINSTATED": "APPROVED"}
"""Events that are named otherwise than the status that they bring."""


def language_of(value: object) -> str:
    """Return the code of a language as Meta's calls take it: its webhooks have written "en-US" for "en_US"."""
    return text(value, 32).replace("-", "_")


def read(entry: dict[str, Any], field: str, value: object, now: int) -> TemplateChanged | None:
    """Return the change of one template; None when it is not understood. The id of the `entry` is the business account,
    `now` our clock (s)."""
    given, account = as_dict(value), ident(entry.get("id"))
    name = text(given.get("message_template_name"), 512)
    language = language_of(given.get("message_template_language"))
    at = moment(entry.get("time"), now) or now
    if not (account and name and language):
        return None
    what, word = FIELDS[field]
    new = text(given.get(word))
    new = _SENDABLE_AGAIN.get(new, new)
    correct = text(given.get("correct_category")) if what == "category" else ""
    if not new:
        return None
    if correct in ("", new):
        return TemplateChanged("whatsapp", account, name, language, what, new, at)
    since = ident(given.get("category_update_timestamp"))
    correct_since = int(since) if since.isdecimal() and since.isascii() and len(since) <= 11 else at
    return TemplateChanged("whatsapp", account, name, language, what, new, at, correct, correct_since)
