"""Where the stores of a deployment may stand: each is labelled, and what a profile forbids is refused."""

from pathlib import Path
from typing import Any

import pytest

import chalicelib.profile.operators
from chalicelib.profile.build import parse_profile
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import build_policy, serving_profiles
from infra import residency
from local.aws.template import built_template

SPOINT = Path(chalicelib.profile.operators.__path__[0], "spoint.toml").read_text(encoding="utf-8")
DECISION = """
[residency.decision]
by = "Director"
date = 2026-11-30
reason = { kk = "Себебі", ru = "Причина", en = "No region of the host stands in the country" }
"""

KEEPS_NOTHING = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::Cognito::UserPoolClient",
        "AWS::Events::Rule",
        "AWS::GuardDuty::MalwareProtectionPlan",
        "AWS::IAM::Role",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Permission",
        "AWS::S3::BucketPolicy",
        "AWS::SES::ConfigurationSet",
        "AWS::SES::ConfigurationSetEventDestination",
        "AWS::SQS::QueuePolicy",
        "AWS::Serverless::Api",
        "AWS::Serverless::Function",
    }
)
"""Every other type: a new one must be put here, or among those that keep something."""


def decided(text: str = SPOINT) -> Profile:
    """The profile of sPoint, whose company has decided to store abroad."""
    stated = text.replace('bin = ""', 'bin = "000000000001"').replace(
        'name = ""\ncontact = ""', 'name = "Officer"\ncontact = "+7"'
    )
    return parse_profile(stated + DECISION)


def test_every_store_of_the_template_is_labelled() -> None:
    resources = built_template()["Resources"]
    kinds = {one["Type"] for one in resources.values()}
    assert kinds <= {*residency.STORES, *KEEPS_NOTHING}, "say in infra/residency.py what the new type keeps"
    labelled = residency.stores(built_template())
    assert {"DeskTable", "KeysTable", "IndexTable", "LedgerTable"} <= labelled.keys()
    assert labelled.keys() == {name for name, one in resources.items() if one["Type"] in residency.STORES}


@pytest.mark.parametrize(
    ("operator", "reason"),
    [
        ("spoint", "the law wants the data in KZ"),
        ("spark", "the law wants the data in KZ"),
        ("wadjet", "C10.1: the authorised body must be told before any transfer abroad"),
        ("smartaqkol", "D2.4, D4.2, 94-V art. 12(2): the company's own policy promises"),
        ("rsoftware", "the law wants the data in KZ"),
    ],
)
def test_no_region_of_aws_is_open_to_an_operator_that_has_decided_nothing(
    operator: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert residency.main([operator, "eu-central-1"]) == 1
    said = capsys.readouterr().out
    assert reason in said and "DeskTable: DE (eu-central-1); content sealed" in said
    assert f"Residency{operator.title()}" in built_template()["Rules"]


def test_a_decision_opens_the_country_of_the_named_host_and_no_other() -> None:
    assert [*residency.why_not(decided(), "DE")] == []
    assert "nobody is named who stores data in FR" in next(residency.why_not(decided(), "FR"))
    assert residency.rules([decided()]) == {}


@pytest.mark.parametrize(
    ("text", "missing"),
    [('bin = "000000000001"', "operator.bin"), ('name = "Officer"\ncontact = "+7"', "officer")],
)
def test_nothing_goes_live_before_the_company_has_stated_what_the_law_wants(text: str, missing: str) -> None:
    decision = SPOINT.replace('bin = ""', 'bin = "000000000001"').replace(
        'name = ""\ncontact = ""', 'name = "Officer"\ncontact = "+7"'
    )
    empty = {'bin = "000000000001"': 'bin = ""', 'name = "Officer"\ncontact = "+7"': 'name = ""\ncontact = "+7"'}
    profile = parse_profile(decision.replace(text, empty[text]) + DECISION)
    assert [one.split(":")[0] for one in residency.refused_anywhere(profile)] == [missing]
    assert any("D2.6 promises an address" in one for one in residency.refused_anywhere(load_profile("smartaqkol")))


def test_the_page_shows_who_decided_when_and_why() -> None:
    text = str(build_policy(decided()).content["en"])
    assert "The company decided so on 30\\xa0Nov\\xa02026 (Director). Reason: No region of the host" in text


def test_no_decision_departs_from_what_the_companys_own_policy_promises() -> None:
    with pytest.raises(Exception, match=r"residency\.decision: the company's own policy promises"):
        decided(SPOINT.replace("promised = false", "promised = true").replace('country = "DE"', 'country = "KZ"'))


@pytest.mark.parametrize("arguments", [[], ["spoint"], ["spoint", "mars-north-1"]])
def test_wrong_arguments_are_answered_with_the_usage(arguments: list[str]) -> None:
    assert residency.main(arguments) == 2
    assert residency.main(["nobody", "eu-central-1"]) == 1


def _rule(operator: str, stage: str) -> bool:
    """Whether CloudFormation would take these parameters."""

    def value(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        ((name, inside),) = node.items()
        known: dict[str, Any] = {
            "Ref": lambda: {"Operator": operator, "Stage": stage}[inside],
            "Fn::Equals": lambda: value(inside[0]) == value(inside[1]),
            "Fn::Not": lambda: not value(inside[0]),
        }
        return known[name]()

    rules = built_template()["Rules"].values()
    return all(value(one["Assert"]) for rule in rules if value(rule["RuleCondition"]) for one in rule["Assertions"])


@pytest.mark.parametrize("operator", serving_profiles())
def test_the_template_itself_refuses_and_lets_the_local_run_pass(operator: str) -> None:
    assert not _rule(operator, "prod") and _rule(operator, "local")
    assert [*residency.why_not(load_profile(operator), "KZ")] == []
