"""The roles of the deployment's template on the embedded AWS, and what the workflow calls under them."""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import boto3

from infra import erasure_grants
from infra.grants import Function
from local.aws.ministack import REGION
from local.aws.template import built_template
from tests.support.aws import Aws
from tests.support.calls import Call

Json = dict[str, Any]
NAMES = tuple(one.name for one in erasure_grants.FUNCTIONS)
TASKS = tuple(one.name for one in erasure_grants.TASKS)
_ROW = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_SERVICES = {"SFN": "states", "KMS": "kms", "Secrets Manager": "secretsmanager", "SQS": "sqs"}
_BY_OPERATION = {
    "Decrypt": "VaultKey",
    **dict.fromkeys(("StartExecution", "DescribeExecution", "SendTaskSuccess"), "ErasureMachine"),
}
"""What a call is about that does not name it by an id of its own."""
_OBJECTS = "${FilesBucket.Arn}/*"
_OF_FILES = {
    "ListObjectsV2": ("ListBucket", "FilesBucket"),
    "ListObjectVersions": ("ListBucketVersions", "FilesBucket"),
    "ListMultipartUploads": ("ListBucketMultipartUploads", "FilesBucket"),
    "DeleteObjects": ("DeleteObject", _OBJECTS),
    "AbortMultipartUpload": ("AbortMultipartUpload", _OBJECTS),
}
"""What IAM calls the calls of S3, and what they are about."""


@dataclass(frozen=True)
class Roles:
    """Roles with the policies of the template, on resources whose ARNs a test gives by logical id."""

    aws: Aws
    given: Mapping[str, Mapping[str, str]]
    made: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, name: str, service: str) -> Any:
        """A client with a function's own credentials."""
        if (name, service) not in self.made:
            self.made[name, service] = boto3.client(
                service,  # type: ignore[call-overload]
                endpoint_url=self.aws.endpoint,
                region_name=REGION,
                aws_access_key_id=self.given[name]["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.given[name]["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=self.given[name]["AWS_SESSION_TOKEN"],
            )
        return self.made[name, service]


def make_roles(aws: Aws, arns: Mapping[str, str]) -> Roles:
    """Make the role of every function of the workflow and take it on."""
    iam, sts, prefix = aws.client("iam"), aws.client("sts"), f"r{secrets.token_hex(6)}"
    resources, given = built_template()["Resources"], {}
    for function in erasure_grants.FUNCTIONS:
        role = resources[function.role_id]["Properties"]
        document = json.dumps(role["AssumeRolePolicyDocument"])
        made = iam.create_role(RoleName=f"{prefix}-{function.name}", AssumeRolePolicyDocument=document)["Role"]
        for policy in role["Policies"]:
            text = json.dumps(_resolved(policy["PolicyDocument"], arns))
            iam.put_role_policy(RoleName=made["RoleName"], PolicyName=policy["PolicyName"], PolicyDocument=text)
        taken = sts.assume_role(RoleArn=made["Arn"], RoleSessionName="test")["Credentials"]
        given[function.name] = {
            "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
            "AWS_SESSION_TOKEN": taken["SessionToken"],
        }
    return Roles(aws, given)


def make_machine(aws: Aws, name: str) -> str:
    """A machine whose runs wait for a year; its ARN."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    definition = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 31536000, "End": true}}}'
    made = aws.client("stepfunctions").create_state_machine(name=name, roleArn=role, definition=definition)
    arn: str = made["stateMachineArn"]
    return arn


def _resolved(node: Any, arns: Mapping[str, str]) -> Any:
    """A policy with ARNs instead of references; what a test has not made stays nobody's."""
    if isinstance(node, list):
        return [_resolved(one, arns) for one in node]
    if not isinstance(node, dict):
        return node
    if "Fn::GetAtt" in node:
        return arns.get(node["Fn::GetAtt"][0], f"arn:aws:none:{REGION}:000000000000:{node['Fn::GetAtt'][0]}")
    if node.get("Fn::Sub") == _OBJECTS:
        return f"{arns.get('FilesBucket', 'arn:aws:s3:::nobodys')}/*"
    if "Fn::Sub" in node:
        kind = "execution" if ":execution:" in node["Fn::Sub"] else "stateMachine"
        machine = arns["ErasureMachine"]
        return machine if kind == "stateMachine" else machine.replace(":stateMachine:", ":execution:") + ":*"
    return {name: _resolved(value, arns) for name, value in node.items()}


# -- what is called


@dataclass(frozen=True)
class Access:
    """One action on the items of one table, or on something else that `place` names."""

    action: str
    place: str
    partitions: frozenset[str] = frozenset()


@dataclass
class Recorder:
    """Keeps what each function calls. `places` names tables, secrets and keys by their logical ids."""

    places: Mapping[str, str]
    function: str = ""
    seen: dict[str, set[Access]] = field(default_factory=dict)
    answers: Callable[[str, Json], None] = lambda operation, answer: None

    def asked(self, call: Call) -> None:
        if self.function:
            accesses = self._accesses(call.service, call.operation, call.params)
            self.seen.setdefault(self.function, set()).update(accesses)

    def answered(self, call: Call, answer: Json, status: int) -> None:
        if self.function and status == 200:
            self.answers(call.operation, answer)

    def _accesses(self, service: str, operation: str, params: Json) -> Iterator[Access]:
        if service == "S3":
            action, place = _OF_FILES[operation]
            yield Access(f"s3:{action}", place)
            return
        if service != "DynamoDB":
            if operation in _BY_OPERATION:
                place = _BY_OPERATION[operation]
            else:
                place = self.places[next(str(params[name]) for name in ("SecretId", "KeyId") if name in params)]
            yield Access(f"{_SERVICES[service]}:{operation}", place)
            return
        touched: dict[tuple[str, str], set[str]] = {}
        for action, table, partition in _items(operation, params):
            touched.setdefault((action, self.places[table] if table else ""), set()).add(partition)
        for (action, place), partitions in touched.items():
            yield Access(f"dynamodb:{action}", place, frozenset(partitions - {""}))


def _items(operation: str, params: Json) -> Iterator[tuple[str, str, str]]:
    """Action, table and partition of every item that a call names."""
    if operation == "TransactWriteItems":
        for item in params["TransactItems"]:
            ((kind, body),) = item.items()
            yield _ROW[kind], body["TableName"], body.get("Key", body.get("Item"))["pk"]["S"]
    elif operation == "TransactGetItems":
        for item in params["TransactItems"]:
            yield "GetItem", item["Get"]["TableName"], item["Get"]["Key"]["pk"]["S"]
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table, asked in params["RequestItems"].items():
            keys = asked["Keys"] if operation == "BatchGetItem" else [one["DeleteRequest"]["Key"] for one in asked]
            for key in keys:
                yield operation, table, key["pk"]["S"]
    elif operation == "Query":
        named = re.findall(r"= (:\w+)", params["KeyConditionExpression"])[0]
        yield operation, params["TableName"], params["ExpressionAttributeValues"][named]["S"]
    else:
        item = params.get("Key") or params.get("Item") or {"pk": {"S": ""}}
        yield operation, params.get("TableName", ""), item["pk"]["S"]


# -- what is granted


def allows(function: Function, access: Access) -> bool:
    """Whether one statement of the role allows the access to all of its partitions; the embedded AWS ignores those."""
    for grant in function.grants:
        if access.action not in grant.actions or not ({access.place, "*"} & _places(grant.resources)):
            continue
        bound = _bound(grant)
        if not bound or all(any(fnmatchcase(one, like) for like in bound) for one in access.partitions):
            return True
    return False


def granted(function: Function) -> set[tuple[str, str, str]]:
    """Action, place and word of the partitions ("*": all) of everything that a role may do but for its queue."""
    return {
        (action, place, word.partition("#")[0])
        for grant in function.grants
        for action in grant.actions
        if not action.startswith("sqs:")
        for place in _places(grant.resources)
        for word in _bound(grant) or ("*",)
    }


def used(seen: set[Access], action: str, place: str, word: str) -> bool:
    """Whether one of these accesses needs what is granted."""
    return any(
        one.action == action
        and place in ("*", one.place)
        and (word == "*" or word in {name.partition("#")[0] for name in one.partitions})
        for one in seen
    )


def _bound(grant: Any) -> list[str]:
    found: list[str] = grant.condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
    return found


def _places(resources: tuple[Any, ...]) -> set[str]:
    """Logical ids; the machine's name is spelled out in its ARN."""
    return {
        "*"
        if one == "*"
        else one["Fn::GetAtt"][0]
        if "Fn::GetAtt" in one
        else _OBJECTS
        if one["Fn::Sub"] == _OBJECTS
        else "ErasureMachine"
        for one in resources
    }
