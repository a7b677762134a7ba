"""Logs and metrics without personal data.

Logs are JSON lines of Powertools: one `event` word and fields of an allow-list. Any other field raises an error, so
that a test finds it before an incident does. Metrics use CloudWatch's embedded format with few dimensions.
"""

import json
import logging
import sys
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.logging import Logger

NAMESPACE = "HelpDesk"
FIELDS = frozenset(
    "action attempt by channel code contact_id conversation_id count error function kind message_ref method ms"
    " operation outcome part queue reason request_id role route staff_id state status ticket_id".split()
)
"""Fields that a log line may have: our own ids, fixed words and numbers."""

_QUIET = dict.fromkeys(("httpx", "httpcore", "botocore", "urllib3"), logging.WARNING)
"""Log levels of libraries that would log tokens (httpx, at INFO). A channel quietens its own provider's library."""


@cache
def _logger() -> "Logger":
    from aws_lambda_powertools.logging import (
        Logger,  # storing a message usually writes no log line and needs none of it
    )

    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    return Logger(service="helpdesk", log_uncaught_exceptions=False, utc=True, location=None)


def _allowed(fields: Mapping[str, Any]) -> None:
    unknown = fields.keys() - FIELDS
    if unknown:
        raise ValueError(f"these fields may not be logged: {', '.join(sorted(unknown))}")


def log(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one log line. Raises ValueError for a field outside FIELDS."""
    _allowed(fields)
    write = _logger().error if level == logging.ERROR else _logger().info
    write(event, extra=fields)


@cache
def _auditor() -> "Logger":
    """Return the audit logger, whose level does not follow LOG_LEVEL: access is always recorded."""
    from aws_lambda_powertools.logging import Logger

    return Logger(service="helpdesk-audit", level=logging.INFO, log_uncaught_exceptions=False, utc=True, location=None)


def audit(event: str, **fields: Any) -> None:
    """Write one audit line about who did or read what, independent of LOG_LEVEL. Raises ValueError as `log` does."""
    _allowed(fields)
    _auditor().info(event, extra=fields)


def log_error(event: str, error: BaseException, **fields: Any) -> None:
    """Write one error line: the error's class and the source line, never its text, which may quote data."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if code.co_filename else place
        trace = trace.tb_next
    log(event, level=logging.ERROR, error=type(error).__name__, reason=place, **fields)


def count(name: str, value: float = 1, *, unit: str = "Count", **dimensions: str) -> None:
    """Write one metric in CloudWatch's embedded format to standard output; nothing for zero. A metric is paid for by
    the hours in which it is published, and alarms take a missing value for a good one."""
    if not value:
        return
    record = {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [sorted(dimensions)],
                    "Metrics": [{"Name": name, "Unit": unit}],
                }
            ],
        },
        **dimensions,
        name: value,
    }
    sys.stdout.write(json.dumps(record) + "\n")
