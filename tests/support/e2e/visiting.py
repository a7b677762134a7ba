"""The pages of the running desk, as a browser without scripts sees them."""

from typing import Any

import requests

from tests.support.e2e.playing import SECONDS, Play
from tests.support.web.visiting import PASSWORD, Answer, Browser


def http(play: Play) -> Any:
    """What a browser without scripts speaks with."""

    def call(method: str, path: str, *, headers: Any = None, body: Any = b"") -> Answer:
        url = path if path.startswith("http") else f"{play.desk.url}{path}"
        got = requests.request(method, url, headers=headers, data=body, timeout=SECONDS, allow_redirects=False)
        kept = [value for name, value in got.raw.headers.items() if name.lower() == "set-cookie"]
        return Answer(got.status_code, {name.lower(): value for name, value in got.headers.items()}, kept, got.text)

    return call


def colleague(play: Play, email: str) -> Browser:
    """The browser of a colleague who has signed in."""
    browser = Browser(http(play))
    browser.get("/dashboard/sign-in")
    answer = browser.post("/dashboard/sign-in", {"email": email, "password": PASSWORD, "next": ""})
    assert answer.status == 303, answer.text
    return browser
