"""Limits how often pages are sent from one place of the network. Nothing of an address is stored but a name that holds
for ten minutes."""

from typing import NamedTuple

from chalicelib.core.clock import MINUTE, SECOND
from chalicelib.core.errors import DeskError
from chalicelib.core.observability import count
from chalicelib.dynamo.schema import PAGES_SENT
from chalicelib.dynamo.tables import Tables
from chalicelib.vault.page_key import PageKey

MOST = 10
"""Pages that are taken from one place within WINDOW."""
WINDOW = 10 * MINUTE
"""Milliseconds by the clock."""


class TooManyPages(DeskError):
    """Too much was sent from one place of the network."""

    status, code, permanent = 429, "too_many", False
    retry_after = WINDOW / SECOND


class PageLimit(NamedTuple):
    """Counts pages. All methods raise Unavailable."""

    tables: Tables
    key: PageKey

    def take(self, source: str, now: int) -> None:
        """Count a page from this address of the network, at `now` (ms). Raises TooManyPages."""
        window = now // WINDOW
        values = {"one": 1, "most": MOST, "until": (window + 2) * WINDOW // SECOND}
        free = "attribute_not_exists(attempts) OR attempts < :most"
        name, expression = self.key.source(source, window), "SET expires_at = :until ADD attempts :one"
        if not self.tables.write(self.tables.update("pages", PAGES_SENT.key(name), expression, free, values)):
            count("PageRefused", reason="too_many")
            raise TooManyPages("Too much was sent from your network. Try again in ten minutes.")
