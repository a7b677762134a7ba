"""docs/attacks.md names tests that are there, and every test of this folder stands in it."""

from pathlib import Path

from tests.support.named_tests import missing, named, rows
from tests.support.project import PROJECT

ATTACKS = rows("attacks.md")


def test_every_test_that_the_page_names_is_there() -> None:
    assert missing(name for cells in ATTACKS for name in named(cells[-1])) == []


def test_every_attack_names_a_test_and_every_file_of_attacks_is_named() -> None:
    assert [cells[0] for cells in ATTACKS if not named(cells[-1])] == []
    assert len(ATTACKS) >= 25
    here = {str(file.relative_to(PROJECT)) for file in Path(__file__).parent.glob("test_*.py")}
    here -= {str(Path(__file__).relative_to(PROJECT))}
    assert here - {name.partition("::")[0] for cells in ATTACKS for name in named(cells[-1])} == set()
