"""Opens what is sealed on the row of a request: the secret of its certificate, and what staff wrote."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.privacy.requests.model import Request
from chalicelib.vault import encryption

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.privacy.requests.store import RequestStore
    from chalicelib.vault.decryptor import BatchDecryptor
import hashlib
import re


class RequestSecret:
    """Opens sealed attributes of a request. `decryptor` makes a new decryptor for each."""

    def __init__(self, store: "RequestStore", decryptor: "Callable[[], BatchDecryptor]") -> None:
        self._store = store
        self._decryptor = decryptor

    def opened(self, request: Request, attribute: str, owner: str) -> str | None:
        """Return an attribute that is sealed to the key of the contact `owner`; None when either is gone. Raises
        CannotOpen and Unavailable."""
        sealed = self._store.item(request.id).get(attribute)
        if not sealed:
            return None
        return self._decryptor().text(owner, encryption.request_attribute(request.id, attribute), sealed)

    def __call__(self, request: Request) -> str:
        """Return the certificate's secret, which is sealed to the reply mailbox. Raises Conflict for a request without
        a mailbox, NotFound when the mailbox's key or the secret is gone, CannotOpen and Unavailable."""
        if request.box is None:
            raise Conflict("The request has no box to answer into.", code="no_box")
        secret = self.opened(request, "secret", request.box.contact_id)
        if secret is None:
            raise NotFound("The box's key or the secret is gone.", code="no_secret")
        return secret


_SECRET = re.compile("[^0-9a-z]")


def secret_hash(certificate_id: str, secret: str) -> str:
    """Return the hash that the ledger keeps of the secret. Blanks, dashes and capitals that a person typed are
    ignored."""
    return hashlib.sha256(f"{certificate_id}|{_SECRET.sub('', secret.lower())}".encode()).hexdigest()
