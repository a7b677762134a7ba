"""Ends what a Lambda process of the local run logs in one invocation. See sitecustomize.py."""

import sys


def install() -> None:
    """Write an empty line to the log before each answer.

    After an answer the embedded AWS waits until the log has been quiet for 5 ms, but 50 ms for the first line: an
    invocation that logs nothing would cost ten times as much as one that does. It keeps no empty line at the end.
    Source: ministack 1.5, core/lambda_runtime.py, _drain_stderr_bounded.
    """
    write = sys.stdout.write

    def answer(text: str) -> int:
        sys.stderr.write("\n")
        sys.stderr.flush()
        return write(text)

    sys.stdout.write = answer  # type: ignore[method-assign]
