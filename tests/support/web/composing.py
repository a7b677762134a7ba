"""The composer on a page in Chromium."""

from typing import Any

from tests.support.web.chromium import address as address
from tests.support.web.chromium import chromium as chromium
from tests.support.web.chromium import fresh
from tests.support.web.desk import Web

TEXT, NOTE = "textarea[name=text]", "textarea[name=note]"


def ticket_page(chromium: Any, web: Web, address: str, **context: Any) -> Any:
    page = fresh(chromium, **context)
    page.context.add_cookies([{"name": "desk", "value": web.session("bolat", "page"), "url": address}])
    page.clock.install()  # it goes as the real one and can be moved
    page.goto(f"{address}/dashboard/tickets/{web.tickets()[0]['id']}")
    page.wait_for_selector("[data-composer]")
    page.wait_for_timeout(1500)  # the first refresh
    return page


def told(page: Any, text: str) -> None:
    """Wait until this is said beside the box."""
    page.wait_for_selector(f"[data-told] .notice:has-text('{text}')", timeout=45_000)


def texts(web: Web) -> list[str]:
    found = web.ticket(web.tickets()[0]["id"])["messages"]
    return [one["text"] for one in found if one["direction"] == "out" and one["author"] != "desk"]
