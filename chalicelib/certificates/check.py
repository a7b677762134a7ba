"""Checks a certificate for anybody who has its number and secret, without asking who they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.certificates.model import FINAL, ISSUED, Certificate, secret_matches
from chalicelib.core.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.certificates.ledger import Ledger, Signer


@dataclass(frozen=True)
class CheckCertificate:
    """Checks certificates."""

    ledger: "Ledger"
    signer: "Signer"

    def __call__(self, certificate_id: str, secret: str) -> Certificate:
        """Return the certificate and whether all its signatures are valid. A wrong number and a wrong secret get the
        same NotFound. Raises Unavailable, too."""
        first = self.ledger.entry(certificate_id, ISSUED)
        if first is None or not secret_matches(first, certificate_id, secret):
            raise NotFound("There is no certificate with this number and secret. Check both.")
        last = self.ledger.entry(certificate_id, FINAL)
        entries = [first] if last is None else [first, last]
        belong = last is None or last.body.get("issued_hash") == first.hash
        return Certificate(first, last, belong and all(self.signer.verifies(one) for one in entries))
