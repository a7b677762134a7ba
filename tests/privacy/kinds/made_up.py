"""What a kind that does not exist brings: texts, the same without a certificate, and the API's description of it."""

import gettext

import pytest

from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from tests.privacy.kinds.quiet_hours import QUIET_HOURS
from tests.support.web import described


class Texts(gettext.NullTranslations):
    """Translations that stand in a test."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def gettext(self, message: str) -> str:
        return self._texts.get(message, message)


UNCERTIFIED = Kind(**{**vars(QUIET_HOURS), "certificate": None, "certified_as": ""})
"""The same made-up kind without a certificate."""


def described_as(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the API's description say the kind's word, as `make generate` writes it for a registered kind."""
    description = described.description()
    handled = set(registry.handled()) - {kind.id}
    for schema in description["components"]["schemas"].values():
        words = schema.get("properties", {}).get("kind", {}).get("enum", [])
        if handled <= set(words):
            words.append(kind.id)
    described._checks.cache_clear()
    monkeypatch.setattr(described, "description", lambda: description)
