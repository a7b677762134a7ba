"""Templates: texts that a provider has approved for sending outside the reply window, and what fetches them.

Intake does not load it.
"""

from typing import NamedTuple, Protocol


class ProviderTemplate(NamedTuple):
    """One template in one language, as the provider describes it. `status`, `category` and `quality` are its words,
    `components` its JSON. The category becomes `correct_category` at `correct_since` (s); "" and 0 when no change is
    announced."""

    name: str
    language: str
    status: str
    category: str
    components: str = "[]"
    correct_category: str = ""
    correct_since: int = 0
    quality: str = ""

    @property
    def key(self) -> str:
        """What names it in its account, as it stands in sort keys and outbox entries."""
        return f"{self.name}#{self.language}"


class TemplateSource(Protocol):
    """Fetches the templates of a business account with the token of an account of ours."""

    def fetch(self, business_account: str, token: str) -> list[ProviderTemplate]:
        """Return all of them. Raises SendError."""
        ...
