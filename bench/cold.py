"""One cold start in this fresh interpreter: `python -m bench.cold ours|floor|pages|api` prints its processor time in
ms."""

import sys
import time

started = time.process_time()


def ours() -> None:
    """Import the intake function and answer its first request."""
    import os

    from bench.canned import ENVIRONMENT, Canned
    from bench.webhook import event

    os.environ.update(ENVIRONMENT)
    from chalicelib.dynamo import clients

    clients._session().register("before-send", Canned())
    from chalicelib.web.intake_function import app

    answer = app(event(), None)
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
    import json
    import os
    from pathlib import Path

    from bench.canned import ENVIRONMENT, Canned

    os.environ.update(ENVIRONMENT)
    import boto3

    client = boto3.client("dynamodb")
    client.meta.events.register("before-send", Canned())
    get, transact = json.loads(Path(sys.argv[2]).read_text(), object_hook=_bytes)
    client.get_item(**get)
    client.transact_write_items(**transact)


def _bytes(value: dict) -> dict:  # type: ignore[type-arg]
    import base64

    return {"B": base64.b64decode(value["B64"])} if "B64" in value else value


if __name__ == "__main__":
    {"ours": ours, "floor": floor, "pages": pages, "api": api}[sys.argv[1]]()
    sys.stderr.write(f"{(time.process_time() - started) * 1000:.2f}\n")
