"""The sidebar of every page: views, channels and tags with their counts, and the privacy officer's entry."""

from dataclasses import dataclass
from typing import Any

from chalice.app import Response

from chalicelib.channels import registry
from chalicelib.core.beside import beside
from chalicelib.outbox.withheld.store import waiting
from chalicelib.staff.model import Staff
from chalicelib.tickets.badges import Badges, Tally, count, read_states
from chalicelib.tickets.model import State, queues_of
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.records import TicketFilter
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.list_query import BY_NAME, OPEN_LIST, VIEWS, ListQuery, View
from chalicelib.web.dashboard.presenter import Words, capped
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.routes_and_roles import PRIVACY, SUPERVISORS
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


def badges(request: HttpRequest, desk: TicketQueries | None = None, shown: TicketFilter | None = None) -> Badges:
    """Count the tickets for the reader's sidebar. A page with a list gives its `desk` and what the list shows, so
    that both are made of the same rows. Raises Unavailable."""
    queues = (desk or wiring_web.desk(request.staff)).queues
    with beside(lambda: read_states(queues, shown)) as states:
        for queue in queues_of(State.OPEN):
            queues.beginning(queue)
        states()
    return count(queues, request.staff.id, shown)


def sidebar(
    list_query: ListQuery, words: Words, found: Badges, staff: Staff, *, page: str = ""
) -> dict[str, list[SidebarLink] | str]:
    """Return the links of the sidebar, by group: of tags the most frequent ones, and the one that is looked at; and how
    many people have not consented yet (`held`), "" for none.

    Only a privacy officer gets the group `privacy`, only a supervisor the replies that wait for one. `page` names a
    page that shows no list, by its address below /dashboard: then no list is the current one.
    """
    plain = not (list_query.channel or list_query.tag or list_query.s or page)

    def badge(view: View) -> str:
        tally = found.of(view.name)
        return capped(*tally) if tally else ""

    def narrowed(title: str, icon: str, tally: Tally, *, channel: str = "", tag: str = "") -> SidebarLink:
        address = ListQuery(BY_NAME["open"], channel, tag).query_string()
        current = list_query.channel == channel if channel else list_query.tag == tag
        return SidebarLink(title, icon, address, capped(*tally), current)

    tags = list(found.tags)[:TAGS_SHOWN]
    if list_query.tag and list_query.tag not in tags:
        tags.append(list_query.tag)
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
        ]
        + (_of_supervisors(words, page) if staff.may(SUPERVISORS) else [])
        + _mailings(words, page),
        "channels": [
            narrowed(words.channel(one.id), one.icon, found.channel(one.id), channel=one.id) for one in registry.SERVED
        ],
        "tags": [narrowed(tag, "tag", found.tag(tag), tag=tag) for tag in tags],
        "held": _held(),
        "privacy": [_requests_link(words, current=page == "privacy")] if staff.may(PRIVACY) else [],
    }


def page_without_list(template: str, request: HttpRequest, words: Words, *, here: str, **values: Any) -> Response:
    """Render a page that shows no list, beside the sidebar; `here` is its `page`. Raises Unavailable."""
    links = sidebar(OPEN_LIST, words, badges(request), request.staff, page=here)
    return pages.page(template, request, words=words, list_query=OPEN_LIST, sidebar=links, **values)


def _held() -> str:
    number = wiring_web.count_held()
    return capped(number) if number else ""


def _requests_link(words: Words, *, current: bool) -> SidebarLink:
    number = wiring_web.request_pages().count_open()
    return SidebarLink(words.say("Requests about data"), "shield", "/privacy", capped(number), current)


def _mailings(words: Words, page: str) -> list[SidebarLink]:
    if not wiring_web.profile().mailed:
        return []
    return [SidebarLink(words.say("News and offers"), "mail", "/mailings", "", page == "mailings")]


def _of_supervisors(words: Words, page: str) -> list[SidebarLink]:
    number = capped(len(waiting(words.now)))
    links = [SidebarLink(words.say("Waits for a supervisor"), "pause", "/withheld", number, page == "withheld")]
    if wiring_web.profile().anonymises:
        links.append(SidebarLink(words.say("Statistics"), "book", "/statistics", "", page == "statistics"))
    return links
