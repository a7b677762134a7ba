"""What a kind that does not exist brings: texts, the same without a certificate, and the API's description of it."""

import copy
import gettext
from collections.abc import Mapping

import pytest

from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from tests.privacy.kinds.quiet_hours import QUIET_HOURS
from tests.support.web import described

UNCERTIFIED = Kind(**{**vars(QUIET_HOURS), "certificate": None, "certified_as": ""})
"""The same made-up kind without a certificate."""


def described_as(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the API's description say the kind's word, as `make generate` writes it for a registered kind."""
    description = copy.deepcopy(described.description())
    handled = set(registry.handled()) - {kind.id}
    for schema in description["components"]["schemas"].values():
        words = schema.get("properties", {}).get("kind", {}).get("enum", [])
        if handled <= set(words):
            words.append(kind.id)
    described.forget()
    monkeypatch.setattr(described, "description", lambda: description)


def translated(known: gettext.NullTranslations, texts: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a catalogue know these texts, too."""
    before = known.gettext
    monkeypatch.setattr(known, "gettext", lambda message: texts[message] if message in texts else before(message))
