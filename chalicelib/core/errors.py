"""Expected failures. Each message says what happened and what to do; `permanent` is False when a retry can help."""


class DeskError(Exception):
    """Base of every expected failure. `code` is a stable word for programs, `message` a text for people; neither holds
    personal data. `status` is the HTTP status, `retry_after` the seconds after which trying again may help, if
    they are known."""

    status = 500
    code = "error"
    permanent = True
    retry_after: float | None = None

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code


class BadInput(DeskError):
    """The request is not as documented; nothing was changed."""

    status, code = 400, "bad_input"


class NotSignedIn(DeskError):
    """No valid session or signature."""

    status, code = 401, "not_signed_in"


class Forbidden(DeskError):
    """Signed in, but the role (or an unsigned undertaking) does not allow it."""

    status, code = 403, "forbidden"


class NotFound(DeskError):
    """There is no such record, or its retention has ended."""

    status, code = 404, "not_found"


class Conflict(DeskError):
    """The record changed since it was read, or its state does not allow this."""

    status, code = 409, "conflict"


class TooLarge(DeskError):
    """The body is larger than the limit."""

    status, code = 413, "too_large"


class Unavailable(DeskError):
    """A service that we need did not answer; try again."""

    status, code, permanent = 503, "unavailable", False
    retry_after = 10


class NoIndex(Unavailable):
    """DynamoDB has not built the index yet."""
