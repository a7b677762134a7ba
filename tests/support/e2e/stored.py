"""Everything that the running desk has stored, sent and written down."""

import gzip
from collections.abc import Iterator
from typing import Any


def everything(client: Any) -> Iterator[tuple[str, bytes]]:
    """Yield what lies in tables, buckets, queues, logs, metrics and workflow histories, with a name of the place."""
    dynamodb = client("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                yield table, repr(item).encode() + b"".join(one["B"] for one in item.values() if "B" in one)
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for listed in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ()):
            body = s3.get_object(Bucket=bucket["Name"], Key=listed["Key"])["Body"].read()
            yield bucket["Name"], body if body[:2] != b"\x1f\x8b" else gzip.decompress(body)
    sqs = client("sqs")
    for url in sqs.list_queues().get("QueueUrls", ()):
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get(
            "Messages", ()
        ):
            yield url, repr(message).encode()
    logs = client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            for event in page["events"]:
                yield group["logGroupName"], event["message"].encode()
    metrics = client("cloudwatch")
    for page in metrics.get_paginator("list_metrics").paginate():
        yield "metrics", repr(page["Metrics"]).encode()
    yield from _runs(client("stepfunctions"))
    yield from _stream(client("dynamodbstreams"))


def _runs(machines: Any) -> Iterator[tuple[str, bytes]]:
    """What the workflow shows of each run: input, output, error, and every step of its history."""
    for machine in machines.list_state_machines()["stateMachines"]:
        of_machine = {"stateMachineArn": machine["stateMachineArn"]}
        for page in machines.get_paginator("list_executions").paginate(**of_machine):
            for run in page["executions"]:
                one = {"executionArn": run["executionArn"]}
                yield machine["name"], repr(machines.describe_execution(**one)).encode()
                for history in machines.get_paginator("get_execution_history").paginate(**one):
                    yield machine["name"], repr(history["events"]).encode()


def _stream(streams: Any) -> Iterator[tuple[str, bytes]]:
    """The records that the stream of each table still holds."""
    for stream in streams.list_streams()["Streams"]:
        arn = stream["StreamArn"]
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            iterator = streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator:
                answer = streams.get_records(ShardIterator=iterator)
                for record in answer["Records"]:
                    images = [record["dynamodb"].get(name, {}) for name in ("Keys", "NewImage", "OldImage")]
                    raw = b"".join(one["B"] for image in images for one in image.values() if "B" in one)
                    yield stream["TableName"], repr(images).encode() + raw
                iterator = answer.get("NextShardIterator") if answer["Records"] else None
