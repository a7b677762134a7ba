"""A row that is read is the one that pynamodb would have read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.models import Model

from chalicelib.dynamo.models import DeskRow, IndexRow
from chalicelib.dynamo.sparse_row import SparseRow

TEXT = st.text(max_size=20)
NUMBER = st.integers(-(10**15), 10**15).map(str)
OF_TYPE = {
    "S": TEXT,
    "N": NUMBER,
    "B": st.binary(min_size=1, max_size=20),
    "BOOL": st.booleans(),
    "SS": st.lists(TEXT, min_size=1, max_size=3, unique=True),
    "NS": st.lists(NUMBER, min_size=1, max_size=3, unique=True),
    "L": st.lists(st.builds(lambda one: {"S": one}, TEXT), max_size=3),
    "M": st.dictionaries(TEXT, st.builds(lambda one: {"S": one}, TEXT), max_size=3),
}
"""Values as DynamoDB answers them, by their type."""


def stored(model: type[Model]) -> st.SearchStrategy[dict[str, Any]]:
    """Rows of a table: some attributes of the model, some of which are null, and one that no model knows."""
    named = {one.attr_name: one.attr_type for one in model.get_attributes().values()}

    def value(name: str) -> st.SearchStrategy[dict[str, Any]]:
        kind = named[name]
        return st.just({"NULL": True}) | st.builds(lambda one: {kind: one}, OF_TYPE[kind])

    some = st.lists(st.sampled_from(sorted(named)), max_size=15, unique=True)
    rows = some.flatmap(lambda names: st.fixed_dictionaries({name: value(name) for name in names}))
    return st.builds(lambda row, more: row | more, rows, st.sampled_from([{}, {"of_another_release": {"S": "x"}}]))


def plain(values: dict[str, Any]) -> str:
    """What a row holds, to be compared: attributes that are maps are objects of their own."""
    return json.dumps(values, default=lambda one: getattr(one, "attribute_values", repr(one)), sort_keys=True)


@pytest.mark.parametrize("model", [DeskRow, IndexRow])
@given(data=st.data())
def test_it_is_the_row_that_pynamodb_reads(model: type[SparseRow], data: st.DataObject) -> None:
    row = data.draw(stored(model))
    by_pynamodb = super(SparseRow, model).from_raw_data(row)
    read = model.from_raw_data(row)
    assert type(read) is type(by_pynamodb) is model
    assert plain(read.attribute_values) == plain(by_pynamodb.attribute_values)


@pytest.mark.parametrize("model", [DeskRow, IndexRow])
def test_no_attribute_has_a_default(model: type[SparseRow]) -> None:
    assert not [
        name for name, one in model.get_attributes().items() if (one.default, one.default_for_new) != (None, None)
    ]
    assert model._discriminator is None
