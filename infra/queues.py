"""The queues, each with its dead-letter queue, encrypted, and refusing calls without TLS."""

from dataclasses import dataclass

from infra.definitions import Json

DAY = 86_400
DEAD_LETTER_DAYS = 14


@dataclass(frozen=True)
class Queue:
    """One queue. `visibility` (seconds) exceeds the reader's time limit; after `tries` a message becomes a dead
    letter."""

    logical_id: str
    name: str
    visibility: int
    tries: int
    fifo: bool = False

    @property
    def dead_id(self) -> str:
        """Logical id of its dead-letter queue."""
        return self.logical_id.removesuffix("Queue") + "DeadQueue"


QUEUES = (
    # A wake-up message in flight holds back its whole conversation, so the visibility is short.
    Queue("DoorbellQueue", "doorbell", visibility=60, tries=10, fifo=True),
    Queue("RetryQueue", "retry", visibility=60, tries=10),
    Queue("UploadingQueue", "uploading", visibility=360, tries=10),
    Queue("DatingQueue", "dating", visibility=180, tries=5),
    Queue("IndexingQueue", "indexing", visibility=180, tries=5),
    Queue("PrivacyQueue", "privacy", visibility=180, tries=10),
    Queue("FetchingQueue", "fetching", visibility=180, tries=5),
    # A raw mail stays for a day at least: the tries take less.
    Queue("MailQueue", "mail", visibility=360, tries=20),
)
MAIL_TAKES = 3 * 3600
"""Seconds after which no try to store a raw mail is to be expected any more: those of its queue take two hours."""
STREAM_DEAD_QUEUE = "RelayDeadQueue"
"""Where the stream's event source puts records that the stream router could not handle; it belongs to no queue."""


def resources() -> Json:
    """Return queues, dead-letter queues and the policy of all of them."""
    found: Json = {}
    for queue in QUEUES:
        found[queue.dead_id] = _dead(f"{queue.name}-dead", queue.fifo)
        found[queue.logical_id] = _queue(queue)
    found[STREAM_DEAD_QUEUE] = _dead("relay-dead", False)
    for logical_id in list(found):
        found[f"{logical_id}Policy"] = _tls_only(logical_id)
    return found


def dead_letter_ids() -> list[str]:
    """Return the logical ids of all dead-letter queues."""
    return [queue.dead_id for queue in QUEUES] + [STREAM_DEAD_QUEUE]


def _name(name: str, fifo: bool) -> Json:
    properties: Json = {"QueueName": {"Fn::Sub": f"${{AWS::StackName}}-{name}" + (".fifo" if fifo else "")}}
    return properties | ({"FifoQueue": True} if fifo else {}) | {"SqsManagedSseEnabled": True}


def _queue(queue: Queue) -> Json:
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": _name(queue.name, queue.fifo)
        | {
            "VisibilityTimeout": queue.visibility,
            "MessageRetentionPeriod": 4 * DAY,
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": [queue.dead_id, "Arn"]},
                "maxReceiveCount": queue.tries,
            },
        },
    }


def _dead(name: str, fifo: bool) -> Json:
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": _name(name, fifo) | {"MessageRetentionPeriod": DEAD_LETTER_DAYS * DAY},
    }


def _tls_only(logical_id: str) -> Json:
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Condition": "TlsOnly",
        "Properties": {
            "Queues": [{"Ref": logical_id}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "TlsOnly",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "sqs:*",
                        "Resource": {"Fn::GetAtt": [logical_id, "Arn"]},
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        },
    }
