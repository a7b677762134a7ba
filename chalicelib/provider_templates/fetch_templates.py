"""Fetches the templates of all business accounts and keeps them, once an hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.channels import registry
from chalicelib.channels.base import SendError
from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Unavailable
from chalicelib.core.observability import log

if TYPE_CHECKING:
    from chalicelib.channels.templates import TemplateSource
    from chalicelib.provider_templates.store import TemplateStore
    from chalicelib.vault.secrets import LinkedAccounts


@dataclass(frozen=True)
class FetchTemplates:
    """Fetches templates. `accounts` reads the outbound secret; `source` makes what fetches those of a channel."""

    store: "TemplateStore"
    accounts: "Callable[[], LinkedAccounts]"
    source: "Callable[[str], TemplateSource]"
    clock: Callable[[], int]

    def __call__(self) -> int:
        """Fetch them; return how many there are. An account that fails is noted on its number and does not stop the
        others. Raises Unavailable then, in the end, so that the fetch is repeated."""
        found, failed = 0, 0
        fetched: dict[str, str] = {}
        for channel, account, business, token in self._linked():
            if business not in fetched:
                fetched[business], number = self._fetch(channel, business, token)
                found += number
            self.store.note(channel, account, business, self.clock(), fetched[business])
            failed += bool(fetched[business])
        if failed:
            raise Unavailable("The templates of an account were not fetched; the next hour tries again.")
        return found

    def _linked(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield channel, account, business account and token of every number with templates."""
        for channel, linked in self.accounts().items():
            declared = registry.channel(channel)
            if declared.templates is None:
                continue
            for account, fields in linked.items():
                business = fields.get(declared.templates_of, "")
                token = fields.get(declared.fields("outbound")[0], "")
                if business and token:
                    yield channel, account, business, token

    def _fetch(self, channel: str, business: str, token: str) -> tuple[str, int]:
        """Return the code of what went wrong, "" for nothing, and the number of templates."""
        began_at = self.clock() // SECOND
        try:
            templates = self.source(channel).fetch(business, token)
        except SendError as error:
            log("templates_not_fetched", channel=channel, code=error.code)
            return error.code, 0
        for one in templates:
            self.store.put(business, one, began_at)
        self.store.remove_others(business, {one.key for one in templates}, began_at)
        log("templates_fetched", channel=channel, count=len(templates))
        return "", len(templates)
