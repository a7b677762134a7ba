"""A channel is added by a folder, a line and a profile; everything else follows."""

import re
from pathlib import Path

import pytest

from tests.channels.made_up.tree import PROJECT, add_pagers, run, touched

STORY = "tests/channels/made_up/story.py"
CONFORMANCE = "tests/channels/conformance/test_conformance.py"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pagers")
    add_pagers(made)
    return made


def test_the_files_that_a_new_channel_touches_are_those_of_the_document(tree: Path) -> None:
    text = (PROJECT / "docs" / "adding-a-channel.md").read_text("utf-8")
    block = re.search(r"```files\n(.*?)```", text, re.DOTALL)
    assert block is not None
    listed = [line.split()[0] for line in block[1].splitlines()]
    profile = {"<profile>": "pagerdesk", "<version>": "2", "<id>": "pager"}
    for place, name in profile.items():
        listed = [line.replace(place, name) for line in listed]
    assert sorted(listed) == touched(tree)


def test_what_happens_to_a_pager_is_what_happens_to_every_channel(tree: Path) -> None:
    told = run(tree, "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", STORY)
    assert re.search(r"\d+ passed", told) and "failed" not in told


def test_a_made_up_channel_keeps_what_it_promises(tree: Path) -> None:
    told = run(tree, "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", CONFORMANCE, "-k", "pager")
    assert re.search(r"\d+ passed", told) and "failed" not in told


def test_nobody_names_it(tree: Path) -> None:
    run(tree, "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/test_channel_names.py")
