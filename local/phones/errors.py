"""How a control or a play refuses bad input: a clear sentence, and nothing changed."""


class Refused(Exception):
    """The request cannot be done. `message` says why and what to do, and is shown as it stands."""

    def __init__(self, message: str, status: int = 400, code: str = "bad_input") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
