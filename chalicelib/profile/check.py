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
    return [*_mail(profile), *_operator(profile), *_abroad(profile), *_terms(profile)]


def before_deployment(profile: Profile) -> Iterator[str]:
    """Yield what the company must state before a desk of it goes live, each with the field (A1.0, D2.6; art. 8(4) and
    25(2)(10) of Law 94-V)."""
    if not profile.operator.bin:
        yield "operator.bin: art. 8(4) of Law 94-V wants the BIN in every consent; ask the company and write it."
    if not (profile.officer.name and profile.officer.contact):
        yield "officer: art. 25(2)(10) of Law 94-V wants somebody who answers for the protection of data; name them."
    for one in profile.contacts:
        if one.kind == "post" and not one.address:
            yield f"contacts: {one.clause} promises an address for written applications; ask the company and write it."


def _mail(profile: Profile) -> Iterator[str]:
    published = dict.fromkeys(one.published for one in profile.contacts if one.kind == "mail")
    if len(published) > 1:
        yield f"contacts: the document gives {len(published)} differing addresses: {'; '.join(published)}."
    site = (urlsplit(profile.operator.website).hostname or "").removeprefix("www.")
    for one in profile.contacts:
        if not one.address:
            yield f"contacts: {one.published!r} ({one.clause}) cannot be reached: {one.broken}."
        elif one.kind == "mail" and one.address.partition("@")[2] != site:
            yield f"contacts: {one.address} ({one.clause}) is not at {site}; confirm that the company owns it."


def _operator(profile: Profile) -> Iterator[str]:
    if not profile.operator.bin:
        yield "operator.bin: the BIN is not stated; art. 8(4) of Law 94-V wants it in the consent."
    if not profile.officer.name:
        yield "officer: nobody is named who answers for the protection of data; art. 25(2)(10) of Law 94-V wants it."


def _abroad(profile: Profile) -> Iterator[str]:
    notice = profile.residency.notice
    if notice and profile.awaits_notice:
        waits = f"; until then {', '.join(profile.waiting)} is not taken" if profile.waiting else ""
        yield f"residency.notice: {notice.clause} wants a notice to the authorised body before data goes abroad{waits}."


def _terms(profile: Profile) -> Iterator[str]:
    if placeholders := [one.names["en"] for one in profile.teams.values() if one.added]:
        yield f"need_to_know.teams: {', '.join(placeholders)} only hold the place; name the company's own teams."
    for row in profile.recipients.values():
        if row.country != profile.residency.required and row.role != "website" and not row.adequacy:
            yield f"recipients {row.id}: it is not said how {row.country} protects data; fill in adequacy."
        if row.role in ("partner", "affiliate") and not row.contract:
            yield f"recipients {row.id}: no contract is named; a partner needs one."
    for kept in profile.retention.values():
        if kept.until_withdrawal:
            yield f"retention {kept.id}: the law wants a term; review it every {kept.review_days} days."
    for name, template in profile.notices.items():
        if not template:
            what = "an answer about personal data" if "_rights_" in name else "a notice"
            yield f"notices.{name}: empty; {what} outside the reply window stays unsent."


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
