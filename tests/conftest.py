"""Parts that tests of every area share: the embedded AWS, fresh tables, and the whole desk."""

import gc
import os
import secrets
from collections.abc import Hashable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from botocore.exceptions import BotoCoreError
from hypothesis import settings

from infra.definitions import load
from local.aws import ministack as embedded
from tests.support import calls, in_process
from tests.support.aws import Aws, tables_at
from tests.support.running import RunningDesk, start_desk


def pytest_configure() -> None:
    """The time of one example tells how busy the machine is; that what reads texts takes no longer than they are long
    is tested as such (domain/test_linear_time.py)."""
    settings.register_profile("desk", deadline=None, print_blob=True)
    settings.load_profile("desk")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--dynamodb-local",
        action="store_true",
        help="run the tests that use tables against Amazon's DynamoDB Local instead of the embedded AWS",
    )


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.support import sharing

    return sharing.scheduler(config, log)


def pytest_collection(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        from tests.support import sharing

        sharing.import_own_part_first(session.config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        from tests.support import sharing

        sharing.sort(items)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not visit it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def quick_clients() -> Iterator[None]:
    """botocore reads its models of AWS from disk for every session, builds each client anew and cleans the name that it
    goes by at every call; pynamodb has a session and a client for every table that a test binds; httpx reads the
    certificates of all authorities for every client, also for one without TLS. Here models and certificates are read
    once, and sessions and clients are shared by whoever has the same region, endpoint, credentials and settings."""
    import botocore.session
    import botocore.useragent
    import httpx._transports.default
    import pynamodb.connection.base

    new_session = botocore.session.get_session

    @cache
    def session(environment: tuple[tuple[str, str], ...]) -> botocore.session.Session:
        made = new_session()
        with suppress(BotoCoreError):  # parts that are made at the first use are not safe for threads
            made.create_client("dynamodb")
        return made

    def environment() -> tuple[tuple[str, str], ...]:
        return tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_")))

    clients: dict[Hashable, Any] = {}
    connections: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
    create = botocore.session.Session.create_client
    connect = pynamodb.connection.base.Connection.client.fget

    def client(made_by: botocore.session.Session, *args: Any, **settings: Any) -> Any:
        told = sorted((name, str(vars(one)) if name == "config" and one else one) for name, one in settings.items())
        key = (made_by, environment(), args, *told)
        if key not in clients:
            made = create(made_by, *args, **settings)
            calls.connect(made)
            if made.meta.endpoint_url == in_process.ENDPOINT:
                in_process.connect(made)
            clients[key] = made
        return clients[key]

    def connected(connection: Any) -> Any:
        if connection not in connections:
            settings = [(name, one) for name, one in vars(connection).items() if isinstance(one, str | int | float)]
            key = (environment(), *settings)
            connections[connection] = clients[key] if key in clients else clients.setdefault(key, connect(connection))
        return connections[connection]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        patch.setattr(botocore.session.Session, "create_client", client)
        cleaned = cache(botocore.useragent.sanitize_user_agent_string_component)
        patch.setattr(botocore.useragent, "sanitize_user_agent_string_component", cleaned)
        trusted = cache(httpx._transports.default.create_ssl_context)
        patch.setattr(httpx._transports.default, "create_ssl_context", trusted)
        for module in (botocore.session, pynamodb.connection.base):
            patch.setattr(module, "get_session", lambda: session(environment()))
        patch.setattr(pynamodb.connection.base.Connection, "client", property(connected))
        yield


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One MiniStack process for the session; the environment points every SDK client at it."""
    log = tmp_path_factory.mktemp("aws") / "ministack.log"
    with embedded.MiniStack(embedded.free_port(), log=log) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in embedded.CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_DEFAULT_REGION", embedded.REGION)
        patch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        yield Aws(running.endpoint, lambda service: embedded.client(service, running.endpoint))


@pytest.fixture(scope="session")
def dynamodb_endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """The endpoint that tables are made at: this process, or DynamoDB Local with --dynamodb-local. A module whose tests
    need tables in the embedded AWS itself has a fixture of this name with `tables_at(aws.endpoint)`."""
    if not request.config.getoption("--dynamodb-local"):
        request.getfixturevalue("aws")  # for all other services
        with tables_at(in_process.ENDPOINT) as endpoint:
            yield endpoint
        return
    from local.aws.dynamodb_local import DynamoDBLocal

    with DynamoDBLocal(embedded.free_port()) as java, tables_at(java.endpoint) as endpoint:
        yield endpoint


@pytest.fixture
def tables(dynamodb_endpoint: str) -> Iterator[Mapping[str, str]]:
    """Four fresh tables from the deployment's own definitions: desk, keys, index, ledger → real name."""
    prefix = f"t{secrets.token_hex(6)}"
    if dynamodb_endpoint != in_process.ENDPOINT:
        yield embedded.create_tables(dynamodb_endpoint, load("tables"), prefix)
        return
    made = in_process.fresh_tables(prefix)
    yield made
    in_process.forget(made.values())


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """`make run` itself, once for the session, on free ports."""
    log = tmp_path_factory.mktemp("desk") / "run.log"
    with start_desk(log) as running:
        yield running
