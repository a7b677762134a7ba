"""Stand-in phones: what Meta, Telegram and the customers' phones would be, in the local run only."""

from local.phones.accounts import Bot, Pace, ProviderSecrets
from local.phones.app import create_app

__all__ = ["Bot", "Pace", "ProviderSecrets", "create_app"]
