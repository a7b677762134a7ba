"""How long a change that met another one goes on trying."""

import random
import time

TRIES = 10
"""How often a change that met another is built and tried anew."""


def sleep_with_jitter(attempt: int) -> None:
    """Wait a random time, up to 20 ms doubled at each try and 400 ms at most, so that rivals part."""
    time.sleep(random.uniform(0, min(0.4, 0.02 * 2**attempt)))
