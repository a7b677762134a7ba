"""Calls each channel's provider with the account's token over a connection that is kept open.

A channel's module is imported when it is first used, because python-telegram-bot alone costs 200 ms.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.channels.base import OutboundText, SendError, SendResult
from chalicelib.core.addresses import Channel
from chalicelib.core.settings import Settings
from chalicelib.vault.secrets import Secrets

if TYPE_CHECKING:
    import requests


class ChannelProviders:
    """Meta's Cloud API and Telegram's Bot API, at the addresses of the settings."""

    def __init__(self, config: Settings, secrets: Secrets) -> None:
        self._config = config
        self._secrets = secrets

    def send(self, channel: Channel, message: OutboundText) -> SendResult:
        """Send one piece of text. Raises SendError and Unavailable."""
        token = self._token(channel, message.account)
        if channel == "whatsapp":
            from chalicelib.channels.whatsapp.send import send_text as send_whatsapp

            return send_whatsapp(
                message,
                session=self._session,
                api=self._config.whatsapp_api,
                token=token,
                recipient_field=self._config.whatsapp_recipient_field,
            )
        from chalicelib.channels.telegram.send import send_text as send_telegram

        return send_telegram(message, token=token, api=self._config.telegram_api)

    def answer_callback(self, channel: Channel, account: str, callback_id: str) -> None:
        """Confirm a pressed button; only Telegram wants that. Raises SendError and Unavailable."""
        if channel != "telegram":
            return
        from chalicelib.channels.telegram.send import answer_callback

        answer_callback(account, callback_id, token=self._token(channel, account), api=self._config.telegram_api)

    def token_changed(self, channel: Channel, account: str) -> bool:
        """Read the account's token anew; return whether it has changed. Raises Unavailable."""
        before = self._tokens(channel).get(account)
        self._secrets.forget(self._config.secret_outbound)
        return self._tokens(channel).get(account) != before

    def _tokens(self, channel: Channel) -> dict[str, str]:
        outbound = self._secrets.outbound(self._config.secret_outbound)
        return {"whatsapp": outbound.whatsapp, "telegram": outbound.telegram}.get(channel, {})

    def _token(self, channel: Channel, account: str) -> str:
        if channel not in ("whatsapp", "telegram"):
            raise SendError("This channel has no provider.", code="no_provider", permanent=True)
        token = self._tokens(channel).get(account, "")
        if not token:
            raise SendError("The outbound secret has no token for this account.", code="no_token", stops_channel=True)
        return token

    @cached_property
    def _session(self) -> "requests.Session":
        from chalicelib.channels.whatsapp.send import new_session

        return new_session()
