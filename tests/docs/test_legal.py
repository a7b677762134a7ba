"""docs/legal.md: every article that is cited is a row with its source, every number is the one that is used."""

import importlib
import re
from pathlib import Path

import pytest

import chalicelib.profile.operators
from chalicelib.core.clock import DAY, HOUR
from chalicelib.privacy.kinds import registry
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from tests.support.project import PROJECT

TEXT = (PROJECT / "docs" / "legal.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| `")]
ARTICLES = {row[0].strip("`"): row for row in ROWS if row[0].startswith("`94-V")}
NUMBERS = {row[0].strip("`"): row[1] for row in ROWS if not row[0].startswith("`94-V")}
LAW = re.compile(r"94-V art\. [\d-]+(?:\([\d-]+\))*")
PROFILES = sorted(path.stem for path in Path(chalicelib.profile.operators.__path__[0]).glob("compiled/*.json"))


def _cited(value: object) -> set[str]:
    """The articles that a row of a profile, or what is in it, names as its source."""
    if isinstance(value, dict):
        return set().union(*map(_cited, value.values()))
    if isinstance(value, tuple):
        return set().union(*map(_cited, value))
    if isinstance(value, str):
        return set(LAW.findall(value))
    return _cited(vars(value)) if hasattr(value, "__dict__") else set()


@pytest.mark.parametrize("name", PROFILES)
def test_every_article_of_a_profile_is_a_row(name: str) -> None:
    cited = _cited(load_profile(name))
    assert cited and not cited - ARTICLES.keys(), "read the article, and say in docs/legal.md what it says and where"


def test_every_article_of_a_kind_of_request_is_a_row() -> None:
    assert {kind.basis for kind in registry.KINDS if kind.basis} <= ARTICLES.keys()


def test_every_row_says_what_was_read_where_and_when() -> None:
    for article, row in ARTICLES.items():
        assert len(row) == 4 and all(row), article
        assert re.fullmatch(r"[A-Z](, [A-Z])*, \d\d\.\d\d\.20\d\d", row[3]), article
    sources = set(re.findall(r"^\| ([A-Z]) \|", TEXT, re.MULTILINE))
    assert {one for row in ARTICLES.values() for one in re.findall(r"\b[A-Z]\b", row[3])} <= sources


def _of_profile(profile: Profile) -> dict[str, str]:
    numbers = {f"deadlines.{name}": f"{row.term} {row.unit}" for name, row in profile.deadlines.items()}
    for name, row in profile.retention.items():
        if row.term or row.review_days:
            kept = f"{row.term} {row.unit}" if row.term else f"{row.review_days} days of review"
            numbers[f"retention.{name}"] = kept
    return numbers | {f"tickets.{name}": str(days) for name, days in vars(profile.tickets).items()}


def test_the_numbers_are_those_of_the_profile() -> None:
    shown = {name: value for name, value in NUMBERS.items() if not name.startswith("chalicelib.")}
    assert shown == _of_profile(load_profile("spoint"))


def test_the_numbers_are_those_of_the_code() -> None:
    shown = {name: value for name, value in NUMBERS.items() if name.startswith("chalicelib.")}
    assert shown
    for name, value in shown.items():
        module, _, constant = name.rpartition(".")
        number, _, unit = value.partition(" ")
        used = getattr(importlib.import_module(module), constant)
        assert used == int(number) * {"h": HOUR, "days": DAY, "": 1}[unit], name
