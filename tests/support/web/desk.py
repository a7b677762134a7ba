"""The whole dashboard and API in one process, on real tables, secrets, keys and accounts of the embedded AWS."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chalice.test import Client as ChaliceClient

from chalicelib.channels.parts import InboundMessage, ReachChanged
from chalicelib.channels.telegram import parse as telegram
from chalicelib.dynamo.clients import client
from chalicelib.profile.load import load_profile
from chalicelib.staff.cognito import CognitoAccounts
from chalicelib.staff.model import Staff
from chalicelib.staff.sessions import csrf_token
from chalicelib.staff.undertaking import signed, undertaking_text
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.http.cookies import SESSION_COOKIE, cookie_name
from chalicelib.wiring import base as wiring
from chalicelib.wiring import web as wiring_web
from tests.support import in_process
from tests.support.aws import Aws
from tests.support.forgetting import forget_wiring
from tests.support.people import TELEGRAM_ACCOUNT
from tests.support.web.accounts import ROLES, Keys
from tests.support.web.accounts import accounts as accounts
from tests.support.web.accounts import keys as keys
from tests.support.web.described import check
from tests.support.web.visiting import PASSWORD, Answer, Browser, email

START = 1_795_000_000_000
TEXT = undertaking_text(load_profile("spoint"), "en")
"""The undertaking that colleagues have signed."""
NAMES = {
    "bolat": "Болат Ахметов",
    "saule": "Сәуле Нұрланова",
    "madina": "Мадина Серікова",
    "dana": "Дана Омарова",
    "erlan": "Ерлан Қасымов",
    "aigul": "Айгүл Тілеуова",
    "newcomer": "Тимур Жақсыбеков",
}
_COLLEAGUES: dict[str, list[dict[str, Any]]] = {}
"""Rows of the colleagues of a user pool, by the id of one of them, once they are known."""


@dataclass
class Web:
    """The desk under test."""

    tables: Mapping[str, str]
    clock_file: Path
    staff: dict[str, str]
    cognito: Any
    dynamodb: Any
    tokens: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1000, 10**9)))

    # -- time

    @property
    def now(self) -> int:
        return wiring.clock()()

    @property
    def seconds(self) -> int:
        return self.now // 1000

    def advance(self, seconds: int) -> None:
        self.clock_file.write_text(str(int(self.clock_file.read_text() or 0) + seconds))

    # -- customers

    def receive(self, message: InboundMessage) -> None:
        wiring.intake().receive(message)

    def reach(self, change: ReachChanged) -> None:
        wiring.intake().change(change)

    def telegram(self, update: Mapping[str, Any]) -> None:
        body = json.dumps({"update_id": next(self.numbers), **update}).encode()
        wiring.intake().store_all(telegram.parse(body, TELEGRAM_ACCOUNT, self.seconds))

    # -- HTTP

    def http(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: str | bytes = b""
    ) -> Answer:
        import app

        with ChaliceClient(app.app) as chalice:
            raw = body.encode() if isinstance(body, str) else body
            answer = chalice.http.request(method, path, headers=dict(headers or {}), body=raw)
        pairs = {name.lower(): value for name, value in answer.headers.items()}
        given = pairs.pop("set-cookie", [])
        flat = {name: value if isinstance(value, str) else value[-1] for name, value in pairs.items()}
        return Answer(answer.status_code, flat, [given] if isinstance(given, str) else given, answer.body.decode())

    def browser(self, name: str = "") -> Browser:
        browser = Browser(self.http)
        if name:
            assert browser.sign_in(name).status == 303
        return browser

    def session(self, name: str, kind: str) -> str:
        """The token of a session of a colleague, opened as signing in opens one. Tests of signing in use `browser` and
        `login`, which know the password."""
        staff = wiring_web.staff().get(self.staff[name])
        assert staff is not None
        return wiring_web.sessions().open(staff, kind, self.now)[0]

    def signed_in(self, name: str) -> Browser:
        """The colleague's own browser, with one session."""
        if name not in self.browsers:
            token = self.session(name, "page")
            self.browsers[name] = Browser(self.http, {cookie_name(SESSION_COOKIE): token}, csrf_token(token))
        return self.browsers[name]

    def token(self, name: str) -> str:
        """The token of the colleague's own session with the API."""
        if name not in self.tokens:
            self.tokens[name] = self.session(name, "api")
        return self.tokens[name]

    def login(self, name: str) -> str:
        """Sign a colleague in at the API; returns the token."""
        answer = self.call("POST", "/api/v1/login", {"email": email(name), "password": PASSWORD}, by="")
        assert answer.status == 200, answer.text
        return str(answer.json["token"])

    def call(self, method: str, path: str, body: Any = None, *, by: str = "bolat", token: str = "") -> Answer:
        """Call the JSON API as a colleague; the answer must be as the description says."""
        headers = {"Content-Type": "application/json"}
        token = token or (self.token(by) if by else "")
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = self.http(method, path, headers=headers, body=b"" if body is None else json.dumps(body))
        check(method, path, answer.status, answer.json)
        return answer

    def tickets(self, query: str = "", *, by: str = "bolat") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.call("GET", f"/api/v1/tickets{query}", by=by).json["items"]
        return items

    def ticket(self, ticket_id: str, *, by: str = "bolat") -> dict[str, Any]:
        answer = self.call("GET", f"/api/v1/tickets/{ticket_id}", by=by)
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json
        return found


def _forget() -> None:
    """Forget what was made of one desk's settings. Templates and texts are the same for all."""
    pages.base.cache_clear()
    forget_wiring()


@pytest.fixture
def web(
    aws: Aws,
    tables: Mapping[str, str],
    keys: Keys,
    accounts: tuple[str, str, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Web]:
    """A fresh desk with its colleagues; only Timur (newcomer) has not signed the undertaking."""
    pool, client_id, staff = accounts
    clock_file = tmp_path / "clock"
    clock_file.write_text("0")
    environment = {
        **{f"TABLE_{name.upper()}": table for name, table in tables.items()},
        **keys.settings,
        "USER_POOL_ID": pool,
        "USER_POOL_CLIENT_ID": client_id,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "CLOCK_FILE": str(clock_file),
        "OPERATOR": "spoint",
        "AWS_ENDPOINT_URL_KMS": in_process.ENDPOINT,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": in_process.ENDPOINT,
    }
    # chalice puts a copy in its place for each call, and of calls in threads the wrong one back.
    monkeypatch.setattr(os, "environ", os.environ)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    _forget()
    wiring.bind_tables()
    _put_colleagues(tables["desk"], staff)
    closed: list[str] = []
    disable = CognitoAccounts.disable

    def noted(self: CognitoAccounts, staff_id: str) -> None:
        closed.append(staff_id)
        disable(self, staff_id)

    monkeypatch.setattr(CognitoAccounts, "disable", noted)
    cognito = aws.client("cognito-idp")
    yield Web(tables, clock_file, staff, cognito, client("dynamodb"))
    for one in closed:  # the next test's colleagues have the same accounts
        cognito.admin_enable_user(UserPoolId=pool, Username=one)
    client.cache_clear()  # the next test may ask the embedded AWS
    _forget()


def _put_colleagues(table: str, staff: Mapping[str, str]) -> None:
    """Write the colleagues' rows: the first time in this process by the desk's own store, later as it left them."""
    if known := _COLLEAGUES.get(staff["bolat"]):
        puts = [{"PutRequest": {"Item": row}} for row in known]
        assert not client("dynamodb").batch_write_item(RequestItems={table: puts})["UnprocessedItems"]
        return
    for name, sub in staff.items():
        roles = frozenset(ROLES[name])
        one = Staff(sub, email(name), NAMES[name], roles, 1, language="en")
        wiring_web.staff().put(one if name == "newcomer" else signed(one, TEXT, START))
    _COLLEAGUES[staff["bolat"]] = client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]


def path_of(location: str) -> str:
    """The path of a redirect."""
    return urlsplit(location).path
