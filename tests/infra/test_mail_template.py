"""What the template makes for mail: its bucket, and the way by which SES tells what becomes of mails."""

import json
from typing import Any

import pytest

from chalicelib.messages.mail_bucket import FILES, RAW
from infra import queues
from local.aws.template import built_template

Json = dict[str, Any]


@pytest.fixture(scope="module")
def template() -> Json:
    return built_template()


def of_type(template: Json, kind: str) -> list[Json]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def test_a_mail_that_cannot_be_stored_stays_as_long_as_its_dead_letter(template: Json) -> None:
    rules = template["Resources"]["MailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {one["Prefix"]: one["ExpirationInDays"] for one in rules} == {RAW: queues.DEAD_LETTER_DAYS, FILES: 1}


def test_ses_tells_the_function_of_mail_alone_what_becomes_of_mails_and_keeps_no_list_of_addresses(
    template: Json,
) -> None:
    resources = template["Resources"]
    (destination,) = of_type(template, "AWS::SES::ConfigurationSetEventDestination")
    assert {*destination["EventDestination"]["MatchingEventTypes"]} == {
        *("delivery", "deliveryDelay", "bounce", "complaint", "reject", "renderingFailure")
    }
    (rule,) = of_type(template, "AWS::Events::Rule")
    assert [one["Arn"] for one in rule["Targets"]] == [{"Fn::GetAtt": ["Mail", "Arn"]}]
    assert rule["EventPattern"] == {
        "source": ["aws.ses"],
        "detail": {"mail": {"tags": {"ses:configuration-set": [{"Ref": "MailEvents"}]}}},
    }
    (caller,) = (
        one for one in of_type(template, "AWS::Lambda::Permission") if one["Principal"] == "events.amazonaws.com"
    )
    assert (caller["FunctionName"], caller["SourceArn"]["Fn::GetAtt"][0]) == ({"Ref": "Mail"}, "MailEventsRule")
    ours = resources["MailEvents"]["Properties"]
    assert ours["SuppressionOptions"] == {"SuppressedReasons": []} and ours["DeliveryOptions"]["TlsPolicy"] == "REQUIRE"
    for sender in ("Sender", "Uploader"):
        assert "configuration-set/${MailEvents}" in json.dumps(resources[f"{sender}Role"])
