"""Nothing of a customer can be read anywhere in the embedded AWS, and intake's role cannot open anything."""

import hashlib
import hmac
import re
from contextlib import suppress
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from tests.support.e2e.playing import PASSWORD, SECONDS, Api, Play, eventually, forms_of, new_phone
from tests.support.e2e.stored import everything
from tests.support.people import wamid


def keep_draft(play: Play, ticket_id: str, text: str) -> None:
    """Sign in on the page as a browser does, and keep a draft there."""
    page = requests.Session()

    def csrf(path: str) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', page.get(f"{play.desk.url}{path}", timeout=SECONDS).text)
        assert found
        return found[1]

    account = {"email": "operator@desk.local", "password": PASSWORD, "next": ""}
    form = {"csrf": csrf("/dashboard/sign-in"), **account}
    assert page.post(f"{play.desk.url}/dashboard/sign-in", form, timeout=SECONDS).ok
    path = f"/dashboard/tickets/{ticket_id}"
    draft = {"csrf": csrf(path), "text": text, "client_id": "draft-1", "order": "1"}
    answer = page.post(f"{play.desk.url}{path}/draft", draft, headers={"Accept": "application/json"}, timeout=SECONDS)
    assert answer.json() == {"saved": True}
    assert text in page.get(f"{play.desk.url}{path}", timeout=SECONDS).text


def test_no_store_queue_or_log_holds_anything_of_a_customer_that_can_be_read(play: Play) -> None:
    phone, message_id = new_phone(), ""
    message_id = wamid(phone)
    user = "598765432"
    play.whatsapp(play.text(phone, "тюльпан-канарейка-семь", name="Гүлнұр-Канарейка", message_id=message_id))
    play.whatsapp(play.text(phone, "bad signature canary"), {"Content-Type": "application/json"})
    play.whatsapp(b"not json with canary-number " + phone.encode())
    play.phones(
        "/phones/telegram/messages",
        {"user_id": user, "name": "Канарей Телеграмов", "username": "kanarei_tg", "text": "ландыш-канарейка"},
    )
    api = play.sign_in()
    ticket = api.ticket_of(phone)
    api.reply(ticket["id"], "ответ-канарейка-девять")
    api.call("POST", f"tickets/{ticket['id']}/comments", {"text": "комментарий-канарейка"})
    keep_draft(play, ticket["id"], "черновик-канарейка")
    eventually(lambda: api.delivery(ticket["id"], "ответ-канарейка-девять") == "read")
    provider_id = play.sent("whatsapp", phone)[-1]["answer"]

    texts = ["тюльпан-канарейка-семь", "ландыш-канарейка", "ответ-канарейка-девять", "комментарий-канарейка",
             "черновик-канарейка"]  # fmt: skip
    people = [phone, message_id, "Гүлнұр-Канарейка", user, "Канарей Телеграмов", "kanarei_tg"]
    canaries = [*texts, *people, re.findall(r"wamid\.[\w+/=]+", str(provider_id))[0]]
    forms = {form: canary for canary in canaries for form in forms_of(canary)}
    found = {(place, forms[form]) for place, data in everything(play.desk.client) for form in forms if form in data}
    assert found == set()


@pytest.fixture
def intake_client(play: Play) -> Any:
    """A maker of clients with the credentials of intake's own role."""
    functions = play.desk.client("lambda").list_functions()["Functions"]
    (role,) = {one["Role"] for one in functions if "intake" in one["FunctionName"].lower()}
    given = play.desk.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]

    def make(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=play.desk.aws_url,
            region_name="eu-central-1",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    return make


def names(play: Play) -> dict[str, str]:
    tables = play.desk.client("dynamodb").list_tables()["TableNames"]
    return {name.rsplit("-", 1)[-1]: name for name in tables}


def _vault_key(root: Any) -> str:
    """The id of the key that wraps the vault's; others sign certificates and encrypt the bucket of files."""
    kms = root("kms")
    ids = [one["KeyId"] for one in kms.list_keys()["Keys"]]
    (vault,) = [one for one in ids if "vault" in kms.describe_key(KeyId=one)["KeyMetadata"]["Description"]]
    return str(vault)


def test_intakes_role_cannot_read_keys_or_content_nor_decrypt_nor_open_the_vault(
    play: Play, intake_client: Any
) -> None:
    phone = new_phone()
    play.whatsapp(play.text(phone, "Құпия"))
    tables, root = names(play), play.desk.client
    dynamodb = intake_client("dynamodb")
    key = root("dynamodb").scan(TableName=tables["keys"], Limit=1)["Items"][0]
    item = root("dynamodb").scan(TableName=tables["desk"], Limit=1)["Items"][0]
    place = {"pk": item["pk"], "sk": item["sk"]}
    secrets = root("secretsmanager").list_secrets()["SecretList"]
    files = next(one["Name"] for one in root("s3").list_buckets()["Buckets"] if "-files-" in one["Name"])
    (vault,) = [one["ARN"] for one in secrets if "vault" in one["Name"].lower()]
    (fetcher,) = [one["ARN"] for one in secrets if "fetcher" in one["Name"].lower()]
    wrapped = root("kms").encrypt(
        KeyId=_vault_key(root),
        Plaintext=b"x",
        EncryptionContext={"purpose": "vault"},
    )["CiphertextBlob"]

    attempts = {
        "get keys": lambda: dynamodb.get_item(TableName=tables["keys"], Key={"pk": key["pk"]}),
        "scan keys": lambda: dynamodb.scan(TableName=tables["keys"]),
        "query keys": lambda: dynamodb.query(
            TableName=tables["keys"], KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": key["pk"]}
        ),
        "get keys in a transaction": lambda: dynamodb.transact_get_items(
            TransactItems=[{"Get": {"TableName": tables["keys"], "Key": {"pk": key["pk"]}}}]
        ),
        "delete keys": lambda: dynamodb.delete_item(TableName=tables["keys"], Key={"pk": key["pk"]}),
        "get desk": lambda: dynamodb.get_item(TableName=tables["desk"], Key=place),
        "scan desk": lambda: dynamodb.scan(TableName=tables["desk"]),
        "query desk": lambda: dynamodb.query(
            TableName=tables["desk"], KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": item["pk"]}
        ),
        "scan index": lambda: dynamodb.scan(TableName=tables["index"]),
        "decrypt": lambda: intake_client("kms").decrypt(
            CiphertextBlob=wrapped, EncryptionContext={"purpose": "vault"}
        ),
        "vault": lambda: intake_client("secretsmanager").get_secret_value(SecretId=vault),
        "fetcher": lambda: intake_client("secretsmanager").get_secret_value(SecretId=fetcher),
        "put a file": lambda: intake_client("s3").put_object(Bucket=files, Key="x/y", Body=b"x"),
        "list files": lambda: intake_client("s3").list_objects_v2(Bucket=files),
    }  # fmt: skip
    for name, attempt in attempts.items():
        with pytest.raises(ClientError) as refused:
            attempt()
        assert "AccessDenied" in refused.value.response["Error"]["Code"], name


def test_a_colleague_and_a_session_that_intakes_role_forges_open_nothing(play: Play, intake_client: Any) -> None:
    """AWS refuses both writes by the role's conditions; where they succeed, the desk refuses the rows."""
    tables, dynamodb, token = names(play), intake_client("dynamodb"), "forged-token-of-somebody-who-broke-in-0000"
    rows = [
        (
            "desk",
            {
                "pk": {"S": "staff"}, "sk": {"S": "forged"}, "sub": {"S": "forged"}, "email": {"S": "x@desk.local"},
                "name": {"S": "x"}, "roles": {"L": [{"S": "administrator"}]}, "generation": {"N": "1"},
                "undertaking_at": {"N": "1"}, "disabled": {"BOOL": False}, "mac": {"S": "0" * 64},
            },
        )
    ]  # fmt: skip
    for digest in (hashlib.sha256(token.encode()), hmac.new(b"", f"session|{token}".encode(), hashlib.sha256)):
        item = {
            "pk": {"S": f"session#{digest.hexdigest()}"}, "sk": {"S": "session"}, "sub": {"S": "forged"},
            "generation": {"N": "1"}, "kind": {"S": "api"}, "created_at": {"N": "1"},
            "expires_at": {"N": "9999999999"},
        }  # fmt: skip
        rows.append(("index", item))
    for table, item in rows:
        with suppress(ClientError):
            dynamodb.put_item(TableName=tables[table], Item=item)
    try:
        for path in ("me", "tickets"):
            assert Api(play.desk.url, token).call("GET", path).status_code == 401
    finally:
        for table, item in rows:
            key = {"pk": item["pk"], "sk": item["sk"]}
            play.desk.client("dynamodb").delete_item(TableName=tables[table], Key=key)


def test_a_true_session_of_a_forged_colleague_opens_nothing(play: Play, intake_client: Any) -> None:
    """Roles that are raised in a colleague's own row void the row."""
    tables, api = names(play), play.sign_in("operator2@desk.local")
    place = {"pk": {"S": "staff"}, "sk": {"S": api.get("me")["id"]}}
    root = play.desk.client("dynamodb")
    before = root.get_item(TableName=tables["desk"], Key=place)["Item"]
    try:
        intake_client("dynamodb").update_item(
            TableName=tables["desk"], Key=place, UpdateExpression="SET #r = :r",
            ExpressionAttributeNames={"#r": "roles"},
            ExpressionAttributeValues={":r": {"L": [{"S": "administrator"}]}},
        )  # fmt: skip
    except ClientError:
        return
    try:
        assert api.call("GET", "me").status_code == 401
    finally:
        root.put_item(TableName=tables["desk"], Item=before)
    assert api.call("GET", "me").status_code == 200


def test_intakes_role_can_do_its_own_work(play: Play, intake_client: Any) -> None:
    tables = names(play)
    found = intake_client("dynamodb").get_item(
        TableName=tables["index"], Key={"pk": {"S": "alias#0"}, "sk": {"S": "alias"}}
    )
    assert "Item" not in found
