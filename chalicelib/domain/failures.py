"""Which class of failure a provider's code belongs to. Pages say the class in the operator's language
(labels.py).

Sources: Meta, "Cloud API error codes"; the Bot API's descriptions as chalicelib/channels/telegram names them.
"""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "131047": "window_closed",
    "window_closed": "window_closed",
    "blocked": "blocked",
    "131050": "blocked",
    "131026": "undeliverable",
    "131062": "undeliverable",
    "no_address": "undeliverable",
    "bad_address": "undeliverable",
    "chat_not_found": "undeliverable",
    "migrated": "undeliverable",
    "131049": "limited",
    "131051": "unsupported_type",
    "132000": "template",
    "132001": "template",
    "132005": "template",
    "132007": "template",
    "132012": "template",
    "132015": "template",
    "132016": "template",
    "131052": "file",
    "131053": "file",
    "not_allowed": "not_allowed",
    "suppressed": "not_allowed",
    "buttons": "rejected",
    "erased": "erased",
}


def reason_of(code: str) -> str:
    """Return the class of a provider's code: "rejected" for one that is in no list, "unknown" for none."""
    return REASONS.get(code, "rejected" if code else "unknown")
