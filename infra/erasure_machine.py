"""The state machine of the erasure workflow: definition, role and log group.

The definition is in erasure.asl.json; CloudFormation fills in `${HardSuppressArn}` and the like.
"""

import json
import re

from infra.definitions import HERE, LOG_DAYS, Json
from infra.erasure_grants import TASKS
from infra.grants import arn

MACHINE_NAME = {"Fn::Sub": "${AWS::StackName}-erasure"}


def resources() -> Json:
    """Return the state machine with its role and its log group."""
    definition = json.loads((HERE / "erasure.asl.json").read_text(encoding="utf-8"))
    substitutions = {f"{one.logical_id}Arn": arn(one.logical_id) for one in TASKS}
    named = set(re.findall(r"\$\{(\w+)\}", json.dumps(definition)))
    if named != substitutions.keys():
        raise ValueError(f"erasure.asl.json and its functions disagree about {', '.join(named ^ substitutions.keys())}")
    return {
        "ErasureMachineLogGroup": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                # Step Functions may write under this prefix without a policy for each group.
                "LogGroupName": {"Fn::Sub": "/aws/vendedlogs/states/${AWS::StackName}-erasure"},
                "RetentionInDays": LOG_DAYS,
            },
        },
        "ErasureMachineRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "states.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                },
                "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": _may()}}],
            },
        },
        "ErasureMachine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Metadata": {
                "checkov": {
                    "skip": [
                        {
                            "id": "CKV_AWS_284",
                            "comment": "Traces would be one more place that says who asked for destruction and when.",
                        }
                    ]
                }
            },
            "Properties": {
                "StateMachineName": MACHINE_NAME,
                "StateMachineType": "STANDARD",
                "RoleArn": arn("ErasureMachineRole"),
                "DefinitionString": json.dumps(definition, separators=(",", ":")),
                "DefinitionSubstitutions": substitutions,
                "LoggingConfiguration": {
                    "Level": "ALL",
                    "IncludeExecutionData": False,
                    "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn("ErasureMachineLogGroup")}}],
                },
            },
        },
    }


def _may() -> list[Json]:
    """Return the machine's rights: to call its functions, and to have its log delivered, for which AWS knows no
    resource."""
    delivery = (
        "CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries"
        " PutResourcePolicy DescribeResourcePolicies DescribeLogGroups"
    )
    return [
        {
            "Effect": "Allow",
            "Action": ["lambda:InvokeFunction"],
            "Resource": [arn(one.logical_id) for one in TASKS],
        },
        {"Effect": "Allow", "Action": [f"logs:{one}" for one in delivery.split()], "Resource": ["*"]},
    ]
