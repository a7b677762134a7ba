"""Which list of tickets a page belongs to: the views, and the query that travels in addresses and forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from chalicelib.channels import registry
from chalicelib.core.errors import BadInput
from chalicelib.core.texts import desk_msg
from chalicelib.staff.model import Staff
from chalicelib.tickets.records import ASSIGNEE_NONE, TicketFilter
from chalicelib.web.dashboard.presenter import Words
from chalicelib.web.http import validators

LIST_FIELDS = ("view", "channel", "tag", "s")
"""Fields of a form or query that name the list from which a ticket was opened."""
_SEALED = re.compile("[A-Za-z0-9_-]{1,2000}")


@dataclass(frozen=True)
class View:
    """A view of the sidebar. `key` is the key pressed after G, by its position on the keyboard (`event.code`)."""

    name: str
    title: str
    icon: str
    state: str
    key: str
    assignee: str = ""


VIEWS = (
    View("mine", desk_msg("Mine"), "user", "open", "KeyM", "me"),
    View("unassigned", desk_msg("Unassigned"), "user-dashed", "open", "KeyU", ASSIGNEE_NONE),
    View("open", desk_msg("All open"), "inbox", "open", "KeyA"),
    View("pending", desk_msg("Pending"), "pending", "pending", "KeyP"),
    View("snoozed", desk_msg("Snoozed"), "snooze", "snoozed", "KeyS"),
    View("solved", desk_msg("Solved"), "solved", "solved", "KeyD"),
    View("closed", desk_msg("Closed"), "lock", "closed", ""),
)
BY_NAME = {view.name: view for view in VIEWS}


@dataclass(frozen=True)
class ListQuery:
    """The list that a staff member looks at. It stands in addresses, so it holds no personal data: of a search only
    the sealed words, `s`."""

    view: View
    channel: str = ""
    tag: str = ""
    s: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "ListQuery":
        """Read the query from an address or a form; other fields are passed over. Raises BadInput."""
        name = given.get("view") or "open"
        if name not in BY_NAME:
            raise BadInput("There is no such list.")
        channel = given.get("channel", "")
        if channel not in ("", *registry.SERVED_IDS):
            raise BadInput("There is no such channel.")
        tag = validators.tags([given["tag"]])[0] if given.get("tag") else ""
        s = given.get("s", "")
        return cls(BY_NAME[name], channel, tag, s if _SEALED.fullmatch(s) else "")

    def path(self, cursor: str = "") -> str:
        """Return the address of the list, or of its page after `cursor`, below /dashboard."""
        return ("/found" if self.s else "") + self.query_string(cursor=cursor)

    def query_string(self, **other: str) -> str:
        """Return the query as the end of an address, with `?`; empty for the usual list. `other` adds parameters."""
        given = {
            "view": self.view.name if self.view.name != "open" else "",
            "channel": self.channel,
            "tag": self.tag,
            "s": self.s,
        }
        kept = {name: value for name, value in {**given, **other}.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def wanted(self, staff: Staff) -> TicketFilter:
        """Return the filter of tickets for this list, as `staff` sees it."""
        assignee = staff.id if self.view.assignee == "me" else self.view.assignee
        return TicketFilter((self.view.state,), self.channel, assignee, self.tag)

    def title(self, words: Words) -> str:
        """Return the heading of the list in the reader's language."""
        if self.s:
            return words.say("Search")
        narrowed = [words.channel(self.channel) if self.channel else "", self.tag]
        view = words.say(self.view.title) if self.view.name != "open" or not any(narrowed) else ""
        return " · ".join(filter(None, [view, *narrowed]))


OPEN_LIST = ListQuery(BY_NAME["open"])
"""All open tickets: the list to which pages belong that were opened from none."""
