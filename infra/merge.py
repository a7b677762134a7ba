"""Joins chalice's template and the definitions of this folder into the one template of the service, and says what
intake and the gateway are like: size, paths, throttle, answers of API Gateway itself.

Chalice's own --merge-template accepts any logical id and merges a mistyped one silently. Here an overlay on a missing
resource, a resource that is defined twice and a reference to nothing are errors.
"""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path

from chalicelib.channels import registry
from infra import alarms, erasure_machine, event_sources, functions, queues
from infra.definitions import Json, load

INTAKE_HANDLER = "chalicelib.web.intake_function.app"
INTAKE_SIZE: Json = {"MemorySize": 1024, "Timeout": 10, "ReservedConcurrentExecutions": 100}
INTAKE_PATHS = re.compile(
    r"/(webhooks/.+|policy(/\{version\})?|contact(/r/\{link\}/messages)?|news|certificates|healthz)"
)
"""Paths that answer without a session and go to the intake function."""
INTAKE_MUST_SERVE = frozenset({*(one.path for one in registry.SERVED if one.webhook), "/healthz"})
GATEWAY_RESPONSES: Json = {
    "MISSING_AUTHENTICATION_TOKEN": {
        "statusCode": 404,
        "responseTemplates": {"application/json": '{"code": "not_found", "message": "There is no such address."}'},
    },
    "REQUEST_TOO_LARGE": {
        "statusCode": 413,
        "responseTemplates": {"application/json": '{"code": "too_large", "message": "At most 10 MB are accepted."}'},
    },
}
"""Answers of API Gateway itself; by default it answers 403 for an address that does not exist."""
TLS = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
"""AWS's name for TLS 1.2 or 1.3, by ciphers whose keys are made anew for each connection (D3.3). Its default for a
regional API is TLS 1.0."""
BINARY = ["multipart/form-data"]
"""Types of bodies that API Gateway passes on as they are, in base64. Never "*/*": webhooks would then arrive so, and
answers without an Accept fail."""
COMPRESSED_FROM = 1024
"""Bytes from which on API Gateway compresses an answer for who accepts that. An answer that names a Content-Encoding,
`identity` too, is passed on as it is. Source: AWS, "Receive an API response with a compressed payload"."""
THROTTLE: Json = {"ThrottlingRateLimit": 1000, "ThrottlingBurstLimit": 2000}


class CannotMerge(Exception):
    """The app and the definitions disagree; the message names what and where."""


def check_config(config: Json) -> None:
    """Raise CannotMerge when .chalice/config.json sizes an unknown function, which chalice ignores."""
    known = {function.name for function in functions.FUNCTIONS} - {"intake"}
    for stage, settings in config.get("stages", {}).items():
        unknown = settings.get("lambda_functions", {}).keys() - known
        if unknown:
            names = ", ".join(sorted(unknown))
            raise CannotMerge(f".chalice/config.json, stage {stage}: there is no function named {names}")


def merge(generated: Json) -> Json:
    """Return the service's template from chalice's. Raises CannotMerge."""
    template = copy.deepcopy(generated)
    _add_intake(template)
    _check_functions(template)
    for part in (load("parameters"), load("tables"), load("security"), load("files"), load("mail")):
        _add(template, part)
    _add(template, {"Parameters": functions.parameters()})
    for module in (queues, functions, erasure_machine, alarms):
        _add(template, {"Resources": module.resources()})
    for function in functions.FUNCTIONS:
        _overlay(template, function.logical_id, functions.overlay(function))
    _connect_events(template)
    _finish_api(template)
    unknown = sorted(set(_references(template)) - known_names(template))
    if unknown:
        raise CannotMerge(f"the template refers to what it does not hold: {', '.join(unknown)}")
    return template


def _add(template: Json, part: Json) -> None:
    for section, entries in part.items():
        present = template.setdefault(section, {})
        doubled = present.keys() & entries.keys()
        if doubled:
            raise CannotMerge(f"{section}: defined twice: {', '.join(sorted(doubled))}")
        present.update(copy.deepcopy(entries))


def _overlay(template: Json, logical_id: str, properties: Json) -> None:
    if logical_id not in template["Resources"]:
        raise CannotMerge(f"there is no resource {logical_id} in chalice's template to put properties on")
    template["Resources"][logical_id]["Properties"].update(copy.deepcopy(properties))


def _add_intake(template: Json) -> None:
    resources = template["Resources"]
    if "APIHandler" not in resources:
        raise CannotMerge("chalice's template has no APIHandler; does app.py register any route?")
    intake = copy.deepcopy(resources["APIHandler"])
    intake["Properties"].update({"Handler": INTAKE_HANDLER} | INTAKE_SIZE)
    permission = copy.deepcopy(resources["APIHandlerInvokePermission"])
    permission["Properties"]["FunctionName"] = {"Ref": "Intake"}
    _add(template, {"Resources": {"Intake": intake, "IntakeInvokePermission": permission}})
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    missing = INTAKE_MUST_SERVE - paths.keys()
    if missing:
        raise CannotMerge(f"app.py does not register {', '.join(sorted(missing))}")
    for path, methods in paths.items():
        if INTAKE_PATHS.fullmatch(path):
            paths[path] = json.loads(json.dumps(methods).replace("${APIHandler.Arn}", "${Intake.Arn}"))


def _check_functions(template: Json) -> None:
    made = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    described = {function.logical_id for function in functions.FUNCTIONS}
    if made != described:
        raise CannotMerge(
            "app.py and infra/functions.py disagree about the functions:"
            f" only in app.py: {', '.join(sorted(made - described)) or 'none'};"
            f" only in infra/functions.py: {', '.join(sorted(described - made)) or 'none'}"
        )


def _connect_events(template: Json) -> None:
    resources = template["Resources"]
    for logical_id, events in event_sources.EVENTS.items():
        present = resources[logical_id]["Properties"].get("Events", {})
        if present.keys() != events.keys():
            raise CannotMerge(
                f"{logical_id} has the events {', '.join(sorted(present)) or 'none'},"
                f" the merge step expects {', '.join(sorted(events))}"
            )
        for name, properties in events.items():
            present[name]["Properties"].update(copy.deepcopy(properties))
    sender = resources["Sender"]["Properties"]["Events"]
    # A FIFO queue takes no batching window, not even of zero seconds.
    sender["SenderSqsEventSource"]["Properties"].pop("MaximumBatchingWindowInSeconds", None)
    sender["SenderRetryEventSource"] = copy.deepcopy(event_sources.RETRY_EVENT)
    for logical_id in event_sources.EVENTS:
        _check_concurrency(logical_id, resources[logical_id]["Properties"])


def _check_concurrency(logical_id: str, function: Json) -> None:
    reserved = function.get("ReservedConcurrentExecutions")
    sources = [one["Properties"] for one in function["Events"].values() if one["Type"] == "SQS"]
    readers = sum(one["ScalingConfig"]["MaximumConcurrency"] for one in sources)
    if reserved is not None and readers > reserved:
        raise CannotMerge(f"{logical_id}: its queues may run it {readers} times at once, it may run {reserved} times")


def _finish_api(template: Json) -> None:
    properties = template["Resources"]["RestAPI"]["Properties"]
    name = {"Fn::Sub": "${AWS::StackName}"}
    properties["Name"] = name
    properties["DefinitionBody"]["info"]["title"] = name
    properties["DefinitionBody"]["x-amazon-apigateway-gateway-responses"] = GATEWAY_RESPONSES
    properties["DefinitionBody"]["x-amazon-apigateway-security-policy"] = TLS
    # "STRICT" would refuse whoever comes through a CDN of the company, whose name is not that of the API.
    properties["DefinitionBody"]["x-amazon-apigateway-endpoint-access-mode"] = "BASIC"
    every = {"ResourcePath": "/*", "HttpMethod": "*", "MetricsEnabled": True}
    properties["MethodSettings"] = [every | THROTTLE]
    properties["EndpointConfiguration"] = {"Type": "REGIONAL"}
    properties["MinimumCompressionSize"] = COMPRESSED_FROM
    properties["BinaryMediaTypes"] = BINARY


def known_names(template: Json) -> set[str]:
    """Return everything that a reference in the template may name."""
    pseudo = {
        f"AWS::{name}" for name in ("AccountId", "NoValue", "Partition", "Region", "StackName", "StackId", "URLSuffix")
    }
    names: set[str] = pseudo | template["Resources"].keys() | template.get("Parameters", {}).keys()
    return names


def _references(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _references(one)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key == "Ref" and isinstance(value, str):
            yield value
        elif key == "Fn::GetAtt":
            yield value[0]
        elif key == "Fn::Sub":
            yield from _substituted(value)
        elif key == "DependsOn":
            yield from [value] if isinstance(value, str) else value
        else:
            yield from _references(value)


def _substituted(value: object) -> Iterator[str]:
    text, own = (value[0], value[1]) if isinstance(value, list) else (value, {})
    yield from _references(own)
    for name in re.findall(r"\$\{([^!}][^}]*)\}", str(text)):
        if name not in own:
            yield name.split(".")[0]


def read_config(project: Path) -> Json:
    """Return .chalice/config.json of a project."""
    found: Json = json.loads((project / ".chalice" / "config.json").read_text(encoding="utf-8"))
    return found
