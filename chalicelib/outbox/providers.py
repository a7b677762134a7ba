"""Calls each channel's provider with the account's token, by a sender that is made at its first use and kept."""

from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from chalicelib.channels import registry
from chalicelib.channels.base import OutboundMessage, Sender, SendError, SendResult, Signal
from chalicelib.channels.contract import Commands
from chalicelib.core.addresses import ChannelId
from chalicelib.core.settings import variable
from chalicelib.dynamo.clients import client
from chalicelib.vault.secrets import Secrets

if TYPE_CHECKING:
    from chalicelib.channels.fetching import FetchedFile, Fetcher


class ChannelProviders:
    """The senders of all channels. `secret_id` names the secret with their tokens; `setting` reads a setting of a
    channel by name and default; `aws` returns the client of a service of AWS, which some channels are given."""

    def __init__(
        self,
        secrets: Secrets,
        secret_id: str,
        setting: Callable[[str, str], str] = variable,
        aws: Callable[[str], Any] = client,
    ) -> None:
        self._secrets = secrets
        self._secret_id = secret_id
        self._setting = setting
        self._aws = aws
        self._senders: dict[ChannelId, Sender] = {}
        self._fetchers: dict[ChannelId, Fetcher] = {}

    def send(self, channel: ChannelId, message: OutboundMessage) -> SendResult:
        """Send one message. Raises SendError and Unavailable."""
        return self._sender(channel).send(message, self._token(channel, message.account))

    def confirm_press(self, channel: ChannelId, account: str, press: str) -> None:
        """Confirm a pressed button, where the channel wants that. Raises SendError and Unavailable."""
        if registry.channel(channel).confirms_presses:
            self._sender(channel).confirm_press(account, press, self._token(channel, account))

    def signal(self, channel: ChannelId, signal: Signal) -> None:
        """Pass a signal on. Raises SendError and Unavailable."""
        self._sender(channel).signal(signal, self._token(channel, signal.account))

    def fetch(self, channel: ChannelId, account: str, media_id: str, into: IO[bytes], most: int) -> "FetchedFile":
        """Write a file that a customer sent into `into`, `most` bytes at most. Raises FetchError and Unavailable."""
        from chalicelib.channels.fetching import FetchError

        declared, token = registry.channel(channel), self._found(channel, account)
        if declared.fetcher is None or (declared.fields("outbound") and not token):
            raise FetchError("This account has no provider, or no token.", code="no_provider")
        if channel not in self._fetchers:
            self._fetchers[channel] = declared.fetcher(self._settings(channel))
        return self._fetchers[channel].fetch(media_id, token, into, most)

    def drop(self, channel: ChannelId, media_id: str) -> None:
        """Delete a file that lies with us since it came, where the channel's files do: it is kept elsewhere by now. A
        failure does no harm, because the bucket deletes it a day later."""
        from chalicelib.channels.fetching import HoldingFetcher

        fetcher = self._fetchers.get(channel)
        if isinstance(fetcher, HoldingFetcher):
            fetcher.drop(media_id)

    def token_changed(self, channel: ChannelId, account: str) -> bool:
        """Read the account's token anew; return whether it has changed. Raises Unavailable."""
        before = self._found(channel, account)
        self._secrets.forget(self._secret_id)
        return self._found(channel, account) != before

    def set_commands(self, channel: ChannelId, account: str, commands: Commands) -> bool:
        """Set the commands that the application shows; return whether the channel has such a list. Raises SendError and
        Unavailable."""
        declared = registry.channel(channel)
        if declared.set_commands is None:
            return False
        declared.set_commands(self._settings(channel), account, self._token(channel, account), commands)
        return True

    def _sender(self, channel: ChannelId) -> Sender:
        declared = registry.channel(channel)
        if declared.sender is None:
            raise SendError("This channel has no provider.", code="no_provider", permanent=True)
        if channel not in self._senders:
            self._senders[channel] = declared.sender(self._settings(channel))
        return self._senders[channel]

    def _settings(self, channel: ChannelId) -> dict[str, Any]:
        declared = registry.channel(channel)
        clients = {service: self._aws(service) for service in declared.aws}
        return {one.name: self._setting(one.name, one.default) for one in declared.settings} | clients

    def _found(self, channel: ChannelId, account: str) -> str:
        fields = registry.channel(channel).fields("outbound")
        if not fields:  # pages of our own want no token
            return ""
        linked = self._secrets.outbound(self._secret_id).get(channel, {}).get(account, {})
        return next((linked.get(field, "") for field in fields), "")

    def _token(self, channel: ChannelId, account: str) -> str:
        token = self._found(channel, account)
        if not token and registry.channel(channel).fields("outbound"):
            raise SendError("The outbound secret has no token for this account.", code="no_token", stops_channel=True)
        return token
