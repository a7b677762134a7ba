"""Publishes versions of the policy and reads the published ones.

A version is made from the profile, stored as a file and never changed.
`python -m chalicelib.profile.policy publish spoint` writes `operators/policies/spoint/<version>.json` and refuses a
version that is already there with other content. `… shown spoint` asks the public address whether it shows the
version in force. Pages and consents read these files only, so an old version keeps its
text whatever profile and catalogues say later (A8.2, A8.3).
"""

import datetime
import functools
import hashlib
import json
import os
import re
import sys
from typing import Any, NamedTuple

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.languages import LANGUAGES
from chalicelib.core.texts import KAZAKHSTAN
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, ProfileError

OK = 200
POLICIES = os.path.join(os.path.dirname(__file__), "operators", "policies")


class PolicyReference(NamedTuple):
    """The version that a consent refers to, and the hash of its content in all languages. It holds from `published_at`
    (ms); who last agreed to a version before `asks_since` is told what they agree to."""

    version: str
    hash: str
    published_at: int = 0
    asks_since: str = ""

    @property
    def agreed(self) -> tuple[str, str]:
        """Version and hash, as a consent stores them."""
        return self.version, self.hash

    def tells(self, known: str) -> bool:
        """Whether somebody who last agreed to the version `known` ("": it was not noted) is told of this one."""
        return not known or _order(known) < _order(self.asks_since)


class PublishedPolicy(NamedTuple):
    """One published version. `published` is an ISO date; `content` maps a language to title, summary and sections.

    `reach` names what is processed: purposes, categories, recipients with their countries. `asks_since` is the last
    version, this one included, that reached further than the one before it: consent to less is no consent to more
    (art. 7(1) of Law 94-V), so who agreed to an earlier one is told what they agree to now.
    """

    operator: str
    version: str
    published: str
    hash: str
    content: dict[str, Any]
    reach: tuple[str, ...] = ()
    asks_since: str = ""


def build_policy(profile: Profile, directory: str = POLICIES) -> PublishedPolicy:
    """Make the policy from the current profile and catalogues, without publishing it. `directory` holds the versions
    before it."""
    from chalicelib.profile.policy_content import policy_content  # serving a published version does not need it

    content: dict[str, Any] = {language: policy_content(profile, language) for language in LANGUAGES}
    version, published = profile.policy.version, profile.policy.published.isoformat()
    digest = content_hash(profile.name, version, published, content)
    reach = _reach(profile)
    before = [one for one in published_versions(profile.name, directory) if _order(one.version) < _order(version)]
    asks_since = before[0].asks_since if before and {*reach} <= {*before[0].reach} else version
    return PublishedPolicy(profile.name, version, published, digest, content, reach, asks_since)


def _reach(profile: Profile) -> tuple[str, ...]:
    """Return what is processed under this profile: live purposes and categories, recipients with their countries."""
    live = (row.id for rows in (profile.purposes, profile.categories) for row in rows.values() if profile.live(row))
    given = (f"{row.id} {row.country}" for row in profile.recipients.values() if row.role != "website")
    return tuple(sorted({*live, *given}))


def _order(version: str) -> list[int]:
    """Return a version as it is ordered: by its numbers."""
    return [int(part or 0) for part in version.split(".")]


def content_hash(operator: str, version: str, published: str, content: dict[str, Any]) -> str:
    """Return the SHA-256, in hex, of the canonical JSON of a version: sorted keys, no spaces, UTF-8."""
    whole = {"operator": operator, "version": version, "published": published, "content": content}
    canonical = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@functools.cache
def published_policy(operator: str, version: str, directory: str = POLICIES) -> PublishedPolicy:
    """Return a published version. Raises NotFound."""
    if re.fullmatch("[a-z][a-z0-9]*", operator) and re.fullmatch("[0-9][0-9.]{0,9}", version):
        try:
            with open(os.path.join(directory, operator, f"{version}.json"), encoding="utf-8") as file:
                found = json.load(file)
            return PublishedPolicy(**{**found, "reach": tuple(found.get("reach", ()))})
        except FileNotFoundError:
            pass
    raise NotFound("There is no such version of the policy. Open the current one.")


def published_versions(operator: str, directory: str = POLICIES) -> list[PublishedPolicy]:
    """Return every published version, the newest first."""
    try:
        names = os.listdir(os.path.join(directory, operator))
    except FileNotFoundError:
        return []
    versions = [name.removesuffix(".json") for name in names if name.endswith(".json")]
    versions.sort(key=_order, reverse=True)
    return [published_policy(operator, version, directory) for version in versions]


def policy_reference(profile: Profile) -> PolicyReference:
    """Return the reference that a consent given now stores: the version in force and its hash."""
    policy = published_policy(profile.name, profile.policy.version)
    day = datetime.date.fromisoformat(policy.published)
    published_at = int(datetime.datetime.combine(day, datetime.time.min, KAZAKHSTAN).timestamp()) * SECOND
    return PolicyReference(policy.version, policy.hash, published_at, policy.asks_since)


def serving_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that can be deployed: they are valid and their policy is published."""
    from chalicelib.profile.load import DIRECTORY

    names = sorted(name.removesuffix(".json") for name in os.listdir(os.path.join(DIRECTORY, "compiled")))
    return tuple(name for name in names if not why_not_serving(name))


def why_not_serving(name: str) -> str:
    """Return why the profile of this name cannot be deployed, or "" when it can."""
    try:
        profile = load_profile(name)
    except ProfileError as error:
        return error.message
    try:
        policy_reference(profile)
    except NotFound:
        return f"Version {profile.policy.version} of the policy of {name} is not published; publish it first."
    return ""


def publish(profile: Profile, directory: str = POLICIES) -> str:
    """Write the profile's version to a file and return its path. Raises Conflict when it exists with other content."""
    policy = build_policy(profile, directory)
    path = os.path.join(directory, policy.operator, f"{policy.version}.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "x", encoding="utf-8") as file:
            json.dump(policy._asdict(), file, ensure_ascii=False, indent=1)
            file.write("\n")
    except FileExistsError:
        if published_policy(policy.operator, policy.version, directory).hash != policy.hash:
            raise Conflict(
                f"Version {policy.version} is published and says something else."
                f" Raise policy.version and policy.published in {policy.operator}.toml, then publish."
            ) from None
    return path


def check_shown(profile: Profile, address: str = "") -> str:
    """Return a sentence: the public address of the policy shows the version in force. Raises Conflict when it does not.

    `address` is asked in place of the profile's (A8.3: whoever looks there finds the current version)."""
    import requests  # for this command alone

    address, reference = address or profile.policy.url, policy_reference(profile)
    try:
        answer = requests.get(address, timeout=20)
    except requests.RequestException as error:
        raise Conflict(f"{address} does not answer ({type(error).__name__}). Lead it to /policy of the desk.") from None
    if answer.status_code != OK or reference.hash not in answer.text:
        raise Conflict(
            f"{address} answers {answer.status_code} and does not show version {reference.version} with its hash"
            f" {reference.hash[:12]}…. Lead it to /policy of the desk."
        )
    return f"{address} shows version {reference.version}."


def main(arguments: list[str]) -> int:
    """Run `publish <operator>` or `shown <operator> [address]`; return 0 when the version is published, or shown; 1
    when not, 2 for wrong arguments."""
    command, name, *more = [*arguments, "", ""][: max(len(arguments), 2)]
    if not name or (command, len(more)) not in {("publish", 0), ("shown", 0), ("shown", 1)}:
        print("Usage: python -m chalicelib.profile.policy publish <operator> | shown <operator> [address]")
        return 2
    from chalicelib.profile.build import read_profile  # what is published is what the file says today

    try:
        profile = read_profile(name)
        print(publish(profile) if command == "publish" else check_shown(profile, *more))
    except (ProfileError, Conflict, NotFound) as error:
        print(error.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
