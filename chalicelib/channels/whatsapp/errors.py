"""Meta's error codes as data, of answers and of failed statuses alike. Source: Meta's "Cloud API error codes",
autumn 2026, and the code of public help desks and partners.

For a code in no list the HTTP status decides: 5xx and 429 are tried again, other 4xx and a failed status are final.
Codes about which the sources disagree (131055, 131063, 131064) are in no list; for them Meta's own words are shown.
"""

from collections.abc import Mapping

from chalicelib.core.delivery_failures import ADMINISTRATOR, ANOTHER_CHANNEL, Act, FailureText, Meaning
from chalicelib.core.texts import desk_msg

MEANINGS: Mapping[int, Meaning] = {
    code: Meaning(act, reason)
    for act, reason, codes in (
        # Too fast, or Meta's own trouble: try again later.
        (Act.AGAIN, "too_fast", (4, 80007, 130429, 131056)),
        (Act.AGAIN, "trouble", (131000, 131016, 131057, 133004)),
        (Act.BY_STATUS, "trouble", (1, 2)),
        # The account itself cannot send: token, permission, ban, spam limit; payment; the number's registration or
        # name. Staff must act.
        (Act.STOP, "channel_stopped", (0, 3, 10, 190, *range(200, 300), 368, 131005, 131031, 131048)),
        (Act.STOP, "payment", (131042,)),
        (Act.STOP, "number", (33, 131037, 131045, 133010)),
        # Trying again cannot help.
        (Act.NEVER, "undeliverable", (131026,)),  # no such user, old application, terms not accepted
        (Act.NEVER, "window_closed", (131047,)),
        (Act.NEVER, "limited", (131049,)),  # Meta chose not to deliver
        (Act.NEVER, "experiment", (130472,)),  # one of Meta's experiments with marketing messages
        (Act.NEVER, "marketing_off", (131050,)),  # the person stopped marketing messages
        (Act.NEVER, "country", (130497,)),  # the account may not write to people of this country
        (Act.NEVER, "unsupported_type", (131051,)),
        (Act.NEVER, "needs_phone", (131062,)),  # cannot go to a business-scoped id
        (Act.NEVER, "file", (131052, 131053)),
        (Act.NEVER, "invalid", (100, 131008, 131009, 131021, 135000)),
        # Number of parameters, no such template, too long, policy, format of a parameter, paused, disabled.
        (Act.NEVER, "template", (132000, 132001, 132005, 132007, 132012, 132015, 132016)),
    )
    for code in codes
}

WAIT_SECONDS = {131056: 6.0, 130429: 1.0}
"""Shortest wait in seconds: Meta takes one message per 6 s to one person, and 80 messages per second per number."""

TOKEN_STATUS = 401
"""HTTP status of an answer about the token, also without a code."""


def meaning(code: str) -> Meaning | None:
    """Return what one of Meta's codes means, or None when it is in no list."""
    return MEANINGS.get(int(code)) if code.isascii() and code.isdecimal() and len(code) < 10 else None


def is_permanent(code: int | None, http_status: int) -> bool:
    """Whether another try of the same message cannot help."""
    found = MEANINGS.get(code) if code is not None else None
    if found is not None and found.act is not Act.BY_STATUS:
        return found.act is Act.NEVER
    return 400 <= http_status < 500 and http_status not in (TOKEN_STATUS, 408, 425, 429)


WORDS: Mapping[str, FailureText] = {
    "marketing_off": FailureText(
        desk_msg("The customer switched off marketing messages on WhatsApp ({code})."),
        desk_msg("Answer only what the customer writes."),
    ),
    "undeliverable": FailureText(
        desk_msg("This phone cannot receive it: no WhatsApp, or a version too old ({code})."), ANOTHER_CHANNEL
    ),
    "needs_phone": FailureText(
        desk_msg("WhatsApp sends this kind of message to a phone number only ({code})."),
        desk_msg("Ask the customer for the number."),
    ),
    "limited": FailureText(
        desk_msg("WhatsApp limits messages to this person ({code})."), desk_msg("Try again tomorrow.")
    ),
    "experiment": FailureText(
        desk_msg("WhatsApp holds this message back for an experiment of its own ({code})."),
        desk_msg("Wait until the customer writes, then reply."),
    ),
    "country": FailureText(
        desk_msg("WhatsApp does not let the company write to this country ({code})."), ANOTHER_CHANNEL
    ),
    "payment": FailureText(desk_msg("WhatsApp reports a problem with the company's payment ({code})."), ADMINISTRATOR),
    "number": FailureText(
        desk_msg("The company's number is not registered or not approved at WhatsApp ({code})."), ADMINISTRATOR
    ),
}
"""Sentences of the reasons that this channel alone gives; the others are in web/labels.py."""
