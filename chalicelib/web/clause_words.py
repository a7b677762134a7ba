"""Says from which clause of the law or the policy a rule of the profile comes. No HTML here."""

import re
from collections.abc import Callable

from chalicelib.privacy.clauses import law_text
from chalicelib.web.labels import desk_msg

LAW = (
    desk_msg("Law 94-V, article {article}"),
    desk_msg("Law 94-V, article {article}({part})"),
    desk_msg("Law 94-V, article {article}({part})({point})"),
)


def clause_words(clause: str, say: Callable[[str], str]) -> str:
    """Return a clause of the profile in words.

    `A6.6, 94-V art. 12` means clause 6.6 of the published policy and article 12 of the law. A clause in an unknown form
    is returned as it is.
    """
    return "; ".join(_one(part, say) for part in clause.split(", "))


def _one(clause: str, say: Callable[[str], str]) -> str:
    if said := law_text(clause, LAW, say):
        return said
    if own := re.fullmatch(r"[A-E]([\d.]+)", clause):
        return say("policy, clause {clause}").format(clause=own[1])
    if rules := re.fullmatch(r"Rules (\d+)", clause):
        return say("Rules No. {number}").format(number=rules[1])
    return say("our own rule") if clause == "own rule" else clause
