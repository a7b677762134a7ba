"""A field of the profile is declared once: what its annotation says is what is read, refused and loaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chalicelib.profile import load
from chalicelib.profile.build import _Reader, compiled
from chalicelib.profile.model import ProfileError, Row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Annotated

    from chalicelib.core.languages import LANGUAGES
    from chalicelib.profile.forms import Day, HttpsOrNone, Number, Text, YesNo, each, ids, maybe_none, words


class Head(Row):
    """A table that may be left out."""

    name: Text
    since: Day
    contact: HttpsOrNone = ""


class Basis(Row):
    """Rows with ids."""

    id: Text
    article: Text


class Whole(Row):
    """A profile of every shape that a field can have."""

    names: Annotated[Mapping[str, Text], each(LANGUAGES)]
    bases: Mapping[str, Basis]
    basis: Annotated[str, ids("bases")]
    kinds: Annotated[tuple[str, ...], words(("a", "b")), maybe_none] = ()
    head: Head | None = None
    days: Number = 7
    shown: YesNo = False


GOOD = {
    "names": {"kk": "Бір", "ru": "Один", "en": "One"},
    "bases": [{"id": "consent", "article": "8"}, {"id": "law", "article": "9"}],
    "basis": "law",
}


def read(**more: object) -> Whole:
    whole: Whole = _Reader().row(Whole, {**GOOD, **more}, "")
    return whole


def test_what_may_be_left_out_has_its_default() -> None:
    whole = read()
    assert (whole.kinds, whole.head, whole.days, whole.shown) == ((), None, 7, False)
    assert whole.names["kk"] == "Бір" and whole.bases["law"].article == "9"


def test_a_row_comes_back_from_its_compiled_form(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime

    monkeypatch.setattr(load, "_KINDS", {kind.__name__: kind for kind in (Whole, Basis, Head)})
    whole = read(head={"name": "Дана", "since": datetime.date(2026, 11, 22)}, kinds=["b", "a"])
    again = json.loads(compiled(whole), object_hook=load._made)
    assert repr(again) == repr(whole) and again.head.since == datetime.date(2026, 11, 22) and again.head.contact == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"names": {"kk": "Бір", "ru": "Один"}}, "names.en: the field is missing; write a text in quotes."),
        ({"names": {**GOOD["names"], "de": "Eins"}}, "names.de: this field is not known"),  # type: ignore[dict-item]
        ({"names": 1}, "names: 1 does not fit; write a table [names]."),
        ({"basis": "wish"}, "basis: 'wish' is not known; choose from: consent, law."),
        ({"kinds": ["c"]}, "kinds: 'c' is not known; choose from: a, b."),
        ({"head": {"name": "Дана"}}, "head.since: the field is missing; write a date without quotes"),
        ({"head": {"name": "", "since": 1}}, "head.name: the text is empty; write it."),
        ({"head": 1}, "head: 1 does not fit; write a table [head]."),
        ({"days": True}, "days: True does not fit; write a whole number of at least 1."),
        ({"days": 0}, "days: 0 is too small; write a whole number of at least 1."),
        ({"shown": "yes"}, "shown: 'yes' does not fit; write true or false."),
        ({"bases": [{"id": "law"}]}, "bases[1].article: the field is missing; write a text in quotes."),
        ({"bases": [GOOD["bases"][0]] * 2}, "bases[2].id: 'consent' is used by an earlier row"),  # type: ignore[index]
    ],
)
def test_what_does_not_fit_is_refused_with_its_place_and_what_to_write(more: dict[str, object], said: str) -> None:
    with pytest.raises(ProfileError) as refused:
        read(**more)
    assert refused.value.message.startswith(said)
