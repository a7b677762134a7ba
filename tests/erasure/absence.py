"""The proof of absence on a test's tables, with the client that a test chooses."""

from typing import Any

from chalicelib.domain.privacy import Request
from chalicelib.erasure.verify_absence import VerifyAbsence
from chalicelib.storage.absence import Absence
from chalicelib.storage.blind import TextKey
from chalicelib.storage.requests import RequestStore
from tests.erasure.conftest import Erasing
from tests.erasure.destroying import no_wait


def asking(desk: Erasing, dynamodb: Any = None) -> Absence:
    """What the verifier asks with."""
    return Absence(dynamodb or desk.dynamodb, desk.tables, desk.address_key, TextKey(b"t" * 32), no_wait)


def verify(desk: Erasing, request: Request, dynamodb: Any = None) -> dict[str, str]:
    """Run the task."""
    store = RequestStore(dynamodb or desk.dynamodb, desk.tables)
    return VerifyAbsence(store, asking(desk, dynamodb), lambda: desk.vault, lambda: desk.now)(request.id)
