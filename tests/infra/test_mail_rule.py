"""`python -m chalicelib.ops mail-rule` extends the active set of receipt rules and replaces nothing of others."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.core.errors import Conflict
from chalicelib.ops.mail_rule import MailRule, receive

RULE = MailRule("desk", "mail.spoint.kz", "desk-mail-1", "arn:aws:lambda:eu-central-1:123456789012:function:desk-mail")
OTHERS = {"Name": "invoices", "Recipients": ["bills.spoint.kz"], "Enabled": True, "Actions": []}


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=RULE.bucket)
        role = boto3.client("iam").create_role(RoleName="mail", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as package:
            package.writestr("app.py", "")
        boto3.client("lambda", region_name="eu-central-1").create_function(
            FunctionName="desk-mail",
            Runtime="python3.11",
            Role=role,
            Handler="app.mail",
            Code={"ZipFile": code.getvalue()},
        )
        yield boto3.client("ses", region_name="eu-central-1")


def names(ses: Any) -> list[str]:
    return [one["Name"] for one in ses.describe_active_receipt_rule_set()["Rules"]]


def everywhere(_region: str) -> bool:
    return True


def test_an_account_without_a_set_gets_one_with_the_rule(ses: Any) -> None:
    said = receive(ses, RULE, everywhere)
    (rule,) = ses.describe_active_receipt_rule_set()["Rules"]
    assert "added" in said and "10 inbound-smtp.eu-central-1.amazonaws.com" in said
    assert rule["Recipients"] == ["mail.spoint.kz"] and rule["ScanEnabled"]
    assert [next(iter(one)) for one in rule["Actions"]] == ["S3Action", "LambdaAction"]
    assert rule["Actions"][0]["S3Action"] == {"BucketName": "desk-mail-1", "ObjectKeyPrefix": "raw/"}


def test_an_active_set_is_extended_behind_the_rules_of_others(ses: Any) -> None:
    ses.create_receipt_rule_set(RuleSetName="company")
    ses.create_receipt_rule(RuleSetName="company", Rule=OTHERS)
    ses.set_active_receipt_rule_set(RuleSetName="company")
    receive(ses, RULE, everywhere)
    assert ses.describe_active_receipt_rule_set()["Metadata"]["Name"] == "company"
    assert {*names(ses)} == {"invoices", "desk-mail"}


def test_once_more_changes_the_own_rule_alone(ses: Any) -> None:
    receive(ses, RULE, everywhere)
    assert "changed" in receive(ses, RULE._replace(domain="post.spoint.kz"), everywhere)
    (rule,) = ses.describe_active_receipt_rule_set()["Rules"]
    assert rule["Recipients"] == ["post.spoint.kz"]


def test_a_region_in_which_ses_receives_nothing_is_refused_and_nothing_changes(ses: Any) -> None:
    with pytest.raises(Conflict, match="eu-central-1"):
        receive(ses, RULE, lambda region: False)
    assert not ses.list_receipt_rule_sets()["RuleSets"]
