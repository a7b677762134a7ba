"""The workflow that destroys a person's data: its functions' rights, and the state machine.

Each task may do its own work and no other's: tests/erasure/test_roles.py tries what is dangerous under each role,
test_rights.py holds each role against all that its task calls. The definition stands in erasure.asl.json;
`${HardSuppressArn}` and the like in it are filled by CloudFormation.
"""

import json
import re

from infra.definitions import HERE, Json
from infra.grants import (
    COMMON,
    OPEN_VAULT,
    VAULT,
    Function,
    Grant,
    arn,
    desk,
    each,
    index,
    keys,
    read_queue,
    secrets,
)

MACHINE_NAME = {"Fn::Sub": "${AWS::StackName}-erasure"}
_MACHINE = {
    "Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-erasure"
}
"""Spelled out, because the machine names its functions and its functions may not name it: that were a circle."""
_RUNS = {
    "Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}-erasure:*"
}

# AWS knows no resource for this action: the token is what names the run, and it stands on the request's row alone.
ANSWER_RUN = Grant(("states:SendTaskSuccess",), ("*",))
START_RUN = Grant(("states:StartExecution",), (_MACHINE,))
LOOK_AT_RUN = Grant(("states:DescribeExecution",), (_RUNS,))


_SIGN = Grant(("kms:Sign",), (arn("CertificateKey"),))
# IAM knows no condition for "only new items": that an entry is never put twice is the code's own condition.
_ENTER = each("Ledger", PutItem="certificate chain", UpdateItem="chain")
_REQUEST = each("Desk", GetItem="request", UpdateItem="request")
_WAIT = (*_REQUEST, ANSWER_RUN)
# One BatchGetItem that reads several tables: AWS does not say whether its LeadingKeys are those of one table or of all.
# So each table is granted the partitions of all; beside `keys`, whose partitions are bare ids, none is named. The same
# of a BatchWriteItem.
_LISTED = "ticket number alias link parked text words"
_NAMED = "ticket number alias link parked words"
_ERASED = "contact conversation ticket number link parked text words"
_READ_MIXED = (desk("BatchGetItem"), index("BatchGetItem"), keys("BatchGetItem"))
_OPEN_SECRET = (keys("GetItem"), secrets("Vault"), OPEN_VAULT)


def _tell(checked: str) -> tuple[Grant, ...]:
    """What telling a person wants; `checked` are the partitions of which something is a condition."""
    return (
        *each(
            "Desk",
            GetItem="request conversation",
            PutItem="conversation",
            UpdateItem="request contact conversation",
            ConditionCheckItem=checked,
        ),
        *_OPEN_SECRET,
        ANSWER_RUN,
    )


_OF_REQUEST = (*COMMON, "TABLE_DESK")
_WITH_VAULT = (*COMMON, *VAULT, "TABLE_DESK", "TABLE_KEYS")
_WITH_LEDGER = (*COMMON, "TABLE_DESK", "TABLE_LEDGER", "CERTIFICATE_KEY_ARN")

FUNCTIONS = (
    Function(
        "privacy",
        "Privacy",
        (
            *each(
                "Desk",
                Query="contact",
                GetItem="contact conversation request",
                PutItem="contact conversation request",
                UpdateItem="contact conversation request",
                ConditionCheckItem="contact conversation hold",
                DeleteItem="contact",
            ),
            START_RUN,
            LOOK_AT_RUN,
            ANSWER_RUN,
            read_queue("PrivacyQueue"),
        ),
        (*COMMON, "TABLE_DESK", "ERASURE_MACHINE_ARN"),
    ),
    Function(
        "soft_suppress",
        "SoftSuppress",
        (
            *each(
                "Desk",
                GetItem="request contact conversation",
                PutItem="contact conversation",
                UpdateItem="request contact",
            ),
            keys("GetItem", "PutItem"),
            secrets("Vault"),
            OPEN_VAULT,
        ),
        _WITH_VAULT,
    ),
    Function("verify_identity", "VerifyIdentity", _WAIT, _OF_REQUEST),
    Function(
        "decide",
        "Decide",
        (
            *each(
                "Desk",
                GetItem="request conversation",
                PutItem="conversation",
                UpdateItem="request contact",
                ConditionCheckItem="conversation",
            ),
            ANSWER_RUN,
        ),
        _OF_REQUEST,
    ),
    Function("tell", "Tell", _tell("conversation"), _WITH_VAULT),
    # It tells, too: the person of a run that the release before began.
    Function("grace", "Grace", _tell("conversation hold"), _WITH_VAULT),
    Function(
        "hard_suppress",
        "HardSuppress",
        (
            *each(
                "Desk",
                Query="conversation",
                GetItem="request",
                BatchGetItem="contact conversation",
                UpdateItem="request contact conversation",
                ConditionCheckItem="conversation hold",
            ),
            *each("Index", BatchGetItem="alias", PutItem="fence", UpdateItem="alias"),
        ),
        (*_OF_REQUEST, "TABLE_INDEX"),
    ),
    Function(
        "freeze_inventory",
        "FreezeInventory",
        (
            *each(
                "Desk",
                Query="contact conversation",
                GetItem="request",
                PutItem="request",
                UpdateItem="request contact",
            ),
            *_READ_MIXED,
            secrets("Vault"),
            OPEN_VAULT,
        ),
        (*_WITH_VAULT, "TABLE_INDEX"),
    ),
    Function(
        "destroy_key",
        "DestroyKey",
        (
            *each("Desk", Query="request", UpdateItem="request"),
            *each("Index", UpdateItem="fence"),
            *each("Ledger", PutItem="tombstone"),
            keys("BatchGetItem", "DeleteItem"),  # it looks whether the key is gone; without the vault it opens nothing
        ),
        (*_OF_REQUEST, "TABLE_KEYS", "TABLE_INDEX", "TABLE_LEDGER"),
    ),
    Function(
        "erase_stores",
        "EraseStores",
        (
            *each(
                "Desk",
                Query="request contact conversation",
                BatchGetItem=_NAMED,
                UpdateItem="request",
                DeleteItem="contact conversation",
                BatchWriteItem=_ERASED,
            ),
            *each("Index", BatchGetItem=_NAMED, DeleteItem="alias text words", BatchWriteItem=_ERASED),
        ),
        (*_OF_REQUEST, "TABLE_INDEX"),
    ),
    Function("settle", "Settle", _WAIT, _OF_REQUEST),
    Function(
        "verify_absence",
        "VerifyAbsence",
        (
            *each(
                "Desk",
                Query="request contact conversation",
                BatchGetItem=_LISTED,
                UpdateItem="request",
            ),
            *each("Index", BatchGetItem=_LISTED, UpdateItem="fence"),
            keys("BatchGetItem"),
            secrets("Vault", "Inbound", "TextKey"),
            OPEN_VAULT,
        ),
        (*_WITH_VAULT, "TABLE_INDEX", "SECRET_INBOUND", "SECRET_TEXT_KEY"),
    ),
    Function(
        "certificate",
        "Certificate",
        (*_REQUEST, *_ENTER, *each("Ledger", GetItem="chain"), _SIGN),
        _WITH_LEDGER,
    ),
    Function(
        "notify",
        "Notify",
        (
            *each(
                "Desk",
                GetItem="request contact",
                PutItem="conversation",
                UpdateItem="request conversation",
                ConditionCheckItem="contact conversation",
            ),
            *_OPEN_SECRET,
        ),
        _WITH_VAULT,
    ),
    Function("await_delivery", "AwaitDelivery", _WAIT, _OF_REQUEST),
    Function(
        "close_box",
        "CloseBox",
        (
            *each(
                "Desk",
                Query="request conversation",
                GetItem="request conversation",
                UpdateItem="request",
                DeleteItem="request contact conversation",
            ),
            *each("Index", DeleteItem="link parked"),
            keys("DeleteItem"),
        ),
        (*_OF_REQUEST, "TABLE_KEYS", "TABLE_INDEX"),
    ),
    Function("wait_backups", "WaitBackups", _WAIT, _OF_REQUEST),
    Function(
        "final_certificate",
        "FinalCertificate",
        (
            *_REQUEST,
            *_ENTER,
            *each("Ledger", GetItem="certificate chain"),
            _SIGN,
            Grant(
                ("dynamodb:DescribeContinuousBackups",),
                (arn("DeskTable"), arn("KeysTable"), arn("LedgerTable")),
            ),
            # AWS knows no resource for this action: https://docs.aws.amazon.com/service-authorization/latest/reference/
            Grant(("dynamodb:ListBackups",), ("*",)),
        ),
        (*_WITH_LEDGER, "TABLE_KEYS"),
    ),
    Function(
        "finish",
        "Finish",
        each(
            "Desk",
            GetItem="request",
            PutItem="conversation",
            UpdateItem="request contact conversation",
            ConditionCheckItem="contact conversation",
        ),
        _OF_REQUEST,
    ),
    Function("escalate", "Escalate", _REQUEST, _OF_REQUEST),
)
TASKS = tuple(one for one in FUNCTIONS if one.name != "privacy")
"""The functions that the state machine calls."""


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
                # Under this prefix Step Functions may write without a policy of its own on each group.
                "LogGroupName": {"Fn::Sub": "/aws/vendedlogs/states/${AWS::StackName}-erasure"},
                "RetentionInDays": 30,
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
    """What the machine may: call its functions, and have its log delivered, for which AWS knows no resource."""
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
