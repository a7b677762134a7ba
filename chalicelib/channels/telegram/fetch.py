"""Fetches files over the Telegram Bot API: getFile gives a path, which lives an hour, and the path gives the bytes.

Both addresses hold the bot's token. So nothing of `requests` leaves this module or channels/fetching.py.
"""

from typing import IO
from urllib.parse import quote

import requests

from chalicelib.channels.fetching import TIMEOUTS, FetchedFile, FetchError, download, no_answer, refused
from chalicelib.channels.http_session import new_session
from chalicelib.channels.reading import as_dict, text


class TelegramFetcher:
    """Fetches over the Bot API at `api` (its address without "/bot")."""

    def __init__(self, api: str, session: requests.Session | None = None) -> None:
        self._api = api.rstrip("/")
        self._session = session or new_session()

    def fetch(self, media_id: str, token: str, into: IO[bytes], most: int) -> FetchedFile:
        """Write a file into `into`. Raises FetchError."""
        path = self._look_up(media_id, token)
        if isinstance(path, FetchError):
            raise path  # outside of any except block, so that the request is not attached as context
        outcome = download(self._session, f"{self._api}/file/bot{token}/{quote(path)}", {}, into, most)
        if isinstance(outcome, FetchError):
            raise outcome
        return outcome

    def _look_up(self, media_id: str, token: str) -> str | FetchError:
        try:
            url = f"{self._api}/bot{token}/getFile"
            answer = self._session.post(url, json={"file_id": media_id}, timeout=TIMEOUTS)
            said = as_dict(answer.json())
        except (requests.RequestException, ValueError):
            return no_answer()
        if answer.status_code != requests.codes.ok:
            why = text(said.get("description")).lower()
            if "file is too big" in why:
                return FetchError("The provider hands out no file of this size.", code="too_big", too_big=True)
            return refused(answer.status_code, gone="wrong file_id" in why or "invalid file_id" in why)
        path = text(as_dict(said.get("result")).get("file_path"), 1000)
        if not path or path.startswith("/") or ".." in path:
            return FetchError("The provider named no address of the file.", code="no_address")
        return path
