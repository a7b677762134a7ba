"""Forgets what one process has made of former settings, as another process would never have known it."""

import pkgutil
import sys

from chalicelib import wiring
from chalicelib.core.settings import settings
from chalicelib.dynamo import clients

_ROOM = [f"{wiring.__name__}.{one.name}" for one in pkgutil.iter_modules(wiring.__path__)]
_CACHED = type(settings)


def forget_wiring() -> None:
    """Forget settings and everything that wiring has made of them."""
    settings.cache_clear()
    for name in _ROOM:
        if name in sys.modules:
            for made in vars(sys.modules[name]).values():
                if type(made) is _CACHED and made.__module__ == name:
                    made.cache_clear()


def forget_clients() -> None:
    """Forget clients and their session, with the credentials that it has found."""
    clients.client.cache_clear()
    clients._session.cache_clear()
