"""Warns about what a lawyer or the company must still settle in a valid operator profile.

`python -m chalicelib.profile.check spoint` prints the warnings.
"""

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from chalicelib.profile.build import read_profile
from chalicelib.profile.model import Profile, ProfileError


def warnings(profile: Profile) -> list[str]:
    """Return one sentence per open point, each naming the field, to be settled before the desk goes live."""
    return [*_mail(profile), *_operator(profile), *_terms(profile)]


def _mail(profile: Profile) -> Iterator[str]:
    published = [mailbox.published for mailbox in profile.mail]
    if len(set(published)) > 1:
        yield f"mail: the document gives {len(published)} differing addresses: {'; '.join(published)}."
    site = (urlsplit(profile.operator.website).hostname or "").removeprefix("www.")
    for mailbox in profile.mail:
        if not mailbox.address:
            yield f"mail: {mailbox.published!r} ({mailbox.clause}) is broken; nothing sent to it arrives."
        elif mailbox.address.partition("@")[2] != site:
            yield f"mail: {mailbox.address} ({mailbox.clause}) is not at {site}; confirm that the company owns it."


def _operator(profile: Profile) -> Iterator[str]:
    if not profile.operator.bin:
        yield "operator.bin: the BIN is not stated; art. 8(4) of Law 94-V wants it in the consent."


def _terms(profile: Profile) -> Iterator[str]:
    abroad = [country for country in profile.residency.allowed if country != profile.operator.country]
    if abroad:
        yield f"residency.allowed: {', '.join(abroad)}: art. 12(2) wants the database in Kazakhstan."
    for row in profile.retention.values():
        if row.until_withdrawal:
            yield f"retention {row.id}: the law wants a term; review it every {row.review_days} days."
    for name, template in profile.notices.items():
        if not template:
            yield f"notices.{name}: empty; a notice outside the reply window stays unsent."


def main(arguments: list[str]) -> int:
    """Print the warnings of the named profile; return 1 when the profile is invalid."""
    try:
        found = warnings(read_profile(arguments[0] if arguments else "spoint"))
    except ProfileError as error:
        print(error.message)
        return 1
    print("\n".join(found) or "Nothing is left to settle.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
