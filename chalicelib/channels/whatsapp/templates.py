"""Fetches templates over the Graph API, page by page. Source: Meta's "Template management"."""

import json
from collections.abc import Mapping
from typing import Any

import requests

from chalicelib.channels.base import SendError
from chalicelib.channels.http_session import new_session
from chalicelib.channels.reading import as_dict, as_list, ident, text
from chalicelib.channels.templates import ProviderTemplate
from chalicelib.channels.whatsapp.template_events import language_of

FIELDS = "name,language,status,category,correct_category,components,parameter_format,quality_score"
PAGE = 100
MOST_PAGES = 100
"""More than an account may have: 6,000 names. It ends a provider's cursors that lead in a circle."""
TIMEOUTS = (3.05, 10.0)
_LONGEST = 20_000
"""Characters of a template's components: texts of 60, 1,024 and 60 and ten buttons, with examples."""


class WhatsAppTemplates:
    """Fetches from the Graph API at `api` (its address with the version)."""

    def __init__(self, api: str, session: requests.Session | None = None) -> None:
        self._api = api.rstrip("/")
        self._session = session or new_session()

    def fetch(self, business_account: str, token: str) -> list[ProviderTemplate]:
        """Return all templates of a WhatsApp Business account. Raises SendError."""
        found: list[ProviderTemplate] = []
        after = ""
        for _ in range(MOST_PAGES):
            page = self._page(business_account, token, after)
            if isinstance(page, SendError):
                raise page  # outside of any except block, so that the request is not attached as context
            found += [one for one in map(_template, as_list(page.get("data"))) if one is not None]
            paging = as_dict(page.get("paging"))
            after = text(as_dict(paging.get("cursors")).get("after"), 4000) if paging.get("next") else ""
            if not after:
                return found
        raise SendError("Meta's list of templates has no end.", code="endless")

    def _page(self, business_account: str, token: str, after: str) -> dict[str, Any] | SendError:
        query = {"fields": FIELDS, "limit": str(PAGE)} | ({"after": after} if after else {})
        try:
            answer = self._session.get(
                f"{self._api}/{business_account}/message_templates",
                params=query,
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUTS,
                allow_redirects=False,
            )
            said = as_dict(answer.json())
        except (requests.RequestException, ValueError):
            return SendError("Meta did not answer, or not as documented.", code="network")
        if answer.status_code != requests.codes.ok or not isinstance(said.get("data"), list):
            code = ident(as_dict(said.get("error")).get("code"))
            return SendError("Meta did not give its templates.", code=code or f"http_{answer.status_code}")
        return said


def _template(given: object) -> ProviderTemplate | None:
    """Return a template as Meta lists it; None when it has no name, or is longer than one can be."""
    one = as_dict(given)
    name, language = text(one.get("name"), 512), language_of(one.get("language"))
    components = json.dumps(as_list(one.get("components")), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if not name or not language or len(components) > _LONGEST:
        return None
    category, correct = text(one.get("category")), text(one.get("correct_category"))
    return ProviderTemplate(
        name=name,
        language=language,
        status=text(one.get("status")),
        category=category,
        components=components,
        correct_category=correct if correct != category else "",
        quality=_quality(as_dict(one.get("quality_score"))),
    )


def _quality(score: Mapping[str, Any]) -> str:
    return text(score.get("score"))
