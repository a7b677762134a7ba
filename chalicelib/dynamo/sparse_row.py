"""Reads rows of which most attributes are missing."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from pynamodb.attributes import Attribute
from pynamodb.constants import NULL
from pynamodb.models import Model


class SparseRow(Model):
    """A model with the attributes of many item classes, of which a row has a few.

    pynamodb looks at every attribute of the model three times for each row, which took more than half of the time in
    which a list was read. Here only what is stored is looked at; a row is the same, because no attribute has a default.
    """

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Return a row from what DynamoDB answered."""
        row, attributes = cls.__new__(cls), _by_stored_name(cls)
        row.attribute_values = {}
        for stored, value in data.items():
            name, attribute = attributes.get(stored, ("", None))
            if attribute is not None and NULL not in value:
                setattr(row, name, attribute.deserialize(attribute.get_value(value)))
        return row


@cache
def _by_stored_name(model: type[Model]) -> Mapping[str, tuple[str, Attribute[Any]]]:
    return {one.attr_name: (name, one) for name, one in model.get_attributes().items()}
