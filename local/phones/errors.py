"""The error with which the phones refuse bad input. Nothing was changed then."""


class Refused(Exception):
    """The request is refused. `message` says why and what to do, and is shown to the user unchanged."""

    def __init__(self, message: str, status: int = 400, code: str = "bad_input") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
