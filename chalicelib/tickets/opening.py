"""Opens sealed values for pages: one that does not open is told to on-call and does not spoil the page."""

import logging
from typing import Any

from chalicelib.core.observability import count, log
from chalicelib.vault.decryptor import BatchDecryptor
from chalicelib.vault.encryption import CannotOpen, EncryptionContext


def open_json(
    decryptor: BatchDecryptor, contact_id: str, place: EncryptionContext, sealed: bytes | None
) -> tuple[dict[str, Any] | None, bool]:
    """Open a sealed mapping; return it, and whether it exists and cannot be opened. An erased value is (None, False).

    Raises Unavailable.
    """
    try:
        return decryptor.json(contact_id, place, sealed), False
    except CannotOpen:
        _say_unopened(contact_id)
        return None, True


def open_text(decryptor: BatchDecryptor, contact_id: str, place: EncryptionContext, sealed: bytes | None) -> str | None:
    """Open a sealed text; "" when it is erased or there is none, None when it cannot be opened. Raises Unavailable."""
    try:
        return decryptor.text(contact_id, place, sealed) or ""
    except CannotOpen:
        _say_unopened(contact_id)
        return None


def _say_unopened(contact_id: str) -> None:
    log("cannot_open", level=logging.ERROR, contact_id=contact_id)
    count("CannotOpen")
