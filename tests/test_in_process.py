"""Tables in this process answer as the embedded AWS does over HTTP: the same calls of both, compared whole."""

import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.definitions import load
from local.aws import ministack as embedded
from tests.support import in_process
from tests.support.aws import Aws

Call = tuple[str, dict[str, Any]]
CAPACITY = {"ReturnConsumedCapacity": "INDEXES"}
OWN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[T ][0-9:.+Z]+|\b[0-9]{21}\b|datetime\.datetime\([^()]+(?:\(\))?\)"
)
"""What no two tables or requests share: their ids, and when they were made."""


def row(pk: str, sk: str = "x", **more: Any) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, **more}


@pytest.fixture(scope="module")
def both(aws: Aws) -> Iterator[tuple[Any, Any, str]]:
    """A client of this process, one of HTTP, and the name of a table that both have."""
    here, there = embedded.client("dynamodb", in_process.ENDPOINT), aws.client("dynamodb")
    prefix = f"both{secrets.token_hex(4)}"
    for endpoint in (in_process.ENDPOINT, aws.endpoint):
        embedded.create_tables(endpoint, load("tables"), prefix)
    yield here, there, f"{prefix}-desk"
    in_process.forget(f"{prefix}-{table}" for table in ("desk", "keys", "index", "ledger"))


def answer(client: Any, call: Call) -> Any:
    """What a call answers, refusal or not, with its status and the headers that mean something."""
    name, request = call
    try:
        found = getattr(client, name)(**request)
    except ClientError as error:
        found = {"raised": type(error).__name__, "said": str(error), **error.response}
    kept = found.pop("ResponseMetadata")
    headers = {one: kept["HTTPHeaders"].get(one) for one in ("content-type", "x-amzn-errortype")}
    return {**found, "status": kept["HTTPStatusCode"], "tries": kept["RetryAttempts"], **headers}


def calls(table: str) -> Iterator[tuple[str, Call]]:
    """One of each kind: taken, refused by a condition, by a transaction, by a limit, by the form; pages and streams."""
    many = [row("page", f"{number:03d}", big={"S": "ә" * 90_000}) for number in range(12)]
    key = {"pk": {"S": "a"}, "sk": {"S": "x"}}
    at = {"TableName": table}
    new = {"ConditionExpression": "attribute_not_exists(pk)"}
    yield "put", ("put_item", {**at, "Item": row("a", n={"N": "1"}, b={"B": b"\0\xff"}), **CAPACITY})
    yield "get", ("get_item", {**at, "Key": key, "ConsistentRead": True, **CAPACITY})
    yield "put again", ("put_item", {**at, "Item": row("a"), **new, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    change = {"UpdateExpression": "SET n = n + :one, d.f = :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    yield "update no path", ("update_item", {**at, "Key": key, **change})
    change = {"UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    yield "update", ("update_item", {**at, "Key": key, **change, "ReturnValues": "ALL_NEW", **CAPACITY})
    puts = [{"Put": {**at, "Item": row("t", str(number))}} for number in range(3)]
    check = {"ConditionCheck": {**at, "Key": key, "ConditionExpression": "n = :no",
                                "ExpressionAttributeValues": {":no": {"N": "9"}},
                                "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}  # fmt: skip
    yield "transaction refused", ("transact_write_items", {"TransactItems": [*puts, check]})
    yield "transaction", ("transact_write_items", {"TransactItems": puts, "ClientRequestToken": "once", **CAPACITY})
    yield "transaction again", ("transact_write_items", {"TransactItems": puts, "ClientRequestToken": "once"})
    yield "token of another", ("transact_write_items", {"TransactItems": puts[:1], "ClientRequestToken": "once"})
    yield "transaction twice", ("transact_write_items", {"TransactItems": [puts[0], puts[0]]})
    hundred = [{"Put": {**at, "Item": row("h", str(number))}} for number in range(101)]
    yield "transaction too long", ("transact_write_items", {"TransactItems": hundred})
    heavy = [{"Put": {**at, "Item": row("h", str(number), big={"S": "x" * 399_000})}} for number in range(11)]
    yield "transaction too heavy", ("transact_write_items", {"TransactItems": heavy})
    yield "item too big", ("put_item", {**at, "Item": row("b", big={"S": "x" * 409_600})})
    yield "empty key", ("put_item", {**at, "Item": row("")})
    yield "number too long", ("put_item", {**at, "Item": row("n", n={"N": "1" * 39})})
    yield "reserved word", ("update_item", {**at, "Key": key, "UpdateExpression": "REMOVE state"})
    for start in (0, 4, 8):
        batch = [{"PutRequest": {"Item": one}} for one in many[start : start + 4]]
        yield f"batch {start}", ("batch_write_item", {"RequestItems": {table: batch}, **CAPACITY})
    batch = [{"PutRequest": {"Item": row("c", str(number))}} for number in range(26)]
    yield "batch too long", ("batch_write_item", {"RequestItems": {table: batch}})
    keys = [{name: one[name] for name in ("pk", "sk")} for one in many]
    yield "batch of reads", ("batch_get_item", {"RequestItems": {table: {"Keys": keys, "ConsistentRead": True}}})
    reads = [{"Get": {**at, "Key": one}} for one in keys[:2]]
    yield "reads at once", ("transact_get_items", {"TransactItems": reads, **CAPACITY})
    page = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "page"}}}
    yield "page by size", ("query", {**at, **page, **CAPACITY})
    yield "page by limit", ("query", {**at, **page, "Limit": 2, "ScanIndexForward": False, "Select": "COUNT"})
    yield "next page", ("query", {**at, **page, "ExclusiveStartKey": keys[9], "ProjectionExpression": "sk"})
    yield "scan", ("scan", {**at, "Limit": 3, **CAPACITY})
    yield "no index", ("query", {**at, **page, "IndexName": "nowhere"})
    yield "no condition", ("query", {**at})
    yield "deleted", ("delete_item", {**at, "Key": key, "ReturnValues": "ALL_OLD", **CAPACITY})
    yield "no table", ("get_item", {"TableName": "nowhere", "Key": key})
    yield "table", ("describe_table", at)


def projections(table: str) -> Iterator[tuple[str, Call]]:
    """Every kind of projection twice: of attributes, of what lies in them, of what overlaps or is not there."""
    at = {"TableName": table}
    names = {"ExpressionAttributeNames": {"#b": "b", "#m": "m"}}
    deep = {"M": {"f": {"N": "1"}, "g": {"L": [{"S": "x"}, {"BOOL": True}, {"NULL": True}, {"B": b"\1"}]}}}
    yield "put deep", ("put_item", {**at, "Item": row("deep", b={"SS": ["x", "y"]}, m=deep)})
    for wanted in (
        "#b, #m, pk",
        "#b, #m.g[1], #m.f",
        "#b, #m, b",
        "#m.g, #m, #b",
        "#b, #m, none",
        "#b, #m, pk.q",
        " #b,#m ",
    ):
        for time in ("first", "again"):
            shown = {"Key": {"pk": {"S": "deep"}, "sk": {"S": "x"}}, "ProjectionExpression": wanted, **names}
            yield f"{wanted} {time}", ("get_item", {**at, **shown})
            del shown["Key"]
            yield f"{wanted} {time} of all", ("scan", {**at, **shown})


def test_each_answer_and_each_refusal_is_the_same(both: tuple[Any, Any, str]) -> None:
    here, there, table = both
    statuses = []
    for name, call in (*projections(table), *calls(table)):
        found = [answer(client, call) for client in (here, there)]
        one, other = (OWN.sub("…", repr(each)) for each in found)
        assert one == other, name
        statuses.append(found[0]["status"])
    assert statuses.count(200) > 14 and statuses.count(400) > 12


def records(endpoint: str, table: str, pk: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the stream of a table says of one partition: name and record, but for number and time."""
    streams = embedded.client("dynamodbstreams", endpoint)
    (stream,) = streams.list_streams(TableName=table)["Streams"]
    for shard in streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]:
        where = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"]}
        at = streams.get_shard_iterator(**where, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while (page := streams.get_records(ShardIterator=at))["Records"]:  # at most 1 MB each
            at = page["NextShardIterator"]
            for one in page["Records"]:
                said = one["dynamodb"]
                if said["Keys"]["pk"]["S"] == pk:
                    own = {said.pop(name) for name in ("SequenceNumber", "ApproximateCreationDateTime")}
                    assert len(own) == 2
                    yield one["eventName"], said


def test_the_streams_are_the_same(both: tuple[Any, Any, str], aws: Aws) -> None:
    here, there, table = both
    for client in (here, there):
        client.put_item(TableName=table, Item=row("streamed", n={"N": "1"}))
        client.delete_item(TableName=table, Key=row("streamed"))
    one, other = (list(records(endpoint, table, "streamed")) for endpoint in (in_process.ENDPOINT, aws.endpoint))
    assert [name for name, _ in one] == ["INSERT", "REMOVE"]
    assert one == other


def test_fresh_tables_are_as_create_table_makes_them(both: tuple[Any, Any, str]) -> None:
    here, _, table = both
    prefix = f"fresh{secrets.token_hex(4)}"
    fresh = in_process.fresh_tables(prefix)
    assert len(fresh) == 4 and not in_process.items(fresh["desk"])
    for logical, name in fresh.items():
        other = table.replace("-desk", f"-{logical}")
        told = [answer(here, ("describe_table", {"TableName": one})) for one in (name, other)]
        counts = r"'(ItemCount|TableSizeBytes|IndexSizeBytes)': \d+"
        one, like = (re.sub(counts, "", OWN.sub("…", repr(each))) for each in told)
        assert one.replace(name, other) == like
    in_process.forget(fresh.values())


def test_items_that_are_put_back_are_those_that_were_told(both: tuple[Any, Any, str], aws: Aws) -> None:
    here, there, table = both
    deep = {"M": {"l": {"L": [{"B": b"\0"}, {"N": "1"}]}}}
    item = row("back", b={"B": b"\xff"}, s={"BS": [b"x"]}, n={"NS": ["1"]}, m=deep, t={"BOOL": True}, o={"NULL": True})
    changed = item | {"n": {"NS": ["2"]}}
    for one in (item, changed, changed):
        there.put_item(TableName=table, Item=one)
        in_process.put(table, [one])
    told = [client.get_item(TableName=table, Key=row("back"))["Item"] for client in (here, there)]
    assert told == [changed, changed] and changed in in_process.items(table)
    one, other = (list(records(endpoint, table, "back")) for endpoint in (in_process.ENDPOINT, aws.endpoint))
    assert one == other and [name for name, _ in one] == ["INSERT", "MODIFY"]


def test_only_root_is_answered(both: tuple[Any, Any, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked for permissions here, so nobody who would need them may come."""
    import boto3

    somebody = boto3.client(
        "dynamodb", endpoint_url=in_process.ENDPOINT, region_name=embedded.REGION,
        aws_access_key_id="ASIAROLE", aws_secret_access_key="x",
    )  # fmt: skip
    with pytest.raises(AssertionError, match="only root"):
        somebody.list_tables()
