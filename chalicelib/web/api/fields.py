"""Kinds of fields of the API's models, and how a model is read. Each kind says once how a value is checked and how the
description shows it; infra/openapi.py makes the description.

What does not fit raises BadInput in our own words, which name the field and never repeat what was sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, UnsetType

from chalicelib.core.errors import BadInput
from chalicelib.web.http import validators

Read = Callable[[Mapping[str, Any], str], Any]
"""Takes a field by its name out of what was sent. Raises BadInput."""


class Model(Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of the bodies, queries, paths and answers of the API. `also` is what the description says of a model beside
    its fields."""

    also: ClassVar[Mapping[str, Any]] = {}


class Part(Model):
    """Base of a model that the description shows where it is used, without a name of its own."""


class Nothing(Model):
    """A query or body in which nothing is wanted."""


def says(description: str, **schema: Any) -> Meta:
    """Describe a field. `schema` is not checked here: a use case checks it, or the field is one of an answer."""
    return Meta(description=description, extra_json_schema=schema or None)


def read_by(read: Read, **schema: Any) -> Meta:
    """Have a field read by a function of ours; `schema` is what the description says of it."""
    return Meta(extra_json_schema=schema, extra={"read": read})


def wanted(sentence: str) -> Meta:
    """Say to the caller what a field wants, when what was sent does not fit."""
    return Meta(extra={"sentence": sentence})


def words(allowed: Sequence[str] | Callable[[], Sequence[str]]) -> Meta:
    """One of these words; what a function returns is asked for at each reading."""
    of = allowed if callable(allowed) else lambda: allowed
    return read_by(lambda given, name: validators.word(given, name, of()), enum=[str(one) for one in of()])


def text(most: int) -> Meta:
    """A text of several lines."""
    return read_by(partial(validators.text, most=most), minLength=1, maxLength=most)


def line(most: int) -> Meta:
    """A text of one line."""
    return read_by(partial(validators.short, most=most), minLength=1, maxLength=most)


def whole(least: int, most: int) -> Meta:
    """A whole number of a query. msgspec's own reading of numbers in texts takes "1e1" and "5.0"."""
    return read_by(partial(validators.whole, least=least, most=most), minimum=least, maximum=most)


Id = Annotated[str, read_by(validators.path_id, pattern="^[0-9a-z]{20}$")]
StaffId = Annotated[str, read_by(validators.staff_id, pattern="^[0-9A-Za-z-]{1,64}$")]
TeamId = Annotated[str, read_by(validators.team_id, pattern="^[a-z][a-z0-9_]{0,31}$")]
ClientId = Annotated[str, read_by(validators.client_id, pattern="^[A-Za-z0-9_.:-]{1,100}$")]
Password = Annotated[str, read_by(validators.password, minLength=1, maxLength=validators.MAX_PASSWORD)]
Code = Annotated[
    str, read_by(partial(validators.code, most=validators.MAX_CODE), minLength=1, maxLength=validators.MAX_CODE)
]
Challenge = Annotated[str, line(validators.MAX_CHALLENGE)]
Limit = Annotated[int, whole(1, 100)]
Cursor = Annotated[
    str,
    Meta(min_length=1, description="From the page before."),
    wanted("The cursor is empty. Leave it out for the first page."),
]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="RFC 3339 in UTC.")]


class IdPath(Model):
    id: Annotated[Id, says("The id, as the API gave it.")]


def read(models: Any, given: Mapping[str, Any], what: str = "field") -> Any:
    """Read a model, or that one of several (a union) with which what was sent has most fields in common.

    Raises BadInput for an unknown `what`, and for the first field that is missing or does not fit.
    """
    model = max(members(models), key=lambda one: len(given.keys() & set(one.__struct_fields__)))
    validators.only(given, model.__struct_fields__, what)
    return model(**{one.name: one.value(given) for one in _fields(model) if one.required or one.name in given})


def members(kind: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the one type that it is."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


class _Field(NamedTuple):
    name: str
    type: Any
    required: bool
    nullable: bool
    read: Read | None
    sentence: str

    def value(self, given: Mapping[str, Any]) -> Any:
        value = given.get(self.name)
        if value is None and self.nullable:
            return None
        if self.read:
            return self.read(given, self.name)
        try:
            found = msgspec.convert(value, self.type)
        except (msgspec.ValidationError, UnicodeEncodeError):  # their texts repeat what was sent
            raise BadInput(self.sentence) from None
        if not _storable(found):
            raise BadInput(f"The field {self.name} holds characters that cannot be sent. Remove them.")
        return found


def _storable(value: Any) -> bool:
    """Whether every text of a value can be written as UTF-8."""
    if isinstance(value, str):
        return validators.encodable(value)
    if isinstance(value, Mapping):
        return all(map(_storable, (*value.keys(), *value.values())))
    if isinstance(value, Struct):
        return all(_storable(getattr(value, name)) for name in value.__struct_fields__)
    return not isinstance(value, list | tuple) or all(map(_storable, value))


@cache
def _fields(model: type[Struct]) -> tuple[_Field, ...]:
    return tuple(_field(one) for one in msgspec.structs.fields(model))


def _field(one: msgspec.structs.FieldInfo) -> _Field:
    parts = list(_parts(one.type))
    notes: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Meta):
            notes |= part.extra or {}
    kind = "true or false" if bool in parts else "wanted as a text"
    sentence = notes.get("sentence", "The field {name} is " + kind + ".").format(name=one.name)
    return _Field(one.name, one.type, one.required, NoneType in parts, notes.get("read"), sentence)


def _parts(kind: Any) -> Iterator[Any]:
    """Yield the types and notes that an annotation is made of, except those within a list or mapping."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        yield from _parts(inner)
        yield from notes
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from _parts(one)
    elif kind is not UnsetType:
        yield kind
