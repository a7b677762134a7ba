"""Writes what is made from the schema of the tables: pynamodb's models, and the tables of two pages of docs.

`python -m quality.generate` does it; a test fails while a file differs from what it would write. Nothing of this is
part of the deployed package.
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from chalicelib.dynamo import schema
from chalicelib.dynamo.schema import CLASSES, SECTIONS, ItemClass, Kind, requests

ROOT = Path(__file__).parent.parent
MODELS, PATTERNS, DATA = (
    ROOT / name for name in ("chalicelib/dynamo/models.py", "docs/access-patterns.md", "docs/data.md")
)
PLAIN = frozenset(id(one) for one in (*vars(requests).values(), schema.MARKER) if isinstance(one, ItemClass))
"""Rows of requests and the marker are read by the plain client alone, so that no model has their fields."""
ATTRIBUTES: dict[Kind, str] = {
    "sealed": "BinaryAttribute({null}legacy_encoding=False)",
    "sealed_list": "ListAttribute({null})",
    "bytes": "BinaryAttribute({null}legacy_encoding=False)",
    "text": "UnicodeAttribute({null})",
    "number": "NumberAttribute({null})",
    "ms": "NumberAttribute({null})",
    "seconds": "NumberAttribute({null})",
    "flag": "BooleanAttribute({null})",
    "texts": "ListAttribute({null})",
    "list": "ListAttribute({null})",
    "number_set": "NumberSetAttribute({null})",
    "text_set": "UnicodeSetAttribute({null})",
    "map": "MapAttribute({null})",
}
TYPED: dict[Kind, str] = {
    "sealed_list": ": ListAttribute[bytes]",
    "texts": ": ListAttribute[str]",
    "list": ": ListAttribute[object]",
    "map": ": MapAttribute[str, object]",
}
"""Annotations of the attributes whose type Python cannot tell."""
BEGIN, END = "<!-- made by `python -m quality.generate`: begin -->", "<!-- end -->"
REGISTRY_HEAD = (
    "| class | categories | purpose | kept as | when it is deleted | sealed fields |",
    "|---|---|---|---|---|---|",
)

MODELS_HEAD = '''"""Models of pynamodb, one per table, with the fields of all item classes that the dashboard reads.

Made from the schema by `python -m quality.generate`. Queries use these models with a key prefix: a model per item
class would read all rows and filter afterwards. rows.py reads single rows and tells the models their tables.
"""

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.dynamo.sparse_row import SparseRow


class _Meta:
    """Short time-outs and few attempts, because a person or a queue waits for every call."""

    table_name = ""
    connect_timeout_seconds = 1
    read_timeout_seconds = 4
    max_retry_attempts = 2


class QueueIndex(GlobalSecondaryIndex["DeskRow"]):
    """Index of tickets by state, in the order of their last activity."""

    class Meta:
        index_name = "queue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    activity = NumberAttribute(range_key=True)


class UnsentIndex(GlobalSecondaryIndex["DeskRow"]):
    """Sparse index of what is due: outbox entries of all conversations, asks and others, in the order of `due_at`."""

    class Meta:
        index_name = "unsent"
        projection = AllProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class ListsIndex(GlobalSecondaryIndex["DeskRow"]):
    """Index of keys: see chalicelib/dynamo/schema/lists.py."""

    class Meta:
        index_name = "lists"
        projection = KeysOnlyProjection()

    list = UnicodeAttribute(hash_key=True)
    place = NumberAttribute(range_key=True)
'''


def main() -> int:
    """Write all files. Return 0."""
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
    return 0


def made() -> dict[Path, str]:
    """Return what each file should hold."""
    return {
        MODELS: models(),
        PATTERNS: filled(PATTERNS.read_text(encoding="utf-8"), keys()),
        DATA: filled(DATA.read_text(encoding="utf-8"), registry()),
    }


def models() -> str:
    """Return the source of the models. Raises ValueError when a field has two kinds in one table."""
    read = [one for one in CLASSES if id(one) not in PLAIN]
    desk = [one for one in read if one.table == "desk"]
    indexes = ["    queue_index = QueueIndex()", "    unsent_index = UnsentIndex()", "    lists_index = ListsIndex()"]
    return MODELS_HEAD + "".join(
        [
            _model("DeskRow", desk, "Any item of the table `desk` but those of requests.", *indexes),
            _model("KeyRow", [schema.KEY], "One contact's key.", sorted_by=False),
            _model("IndexRow", [one for one in read if one.table == "index"], "Any item of the table `index`."),
        ]
    )


def _model(name: str, classes: Iterable[ItemClass], doc: str, *more: str, sorted_by: bool = True) -> str:
    base = "SparseRow" if sorted_by else "Model"
    lines = ["", "", f"class {name}({base}):", f'    """{doc}"""', "", "    class Meta(_Meta):", "        pass", ""]
    lines += ["    pk = UnicodeAttribute(hash_key=True)"]
    lines += ["    sk = UnicodeAttribute(range_key=True)", *more] if sorted_by else []
    known: dict[str, Kind] = {}
    for one in classes:
        new = {field: kind for field, kind in one.fields.items() if field not in known}
        for field, kind in one.fields.items():
            if known.get(field, kind) != kind:
                raise ValueError(f"{one.name}.{field} is {kind}, but {known[field]} in another class of {one.table}")
        known |= new
        lines += [f"    # {one.name}"] if new and sorted_by else []
        null = "null=True" if sorted_by else ""
        for field, kind in new.items():
            made = ATTRIBUTES[kind].replace("{null}l", "null=True, l" if null else "l").replace("{null}", null)
            lines.append(f"    {field}{TYPED.get(kind, '')} = {made}")
    return "\n".join(lines) + "\n"


def keys() -> str:
    """Return the table of item classes and their keys."""
    lines = ["| class | table | pk | sk |", "|---|---|---|---|"]
    lines += [f"| `{one.name}` | {one.table} | `{one.pk}` | {f'`{one.sk}`' if one.sk else '–'} |" for one in CLASSES]
    return "\n".join(lines)


def registry() -> str:
    """Return the tables of what lies where: rows of people in the order of the eraser, then the others."""
    order: list[tuple[str, Callable[[ItemClass], bool]]] = [
        *((f"`{name}`", lambda one, name=name: one.section == name) for name in SECTIONS),
        ("kept beyond the erasure, for its proof", lambda one: one.section == "request"),
        ("deleted on their date alone", lambda one: one.section == "expiry"),
        ("of staff", lambda one: one.section == "staff"),
        ("of nobody", lambda one: one.section == "none"),
    ]
    parts = []
    for title, fits in order:
        rows = [_registered(one) for one in CLASSES if fits(one)]
        parts.append("\n".join([f"### {title[0].upper()}{title[1:]}", "", *REGISTRY_HEAD, *rows]))
    return "\n\n".join(parts)


def _registered(one: ItemClass) -> str:
    cells = [
        f"`{one.name}`",
        ", ".join(one.categories) or "–",
        one.purpose or "–",
        one.retention or "–",
        one.expiry.says,
        ", ".join(f"`{name}`" for name in one.sealed) or "–",
    ]
    return f"| {' | '.join(cells)} |"


def filled(page: str, table: str) -> str:
    """Return a page with `table` between its marks. Raises ValueError when a mark is missing."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"a page needs a line {BEGIN} and a line {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(main())
