"""Says what an item class is: how its rows are keyed, what they hold, and what privacy demands of them. Pure.

Every item class is declared once, in this package. From the declarations come the keys that code builds, the models of
pynamodb (models.py), the sections of inventory and eraser, the partitions that IAM grants, the tables of
docs/access-patterns.md and docs/data.md, and what the tests look for. Only the verifier of the erasure has a list of
its own (erasure/verifier.py).
"""

import re
from typing import Any, Literal, NamedTuple

Table = Literal["desk", "keys", "index", "ledger"]
Owner = Literal["contact", "staff", "desk"]
Kind = Literal[
    "sealed",
    "sealed_list",
    "bytes",
    "text",
    "number",
    "ms",
    "seconds",
    "flag",
    "texts",
    "text_set",
    "number_set",
    "list",
    "map",
]
"""Type of a field: `sealed` is ciphertext, `sealed_list` a list of it, `ms` and `seconds` are times since 1970, `texts`
is a list of texts, a set has no order."""
SEALED = ("sealed", "sealed_list")
"""Kinds that hold personal data, sealed; no other kind does."""
_PLACE = r"\{(\w+)(:\w+)?\}"


class Key(NamedTuple):
    """Key of a row: logical table, partition key, sort key ("" in the table `keys`)."""

    table: str
    pk: str
    sk: str


class Expiry(NamedTuple):
    """When rows of a class are deleted, in words (`says`), and what carries it out.

    `by` is "date": the row carries `expires_at` (s), which code that reads it obeys and the sweeper carries out;
    "with": it is deleted together with rows of the class `of`; "event": the transaction that handles it deletes it;
    "never": it holds nothing of a person.

    `found` says how the sweeper comes to a row with a date: "own": the row stands in the index `lists` (its class has
    the attributes `list` and `place`); "ticket": its ticket leads to it; "ttl": nobody looks for it, DynamoDB's TTL
    deletes it, because it holds no content and every read of it asks whether it is still valid.
    """

    by: Literal["date", "with", "event", "never"]
    says: str
    of: str = ""
    found: Literal["", "own", "ticket", "ttl"] = ""


def fields(**names_by_kind: str) -> dict[str, str]:
    """Return the fields of a class: names separated by spaces, by their kind."""
    return names_by_kind


class ItemClass:
    """Declares one item class.

    `name` is its stored name in frozen places, `pk` and `sk` are templates of its keys. `owner` says whose data it is;
    `categories`, `purpose` and `retention` are ids of the operator profile, empty for what is not personal data.
    `section` is the part of the eraser that deletes it (one of SECTIONS), "staff" when the account's removal does,
    "request" when the end of the request does, "expiry" when only its date does, "none" when nothing need do so.
    `found_by` names what leads from a person to their rows; with it the verifier can ask for them.
    """

    __slots__ = (
        "_fields",
        "_formats",
        "_key",
        "_partition",
        "categories",
        "expiry",
        "found_by",
        "name",
        "owner",
        "prefix",
        "purpose",
        "retention",
        "section",
        "table",
    )

    def __init__(  # noqa: PLR0913 a declaration says everything in one place
        self,
        name: str,
        table: Table,
        pk: str,
        sk: str,
        *,
        fields: dict[str, str],
        expiry: Expiry,
        owner: Owner = "desk",
        categories: tuple[str, ...] = (),
        purpose: str = "",
        retention: str = "",
        section: str = "none",
        found_by: str = "",
    ) -> None:
        self.name, self.table, self._fields = name, table, fields
        self.owner, self.categories, self.purpose, self.retention = owner, categories, purpose, retention
        self.expiry, self.section, self.found_by = expiry, section, found_by
        self._partition, self._key = pk, sk
        self._formats: tuple[str, str] = ("", "")  # made when first needed: intake needs few classes
        self.prefix = sk.partition("{")[0]
        """What every sort key begins with."""

    def key(self, *values: Any) -> Key:
        """Return the key of a row. `values` stand for the names in braces, first those of `pk`, then those of `sk`."""
        partition, key = self._formats if self._formats[0] else self._compiled()
        return Key(self.table, partition.format(*values), key.format(*values))

    def partition(self, *values: Any) -> str:
        """Return the partition key of rows. `values` stand for the names in braces of `pk`."""
        return (self._formats if self._formats[0] else self._compiled())[0].format(*values)

    def _compiled(self) -> tuple[str, str]:
        places: list[str] = []

        def number(found: re.Match[str]) -> str:
            if found[1] not in places:
                places.append(found[1])
            return f"{{{places.index(found[1])}{found[2] or ''}}}"

        self._formats = re.sub(_PLACE, number, self._partition), re.sub(_PLACE, number, self._key)
        return self._formats

    @property
    def pk(self) -> str:
        """Template of the partition key, with names in braces."""
        return re.sub(_PLACE, r"{\1}", self._partition)

    @property
    def sk(self) -> str:
        """Template of the sort key, with names in braces."""
        return re.sub(_PLACE, r"{\1}", self._key)

    def fits(self, pk: str, sk: str) -> bool:
        """Whether a row of the table with these keys may be of this class."""
        whole = "{" not in self._key
        return pk.startswith(self.leading.rstrip("*")) and (sk == self._key if whole else sk.startswith(self.prefix))

    @property
    def leading(self) -> str:
        """What every partition key is like, as IAM's condition `dynamodb:LeadingKeys` is written."""
        return self._partition.partition("{")[0] + ("*" if "{" in self._partition else "")

    @property
    def fields(self) -> dict[str, Kind]:
        """The kind of each field."""
        listed: dict[str, Kind] = {"list": "text", "place": "ms"} if self.expiry.found == "own" else {}
        return {name: kind for kind, names in self._fields.items() for name in names.split()} | listed  # type: ignore[return-value]

    @property
    def sealed(self) -> tuple[str, ...]:
        """Fields that are ciphertext."""
        return tuple(name for name, kind in self.fields.items() if kind in SEALED)

    @property
    def plain(self) -> tuple[str, ...]:
        """The other fields."""
        return tuple(name for name, kind in self.fields.items() if kind not in SEALED)

    def __repr__(self) -> str:
        return f"ItemClass({self.name!r})"
