"""Units are counted by Amazon's documented rule, from what calls touch."""

import os
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

from bench.units import Meter, index_units, item_size, read_units, write_units

INDEX = {
    "KeySchema": [{"AttributeName": "queue"}, {"AttributeName": "activity"}],
    "Projection": {"ProjectionType": "ALL"},
}
KEYS_ONLY = INDEX | {"Projection": {"ProjectionType": "KEYS_ONLY"}}
TICKET = {"pk": {"S": "ticket#1"}, "sk": {"S": "ticket"}, "queue": {"S": "open#0"}, "activity": {"N": "1"}}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "Амина"}, 10),
        ({"N": "1795000000000"}, 3),
        ({"N": "-12345"}, 5),
        ({"N": "0"}, 2),
        ({"B": b"1234"}, 4),
        ({"BOOL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": [{"S": "ab"}, {"S": "c"}]}, 3 + 1 + 2 + 1 + 1),
        ({"M": {"ab": {"S": "c"}}}, 3 + 1 + 2 + 1),
    ],
)
def test_an_attribute_has_the_size_of_its_name_and_value(value: Mapping[str, Any], size: int) -> None:
    assert item_size({"name": value}) == 4 + size


def test_units_are_whole_kilobytes_of_writes_and_four_of_reads() -> None:
    assert [write_units(size) for size in (0, 1, 1024, 1025)] == [1, 1, 1, 2]
    assert [read_units(size, True) for size in (0, 4096, 4097)] == [1, 1, 2]
    assert [read_units(size, False) for size in (0, 4096, 4097)] == [0.5, 0.5, 1]


def test_an_index_is_paid_for_when_what_it_copies_changes() -> None:
    keys = ("pk", "sk")
    moved, read = TICKET | {"activity": {"N": "2"}}, TICKET | {"unread": {"N": "1"}}
    gone = {name: value for name, value in TICKET.items() if name != "queue"}
    assert [index_units(*pair, INDEX, keys) for pair in ((None, TICKET), (TICKET, None), (TICKET, gone))] == [1, 1, 1]
    assert index_units(TICKET, moved, INDEX, keys) == 2, "out of the old place and into the new one"
    assert index_units(TICKET, read, INDEX, keys) == 1
    assert index_units(TICKET, read, KEYS_ONLY, keys) == index_units(gone, gone, INDEX, keys) == 0


@pytest.fixture
def metered(tables: Mapping[str, str]) -> tuple[Any, Meter, str]:
    """A client, the meter that hears it, and the table `desk` with a hundred rows of a kilobyte in one partition."""
    session = botocore.session.get_session()
    endpoint = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]

    def client(name: str) -> Any:
        return session.create_client(
            "dynamodb", endpoint_url=endpoint, config=Config(user_agent_extra=f"{name}/{tables['desk']}")
        )

    heard, table = client("heard"), tables["desk"]
    meter = Meter(client("unheard"), tables)
    meter.connect(heard)
    for number in range(100):
        row = {
            "pk": {"S": "p"},
            "sk": {"S": f"{number:03d}"},
            "text": {"S": "x" * 1000},
            "even": {"N": str(number % 2)},
        }
        heard.put_item(TableName=table, Item=row)
    return heard, meter, table


def test_reads_cost_what_they_pass_by_and_not_what_they_return(metered: tuple[Any, Meter, str]) -> None:
    client, meter, table = metered
    asked = {
        "TableName": table,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "p"}},
    }
    whole = 25.0  # a hundred rows of 1,018 bytes, four kilobytes a unit
    filtered = {
        "FilterExpression": "#even = :one",
        "ExpressionAttributeNames": {"#even": "even"},
        "ExpressionAttributeValues": {":p": {"S": "p"}, ":one": {"N": "1"}},
    }
    for more in ({}, {"Select": "COUNT"}, {"ProjectionExpression": "sk"}, filtered):
        with meter.bill() as bill:
            client.query(**asked | more, ConsistentRead=True)
        assert (bill.calls, bill.read, bill.write) == ({"Query": 1}, whole, 0), more
    with meter.bill() as bill:
        client.query(**asked, Limit=9)
    assert bill.read == 1.5, "eventually consistent, nine kilobytes"
    with meter.bill() as bill:
        client.scan(TableName=table)
    assert bill.read == whole / 2


def test_every_row_of_a_batch_is_rounded_up_by_itself(metered: tuple[Any, Meter, str]) -> None:
    client, meter, table = metered
    keys = [{"pk": {"S": "p"}, "sk": {"S": f"{number:03d}"}} for number in range(98, 102)]
    with meter.bill() as bill:
        client.batch_get_item(RequestItems={table: {"Keys": keys, "ProjectionExpression": "sk"}})
    assert bill.read == 4 * 0.5, "two of them do not exist and cost as much"
    with meter.bill() as bill:
        client.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": key}} for key in keys])
    assert bill.read == 4 * 2


def test_transactions_cost_twice_and_the_storage_says_so_too(metered: tuple[Any, Meter, str]) -> None:
    client, meter, table = metered
    key = {"pk": TICKET["pk"], "sk": TICKET["sk"]}
    moved = {"UpdateExpression": "SET activity = :two", "ExpressionAttributeValues": {":two": {"N": "2"}}}
    asked = [
        {"Put": {"TableName": table, "Item": {"pk": {"S": "q"}, "sk": {"S": "q"}}}},
        {"Update": {"TableName": table, "Key": key, **moved}},
        {
            "ConditionCheck": {
                "TableName": table,
                "Key": {"pk": {"S": "p"}, "sk": {"S": "000"}},
                "ConditionExpression": "attribute_exists(pk)",
            }
        },
    ]
    with meter.bill() as bill:
        client.put_item(TableName=table, Item=TICKET)
    assert bill.write == bill.told_write == 1 + 1
    with meter.bill() as bill:
        client.transact_write_items(TransactItems=asked)
    assert bill.write == bill.told_write == 2 + 2 + 2 + 2
