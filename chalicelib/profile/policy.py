"""Publishes versions of the policy and reads the published ones.

A version is made from the profile, stored as a file and never changed.
`python -m chalicelib.profile.policy publish spoint` writes `operators/policies/spoint/<version>.json` and refuses a
version that is already there with other content. Pages and consents read these files only, so an old version keeps its
text whatever profile and catalogues say later (A8.2, A8.3).
"""

import functools
import hashlib
import json
import os
import re
import sys
from typing import Any, NamedTuple

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.languages import LANGUAGES
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile, ProfileError

POLICIES = os.path.join(os.path.dirname(__file__), "operators", "policies")


class PolicyReference(NamedTuple):
    """The version that a consent refers to, and the hash of its content in all languages."""

    version: str
    hash: str


class PublishedPolicy(NamedTuple):
    """One published version. `published` is an ISO date; `content` maps a language to title, summary and sections."""

    operator: str
    version: str
    published: str
    hash: str
    content: dict[str, Any]


def build_policy(profile: Profile) -> PublishedPolicy:
    """Make the policy from the current profile and catalogues, without publishing it."""
    from chalicelib.profile.policy_content import policy_content  # serving a published version does not need it

    content: dict[str, Any] = {language: policy_content(profile, language) for language in LANGUAGES}
    version, published = profile.policy.version, profile.policy.published.isoformat()
    digest = content_hash(profile.name, version, published, content)
    return PublishedPolicy(profile.name, version, published, digest, content)


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
                return PublishedPolicy(**json.load(file))
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
    versions.sort(key=lambda version: [int(part or 0) for part in version.split(".")], reverse=True)
    return [published_policy(operator, version, directory) for version in versions]


def policy_reference(profile: Profile) -> PolicyReference:
    """Return the reference that a consent given now stores: the version in force and its hash."""
    policy = published_policy(profile.name, profile.policy.version)
    return PolicyReference(policy.version, policy.hash)


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
    policy = build_policy(profile)
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


def main(arguments: list[str]) -> int:
    """Run `publish <operator>`; return 0 when the version is published, 1 when not, 2 for wrong arguments."""
    if len(arguments) != 2 or arguments[0] != "publish":
        print("Usage: python -m chalicelib.profile.policy publish <operator>")
        return 2
    from chalicelib.profile.build import read_profile  # what is published is what the file says today

    try:
        print(publish(read_profile(arguments[1])))
    except (ProfileError, Conflict) as error:
        print(error.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
