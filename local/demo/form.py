"""Fills in the form on the website for the demo, and writes on behind its private link, as a browser without scripts
does."""

import re
import time
from html import unescape

import httpx

from local.demo.desk import DemoStopped

NO_PROGRAM = 3.1
"""Seconds that a page must have been open: the desk takes a quicker one for a program's."""


class Forms:
    """The form of the desk at `url`."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def send(self, fields: dict[str, str], language: str) -> str:
        """Fill the form in; return the private link. Raises DemoStopped."""
        return self._post("/contact", language, fields | {"consent": "yes", "website": ""})

    def write_on(self, link: str, text: str, language: str) -> None:
        """Write behind a private link. Raises DemoStopped."""
        self._post(f"{link}/messages", language, {"text": text})

    def _post(self, path: str, language: str, fields: dict[str, str]) -> str:
        found = re.search('name="page" value="([^"]*)"', self._http.get(path, params={"lang": language}).text)
        if found is None:
            raise DemoStopped("The form was not there: this operator may have none.")
        time.sleep(NO_PROGRAM)
        got = self._http.post(path, params={"lang": language}, data={"page": unescape(found[1]), **fields})
        if not got.is_redirect:
            raise DemoStopped(f"The form was refused with {got.status_code}.")
        return str(got.headers["Location"])
