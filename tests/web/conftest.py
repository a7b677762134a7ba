"""The whole dashboard and API in one process, on real tables, secrets, keys and accounts of the embedded AWS."""

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from chalice.test import Client as ChaliceClient

import chalicelib.core.settings
from chalicelib.channels.parts import InboundMessage, ReachChanged
from chalicelib.channels.telegram import parse as telegram
from chalicelib.dynamo.clients import client
from chalicelib.staff.model import Staff
from chalicelib.staff.sessions import csrf_token
from chalicelib.vault.encryption import encode_key, fingerprint, new_pair
from chalicelib.web.dashboard import rendering as pages
from chalicelib.web.http.cookies import SESSION_COOKIE, cookie_name
from chalicelib.wiring import base as wiring
from chalicelib.wiring import delivery as wiring_delivery
from chalicelib.wiring import erasure as wiring_erasure
from chalicelib.wiring import privacy_stores as wiring_stores
from chalicelib.wiring import requests as wiring_requests
from chalicelib.wiring import web as wiring_web
from tests.conftest import Aws
from tests.people import TELEGRAM_ACCOUNT, WHATSAPP_ACCOUNT
from tests.web.described import check

PASSWORD = "Local-password-1"
START = 1_795_000_000_000
ROLES = {
    "bolat": ("operator",),
    "saule": ("operator",),
    "madina": ("supervisor",),
    "dana": ("privacy_officer",),
    "erlan": ("privacy_officer",),
    "aigul": ("administrator",),
    "newcomer": ("operator",),
}
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


def _clear_caches() -> None:
    """Forget what was made of one desk's settings. Templates and texts are the same for all."""
    pages.base.cache_clear()
    for module in (
        wiring,
        wiring_web,
        wiring_delivery,
        wiring_stores,
        wiring_requests,
        wiring_erasure,
        chalicelib.core.settings,
    ):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear") and thing.__module__ == module.__name__:
                thing.cache_clear()


@pytest.fixture(scope="session")
def accounts(aws: Aws) -> tuple[str, str, dict[str, str]]:
    """A user pool with every colleague: its id, its client's id, and the colleagues' ids by name."""
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName=f"staff-{secrets.token_hex(4)}", UsernameAttributes=["email"], MfaConfiguration="OFF"
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    client_id = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="desk",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return pool, client_id, {name: _account(cognito, pool, email(name)) for name in ROLES}


def _account(cognito: Any, pool: str, address: str) -> str:
    user = cognito.admin_create_user(
        UserPoolId=pool,
        Username=address,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}],
    )["User"]
    cognito.admin_set_user_password(UserPoolId=pool, Username=address, Password=PASSWORD, Permanent=True)
    return next(str(one["Value"]) for one in user["Attributes"] if one["Name"] == "sub")


@dataclass(frozen=True)
class Keys:
    """Secrets of the deployment, by the name of their setting."""

    settings: dict[str, str]


@pytest.fixture(scope="session")
def keys(aws: Aws) -> Keys:
    """The deployment's secrets and its vault, wrapped by a KMS key."""
    kms, manager, pair = aws.client("kms"), aws.client("secretsmanager"), new_pair()
    key = kms.create_key()["KeyMetadata"]["Arn"]
    wrapped = kms.encrypt(KeyId=key, Plaintext=pair.private, EncryptionContext={"purpose": "vault"})["CiphertextBlob"]
    vault_id = fingerprint(pair.public)
    one = {"id": vault_id, "wrapped": base64.b64encode(wrapped).decode(), "public": encode_key(pair.public)}
    values = {
        "SECRET_INBOUND": {
            "address_key": encode_key(b"a" * 32),
            "whatsapp": [{"account": WHATSAPP_ACCOUNT, "app_secret": "s", "verify_token": "v"}],
            "telegram": [{"account": TELEGRAM_ACCOUNT, "secret": "t"}],
        },
        "SECRET_TEXT_KEY": {"text_key": encode_key(b"t" * 32)},
        "SECRET_VAULT": {"version": 1, "keys": [one], "current": vault_id},
    }
    made = {
        name: manager.create_secret(Name=f"{name}-{secrets.token_hex(4)}", SecretString=json.dumps(value))["ARN"]
        for name, value in values.items()
    }
    return Keys({**made, "VAULT_PUBLIC_KEY": encode_key(pair.public), "VAULT_KEY_ARN": key})


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
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    _clear_caches()
    wiring.bind_tables()
    _put_colleagues(tables["desk"], staff)
    yield Web(tables, clock_file, staff, aws.client("cognito-idp"), client("dynamodb"))
    _clear_caches()


def _put_colleagues(table: str, staff: Mapping[str, str]) -> None:
    """Write the colleagues' rows: the first time in this process by the desk's own store, later as it left them."""
    if known := _COLLEAGUES.get(staff["bolat"]):
        puts = [{"PutRequest": {"Item": row}} for row in known]
        assert not client("dynamodb").batch_write_item(RequestItems={table: puts})["UnprocessedItems"]
        return
    for name, sub in staff.items():
        signed_at = 0 if name == "newcomer" else START
        roles = frozenset(ROLES[name])
        wiring_web.staff().put(Staff(sub, email(name), NAMES[name], roles, 1, signed_at, language="en"))
    _COLLEAGUES[staff["bolat"]] = client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]


def path_of(location: str) -> str:
    """The path of a redirect."""
    return urlsplit(location).path
