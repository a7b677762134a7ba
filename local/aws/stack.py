"""Deploys the built template onto the embedded AWS, as `aws cloudformation deploy` does on AWS."""

import copy
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.archive import EPOCH, code_files
from infra.definitions import TABLES, Json
from infra.functions import FUNCTIONS
from local.aws.ministack import REGION, apply_table_settings, client

NAME = "desk"
BUCKET = "desk-deployments"
DEPLOY_SECONDS = 60.0


class CannotDeploy(Exception):
    """The embedded AWS refused the stack; the message holds its reason."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack, known by its outputs."""

    outputs: Mapping[str, str]

    @property
    def tables(self) -> dict[str, str]:
        """Real table names by logical name."""
        return {logical: self.outputs[f"{logical.capitalize()}TableName"] for logical in TABLES}

    @property
    def queues(self) -> dict[str, str]:
        """Queue URLs by name."""
        return {
            name: self.outputs[f"{name.capitalize()}QueueUrl"]
            for name in ("doorbell", "retry", "dating", "indexing", "privacy", "fetching", "uploading", "mail")
        }

    @property
    def rest_api_id(self) -> str:
        """Id of the REST API."""
        return self.outputs["RestAPIId"]


def function_name(name: str) -> str:
    """Return the deployed name of a function of app.py, such as "sender"."""
    if name not in {function.name for function in FUNCTIONS}:
        raise KeyError(name)
    return f"{NAME}-{name.replace('_', '-')}"


def code_zip(project: Path) -> bytes:
    """Return a zip with our code only; Lambda processes import dependencies from the virtual environment."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, path in code_files(project):
            package.writestr(zipfile.ZipInfo(name, EPOCH), path.read_bytes())
    return written.getvalue()


def deploy(endpoint: str, template: Json, code: bytes, parameters: Mapping[str, str]) -> Stack:
    """Create the stack, or update the one of a kept run; then set what the embedded CloudFormation ignores.

    Raises CannotDeploy.
    """
    body = json.dumps(
        _without_scan(_with_batch_actions(_with_code(template, f"s3://{BUCKET}/{_upload(endpoint, code, 'zip')}")))
    )
    cloudformation = client("cloudformation", endpoint)
    request: dict[str, Any] = {
        "StackName": NAME,
        "TemplateURL": f"{endpoint}/{BUCKET}/{_upload(endpoint, body.encode(), 'json')}",
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        if _exists(cloudformation):
            cloudformation.update_stack(**request)
        else:
            cloudformation.create_stack(**request, DisableRollback=True)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise CannotDeploy(str(error)) from error
    stack = Stack(_wait(cloudformation))
    apply_table_settings(endpoint, template, stack.tables)
    return stack


def _upload(endpoint: str, content: bytes, suffix: str) -> str:
    s3 = client("s3", endpoint)
    key = f"{hashlib.sha256(content).hexdigest()}.{suffix}"
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    return key


def _with_code(template: Json, address: str) -> Json:
    found = copy.deepcopy(template)
    for one in found["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            one["Properties"]["CodeUri"] = address
    return found


def _with_batch_actions(template: Json) -> Json:
    """Allow sqs:SendMessageBatch wherever sqs:SendMessage is allowed.

    On AWS the second covers the first, and there is no such action; the embedded AWS checks it.
    """
    for one in template["Resources"].values():
        for policy in one["Properties"].get("Policies", []) if one["Type"] == "AWS::IAM::Role" else []:
            for statement in policy["PolicyDocument"]["Statement"]:
                if "sqs:SendMessage" in statement["Action"]:
                    statement["Action"].append("sqs:SendMessageBatch")
    return template


def _without_scan(template: Json) -> Json:
    """Leave out GuardDuty's plan, of which the embedded CloudFormation knows nothing; local/aws/scan.py plays it."""
    plan = "AWS::GuardDuty::MalwareProtectionPlan"
    kept = {name: one for name, one in template["Resources"].items() if one["Type"] != plan}
    return template | {"Resources": kept}


def _exists(cloudformation: Any) -> bool:
    try:
        cloudformation.describe_stacks(StackName=NAME)
    except ClientError:
        return False
    return True


def _wait(cloudformation: Any) -> dict[str, str]:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        stack = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
        status: str = stack["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        if not status.endswith("IN_PROGRESS") or time.monotonic() > deadline:
            raise CannotDeploy(
                f"the stack is {status}: {_reasons(cloudformation) or stack.get('StackStatusReason', '')}"
            )
        time.sleep(0.05)


def _reasons(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=NAME)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
    return "; ".join(f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed[-5:])
