"""Limits how often pages are sent from one place of the network, and how many mails an address gets because somebody
who may be somebody else has named it. Nothing of an address is stored but a name that holds for ten minutes, or for a
day."""

from typing import NamedTuple

from chalicelib.core.clock import DAY, MINUTE, SECOND
from chalicelib.core.errors import DeskError
from chalicelib.core.observability import count
from chalicelib.dynamo.builder import Builder, Write
from chalicelib.dynamo.schema import PAGES_SENT
from chalicelib.dynamo.tables import Tables
from chalicelib.vault.page_key import PageKey

MOST = 10
"""Pages that are taken from one place within WINDOW."""
MOST_MAILS = 3
"""Mails to one address that pages, or mails that nothing proves, may cause within a day."""
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
        return self.tables.write(one_more(self.tables, name, until, most))


def one_more(tables: Builder, name: str, until: int, most: int) -> Write:
    """Return the write that counts one more under this name, and is refused when there were `most`. The row is gone
    after `until` (ms)."""
    values = {"one": 1, "most": most, "until": until // SECOND}
    free = "attribute_not_exists(attempts) OR attempts < :most"
    return tables.update("pages", PAGES_SENT.key(name), "SET expires_at = :until ADD attempts :one", free, values)
