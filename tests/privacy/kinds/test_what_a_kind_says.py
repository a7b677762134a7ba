"""Every kind says all that it must; what is missing is told in a sentence."""

from typing import Any

import pytest

from chalicelib.privacy.kinds import registry
from chalicelib.privacy.kinds.contract import Kind
from chalicelib.privacy.kinds.deletion import DELETION
from chalicelib.privacy.kinds.opt_out import OPT_OUT
from chalicelib.privacy.recognition.answer_phrases import spelled
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from tests.privacy.kinds.gaps import gaps

UNSAID = "A text that nobody has translated"


def test_nothing_is_missing(kind: Kind, profile: Profile) -> None:
    assert gaps(kind, profile) == []


def test_no_two_kinds_share_an_id_a_phrase_a_command_or_a_marking(made_up: Kind) -> None:
    for name in ("id", "command", "marking"):
        given = [getattr(one, name) for one in registry.KINDS if getattr(one, name)]
        assert len(set(given)) == len(given), name
    said = [phrase for one in registry.KINDS for phrase in set(spelled(one.phrases))]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("of", "changed", "told"),
    [
        (OPT_OUT, {"done": UNSAID}, "translate `done` to kk"),
        (OPT_OUT, {"done": UNSAID}, "translate `done` to ru"),
        (DELETION, {"name": UNSAID}, "translate `name` to kk"),
        (OPT_OUT, {"done": ""}, "add `done`"),
        (DELETION, {"default": None}, "add `default`"),
        (DELETION, {"limit": "some_day"}, "`limit` names the profile's deadline"),
        (DELETION, {"cooling_off": ""}, "add `cooling_off`"),
        (DELETION, {"confirmed": False}, "say confirmed=True"),
        (DELETION, {"decisions": ()}, "add `decisions`"),
        (DELETION, {"certificate": None}, "add `certificate`"),
        (DELETION, {"refused": ""}, "`refused`"),
        (OPT_OUT, {"effect": ("", "")}, "add `effect`"),
        (OPT_OUT, {"cooling_off": "grace"}, "answered at once waits for nobody"),
        (OPT_OUT, {"certified_as": ""}, "add `certified_as`"),
        (OPT_OUT, {"phrases": "unsubscribe"}, "add a phrase in kk"),
        (OPT_OUT, {"means": lambda words: False}, "let `means` find its own phrases in ru"),
        (OPT_OUT, {"phrases": "ерік бер\nотстаньте\nleave it"}, "to `hints`"),
        (OPT_OUT, {"marking": "nothing"}, "has no phrase under [[markings]]"),
        (OPT_OUT, {"button": ("Far too long for any button", "No")}, "a `button` has 20 characters"),
        (OPT_OUT, {"id": "Opt Out"}, "`id` is small letters"),
        (OPT_OUT, {"basis": "the law"}, "`basis` is an article"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(of: Kind, changed: dict[str, Any], told: str) -> None:
    found = gaps(Kind(**{**vars(of), **changed}), load_profile("spoint"))
    assert any(told in one for one in found), found


@pytest.mark.parametrize("name", ["means", "limit", "done", "way", "basis"])
def test_a_field_that_was_forgotten_is_named(name: str) -> None:
    (told,) = gaps(Kind(**{key: value for key, value in vars(OPT_OUT).items() if key != name}), load_profile("spoint"))
    assert f"say `{name}`" in told
