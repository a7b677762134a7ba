"""Figures of the intake function: processor time, cold start, calls and units (design of quality: intake_*)."""

import base64
import contextlib
import gc
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from bench.canned import ENVIRONMENT, INBOUND, Canned
from bench.endpoint import endpoint
from bench.webhook import event

ROUNDS, CALLS, COLD_RUNS = 15, 60, 15
INSTALLED = Path(boto3.__file__).parent.parent
"""Where boto3 lies as pip installs it: whole, with byte code."""


def _app(canned: Canned) -> Callable[[Any, Any], Any]:
    """Return the intake app with canned AWS answers."""
    os.environ.update(ENVIRONMENT)
    from chalicelib.dynamo import clients

    clients._session().register("before-send", canned)
    from chalicelib.web.intake_function import app

    return app


def _known(canned: Canned) -> None:
    """Give the canned alias the profile hash of the sender, so that the name counts as known."""
    from chalicelib.wiring import base as wiring

    profile = wiring.address_key().profile("Амина Сәтбаева", "")
    canned.alias = {**canned.alias, "profile_hash": {"S": profile}}


def _captured(app: Callable[[Any, Any], Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters of the two calls that one message makes."""
    from chalicelib.dynamo.clients import client

    seen: dict[str, dict[str, Any]] = {}

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        seen[model.name] = dict(params)

    events = client("dynamodb").meta.events
    events.register("provide-client-params.dynamodb.*", note)
    app(event(), None)
    events.unregister("provide-client-params.dynamodb.*", note)
    return seen["GetItem"], seen["TransactWriteItems"]


def _timed(work: Callable[[], object]) -> float:
    """Return the processor time of CALLS runs, in ms per run."""
    started = time.process_time()
    for _ in range(CALLS):
        work()
    return (time.process_time() - started) * 1000 / CALLS


def cpu() -> dict[str, Any]:
    """Measure one message of a known customer against the same two calls by boto3 as it comes, and by botocore with our
    own configuration, interleaved. What lives for ever is hidden from the collector of garbage for all three."""
    from chalicelib.dynamo.clients import client

    canned = Canned()
    app = _app(canned)
    with contextlib.redirect_stdout(io.StringIO()):
        _known(canned)
        get, transact = _captured(app)
        raw, lean = boto3.client("dynamodb"), client("dynamodb")
        raw.meta.events.register("before-send", canned)
        events = iter([event() for _ in range(ROUNDS * CALLS)])

        def calls(made: Any) -> None:
            made.get_item(**get)
            made.transact_write_items(**transact)

        gc.collect()
        gc.freeze()
        rounds = [
            (_timed(lambda: app(next(events), None)), _timed(lambda: calls(raw)), _timed(lambda: calls(lean)))
            for _ in range(ROUNDS)
        ]
    return {
        "id": "intake_cpu",
        "value": round(statistics.median(ours / base for ours, base, _ in rounds), 3),
        "unit": "× raw calls",
        "reach": 1.0,
        "ours_ms": round(statistics.median(ours for ours, _, _ in rounds), 3),
        "floor_ms": round(statistics.median(base for _, base, _ in rounds), 3),
        "lean_floor_ms": round(statistics.median(base for _, _, base in rounds), 3),
        "of_lean_floor": round(statistics.median(ours / base for ours, _, base in rounds), 3),
    }


def _to_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        if set(value) == {"B"}:
            return {"B64": _to_json(value["B"])}
        return {name: _to_json(one) for name, one in value.items()}
    return [_to_json(one) for one in value] if isinstance(value, list) else value


def cold(package: Path) -> dict[str, Any]:
    """Measure import and first request in fresh interpreters from the unzipped package, with TLS, interleaved with two
    floors: boto3 as it is installed, and botocore of the same package with our own configuration."""
    canned = Canned()
    app = _app(canned)
    with contextlib.redirect_stdout(io.StringIO()):
        _known(canned)
        calls = _captured(app)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file, bundle = folder / "asked.json", folder / "trusted.pem"
        file.write_text(json.dumps({"event": event(), "calls": _to_json(list(calls))}))
        answers = {"GetItem": {"Item": canned.alias}, "GetSecretValue": {"SecretString": json.dumps(INBOUND)}}
        with endpoint(answers, folder) as (address, certificate):

            def run(which: str, imported: Path) -> float:
                trusted = imported / "botocore" / "cacert.pem"
                bundle.write_bytes(trusted.read_bytes() + certificate)
                return _fresh(which, imported, file, AWS_ENDPOINT_URL=address, AWS_CA_BUNDLE=str(bundle))

            rounds = [(run("ours", package), run("floor", INSTALLED), run("lean", package)) for _ in range(COLD_RUNS)]
    ours, floor, lean = (statistics.median(column) for column in zip(*rounds, strict=True))
    return {
        "id": "intake_cold",
        "value": round(statistics.median(one / base for one, base, _ in rounds), 3),
        "unit": "× boto3 and the same calls",
        "reach": 1.0,
        "ours_ms": round(ours, 1),
        "floor_ms": round(floor, 1),
        "lean_floor_ms": round(lean, 1),
        "of_lean_floor": round(statistics.median(one / base for one, _, base in rounds), 3),
        "tls": True,
    }


def imports(package: Path) -> dict[str, Any]:
    """Measure what the dashboard's pages import in fresh interpreters, and how much more the API's models cost those
    that ask the API."""
    pairs = [(_fresh("pages", package), _fresh("api", package)) for _ in range(COLD_RUNS)]
    pages = statistics.median(one for one, _ in pairs)
    more = statistics.median(both - one for one, both in pairs)
    return {"id": "dashboard_imports", "value": round(pages, 1), "unit": "ms", "api_more_ms": round(more, 1)}


def _fresh(which: str, imported: Path, *file: Path, **variables: str) -> float:
    """Return the processor time of bench/cold.py in ms; everything is imported from the folder `imported`."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", Path(__file__).with_name("cold.py"), which, imported, *file],
        env=ENVIRONMENT | {"HOME": "/nonexistent"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"bench/cold.py {which}: {done.stderr}")
    return float(done.stderr.split()[-1])


def calls_and_units(endpoint: str, tables: dict[str, str], engine: str) -> list[dict[str, Any]]:
    """Count service calls and capacity units of a new and of a known customer's message on real tables."""
    from chalicelib.dynamo.tables import Tables
    from chalicelib.messages.receive_message import ReceiveMessage
    from chalicelib.messages.store import IntakeStore
    from chalicelib.profile.load import load_profile
    from chalicelib.vault.encryption import new_pair
    from chalicelib.vault.pseudonyms import AddressKey
    from chalicelib.wiring.base import recognise_asks, refuse_suppressed

    metered = _Metered(boto3.client("dynamodb", endpoint_url=endpoint, region_name="eu-central-1"))
    profile = load_profile("spoint")
    store = IntakeStore(Tables(metered, tables), AddressKey(b"k" * 32), new_pair().public)
    receive = ReceiveMessage(
        store,
        profile,
        ("1", "0" * 64),
        lambda: 1_795_000_001_000,
        recognise_asks(profile),
        refuse_suppressed(store, profile),
    )
    from bench.canned import ACCOUNT
    from chalicelib.channels.whatsapp.parse import parse

    figures: dict[str, tuple[Counter[str], float, float]] = {}
    for who in ("new", "known"):
        metered.reset()
        (message,) = parse(event()["body"].encode(), [ACCOUNT])
        receive(message)  # type: ignore[arg-type]
        figures[who] = (Counter(metered.calls), metered.write_units, metered.read_units)
    documented = _documented(metered, tables["desk"])
    return [
        *(
            {"id": f"intake_calls_{who}", "value": sum(calls.values()), "unit": "DynamoDB calls", "reach": reach,
             "other_services": 0, "calls": dict(calls)}
            for (who, (calls, _, _)), reach in zip(figures.items(), (4, 2), strict=True)
        ),
        {"id": "intake_units_write", "value": figures["known"][1], "unit": "write units", "reach": 10, "engine": engine,
         "new_customer": figures["new"][1]},
        {"id": "intake_units_documented", "value": documented, "unit": "write units by AWS's rule", "reach": 10,
         "rule": "two per item and KB in a transaction; one each for the old and new place in an index"},
        {"id": "intake_units_read", "value": figures["known"][2], "unit": "read units", "reach": 1, "engine": engine,
         "new_customer": figures["new"][2]},
    ]  # fmt: skip


def _documented(client: Any, table: str) -> int:
    """Return what AWS's documentation counts for a known customer's message: message, head, ticket, the check that the
    customer's key is there, one index.

    DynamoDB Local adds items of a transaction up and counts at least four units where AWS documents two.
    """
    items = client.scan(TableName=table, ConsistentRead=True)["Items"]
    sizes = {item["sk"]["S"].split("#")[0]: _kilobytes(item) for item in items if _inbound_or_row(item)}
    key = 1
    return 2 * (sizes["message"] + sizes["head"] + sizes["ticket"] + key) + 2 * sizes["ticket"]


def _inbound_or_row(item: dict[str, Any]) -> bool:
    return item.get("direction", {"S": "in"})["S"] == "in"


def _kilobytes(item: dict[str, Any]) -> int:
    """Return an item's size in whole KB: names and values, as AWS counts them."""
    size = 0
    for name, value in item.items():
        ((kind, inner),) = value.items()
        length = {"S": lambda v: len(v.encode()), "B": len, "N": lambda v: len(v) // 2 + 2, "BOOL": lambda v: 1}
        size += len(name) + (length[kind](inner) if kind in length else 3 + sum(len(str(one)) for one in inner))
    return -(-size // 1024)


class _Metered:
    """A DynamoDB client that notes calls and consumed units."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.reset()

    def reset(self) -> None:
        self.calls: list[str] = []
        self.write_units = self.read_units = 0.0

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self.calls.append(name)
            answer = getattr(self._client, name)(**request, ReturnConsumedCapacity="INDEXES")
            consumed = answer.get("ConsumedCapacity") or []
            for one in consumed if isinstance(consumed, list) else [consumed]:
                units = float(one.get("CapacityUnits", 0))
                if name.startswith(("get", "query", "batch_get")):
                    self.read_units += units
                else:
                    self.write_units += units
            return answer

        return call
