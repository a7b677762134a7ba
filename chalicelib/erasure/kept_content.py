"""What is kept of one row of a person, by the categories that two officers have decided. Pure.

Nothing is kept of files, drafts, what waits to be sent, and what was held before the person consented.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from chalicelib.channels import registry
from chalicelib.channels.reading import as_dict
from chalicelib.channels.shared import GIVEN

OF_TICKETS = ("number", "state", "priority", "tags", "created_at", "solved_at", "closed_at")
OF_MESSAGES = ("direction", "kind", "sent_at", "arrived_at", "status")
Kept = Mapping[str, Any]
"""Values by their names; empty when nothing of the row is kept."""


def of_contact(channel: str, opened: Mapping[str, str], categories: Collection[str]) -> Kept:
    """Return name and addresses. `opened` are the contact's profile and addresses in the clear."""
    profile, names = json.loads(opened.get("profile") or "{}"), registry.channel(channel).names
    kept = {name: profile[name] for name, of in names.items() if of in categories and profile.get(name)}
    kinds = registry.KINDS_OF_ADDRESS.values()
    return kept | {one.id: opened[one.id] for one in kinds if one.category in categories and opened.get(one.id)}


def of_ticket(row: Mapping[str, Any], categories: Collection[str]) -> Kept:
    """Return number, state, tags and times of a ticket."""
    return _some(row, OF_TICKETS) if "ticket_data" in categories else {}


def of_message(row: Mapping[str, Any], content: Mapping[str, Any], categories: Collection[str]) -> Kept:
    """Return text and metadata of a message, and what the person typed with it about themselves; of a comment, which is
    data of its ticket, its text and time. `content` is what the row holds sealed."""
    details = as_dict(content.get("details"))
    said = _some({**details, **content}, ("subject", "text"))
    if row.get("direction") == "note":
        is_comment = row.get("kind") == "comment" and "ticket_data" in categories
        return {**said, **_some(row, ("direction", "kind", "sent_at"))} if is_comment and said else {}
    if row.get("direction") not in ("in", "out"):
        return {}
    metadata = _some(row, OF_MESSAGES) if "message_metadata" in categories else {}
    typed = _some(details, [name for name, of in GIVEN.items() if of in categories])
    return {**(said if "message_text" in categories else {}), **typed, **metadata}


def _some(row: Mapping[str, Any], names: Collection[str]) -> Kept:
    return {name: row[name] for name in names if row.get(name)}
