"""One cold start in this fresh interpreter; prints its processor time in ms.

    python -I -S -B bench/cold.py ours|floor|lean|pages|api FOLDER [FILE]

Everything but Python's own library is imported from FOLDER: the unzipped package, or installed packages. FILE holds
the request and the two calls as JSON. The environment holds what a function's would.
"""

import sys
import time

started = time.process_time()


def ours() -> None:
    """Import the intake function and answer its first request."""
    from chalicelib.web.intake_function import app

    answer = app(_file()["event"], None)
    assert answer["statusCode"] == 200, answer


def pages() -> None:
    """Import what the dashboard's pages import."""
    from chalicelib.web.dispatch import _view
    from chalicelib.web.http import auth
    from chalicelib.web.http.routes_and_roles import PAGES
    from chalicelib.wiring import base

    assert auth and base
    for route in PAGES:
        _view(route.view)


def api() -> None:
    """Import what the pages import, and then the routes of the API with their models."""
    from chalicelib.web.dispatch import _view
    from chalicelib.web.http.routes_and_roles import API

    pages()
    for route in API:
        _view(route.view)


def floor() -> None:
    """Import boto3, make one DynamoDB client and make the same two calls."""
    import boto3

    _call_twice(boto3.client("dynamodb"))


def lean() -> None:
    """Do as `floor` does, with botocore alone, our own configuration of a client and no collection of garbage."""
    import gc

    gc.disable()
    from chalicelib.dynamo.clients import client

    made = client("dynamodb")
    gc.freeze()
    gc.enable()
    _call_twice(made)


def _call_twice(client: object) -> None:
    get, transact = _file()["calls"]
    client.get_item(**get)  # type: ignore[attr-defined]
    client.transact_write_items(**transact)  # type: ignore[attr-defined]


def _file() -> dict:  # type: ignore[type-arg]
    import json
    from pathlib import Path

    return json.loads(Path(sys.argv[3]).read_text(), object_hook=_bytes)  # type: ignore[no-any-return]


def _bytes(value: dict) -> dict:  # type: ignore[type-arg]
    import base64

    return {"B": base64.b64decode(value["B64"])} if "B64" in value else value


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    {"ours": ours, "floor": floor, "lean": lean, "pages": pages, "api": api}[sys.argv[1]]()
    sys.stderr.write(f"{(time.process_time() - started) * 1000:.2f}\n")
