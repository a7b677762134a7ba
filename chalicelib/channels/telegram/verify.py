"""Checks that a webhook body is Telegram's, and finds the bot that it is for. Source: setWebhook's `secret_token` in
the Bot API."""

import hmac
from collections.abc import Mapping


def account_of(secrets: Mapping[str, str], header: str | None) -> str | None:
    """Return the account (bot id) whose webhook secret `header` is; None means 401.

    `secrets` maps account to secret. All of them are compared, each in constant time, so that the time of the
    answer reveals nothing. An empty secret never matches.
    """
    given = (header or "").encode("utf-8", "replace")
    found = None
    for account, secret in secrets.items():
        if hmac.compare_digest(secret.encode("utf-8"), given) and secret:
            found = account
    return found
