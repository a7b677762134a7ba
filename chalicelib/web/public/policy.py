"""The public policy page: any published version, in any of the three languages."""

import datetime
import functools
import os
from typing import Any

import jinja2
from chalice.app import Response

from chalicelib.core.languages import LANGUAGES, Language
from chalicelib.core.settings import settings
from chalicelib.core.texts import LANGUAGE_NAMES, desk_text, show_date
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import POLICIES, PublishedPolicy, published_policy, published_versions

_TEMPLATES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "templates")


def policy_page(version: str, lang: str, accept_language: str) -> str:
    """Return the page for a request to `/policy` (version "") or `/policy/{version}`; raise NotFound.

    The language is the reader's choice `lang`, else the first of ours that the browser names, else the profile's first.
    """
    profile = load_profile(settings().operator)
    return render_policy(profile, reader_language(profile, lang, accept_language), version or None)


def reader_language(profile: Profile, lang: str, accept_language: str) -> Language:
    """Return the language of a public page: the choice `lang`, else the browser's, else the profile's first."""
    wanted = [lang, *(part.partition(";")[0].strip() for part in accept_language.split(","))]
    codes = (code.partition("-")[0].lower() for code in wanted)
    return next((known for code in codes for known in LANGUAGES if code == known), profile.languages[0])


def render_policy(
    profile: Profile, language: Language, version: str | None = None, *, directory: str = POLICIES
) -> str:
    """Return the HTML of a version, or of the one in force; raise NotFound when it was never published.

    Links are relative: `/policy` lies at the root of the site, `/policy/{version}` one step below it.
    """
    policy = published_policy(profile.name, version or profile.policy.version, directory)
    versions = published_versions(profile.name, directory)
    return (
        environment()
        .get_template("public/policy.html")
        .render(
            **frame(profile, language, "../" if version else ""),
            website=profile.operator.website,
            policy=policy,
            page=policy.content[language],
            in_force=policy.version == profile.policy.version,
            since=_date(language, policy),
            until=_replaced(language, policy, versions),
            earlier=[each.version for each in versions[versions.index(policy) + 1 :]],
        )
    )


def _replaced(language: Language, policy: PublishedPolicy, versions: list[PublishedPolicy]) -> str:
    """Return the day on which the next version replaced this one; empty when none did."""
    index = versions.index(policy)
    return _date(language, versions[index - 1]) if index else ""


def _date(language: Language, policy: PublishedPolicy) -> str:
    return show_date(language, datetime.date.fromisoformat(policy.published))


def frame(profile: Profile, language: str, root: str) -> dict[str, Any]:
    """Return what the frame of a public page needs; `root` is the way from the page to the root of the site."""
    return {
        "_": desk_text(language).gettext,
        "brand": profile.operator.brand[language],
        "service": profile.operator.service[language],
        "root": root,
        "language": language,
        "languages": [(code, LANGUAGE_NAMES[code]) for code in profile.languages],
    }


def unlisted(response: Response) -> Response:
    """Return the page so that no search engine lists it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@functools.cache
def environment() -> jinja2.Environment:
    """Return the environment of the templates of public pages."""
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
