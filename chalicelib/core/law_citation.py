"""Cites the source of a rule of the profile as lawyers of each language write it: one place for every text.

A clause of the profile is a list with commas: `94-V art. 25(2)(8)` is an article of the law on personal data, `Rules
395` are rules of the authorised body, `A6.6` is a clause of the company's policy document, and `own rule` needs none.
"""

import re
from collections.abc import Callable

_LAW = re.compile(r"94-V art\. (?P<article>[\d-]+)(?:\((?P<part>[\d-]+)\))?(?:\((?P<point>[\d-]+)\))?")


def law_msg(text: str) -> str:
    """Mark a text for every catalogue, so that customers, pages and the policy read the same citation."""
    return text


_FORMS = (
    law_msg("Law No. 94-V, art. {article}"),
    law_msg("Law No. 94-V, art. {article}({part})"),
    law_msg("Law No. 94-V, art. {article}({part})({point})"),
)
_RULES = law_msg("Rules No. {number}")
_OWN_RULE = law_msg("our own rule")


def cite(clause: str, say: Callable[[str], str], document: str = "") -> str:
    """Return a clause of the profile as the language of `say` writes it.

    `document` is the text for a clause of the company's policy document, with the place {clause}. What has no known
    form is returned as it is.
    """
    return "; ".join(_one(part, say, document) for part in clause.split(", "))


def _one(clause: str, say: Callable[[str], str], document: str) -> str:
    if law := _LAW.fullmatch(clause):
        places = {name: value for name, value in law.groupdict().items() if value}
        return say(_FORMS[len(places) - 1]).format(**places)
    if document and (own := re.fullmatch(r"[A-E](\d.*)", clause)):
        return say(document).format(clause=own[1])
    if rules := re.fullmatch(r"Rules (\d+)", clause):
        return say(_RULES).format(number=rules[1])
    return say(_OWN_RULE) if clause == "own rule" else clause
