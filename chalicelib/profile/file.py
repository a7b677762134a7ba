"""Reads the TOML tables of an operator profile field by field; a field that was never read is an error."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from chalicelib.profile.model import ProfileError


class Table:
    """A TOML table under validation. Used as a context manager, it raises ProfileError at the end for fields left over.

    `where` is its path in the file, such as `retention[2]`. Every method that reads a field raises ProfileError when
    the field is missing or does not fit.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            raise ProfileError(f"{where}: a table is wanted; write [{where}] above its fields.")
        self._rest: dict[str, Any] = dict(value)
        self._where = where

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and self._rest:
            raise self.wrong(sorted(self._rest)[0], "this field is not known; remove it or mend its spelling")

    def wrong(self, key: str, what: str) -> ProfileError:
        """Make the error about one field; `what` says what is wrong and what to write instead."""
        return ProfileError(f"{self._where}.{key}: {what}." if self._where else f"{key}: {what}.")

    def has(self, key: str) -> bool:
        """Whether the field is there and not read yet."""
        return key in self._rest

    def take(self, key: str, kind: type, what: str) -> Any:
        """Read a field of exactly this type; `what` tells the writer what is expected."""
        if key not in self._rest:
            raise self.wrong(key, f"the field is missing; write {what}")
        value = self._rest.pop(key)
        if type(value) is not kind:
            raise self.wrong(key, f"{value!r} does not fit; write {what}")
        return value

    def text(self, key: str, *, empty: bool = False) -> str:
        """Read a text; it may be empty only with `empty`."""
        value: str = self.take(key, str, "a text in quotes")
        if not value and not empty:
            raise self.wrong(key, "the text is empty; write it")
        return value

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        """Read a text that is one of `allowed`."""
        value = self.text(key)
        if value not in allowed:
            raise self.wrong(key, f"{value!r} is not known; choose from: {', '.join(sorted(allowed))}")
        return value

    def texts(self, key: str, allowed: Collection[str] | None = None, *, empty: bool = False) -> tuple[str, ...]:
        """Read a list of distinct texts, each one of `allowed` when that is given; it may be empty only with
        `empty`."""
        values: list[object] = self.take(key, list, "a list of texts")
        texts = tuple(value for value in values if isinstance(value, str) and value)
        if len(texts) < len(values) or len(set(texts)) < len(texts):
            raise self.wrong(key, "the list holds what is empty, doubled or no text; write each text once")
        if not texts and not empty:
            raise self.wrong(key, "the list is empty; name at least one")
        for text in texts:
            if allowed is not None and text not in allowed:
                raise self.wrong(key, f"{text!r} is not known; choose from: {', '.join(sorted(allowed))}")
        return texts

    def number(self, key: str) -> int:
        """Read a whole number of at least 1."""
        value: int = self.take(key, int, "a whole number of at least 1")
        if value < 1:
            raise self.wrong(key, f"{value} is too small; write a whole number of at least 1")
        return value

    def flag(self, key: str) -> bool:
        """Read true or false; a missing flag is false."""
        return bool(self.take(key, bool, "true or false")) if self.has(key) else False

    def date(self, key: str) -> datetime.date:
        """Read a date."""
        value: datetime.date = self.take(key, datetime.date, "a date without quotes, such as 2026-11-22")
        return value

    def table(self, key: str) -> "Table":
        """Read a table, to be validated in turn."""
        return Table(self.take(key, dict, f"a table [{key}]"), key)

    def tables(self, key: str) -> "list[Table]":
        """Read an array of tables with at least one row."""
        rows: list[object] = self.take(key, list, f"rows, each under [[{key}]]")
        if not rows:
            raise self.wrong(key, f"there is no row; write at least one under [[{key}]]")
        return [Table(row, f"{key}[{place}]") for place, row in enumerate(rows, 1)]
