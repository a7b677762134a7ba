"""Stand-in phones of the local run: a page on which customers are played, the providers behind it, test controls."""

from local.phones.accounts import Bot, Pace, ProviderSecrets
from local.phones.app import create_app

__all__ = ["Bot", "Pace", "ProviderSecrets", "create_app"]
