"""What an authenticator application needs to know, and the rules of a password."""

import re
from urllib.parse import quote, urlencode

from chalicelib.core import ids

LEAST_PASSWORD = 12
"""Characters of a password. Number and kinds are those of the user pool (infra/security.json); a test compares them."""
_KINDS = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"), re.compile(r"[^A-Za-z0-9\s]"))
_OUTSIDE_ASCII = re.compile(r"[^\x20-\x7e]")


def meets_rules(password: str) -> bool:
    """Whether the user pool takes this as a new password: long enough, a small and a capital letter, a digit, a sign.

    Letters and signs are those of a Latin keyboard, and no space stands at either end, as Amazon Cognito has it
    (Developer Guide, “Adding user pool password requirements”). Other characters may be there and count for no kind.
    """
    latin = _OUTSIDE_ASCII.sub("", password)
    return len(password) >= LEAST_PASSWORD and password == password.strip() and all(one.search(latin) for one in _KINDS)


def grouped(secret: str) -> str:
    """The secret in groups of four, as people type it."""
    return ids.grouped(secret, 4, " ")


def otpauth(service: str, account: str, secret: str) -> str:
    """The address that authenticator applications open: TOTP of RFC 6238 with SHA-1, six digits, 30 seconds.

    The form is Google's “Key Uri Format”; what it leaves at its defaults is left out, because not every application
    reads it.
    """
    label = quote(f"{service}:{account}", safe=":@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': service}, quote_via=quote)}"
