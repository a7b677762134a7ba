"""Turns errors of pynamodb into Unavailable."""

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.exceptions import DoesNotExist, PynamoDBException

from chalicelib.core.errors import Unavailable


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise Unavailable when the storage does not answer. Failed conditions and DoesNotExist pass through."""
    try:
        yield
    except DoesNotExist:
        raise
    except PynamoDBException as error:
        if error.cause_response_code in ("ConditionalCheckFailedException", "TransactionCanceledException"):
            raise
        raise Unavailable("The storage did not answer; try again in a minute.") from error
