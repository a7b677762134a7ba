"""Retries after a conflict with a concurrent writer: how many, and how long to sleep in between."""

import random
import time

TRIES = 10
"""How many times a change is attempted when concurrent writers conflict with it."""


def sleep_with_jitter(attempt: int) -> None:
    """Sleep with full jitter (20 ms, doubled per attempt, 400 ms at most) so that concurrent writers do not collide
    again."""
    time.sleep(random.uniform(0, min(0.4, 0.02 * 2**attempt)))
