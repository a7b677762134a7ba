"""`make ways`: what each task of the erasure crosses."""

from typing import Any

import pytest

from tests.support.erasure.desk import desk  # noqa: F401
from tests.support.erasure.walk import Walk
from tests.support.erasure.walk import dynamodb_endpoint as dynamodb_endpoint
from tests.support.erasure.walk import walk as walk
from tests.support.erasure.ways import pressed
from tests.ways.crossing import Way
from tests.ways.shown import MEASURED

pytestmark = pytest.mark.ways


def test_an_erasure(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: dict[str, Way] = {}
    handle = Walk.handle

    def walked(self: Walk, name: str, event: Any) -> Any:
        return ways.setdefault(name, Way()).walked(lambda: handle(self, name, event))

    monkeypatch.setattr(Walk, "handle", walked)
    pressed(walk, walk.people[2])
    whole = Way()
    for name, way in ways.items():
        MEASURED.append((f"erasure: {name}", way))
        whole.files |= way.files
        whole.functions |= way.functions
    MEASURED.append(("erasure: all tasks", whole))
