"""What an alarm is."""

from dataclasses import dataclass, field

from infra.definitions import Json

NAMESPACE = "HelpDesk"
"""Namespace of the metrics of our own code (chalicelib/core/observability.py)."""


@dataclass(frozen=True)
class Alarm:
    """One alarm over `periods` periods of `period` seconds. It fires above the threshold `above`, or below it with
    `below`."""

    logical_id: str
    name: str
    runbook: str
    says: str
    namespace: str
    metric: str
    above: float
    dimensions: dict[str, Json | str] = field(default_factory=dict)
    statistic: str = "Sum"
    period: int = 60
    periods: int = 1
    below: bool = False
    missing: str = "notBreaching"
    page: bool = True


def of_function(logical_id: str) -> dict[str, Json | str]:
    """Return the dimensions of a function's metrics."""
    return {"FunctionName": {"Ref": logical_id}}
