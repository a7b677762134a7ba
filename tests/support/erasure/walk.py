"""Ways through the workflow, each task under its own role."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

import app
from chalicelib.dynamo.rows import bind
from chalicelib.dynamo.schema import BARRIER
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.waiting_times import outcome
from chalicelib.privacy.resume_workflow import ResumeWorkflow
from chalicelib.vault.encryption import encode_key
from chalicelib.vault.secrets import VAULT_CONTEXT
from chalicelib.wiring import base as wiring
from infra import erasure_grants
from infra.definitions import HERE, load
from local.aws.ministack import CREDENTIALS, apply_table_settings
from tests.support.aws import Aws, tables_at
from tests.support.calls import heard_by
from tests.support.delivery.wired import batch, secret_values
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.living import Living
from tests.support.erasure.person import Person, cast
from tests.support.erasure.roles import Recorder, Roles, make_machine, make_roles
from tests.support.forgetting import forget_clients, forget_wiring

MACHINE = json.loads((HERE / "erasure.asl.json").read_text(encoding="utf-8"))
START, STATES = MACHINE["StartAt"], MACHINE["States"]
BY_ID = {one.logical_id: one for one in erasure_grants.FUNCTIONS}
Act = Callable[[], object]


@dataclass
class Walk:
    """Follows the definition. `plan` says what happens after a state; at a wait that nobody ends, time passes."""

    living: Living
    roles: Roles
    recorder: Recorder
    patch: pytest.MonkeyPatch
    people: list[Person]
    backups: list[int] = field(default_factory=list)

    @property
    def desk(self) -> ErasureDesk:
        return self.living.desk

    def handle(self, name: str, event: dict[str, Any]) -> Any:
        """Run a function as Lambda does, with its role's credentials."""
        self._become(self.roles.given[name])
        self.recorder.function = name
        try:
            return getattr(app, name)(event, None)
        finally:
            self.recorder.function = ""
            self._become({**CREDENTIALS, "AWS_SESSION_TOKEN": ""})

    def _become(self, credentials: Any) -> None:
        for name, value in credentials.items():
            if value:
                self.patch.setenv(name, value)
            else:
                self.patch.delenv(name, raising=False)
        forget_all()
        bind(self.desk.tables)

    def privacy(self, **body: str) -> None:
        assert self.handle("privacy", batch(body)) == {"batchItemFailures": []}

    def arrives(self, request_id: str) -> None:
        """The provider says that the newest announcement is there, and the changed row rings for the worker."""
        self.desk.deliver()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ResumeWorkflow, "__call__", lambda self, request_id: None)
            self.living.arrives(request_id)
        self.privacy(request_id=request_id)

    def says(self, person: Person, action: str, request_id: str = "", **more: Any) -> None:
        self.living.ask(person, action, request_id, **more)
        self.privacy(contact_id=person.contact_id)
        self.desk.now += 1

    def asked(self, person: Person) -> Request:
        """A request that the person asked for, whose run has begun."""
        before = {one["request_id"] for one in self.living.requests()}
        self.says(person, "withdraw")
        (row,) = [one for one in self.living.requests() if one["request_id"] not in before]
        self.privacy(request_id=row["request_id"])
        return self.living.read(row["request_id"])

    def go(self, request: Request, plan: dict[str, Act], state: str = START) -> str:
        """Follow the definition to its end, from this state on, and return the last one."""
        data = dict[str, Any]()
        while STATES[state]["Type"] != "Succeed":
            definition = STATES[state]
            if definition["Type"] == "Choice":
                state = next((one["Next"] for one in definition["Choices"] if _fits(one, data)), definition["Default"])
                continue
            assert definition["Type"] == "Task", (state, data)
            answer = self._task(state, request.id, plan)
            data |= {definition["ResultPath"]: answer} if definition["ResultPath"] else {}
            state = definition["Next"]
        return state

    def _task(self, state: str, request_id: str, plan: dict[str, Act]) -> Any:
        parameters = STATES[state]["Parameters"]
        name = BY_ID[parameters["FunctionName"][2:-4]].name
        event = {
            "request_id": request_id,
            "token": f"token-of-{state}",
            "execution": self.living.read(request_id).execution,
        }
        payload = parameters["Payload"]
        event = {one.removesuffix(".$"): event.get(one.removesuffix(".$"), value) for one, value in payload.items()}
        answer = self.handle(name, event)
        act = plan.pop(state, None)
        if "token" not in event:
            if act:
                act()
            return answer
        if answer["outcome"]:
            return answer  # a later run passes a wait that has ended
        waits = self.living.read(request_id)
        assert waits.token == event["token"], (state, answer)
        if act:
            act()
        if not outcome(replace(self.living.read(request_id), waits=waits.waits, due_at=waits.due_at), self.desk.now):
            self.desk.now = max(self.desk.now, waits.due_at)
        self.handle(name, event)  # a task that runs again finds that its waiting has ended, and answers by itself
        self.privacy(request_id=request_id)
        ended = replace(self.living.read(request_id), waits=waits.waits, due_at=waits.due_at)
        return {"outcome": outcome(ended, self.desk.now)}

    def undated(self, before: set[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Rows that have come since and that nobody deletes by a date, but for the ledger's and the one of the write
        barrier, which names nobody any more."""
        return [
            key
            for key, item in self.desk.every_item()
            if key not in before and key[0] != "ledger" and "expires_at" not in item
            if key[1] != BARRIER.partition() or item.get("contacts")
        ]

    def keys(self) -> set[tuple[str, str, str]]:
        return {key for key, _ in self.desk.every_item()}

    def answered(self, operation: str, answer: dict[str, Any]) -> None:
        """The embedded AWS can be restored to a time by the real clock; a test's goes on in leaps."""
        if operation == "DescribeContinuousBackups":
            at = self.backups[0] if self.backups else self.desk.now
            described = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
            described["EarliestRestorableDateTime"] = datetime.fromtimestamp(at / 1000, UTC)
            del self.backups[:1]


def _fits(choice: dict[str, Any], data: dict[str, Any]) -> bool:
    place, _, name = choice["Variable"].rpartition(".")
    return bool(data[place][name] == choice.get("StringEquals", choice.get("BooleanEquals")))


def forget_all() -> None:
    forget_wiring()
    forget_clients()


@pytest.fixture(scope="module")
def dynamodb_endpoint(aws: Aws) -> Iterator[str]:
    """The embedded AWS itself, which asks every role for its permissions."""
    with tables_at(aws.endpoint) as endpoint:
        yield endpoint


def files_of(people: list[Person], aws: Aws, prefix: str) -> str:
    """Make a bucket with a file and an unfinished upload of each person; its name."""
    s3, name = aws.client("s3"), f"{prefix}-files"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for person in people:
        s3.put_object(Bucket=name, Key=f"{person.contact_id}/a.jpg", Body=b"x")
        s3.create_multipart_upload(Bucket=name, Key=f"{person.contact_id}/b.jpg")
    return name


@pytest.fixture
def walk(desk: ErasureDesk, aws: Aws, dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    people = cast(desk, "amina", "telegram_daniyar", "whatsapp_daniyar")  # the last one's links are young
    prefix = desk.tables["desk"]
    machine = make_machine(aws, f"{prefix}-erasure")
    certificate_key = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"][
        "Arn"
    ]
    apply_table_settings(dynamodb_endpoint, load("tables"), desk.tables)
    table = "arn:aws:dynamodb:eu-central-1:000000000000:table/{}"
    arns = {f"{name.capitalize()}Table": table.format(real) for name, real in desk.tables.items()}
    arns |= {"ErasureMachine": machine, "CertificateKey": certificate_key}
    places = {real: f"{name.capitalize()}Table" for name, real in desk.tables.items()} | {
        certificate_key: "CertificateKey"
    }
    values = secret_values(desk, aws)
    for name, value in values.items():
        logical, secret_id = f"{name.title().replace('-', '')}Secret", f"{prefix}-{name}"
        made = aws.client("secretsmanager").create_secret(Name=secret_id, SecretString=json.dumps(value))
        arns[logical], places[secret_id] = made["ARN"], logical
        monkeypatch.setenv(f"SECRET_{name.upper().replace('-', '_')}", secret_id)
    wrapped = base64.b64decode(values["vault"]["keys"][0]["wrapped"])
    arns["VaultKey"] = aws.client("kms").decrypt(CiphertextBlob=wrapped, EncryptionContext=VAULT_CONTEXT)["KeyId"]
    for name, real in desk.tables.items():
        monkeypatch.setenv(f"TABLE_{name.upper()}", real)
    monkeypatch.setenv("VAULT_PUBLIC_KEY", encode_key(desk.vault_keys.public))
    monkeypatch.setenv("PUBLIC_URL", "https://desk.example")
    monkeypatch.setenv("ERASURE_MACHINE_ARN", machine)
    arns["FilesBucket"] = f"arn:aws:s3:::{files_of(people, aws, prefix)}"
    monkeypatch.setenv("FILES_BUCKET", f"{prefix}-files")
    monkeypatch.setenv("CERTIFICATE_KEY_ARN", certificate_key)
    monkeypatch.setattr(wiring, "clock", lambda: lambda: desk.now)
    recorder = Recorder(places)
    made_walk = Walk(Living(desk), make_roles(aws, arns), recorder, monkeypatch, people)
    recorder.answers = made_walk.answered
    with heard_by(recorder):
        yield made_walk
    monkeypatch.undo()
    forget_all()
    bind(desk.tables)
