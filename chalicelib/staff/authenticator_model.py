"""Password rules, and what an authenticator application is set up with."""

import re
from urllib.parse import quote, urlencode

from chalicelib.core import ids

LEAST_PASSWORD = 12
"""Fewest characters of a password. Length and kinds are those of the user pool (infra/security.json), as a test
checks."""
_KINDS = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"), re.compile(r"[^A-Za-z0-9\s]"))
_OUTSIDE_ASCII = re.compile(r"[^\x20-\x7e]")


def meets_rules(password: str) -> bool:
    """Whether the user pool accepts a new password: long enough, with a small and a capital letter, a digit and a sign.

    As in Amazon Cognito (Developer Guide, “Adding user pool password requirements”), letters and signs are those of
    ASCII and no space stands at either end. Other characters are allowed and count for no kind.
    """
    latin = _OUTSIDE_ASCII.sub("", password)
    return len(password) >= LEAST_PASSWORD and password == password.strip() and all(one.search(latin) for one in _KINDS)


def grouped(secret: str) -> str:
    """Return the secret in groups of four characters, for people to type."""
    return ids.grouped(secret, 4, " ")


def otpauth(service: str, account: str, secret: str) -> str:
    """Return the URI that sets up an authenticator application: TOTP of RFC 6238 with SHA-1, six digits, 30 seconds.

    The form is Google's “Key Uri Format”. Parameters at their defaults are left out, because not every application
    reads them.
    """
    label = quote(f"{service}:{account}", safe=":@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': service}, quote_via=quote)}"
