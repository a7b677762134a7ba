"""The whole dashboard and API in one process."""

from tests.support.web.desk import accounts, keys, web

__all__ = ["accounts", "keys", "web"]
