"""Answers to people of whom nothing is stored."""

from typing import Any

from chalicelib.vault import encryption
from tests.support.intake.desk import Desk


def content(desk: Desk) -> dict[str, Any]:
    """The one answer that waits, opened."""
    (row,) = desk.of("visitor")
    context = encryption.visitor_content(row["pk"].partition("#")[2])
    return encryption.mapping_of(desk.vault.open_vaulted(row["vault_id"], context, row["content"]))
