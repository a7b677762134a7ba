"""What a visitor without scripts does and gets: answers, cookies, form tokens."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode

PASSWORD = "Local-password-1"


def email(name: str) -> str:
    """A colleague's address."""
    return f"{name}@desk.local"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    set_cookies: list[str]
    text: str

    @property
    def cookies(self) -> dict[str, str]:
        return dict(one.split(";")[0].split("=", 1) for one in self.set_cookies)  # type: ignore[misc]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def location(self) -> str:
        return self.headers["location"]


@dataclass
class Browser:
    """Speaks to the desk as a browser without scripts does: keeps cookies, takes form tokens from pages."""

    http: Callable[..., Answer]
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, path: str, **headers: str) -> Answer:
        return self._keep(self.http("GET", path, headers=self._headers(headers)))

    def post(self, path: str, fields: Mapping[str, str] | None = None, *, csrf: str | None = None) -> Answer:
        token = self.token if csrf is None else csrf
        body = urlencode({"csrf": token, **(fields or {})})
        headers = self._headers({"Content-Type": "application/x-www-form-urlencoded"})
        return self._keep(self.http("POST", path, headers=headers, body=body))

    def search(self, q: str) -> Answer:
        """Search, and go on to what is found."""
        answer = self.post("/dashboard/search", {"q": q})
        return self.get(answer.location) if answer.status == 303 else answer

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        self.get("/dashboard/sign-in")
        answer = self.post("/dashboard/sign-in", {"email": email(name), "password": password, "next": ""})
        if answer.status == 303:
            self.get("/dashboard")
        return answer

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept-Language": "en", **headers, **({"Cookie": jar} if jar else {})}

    def _keep(self, answer: Answer) -> Answer:
        for name, value in answer.cookies.items():
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        if found := re.search(r'name="csrf" value="([^"]*)"', answer.text):
            self.token = unescape(found[1])
        return answer
