"""Stops fetching before a provider blocks an account for failed fetches."""

from dataclasses import dataclass

from chalicelib.channels import registry
from chalicelib.core.clock import HOUR, SECOND
from chalicelib.dynamo.schema import FETCHES
from chalicelib.dynamo.tables import Tables


@dataclass(frozen=True)
class Breaker:
    """Counts an account's fetches that run or have failed, by hours of the clock. All methods raise Unavailable.

    An hour takes less than half of what the provider lets fail within 60 minutes, because these reach into two hours.
    One that dies leaves itself counted until the hour is over.
    """

    tables: Tables

    def take(self, channel: str, account: str, now: int) -> int:
        """Count a fetch that begins; return 0, or until when (ms) none may begin."""
        most = (registry.channel(channel).failed_fetches - 1) // 2
        if most < 0:
            return 0
        hour = now // HOUR
        values = {"one": 1, "most": most, "until": (hour + 2) * HOUR // SECOND}
        expression = "SET expires_at = :until ADD attempts :one"
        free = "attribute_not_exists(attempts) OR attempts < :most"
        taken = self.tables.update("fetches", FETCHES.key(account, hour), expression, free, values)
        return 0 if self.tables.write(taken) else (hour + 1) * HOUR

    def give_back(self, channel: str, account: str, began: int) -> None:
        """Count a fetch no more that began then (ms) and did not fail."""
        if registry.channel(channel).failed_fetches:
            key, values = FETCHES.key(account, began // HOUR), {"less": -1, "none": 0}
            self.tables.write(self.tables.update("fetches", key, "ADD attempts :less", "attempts > :none", values))
