"""Messages arrive through the real intake, replies go out to a provider on 127.0.0.1."""

from tests.support.delivery.desk import desk, metrics
from tests.support.delivery.wired import queues

__all__ = ["desk", "metrics", "queues"]
