"""Forgets what one process has made of former settings, as another process would never have known it."""

import sys

from chalicelib.core.settings import settings
from chalicelib.dynamo import clients


def forget_wiring() -> None:
    """Forget settings and everything that wiring has made of them."""
    settings.cache_clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("chalicelib.wiring."):
            for made in vars(module).values():
                if hasattr(made, "cache_clear") and made.__module__ == name:
                    made.cache_clear()


def forget_clients() -> None:
    """Forget clients and their session, with the credentials that it has found."""
    clients.client.cache_clear()
    clients._session.cache_clear()
