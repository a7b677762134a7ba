"""Finds out how far back the tables can be restored: by point-in-time recovery, and from backups on demand."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.clock import SECOND
from chalicelib.core.errors import Unavailable

BACKED_UP = ("desk", "keys", "ledger")
"""Logical names of the tables with point-in-time recovery; `index` has none."""


class Backups:
    """Reads the state of backups from DynamoDB. All methods raise Unavailable."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables

    def earliest(self) -> dict[str, int]:
        """Return the earliest moment (ms) to which each table can be restored."""
        return {name: self._earliest(self._tables[name]) for name in BACKED_UP}

    def _earliest(self, table: str) -> int:
        answer = self._call("describe_continuous_backups", TableName=table)
        described = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        at = described.get("EarliestRestorableDateTime")
        if at is None:
            raise Unavailable("AWS does not say how far back this table can be restored; is its recovery on?")
        return int(at.timestamp() * SECOND)

    def any_before(self, at: int) -> bool:
        """Whether a backup of any table, made by a person or by AWS, is as old as `at` (ms) or older."""
        return any(
            backup["BackupCreationDateTime"].timestamp() * SECOND <= at
            for name in BACKED_UP
            for backup in self._listed(self._tables[name])
            if backup.get("BackupStatus") != "DELETED"
        )

    def _listed(self, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        start: dict[str, str] = {}
        while True:
            page = self._call("list_backups", TableName=table, BackupType="ALL", **start)
            found += page.get("BackupSummaries", [])
            if not page.get("LastEvaluatedBackupArn"):
                return found
            start = {"ExclusiveStartBackupArn": page["LastEvaluatedBackupArn"]}

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(**request)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("AWS did not say how far back the tables can be restored; try again.") from error
        return answer
