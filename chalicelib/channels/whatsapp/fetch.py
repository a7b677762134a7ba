"""Fetches files over the WhatsApp Cloud API, in two steps: the id gives an address that lives five minutes, and the
address gives the bytes. Source: Meta's "Media"."""

from typing import IO, Any
from urllib.parse import quote, urlsplit

import requests

from chalicelib.channels.fetching import TIMEOUTS, FetchedFile, FetchError, download, no_answer, refused
from chalicelib.channels.http_session import new_session
from chalicelib.channels.reading import as_dict, text

_NOT_THERE = 33
"""Meta's subcode of code 100: no such object, or not for this token."""
_LONGEST = 4000
"""Characters of an address."""


class WhatsAppFetcher:
    """Fetches over the Graph API at `api` (its address with the version). The address of a file is asked for anew at
    each try and never kept."""

    def __init__(self, api: str, session: requests.Session | None = None) -> None:
        self._api = api.rstrip("/")
        self._session = session or new_session()

    def fetch(self, media_id: str, token: str, into: IO[bytes], most: int) -> FetchedFile:
        """Write a file into `into`. Raises FetchError."""
        bearer = {"Authorization": f"Bearer {token}"}
        found = self._look_up(media_id, bearer)
        if isinstance(found, FetchError):
            raise found  # outside of any except block, so that the request is not attached as context
        size = found.get("file_size")
        if isinstance(size, int) and size > most:
            raise FetchError("The file is larger than the desk takes.", code="too_big", too_big=True)
        outcome = download(self._session, text(found.get("url"), _LONGEST), bearer, into, most)
        if isinstance(outcome, FetchError):
            raise outcome
        return outcome._replace(sha256_told=text(found.get("sha256")))

    def _look_up(self, media_id: str, bearer: dict[str, str]) -> dict[str, Any] | FetchError:
        try:
            url = f"{self._api}/{quote(media_id, safe='')}"
            answer = self._session.get(url, headers=bearer, timeout=TIMEOUTS)
            said = as_dict(answer.json())
        except (requests.RequestException, ValueError):
            return no_answer()
        if answer.status_code != requests.codes.ok:
            error = as_dict(said.get("error"))
            gone = error.get("code") == 100 and error.get("error_subcode") == _NOT_THERE
            return refused(answer.status_code, gone=gone)
        # The token goes to no address that is less safe than Meta's own.
        safe = urlsplit(text(said.get("url"), _LONGEST)).scheme == urlsplit(self._api).scheme
        return said if safe else FetchError("The provider named no address of the file.", code="no_address")
