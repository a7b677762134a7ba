"""What the person is told of what is kept after their data is destroyed: by the company outside of this service, or by
this service, sealed."""

from collections.abc import Callable
from datetime import date

from chalicelib.core.law_citation import cite
from chalicelib.core.texts import bot_msg, bot_text, catalogue, show_date
from chalicelib.privacy.requests.model import Request
from chalicelib.profile.policy_words import CATEGORIES

RETAINED = bot_msg(
    "The company keeps, outside of this service: {what}. Ground: {ground} ({clause}). It is destroyed after: {date}."
)
KEPT_HERE = bot_msg(
    "This service keeps, sealed so that only two people of the company together can open it: {what}. Ground: {ground}"
    " ({clause}). It is destroyed after: {date}. Everything else is destroyed."
)
Lines = Callable[[str], tuple[str, ...]]
"""Returns lines in a language."""
GROUNDS = {"claims": bot_msg("claims that are not settled"), "law": bot_msg("a law that demands it")}


def nothing(_language: str) -> tuple[str, ...]:
    """Return no lines: nothing is kept."""
    return ()


def retained_lines(request: Request, language: str) -> tuple[str, ...]:
    """Return a line for each ground, with the blank line before them; () when nothing is kept."""
    say, name = catalogue("bot", language).gettext, catalogue("policy", language).gettext
    lines = [
        bot_text(
            language,
            KEPT_HERE if one.get("where") == "desk" else RETAINED,
            what=", ".join(name(CATEGORIES[category]) for category in one["categories"]),
            ground=bot_text(language, GROUNDS[one["ground"]]),
            clause=cite(one["clause"], say),
            date=show_date(language, date.fromisoformat(one["until"])),
        )
        for one in request.retained
    ]
    return ("", *lines) if lines else ()
