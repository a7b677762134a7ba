"""Which operator a start may serve."""

import pytest

from chalicelib.profile import policy
from chalicelib.profile.policy import serving_profiles, why_not_serving
from infra.definitions import load
from local.aws.ministack import CannotStart
from local.ports import RunSettings


@pytest.mark.parametrize("operator", ["nobody", "../spoint", "SPOINT", "common"])
def test_a_start_that_cannot_serve_is_refused_with_a_sentence(operator: str) -> None:
    with pytest.raises(CannotStart, match=r"cannot be served\..+Choose one of: rsoftware, smartaqkol, spark"):
        RunSettings.of({"OPERATOR": operator})


def test_a_package_that_is_not_there_is_refused_with_a_sentence() -> None:
    with pytest.raises(CannotStart, match="Run make package"):
        RunSettings.of({"PACKAGE": "build/nothing.zip"})


def test_a_profile_whose_policy_is_not_published_cannot_be_served(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(profile: object) -> None:
        raise policy.NotFound("There is no such version of the policy.")

    monkeypatch.setattr(policy, "policy_reference", nothing)
    assert "is not published" in why_not_serving("spoint")
    assert serving_profiles() == ()
    with pytest.raises(CannotStart):
        RunSettings.of({"OPERATOR": "spoint"})


def test_the_template_takes_those_operators_and_no_others() -> None:
    allowed = load("parameters")["Parameters"]["Operator"]["AllowedValues"]
    assert tuple(allowed) == serving_profiles() == ("rsoftware", "smartaqkol", "spark", "spoint", "wadjet")
