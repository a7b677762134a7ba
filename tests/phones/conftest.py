"""The phones over real HTTP."""

from tests.support.phones.phones import phones

__all__ = ["phones"]
