"""Checks a certificate for anybody who has its number and secret, without asking who they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.certificates.model import FINAL, ISSUED, PART_ENDED, Certificate, secret_matches
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
        ended = self.ledger.entry(certificate_id, PART_ENDED) if first.body.get("partial") else None
        later = [one for one in (last, ended) if one is not None]
        belong = all(one.body.get("issued_hash") == first.hash for one in later)
        return Certificate(first, last, belong and all(map(self.signer.verifies, [first, *later])), ended)
