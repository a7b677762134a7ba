"""Executions of the erasure workflow on the embedded AWS: which are at work, and which wait to be resumed."""

import time
from collections.abc import Iterator
from typing import Any

from local.aws.ministack import client
from local.aws.stack import Stack

_HUNG_AFTER = 20.0
"""Seconds after which a wait without a stored task token counts as hung: the function that stores the token has failed.

AWS would try the function again or fail the run. The embedded AWS does neither, so the run is stopped here, and the
desk's monitor starts the next one.
"""
_WAITS = ".waitForTaskToken"


class Runs:
    """Looks at the workflow executions of one local run, and stops those that hang."""

    def __init__(self, endpoint: str, stack: Stack) -> None:
        self._states = client("stepfunctions", endpoint)
        self._dynamodb = client("dynamodb", endpoint)
        self._machine = stack.outputs["ErasureMachineArn"]
        self._table = stack.tables["desk"]

    def busy(self) -> Iterator[str]:
        """Yield the names of the executions that are at work now. Each is looked up only when it is asked for."""
        pages = self._states.get_paginator("list_executions").paginate(
            stateMachineArn=self._machine, statusFilter="RUNNING"
        )
        running = [run for page in pages for run in page["executions"]]
        resumable = self._resumable() if running else set()
        for run in running:
            if not self._is_waiting(run, resumable):
                yield run["name"]

    def _is_waiting(self, run: dict[str, Any], resumable: set[str]) -> bool:
        last = self._states.get_execution_history(
            executionArn=run["executionArn"], reverseOrder=True, maxResults=1, includeExecutionData=False
        )["events"][0]
        if not str(last.get("taskScheduledEventDetails", {}).get("resource", "")).endswith(_WAITS):
            return False
        if run["name"] in resumable:
            return True
        hung: bool = time.time() - last["timestamp"].timestamp() > _HUNG_AFTER
        if hung:
            self._states.stop_execution(executionArn=run["executionArn"], error="Hung")
        return hung

    def _resumable(self) -> set[str]:
        """Return the names of the executions that can be resumed: their task token is stored on a request's row."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="unsent",
            KeyConditionExpression="due = :wake",
            FilterExpression="attribute_exists(#token)",
            ExpressionAttributeNames={"#token": "token"},
            ExpressionAttributeValues={":wake": {"S": "wake#0"}},
        )
        return {f"{item['request_id']['S']}-{item['run']['N']}" for page in pages for item in page["Items"]}
