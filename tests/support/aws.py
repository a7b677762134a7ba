"""A running embedded AWS, and clients that reach its tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws import ministack as embedded


@dataclass(frozen=True)
class Aws:
    """A running embedded AWS. `client` makes a boto3 client of a service with root credentials."""

    endpoint: str
    client: Callable[[str], Any]


@contextmanager
def tables_at(endpoint: str) -> Iterator[str]:
    """Clients of DynamoDB and of its streams that name no endpoint use this one."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in embedded.CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_DEFAULT_REGION", embedded.REGION)
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
        patch.setenv("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", endpoint)
        yield endpoint
