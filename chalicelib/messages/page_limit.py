"""Limits how often pages are sent from one place of the network. Nothing of an address is stored but a name that holds
for ten minutes."""

from typing import NamedTuple

from chalicelib.core.clock import DAY, MINUTE, SECOND
from chalicelib.core.errors import DeskError
from chalicelib.core.observability import count
from chalicelib.dynamo.schema import PAGES_SENT
from chalicelib.dynamo.tables import Tables
from chalicelib.vault.page_key import PageKey

MOST = 10
"""Pages that are taken from one place within WINDOW."""
MOST_MAILS = 3
"""Mails to one address that pages may cause within a day."""
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
        if not self._counted(self.key.source(source, window), (window + 2) * WINDOW, MOST):
            count("PageRefused", reason="too_many")
            raise TooManyPages("Too much was sent from your network. Try again in ten minutes.")

    def may_write_to(self, address: str, now: int) -> bool:
        """Count a mail to an address that somebody has typed into a page; return whether it may be sent: few a day, so
        that nobody is flooded through us."""
        day = now // DAY
        return self._counted(self.key.addressed(address, day), (day + 2) * DAY, MOST_MAILS)

    def _counted(self, name: str, until: int, most: int) -> bool:
        values = {"one": 1, "most": most, "until": until // SECOND}
        free = "attribute_not_exists(attempts) OR attempts < :most"
        expression = "SET expires_at = :until ADD attempts :one"
        return self.tables.write(self.tables.update("pages", PAGES_SENT.key(name), expression, free, values))
