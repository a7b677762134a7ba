"""Writes what providers tell of their templates by webhook. Part of intake, which loads it with the first such change.

An event changes one template that is known, and nothing that is newer than it: what a later event has told, and what
was fetched since. A template that is not known is left to the next fetch.
"""

from chalicelib.channels.parts import TemplateChanged
from chalicelib.dynamo.schema import TEMPLATE
from chalicelib.dynamo.tables import Tables


def apply_change(tables: Tables, part: TemplateChanged) -> bool:
    """Write the change; return whether it was one. Raises Unavailable."""
    clock = f"{part.what}_at"
    values = {"value": part.value, "at": part.at}
    expression = f"SET #{part.what} = :value, #{clock} = :at"
    if part.what == "category" and part.correct:
        expression += ", #correct_category = :correct, #correct_since = :since"
        values |= {"correct": part.correct, "since": part.correct_since}
    elif part.what == "category":
        expression += " REMOVE #correct_category, #correct_since"
    condition = f"#synced_at <= :at AND (attribute_not_exists(#{clock}) OR #{clock} <= :at)"
    key = TEMPLATE.key(part.business_account, part.name, part.language)
    return tables.write(tables.update("template", key, expression, condition, values))
