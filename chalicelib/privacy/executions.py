"""The runs of the workflow, as Step Functions knows them."""

from enum import Enum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.errors import Unavailable


class RunStatus(Enum):
    """RUNS; has ENDED, in whatever way; or was NEVER started."""

    RUNS = "runs"
    ENDED = "ended"
    NEVER = "never"


_GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""A token that nobody waits with: answered before, or its run has ended."""


class Executions:
    """Starts, watches and answers runs. All methods raise Unavailable."""

    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, name: str, given: str) -> None:
        """Start the run of this name with `given` (JSON). A name that was used before, within the 90 days for which
        Step Functions remembers names, starts nothing."""
        try:
            self._client.start_execution(stateMachineArn=self._machine_arn, name=name, input=given)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise Unavailable("The workflow did not start; try again.") from error
        except BotoCoreError as error:
            raise Unavailable("The workflow did not answer; try again.") from error

    def status(self, name: str) -> RunStatus:
        """How the run of this name stands."""
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
        """Let the run that waits with this token go on with one word; False when none waits with it."""
        try:
            self._client.send_task_success(taskToken=token, output=f'{{"outcome": "{outcome}"}}')
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise Unavailable("The workflow did not answer; try again.") from error
            return False
        except BotoCoreError as error:
            raise Unavailable("The workflow did not answer; try again.") from error
        return True
