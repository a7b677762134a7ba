"""What every channel's sending has in common: what goes out, what comes back, what can go wrong."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.messages import Address, Button
from chalicelib.errors import DeskError

_LONG_NUMBER = re.compile(r"\+?\d{5,}")
_PROVIDER_ID = re.compile(r"wamid\.\S+")


@dataclass(frozen=True)
class OutboundText:
    """One text to one person.

    `account` is our number's or bot's id. `address` is where it goes. `reference` is our message reference;
    WhatsApp brings it back with every status. `quote` is the provider id of the message that is answered.
    `buttons` stand under the last piece of the text.
    """

    account: str
    address: Address
    text: str
    reference: str = ""
    quote: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class SendResult:
    """The provider accepted. `sent_at` in epoch seconds; `more` are the ids of the second and later pieces
    of a text that was longer than one message may be."""

    provider_id: str
    sent_at: int
    more: tuple[str, ...] = ()


class SendError(DeskError):
    """A call to a provider did not succeed. Its message and code hold no text, address or token of anybody,
    so they may be logged.

    `permanent`: another try cannot help. `retry_after`: seconds that the provider asks us to wait, or None.
    `stops_channel`: nothing can go out on this account until a person acts (a token, a payment, a ban); the
    message itself stays good. `ambiguous`: the provider may have accepted it although we have no answer.
    `sent`: provider ids of the pieces that did go out before this one (they hold the address: to be sealed,
    not logged); the next try skips as many.
    """

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
    ) -> None:
        super().__init__(message, code=code)
        self.permanent = permanent
        self.retry_after = retry_after
        self.stops_channel = stops_channel
        self.ambiguous = ambiguous
        self.sent = sent


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a provider's explanation without anything that could name a person: at most 200 characters,
    without `secrets` (what we sent), long numbers and provider ids."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    text = _PROVIDER_ID.sub("…", text)
    return _LONG_NUMBER.sub("…", text)[:200].strip()
