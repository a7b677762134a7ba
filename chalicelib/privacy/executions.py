"""Starts, describes and answers runs of the workflow through Step Functions."""

from enum import Enum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable


class RunStatus(Enum):
    """A run RUNS, has ENDED in any way, or was NEVER started."""

    RUNS = "runs"
    ENDED = "ended"
    NEVER = "never"


_GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""Errors for a token with which no run waits: it was answered before, or its run has ended."""


class Executions:
    """Runs of one state machine. All methods raise Unavailable."""

    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, name: str, given: str) -> None:
        """Start the run of this name with `given` (JSON). Nothing happens for a name that was used within the 90 days
        for which Step Functions remembers names."""
        try:
            self._client.start_execution(stateMachineArn=self._machine_arn, name=name, input=given)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise Unavailable("The workflow did not start; try again.") from error
        except BotoCoreError as error:
            raise Unavailable("The workflow did not answer; try again.") from error

    def status(self, name: str) -> RunStatus:
        """Return whether the run of this name runs, has ended or never started."""
        arn = f"{self._machine_arn.replace(':stateMachine:', ':execution:', 1)}:{name}"
        try:
            answer = self._client.describe_execution(executionArn=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return RunStatus.NEVER
            raise Unavailable("The workflow did not answer; try again.") from error
        except BotoCoreError as error:
            raise Unavailable("The workflow did not answer; try again.") from error
        return RunStatus.RUNS if answer["status"] in ("RUNNING", "PENDING_REDRIVE") else RunStatus.ENDED

    def answer(self, token: str, outcome: str) -> bool:
        """Let the run that waits with this token go on with the word `outcome`; False when no run waits with it."""
        try:
            self._client.send_task_success(taskToken=token, output=f'{{"outcome": "{outcome}"}}')
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise Unavailable("The workflow did not answer; try again.") from error
            return False
        except BotoCoreError as error:
            raise Unavailable("The workflow did not answer; try again.") from error
        return True
