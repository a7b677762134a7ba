"""What sending on any channel takes, returns and raises."""

from dataclasses import dataclass

from chalicelib.core.addresses import Address
from chalicelib.core.errors import DeskError
from chalicelib.core.failures import scrub as scrub
from chalicelib.messages.model import Button


@dataclass(frozen=True)
class OutboundText:
    """One text to one person.

    `account` is the id of our number or bot, `address` the recipient's. `reference` is our message reference; WhatsApp
    returns it with every status. `quote` is the provider id of the message that is answered. `buttons` stand under the
    last piece of the text.
    """

    account: str
    address: Address
    text: str
    reference: str = ""
    quote: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class SendResult:
    """The provider accepted the message. `sent_at` in epoch seconds; `more` are the ids of the second and later pieces
    of a text that is longer than one message may be."""

    provider_id: str
    sent_at: int
    more: tuple[str, ...] = ()


class SendError(DeskError):
    """A call to a provider did not succeed. Its message and code hold no text, address or token, so they may be logged.

    `permanent`: another try cannot help. `retry_after`: seconds that the provider asks us to wait, or None.
    `stops_channel`: nothing can be sent on this account until staff acts (a token, a payment, a ban); the message
    itself can be sent later. `ambiguous`: the provider may have accepted it although we have no answer. `said`: the
    provider's own words, scrubbed; empty when it said nothing. `sent`: provider ids of the pieces that were sent before
    this one; the next try skips as many. They contain the address, so they are sealed and not logged."""

    status, code = 502, "send_failed"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        permanent: bool = False,
        retry_after: float | None = None,
        stops_channel: bool = False,
        ambiguous: bool = False,
        sent: tuple[str, ...] = (),
        said: str = "",
    ) -> None:
        super().__init__(message, code=code)
        self.permanent = permanent
        self.retry_after = retry_after
        self.stops_channel = stops_channel
        self.ambiguous = ambiguous
        self.sent = sent
        self.said = said
