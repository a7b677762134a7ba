"""docs/clauses.md: each clause of the five documents has its row, each rule its place in the code and tests that are
there, and the counts are those of the rows."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import pytest

from chalicelib.profile.load import load_profile
from chalicelib.profile.policy import serving_profiles
from chalicelib.profile.rules import cited
from tests.support.project import PROJECT

TEXT = (PROJECT / "docs" / "clauses.md").read_text(encoding="utf-8")
STATES = ("kept", "partly", "absent", "organisational")
SKIPPED = {"D2.5"}
"""Numbers that a document skips and the page has a row for, because a reader looks for them."""
PARTS = {
    "3.1": ["(a)", "(b)", "(c)"],
    "3.2": ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)", "(h)"],
    "4.1": ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"],
    "4.2": ["(a)", "(b)"],
    "8.4": [" ¶1", " ¶2"],
}
SPLIT = {
    "C6": [" row 1", " row 2", " row 3", " row 4"],
    **{f"{letter}{number}": parts for letter in "CE" for number, parts in PARTS.items()},
}
"""Clauses that make several promises: a row for each."""


class Line(NamedTuple):
    """A row of a document: its label such as "C3.1(b)", and the rules or the reason."""

    label: str
    demand: str
    state: str
    why: str
    missing: str

    @property
    def clause(self) -> str:
        return re.split(r"[( ]", self.label)[0]

    @property
    def rules(self) -> list[str]:
        return [] if self.state == "organisational" or self.why == "–" else self.why.split(", ")


def sections() -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each heading and the cells of the rows below it, without the head of the table."""
    for part in TEXT.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        lines = [line for line in body.splitlines() if line.startswith("|")]
        yield heading, [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


TABLES = dict(sections())
RULES = {row[0].strip("* "): row for row in TABLES["Rules"]}
OPERATORS = {found[2]: found[1] for one in TABLES if (found := re.fullmatch(r"(\w) · .*\(`(\w+)\.toml`\)", one))}
ROWS = {letter: [Line(*row) for row in TABLES[f"{letter} · {one}"]] for letter, one in (
    heading.split(" · ") for heading in TABLES if " · " in heading)}  # fmt: skip
ALL = [row for rows in ROWS.values() for row in rows]


@cache
def source(path: str) -> str:
    file = PROJECT / path
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def known_place(place: str) -> bool:
    """Whether a place is there: a name in a file, a file, or a key of sPoint's profile such as `policy.scope`."""
    path, _, name = place.partition("::")
    if "/" in path:
        defined = rf"^ *(?:def|class) {name}\b|^{name}\b"
        return bool(source(path)) and (not name or bool(re.search(defined, source(path), re.MULTILINE)))
    value: Any = load_profile("spoint")
    for key in place.split("."):
        value = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
    return value is not None


def test_each_profile_has_its_table() -> None:
    assert sorted(OPERATORS) == sorted(serving_profiles())
    assert {name: load_profile(name).policy.document.letter for name in OPERATORS} == OPERATORS


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_every_clause_has_its_rows_and_no_row_another_clause(name: str) -> None:
    document = load_profile(name).policy.document
    clauses = {f"{document.letter}{one}" for one in document.clauses}
    assert not clauses & SKIPPED, "the document skips this number: take it out of the profile"
    wanted = [one + part for one in clauses for part in SPLIT.get(one, [""])]
    skipped = [one for one in SKIPPED if one.startswith(document.letter)]
    assert sorted(row.label for row in ROWS[document.letter]) == sorted(wanted + skipped)


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_what_a_profile_cites_is_more_than_organisational(name: str) -> None:
    profile = load_profile(name)
    letter = profile.policy.document.letter
    does = {row.clause for row in ROWS[letter] if row.state != "organisational"}
    parts = [(where, part) for where, clause in cited(profile) for part in clause.split(", ")]
    assert [(where, part) for where, part in parts if part.startswith(letter) and part not in does] == []


def wrong(row: Line) -> Iterator[str]:
    """Yield what a row lacks for its state."""
    if row.state not in STATES or not row.demand:
        yield f"the state is one of {STATES}, and the demand is a few words"
    if (row.missing == "–") != (row.state in ("kept", "organisational")):
        yield "what is missing stands beside partly and absent, and beside nothing else"
    if row.state == "organisational" and (row.why == "–" or row.why in RULES):
        yield "what is organisational has its reason in place of rules"
    if row.state in ("kept", "partly") and not row.rules:
        yield "name the rules that keep it"
    yield from (f"there is no rule {one!r}" for one in row.rules if one not in RULES)


def test_a_row_says_what_its_state_wants() -> None:
    assert [f"{row.label}: {lack}" for row in ALL for lack in wrong(row)] == []


@pytest.mark.parametrize(
    "row",
    [
        Line("A1.1", "x", "fulfilled", "ask", "–"),
        Line("A1.1", "x", "kept", "–", "–"),
        Line("A1.1", "x", "kept", "ask", "mail"),
        Line("A1.1", "x", "partly", "ask, nothing", "mail"),
        Line("A1.1", "x", "absent", "–", "–"),
        Line("A1.1", "x", "organisational", "ask", "–"),
    ],
)
def test_a_row_that_lacks_something_is_found_out(row: Line) -> None:
    assert [*wrong(row)]


def test_every_rule_is_used_and_stands_once() -> None:
    assert len(RULES) == len(TABLES["Rules"])
    assert {*RULES} - {one for row in ALL for one in row.rules} == set()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_places_and_tests_that_are_there(rule: str) -> None:
    _, does, where, tests = RULES[rule]
    assert does and quoted(where) and quoted(tests)
    assert [place for place in quoted(where) if not known_place(place)] == []
    assert [one for one in quoted(tests) if not is_test(one)] == []


def is_test(name: str) -> bool:
    path, _, function = name.partition("::")
    return bool(re.search(rf"^def {function}\(", source(path), re.MULTILINE))


def test_the_counts_are_those_of_the_rows() -> None:
    *counted, total = TABLES["Counts"]
    assert [row[0][0] for row in counted] == list(ROWS)
    for row in counted:
        states = Counter(one.state for one in ROWS[row[0][0]])
        assert [int(one) for one in row[6:]] == [states[state] for state in STATES], row[0]
        assert int(row[1]) == sum(map(int, row[2:6])) == sum(map(int, row[6:]))
    sums = [sum(int(row[column]) for row in counted) for column in range(1, 10)]
    assert [int(one) for one in total[1:]] == sums


@pytest.mark.parametrize("place", ["policy.nothing", "chalicelib/core/nothing.py", "chalicelib/core/ids.py::nothing"])
def test_a_place_that_is_not_there_is_found_out(place: str) -> None:
    assert not known_place(place) and not is_test("tests/docs/test_clauses.py::test_nothing")
