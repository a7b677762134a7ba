"""Says what a page of ours asks for: the categories that a purpose names which is served there, and no others."""

from typing import NamedTuple

from chalicelib.profile.model import Profile

ASKED = ("full_name", "organisation", "email", "phone")
"""Categories that are one line of a page each, in its order. The text of the message is always asked for."""
FILES = "attachments"


class FormFields(NamedTuple):
    """What the page asks for: lines by their category, and whether it takes files."""

    lines: tuple[str, ...]
    files: bool


def fields_of(profile: Profile, channel: str) -> FormFields:
    """Return what the page of a channel asks for. A category counts when messages of one of its purposes leave by the
    channel, and one of its grounds arises there."""
    purposes = {row.id for row in profile.purposes.values() if channel in row.channels}
    grounds = {row.id for row in profile.grounds.values() if channel in row.channels}
    named = {
        row.id
        for row in profile.categories.values()
        if not purposes.isdisjoint(row.purposes) and not grounds.isdisjoint(row.grounds)
    }
    return FormFields(tuple(one for one in ASKED if one in named), FILES in named)
