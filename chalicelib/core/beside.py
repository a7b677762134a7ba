"""Runs one piece of work in a thread beside another one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Run `work` in a thread while the block runs. Yields a function that waits for its result, or raises what it
    raised. The block ends when both have."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work).result
