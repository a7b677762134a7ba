"""Processor time of the intake function: of a warm message, of a cold start, and what the dashboard imports."""

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
    events.register("before-parameter-build.dynamodb.*", note)
    app(event(), None)
    events.unregister("before-parameter-build.dynamodb.*", note)
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
        "reach_of_lean_floor": 1.5,
        "cause": "above the two calls stand chalice, parsing, sealing, logs and metrics: half a call's work",
    }


def figures() -> list[dict[str, Any]]:
    """Measure the processor time of a warm message."""
    return [cpu()]


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
        "cause": "modules and clients that the floor does not have",
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
