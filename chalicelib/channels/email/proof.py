"""Finds out what our carrier has proved about who sent a mail: that it comes from the domain in From. Pure.

DMARC says so where the domain has a record of it. Where it has none, a DKIM signature of that very domain says the
same. Whose signatures hold stands in no verdict, only in the header that SES puts before everything that the sender
has written:

    Authentication-Results: amazonses.com;
     spf=pass (spfCheck: domain of example.kz designates 192.0.2.1 as permitted sender) client-ip=192.0.2.1; ...
     dkim=pass header.i=@example.kz;
     dmarc=none header.from=example.kz;

The line of SPF repeats what the sender has said in SMTP, so nothing is read of it, and a header that is not as SES
writes it proves nothing. ARC proves nothing: SES gives no verdict about it, and whoever has sealed it wrote it.
"""

import re
from collections.abc import Iterator

from chalicelib.channels.letters import Envelope

_HEAD = 16 * 1024
"""Bytes at the beginning of a mail in which SES's own headers stand."""
_BEFORE = frozenset({"return-path", "received", "x-ses-spam-verdict", "x-ses-virus-verdict", "received-spf"})
"""Headers that SES puts before its results."""
_NAMED = re.compile(rb"([!-9;-~]{1,100}):[ \t]*(.*)")
_SPF = re.compile(r"spf=[a-z]+ .*")
_CHECKED = re.compile(r"(?:(?:dkim=[a-z]+ header\.i=|dmarc=[a-z]+ header\.from=)@?[a-z0-9.-]+;?\s*)+")
_SIGNED = re.compile(r"dkim=pass header\.i=@([a-z0-9.-]+)(?=[;\s]|$)")
_NO_RECORD = frozenset({"GRAY", "PROCESSING_FAILED"})
"""SES's verdicts when DMARC says nothing: the domain has no record, or it could not be read."""


def is_proved(envelope: Envelope, raw: bytes, domain: str) -> bool:
    """Whether the carrier has proved that the mail is of this domain, which is in ASCII and small letters. A failed
    DMARC is never outweighed, and a failed SPF proves nothing: forwarding breaks it."""
    if envelope.passed("dmarc"):
        return True
    return (
        bool(domain)
        and envelope.verdicts.get("dmarc") in _NO_RECORD
        and envelope.passed("dkim")
        and domain in _signers(raw)
    )


def _signers(raw: bytes) -> frozenset[str]:
    """Return the domains whose signatures hold by SES's own header; none when it is not as SES writes it."""
    lines = _results(raw)
    first = next(lines, "")
    if first.rstrip(";") != "amazonses.com":
        return frozenset()
    found: set[str] = set()
    for line in lines:
        if _CHECKED.fullmatch(line):
            found.update(_SIGNED.findall(line))
        elif not _SPF.fullmatch(line):
            return frozenset()
    return frozenset(found)


def _results(raw: bytes) -> Iterator[str]:
    """Yield the lines of the first header of results, in small letters, if nothing that a sender wrote stands before
    it: SES's headers come first, and of Received its own one alone."""
    inside, received = False, 0
    for line in raw[:_HEAD].split(b"\n"):
        if inside and line[:1] not in (b" ", b"\t"):
            return
        if inside:
            yield line.decode("latin-1").strip().lower()
            continue
        if line[:1] in (b" ", b"\t"):
            continue
        named = _NAMED.match(line.rstrip(b"\r"))
        name = named[1].decode("ascii").lower() if named else ""
        received += name == "received"
        if named and name == "authentication-results":
            inside = True
            yield named[2].decode("latin-1").strip().lower()
        elif name not in _BEFORE or received > 1:
            return
