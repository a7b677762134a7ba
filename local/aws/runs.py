"""Executions of workflows on the embedded AWS: which of them are at work, and which wait for somebody."""

import time
from collections.abc import Iterator
from typing import Any

from local.aws.ministack import client
from local.aws.stack import Stack

_HUNG_AFTER = 20.0
"""Seconds after which nobody is at work any more on a wait whose token was never kept: its function has failed. AWS
would try it again or fail the run; the embedded AWS lets the run hang, so it is stopped here, and the desk's watch
starts the next one."""
_WAITS = ".waitForTaskToken"


class Runs:
    """Looks at the executions of one run of the desk, and stops those that hang."""

    def __init__(self, endpoint: str, stack: Stack) -> None:
        self._states = client("stepfunctions", endpoint)
        self._dynamodb = client("dynamodb", endpoint)
        self._machine = stack.outputs["ErasureMachineArn"]
        self._table = stack.tables["desk"]

    def busy(self) -> Iterator[str]:
        """Names of the executions that are at work now. Each is looked at when it is its turn."""
        pages = self._states.get_paginator("list_executions").paginate(
            stateMachineArn=self._machine, statusFilter="RUNNING"
        )
        running = [run for page in pages for run in page["executions"]]
        parked = self._parked() if running else set()
        for run in running:
            if not self._waits(run, parked):
                yield run["name"]

    def _waits(self, run: dict[str, Any], parked: set[str]) -> bool:
        last = self._states.get_execution_history(
            executionArn=run["executionArn"], reverseOrder=True, maxResults=1, includeExecutionData=False
        )["events"][0]
        if not str(last.get("taskScheduledEventDetails", {}).get("resource", "")).endswith(_WAITS):
            return False
        if run["name"] in parked:
            return True
        hung: bool = time.time() - last["timestamp"].timestamp() > _HUNG_AFTER
        if hung:
            self._states.stop_execution(executionArn=run["executionArn"], error="Hung")
        return hung

    def _parked(self) -> set[str]:
        """Names of the runs whose token lies on a request's row."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="unsent",
            KeyConditionExpression="due = :wake",
            FilterExpression="attribute_exists(#token)",
            ExpressionAttributeNames={"#token": "token"},
            ExpressionAttributeValues={":wake": {"S": "wake#0"}},
        )
        return {f"{item['request_id']['S']}-{item['run']['N']}" for page in pages for item in page["Items"]}
