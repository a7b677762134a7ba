"""What each function may do and is told: its role and environment, one entry per function.

Read it as a table: a function gets a variable only for what its role allows. Actions are never wildcards;
the only star in a resource stands where AWS makes the last part of the name itself (streams of a table).
"""

from dataclasses import dataclass, field

from infra.definitions import Json

LOG_DAYS = 30


@dataclass(frozen=True)
class Grant:
    """Actions of one service on resources; `condition` as IAM writes it."""

    actions: tuple[str, ...]
    resources: tuple[Json, ...]
    condition: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Function:
    """One Lambda function: `name` as in app.py, `logical_id` as chalice makes it."""

    name: str
    logical_id: str
    grants: tuple[Grant, ...]
    environment: tuple[str, ...] = ()

    @property
    def role_id(self) -> str:
        """Logical id of its role."""
        return f"{self.logical_id}Role"

    @property
    def log_group_id(self) -> str:
        """Logical id of its log group."""
        return f"{self.logical_id}LogGroup"


def _arn(logical_id: str) -> Json:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def _secret_arn(name: str) -> Json:
    # `Id` and not Ref: both are the ARN on AWS, but Ref is the name on the embedded AWS.
    return {"Fn::GetAtt": [f"{name}Secret", "Id"]}


def _desk(*actions: str, indexes: tuple[str, ...] = ()) -> Grant:
    below = tuple({"Fn::Sub": f"${{DeskTable.Arn}}/index/{name}"} for name in indexes)
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (_arn("DeskTable"), *below))


def _rows(table: str, actions: tuple[str, ...], *partitions: str) -> Grant:
    """Actions on items whose partition begins with one of these words, and on no others: least of all on `staff` and
    `session#…`. For writes; ForAllValues, because a transaction names many items."""
    leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{one}#*" for one in partitions]}}
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (_arn(f"{table}Table"),), leading)


def _keys(*actions: str) -> Grant:
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (_arn("KeysTable"),))


def _index(*actions: str) -> Grant:
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (_arn("IndexTable"),))


def _secrets(*names: str) -> Grant:
    return Grant(("secretsmanager:GetSecretValue",), tuple(_secret_arn(name) for name in names))


def _send(*queues: str) -> Grant:
    return Grant(("sqs:SendMessage",), tuple(_arn(queue) for queue in queues))


def _read_queue(*queues: str) -> Grant:
    actions = (
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
    )
    return Grant(actions, tuple(_arn(queue) for queue in queues))


# IfExists, because the embedded AWS does not know this key. A call on AWS without the context passes this
# condition and fails in KMS, since the context is bound to the ciphertext.
OPEN_VAULT = Grant(
    ("kms:Decrypt",),
    (_arn("VaultKey"),),
    {"StringEqualsIfExists": {"kms:EncryptionContext:purpose": "vault"}},
)
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
            "AdminUserGlobalSignOut",
        )
    ),
    (_arn("UserPool"),),
)

WRITES = ("PutItem", "UpdateItem", "ConditionCheckItem")
SWEPT = ("contact", "conversation", "ticket", "number", "unclear", "sweep")
COMMON = ("STAGE", "OPERATOR", "PUBLIC_URL", "LOG_LEVEL", "VAULT_PUBLIC_KEY")
VAULT = ("SECRET_VAULT", "VAULT_KEY_ARN")
PROVIDERS = ("WHATSAPP_API", "WHATSAPP_RECIPIENT_FIELD", "TELEGRAM_API")

FUNCTIONS = (
    Function(
        "api_handler",
        "APIHandler",
        (
            _desk(
                "Query",
                "GetItem",
                "BatchGetItem",
                "PutItem",
                "UpdateItem",
                "ConditionCheckItem",
                indexes=("queue", "unsent"),
            ),
            _keys("GetItem", "BatchGetItem"),
            _index(
                "GetItem",
                "BatchGetItem",
                "Query",
                "PutItem",
                "UpdateItem",
                "DeleteItem",
                "ConditionCheckItem",
            ),
            _secrets("Vault", "TextKey", "Inbound"),
            OPEN_VAULT,
            SIGN_IN,
        ),
        (
            *COMMON,
            *VAULT,
            *("TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "SECRET_TEXT_KEY", "SECRET_INBOUND"),
            *("USER_POOL_ID", "USER_POOL_CLIENT_ID"),
        ),
    ),
    Function(
        "intake",
        "Intake",
        (
            _rows("Desk", WRITES, "contact", "conversation", "ticket", "number", "unclear"),
            _keys("PutItem"),
            _rows("Index", ("GetItem", *WRITES), "alias", "link", "parked"),
            _secrets("Inbound"),
        ),
        (*COMMON, "TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "SECRET_INBOUND"),
    ),
    Function(
        "relay",
        "Relay",
        (
            *READ_STREAM,
            _send("DoorbellQueue", "DatingQueue", "IndexingQueue", "RelayDeadQueue"),
        ),
        (*COMMON, "QUEUE_DOORBELL", "QUEUE_DATING", "QUEUE_INDEXING"),
    ),
    Function(
        "sender",
        "Sender",
        (
            _desk("Query", "GetItem", indexes=("unsent",)),
            _rows("Desk", (*WRITES, "DeleteItem"), "contact", "conversation", "ticket", "channel"),
            _keys("GetItem"),
            _rows("Index", ("GetItem", *WRITES), "link", "parked"),
            _secrets("Vault", "Outbound", "Inbound"),
            OPEN_VAULT,
            _read_queue("DoorbellQueue", "RetryQueue"),
            _send("RetryQueue"),
        ),
        (
            *COMMON,
            *VAULT,
            *PROVIDERS,
            *("TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "SECRET_OUTBOUND", "SECRET_INBOUND", "QUEUE_RETRY"),
        ),
    ),
    Function(
        "dater",
        "Dater",
        (
            _desk("Query", "GetItem"),
            _rows("Desk", ("UpdateItem",), "conversation", "ticket", "number"),
            _read_queue("DatingQueue"),
        ),
        (*COMMON, "TABLE_DESK"),
    ),
    Function(
        "indexer",
        "Indexer",
        (
            _desk("GetItem"),
            _keys("GetItem"),
            _rows("Index", ("Query", "PutItem", "DeleteItem", "BatchWriteItem"), "text", "words"),
            _secrets("Vault", "TextKey"),
            OPEN_VAULT,
            _read_queue("IndexingQueue"),
        ),
        (*COMMON, *VAULT, "TABLE_DESK", "TABLE_KEYS", "TABLE_INDEX", "SECRET_TEXT_KEY"),
    ),
    Function(
        "sweeper",
        "Sweeper",
        (
            _desk("Query", "Scan", indexes=("queue", "unsent")),
            _rows("Desk", ("UpdateItem", "DeleteItem", "ConditionCheckItem"), *SWEPT),
            _index("Scan"),
            _rows("Index", ("DeleteItem",), "alias", "link", "parked", "session", "login", "text", "words"),
            _send("DoorbellQueue"),
        ),
        (*COMMON, "TABLE_DESK", "TABLE_INDEX", "QUEUE_DOORBELL"),
    ),
)

VARIABLES: dict[str, Json] = {
    "STAGE": {"Ref": "Stage"},
    "OPERATOR": {"Ref": "Operator"},
    "PUBLIC_URL": {"Ref": "PublicUrl"},
    "LOG_LEVEL": {"Ref": "LogLevel"},
    "VAULT_PUBLIC_KEY": {"Ref": "VaultPublicKey"},
    "VAULT_KEY_ARN": _arn("VaultKey"),
    "TABLE_DESK": {"Ref": "DeskTable"},
    "TABLE_KEYS": {"Ref": "KeysTable"},
    "TABLE_INDEX": {"Ref": "IndexTable"},
    "SECRET_INBOUND": _secret_arn("Inbound"),
    "SECRET_OUTBOUND": _secret_arn("Outbound"),
    "SECRET_TEXT_KEY": _secret_arn("TextKey"),
    "SECRET_VAULT": _secret_arn("Vault"),
    "QUEUE_DOORBELL": {"Ref": "DoorbellQueue"},
    "QUEUE_RETRY": {"Ref": "RetryQueue"},
    "QUEUE_DATING": {"Ref": "DatingQueue"},
    "QUEUE_INDEXING": {"Ref": "IndexingQueue"},
    "USER_POOL_ID": {"Ref": "UserPool"},
    "USER_POOL_CLIENT_ID": {"Ref": "UserPoolClient"},
    "WHATSAPP_API": {"Ref": "WhatsappApi"},
    "WHATSAPP_RECIPIENT_FIELD": {"Ref": "WhatsappRecipientField"},
    "TELEGRAM_API": {"Ref": "TelegramApi"},
}


def resources() -> Json:
    """Return a role and a log group for every function."""
    found: Json = {}
    for function in FUNCTIONS:
        found[function.log_group_id] = _log_group(function)
        found[function.role_id] = _role(function)
    return found


def overlay(function: Function) -> Json:
    """Return the properties that make a function its own: name, role, environment, log group."""
    return {
        "FunctionName": {"Fn::Sub": f"${{AWS::StackName}}-{function.name.replace('_', '-')}"},
        "Role": _arn(function.role_id),
        "Environment": {"Variables": {name: VARIABLES[name] for name in function.environment}},
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
