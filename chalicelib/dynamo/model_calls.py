"""One place that turns pynamodb's errors into ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.exceptions import DoesNotExist, PynamoDBException

from chalicelib.core.errors import Unavailable


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise Unavailable for a storage that does not answer. Failed conditions pass through as they are."""
    try:
        yield
    except DoesNotExist:
        raise
    except PynamoDBException as error:
        if error.cause_response_code in ("ConditionalCheckFailedException", "TransactionCanceledException"):
            raise
        raise Unavailable("The storage did not answer; try again in a minute.") from error
