"""The proof of absence on a test's tables, with the client that a test chooses."""

from typing import Any

from chalicelib.dynamo.builder import attribute_values
from chalicelib.erasure.tasks.verify_absence import VerifyAbsence
from chalicelib.erasure.verifier import Verifier
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.store import RequestStore
from chalicelib.vault.pseudonyms import TextKey
from tests.support.attachments.no_files import EMPTY
from tests.support.erasure.desk import ErasureDesk
from tests.support.erasure.destroying import no_wait
from tests.support.erasure.person import Person


def asking(desk: ErasureDesk, dynamodb: Any = None) -> Verifier:
    """What the verifier asks with."""
    gateway, text_key = desk.gateway(dynamodb, no_wait), TextKey(b"t" * 32)
    return Verifier(gateway, desk.address_key, text_key, lambda: EMPTY, "files")


def verify(desk: ErasureDesk, request: Request, dynamodb: Any = None) -> dict[str, str]:
    """Run the task."""
    store = RequestStore(desk.gateway(dynamodb))
    return VerifyAbsence(store, asking(desk, dynamodb), lambda: desk.vault, lambda: desk.now)(request.id)


def leave(desk: ErasureDesk, person: Person) -> None:
    item = {"pk": person.conversation_pk, "sk": f"message#{desk.now:013d}#{'7' * 32}", "direction": "event"}
    desk.dynamodb.put_item(TableName=desk.tables["desk"], Item=attribute_values(item))
