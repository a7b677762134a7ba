"""No route answers 5xx to any input, and nothing is written without a signature."""

import json
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.e2e.playing import Play, signed

FUZZ = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    print_blob=True,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
paths = st.sampled_from(
    "webhooks/whatsapp webhooks/telegram policy policy/1 healthz contact certificates api/v1/login api/v1/tickets"
    " api/v1/tickets/x api/v1/openapi.json dashboard dashboard/ dashboard/tickets x".split()
)


def count_items(play: Play) -> int:
    dynamodb = play.desk.client("dynamodb")
    (desk,) = [name for name in dynamodb.list_tables()["TableNames"] if name.endswith("-desk")]
    pages = dynamodb.get_paginator("scan").paginate(TableName=desk, Select="COUNT")
    return sum(page["Count"] for page in pages)


@FUZZ
@given(
    path=paths,
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/json", "text/plain", "", "application/x-www-form-urlencoded"]),
    query=st.text("abc=&%?/[]{}", max_size=20),
)
def test_no_route_answers_5xx_to_any_bytes(
    play: Play, path: str, method: str, body: bytes, kind: str, query: str
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    url = f"{play.desk.url}/{path}" + (f"?{query}" if query else "")
    answer = requests.request(method, url, data=body, headers=headers, timeout=30, allow_redirects=False)
    assert answer.status_code < 500, (answer.status_code, answer.text)


@FUZZ
@given(json_values)
def test_a_signed_body_of_any_json_is_2xx_or_4xx(play: Play, value: Any) -> None:
    body = json.dumps(value).encode()
    answer = requests.post(f"{play.desk.url}/webhooks/whatsapp", data=body, headers=signed(body), timeout=30)
    assert answer.status_code in (200, 400)
    assert play.telegram(value).status_code in (200, 400)


@pytest.mark.parametrize("headers", [{}, {"X-Hub-Signature-256": "sha256=" + "0" * 64}, {"X-Hub-Signature-256": ""}])
def test_nothing_is_written_without_a_signature(play: Play, headers: dict[str, str]) -> None:
    before = count_items(play)
    body = json.dumps(play.text("77000000107", "жазылмайды")).encode()
    answer = play.whatsapp(body, {"Content-Type": "application/json", **headers})
    assert answer.status_code in (401, 403)
    assert play.telegram({"update_id": 1}, "wrong").status_code == 401
    assert count_items(play) == before


def test_a_body_over_10_mb_is_413(play: Play) -> None:
    body = b'{"a": "' + b"x" * (10 * 1024 * 1024) + b'"}'
    assert play.whatsapp(body).status_code == 413
