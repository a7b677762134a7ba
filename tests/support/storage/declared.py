"""Compares what lies in tables with what dynamo/schema.py declares."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.dynamo.schema import CLASSES, ItemClass, lists
from chalicelib.vault.encryption import FORMAT, OVERHEAD

_OPEN_BYTES = {"public_key", "digests"}
"""Bytes that are not sealed: public keys, and parts of pseudonyms."""


def _matches(template: str, key: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)), key) is not None


def class_of(table: str, item: Mapping[str, Any]) -> ItemClass | None:
    """Return the class that an item's keys and attributes say it belongs to."""
    fitting = [
        one
        for one in CLASSES
        if one.table == table and _matches(one.pk, item["pk"]) and _matches(one.sk, item.get("sk", ""))
    ]
    guards = [one for one in fitting if (one.name == "guard") == ("guard" in item)]
    return guards[0] if guards else None


def misplaced(items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the items of `desk` that the sweeper would not find in time by the index `lists`."""
    found = []
    for item in items:
        ought, list_, place = lists.due_place(item), item.get("list", ""), item.get("place", 0)
        if ought is None or (ought == lists.NOWHERE and not list_.startswith("assigned#")):
            continue
        late = list_ not in lists.expires_lists() or place > ought.place
        if late if ought.list.startswith("expires#") else ought != (list_, place):
            found.append(item)
    return found


def undeclared(table: str, items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with the items of a table, in words; nothing when all is as declared."""
    wrong = []
    for item in items:
        declared = class_of(table, item)
        if table == "desk" and misplaced([item]):
            wrong.append(f"{table}: {item['sk'].split('#')[0]} is not found by the index lists on its date")
        if declared is None:
            wrong.append(
                f"{table}: no class for the key {item['pk'].split('#')[0]} / {item.get('sk', '').split('#')[0]}"
            )
            continue
        names = set(item) - {"pk", "sk"}
        if extra := names - set(declared.sealed) - set(declared.plain):
            wrong.append(f"{declared.name}: not declared: {', '.join(sorted(extra))}")
        for name in names & set(declared.sealed):
            values = item[name] if isinstance(item[name], list) else [item[name]]
            if any(bytes(value)[0] != FORMAT or len(bytes(value)) < OVERHEAD for value in values):
                wrong.append(f"{declared.name}.{name} is not sealed")
        wrong.extend(
            f"{declared.name}.{name} holds bytes and is declared plain"
            for name in names & set(declared.plain)
            if isinstance(item[name], bytes) and name not in _OPEN_BYTES
        )
    return sorted(set(wrong))
