"""Holds every answer of the API that a test gets against the OpenAPI description."""

import re
from datetime import datetime
from functools import cache
from typing import Any

import pytest

from chalicelib.web.api.session import description

jsonschema = pytest.importorskip("jsonschema")
FORMATS = jsonschema.FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or (value.endswith("Z") and datetime.fromisoformat(value) is not None)


def check(method: str, path: str, status: int, body: Any) -> None:
    """Fail for an answer that the description of its route does not allow; a path of no route is not described."""
    found = [one for one in _templates() if one[1].fullmatch(path.partition("?")[0])]
    for template, _ in sorted(found)[:1]:
        if method.lower() in description()["paths"][template]:
            _checks(method.lower(), template, status).validate(body)


@cache
def _templates() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in description()["paths"])


@cache
def _checks(method: str, template: str, status: int) -> Any:
    answers = description()["paths"][template][method]["responses"]
    assert str(status) in answers, f"{method} {template} is not described to answer {status}"
    answer = answers[str(status)]
    if "$ref" in answer:
        answer = description()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = {**answer["content"]["application/json"]["schema"], "components": description()["components"]}
    return jsonschema.Draft202012Validator(schema, format_checker=FORMATS)


def forget() -> None:
    """Forget the schemas that were made of the description."""
    _checks.cache_clear()
