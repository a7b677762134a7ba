"""Sends by letting it be read: what is sent lies behind the person's private link from then on. Nobody is called."""

import time

from chalicelib.channels.base import OutboundMessage, SendError, SendResult, Signal


class PageSender:
    """Says that a message was sent, under its own reference."""

    def send(self, message: OutboundMessage, _token: str) -> SendResult:
        """Return the message's reference as its id: the page shows what is sent."""
        return SendResult(message.reference, int(time.time()))

    def confirm_press(self, account: str, press: str, token: str) -> None:
        """Do nothing: a pressed button has loaded the page anew."""

    def signal(self, _signal: Signal, _token: str) -> None:
        """Refuse a sign that this channel has not. Raises SendError."""
        raise SendError("A page of ours shows no signs.", code="no_signal", permanent=True)
