"""Spares the handlers of the embedded DynamoDB, in the process of the tests, work that they do again for each item.

MiniStack checks a projection anew for every item that it shows, each path against each other, which for the hundred
attributes of the eraser takes a millisecond an item; it reads an expression letter by letter at every call; it copies
rows with `copy.deepcopy`, which is made for objects of any kind, and measures them at every read. What is answered
stays the same: tests/test_in_process.py makes calls of every kind both ways.
"""

import copy
from collections.abc import Callable
from functools import cache, lru_cache
from types import ModuleType, SimpleNamespace
from typing import Any

_checked: dict[tuple[Any, ...], tuple[str, ...]] = {}
"""Projections of top-level attributes that MiniStack has found right, by expression and names."""


def install(dynamodb: ModuleType) -> None:
    """Put quicker functions in the place of MiniStack's, once."""
    if isinstance(dynamodb.copy, ModuleType):
        dynamodb.copy = SimpleNamespace(copy=copy.copy, deepcopy=_copied)  # type: ignore[attr-defined]
        dynamodb._project_item = _projecting(dynamodb._project_item)  # type: ignore[attr-defined]
        dynamodb._projection_overlap_error = _overlapping(dynamodb._projection_overlap_error)  # type: ignore[attr-defined]
        tokens = cache(dynamodb._tokenize)
        dynamodb._tokenize = lambda expression: list(tokens(expression))  # type: ignore[attr-defined]
        dynamodb._condition_syntax_error = cache(dynamodb._condition_syntax_error)  # type: ignore[attr-defined]
        dynamodb._number_size_bytes = lru_cache(10_000)(dynamodb._number_size_bytes)  # type: ignore[attr-defined]
        dynamodb._item_size_bytes = _measuring(dynamodb._attribute_value_size)  # type: ignore[attr-defined]


def _copied(value: Any) -> Any:
    """A copy of what JSON can say; anything else is left to `copy.deepcopy`."""
    kind = type(value)
    if kind is dict:
        return {name: one if type(one) is str else _copied(one) for name, one in value.items()}
    if kind is list:
        return [_copied(one) for one in value]
    return value if kind in (str, bool, int, float, type(None), bytes) else copy.deepcopy(value)


def _measuring(size: Callable[[dict[str, Any]], int]) -> Callable[[Any], int]:
    """The bytes of an item: names and strings here, and what is rarer by MiniStack's own rule for a value."""

    def quick(item: Any) -> int:
        if type(item) is not dict:
            return 0
        total = 0
        for name, value in item.items():
            text = value.get("S") if type(value) is dict and len(value) == 1 else None
            total += len(name) if name.isascii() else len(name.encode())
            if type(text) is str:
                total += len(text) if text.isascii() else len(text.encode())
            else:
                total += size(value)
        return total

    return quick


def _projecting(project: Callable[..., Any]) -> Callable[..., Any]:
    def quick(item: dict[str, Any], expression: str, names: dict[str, str] | None) -> Any:
        key = (expression, *(names or {}).items())
        wanted = _checked.get(key)
        if wanted is None:
            shown = project(item, expression, names)
            if not set(expression) & set(".["):
                _checked[key] = tuple((names or {}).get(one.strip(), one.strip()) for one in expression.split(","))
            return shown
        return {name: item[name] for name in wanted if name in item}

    return quick


def _overlapping(error: Callable[..., str | None]) -> Callable[..., str | None]:
    right: set[tuple[Any, ...]] = set()

    def quick(expression: str, names: dict[str, str] | None) -> str | None:
        key = (expression, *(names or {}).items())
        found = None if key in right else error(expression, names)
        if found is None:
            right.add(key)
        return found

    return quick
