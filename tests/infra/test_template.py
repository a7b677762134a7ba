"""The template that make package builds, from the app as it is."""

import json
import re
from typing import Any

import pytest
from botocore import xform_name

from chalicelib.attachments.bucket import FORM_LIVES
from chalicelib.core.asks import ASK_WAITS
from chalicelib.core.clock import SECOND
from chalicelib.core.working_days import deadline
from chalicelib.dynamo.schema import CLASSES
from chalicelib.erasure.tasks.drain_writers import DRAIN_FOR
from chalicelib.outbox.deliver import UPLOAD_LEASE
from chalicelib.privacy.monitor_requests import WAKE_UP_LIVES
from chalicelib.privacy.requests.vocabulary import Identity
from chalicelib.profile.load import load_profile
from infra import alarms, erasure_alarms, functions, queues
from infra.definitions import load
from infra.grants import PROVIDERS
from infra.merge import COMPRESSED_FROM
from local.aws.template import PROJECT, built_template

Json = dict[str, Any]


@pytest.fixture(scope="module")
def template() -> Json:
    return built_template()


def of_type(template: Json, kind: str) -> Json:
    return {name: one for name, one in template["Resources"].items() if one["Type"] == kind}


def statements(template: Json, function: str) -> list[Json]:
    role = template["Resources"][f"{function}Role"]["Properties"]
    return [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def actions(template: Json, function: str) -> set[str]:
    return {action for one in statements(template, function) for action in one["Action"]}


def test_every_function_has_its_own_role_log_group_and_nothing_of_chalices(template: Json) -> None:
    made = of_type(template, "AWS::Serverless::Function")
    assert made.keys() == {function.logical_id for function in functions.FUNCTIONS}
    for name, function in made.items():
        assert function["Properties"]["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        assert function["Properties"]["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}LogGroup"}}
    assert all(
        group["Properties"]["RetentionInDays"] <= 30 for group in of_type(template, "AWS::Logs::LogGroup").values()
    )
    assert "PLACEHOLDER" not in json.dumps(template) and "replaced-by" not in json.dumps(template)


OF_ANY_RESOURCE = {
    # The token names the run, and AWS knows no resource for its answer.
    **{
        name: {"states:SendTaskSuccess"}
        for name in (
            "Privacy", "VerifyIdentity", "Decide", "Tell", "Grace", "Settle", "AwaitDelivery", "WaitBackups",
        )
    },
    # Backups are listed by account.
    "FinalCertificate": {"dynamodb:ListBackups"},
    # Log delivery is a matter of the account: "Logging in CloudWatch Logs" in the Step Functions developer guide.
    "ErasureMachine": {
        f"logs:{one}"
        for one in (
            "CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries",
            "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups",
        )
    },
}  # fmt: skip
"""Actions for which AWS knows no resource, by who may do them."""


def test_roles_hold_no_wildcard(template: Json) -> None:
    for name, role in of_type(template, "AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role["Properties"], name
        found = set()
        for statement in statements(template, name.removesuffix("Role")):
            assert statement["Effect"] == "Allow"
            assert not any("*" in action for action in statement["Action"]), name
            if statement["Resource"] == ["*"]:
                found |= set(statement["Action"])
                continue
            for resource in statement["Resource"]:
                text = json.dumps(resource)
                # AWS itself makes the last part of a stream's name; an execution's is a request's id and its run, a
                # file's a person and a random name.
                assert "*" not in text or text.endswith(STARS), (name, text)
        assert found == OF_ANY_RESOURCE.get(name.removesuffix("Role"), set()), name


STARS = (
    *('/stream/*"}', '-erasure:*"}', '${FilesBucket.Arn}/*"}'),
    *('${MailBucket.Arn}/raw/*"}', '${MailBucket.Arn}/files/*"}', ':identity/*"}'),
)
"""Ends of the only resources that hold a star."""


def test_mail_can_write_what_intake_can_and_reads_raw_mails_alone(template: Json) -> None:
    ours, theirs = statements(template, "Mail"), statements(template, "Intake")
    of_tables = [one for one in ours if "Table" in json.dumps(one["Resource"])]
    assert of_tables and all(one in theirs for one in of_tables)
    by_place = {json.dumps(one["Resource"]): {*one["Action"]} for one in ours if "MailBucket" in json.dumps(one)}
    assert by_place == {
        '[{"Fn::Sub": "${MailBucket.Arn}/raw/*"}]': {"s3:GetObject", "s3:DeleteObject"},
        '[{"Fn::Sub": "${MailBucket.Arn}/files/*"}]': {"s3:PutObject"},
    }
    granted = {one.name: json.dumps(statements(template, one.logical_id)) for one in functions.FUNCTIONS}
    readers = {name for name, text in granted.items() if "MailBucket.Arn}/raw" in text}
    assert readers == {"mail"}


def test_intake_can_write_and_cannot_read(template: Json) -> None:
    may = actions(template, "Intake")
    # Whether a signature holds; with the public half everybody can find that out.
    # What it lays down in the bucket of mail is encrypted by a key with which it cannot decrypt.
    assert {action for action in may if action.startswith("kms:")} == {"kms:Verify", "kms:GenerateDataKey"}
    assert {action for action in may if action.startswith("s3:")} == {"s3:PutObject"}
    for statement in statements(template, "Intake"):
        resources = json.dumps(statement["Resource"])
        read = {action for action in statement["Action"] if re.search(r":(BatchGet|Get|Query|Scan)", action)}
        if "kms:Verify" in statement["Action"]:
            assert statement["Resource"] == [{"Fn::GetAtt": ["CertificateKey", "Arn"]}]
        if "DeskTable" in resources or "KeysTable" in resources:
            assert not read
        if "KeysTable" in resources:
            assert statement["Action"] == ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"]
        if read - {"dynamodb:GetItem"}:
            assert read == {"secretsmanager:GetSecretValue"}
            assert statement["Resource"] == [{"Fn::GetAtt": ["InboundSecret", "Id"]}]


def leading(statement: Json) -> set[str]:
    """The partitions to which a statement is bound; none when it is free."""
    condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    return {one.partition("#")[0] for one in condition.get("dynamodb:LeadingKeys", ())}


def bound(template: Json, function: str, table: str) -> dict[str, set[str]]:
    """What a function may do with a table, and in which partitions; {"*"} without a bound."""
    found: dict[str, set[str]] = {}
    for statement in statements(template, function):
        if {"Fn::GetAtt": [f"{table}Table", "Arn"]} in statement["Resource"]:
            for action in statement["Action"]:
                found.setdefault(action.partition(":")[2], set()).update(leading(statement) or {"*"})
    return found


def may(template: Json, table: str, *named: str) -> set[str]:
    """Which functions may do one of these actions with a table."""
    return {one.name for one in functions.FUNCTIONS if set(named) & bound(template, one.logical_id, table).keys()}


WRITING = re.compile(r"dynamodb:(Put|Update|Delete|BatchWrite)")


def test_only_the_dashboard_writes_staff_and_only_it_makes_sessions(template: Json) -> None:
    for function in functions.FUNCTIONS:
        if function.logical_id == "APIHandler":
            continue
        for statement in statements(template, function.logical_id):
            text = json.dumps(statement["Resource"])
            if not any(WRITING.match(action) for action in statement["Action"]) or "KeysTable" in text:
                continue
            assert leading(statement), (function.name, statement)
            ends = function.name == "sweeper" and statement["Action"] == ["dynamodb:DeleteItem"]  # of revoked accounts
            assert not leading(statement) & ({"*"} if ends else {"*", "staff"}), function.name
            if {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(statement["Action"]):
                assert not leading(statement) & {"session", "login"}, function.name


def test_intake_writes_what_arrives_looks_at_fences_and_deletes_nothing(template: Json) -> None:
    arrived, names = {"contact", "conversation", "ticket", "number", "unclear", "fetch"}, {"alias", "link", "parked"}
    changed = {"UpdateItem": arrived, "ConditionCheckItem": arrived}
    assert bound(template, "Intake", "Desk") == changed | {"PutItem": {*arrived, "visitor", "sign_up"}}
    read = {action: {*names, "fence"} for action in ("GetItem", "ConditionCheckItem")}
    assert bound(template, "Intake", "Index") == read | {"PutItem": names, "UpdateItem": {*names, "template", "pages"}}
    # Not `chain`, whose numbers can be counted and lead to every certificate, and no tombstones.
    for name in ("Intake", "APIHandler"):
        assert bound(template, name, "Ledger") == {"GetItem": {"certificate"}}


def test_every_partition_that_a_worker_may_write_is_a_class_of_rows(template: Json) -> None:
    known = {one.pk.partition("#")[0] for one in CLASSES}
    for function in functions.FUNCTIONS:
        for statement in statements(template, function.logical_id):
            assert leading(statement) <= known, function.name


def test_the_dashboard_and_the_sweeper_ask_of_cognito_what_the_code_calls_and_no_more(template: Json) -> None:
    code = (PROJECT / "chalicelib" / "staff" / "cognito.py").read_text(encoding="utf-8")
    called = set(re.findall(r"\b(admin_\w+)", code))
    allowed = {one.partition(":")[2] for one in actions(template, "APIHandler") if one.startswith("cognito-idp:")}
    assert {one for one in actions(template, "Sweeper") if "cognito" in one} == {"cognito-idp:AdminDeleteUser"}
    assert {xform_name(one) for one in allowed} == called - {"admin_delete_user"}


OPENERS = {
    "api_handler", "sender", "uploader", "indexer", "soft_suppress", "freeze_inventory", "keep_part",
    "verify_absence", "tell", "grace", "notify",
}  # fmt: skip
"""Who may open content. Of the workflow: who copies the addresses into the box, who writes down the identities, who
seals anew what is kept, who checks by the identities, and who tells the person the secret: before the destruction, or
after it whom the release before had not told."""


def test_only_readers_open_the_vault(template: Json) -> None:
    openers = {
        one.name
        for one in functions.FUNCTIONS
        for statement in statements(template, one.logical_id)
        if "kms:Decrypt" in statement["Action"] and "VaultKey" in json.dumps(statement["Resource"])
    }
    assert openers == OPENERS
    secret = {
        one.name for one in functions.FUNCTIONS if "VaultSecret" in json.dumps(statements(template, one.logical_id))
    }
    assert secret == OPENERS
    readers = may(template, "Keys", "GetItem", "BatchGetItem", "Query", "Scan")
    assert readers == {*OPENERS, "destroy_key"}, "destroy_key looks whether the key is gone"


def test_who_may_do_what_with_keys(template: Json) -> None:
    """One who makes keys destroys none, and the other way round; nobody changes one."""
    assert may(template, "Keys", "PutItem") == {"intake", "mail", "soft_suppress", "keep_part", "api_handler"}
    looked = {"intake", "mail", "api_handler", "sender"}
    assert may(template, "Keys", "ConditionCheckItem") == looked, "whether one is there, and nothing of it"
    assert may(template, "Keys", "DeleteItem") == {"destroy_key", "close_box", "sweeper"}
    assert not may(template, "Keys", "UpdateItem", "BatchWriteItem", "Scan", "Query")


def test_who_may_sign_and_write_the_ledger(template: Json) -> None:
    """An entry is put and never changed: IAM can say that of its partition, and not that no second put may replace it;
    that is the condition of the one transaction that puts."""
    certifying = {"certificate", "final_certificate"}
    assert {one.name for one in functions.FUNCTIONS if "kms:Sign" in actions(template, one.logical_id)} == certifying
    assert may(template, "Ledger", "PutItem") == {*certifying, "destroy_key"}
    assert may(template, "Ledger", "UpdateItem") == certifying
    assert not may(template, "Ledger", "DeleteItem", "BatchWriteItem", "Scan", "Query")
    for name in ("Certificate", "FinalCertificate"):
        assert bound(template, name, "Ledger")["UpdateItem"] == {"chain"}
        assert bound(template, name, "Ledger")["PutItem"] == {"chain", "certificate"}
    assert bound(template, "DestroyKey", "Ledger") == {"PutItem": {"tombstone"}}


def test_what_deletes_rows_touches_no_key_and_what_proves_writes_nothing(template: Json) -> None:
    erases = bound(template, "EraseStores", "Desk")
    assert not bound(template, "EraseStores", "Keys") and not bound(template, "EraseStores", "Ledger")
    assert erases["UpdateItem"] == {"request", "barrier"} and "request" not in erases["BatchWriteItem"]
    for name in ("DestroyKey", "Certificate", "FinalCertificate"):
        assert not {"DeleteItem", "BatchWriteItem"} & bound(template, name, "Desk").keys()
        assert not {"DeleteItem", "BatchWriteItem"} & bound(template, name, "Index").keys()
    writes = {
        (table, action): partitions
        for table in ("Desk", "Keys", "Index", "Ledger")
        for action, partitions in bound(template, "VerifyAbsence", table).items()
        if WRITING.match(f"dynamodb:{action}")
    }
    assert writes == {("Desk", "UpdateItem"): {"request"}, ("Index", "UpdateItem"): {"fence"}}


def test_only_the_worker_of_requests_starts_runs_and_nobody_stops_one(template: Json) -> None:
    allowed = {
        one.name: {a for a in actions(template, one.logical_id) if a.startswith("states:")}
        for one in functions.FUNCTIONS
    }
    assert {name for name, may_do in allowed.items() if may_do - {"states:SendTaskSuccess"}} == {"privacy"}
    assert allowed["privacy"] == {"states:StartExecution", "states:DescribeExecution", "states:SendTaskSuccess"}


def test_a_function_is_told_only_of_what_its_role_may_use(template: Json) -> None:
    named = {
        name: json.dumps(value)
        for name, value in functions.VARIABLES.items()
        if name.startswith(("TABLE_", "SECRET_", "QUEUE_")) or name in ("VAULT_KEY_ARN", "CERTIFICATE_KEY_ARN")
    }
    for function in functions.FUNCTIONS:
        allowed = json.dumps([one["Resource"] for one in statements(template, function.logical_id)])
        for variable in set(function.environment) & named.keys():
            target = re.findall(r'"(\w+(?:Table|Secret|Queue|Key))"', named[variable])[0]
            assert target in allowed, (function.name, variable)


def test_settings_and_template_name_the_same_variables() -> None:
    from chalicelib.core.settings import Settings

    known = {one.upper() for one in Settings._fields} | set(PROVIDERS)
    assert set(functions.VARIABLES) <= known
    # The clock file exists in the local run alone.
    assert known - set(functions.VARIABLES) == {"CLOCK_FILE"}


def test_public_paths_go_to_intake_and_the_others_do_not(template: Json) -> None:
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for path, methods in paths.items():
        public = path.startswith("/webhooks/") or path in {
            "/policy", "/policy/{version}", "/contact", "/contact/r/{link}/messages", "/certificates", "/healthz",
                "/news",
        }  # fmt: skip
        text = json.dumps(methods)
        assert ("${Intake.Arn}" in text) is public, path
        assert ("${APIHandler.Arn}" in text) is not public, path
    assert {"/webhooks/whatsapp", "/webhooks/telegram", "/healthz"} <= paths.keys()


def test_the_api_may_call_its_functions_and_ses_that_of_mail(template: Json) -> None:
    callers = [one["Properties"] for one in of_type(template, "AWS::Lambda::Permission").values()]
    of_ses = {one["FunctionName"]["Ref"] for one in callers if one["Principal"] == "ses.amazonaws.com"}
    assert of_ses == {"Mail"}
    assert {one["FunctionName"]["Ref"] for one in callers} - of_ses == {"APIHandler", "Intake"}


def test_every_reader_of_queue_or_stream_reports_single_failures(template: Json) -> None:
    read = set()
    for function in of_type(template, "AWS::Serverless::Function").values():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] != "Schedule":
                assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            if event["Type"] == "SQS":
                read.add(event["Properties"]["Queue"]["Fn::GetAtt"][0])
    assert read == {queue.logical_id for queue in queues.QUEUES}


def test_queues_hand_out_no_more_than_their_reader_may_run(template: Json) -> None:
    for name, function in of_type(template, "AWS::Serverless::Function").items():
        events = function["Properties"].get("Events", {}).values()
        readers = [one["Properties"]["ScalingConfig"]["MaximumConcurrency"] for one in events if one["Type"] == "SQS"]
        if readers:
            assert sum(readers) <= function["Properties"]["ReservedConcurrentExecutions"], name
            assert min(readers) >= 2, "Lambda takes no lower bound"


def test_what_may_take_a_function_long_comes_to_it_alone(template: Json) -> None:
    """A batch waits for its slowest message, and all of it comes again when the time is up."""
    for name in ("Sender", "Dater"):
        for event in template["Resources"][name]["Properties"]["Events"].values():
            assert event["Properties"]["BatchSize"] == 1


def test_every_queue_has_a_dead_letter_queue_an_alarm_and_refuses_plain_http(template: Json) -> None:
    policies = of_type(template, "AWS::SQS::QueuePolicy").values()
    guarded = {one["Properties"]["Queues"][0]["Ref"] for one in policies}
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        for dimension in alarm["Properties"].get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }
    every = of_type(template, "AWS::SQS::Queue")
    assert guarded == every.keys()
    assert watched == {name for name in every if name.endswith("DeadQueue")}
    for queue in queues.QUEUES:
        properties = every[queue.logical_id]["Properties"]
        assert properties["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [queue.dead_id, "Arn"]}
        assert every[queue.dead_id]["Properties"].get("FifoQueue") == properties.get("FifoQueue")
        assert properties["SqsManagedSseEnabled"] is True


def test_a_queue_hides_a_message_longer_than_its_reader_runs(template: Json) -> None:
    hidden = {queue.logical_id: queue.visibility for queue in queues.QUEUES}
    for function in of_type(template, "AWS::Serverless::Function").values():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = event["Properties"]["Queue"]["Fn::GetAtt"][0]
                assert hidden[queue] > function["Properties"]["Timeout"], queue


def test_what_people_ask_is_rung_for_again_when_its_bell_has_died_and_before_the_alarm() -> None:
    (privacy,) = [queue for queue in queues.QUEUES if queue.name == "privacy"]
    assert privacy.visibility * privacy.tries * SECOND == WAKE_UP_LIVES
    assert (ASK_WAITS + WAKE_UP_LIVES) // SECOND < erasure_alarms.ASK_LATE


def test_more_confirmations_than_usual_ring_long_before_the_grace_is_over() -> None:
    watched = {(one.dimensions["identity"], one.period) for one in alarms.alarms() if one.metric == "ErasureConfirmed"}
    assert watched == {(str(how), seconds) for how in Identity for seconds in (3600, 86_400)}
    operators = list((PROJECT / "chalicelib" / "profile" / "operators" / "compiled").glob("*.json"))
    assert operators
    for operator in operators:
        grace = load_profile(operator.stem).deadlines["grace"]
        assert deadline(grace, 0) // SECOND >= 4 * 3600, operator.stem


def test_tables_expire_are_backed_up_and_protected_as_designed() -> None:
    tables = {name: one["Properties"] for name, one in load("tables")["Resources"].items()}
    expiring = {name for name, one in tables.items() if one.get("TimeToLiveSpecification", {}).get("Enabled")}
    days = {
        name: one["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"]
        for name, one in tables.items()
        if "PointInTimeRecoverySpecification" in one
    }
    assert expiring == {"DeskTable", "IndexTable"}
    # Not on the date itself: DynamoDB would not ask the ticket, which may be open again.
    assert tables["DeskTable"]["TimeToLiveSpecification"]["AttributeName"] == "gone_at"
    assert days == {"DeskTable": 14, "KeysTable": 1, "LedgerTable": 14}
    assert all(tables[name]["DeletionProtectionEnabled"] for name in days)
    kept = {name for name, one in load("tables")["Resources"].items() if one["DeletionPolicy"] == "Retain"}
    assert kept == set(days)


def test_keys_can_be_copied_by_nobody() -> None:
    policy = load("tables")["Resources"]["KeysTable"]["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"][0]
    assert (policy["Effect"], policy["Principal"]) == ("Deny", "*")
    assert {"dynamodb:CreateBackup", "dynamodb:ExportTableToPointInTime"} <= set(policy["Action"])
    assert "StreamSpecification" not in load("tables")["Resources"]["KeysTable"]["Properties"]


LONG = dict.fromkeys(("FreezeInventory", "KeepPart", "EraseStores", "VerifyAbsence", "Uploader"), 300)
"""Functions that go through all that there is of a person, and the one that sends files. No other writer of a
conversation runs longer than 60 s; erasure/tasks/drain_writers.DRAIN_FOR counts on it."""


def test_the_second_erase_pass_waits_for_the_longest_writer(template: Json) -> None:
    longest = max(queue.visibility for queue in queues.QUEUES)
    uploader = template["Resources"]["Uploader"]["Properties"]["Timeout"]
    assert (uploader + longest) * 1000 < DRAIN_FOR and uploader * 1000 < UPLOAD_LEASE
    assert 2 * FORM_LIVES * 1000 < DRAIN_FOR


def test_the_sender_reads_no_file_and_nobody_but_the_uploader_sends_one(template: Json) -> None:
    def may_read(name: str) -> bool:
        return "s3:GetObject" in actions(template, name)

    assert not may_read("Sender") and may_read("Uploader")
    assert "s3:PutObject" not in actions(template, "Uploader")
    assert not {one for one in actions(template, "APIHandler") if one.startswith("s3:")} - {
        "s3:GetObject",
        "s3:PutObject",
    }


def test_no_lambda_runs_unsized(template: Json) -> None:
    for name, function in of_type(template, "AWS::Serverless::Function").items():
        properties = function["Properties"]
        assert properties["MemorySize"] >= 256, name
        # API Gateway gives up after 29 s; a function that runs longer answers nobody.
        assert properties["Timeout"] <= (29 if name in ("APIHandler", "Intake") else LONG.get(name, 60)), name
    limited = {name for name, one in of_type(template, "AWS::Serverless::Function").items()
               if "ReservedConcurrentExecutions" in one["Properties"]}  # fmt: skip
    assert {"Intake", "Sender", "Sweeper"} <= limited


def test_the_reserved_concurrency_that_deploying_asks_for_is_the_one_that_is_reserved(template: Json) -> None:
    made = of_type(template, "AWS::Serverless::Function").values()
    reserved = sum(one["Properties"].get("ReservedConcurrentExecutions", 0) for one in made)
    text = (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert re.findall(r"reserve (\d+) of them", text) == [str(reserved)]
    assert reserved <= 900, "AWS keeps 100 of an account's 1,000 for functions without a reservation"


def test_who_reads_which_secret_is_what_the_documentation_says(template: Json) -> None:
    text = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (inbound|outbound|text-key|vault|fetcher) \|.*\| ([\w, ]+) \|$", text, re.MULTILINE))
    assert len(told) == 5
    for name, readers in told.items():
        secret = f'"{name.title().replace("-", "")}Secret"'
        reading = {
            one.name for one in functions.FUNCTIONS if secret in json.dumps(statements(template, one.logical_id))
        }
        assert {one.replace("dashboard", "api_handler") for one in readers.split(", ")} == reading, name


def test_the_api_is_regional_and_knows_404_and_413(template: Json) -> None:
    properties = template["Resources"]["RestAPI"]["Properties"]
    assert properties["EndpointConfiguration"] == {"Type": "REGIONAL"}
    assert properties["MinimumCompressionSize"] == COMPRESSED_FROM
    said = properties["DefinitionBody"]["x-amazon-apigateway-gateway-responses"].values()
    assert {one["statusCode"] for one in said} == {404, 413}


def test_the_user_pool_admits_only_whom_an_administrator_made() -> None:
    pool, client = (load("security")["Resources"][one]["Properties"] for one in ("UserPool", "UserPoolClient"))
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert client["ExplicitAuthFlows"] == ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert "email" not in client["WriteAttributes"]
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
