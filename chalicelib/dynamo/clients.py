"""AWS clients with short time-outs. botocore alone: a boto3 session would only add to a cold start."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Our own typed code builds every request and tests run it against a strict engine; checking each attribute
    # again costs a tenth of a message's processor time, and so does telling AWS each time what we run on.
    parameter_validation=False,
    user_agent="spoint-helpdesk",
)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def client(service: str) -> Any:
    """Return this process's client of a service; region, endpoint and credentials come from the environment."""
    return _session().create_client(service, config=_CONFIG)
