"""No task can do another's work: every dangerous call, tried with every role's own credentials on real rows.

The embedded AWS enforces actions and resources and knows no `dynamodb:LeadingKeys`; those are held against what the
tasks really call in test_rights.py, and against what they must not say in tests/infra.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import methodcaller
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.definitions import load
from local.aws import ministack as embedded
from tests.support.aws import Aws
from tests.support.erasure.roles import NAMES, TASKS, Roles, make_machine, make_roles

VAULT_CONTEXT = {"purpose": "vault"}
OPENERS = {"soft_suppress", "freeze_inventory", "keep_part", "verify_absence", "tell", "grace", "notify"}
CERTIFYING = {"certificate", "final_certificate"}
WAITING = {"verify_identity", "decide", "tell", "grace", "settle", "await_delivery", "wait_backups"}
NOBODY: set[str] = set()
REFUSED = {"AccessDenied", "AccessDeniedException"}


@dataclass
class Account:
    """An account with the tables, keys, secrets and the machine, with one row of each kind, and the roles."""

    aws: Aws
    dynamodb: Any
    tables: dict[str, str]
    keys: dict[str, str]
    secrets: dict[str, str]
    machine: str
    wrapped: bytes
    roles: Any = None

    def put(self, table: str, pk: str, sk: str) -> dict[str, Any]:
        """A row as somebody else wrote it; its key."""
        (key,) = self.put_all(table, [pk], sk)
        return key

    def put_all(self, table: str, pks: Iterable[str], sk: str) -> list[dict[str, Any]]:
        """Rows of these partitions as somebody else wrote them, at most 25; their keys."""
        keys = [{"pk": {"S": pk}} | ({"sk": {"S": sk}} if sk else {}) for pk in pks]
        puts = [{"PutRequest": {"Item": {**key, "owner": {"S": "Amina"}}}} for key in keys]
        answer = self.dynamodb.batch_write_item(RequestItems={self.tables[table]: puts})
        assert not answer["UnprocessedItems"]
        return keys

    def read_all(self, table: str) -> dict[str, Any]:
        """Every item of a table by its partition."""
        found = self.dynamodb.scan(TableName=self.tables[table], ConsistentRead=True)
        return {item["pk"]["S"]: item for item in found["Items"]}


@pytest.fixture(scope="module")
def account(aws: Aws) -> Iterator[Account]:
    prefix = f"roles{secrets.token_hex(4)}"
    tables = embedded.create_tables(aws.endpoint, load("tables"), prefix)
    kms, manager = aws.client("kms"), aws.client("secretsmanager")
    keys = {
        "VaultKey": kms.create_key()["KeyMetadata"]["Arn"],
        "CertificateKey": kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"],
    }
    kept = {
        name: manager.create_secret(Name=f"{prefix}-{name}", SecretString="{}")["ARN"]
        for name in ("InboundSecret", "OutboundSecret", "TextKeySecret", "VaultSecret")
    }
    machine = make_machine(aws, f"{prefix}-erasure")
    wrapped = kms.encrypt(KeyId=keys["VaultKey"], Plaintext=b"x", EncryptionContext=VAULT_CONTEXT)["CiphertextBlob"]
    made = Account(aws, aws.client("dynamodb"), tables, keys, kept, machine, wrapped)
    arn = "arn:aws:dynamodb:eu-central-1:000000000000:table/{}"
    made.roles = make_roles(
        aws,
        {f"{name.capitalize()}Table": arn.format(real) for name, real in tables.items()}
        | keys
        | kept
        | {"ErasureMachine": machine},
    )
    return made


def allowed(attempt: Callable[[], object]) -> bool:
    """Whether IAM lets a call through; what the service then says of it does not matter."""
    try:
        attempt()
    except ClientError as error:
        return error.response["Error"]["Code"] not in REFUSED
    return True


def who(account: Account, service: str, attempt: Callable[[Any], object]) -> set[str]:
    roles: Roles = account.roles
    return {name for name in NAMES if allowed(lambda name=name: attempt(roles.client(name, service)))}  # type: ignore[misc]


TABLES = ("desk", "keys", "index", "ledger")
READS = {
    ("get", "keys"): {"soft_suppress", "tell", "grace", "notify"},
    ("get", "desk"): {*NAMES} - {"keep_part", "destroy_key", "erase_stores", "verify_absence"},
    ("get", "index"): NOBODY,
    ("get", "ledger"): CERTIFYING,
    ("batch_get", "keys"): {"freeze_inventory", "keep_part", "destroy_key", "verify_absence"},
    ("batch_get", "desk"): {"hard_suppress", "freeze_inventory", "keep_part", "erase_stores", "verify_absence"},
    ("batch_get", "index"): {"hard_suppress", "freeze_inventory", "erase_stores", "verify_absence"},
    ("batch_get", "ledger"): NOBODY,
    ("query", "keys"): NOBODY,
    ("query", "desk"): {
        "privacy", "hard_suppress", "freeze_inventory", "keep_part", "destroy_key", "erase_stores", "verify_absence",
        "close_box",
    },
    ("query", "index"): NOBODY,
    ("query", "ledger"): NOBODY,
    **{("scan", table): NOBODY for table in TABLES},
}  # fmt: skip


def reading(how: str, table: str, key: dict[str, Any]) -> Callable[[Any], object]:
    calls: dict[str, Callable[[Any], object]] = {
        "get": lambda one: one.get_item(TableName=table, Key=key),
        "batch_get": lambda one: one.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        "query": lambda one: one.query(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": key["pk"]}
        ),
        "scan": lambda one: one.scan(TableName=table),
    }
    return calls[how]


@pytest.mark.parametrize(("how", "table"), READS)
def test_who_may_read(account: Account, how: str, table: str) -> None:
    key = account.put(table, "contact#1", "" if table == "keys" else "contact")
    attempt = reading(how, account.tables[table], key)
    assert who(account, "dynamodb", attempt) == READS[how, table]
    if how == "get":  # a transaction is no way around

        def together(one: Any) -> object:
            return one.transact_get_items(TransactItems=[{"Get": {"TableName": account.tables[table], "Key": key}}])

        assert who(account, "dynamodb", together) == READS[how, table]


WRITES = {
    ("put", "keys"): {"soft_suppress", "keep_part"},
    ("put", "desk"): {
        "privacy", "soft_suppress", "decide", "tell", "grace", "freeze_inventory", "keep_part", "notify", "finish",
    },
    ("put", "index"): {"hard_suppress"},
    ("put", "ledger"): {*CERTIFYING, "destroy_key"},
    ("update", "keys"): NOBODY,
    ("update", "desk"): {*NAMES},
    ("update", "index"): {"privacy", "hard_suppress", "destroy_key", "verify_absence"},
    ("update", "ledger"): CERTIFYING,
    ("delete", "keys"): {"destroy_key", "close_box"},
    ("delete", "desk"): {"privacy", "erase_stores", "close_box"},
    ("delete", "index"): {"erase_stores", "close_box"},
    ("delete", "ledger"): NOBODY,
    ("batch_delete", "keys"): NOBODY,
    ("batch_delete", "desk"): {"erase_stores"},
    ("batch_delete", "index"): {"erase_stores"},
    ("batch_delete", "ledger"): NOBODY,
}  # fmt: skip


def writing(how: str, table: str, key: dict[str, Any]) -> Callable[[Any], object]:
    item = {**key, "owner": {"S": "Daniyar"}}
    update = {
        "TableName": table, "Key": key, "UpdateExpression": "SET #o = :o", "ExpressionAttributeNames": {"#o": "owner"},
        "ExpressionAttributeValues": {":o": {"S": "Daniyar"}},
    }  # fmt: skip
    calls: dict[str, Callable[[Any], object]] = {
        "put": lambda one: one.put_item(TableName=table, Item=item),
        "update": lambda one: one.update_item(**update),
        "delete": lambda one: one.delete_item(TableName=table, Key=key),
        "batch_delete": lambda one: one.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key}}]}),
        "transact_put": lambda one: one.transact_write_items(
            TransactItems=[{"Put": {"TableName": table, "Item": item}}]
        ),
        "transact_update": lambda one: one.transact_write_items(TransactItems=[{"Update": update}]),
        "transact_delete": lambda one: one.transact_write_items(
            TransactItems=[{"Delete": {"TableName": table, "Key": key}}]
        ),
    }  # fmt: skip
    return calls[how]


@pytest.mark.parametrize(("how", "table"), WRITES)
def test_who_may_write_and_a_row_that_nobody_may_touch_is_as_it_was(account: Account, how: str, table: str) -> None:
    ways = (how, f"transact_{how}") if how != "batch_delete" else (how,)
    for way in ways:
        partitions = {name: f"{way}#{name}" for name in NAMES}
        keys = account.put_all(table, partitions.values(), "" if table == "keys" else "ticket")
        before = account.read_all(table)
        done = set()
        for name, key in zip(NAMES, keys, strict=True):
            attempt, client = writing(way, account.tables[table], key), account.roles.client(name, "dynamodb")
            done |= {name} if allowed(partial(attempt, client)) else set()
        after = account.read_all(table)
        assert done == WRITES[how, table], way
        assert {name for name in NAMES if after.get(partitions[name]) != before[partitions[name]]} == done, way


SECRETS = {
    "VaultSecret": OPENERS,
    "InboundSecret": {"verify_absence"},
    "TextKeySecret": {"verify_absence"},
    "OutboundSecret": NOBODY,
}


@pytest.mark.parametrize("name", SECRETS)
def test_who_may_read_secrets_and_nobody_changes_one(account: Account, name: str) -> None:
    arn = account.secrets[name]
    assert who(account, "secretsmanager", lambda one: one.get_secret_value(SecretId=arn)) == SECRETS[name]
    assert who(account, "secretsmanager", lambda one: one.put_secret_value(SecretId=arn, SecretString="x")) == NOBODY


def test_who_may_open_the_vault_and_who_may_sign(account: Account) -> None:
    def decrypt(one: Any) -> object:
        return one.decrypt(CiphertextBlob=account.wrapped, EncryptionContext=VAULT_CONTEXT)

    def sign(one: Any) -> object:
        return one.sign(KeyId=account.keys["CertificateKey"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256")

    assert who(account, "kms", decrypt) == OPENERS
    assert who(account, "kms", sign) == CERTIFYING
    for key in account.keys.values():
        for ending in ("schedule_key_deletion", "disable_key"):
            assert who(account, "kms", methodcaller(ending, KeyId=key)) == NOBODY


def test_who_may_start_look_at_and_answer_runs(account: Account) -> None:
    run = f"{account.machine.replace(':stateMachine:', ':execution:')}:a-1"

    def start(one: Any) -> object:
        return one.start_execution(stateMachineArn=account.machine, name=f"a-{secrets.token_hex(4)}", input="{}")

    assert who(account, "stepfunctions", start) == {"privacy"}
    assert who(account, "stepfunctions", lambda one: one.describe_execution(executionArn=run)) == {"privacy"}
    assert who(account, "stepfunctions", lambda one: one.stop_execution(executionArn=run)) == NOBODY
    assert who(account, "stepfunctions", lambda one: one.get_execution_history(executionArn=run)) == NOBODY
    answers = {*WAITING, "privacy"}
    assert who(account, "stepfunctions", lambda one: one.send_task_success(taskToken="t", output="{}")) == answers
    assert who(account, "stepfunctions", lambda one: one.send_task_failure(taskToken="t")) == NOBODY


def test_nobody_may_make_or_take_away_backups_or_tables(account: Account) -> None:
    for table in account.tables.values():
        for attempt in (
            lambda one, table=table: one.create_backup(TableName=table, BackupName="copy"),
            lambda one, table=table: one.delete_table(TableName=table),
            lambda one, table=table: one.update_continuous_backups(
                TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
            ),
        ):
            assert who(account, "dynamodb", attempt) == NOBODY
    assert who(account, "dynamodb", lambda one: one.list_backups()) == {"final_certificate"}
    desk = account.tables["desk"]
    looked = who(account, "dynamodb", lambda one: one.describe_continuous_backups(TableName=desk))
    assert looked == {"final_certificate"}


def test_nobody_may_call_another_function_send_to_a_queue_or_take_on_a_role(account: Account) -> None:
    function = "arn:aws:lambda:eu-central-1:000000000000:function:desk-destroy-key"
    queue = account.aws.client("sqs").create_queue(QueueName=f"roles-{secrets.token_hex(4)}")["QueueUrl"]
    assert who(account, "lambda", lambda one: one.invoke(FunctionName=function)) == NOBODY
    assert who(account, "sqs", lambda one: one.send_message(QueueUrl=queue, MessageBody="x")) == NOBODY
    assert who(account, "iam", lambda one: one.list_roles()) == NOBODY


def test_the_tables_above_name_every_task() -> None:
    named = set().union(*READS.values(), *WRITES.values(), *SECRETS.values(), OPENERS, CERTIFYING, WAITING)
    assert named == {*TASKS, "privacy"}
