"""Clients of a running desk for the demo: the API of the phones, and the JSON API of staff."""

import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from local.seed import PASSWORD

SECONDS = 60.0
"""How long the demo waits until the desk has done something."""
T = TypeVar("T")


class DemoStopped(Exception):
    """The demo cannot go on; the message is one line for a person."""


def eventually(look: Callable[[], T | None], what: str) -> T:
    """Call `look` until it returns something, and return that. Raises DemoStopped after SECONDS."""
    deadline = time.monotonic() + SECONDS
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise DemoStopped(f"The desk took longer than {SECONDS:.0f} s: {what}. Its log says why; see make run.")
        time.sleep(0.1)
    return found


class Phones:
    """Plays customers and uses the test controls, through the API of the phones."""

    def __init__(self, url: str) -> None:
        # The desk is on this machine, so a proxy that the environment names must not be used.
        self._http = httpx.Client(base_url=url, timeout=180, trust_env=False)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Return the answer. Raises DemoStopped with the phones' own words."""
        return _answer(self._http.post(path, json=body), path)

    def get(self, path: str) -> Any:
        """Return the answer. Raises DemoStopped with the phones' own words."""
        return _answer(self._http.get(path), path)

    def act(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Let a customer do something and return the result. Raises DemoStopped when the desk refuses the webhook."""
        done: dict[str, Any] = self.post(f"/phones/{path}", body)
        if done["webhook"]["state"] != "sent":
            raise DemoStopped(f"The desk did not take a webhook of {path}: status {done['webhook']['status']}.")
        return done

    def messages(self, channel: str, person: str) -> list[dict[str, Any]]:
        """Return what a customer sees of the desk's first account, oldest first."""
        for chat in self.get("/phones/conversations")["items"]:
            if chat["channel"] == channel and chat["person"]["id"] == person:
                found: list[dict[str, Any]] = chat["messages"]
                return found
        return []

    def now(self) -> float:
        """Return the desk's time in epoch seconds."""
        return float(self.get("/clock")["epoch"])


class Operator:
    """One staff member at the JSON API; signs in when needed."""

    def __init__(self, url: str, email: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1/", timeout=60, trust_env=False)
        self._email = email
        self._token: str | None = None

    def _sign_in(self) -> None:
        body = {"email": self._email, "password": PASSWORD}
        self._token = _answer(self._http.post("login", json=body), "login")["token"]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """Return the answer. Raises DemoStopped with the desk's own words."""
        for again in (True, False):
            if not self._token:
                self._sign_in()
            headers = {"Authorization": f"Bearer {self._token}"}
            got = self._http.request(method, path, json=body, params=query, headers=headers)
            if got.status_code != 401 or not again:
                break
            # The demo moves the desk's clock, so sessions end.
            self._token = None
        return _answer(got, path)

    def find(self, q: str) -> dict[str, Any]:
        """Return the newest ticket of a customer that is not closed, as soon as it is there."""

        def look() -> dict[str, Any] | None:
            items: list[dict[str, Any]] = self.call("GET", "tickets", q=q)["items"]
            return next((one for one in items if one["state"] != "closed"), None)

        return eventually(look, "a ticket did not appear")

    def reply(self, ticket_id: str, text: str) -> None:
        """Answer the customer."""
        self.call("POST", f"tickets/{ticket_id}/replies", {"text": text, "client_id": f"demo-{secrets.token_hex(8)}"})

    def send_template(self, ticket_id: str, name: str, language: str, values: dict[str, str]) -> None:
        """Send a template, as soon as the desk has fetched it."""

        def listed() -> bool | None:
            items = self.call("GET", "templates", ticket_id=ticket_id)["items"]
            return True if any((one["name"], one["language"]) == (name, language) for one in items) else None

        eventually(listed, "a template was not fetched")
        template = {"name": name, "language": language, "values": values}
        body = {"template": template, "client_id": f"demo-{secrets.token_hex(8)}"}
        self.call("POST", f"tickets/{ticket_id}/replies", body)


def _answer(got: httpx.Response, path: str) -> Any:
    if got.is_success:
        return got.json()
    try:
        said = got.json()["message"]
    except (ValueError, KeyError, TypeError):
        said = "no reason given"
    # Only the first part of the path: the rest may name a ticket.
    raise DemoStopped(f"{got.request.method} {path.split('/')[0] or path} was refused with {got.status_code}: {said}")
