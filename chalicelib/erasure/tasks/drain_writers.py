"""DrainWriters (state Settle): waits between the two erase passes until every writer that began before the first
ended."""

from chalicelib.core.clock import SECOND
from chalicelib.erasure.task import done_at
from chalicelib.privacy.requests.model import Request
from chalicelib.privacy.requests.vocabulary import Step

DRAIN_FOR = 15 * 60 * SECOND
"""How long the second erase pass waits for writers that began before the write barrier: more than the longest function
time-out (the uploader's 300 s) and the longest queue visibility (360 s) together, and than a form for the bytes of a
file is valid (300 s) and its upload takes."""


def due(request: Request) -> int:
    """Return when the last late writer has ended (ms)."""
    return done_at(request, Step.ERASED) + DRAIN_FOR
