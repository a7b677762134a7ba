"""The sidebar of every page: views, channels and tags with their counts, and the privacy officer's entry."""

from dataclasses import dataclass

from chalicelib.channels import registry
from chalicelib.staff.model import Staff
from chalicelib.tickets.listing import COUNTED, Counts
from chalicelib.web.dashboard.list_query import BY_NAME, VIEWS, ListQuery, View
from chalicelib.web.dashboard.presenter import Words, capped
from chalicelib.web.http.routes_and_roles import PRIVACY
from chalicelib.wiring import web as wiring_web

TAGS_SHOWN = 6


@dataclass(frozen=True)
class SidebarLink:
    """A line of the sidebar. `address` is below /dashboard; `key` is the key pressed after G."""

    title: str
    icon: str
    address: str
    count: str
    current: bool
    key: str = ""


def sidebar(
    list_query: ListQuery, words: Words, found: Counts, staff: Staff, *, privacy: bool = False
) -> dict[str, list[SidebarLink]]:
    """Return the links of the sidebar, by group. The counts of channels and tags are of open tickets.

    Only a privacy officer gets the group `privacy`. With `privacy=True` the page belongs to the requests about data, so
    no list is marked as the current one.
    """
    more = found.truncated
    mine = {"mine": found.assignees[staff.id], "unassigned": found.assignees[""]}
    plain = not (list_query.channel or list_query.tag or list_query.s or privacy)

    def badge(view: View) -> str:
        if view.name in mine:
            return capped(mine[view.name], more)
        return capped(found.states[view.state]) if view.state in found.states else ""

    def narrowed(title: str, icon: str, number: int, *, channel: str = "", tag: str = "") -> SidebarLink:
        address = ListQuery(BY_NAME["open"], channel, tag).query_string()
        current = list_query.channel == channel if channel else list_query.tag == tag
        return SidebarLink(title, icon, address, capped(number, more), current)

    return {
        "views": [
            SidebarLink(
                words.say(view.title),
                view.icon,
                ListQuery(view).query_string(),
                badge(view),
                plain and view == list_query.view,
                view.key,
            )
            for view in VIEWS
        ],
        "channels": [
            narrowed(words.channel(one), one, found.channels[one], channel=one) for one in registry.SERVED_IDS
        ],
        "tags": [narrowed(tag, "tag", number, tag=tag) for tag, number in found.tags.most_common(TAGS_SHOWN)],
        "privacy": [_requests_link(words, current=privacy)] if staff.may(PRIVACY) else [],
    }


def _requests_link(words: Words, *, current: bool) -> SidebarLink:
    number = wiring_web.request_pages().count_open()
    return SidebarLink(
        words.say("Requests about data"), "shield", "/privacy", capped(number, more=number == COUNTED), current
    )
