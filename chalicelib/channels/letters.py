"""What a mail is made of on its way in: what its carrier says about it, and the parts and files that a channel reads
from it."""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.channels.parts import Part


class Envelope(NamedTuple):
    """What the carrier found out about a mail. `place` is where its files are laid: the bucket, and what their names
    begin with. `verdicts` holds "PASS", "FAIL" or another word of the carrier's for each of CHECKS."""

    place: str
    verdicts: Mapping[str, str]

    @property
    def harmful(self) -> str:
        """The check for junk or malware that the mail failed, "" for none."""
        return next((one for one in ("spam", "virus") if self.verdicts.get(one) == FAIL), "")

    def passed(self, check: str) -> bool:
        """Whether the mail passed one of CHECKS."""
        return self.verdicts.get(check) == PASS


CHECKS = ("spam", "virus", "spf", "dkim", "dmarc")
"""What the carrier checks. A failed SPF proves nothing, because forwarding breaks it."""
PASS, FAIL = "PASS", "FAIL"


class Letter(NamedTuple):
    """The parts of a mail, in their order, and the bytes of its files by the `media_id` of their parts."""

    parts: list[Part]
    files: Mapping[str, bytes]
