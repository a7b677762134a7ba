"""Tables and listening clients for all tests of a file."""

import secrets
from collections.abc import Iterator

import pytest

from chalicelib.channels.telegram import send as telegram
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.rows import bind
from infra.definitions import load
from local.aws.ministack import create_tables
from tests.support.delivery.provider import serve
from tests.support.retention.desk import RetentionDesk
from tests.support.storage.recorded import Recorder


@pytest.fixture(scope="module")
def kept(dynamodb_endpoint: str) -> Iterator[tuple[RetentionDesk, Recorder]]:
    """Tables and listening clients for all tests of this file: making them takes longer than what they are asked."""
    tables = create_tables(dynamodb_endpoint, load("tables"), f"t{secrets.token_hex(6)}")
    client.cache_clear()
    bind(tables)
    with serve() as provider:
        made = RetentionDesk(tables, client("dynamodb"), provider=provider)
        yield made, Recorder(tables)
    telegram.close()


@pytest.fixture
def desk(kept: tuple[RetentionDesk, Recorder]) -> RetentionDesk:
    """A desk whose tables are empty."""
    made, _ = kept
    made.delete_all((table, item) for table, items in made.snapshot().items() for item in items.values())
    fresh = RetentionDesk(made.tables, made.dynamodb, provider=made.provider)
    fresh.trust_the_index()
    return fresh


@pytest.fixture
def recorder(kept: tuple[RetentionDesk, Recorder]) -> Recorder:
    return kept[1]
