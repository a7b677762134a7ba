"""The list of tickets: views in the rail, rows, search, the list of keys."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib.core.addresses import MESSENGERS
from chalicelib.core.errors import BadInput
from chalicelib.core.observability import audit
from chalicelib.staff.model import Staff
from chalicelib.tickets.listing import COUNTED, Counts, counts, page
from chalicelib.tickets.model import State
from chalicelib.tickets.records import ASSIGNEE_NONE, Page, Ticket, TicketFilter
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.dashboard.presenter import Words, capped
from chalicelib.web.http import validators as fields
from chalicelib.web.http.request import HttpRequest
from chalicelib.web.http.routes import PRIVACY
from chalicelib.web.labels import desk_msg
from chalicelib.wiring import web as wiring_web

PER_PAGE = 50
TAGS_SHOWN = 6
_SEALED = re.compile("[A-Za-z0-9_-]{1,2000}")


@dataclass(frozen=True)
class View:
    """An entry of the rail. `key` is the second key after G, by its position on the keyboard."""

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
class Place:
    """Which list a colleague is in; travels in the addresses of pages, holds nothing personal: of a search only the
    sealed words, `s`."""

    view: View
    channel: str = ""
    tag: str = ""
    s: str = ""

    @classmethod
    def of(cls, given: dict[str, str]) -> "Place":
        """Read it from a query or form. Raises BadInput."""
        name = given.get("view") or "open"
        if name not in BY_NAME:
            raise BadInput("There is no such list.")
        channel = given.get("channel", "")
        if channel not in ("", *MESSENGERS):
            raise BadInput("There is no such channel.")
        tag = fields.tags([given["tag"]])[0] if given.get("tag") else ""
        s = given.get("s", "")
        return cls(BY_NAME[name], channel, tag, s if _SEALED.fullmatch(s) else "")

    def address(self) -> str:
        """Where the list is, below /dashboard."""
        return ("/found" if self.s else "") + self.query()

    def query(self, **other: str) -> str:
        """As the end of an address, with `?` when there is anything to say."""
        given = {
            "view": self.view.name if self.view.name != "open" else "",
            "channel": self.channel,
            "tag": self.tag,
            "s": self.s,
        }
        kept = {name: value for name, value in {**given, **other}.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    def wanted(self, staff: Staff) -> TicketFilter:
        """What to read."""
        assignee = staff.id if self.view.assignee == "me" else self.view.assignee
        return TicketFilter((self.view.state,), self.channel, assignee, self.tag)


@dataclass(frozen=True)
class Entry:
    """A line of the rail."""

    title: str
    icon: str
    address: str
    count: str
    current: bool
    key: str = ""


def rail(place: Place, words: Words, found: Counts, staff: Staff, *, privacy: bool = False) -> dict[str, list[Entry]]:
    """Views, channels and tags with bounded badges. Those of channels and tags count open tickets. The privacy officer
    sees the requests about data, too; with `privacy` that is where the page belongs."""
    more = found.truncated
    mine = {"mine": found.assignees[staff.id], "unassigned": found.assignees[""]}
    plain = not (place.channel or place.tag or place.s or privacy)
    officer = staff.may(PRIVACY)
    asked = wiring_web.request_pages().count_open() if officer else 0

    def badge(view: View) -> str:
        if view.name in mine:
            return capped(mine[view.name], more)
        return capped(found.states[view.state]) if view.state in found.states else ""

    return {
        "views": [
            Entry(words.say(v.title), v.icon, Place(v).query(), badge(v), plain and v == place.view, v.key)
            for v in VIEWS
        ],
        "channels": [
            Entry(
                words.channel(one), one, Place(BY_NAME["open"], one).query(), capped(found.channels[one], more),
                place.channel == one,
            )
            for one in MESSENGERS
        ],
        "tags": [
            Entry(tag, "tag", Place(BY_NAME["open"], "", tag).query(), capped(count, more), place.tag == tag)
            for tag, count in found.tags.most_common(TAGS_SHOWN)
        ],
        "privacy": [Entry(words.say("Requests about data"), "shield", "/privacy", _asked(asked), privacy)]
        if officer else [],
    }  # fmt: skip


def leading(tickets: Sequence[Ticket], place: Place) -> list[Ticket]:
    """The tickets as a list shows them: among open ones those lead of which a message of ours was not delivered."""
    return sorted(tickets, key=lambda one: one.undelivered is None) if place.view.state == State.OPEN else list(tickets)


def _asked(number: int) -> str:
    return capped(number, more=number == COUNTED)


def title_of(place: Place, words: Words) -> str:
    """What the list is called."""
    if place.s:
        return words.say("Search")
    parts = [words.say(place.view.title)] if place.view.name != "open" or not (place.channel or place.tag) else []
    return " · ".join([*parts, *([words.channel(place.channel)] if place.channel else []), *filter(None, [place.tag])])


def colleagues() -> dict[str, str]:
    """Names of colleagues by id."""
    return {one.id: one.name for one in wiring_web.staff().all()}


def queue(call: HttpRequest) -> Response:
    """GET the list"""
    fields.only(call.query, ("view", "channel", "tag", "cursor"), "parameter")
    return plain_list(call, Place.of(dict(call.query)), call.query.get("cursor", ""))


def plain_list(call: HttpRequest, place: Place, cursor: str = "", notice: str = "") -> Response:
    """The page of a list that is no search, with a sentence above it if there is one to say."""
    desk = wiring_web.desk()
    found = page(desk, place.wanted(call.colleague), call.now, PER_PAGE, cursor)
    audit("list_read", count=len(found.items), staff_id=call.colleague.id)
    words = pages.words_for(call, call.now, colleagues())
    tally = counts(call.now)
    count = _count(place, tally, call.colleague)
    return list_page(call, words, place, found, tally, count=count, notice=notice and words.say(notice))


def _count(place: Place, tally: Counts, staff: Staff) -> str:
    if place.tag or place.channel:
        number = tally.tags[place.tag] if place.tag else tally.channels[place.channel]
        return capped(number, tally.truncated) if not (place.tag and place.channel) else ""
    if place.view.assignee:
        return capped(tally.assignees[staff.id if place.view.assignee == "me" else ""], tally.truncated)
    return capped(tally.states[place.view.state]) if place.view.state in tally.states else ""


def list_page(
    call: HttpRequest,
    words: Words,
    place: Place,
    found: Page,
    tally: Counts,
    *,
    count: str,
    q: str = "",
    notice: str = "",
) -> Response:
    """The page of a list: of a search when there are words `q`."""
    return pages.page(
        "queue.html",
        call,
        words=words,
        place=place,
        rail=rail(place, words, tally, call.colleague),
        tickets=found.items if q else leading(found.items, place),
        next_query=place.query(cursor=found.cursor) if found.cursor else "",
        first=not call.query.get("cursor"),
        title=title_of(place, words),
        count=count,
        q=q,
        notice=notice,
        tally=tally,
    )


def keys(call: HttpRequest) -> Response:
    """GET the list of keys"""
    fields.only(call.query, (), "parameter")
    words = pages.words_for(call, call.now)
    place = Place(BY_NAME["open"])
    return pages.page(
        "keys.html",
        call,
        words=words,
        place=place,
        rail=rail(place, words, counts(call.now), call.colleague),
        views=VIEWS,
    )
