"""Retention on real tables, queues and stream of the embedded AWS."""

from tests.support.delivery.desk import metrics
from tests.support.retention.desk import desk, wake_ups

__all__ = ["desk", "metrics", "wake_ups"]
