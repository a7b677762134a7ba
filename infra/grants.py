"""Functions, grants, and short functions that write grants."""

from dataclasses import dataclass, field, replace

from chalicelib.attachments.bucket import SCAN_TAG
from chalicelib.attachments.model import CLEAN
from chalicelib.channels import registry
from chalicelib.dynamo.schema import CLASSES
from chalicelib.messages.mail_bucket import RAW
from infra.definitions import Json


@dataclass(frozen=True)
class Grant:
    """Actions of one service on resources; `condition` as IAM writes it."""

    actions: tuple[str, ...]
    resources: tuple[Json | str, ...]
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


def arn(logical_id: str) -> Json:
    """ARN of a resource of the template."""
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def secret_arn(name: str) -> Json:
    """ARN of a secret."""
    # `Id` and not Ref: both are the ARN on AWS, but Ref is the name on the embedded AWS.
    return {"Fn::GetAtt": [f"{name}Secret", "Id"]}


def desk(*actions: str, indexes: tuple[str, ...] = ()) -> Grant:
    """Actions on the table `desk`, and on some of its indexes."""
    below = tuple({"Fn::Sub": f"${{DeskTable.Arn}}/index/{name}"} for name in indexes)
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (arn("DeskTable"), *below))


_LEADING = {one.leading.partition("#")[0]: one.leading for one in CLASSES}
"""First word of the partition keys of every item class → what all these keys are like."""


def partitions(*sections: str) -> str:
    """Return the first words of the partition keys of all rows that these sections of the eraser delete."""
    return " ".join(dict.fromkeys(one.pk.partition("#")[0] for one in CLASSES if one.section in sections))


def rows(table: str, actions: tuple[str, ...], *words: str) -> Grant:
    """Actions on items whose partition key begins with one of these words, and on no others, such as `staff` and
    `session#…`. ForAllValues, because a transaction names many items. Raises ValueError for a word that begins the keys
    of no item class."""
    if unknown := set(words) - _LEADING.keys():
        raise ValueError(f"No item class of chalicelib/dynamo/schema has keys that begin with {', '.join(unknown)}.")
    leading = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [_LEADING[word] for word in words]}}
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (arn(f"{table}Table"),), leading)


def each(table: str, **actions: str) -> tuple[Grant, ...]:
    """Actions on items, each with the first words of its partition keys, separated by spaces. One statement for each
    action, because all items on which a transaction uses an action are checked against the same condition."""
    return tuple(rows(table, (action,), *words.split()) for action, words in actions.items())


def keys(*actions: str) -> Grant:
    """Actions on the table `keys`."""
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (arn("KeysTable"),))


def index(*actions: str) -> Grant:
    """Actions on the table `index`."""
    return Grant(tuple(f"dynamodb:{action}" for action in actions), (arn("IndexTable"),))


def secrets(*names: str) -> Grant:
    """Reading of secrets."""
    return Grant(("secretsmanager:GetSecretValue",), tuple(secret_arn(name) for name in names))


def files(*actions: str) -> Grant:
    """Actions on the objects in the bucket of files."""
    return Grant(tuple(f"s3:{action}" for action in actions), ({"Fn::Sub": "${FilesBucket.Arn}/*"},))


def hand_out_files() -> Grant:
    """Reading of files; where they are scanned for malware, of those alone in which a scan has found none."""
    clean = {"StringEquals": {f"s3:ExistingObjectTag/{SCAN_TAG}": CLEAN}}
    return replace(files("GetObject"), condition={"Fn::If": ["FilesAreScanned", clean, {"Ref": "AWS::NoValue"}]})


def list_files(*actions: str) -> Grant:
    """Listing what lies in the bucket of files."""
    return Grant(tuple(f"s3:{action}" for action in actions), (arn("FilesBucket"),))


def mails(below: str, *actions: str) -> Grant:
    """Actions on the objects in the bucket of mail whose names begin so (messages/mail_bucket.py)."""
    return Grant(tuple(f"s3:{action}" for action in actions), ({"Fn::Sub": f"${{MailBucket.Arn}}/{below}*"},))


def list_mails() -> Grant:
    """Names, sizes and dates of raw mails, and nothing of their content."""
    return Grant(("s3:ListBucket",), (arn("MailBucket"),), {"StringLike": {"s3:prefix": f"{RAW}*"}})


def send_mail() -> Grant:
    """Sending by SES, from addresses that it has verified for this account, with our configuration set."""
    ours = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"
    resources = f"{ours}identity/*", f"{ours}configuration-set/${{MailEvents}}"
    return Grant(("ses:SendEmail", "ses:SendRawEmail"), tuple({"Fn::Sub": one} for one in resources))


def files_key(action: str) -> Grant:
    """Use of the key of the buckets of files and of mail, through S3 alone. IfExists, because the embedded AWS does not
    know this key of a condition."""
    via = {"StringEqualsIfExists": {"kms:ViaService": {"Fn::Sub": "s3.${AWS::Region}.${AWS::URLSuffix}"}}}
    return Grant((f"kms:{action}",), (arn("FilesKey"),), via)


def send(*queues: str) -> Grant:
    """Sending to queues."""
    return Grant(("sqs:SendMessage",), tuple(arn(queue) for queue in queues))


def read_queue(*queues: str) -> Grant:
    """What an event source needs to read its queues."""
    actions = (
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
    )
    return Grant(actions, tuple(arn(queue) for queue in queues))


# IfExists, because the embedded AWS does not know this key. On AWS, a call without the context passes this condition
# and fails in KMS, because the context is bound to the ciphertext.
OPEN_VAULT = Grant(
    ("kms:Decrypt",),
    (arn("VaultKey"),),
    {"StringEqualsIfExists": {"kms:EncryptionContext:purpose": "vault"}},
)

WRITES = ("PutItem", "UpdateItem", "ConditionCheckItem")
COMMON = ("STAGE", "OPERATOR", "PUBLIC_URL", "LOG_LEVEL", "VAULT_PUBLIC_KEY")
VAULT = ("SECRET_VAULT", "VAULT_KEY_ARN")
PROVIDERS = tuple(one.name for channel in registry.CHANNELS for one in channel.settings)
"""Settings of the channels, which the sender alone has."""
