"""Reads addresses of headers: mailboxes with names, comments, groups, and what programs make of them (RFC 5322, 6532).

The library's parsers raise, recurse and differ by Python's version, and who a mail is from must not depend on that.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from chalicelib.channels.email.charsets import decode
from chalicelib.channels.email.headers import line, words
from chalicelib.channels.email.mail import Mailbox
from chalicelib.core.normal import invisible

MOST_ADDRESSES = 200
"""Mailboxes of one header that are read."""
_LONGEST = 254
"""Characters of an address. Source: RFC 5321, 4.5.3.1.3."""
_TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*)"?|<(?P<angle>[^>]*)>?|(?P<mark>[(),;:])|(?P<atom>[^"<>(),;:]+)|>', re.S
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NOT_IN_LOCAL = frozenset('<>()[],;:\\"@')


def address(text: str) -> str:
    """Return an address in its normal form: small letters, the domain in ASCII, NFC; "" for what is none. Nothing is
    guessed: dots and tags of the local part stay."""
    plain = unicodedata.normalize("NFC", text[: 2 * _LONGEST].strip().strip("<>").strip()).lower()
    if plain.startswith("@"):  # a route (RFC 5321, appendix C)
        plain = plain.rpartition(":")[2]
    local, _, domain = plain.rpartition("@")
    if len(local) > 2 and local[0] == local[-1] == '"':
        local = local[1:-1]
    if not local or len(text) > 2 * _LONGEST or any(one in _NOT_IN_LOCAL or _disguises(one) for one in local):
        return ""
    domain = _domain(domain.rstrip("."))
    return f"{local}@{domain}" if domain and len(local) + len(domain) < _LONGEST else ""


def _disguises(one: str) -> bool:
    return one.isspace() or invisible(one) or not one.isprintable()


def _domain(name: str) -> str:
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return name if len(name) <= _LONGEST and all(map(_LABEL.fullmatch, name.split("."))) else ""


def mailboxes(values: Iterable[bytes]) -> tuple[Mailbox, ...]:
    """Return the mailboxes of headers, MOST_ADDRESSES at most, each address once. A name without an address stands with
    the address "": it is shown, and nobody is reached by it."""
    found: dict[str, Mailbox] = {}
    for value in values:
        for name, plain in _each(decode(value)[0]):
            box = Mailbox(plain, line(name.encode("utf-8", "replace")))
            if any(box):
                found.setdefault(plain or f" {box.name}", box)
            if len(found) >= MOST_ADDRESSES:
                return tuple(found.values())
    return tuple(found.values())


def sender(values: list[bytes]) -> Mailbox:
    """Return who a mail is from. With two addresses nobody can say which of them a carrier has proved, so it is from
    none; without an address what stands there is the name."""
    found = mailboxes(values)
    known = [one for one in found if one.address]
    if len(known) == 1 and not any("@" in one.name for one in found if not one.address):
        return known[0]
    return Mailbox("", line(b", ".join(values)))


def first(values: list[bytes]) -> Mailbox:
    """Return the first mailbox with an address, an empty one without."""
    return next((one for one in mailboxes(values) if one.address), Mailbox())


def _each(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and address of each mailbox. A comma in a name that should have been quoted stays in the name."""
    phrase: list[str] = []
    angles: list[str] = []
    comment, depth, closed, reached = "", 0, text.count(")"), False
    for token in _TOKEN.finditer(text):
        if depth or token["mark"] == "(":
            if closed:  # without an end it is no comment
                depth += {"(": 1, ")": -1}.get(token["mark"] or "", 0)
                closed -= token["mark"] == ")"
                comment += token[0] if len(comment) < _LONGEST else ""
            continue
        if token["mark"] in (",", ";"):
            if reached:
                yield _mailbox(phrase, angles, comment)
                phrase, angles, comment, reached = [], [], "", False
            elif phrase and token["mark"] == ",":
                phrase.append(", ")
        elif token["mark"] == ":":
            phrase, reached = [], bool(angles)  # the name of a group
        elif token["angle"] is not None:
            angles.append(token["angle"])
            reached = True
        elif token["quoted"] is not None:
            phrase.append(re.sub(r"\\(.)", r"\1", token["quoted"]))
        elif token["atom"]:
            phrase.append(token["atom"])
            reached = reached or "@" in token["atom"]
    if phrase or angles:
        yield _mailbox(phrase, angles, comment)


def _mailbox(phrase: list[str], angles: list[str], comment: str) -> tuple[str, str]:
    """Return name and address. With two different addresses nobody can say which one is meant, so it has none."""
    said = "".join(phrase).strip(" ,\t\r\n")
    if angles:
        plain = {address(words(one.encode("utf-8", "replace"))) for one in angles}
        only = plain.pop() if len(plain) == 1 else ""
        return said if only else " ".join([said, *(f"<{one}>" for one in angles)]), only
    bare = next((one for one in said.split() if "@" in one), "")
    plain_bare = "" if any(one.startswith("@") for one in phrase) else address(bare)  # "a b"@mail.kz
    if not plain_bare:
        return said or comment.strip("() "), ""
    return " ".join(one for one in said.split() if one != bare) or comment.strip("() "), plain_bare


def without_tag(plain: str) -> str:
    """Return an address without what follows a plus sign in its local part."""
    local, _, domain = plain.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
