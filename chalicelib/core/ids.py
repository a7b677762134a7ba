"""Random identifiers, which reveal nothing about a person."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """Return 20 characters of Crockford's base 32: 100 random bits, safe in keys, URLs and speech."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def new_number(digits: int = 6) -> str:
    """Return a random ticket number of `digits` digits that does not begin with 0.

    It is random because a counter would be a hot item of the table. The caller stores it under the condition that it
    is free, and draws another when it is taken.
    """
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


def grouped(text: str, size: int, between: str) -> str:
    """Split a text into groups of `size` characters with `between` in between, so that people can read and type it."""
    return between.join(text[start : start + size] for start in range(0, len(text), size))


def speak(number: str) -> str:
    """Return a ticket number in groups of three, as people say and read it: `481207` is `481-207`."""
    head = len(number) % 3
    groups = [number[:head]] if head else []
    groups += [number[i : i + 3] for i in range(head, len(number), 3)]
    return "-".join(groups)
