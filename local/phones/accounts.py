"""The accounts of the desk at Meta and Telegram, with the local run's fixed secrets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bot:
    """A Telegram bot. `secret` is sent in a header of each webhook; the account is the bot's id, the first part of its
    token."""

    token: str
    secret: str
    username: str
    name: str = "Support"

    @property
    def account(self) -> str:
        return self.token.partition(":")[0]


@dataclass(frozen=True)
class ProviderSecrets:
    """The desk's accounts and secrets at Meta and Telegram. The defaults are fixed and public."""

    phone_number_id: str = "100000000000001"
    access_token: str = "local-whatsapp-access-token"  # noqa: S105 - fixed, local, public
    app_secret: str = "local-whatsapp-app-secret"  # noqa: S105
    display_phone_number: str = "77000000000"
    business_account: str = "100000000000900"
    bots: tuple[Bot, ...] = (
        Bot("100000001:local-telegram-bot-token", "local-telegram-webhook-secret", "desk_help_bot"),
        Bot("100000002:local-telegram-bot-token-2", "local-telegram-webhook-secret-2", "desk_shop_bot"),
    )

    def bot(self, account: str) -> Bot | None:
        return next((bot for bot in self.bots if bot.account == account), None)

    def bot_by_token(self, token: str) -> Bot | None:
        return next((bot for bot in self.bots if bot.token == token), None)


@dataclass(frozen=True)
class Pace:
    """How fast the stand-ins act, in seconds of real time; tests use shorter times.

    `sent`, `delivered` and `read` are the times until each status of a message.
    """

    sent: float = 0.2
    delivered: float = 0.6
    read: float = 1.2
    retries: tuple[float, ...] = (1, 2, 4, 8, 16, 32, 64)
    """Pauses between the attempts to deliver a webhook; after the last attempt the stand-in gives up."""
    answer_within: float = 30
    """How long an answer to a webhook may take before the attempt counts as failed."""
