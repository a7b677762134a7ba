"""Scenario 22: the secret names the bot."""

import pytest

from chalicelib.channels.telegram.verify import account_of

SECRETS = {"100000001": "local-telegram-webhook-secret", "100000002": "local-telegram-webhook-secret-2"}


def test_the_secret_names_the_bot() -> None:
    assert account_of(SECRETS, "local-telegram-webhook-secret") == "100000001"
    assert account_of(SECRETS, "local-telegram-webhook-secret-2") == "100000002"


@pytest.mark.parametrize("header", [None, "", "local-telegram-webhook-secret-3", "құпия", "\udcff"])
def test_a_wrong_secret_names_nobody(header: str | None) -> None:
    assert account_of(SECRETS, header) is None
    assert account_of({"100000001": ""}, header) is None
