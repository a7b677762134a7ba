"""AWS clients with short time-outs. They come from botocore, because importing boto3 would slow down cold starts."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Typed code builds every request and the tests run it against a strict engine. Validating each parameter again
    # costs a tenth of a message's processor time, and so does building botocore's full user agent.
    parameter_validation=False,
    user_agent="spoint-helpdesk",
)

_OF_FILES = Config(
    read_timeout=20,  # the answer comes after the last byte of a large file
    # Links name the region's own host; the global one would redirect.
    signature_version="s3v4",
    s3={"addressing_style": "virtual"},
)

_OF_MAIL = Config(
    read_timeout=15,
    # SES knows no key of idempotency: a repeated call is another mail. The sender tries again by itself.
    retries={"mode": "standard", "total_max_attempts": 1},
)
_BY_SERVICE = {"s3": _OF_FILES, "sesv2": _OF_MAIL}


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def client(service: str) -> Any:
    """Return the process-wide client of a service. Region, endpoint and credentials come from the environment."""
    return _session().create_client(service, config=_CONFIG.merge(_BY_SERVICE.get(service, Config())))


def direct_client() -> Any:
    """Return a client of DynamoDB for intake, which makes its two calls in half the processor time."""
    from chalicelib.dynamo.direct import DirectClient

    session = _session()
    return DirectClient(client("dynamodb"), session.get_credentials(), session.get_config_variable("ca_bundle") or True)
