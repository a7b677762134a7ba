"""What a message crosses, of somebody new and of somebody known. The function is warm: another person wrote before."""

import json

import pytest
from chalice.test import Client

from tests.support.intake.desk import Desk, desk  # noqa: F401
from tests.support.intake.webhooks import (
    envelope,
    front,  # noqa: F401
    post,
    text,
    value,
)
from tests.support.people import AMINA_PHONE
from tests.ways.crossing import Way
from tests.ways.shown import MEASURED

pytestmark = pytest.mark.ways


def test_a_message(desk: Desk, front: Client) -> None:  # noqa: F811
    def body() -> bytes:
        return json.dumps(envelope(value(text(desk)))).encode()

    assert post(front, body().replace(AMINA_PHONE.encode(), b"77019998877")).status_code == 200
    for name in ("somebody new writes", "somebody known writes"):
        way, given = Way(), body()
        assert way.walked(lambda given=given: post(front, given)).status_code == 200
        MEASURED.append((name, way))
