"""Rights and environment of each Lambda function, one entry each.

A function gets a variable only for what its role allows. Actions are never wildcards; the only star in a resource
stands where AWS makes the last part of the name (streams of a table). Their names are frozen; app.py says what each
does.
"""

from chalicelib.channels import registry
from chalicelib.channels.contract import Setting
from chalicelib.messages.mail_bucket import FILES, RAW
from infra import erasure_grants
from infra.definitions import LOG_DAYS, Json
from infra.grants import (
    COMMON,
    OPEN_VAULT,
    PROVIDERS,
    VAULT,
    WRITES,
    Function,
    Grant,
    arn,
    desk,
    each,
    files,
    files_key,
    hand_out_files,
    index,
    keys,
    list_files,
    list_mails,
    mails,
    read_queue,
    rows,
    secret_arn,
    secrets,
    send,
    send_mail,
)
from infra.trim import BUNDLE

READ_STREAM = (
    Grant(
        ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        ({"Fn::GetAtt": ["DeskTable", "StreamArn"]},),
    ),
    Grant(("dynamodb:ListStreams",), ({"Fn::Sub": "${DeskTable.Arn}/stream/*"},)),
)
SIGN_IN = Grant(
    tuple(
        f"cognito-idp:{action}"
        for action in (
            "AdminInitiateAuth",
            "AdminRespondToAuthChallenge",
            "AdminDisableUser",
            "AdminEnableUser",
            "AdminUserGlobalSignOut",
            "AdminGetUser",
            "AdminSetUserMFAPreference",
        )
    ),
    (arn("UserPool"),),
)

_DELIVERY = (
    desk("Query", "GetItem", indexes=("unsent",)),
    rows("Desk", (*WRITES, "DeleteItem"), "contact", "conversation", "ticket", "channel", "mailing"),
    keys("GetItem"),
    rows("Index", ("GetItem", *WRITES), "link", "parked"),
    rows("Index", ("GetItem", "ConditionCheckItem"), "template"),
    secrets("Vault", "Outbound", "Inbound"),
    OPEN_VAULT,
    send_mail(),
)
_DELIVERS = (
    *(*COMMON, *VAULT, *PROVIDERS),
    *("TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "SECRET_OUTBOUND", "SECRET_INBOUND", "QUEUE_RETRY"),
)
"""What sender and uploader need."""

_RECEIVES = (
    rows("Desk", WRITES, "contact", "conversation", "ticket", "number", "unclear", "fetch"),
    rows("Desk", ("PutItem",), "visitor", "sign_up"),
    keys("PutItem", "ConditionCheckItem"),
    rows("Index", ("GetItem", *WRITES), "alias", "link", "parked"),
    rows("Index", ("GetItem", "ConditionCheckItem"), "fence"),
    rows("Index", ("UpdateItem",), "pages"),
)
"""What stores a message: it may write what it stores, and read none of it."""

SWEPT = (
    *("contact", "conversation", "ticket", "number", "unclear", "sweep", "request", "ended", "visitor"),
    "statistics",
    "sign_up",
)

FUNCTIONS = (
    Function(
        "api_handler",
        "APIHandler",
        (
            desk(
                "Query",
                "GetItem",
                "BatchGetItem",
                "PutItem",
                "UpdateItem",
                "ConditionCheckItem",
                indexes=("queue", "unsent", "lists"),
            ),
            # Who confirms the address to which they want mailings is a contact from then on.
            keys("GetItem", "BatchGetItem", "PutItem", "ConditionCheckItem"),
            index(
                "GetItem",
                "BatchGetItem",
                "Query",
                "PutItem",
                "UpdateItem",
                "DeleteItem",
                "ConditionCheckItem",
            ),
            rows("Ledger", ("GetItem",), "certificate"),
            secrets("Vault", "TextKey", "Inbound"),
            OPEN_VAULT,
            SIGN_IN,
            hand_out_files(),
            # It makes forms for single files of staff, and copies them when they are sent again.
            files("PutObject"),
            files_key("Decrypt"),
            files_key("GenerateDataKey"),
            send("RetryQueue"),  # signs of reading and typing, by our own ids
        ),
        (
            *COMMON,
            *VAULT,
            *("TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "TABLE_LEDGER", "SECRET_TEXT_KEY", "SECRET_INBOUND"),
            *(
                "USER_POOL_ID",
                "USER_POOL_CLIENT_ID",
                "FILES_BUCKET",
                "FETCHER_PUBLIC_KEY",
                "FILES_SCANNED",
                "QUEUE_RETRY",
            ),
            "SIGNALS",
        ),
    ),
    Function(
        "intake",
        "Intake",
        (
            *_RECEIVES,
            rows("Index", ("UpdateItem",), "template"),
            rows("Ledger", ("GetItem",), "certificate"),
            # Files of forms lie where those of mails do, until they are fetched.
            mails(FILES, "PutObject"),
            files_key("GenerateDataKey"),
            Grant(("kms:Verify",), (arn("CertificateKey"),)),
            secrets("Inbound"),
        ),
        (
            *COMMON,
            *("TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "TABLE_LEDGER", "SECRET_INBOUND", "CERTIFICATE_KEY_ARN"),
            *("FETCHER_PUBLIC_KEY", "MAIL_BUCKET"),
        ),
    ),
    Function(
        "relay",
        "Relay",
        (
            *READ_STREAM,
            rows("Index", ("PutItem", "UpdateItem"), "marker"),
            send("DoorbellQueue", "DatingQueue", "IndexingQueue", "PrivacyQueue", "FetchingQueue", "RelayDeadQueue"),
        ),
        (
            *(*COMMON, "TABLE_INDEX", "QUEUE_DOORBELL", "QUEUE_DATING", "QUEUE_INDEXING", "QUEUE_PRIVACY"),
            "QUEUE_FETCHING",
        ),
    ),
    Function(
        "sender",
        "Sender",
        (
            *_DELIVERY,
            rows("Desk", ("UpdateItem",), "visitor"),
            # It makes the messages of a mailing, of the list of its recipients.
            desk("Query", "BatchGetItem", indexes=("lists",)),
            keys("ConditionCheckItem"),
            read_queue("DoorbellQueue", "RetryQueue"),
            send("RetryQueue", "UploadingQueue"),
        ),
        (*_DELIVERS, "QUEUE_UPLOADING"),
    ),
    Function(
        "uploader",
        "Uploader",
        (
            # What the sender may, and the files.
            *_DELIVERY,
            files("GetObject"),
            files_key("Decrypt"),
            read_queue("UploadingQueue"),
            send("RetryQueue"),
        ),
        (*_DELIVERS, "FILES_BUCKET"),
    ),
    Function(
        "dater",
        "Dater",
        (
            desk("Query", "GetItem"),
            rows("Desk", ("UpdateItem", "ConditionCheckItem"), "conversation", "ticket", "number", "channel"),
            rows("Desk", ("DeleteItem",), "fetch"),
            files("DeleteObject"),
            read_queue("DatingQueue"),
        ),
        (*COMMON, "TABLE_DESK", "FILES_BUCKET"),
    ),
    Function(
        "indexer",
        "Indexer",
        (
            desk("GetItem"),
            rows("Desk", ("ConditionCheckItem",), "contact"),
            keys("GetItem"),
            rows("Index", ("Query", "PutItem", "DeleteItem"), "text", "words"),
            secrets("Vault", "TextKey"),
            OPEN_VAULT,
            read_queue("IndexingQueue"),
        ),
        (*COMMON, *VAULT, "TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "SECRET_TEXT_KEY"),
    ),
    Function(
        "fetcher",
        "Fetcher",
        (
            # It reads what is sealed to itself, and writes what became of a file, and a notice to who sent one that is
            # too large, without reading anything of a person.
            *each(
                "Desk",
                GetItem="fetch",
                DeleteItem="fetch",
                UpdateItem="fetch conversation",
                PutItem="conversation",
                ConditionCheckItem="conversation ticket",
            ),
            rows("Index", ("UpdateItem",), "fetches"),
            secrets("Fetcher", "Outbound"),
            files("PutObject", "DeleteObject", "GetObjectTagging"),
            files_key("GenerateDataKey"),
            # Files of mails wait in the bucket of mail.
            mails(FILES, "GetObject", "DeleteObject"),
            files_key("Decrypt"),
            read_queue("FetchingQueue"),
        ),
        (
            *COMMON,
            *PROVIDERS,
            "TABLE_DESK",
            "TABLE_INDEX",
            "SECRET_FETCHER",
            "SECRET_OUTBOUND",
            "FILES_BUCKET",
            "FILES_SCANNED",
        ),
    ),
    Function(
        "mail",
        "Mail",
        (
            # It alone reads raw mails. Of the tables it may what intake may.
            *_RECEIVES,
            secrets("Inbound"),
            mails(RAW, "GetObject", "DeleteObject"),
            mails(FILES, "PutObject"),
            files_key("Decrypt"),
            files_key("GenerateDataKey"),
            read_queue("MailQueue"),
            send("MailQueue"),
        ),
        (
            *COMMON,
            *("TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "SECRET_INBOUND", "FETCHER_PUBLIC_KEY"),
            *("MAIL_BUCKET", "QUEUE_MAIL"),
        ),
    ),
    *erasure_grants.FUNCTIONS,
    Function(
        "templates",
        "Templates",
        (
            rows("Desk", ("UpdateItem",), "channel"),
            rows("Index", ("Query", "PutItem", "DeleteItem"), "template"),
            secrets("Outbound"),
        ),
        (*COMMON, *PROVIDERS, "TABLE_DESK", "TABLE_INDEX", "SECRET_OUTBOUND"),
    ),
    Function(
        "sweeper",
        "Sweeper",
        (
            desk("Query", "GetItem", "BatchGetItem", "Scan", indexes=("queue", "unsent", "lists")),
            rows("Desk", ("UpdateItem", "DeleteItem", "ConditionCheckItem"), *SWEPT),
            rows("Desk", ("UpdateItem",), "barrier"),
            rows("Desk", ("DeleteItem",), "staff"),  # of accounts that were revoked long ago
            keys("DeleteItem"),  # it ends contacts and decrypts nothing
            index("Scan"),
            rows("Index", ("DeleteItem",), "alias", "link", "parked", "session", "login", "text", "words", "fence"),
            # In the full pass, where DynamoDB has left them.
            rows("Index", ("DeleteItem",), "fetches", "same_text", "pages"),
            rows("Index", ("GetItem", "Query"), "alias", "words"),
            rows("Index", ("GetItem", "UpdateItem"), "fence"),  # what somebody who did not consent sent is not revived
            rows("Index", ("UpdateItem", "ConditionCheckItem"), "words"),
            send("DoorbellQueue", "PrivacyQueue", "IndexingQueue", "FetchingQueue"),
            list_files("ListBucket", "ListBucketMultipartUploads"),
            files("DeleteObject", "AbortMultipartUpload"),
            list_mails(),
            Grant(("cognito-idp:AdminDeleteUser",), (arn("UserPool"),)),
        ),
        (
            *COMMON,
            *("TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "QUEUE_DOORBELL", "QUEUE_PRIVACY", "QUEUE_INDEXING"),
            *("QUEUE_FETCHING", "FILES_BUCKET", "MAIL_BUCKET", "USER_POOL_ID"),
        ),
    ),
)

VARIABLES: dict[str, Json] = {
    "STAGE": {"Ref": "Stage"},
    "OPERATOR": {"Ref": "Operator"},
    "PUBLIC_URL": {"Ref": "PublicUrl"},
    "LOG_LEVEL": {"Ref": "LogLevel"},
    "VAULT_PUBLIC_KEY": {"Ref": "VaultPublicKey"},
    "VAULT_KEY_ARN": arn("VaultKey"),
    "TABLE_DESK": {"Ref": "DeskTable"},
    "TABLE_KEYS": {"Ref": "KeysTable"},
    "TABLE_INDEX": {"Ref": "IndexTable"},
    "TABLE_LEDGER": {"Ref": "LedgerTable"},
    "SECRET_INBOUND": secret_arn("Inbound"),
    "SECRET_OUTBOUND": secret_arn("Outbound"),
    "SECRET_TEXT_KEY": secret_arn("TextKey"),
    "SECRET_VAULT": secret_arn("Vault"),
    "SECRET_FETCHER": secret_arn("Fetcher"),
    "FETCHER_PUBLIC_KEY": {"Ref": "FetcherPublicKey"},
    "FILES_BUCKET": {"Ref": "FilesBucket"},
    "FILES_SCANNED": {"Ref": "ScanFiles"},
    "MAIL_BUCKET": {"Ref": "MailBucket"},
    "QUEUE_DOORBELL": {"Ref": "DoorbellQueue"},
    "QUEUE_RETRY": {"Ref": "RetryQueue"},
    "QUEUE_DATING": {"Ref": "DatingQueue"},
    "QUEUE_INDEXING": {"Ref": "IndexingQueue"},
    "QUEUE_PRIVACY": {"Ref": "PrivacyQueue"},
    "QUEUE_FETCHING": {"Ref": "FetchingQueue"},
    "QUEUE_UPLOADING": {"Ref": "UploadingQueue"},
    "QUEUE_MAIL": {"Ref": "MailQueue"},
    "SIGNALS": {"Ref": "Signals"},
    "ERASURE_MACHINE_ARN": {"Ref": "ErasureMachine"},
    "CERTIFICATE_KEY_ARN": arn("CertificateKey"),
    "USER_POOL_ID": {"Ref": "UserPool"},
    "USER_POOL_CLIENT_ID": {"Ref": "UserPoolClient"},
    **{one.name: {"Ref": one.parameter} for channel in registry.CHANNELS for one in channel.settings},
}


ROOTS = {"AWS_CA_BUNDLE": f"/var/task/{BUNDLE}"}
"""Whom every function's AWS clients trust: the roots of Amazon that infra/trim.py leaves in the package."""


def parameters() -> Json:
    """Return a parameter of the template for every setting that a channel declares and the template does not make."""
    settings = (one for channel in registry.CHANNELS for one in channel.settings)
    return {one.parameter: _parameter(one) for one in settings if not one.made}


def _parameter(setting: Setting) -> Json:
    allowed = {"AllowedValues": list(setting.allowed)} if setting.allowed else {}
    return {"Type": "String", "Default": setting.default, **allowed, "Description": setting.says}


def resources() -> Json:
    """Return a role and a log group for every function."""
    found: Json = {}
    for function in FUNCTIONS:
        found[function.log_group_id] = _log_group(function)
        found[function.role_id] = _role(function)
    return found


def overlay(function: Function) -> Json:
    """Return the properties of a function that chalice does not know: name, role, environment, log group."""
    return {
        "FunctionName": {"Fn::Sub": f"${{AWS::StackName}}-{function.name.replace('_', '-')}"},
        "Role": arn(function.role_id),
        "Environment": {"Variables": ROOTS | {name: VARIABLES[name] for name in function.environment}},
        "LoggingConfig": {"LogGroup": {"Ref": function.log_group_id}},
    }


def _log_group(function: Function) -> Json:
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {
            "LogGroupName": {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{function.name.replace('_', '-')}"},
            "RetentionInDays": LOG_DAYS,
        },
    }


def _role(function: Function) -> Json:
    logs = Grant(
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        ({"Fn::GetAtt": [function.log_group_id, "Arn"]},),
    )
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "own",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [_statement(grant) for grant in (logs, *function.grants)],
                    },
                }
            ],
        },
    }


def _statement(grant: Grant) -> Json:
    statement: Json = {"Effect": "Allow", "Action": list(grant.actions), "Resource": list(grant.resources)}
    return statement | ({"Condition": grant.condition} if grant.condition else {})
