"""Checks operator profiles and compiles them to JSON, which is all that a function reads of them.

python -m chalicelib.profile.build   checks operators/*.toml and writes operators/compiled/*.json

An error names the file and the field, and says what is wrong and what to write. What several fields must fit together
is in rules.py. The compiled files are committed; a test, `make run` and `make package` hold that they are those of
today's TOML. No function imports this module.
"""

import datetime
import json
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from chalicelib.channels import registry
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.normal import same_phrase
from chalicelib.profile import forms
from chalicelib.profile.forms import TEXT, Form, MaybeNone, Words
from chalicelib.profile.load import DIRECTORY
from chalicelib.profile.model import Profile, ProfileError, Row
from chalicelib.profile.rules import RULES

COMMON = "common"
"""Name of the file with the rows that every profile has."""
_NAMES = {
    **vars(forms),
    "Mapping": Mapping,
    "CHANNELS": registry.IDS,
    "LANGUAGES": LANGUAGES,
    "Language": str,
    "InLanguages": Annotated[Mapping[str, forms.Text], forms.each(LANGUAGES)],
}


class _CommonRow(dict[str, object]):
    """A row of common.toml among those of a profile; `place` says where it stands there."""

    def __init__(self, row: Mapping[str, object], place: str) -> None:
        super().__init__(row)
        self.place = place


def read_profile(name: str, directory: str = DIRECTORY) -> Profile:
    """Return the profile that operators/<name>.toml says today. Raises ProfileError."""
    path = Path(directory, f"{name}.toml")
    if not path.is_file():
        raise ProfileError(f"There is no profile operators/{name}.toml; name one that there is.")
    profile = parse_profile(path.read_text(encoding="utf-8"), source=path.name)
    if profile.name != name:
        raise ProfileError(f"{path.name}: name: {profile.name!r} is not the file's name; write {name!r}.")
    return profile


def parse_profile(text: str, source: str = "profile") -> Profile:
    """Return the profile written in this TOML text. Raises ProfileError about the first field that does not fit."""
    try:
        profile: Profile = _Reader().row(Profile, _with_common(tomllib.loads(text)), "")
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{source}: this is not TOML: {error}.") from None
    except ProfileError as error:
        raise ProfileError(f"{source}: {error.message}") from None
    return profile


def _with_common(given: dict[str, Any]) -> dict[str, Any]:
    """Add the rows of common.toml behind those of a profile that do not take their place: a row with the same id, the
    same phrase, or a table's field of the same name."""
    whole = dict(given)
    for name, rows in _common().items():
        own = given.get(name, [] if isinstance(rows, list) else {})
        if isinstance(rows, dict) and isinstance(own, dict):
            whole[name] = {**rows, **own}
        elif isinstance(rows, list) and isinstance(own, list):
            taken = [_identity(row) for row in own if isinstance(row, dict)]
            whole[name] = own + [
                _CommonRow(row, f"{COMMON}.toml: {name}[{number}]")
                for number, row in enumerate(rows, 1)
                if _identity(row) not in taken
            ]
    return whole


def _identity(row: Mapping[str, object]) -> object:
    return row.get("id") or (row.get("kind"), same_phrase(str(row.get("text", ""))))


@cache
def _common() -> dict[str, Any]:
    return tomllib.loads(Path(DIRECTORY, f"{COMMON}.toml").read_text(encoding="utf-8"))


def compiled(profile: Profile) -> str:
    """Return a profile as JSON that load.py makes rows of again."""
    return json.dumps(profile, default=_plain, ensure_ascii=False, indent=1) + "\n"


def _plain(value: object) -> dict[str, Any]:
    if isinstance(value, datetime.date):
        return {"row": "date", "value": value.isoformat()}
    return {"row": type(value).__name__, **vars(value)}


def stale(directory: str = DIRECTORY) -> dict[Path, str]:
    """Return the path of each compiled file that is not what the TOML files of the directory say, with its right text;
    "" for a file without a profile. Raises ProfileError."""
    sources = sorted(one for one in Path(directory).glob("*.toml") if one.stem != COMMON)
    made = Path(directory, "compiled")
    wanted = {made / f"{one.stem}.json": compiled(read_profile(one.stem, directory)) for one in sources}
    kept = {path: path.read_text(encoding="utf-8") for path in made.glob("*.json")}
    return {path: wanted.get(path, "") for path in {**wanted, **kept} if wanted.get(path) != kept.get(path)}


class _Reader:
    """Reads the rows of one profile; `tables` holds the tables with ids that were read."""

    def __init__(self) -> None:
        self.tables: dict[str, Mapping[str, Row]] = {}

    def row(self, kind: type[Row], given: object, where: str) -> Any:
        """Read a table as a row of this class."""
        if not isinstance(given, Mapping):
            raise ProfileError(f"{where}: a table is wanted; write [{where}] above its fields.")
        hints = _hints(kind)
        values = {}
        for name, hint in hints.items():
            if name in given:
                values[name] = self.value(hint, given[name], _path(where, name))
            elif not hasattr(kind, name):
                raise _wrong(where, name, f"the field is missing; write {_wanted(hint, _path(where, name))}")
        if unknown := sorted(given.keys() - hints.keys()):
            raise _wrong(where, unknown[0], "this field is not known; remove it or mend its spelling")
        row = kind(**values)
        for name, what in RULES[kind](row) if kind in RULES else ():
            raise _wrong(where, name, what)
        return row

    def value(self, hint: Any, given: object, where: str) -> Any:
        """Read the value of a field."""
        plain, marks = _parts(hint)
        kinds = get_args(plain)
        if _is_row(plain):
            return self.row(plain, _of_type(dict, given, where, f"a table [{where}]"), where)
        if get_origin(plain) is Mapping:
            named = next((mark for mark in marks if isinstance(mark, Words)), None)
            return self.named(kinds[1], named, given, where) if named else self.by_id(kinds[1], given, where)
        if get_origin(plain) is not tuple:
            return self.checked(_leaf(hint, given, where), marks, where)
        if _is_row(kinds[0]):
            return tuple(self.row(kinds[0], one, place) for place, one in _rows(given, where))
        return self.texts(kinds[0], marks, given, where)

    def named(self, hint: Any, names: Words, given: object, where: str) -> dict[str, Any]:
        """Read a table with these names."""
        table = _of_type(dict, given, where, f"a table [{where}]")
        for name in names.allowed:
            if name not in table and names.needed:
                raise _wrong(where, name, f"the field is missing; write {_wanted(hint, _path(where, name))}")
        if unknown := sorted(table.keys() - set(names.allowed)):
            raise _wrong(where, unknown[0], "this field is not known; remove it or mend its spelling")
        return {name: self.value(hint, table[name], _path(where, name)) for name in names.allowed if name in table}

    def by_id(self, kind: type[Row], given: object, where: str) -> dict[str, Any]:
        """Read rows under [[where]], each with an id of its own."""
        rows: dict[str, Any] = {}
        for place, one in _rows(given, where):
            row = self.row(kind, one, place)
            if row.id in rows:
                raise _wrong(place, "id", f"{row.id!r} is used by an earlier row; give each row its own id")
            rows[row.id] = row
        self.tables[where] = rows
        return rows

    def texts(self, hint: Any, marks: tuple[Any, ...], given: object, where: str) -> tuple[Any, ...]:
        """Read a list of distinct texts."""
        texts = _of_type(list, given, where, "a list of texts")
        if any(not isinstance(text, str) or not text for text in texts) or len(set(texts)) < len(texts):
            raise ProfileError(f"{where}: the list holds what is empty, doubled or no text; write each text once.")
        if not texts and not any(isinstance(mark, MaybeNone) for mark in marks):
            raise ProfileError(f"{where}: the list is empty; name at least one.")
        return tuple(self.checked(_leaf(hint, text, where), marks, where) for text in texts)

    def checked(self, value: Any, marks: tuple[Any, ...], where: str) -> Any:
        """Return a value that is one of the allowed words, if there are any."""
        for mark in marks:
            if isinstance(mark, Words):
                allowed = self.tables.get(mark.table, {}) if mark.table else mark.allowed
                if value not in allowed:
                    known = ", ".join(sorted(allowed))
                    raise ProfileError(f"{where}: {value!r} is not known; choose from: {known}.")
        return value


def _leaf(hint: Any, given: Any, where: str) -> Any:
    """Return a text, number, flag or date that fits its form."""
    try:
        return msgspec.convert(given, hint, builtin_types=(datetime.date,))
    except msgspec.ValidationError:
        plain, _ = _parts(hint)
        form = _form(hint)
        if type(given) is plain and form.broken:
            raise ProfileError(f"{where}: {form.broken.format(repr(given))}.") from None
        raise ProfileError(f"{where}: {given!r} does not fit; write {form.wanted}.") from None


def _rows(given: object, where: str) -> Iterator[tuple[str, object]]:
    """Yield the place and the value of each row of an array of tables with at least one."""
    rows = _of_type(list, given, where, f"rows, each under [[{where}]]")
    if not rows:
        raise ProfileError(f"{where}: there is no row; write at least one under [[{where}]].")
    for number, row in enumerate(rows, 1):
        yield row.place if isinstance(row, _CommonRow) else f"{where}[{number}]", row


def _of_type(kind: type, given: object, where: str, wanted: str) -> Any:
    if type(given) is not kind:
        raise ProfileError(f"{where}: {given!r} does not fit; write {wanted}.")
    return given


def _wanted(hint: Any, where: str) -> str:
    """Return what the writer of a missing field is asked for."""
    plain, marks = _parts(hint)
    if _is_row(plain):
        return f"a table [{where}]" if "." not in where else f"{{ {', '.join(f'{one} = …' for one in _hints(plain))} }}"
    if get_origin(plain) is Mapping:
        return f"a table [{where}]" if marks else f"rows, each under [[{where}]]"
    if get_origin(plain) is tuple:
        return f"rows, each under [[{where}]]" if _is_row(get_args(plain)[0]) else "a list of texts"
    return _form(hint).wanted


def _form(hint: Any) -> Form:
    return next((mark for mark in _parts(hint)[1] if isinstance(mark, Form)), TEXT)


def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the type of an annotation, and its marks."""
    if get_origin(hint) in (Union, UnionType):  # "| None" says that the field may be left out
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is Annotated:
        plain, *marks = get_args(hint)
        return plain, tuple(marks)
    return hint, ()


def _is_row(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Row)


def _hints(kind: type[Row]) -> dict[str, Any]:
    return get_type_hints(kind, {**vars(sys.modules[kind.__module__]), **_NAMES}, include_extras=True)


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _wrong(where: str, name: str, what: str) -> ProfileError:
    return ProfileError(f"{_path(where, name)}: {what}.")


def main(directory: str = DIRECTORY) -> int:
    """Write what is stale, and print it; return 1, and write nothing, when a profile is wrong."""
    try:
        changes = stale(directory)
    except ProfileError as error:
        print(error.message, file=sys.stderr)
        return 1
    for path, text in changes.items():
        print(f"{'wrote' if text else 'removed'} {os.path.relpath(path)}")
        if text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
