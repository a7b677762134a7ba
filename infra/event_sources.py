"""What wakes each function and how failures are tried again: the stream, the queues, the schedule.

How many records one call takes (`batch_size`) stands in app.py, because chalice makes the event sources.
"""

from infra import queues
from infra.definitions import Json

_PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def _queue_source(logical_id: str, concurrency: int) -> Json:
    """Return the event source of a queue. `concurrency` limits its readers: without it Lambda takes messages that the
    function's reserved concurrency then refuses, and each refusal costs the message one of its tries."""
    scaling = {"ScalingConfig": {"MaximumConcurrency": concurrency}}
    return {"Queue": {"Fn::GetAtt": [logical_id, "Arn"]}} | scaling | _PARTIAL


EVENTS: dict[str, dict[str, Json]] = {
    "Relay": {
        "RelayDynamodbEventSource": {
            "Stream": {"Fn::GetAtt": ["DeskTable", "StreamArn"]},
            "StartingPosition": "TRIM_HORIZON",
            **_PARTIAL,
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 20,
            "MaximumRecordAgeInSeconds": 43_200,
            "DestinationConfig": {
                "OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": [queues.STREAM_DEAD_QUEUE, "Arn"]}}
            },
        }
    },
    "Sender": {"SenderSqsEventSource": _queue_source("DoorbellQueue", 15)},
    "Uploader": {"UploaderSqsEventSource": _queue_source("UploadingQueue", 5)},
    "Dater": {"DaterSqsEventSource": _queue_source("DatingQueue", 5)},
    "Indexer": {"IndexerSqsEventSource": _queue_source("IndexingQueue", 10)},
    "Privacy": {"PrivacySqsEventSource": _queue_source("PrivacyQueue", 5)},
    "Fetcher": {"FetcherSqsEventSource": _queue_source("FetchingQueue", 5)},
    "Mail": {"MailSqsEventSource": _queue_source("MailQueue", 5)},
    "Sweeper": {"SweeperEvent": {}},
    "Templates": {"TemplatesEvent": {}},
}
"""Properties that replace the placeholder ARNs of app.py, by function and event."""
RETRY_EVENT: Json = {"Type": "SQS", "Properties": {"BatchSize": 1} | _queue_source("RetryQueue", 5)}
