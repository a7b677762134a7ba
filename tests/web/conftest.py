"""The whole dashboard and API in one process."""

from tests.support.web.accounts import accounts, keys
from tests.support.web.desk import web

__all__ = ["accounts", "keys", "web"]
