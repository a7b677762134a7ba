"""What the kinds of request that end in the destruction of the person's data say alike."""

from chalicelib.core.texts import bot_msg, desk_msg
from chalicelib.privacy.kinds.contract import Certificate, Decision, Default

DECISIONS: tuple[Decision, ...] = ("erase", "refuse", "letter", "cancel", "retain", "open")
UNDECIDED = Default(
    bound=bot_msg(
        "Your request, received {date}, is not decided yet. Nothing was destroyed. We send you nothing but answers"
        " about it and to your questions. To have your data destroyed, press “{yes}”; to take the request back, press"
        " “{no}”."
    ),
    unproved=bot_msg(
        "A request about your data, received {date}, was not confirmed by you, so nothing was changed or destroyed. If"
        " it was you, press “{yes}”; if not, press “{no}”."
    ),
)
CERTIFICATE = Certificate(
    card=desk_msg("Certificate of destruction"),
    title=desk_msg("Certificate of destruction of personal data"),
    says=desk_msg(
        "The company {company} confirms: the personal data of the person who made the request below was destroyed in"
        " all its systems, and a separate program found nothing left."
    ),
)
