"""SES's refusals and the status codes of bounces as data. Sources: the errors of SendEmail in the SES API v2, and the
enhanced status codes of RFC 3463.

A mail that SES has taken and nobody could deliver comes back as a report (RFC 3464) with such a status code.
"""

from collections.abc import Mapping

from chalicelib.core.delivery_failures import ANOTHER_CHANNEL, Act, FailureText, Meaning
from chalicelib.core.texts import desk_msg

NOT_VERIFIED = "not_verified"
"""Code of a refusal because SES has not verified our address, or the account may write to verified ones only."""

MEANINGS: Mapping[str, Meaning] = {
    code: Meaning(act, reason)
    for act, reason, codes in (
        (Act.AGAIN, "too_fast", "TooManyRequestsException LimitExceededException Throttling ThrottlingException"),
        (Act.AGAIN, "trouble", "InternalFailure ServiceUnavailable RequestTimeout"),
        (Act.NEVER, "invalid", "MessageRejected BadRequestException"),
        (Act.NEVER, "file", "5.3.4"),
        (Act.STOP, "channel_stopped", "AccountSuspendedException SendingPausedException NotFoundException"),
        (Act.STOP, "channel_stopped", "MailFromDomainNotVerifiedException AccessDeniedException"),
        (Act.STOP, "channel_stopped", f"UnrecognizedClientException InvalidClientTokenId {NOT_VERIFIED}"),
        (Act.NEVER, "no_mailbox", "5.1.1 5.1.2 5.1.3 5.1.6 5.1.10 5.4.1 5.4.4"),
        (Act.NEVER, "mailbox_full", "5.2.2 4.2.2"),
        (Act.NEVER, "mailbox_closed", "5.2.1 4.2.1"),
        (Act.NEVER, "refused_there", "5.7.0 5.7.1 5.7.26 5.7.27"),
        (Act.NEVER, "not_reached", "4.4.1 4.4.7 5.4.7 bounced"),
    )
    for code in codes.split()
}
"""What the codes mean. Codes that every channel has (network, timeout …) are OWN_CODES of core/delivery_failures.py."""


def meaning(code: str) -> Meaning | None:
    """Return what a code means, or None when it is in no list."""
    return MEANINGS.get(code)


WORDS: Mapping[str, FailureText] = {
    "no_mailbox": FailureText(desk_msg("There is no such mailbox ({code})."), ANOTHER_CHANNEL),
    "mailbox_full": FailureText(desk_msg("The customer's mailbox is full ({code})."), desk_msg("Send it again later.")),
    "mailbox_closed": FailureText(desk_msg("The customer's mailbox takes no mail ({code})."), ANOTHER_CHANNEL),
    "refused_there": FailureText(
        desk_msg("The customer's mail server refuses our mail ({code})."),
        desk_msg("Tell on-call; use another channel."),
    ),
    "not_reached": FailureText(
        desk_msg("The customer's mail server was not reached ({code})."), desk_msg("Send it again later.")
    ),
}
"""Sentences of the reasons that this channel alone gives; the others are in web/labels.py."""
