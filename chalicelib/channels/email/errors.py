"""SES's refusals, the status codes of bounces and SES's words for them as data. Sources: the errors of SendEmail in the
SES API v2, the enhanced status codes of RFC 3463, and "Bounce types" in the Amazon SES Developer Guide.

Of a mail that SES has taken and nobody could deliver SES tells (told.py), and it comes back as a report (RFC 3464).
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
        (Act.NEVER, "file", "5.3.4 MessageTooLarge"),
        (Act.STOP, "channel_stopped", "AccountSuspendedException SendingPausedException NotFoundException"),
        (Act.STOP, "channel_stopped", "MailFromDomainNotVerifiedException AccessDeniedException"),
        (Act.STOP, "channel_stopped", f"UnrecognizedClientException InvalidClientTokenId {NOT_VERIFIED}"),
        (Act.NEVER, "invalid", "RenderingFailure"),
        (Act.NEVER, "malware", "Reject"),
        (Act.NEVER, "no_mailbox", "5.1.1 5.1.2 5.1.3 5.1.6 5.1.10 5.4.1 5.4.4 NoEmail"),
        (Act.NEVER, "mailbox_full", "5.2.2 4.2.2 MailboxFull"),
        (Act.NEVER, "mailbox_closed", "5.2.1 4.2.1 Permanent"),
        (Act.NEVER, "refused_there", "5.7.0 5.7.1 5.7.26 5.7.27 ContentRejected AttachmentRejected"),
        (Act.NEVER, "not_reached", "4.4.1 4.4.7 5.4.7 bounced Transient Undetermined"),
        (Act.NEVER, "listed", "Suppressed OnAccountSuppressionList"),
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
    "malware": FailureText(
        desk_msg("Amazon SES found malware in the mail and did not send it."), desk_msg("Send it without the file.")
    ),
    "listed": FailureText(
        desk_msg("Amazon SES does not write to this address, because mails to it came back before ({code})."),
        ANOTHER_CHANNEL,
    ),
    "not_reached": FailureText(
        desk_msg("The customer's mail server was not reached ({code})."), desk_msg("Send it again later.")
    ),
}
"""Sentences of the reasons that this channel alone gives; the others are in web/labels.py."""
