"""The merge step fails where app and definitions disagree, and says where."""

import copy
from pathlib import Path
from typing import Any

import pytest

from infra import erasure_grants, functions, merge
from infra.merge import CannotMerge, check_config, read_config
from local.aws.template import PROJECT

Json = dict[str, Any]


def generated() -> Json:
    """What chalice makes of an app with our functions: the parts that the merge step looks at."""

    def function(handler: str, events: Json | None = None) -> Json:
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Handler": handler, "Timeout": 30, "MemorySize": 256}
            | ({"Events": events} if events else {}),
        }

    def event(kind: str, **properties: str | int) -> Json:
        return {"Type": kind, "Properties": properties}

    method = {
        "get": {"x-amazon-apigateway-integration": {"uri": {"Fn::Sub": "…functions/${APIHandler.Arn}/invocations"}}}
    }
    paths = {
        path: copy.deepcopy(method) for path in ("/webhooks/whatsapp", "/webhooks/telegram", "/healthz", "/dashboard")
    }
    return {
        "Resources": {
            "APIHandler": function("app.app"),
            "APIHandlerInvokePermission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {"FunctionName": {"Ref": "APIHandler"}},
            },
            "RestAPI": {
                "Type": "AWS::Serverless::Api",
                "Properties": {
                    "StageName": "api",
                    "DefinitionBody": {"info": {"title": "app"}, "paths": paths},
                },
            },
            "Relay": function("app.relay", {"RelayDynamodbEventSource": event("DynamoDB", Stream="PLACEHOLDER")}),
            "Sender": function(
                "app.sender",
                {"SenderSqsEventSource": event("SQS", Queue="PLACEHOLDER", MaximumBatchingWindowInSeconds=0)},
            ),
            "Dater": function("app.dater", {"DaterSqsEventSource": event("SQS", Queue="PLACEHOLDER")}),
            "Indexer": function("app.indexer", {"IndexerSqsEventSource": event("SQS", Queue="PLACEHOLDER")}),
            "Uploader": function("app.uploader", {"UploaderSqsEventSource": event("SQS", Queue="PLACEHOLDER")}),
            "Fetcher": function("app.fetcher", {"FetcherSqsEventSource": event("SQS", Queue="PLACEHOLDER")}),
            "Mail": function("app.mail", {"MailSqsEventSource": event("SQS", Queue="PLACEHOLDER")}),
            "Privacy": function("app.privacy", {"PrivacySqsEventSource": event("SQS", Queue="PLACEHOLDER")}),
            "Templates": function("app.templates", {"TemplatesEvent": event("Schedule", Schedule="rate(1 hour)")}),
            "Sweeper": function("app.sweeper", {"SweeperEvent": event("Schedule", Schedule="rate(1 minute)")}),
            **{task.logical_id: function(f"app.{task.name}") for task in erasure_grants.TASKS},
        },
        "Outputs": {},
    }


def test_merges_what_agrees() -> None:
    template = merge.merge(generated())
    events = template["Resources"]["Sender"]["Properties"]["Events"]
    assert events["SenderSqsEventSource"]["Properties"]["Queue"] == {"Fn::GetAtt": ["DoorbellQueue", "Arn"]}
    assert events["SenderRetryEventSource"]["Properties"]["Queue"] == {"Fn::GetAtt": ["RetryQueue", "Arn"]}
    assert template["Resources"]["Intake"]["Properties"]["Handler"] == "chalicelib.web.intake_function.app"


def test_leaves_what_it_was_given_as_it_was() -> None:
    given = generated()
    merge.merge(given)
    assert given == generated()


def test_a_function_without_a_description_is_refused_by_name() -> None:
    given = generated()
    given["Resources"]["Archiver"] = given["Resources"]["Dater"]
    with pytest.raises(CannotMerge, match=r"only in app\.py: Archiver"):
        merge.merge(given)


def test_a_description_without_a_function_is_refused_by_name() -> None:
    given = generated()
    del given["Resources"]["Dater"]
    with pytest.raises(CannotMerge, match=r"only in infra/functions\.py: Dater"):
        merge.merge(given)


def test_an_overlay_on_an_unknown_logical_id_is_refused() -> None:
    with pytest.raises(CannotMerge, match="no resource Sendr"):
        merge._overlay(generated(), "Sendr", {})


def test_a_resource_that_is_there_already_is_refused() -> None:
    given = generated()
    given["Resources"]["DeskTable"] = {"Type": "AWS::DynamoDB::Table", "Properties": {}}
    with pytest.raises(CannotMerge, match="defined twice: DeskTable"):
        merge.merge(given)


def test_a_reference_to_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(functions.VARIABLES, "TABLE_DESK", {"Ref": "DeskTabel"})
    with pytest.raises(CannotMerge, match="DeskTabel"):
        merge.merge(generated())


@pytest.mark.parametrize("reference", [{"Fn::Sub": "${Nope.Arn}/x"}, {"Fn::GetAtt": ["Nope", "Arn"]}, {"Ref": "Nope"}])
def test_every_kind_of_reference_is_followed(reference: Json) -> None:
    given = generated()
    given["Resources"]["Dater"]["Properties"]["Description"] = reference
    with pytest.raises(CannotMerge, match="Nope"):
        merge.merge(given)


def test_another_event_than_expected_is_refused() -> None:
    given = generated()
    events = given["Resources"]["Dater"]["Properties"]["Events"]
    events["DaterOtherEventSource"] = events.pop("DaterSqsEventSource")
    with pytest.raises(CannotMerge, match="DaterOtherEventSource"):
        merge.merge(given)


def test_more_readers_than_a_function_may_run_are_refused() -> None:
    given = generated()
    given["Resources"]["Sender"]["Properties"]["ReservedConcurrentExecutions"] = 20
    merge.merge(given)
    given["Resources"]["Sender"]["Properties"]["ReservedConcurrentExecutions"] = 19
    with pytest.raises(CannotMerge, match="Sender: its queues may run it 20 times at once"):
        merge.merge(given)


def test_an_app_without_the_webhooks_is_refused() -> None:
    given = generated()
    del given["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]["/webhooks/telegram"]
    with pytest.raises(CannotMerge, match="/webhooks/telegram"):
        merge.merge(given)


def test_chalices_config_may_size_only_functions_that_exist() -> None:
    config = read_config(PROJECT)
    check_config(config)
    config["stages"]["package"]["lambda_functions"]["sendr"] = {"lambda_timeout": 10}
    with pytest.raises(CannotMerge, match="no function named sendr"):
        check_config(config)


def test_config_is_read_from_the_project(tmp_path: Path) -> None:
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text('{"version": "2.0"}')
    assert read_config(tmp_path) == {"version": "2.0"}
