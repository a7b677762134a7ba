"""Nothing that is stored, runs or was signed under the names of a former release is renamed: see facts.py."""

import json

import pytest

from tests.golden.facts import FROZEN, facts

KEPT: dict[str, list[str]] = json.loads(FROZEN.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def now() -> dict[str, list[str]]:
    return facts()


@pytest.mark.parametrize("about", sorted(KEPT.keys() - {"words"}))
def test_what_is_kept_has_the_names_that_it_had(about: str, now: dict[str, list[str]]) -> None:
    gone = sorted(set(KEPT[about]) - set(now[about]))
    assert not gone, "what was stored or runs holds these names: map the new name to them in one place"


def test_every_stored_word_is_still_a_word(now: dict[str, list[str]]) -> None:
    """Enumerations may be joined, grow and be called otherwise; no value goes."""
    known = [set(line.split()) for line in now["words"]]
    assert [line for line in KEPT["words"] if not any(set(line.split()) <= words for words in known)] == []
