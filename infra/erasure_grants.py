"""The rights of the functions of the erasure workflow. The state machine is in erasure_machine.py.

Each task may do its own work only: tests/erasure/test_roles.py tries dangerous calls under each role, test_rights.py
compares each role with all calls of its task. The definition is in erasure.asl.json; CloudFormation fills in
`${HardSuppressArn}` and the like. Function names are frozen; app.py maps them to the words of the code.
"""

from infra.grants import (
    COMMON,
    OPEN_VAULT,
    VAULT,
    Function,
    Grant,
    arn,
    desk,
    each,
    files,
    index,
    keys,
    list_files,
    partitions,
    read_queue,
    secrets,
)

_MACHINE = {
    "Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-erasure"
}
"""Written out instead of referenced, because the machine refers to its functions: a reference back would be a
circle."""
_RUNS = {
    "Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}-erasure:*"
}

# AWS knows no resource for this action. The token names the execution, and only the request's row holds it.
ANSWER_RUN = Grant(("states:SendTaskSuccess",), ("*",))
START_RUN = Grant(("states:StartExecution",), (_MACHINE,))
LOOK_AT_RUN = Grant(("states:DescribeExecution",), (_RUNS,))


_SIGN = Grant(("kms:Sign",), (arn("CertificateKey"),))
# IAM knows no condition for "only new items"; the code's own condition prevents that an entry is put twice.
_ENTER = each("Ledger", PutItem="certificate chain", UpdateItem="chain")
_REQUEST = each("Desk", GetItem="request", UpdateItem="request")
_WAIT = (*_REQUEST, ANSWER_RUN)
# For a BatchGetItem or BatchWriteItem over several tables AWS does not say whether LeadingKeys are those of one table
# or of all. So each table is granted the partitions of all of them; with `keys`, whose partitions are bare ids, none is
# named.
_NAMED = f"{partitions('desk.tickets', 'index.aliases', 'index.links')} words"
_ERASED = partitions("desk.contact", "desk.conversation", "desk.tickets", "index.links", "index.words", "files")
_LIST_FILES = list_files("ListBucket", "ListBucketMultipartUploads")
# The verifier's questions, which are not made from the schema.
_LISTED = "ticket number alias link parked text words"
_READ_MIXED = (desk("BatchGetItem"), index("BatchGetItem"), keys("BatchGetItem"))
_OPEN_SECRET = (keys("GetItem"), secrets("Vault"), OPEN_VAULT)


def _tell(checked: str) -> tuple[Grant, ...]:
    """Return the grants for telling a person; `checked` are partitions of rows that conditions check."""
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
                Query="contact conversation",
                GetItem="contact conversation request ticket",
                # Tickets, their numbers and files to fetch are those of somebody who has consented now.
                PutItem="contact conversation request ticket number fetch",
                UpdateItem="contact conversation request ticket",
                ConditionCheckItem="contact conversation hold",
                DeleteItem="contact conversation",
            ),
            *each("Index", UpdateItem="alias"),
            START_RUN,
            LOOK_AT_RUN,
            ANSWER_RUN,
            read_queue("PrivacyQueue"),
        ),
        (*COMMON, "TABLE_DESK", "TABLE_INDEX", "ERASURE_MACHINE_ARN"),
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
    # It also tells the person when an older release began the execution.
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
                UpdateItem="request contact conversation barrier",
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
                Query="contact conversation fetch",
                GetItem="request",
                PutItem="request",
                UpdateItem="request contact",
            ),
            *_READ_MIXED,
            _LIST_FILES,
            secrets("Vault"),
            OPEN_VAULT,
        ),
        (*_WITH_VAULT, "TABLE_INDEX", "FILES_BUCKET"),
    ),
    Function(
        "keep_part",
        "KeepPart",
        (
            *each(
                "Desk",
                Query="request contact conversation kept",
                BatchGetItem="ticket",
                PutItem="kept",
                UpdateItem="request",
            ),
            keys("BatchGetItem", "PutItem"),
            secrets("Vault"),
            OPEN_VAULT,
        ),
        _WITH_VAULT,
    ),
    Function(
        "destroy_key",
        "DestroyKey",
        (
            *each("Desk", Query="request", UpdateItem="request"),
            *each("Index", UpdateItem="fence"),
            *each("Ledger", PutItem="tombstone"),
            keys("BatchGetItem", "DeleteItem"),  # to see that the key is gone; without the vault it decrypts nothing
        ),
        (*_OF_REQUEST, "TABLE_KEYS", "TABLE_INDEX", "TABLE_LEDGER"),
    ),
    Function(
        "erase_stores",
        "EraseStores",
        (
            *each(
                "Desk",
                Query="request contact conversation fetch kept",
                BatchGetItem=_NAMED,
                UpdateItem="request barrier",
                DeleteItem="contact conversation",
                BatchWriteItem=f"{_ERASED} kept",
            ),
            *each("Index", BatchGetItem=_NAMED, DeleteItem="alias text words", BatchWriteItem=_ERASED),
            _LIST_FILES,
            files("DeleteObject", "AbortMultipartUpload"),
        ),
        (*_OF_REQUEST, "TABLE_INDEX", "FILES_BUCKET"),
    ),
    Function("settle", "Settle", _WAIT, _OF_REQUEST),
    Function(
        "verify_absence",
        "VerifyAbsence",
        (
            *each(
                "Desk",
                Query="request contact conversation fetch kept",
                BatchGetItem=_LISTED,
                UpdateItem="request",
            ),
            *each("Index", BatchGetItem=_LISTED, UpdateItem="fence"),
            keys("BatchGetItem"),
            list_files("ListBucketVersions", "ListBucketMultipartUploads"),
            secrets("Vault", "Inbound", "TextKey"),
            OPEN_VAULT,
        ),
        (*_WITH_VAULT, "TABLE_INDEX", "SECRET_INBOUND", "SECRET_TEXT_KEY", "FILES_BUCKET"),
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
"""Functions that the state machine calls."""
