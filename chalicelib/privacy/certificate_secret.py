"""The secret by which a person proves that a certificate is theirs. Pure."""

import hashlib
import re

_SECRET = re.compile("[^0-9a-z]")


def secret_hash(certificate_id: str, secret: str) -> str:
    """Return the hash that the ledger keeps of the secret. Blanks, dashes and capitals that a person typed are
    ignored."""
    return hashlib.sha256(f"{certificate_id}|{_SECRET.sub('', secret.lower())}".encode()).hexdigest()
