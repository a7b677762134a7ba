"""A desk in this process for the bench: the real handlers on tables of their own, each call counted.

DynamoDB is the embedded AWS's, asked in the process (tests/support/in_process.py); secrets, KMS and queues get canned
answers. People and the tickets of a first page are made by the real intake and the real API. The other tickets are
copies of such ones, with ids and times of their own. One process holds one desk.
"""

import base64
import contextlib
import gzip
import io
import json
import os
import re
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import botocore.session
from botocore.awsrequest import AWSResponse

from bench.canned import ACCOUNT, ENVIRONMENT, INBOUND, Body
from bench.units import Bill, Meter
from bench.webhook import NAME, event
from chalicelib.core.addresses import Address
from infra.definitions import load
from local.aws import ministack as embedded
from tests.support import in_process

Row = dict[str, Any]
SIGNED = "http://signed.in-this-process.invalid"
"""Where the desk's clients ask: their calls are signed, as on the way to AWS."""
PAGE, MINE = 60, 30
"""Customers with a ticket each: on the first page of the open ones (which shows 50), and of the operator."""
OTHERS = ("closed",) * 5 + ("open", "taken", "pending", "snoozed", "solved")
"""Where all other tickets stand, a tenth of them each. `taken` is open and a colleague's."""
_DAY = 86_400_000
_SETTLES = 12
_NAMES = ("Амина Сәтбаева", "Данияр Оспанов", "Айгерим Қасымова", "Ерлан Жұмабаев", "Гүлнар Ахметова", "Руслан Ким")
_OPERATOR, _COLLEAGUE = "bolat@desk.local", "saule@desk.local"
_QUEUES = ("DOORBELL", "RETRY", "DATING", "INDEXING", "PRIVACY", "FETCHING", "UPLOADING")


@dataclass(frozen=True)
class Answer:
    """What the function gives API Gateway; `body` are the bytes that leave it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as a browser reads it."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


class Desk:
    """A desk with an operator, who is signed in, and a colleague. `meter` counts its calls."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        os.environ |= dict(settings or {})
        self._clock = Path(tempfile.mkdtemp()) / "clock"
        self._ahead = 0
        self.move()
        canned = _Canned()
        self.queued = canned.queued
        os.environ |= ENVIRONMENT | canned.settings
        os.environ |= {"AWS_LAMBDA_FUNCTION_NAME": "api", "AWS_ENDPOINT_URL_DYNAMODB": SIGNED}
        os.environ |= {"CLOCK_FILE": str(self._clock), "PUBLIC_URL": "http://127.0.0.1:8000"}
        self.meter: Meter | None = None
        self.clients: list[Any] = []
        self._hear_every_client(canned)
        self._client = embedded.client("dynamodb", in_process.ENDPOINT)
        self.tables = embedded.create_tables(in_process.ENDPOINT, load("tables"), "bench")
        self._streams = embedded.client("dynamodbstreams", in_process.ENDPOINT)
        self._read = 0
        os.environ |= {f"TABLE_{name.upper()}": real for name, real in self.tables.items()}
        self.meter = Meter(self._client, self.tables)
        self._templates: dict[str, Row] = {}
        self._tickets = 0
        self._cookie, self._token = self._sign_in()

    def _hear_every_client(self, canned: "_Canned") -> None:
        """Let every client that anybody makes from now on ask here and be counted. pynamodb has sessions of its own, so
        there is no narrower place."""
        create = botocore.session.Session.create_client

        def create_client(session: Any, service: str, *args: Any, **settings: Any) -> Any:
            made = create(session, service, *args, **settings)
            if made.meta.endpoint_url in (in_process.ENDPOINT, SIGNED):
                in_process.connect(made, signed=made.meta.endpoint_url == SIGNED)
            else:
                made.meta.events.register("before-send", canned)
            if self.meter:
                self.meter.connect(made)
                self.clients.append(made)
            return made

        botocore.session.Session.create_client = create_client  # type: ignore[method-assign]

    def _sign_in(self) -> tuple[str, str]:
        from chalicelib.profile.load import load_profile
        from chalicelib.staff.model import Staff
        from chalicelib.staff.undertaking import signed, undertaking_text
        from chalicelib.web.http.cookies import SESSION_COOKIE, cookie_name
        from chalicelib.wiring import web as wiring

        known = {one.email: one for one in wiring.staff().all()}
        for address, name in ((_OPERATOR, "Болат Ахметов"), (_COLLEAGUE, "Сәуле Нұрланова")):
            if address not in known:
                row = Staff(str(uuid.uuid4()), address, name, frozenset({"operator"}), 1, language="ru")
                row = signed(row, undertaking_text(load_profile("spoint"), "ru"), self.now)
                wiring.staff().put(row)
                known[address] = row
        member = known[_OPERATOR]
        page, api = (wiring.sessions().open(member, kind, self.now)[0] for kind in ("page", "api"))
        return f"{cookie_name(SESSION_COOKIE)}={page}", api

    # -- time and requests

    @property
    def now(self) -> int:
        """The desk's time in ms."""
        return time.time_ns() // 1_000_000 + self._ahead * 1000

    def get(self, path: str, **headers: str) -> Answer:
        """Ask a page as the operator's browser does."""
        return self._http("GET", path, {"Accept-Encoding": "gzip", "Cookie": self._cookie, **headers})

    def api(self, method: str, path: str, body: Row) -> Row:
        """Call the API as the operator."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        answer = self._http(method, path, headers, json.dumps(body))
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.text}")
        found: Row = json.loads(answer.text)
        return found

    def move(self, *, days: float = 0) -> None:
        """Let time pass, in which the sweeper has left its notes as if it had run."""
        self._ahead += int(days * _DAY // 1000)
        self._clock.write_text(str(self._ahead))
        for row in self._notes() if days else ():
            self.put([row])

    def _notes(self) -> Iterator[Row]:
        """Yield the rows by which the sweeper says that it was here, as of now."""
        for partition, name in (("barrier#contacts", "seen_at"), ("sweep#lists", "swept_at")):
            for row in self.rows("desk", partition):
                yield row | {name: {"N": str(self.now)}}

    @contextlib.contextmanager
    def bill(self) -> Iterator[Bill]:
        """Count the calls of this block."""
        assert self.meter is not None
        with self.meter.bill() as bill:
            yield bill

    def event(self, path: str) -> Row:
        """Return the event of a GET by the operator's browser, for whoever times the function itself."""
        return self._event("GET", path, {"Accept-Encoding": "gzip", "Cookie": self._cookie})

    def _http(self, method: str, path: str, headers: Mapping[str, str], body: str = "") -> Answer:
        import app

        with contextlib.redirect_stdout(io.StringIO()):
            answer = app.app(self._event(method, path, headers, body), None)
        given = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        given |= {name.lower(): value[-1] for name, value in answer.get("multiValueHeaders", {}).items()}
        body_given = answer.get("body") or ""
        sent = base64.b64decode(body_given) if answer.get("isBase64Encoded") else body_given.encode()
        return Answer(answer["statusCode"], given, sent)

    def _event(self, method: str, path: str, headers: Mapping[str, str], body: str = "") -> Row:
        parts = urlsplit(path)
        route, variables = _route(method, parts.path)
        query = parse_qsl(parts.query, keep_blank_values=True)
        return {
            "resource": route,
            "path": parts.path,
            "httpMethod": method,
            "requestContext": {"httpMethod": method, "resourcePath": route, "identity": {"sourceIp": "127.0.0.1"}},
            "headers": dict(headers),
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "multiValueQueryStringParameters": {name: [value] for name, value in query} or None,
            "pathParameters": variables or None,
            "stageVariables": None,
            "body": body,
            "isBase64Encoded": False,
        }

    # -- what the desk holds

    def write_in(self, phone: str, name: str = NAME) -> str:
        """Let a customer write; return the id of their ticket."""
        self.webhook(event(self.now // 1000, phone, name))
        return self.ticket_of(phone)

    def ticket_of(self, phone: str) -> str:
        """Return the id of a customer's newest ticket."""
        from chalicelib.dynamo.schema import ALIAS
        from chalicelib.wiring import base as wiring

        names = wiring.address_key().address("whatsapp", ACCOUNT, Address("phone", phone))
        return str(wiring.gateway().get(ALIAS.key(names))["ticket_id"])

    def webhook(self, sent: Row) -> None:
        """Give the function of intake what a provider sends."""
        from chalicelib.web.intake_function import app as intake

        with contextlib.redirect_stdout(io.StringIO()):
            answer = intake(sent, None)
        if answer["statusCode"] != 200:
            raise RuntimeError(f"intake answered {answer['statusCode']}: {answer['body']}")

    def changes(self) -> list[Row]:
        """Return what the stream of the table `desk` has told since this was last asked."""
        (stream,) = self._streams.list_streams(TableName=self.tables["desk"])["Streams"]
        arn, found = stream["StreamArn"], []
        for shard in self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            iterator = self._streams.get_shard_iterator(**place)["ShardIterator"]
            while iterator:
                answer = self._streams.get_records(ShardIterator=iterator)
                found += answer["Records"]
                iterator = answer.get("NextShardIterator") if answer["Records"] else None
        new, self._read = found[self._read :], len(found)
        return new

    def row(self, ticket_id: str) -> Row:
        """Return a ticket's row as DynamoDB has it."""
        (found,) = self.rows("desk", f"ticket#{ticket_id}")
        return found

    def rows(self, table: str, partition: str) -> list[Row]:
        """Return the rows of a partition as DynamoDB has them."""
        asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": partition}}}
        found: list[Row] = self._client.query(TableName=self.tables[table], ConsistentRead=True, **asked)["Items"]
        return found

    def put(self, rows: Iterable[Row], table: str = "desk") -> None:
        """Write rows in bulk."""
        todo = [{"PutRequest": {"Item": row}} for row in rows]
        for start in range(0, len(todo), 25):
            self._client.batch_write_item(RequestItems={self.tables[table]: todo[start : start + 25]})

    def fill(self) -> None:
        """Let people write whose tickets stand first among the open ones, and give the operator tickets that are older
        than all others. Nothing is due when it ends, and the sweeper knows it."""
        for number, kind in enumerate(dict.fromkeys(OTHERS)):
            self._templates[kind] = self._template(kind, f"7711{number:07d}")
        for number in range(MINE + PAGE):
            ticket_id = self.write_in(f"7700{number:07d}", _NAMES[number % len(_NAMES)])
            if number < MINE:
                self.api("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": "me"})
                self.put([self.row(ticket_id) | {"activity": {"N": str(self.now - 5 * _DAY - number)}}])
        self._tickets = MINE + PAGE + len(self._templates)
        self.send()
        self.settle()

    def send(self) -> None:
        """Have everything sent and delivered that waits to be sent."""
        from chalicelib.dynamo.schema import OUTBOX

        rows = self._client.get_paginator("scan").paginate(TableName=self.tables["desk"], ConsistentRead=True)
        for row in [row for page in rows for row in page["Items"]]:
            if row["sk"]["S"].startswith(OUTBOX.prefix):
                self._client.delete_item(TableName=self.tables["desk"], Key={name: row[name] for name in ("pk", "sk")})
            elif row.get("status") == {"S": "queued"}:
                self.put([row | {"status": {"S": "delivered"}, "rank": {"N": "4"}}])

    def settle(self) -> None:
        """Let the sweeper run until a quiet minute costs what the one before did, and each thing that it does every
        five minutes is done."""
        from chalicelib.privacy.monitor_requests import COUNTED_EVERY

        before = -1.0
        for times in range(_SETTLES):
            self.move(days=21 / 1440)  # what an index may be trusted with, a sweeper learns in a quarter of an hour
            with self.bill() as bill:
                self.sweep()
            if times > COUNTED_EVERY and bill.read == before and not bill.write:
                return
            before = bill.read

    def _template(self, kind: str, phone: str) -> Row:
        """Let a ticket of a kind come to be as tickets do; return its row."""
        ticket_id = self.write_in(phone)
        if kind != "open":
            state = {"taken": "open", "closed": "solved"}.get(kind, kind)
            self.api("PATCH", f"/api/v1/tickets/{ticket_id}", {"assignee": _COLLEAGUE, "state": state})
        if kind == "closed":
            self._close(ticket_id)
        return self.row(ticket_id)

    def _close(self, ticket_id: str) -> None:
        """Let the sweeper close what was solved eight days ago, and the dater stamp it."""
        from chalicelib.wiring import delivery

        self.move(days=8)
        self.sweep()
        delivery.stamp_expiry()(self.row(ticket_id)["conversation_id"]["S"], ticket_id)
        self._cookie, self._token = self._sign_in()  # the sessions of eight days ago have ended
        if self.row(ticket_id)["state"] != {"S": "closed"}:
            raise RuntimeError("the sweeper did not close a solved ticket")

    def sweep(self) -> str:
        """Let the sweeper run once, and read as far as it would if reading took no time; return what it wrote."""
        from chalicelib.wiring import retention

        with contextlib.redirect_stdout(io.StringIO()) as said:
            _timeless(retention.sweep())()
        return said.getvalue()

    def grow(self, tickets: int) -> None:
        """Have so many tickets; what is new is older than the first page."""
        self.put(self._copies(range(self._tickets, tickets)))
        self._tickets = tickets

    def _copies(self, numbers: Iterable[int]) -> Iterator[Row]:
        for number in numbers:
            ticket_id, at = f"b{number:019d}", str(self.now - _DAY - number)
            row = self._templates[OTHERS[number % len(OTHERS)]]
            moved = {"activity": {"N": at}} if "activity" in row else {}
            yield row | {"pk": {"S": f"ticket#{ticket_id}"}, "ticket_id": {"S": ticket_id}} | moved


def _timeless(part: Any) -> Any:
    """Return a part of the sweeper for which no time passes, with the parts that it is made of."""
    made = {one.name: getattr(part, one.name) for one in fields(part)}
    changes = {name: _timeless(one) for name, one in made.items() if is_dataclass(one) and not isinstance(one, type)}
    return replace(part, **changes | ({"stopwatch": lambda: 0.0} if "stopwatch" in made else {}))


def _route(method: str, path: str) -> tuple[str, dict[str, str]]:
    """Return the route of a path as API Gateway names it, and its variables."""
    from chalicelib.web.http.routes_and_roles import API, PAGES

    for route in (*PAGES, *API):
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)
        if route.method == method and (found := re.fullmatch(pattern, path)):
            return route.path, found.groupdict()
    raise LookupError(f"{method} {path}")


class _Canned:
    """Answers for Secrets Manager, KMS and the queues. `settings` are the variables that name what it answers for,
    `queued` what queues were sent: name and body."""

    def __init__(self) -> None:
        from chalicelib.vault.encryption import encode_key, fingerprint, new_pair

        pair = new_pair()
        vault_id, public = fingerprint(pair.public), encode_key(pair.public)
        one = {"id": vault_id, "wrapped": "AA==", "public": public}
        self._secrets = {
            "inbound": INBOUND,
            "outbound": {"whatsapp": {ACCOUNT: {"access_token": "token-1"}}},
            "text-key": {"text_key": encode_key(b"t" * 32)},
            "vault": {"version": 1, "keys": [one], "current": vault_id},
        }
        self.queued: list[tuple[str, str]] = []
        self._private = base64.b64encode(pair.private).decode()
        self.settings = {
            "SECRET_INBOUND": "inbound",
            "SECRET_OUTBOUND": "outbound",
            "SECRET_TEXT_KEY": "text-key",
            "SECRET_VAULT": "vault",
            "VAULT_PUBLIC_KEY": public,
            "FILES_BUCKET": "files",
            "MAIL_BUCKET": "mails",
            **{f"QUEUE_{name}": f"http://127.0.0.1:9/{name}" for name in _QUEUES},
        }

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        target = request.headers.get("X-Amz-Target")
        if target is None:  # S3, of a desk to which nobody has sent a file or a mail
            return AWSResponse(request.url, 200, {"content-type": "application/xml"}, Body(b"<Nothing/>"))
        operation = (target.decode() if isinstance(target, bytes) else target).rsplit(".", 1)[-1]
        asked = json.loads(request.body)
        answers: dict[str, Callable[[], Row]] = {
            "GetSecretValue": lambda: {"SecretString": json.dumps(self._secrets[asked["SecretId"]])},
            "Decrypt": lambda: {"Plaintext": self._private},
            "SendMessageBatch": lambda: self._take(asked),
        }
        body = json.dumps(answers[operation]()).encode()
        return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, Body(body))

    def _take(self, asked: Row) -> Row:
        """Keep what a queue is sent, with the queue's name."""
        queue = asked["QueueUrl"].rsplit("/", 1)[-1]
        self.queued += [(queue, one["MessageBody"]) for one in asked["Entries"]]
        return {"Successful": [{"Id": one["Id"]} for one in asked["Entries"]], "Failed": []}
