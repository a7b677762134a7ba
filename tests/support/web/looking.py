"""What is new on a ticket's page, and browsers in which scripts run."""

import re

from chalicelib.web.dashboard.seen import SCRIPT_COOKIE
from chalicelib.web.http.cookies import SESSION_COOKIE
from tests.support.web.desk import Web
from tests.support.web.visiting import Browser


def with_scripts(web: Web, name: str) -> Browser:
    """The browser of a colleague in which scripts run."""
    plain = web.signed_in(name)
    return Browser(web.http, {SESSION_COOKIE: plain.cookies[SESSION_COOKIE], SCRIPT_COOKIE: "1"}, plain.token)


def unread(web: Web) -> int:
    return int(web.tickets()[0]["unread"])


def line(page: str) -> tuple[str, int]:
    """The message before which the new ones begin, and how many they are."""
    found = re.search(r'data-fresh="([^"]+)"[^>]*><span>New messages: (\d+)<', page)
    return (found[1], int(found[2])) if found else ("", 0)
